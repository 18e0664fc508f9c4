/* SPDX-License-Identifier: MIT */
/* See reconcile.h. */
#include "config.h"

#include "reconcile.h"

#include <stdlib.h>
#include "answer_parts.h"
#include "fold.h"
#include "prompt.h"
#include "records.h"
#include "stated.h"

enum {
	CATEGORY_SURE = 90                 /* a guess of the rules at a category that is better than this stands */
};

struct work {
	const struct understand_input *input;
	const struct understanding    *rules;
	struct stated                  stated;
	struct buf                     folded;     /* the message */
	bool                           is_taken[UNDERSTAND_EXPENSES_MAX];   /* expenses of the rules that belong to one of the answer */
	size_t                         count;
	struct understood_expense      expenses[UNDERSTAND_EXPENSES_MAX];
};

/* --- texts of the answer ----------------------------------------------------------------------- */

/* Whether the message says this, but for case, width and the like. */
static bool
is_said(const struct work *w, struct slice text)
{
	struct buf folded = BUF_INIT;
	bool is_there;

	if (text.len == 0 || !answer_is_plain(text))
		return false;
	text_fold_to(&folded, text);
	is_there = !folded.has_failed && folded.len > 0 && w->folded.len > 0 && memmem(w->folded.data, w->folded.len, folded.data, folded.len) != NULL;
	buf_fini(&folded);
	return is_there;
}

/* --- one expense ------------------------------------------------------------------------------- */

/* The rules' expense of the same amount; of several one whose description is alike. */
static int
find_of_rules(const struct work *w, int64_t value, struct slice description)
{
	int found = -1;

	for (size_t i = 0; i < w->rules->expense_count; i++) {
		const struct understood_expense *e = &w->rules->expenses[i];

		if (w->is_taken[i] || stated_value(e->amount_minor, e->currency) != value)
			continue;
		if (slice_equal(e->description, description))
			return (int)i;
		if (found == -1)
			found = (int)i;
	}
	return found;
}

/* The currency of an amount: as the rules read it, unless the message leaves it open and names that one. */
static struct currency
currency_of(const struct work *w, int64_t value, struct currency said, const struct understood_expense *known)
{
	const struct understood_amount *amount = NULL;

	for (size_t i = 0; i < w->rules->amount_count && amount == NULL; i++)
		if (stated_value(w->rules->amounts[i].minor, w->rules->amounts[i].currency) == value)
			amount = &w->rules->amounts[i];
	if (known != NULL && !known->is_currency_guessed)
		return known->currency;
	if (amount != NULL && amount->is_currency_named && !amount->is_currency_guessed)
		return amount->currency;
	if ((amount != NULL && amount->is_currency_named) || is_said(w, slice_of(said.code)))
		return said;
	return known != NULL ? known->currency : w->input->home;
}

/* How often an amount is used already. */
static unsigned
times_used(const struct work *w, int64_t value)
{
	unsigned times = 0;

	for (size_t i = 0; i < w->count; i++)
		times += stated_value(w->expenses[i].amount_minor, w->expenses[i].currency) == value;
	return times;
}

static void
take_account(const struct work *w, struct slice name, struct understood_expense *out)
{
	if (name.len > ACCOUNT_MAX || !is_said(w, name))
		return;
	out->account = name;
	for (size_t i = 0; i < w->input->account_count; i++)
		if (slice_equal(w->input->accounts[i], name))
			out->own_account = (unsigned)i + 1;
}

static enum reconciled
take_item(struct work *w, const json_t *item)
{
	struct slice description = answer_trimmed(answer_text_at(item, "description")), account = answer_trimmed(answer_text_at(item, "account"));
	struct understood_expense *out = &w->expenses[w->count];
	const struct understood_expense *known;
	struct currency currency;
	int64_t minor, value;
	day_t day;
	int at;

	if (w->count == UNDERSTAND_EXPENSES_MAX || !json_is_object(item) || !currency_parse(answer_text_at(item, "currency"), &currency) ||
	    money_parse(answer_trimmed(answer_text_at(item, "amount")), currency, &minor) != ST_OK || minor == 0)
		return RECONCILED_UNSOUND;
	value = stated_value(minor, currency);
	if (times_used(w, value) >= stated_times(&w->stated, w->rules, value))
		return RECONCILED_DISBELIEVED;
	at = find_of_rules(w, value, description);
	known = at >= 0 ? &w->rules->expenses[at] : NULL;
	*out = (struct understood_expense){ .day = w->input->today, .category = CATEGORY_OTHER };
	if (known != NULL) {
		*out = *known;
		w->is_taken[at] = true;
	}
	if (is_said(w, description) && text_length(description) <= UNDERSTAND_THING_MAX)
		out->description = description;
	if (out->description.len == 0)
		return RECONCILED_DISBELIEVED;
	out->currency = currency_of(w, value, currency, known);
	if (money_ten_thousandths(1, currency_digits(out->currency)) > value || value % (int64_t)money_ten_thousandths(1, currency_digits(out->currency)) != 0)
		return RECONCILED_DISBELIEVED;
	out->amount_minor = value / (int64_t)money_ten_thousandths(1, currency_digits(out->currency));
	out->is_currency_guessed = known != NULL ? known->is_currency_guessed : strcmp(out->currency.code, w->input->home.code) == 0;
	if (known != NULL ? known->amount_minor < 0 : minor < 0)
		out->amount_minor = -out->amount_minor;
	if (!out->is_day_stated && day_parse(answer_text_at(item, "date"), &day) && day != out->day) {
		if (day < w->input->today - ANSWER_DAYS_BACK_MAX || day > w->input->today + ANSWER_DAYS_AHEAD_MAX)
			return RECONCILED_DISBELIEVED;
		out->day = day;
		out->is_day_stated = true;
	}
	if (known == NULL || (known->own_category == 0 && known->category_confidence < CATEGORY_SURE))
		answer_take_category(w->input, answer_text_at(item, "category"), out);
	if (out->account.len == 0)
		take_account(w, account, out);
	w->count++;
	return RECONCILED;
}

/* --- all of them ------------------------------------------------------------------------------- */

/* Both see the same expenses. */
static bool
do_agree(const struct work *w)
{
	for (size_t i = 0; i < w->rules->expense_count; i++)
		if (!w->is_taken[i])
			return false;
	return w->count == w->rules->expense_count;
}

static enum reconciled
take_items(struct work *w, const json_t *items)
{
	const json_t *item;
	size_t i;

	if (!json_is_array(items))
		return RECONCILED_UNSOUND;
	json_array_foreach(items, i, item) {
		enum reconciled verdict = take_item(w, item);

		if (verdict != RECONCILED)
			return verdict;
	}
	return w->count > 0 ? RECONCILED : RECONCILED_SAME;
}

/* The rules know what was bought, when and for how much; the provider helps with what it is. */
static void
keep_all_but_categories(struct work *w, struct understanding *result)
{
	for (size_t i = 0; i < result->expense_count; i++) {
		struct understood_expense *e = &result->expenses[i];

		for (size_t k = 0; k < w->count; k++) {
			if (w->expenses[k].amount_minor != e->amount_minor || !slice_equal(w->expenses[k].description, e->description))
				continue;
			e->category = w->expenses[k].category;
			e->own_category = w->expenses[k].own_category;
			e->category_confidence = w->expenses[k].category_confidence;
		}
	}
}

static void
take_over(struct work *w, struct understanding *result)
{
	memcpy(result->expenses, w->expenses, w->count * sizeof w->expenses[0]);
	result->expense_count = w->count;
	result->verdict = VERDICT_EXPENSES;
	result->has_lone_amount = false;
	result->confidence = do_agree(w) ? 95 : 80;
}

enum reconciled
reconcile(const struct understand_input *input, const json_t *answer, bool are_rules_sure, struct understanding *result)
{
	struct work w = { .input = input, .rules = result, .folded = BUF_INIT };
	struct buf text = BUF_INIT;
	enum reconciled verdict;

	stated_read(input->text, &w.stated);
	prompt_text(&text, input->text);
	text_fold_to(&w.folded, buf_slice(&text));
	verdict = take_items(&w, json_object_get(answer, "expenses"));
	if (verdict == RECONCILED && are_rules_sure) {
		if (do_agree(&w))
			keep_all_but_categories(&w, result);
		else
			verdict = RECONCILED_SAME;
	} else if (verdict == RECONCILED) {
		take_over(&w, result);
	}
	buf_fini(&text);
	buf_fini(&w.folded);
	return verdict;
}
