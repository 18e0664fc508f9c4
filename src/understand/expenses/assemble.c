/* SPDX-License-Identifier: MIT */
/*
 * A clause pairs its amounts with things.  What a clause lacks it takes from
 * its neighbours in the sentence: a thing from the clause before, a day or an
 * account from either side.
 */
#include "config.h"

#include "assemble.h"

#include "assembly.h"
#include "credible.h"
#include "named.h"
#include "shares.h"
#include "understand/categories/categories.h"

enum { PROSE_TOKENS_A_NUMBER = 8, LONE_AMOUNT_CONFIDENCE = 50 };

static unsigned
confidence_of(const struct token *amount, const struct thing *thing, bool is_shared)
{
	unsigned confidence = amount_strength(amount) > 0 ? 90 : 75;

	if (thing->is_known || is_shared)
		confidence += 8;
	return credible_is_short(thing) ? confidence : confidence - 30;
}

/* Returns whether many users know the whole thing by this category. */
static bool
set_category(const struct assembly *a, struct understood_expense *e, const struct thing *thing, unsigned named)
{
	const struct tokens *tokens = a->tokens;
	size_t begin = tokens->at[thing->span.first].begin, end = tokens->at[thing->span.last - 1].end;
	struct category_guess guess = categories_guess(tokens->chars, begin, end);
	enum keyword_found found = KEYWORD_UNKNOWN;

	if (named != 0) {
		e->category = named < NAMED_OWN ? (enum category_kind)(named - 1) : guess.kind;
		e->own_category = named < NAMED_OWN ? 0 : named - NAMED_OWN;
		e->category_confidence = 100;
		return false;
	}
	e->own_category = a->r->own == NULL ? 0 : own_category_in(a->r->own, tokens->chars, begin, end);
	if (e->own_category == 0)
		found = categories_share(a->r->keywords, tokens->chars, begin, end, &guess);
	a->out->keyword_hits += found == KEYWORD_WHOLE || found == KEYWORD_PART;
	a->out->keyword_misses += found == KEYWORD_NONE;
	e->category = guess.kind;
	e->category_confidence = guess.confidence;
	return found == KEYWORD_WHOLE;
}

/* How many were paid for at the price of token i: the 2 of "60x2" and of 210円×2, or those of the thing when the price is of one. */
static int64_t
count_at_price(const struct tokens *tokens, const struct clause *clause, size_t i, const struct thing *thing)
{
	const struct token *next = i + 1 < clause->span.last ? &tokens->at[i + 1] : NULL;

	if (next != NULL && next->kind == TOKEN_COUNT && next->is_countable && !char_is_digit(tokens->chars->folded[next->begin]))
		return next->value;
	return clause_is_unit_price(tokens, clause, i) ? thing->count : 1;
}

static void
add_expense(struct assembly *a, const struct clause *clause, size_t k, const struct thing *thing)
{
	struct understanding *out = a->out;
	struct understood_expense *e = &out->expenses[out->expense_count];
	const struct token *amount = &a->tokens->at[clause->amounts[k]];
	unsigned confidence;
	int64_t count;

	if (out->expense_count == UNDERSTAND_EXPENSES_MAX) {
		a->is_too_many = true;
		return;
	}
	if (!assembly_value(a, amount, &e->amount_minor, &e->currency, &e->is_currency_guessed) || e->amount_minor == 0)
		return;
	count = count_at_price(a->tokens, clause, clause->amounts[k], thing);
	if (count > 1 && e->amount_minor < MONEY_MINOR_MAX / count && e->amount_minor > -MONEY_MINOR_MAX / count)
		e->amount_minor *= count;
	if (thing->has_refund && e->amount_minor > 0)
		e->amount_minor = -e->amount_minor;
	e->description = assembly_write_thing(a, thing);
	assembly_set_account(a, e, assembly_account(a, clause, k));
	e->is_day_stated = assembly_day(a, clause, clause->amounts[k], &e->day);
	if (e->description.len == 0)
		return;
	confidence = confidence_of(amount, thing, set_category(a, e, thing, amount->named));
	if (amount->currency != NO_CURRENCY)
		out->named_currencies |= UINT32_C(1) << out->expense_count;
	out->expense_count++;
	out->confidence = confidence < out->confidence ? confidence : out->confidence;
}

/* The amount behind "minus", whatever follows it: "minus 5 coupon". */
static bool
is_taken_off(const struct assembly *a, size_t i)
{
	const struct sense *instead = i > a->sentence.span.first ? token_sense(&a->tokens->at[i - 1], WORD_INSTEAD) : NULL;

	return instead != NULL && instead->value == 1;
}

/*
 * "plus 7 tip" adds to the expense before, "minus 5" takes off, "so 45 total" says it again, "no wait 13" and
 * "my share 13" correct it; true when it was one of these.
 */
static bool
amends_expense(struct assembly *a, const struct clause *clause, size_t k)
{
	struct understanding *out = a->out;
	size_t count = out->expense_count - a->sentence_expenses, i = clause->amounts[k];
	bool is_tip = clause_has_next_to(a->tokens, clause, i, WORD_TIP), is_total = clause_has_next_to(a->tokens, clause, i, WORD_TOTAL);
	bool is_corrected = clause_has_next_to(a->tokens, clause, i, WORD_INSTEAD);
	struct understood_expense *last;
	struct currency currency;
	int64_t minor;
	bool is_guessed;

	if (count == 0 || !(is_tip || is_total || is_corrected) || !assembly_value(a, &a->tokens->at[i], &minor, &currency, &is_guessed))
		return false;
	last = &out->expenses[out->expense_count - 1];
	if (is_tip)
		minor += last->amount_minor;
	else if (is_taken_off(a, i))
		minor = last->amount_minor > minor ? last->amount_minor - minor : 0;
	else if (count > 1 && is_total)
		return true;
	if (minor != 0 && minor <= MONEY_MINOR_MAX && minor >= -MONEY_MINOR_MAX)
		last->amount_minor = minor;
	return true;
}

/* The thing of an amount that has none in its clause. */
static bool
take_pending(struct assembly *a, struct thing *thing)
{
	if (!a->has_pending)
		return false;
	*thing = a->pending;
	a->has_pending = false;
	return true;
}

/* True when it becomes an expense, or a question. */
static bool
is_meant(struct assembly *a, const struct clause *clause, size_t k, struct thing *thing)
{
	const struct token *t = &a->tokens->at[clause->amounts[k]];
	const char *objection = thing_is_empty(thing) ? credible_objection_alone(a, clause, k) : credible_objection(a, clause, k, thing);

	if (objection != NULL)
		reading_note(a->r, t, objection);
	else if (!thing_is_empty(thing))
		reading_note(a->r, t, clause->is_thing_behind ? "the price of the thing behind it" : "the price of the thing before it");
	else if (take_pending(a, thing))
		reading_note(a->r, t, "the price of the thing in the clause before");
	else
		reading_note(a->r, t, "an amount of nothing that is named: asked about");
	return objection == NULL;
}

static void
read_amount(struct assembly *a, const struct clause *clause, size_t k)
{
	const struct token *t = &a->tokens->at[clause->amounts[k]];
	struct thing thing = thing_pick(a->tokens, clause_thing_span(clause, k), !clause->is_thing_behind);

	if ((thing_is_empty(&thing) || is_taken_off(a, clause->amounts[k])) && amends_expense(a, clause, k)) {
		reading_note(a->r, t, "a tip, a discount, a total or a correction: amends the expense before");
		assembly_note_amount(a, t);
		return;
	}
	if (!is_meant(a, clause, k, &thing)) {
		if (amount_strength(t) == 3)
			assembly_note_amount(a, t);
		return;
	}
	assembly_note_amount(a, t);
	if (thing_is_empty(&thing)) {
		a->is_amount_alone = true;
		a->lone_amount = a->out->amount_count - 1;
		return;
	}
	add_expense(a, clause, k, &thing);
	if (a->out->amount_count > 0)
		a->out->amounts[a->out->amount_count - 1].is_in_expense = true;
}

/* "..., 退貨了" and "..., debit card" say something of the expenses before. */
static void
apply_comment(struct assembly *a, const struct clause *clause)
{
	const struct token *account = assembly_find_account(a->tokens, clause->span);
	bool is_refund = span_has_refund(a->tokens, clause->span);

	for (size_t i = a->sentence_expenses; i < a->out->expense_count; i++) {
		struct understood_expense *e = &a->out->expenses[i];

		if (account != NULL && e->account.len == 0)
			assembly_set_account(a, e, account);
		if (is_refund && e->amount_minor > 0)
			e->amount_minor = -e->amount_minor;
	}
}

/* "paid rent", 家賃払った; the 消費 behind 食物 is a noun. */
static bool
is_paid(const struct assembly *a, const struct clause *clause, const struct thing *thing)
{
	for (size_t i = clause->span.first; i < clause->span.last; i++) {
		const struct token *t = &a->tokens->at[i];

		if (token_is(t, WORD_PAY) && (i < thing->span.first || a->tokens->chars->folded[t->end - 1] == u'た'))
			return thing->is_known;
	}
	return false;
}

/* A clause without an amount: a thing that was bought, or that the next clause prices. */
static void
read_bare_clause(struct assembly *a, const struct clause *clause)
{
	struct thing thing = thing_pick(a->tokens, clause->span, true);

	if (a->out->expense_count > a->sentence_expenses)
		apply_comment(a, clause);
	if (thing_is_empty(&thing) || thing.has_topic)
		return;
	if (clause->has_buy || thing.is_known || thing.count > 0) {
		a->pending = thing;
		a->has_pending = true;
	}
	if (!a->is_bought && !a->sentence.is_question && (clause->has_buy || is_paid(a, clause, &thing))) {
		a->is_bought = true;
		a->subject = thing;
	}
}

static void
read_refund_verb(struct assembly *a, const struct clause *clause, size_t expenses_before)
{
	if (a->out->expense_count != expenses_before + 1 || !span_has_refund(a->tokens, clause->span))
		return;
	if (a->out->expenses[expenses_before].amount_minor > 0)
		a->out->expenses[expenses_before].amount_minor *= -1;
}

static size_t
read_clause(struct assembly *a, size_t first)
{
	struct clause clause = clause_at(a->tokens, first, a->sentence.span.last);
	size_t expenses_before = a->out->expense_count;

	if (clause.amount_count == 0) {
		read_bare_clause(a, &clause);
	} else {
		for (size_t k = 0; k < clause.amount_count; k++)
			read_amount(a, &clause, k);
		read_refund_verb(a, &clause, expenses_before);
		a->has_pending = false;
	}
	return clause.span.last > first ? clause.span.last : first + 1;
}

/* A line that names a day and nothing else is the day of those below it. */
static void
read_heading(struct assembly *a)
{
	day_t day;

	for (size_t i = a->sentence.span.first; i < a->sentence.span.last; i++)
		if (a->tokens->at[i].kind == TOKEN_AMOUNT || thing_is_name(&a->tokens->at[i]))
			return;
	if (assembly_find_day(a->tokens, a->sentence.span.first, a->sentence.span.last, false, &day)) {
		a->heading = day;
		a->has_heading = true;
	}
}

static bool
has_currency_amount(const struct assembly *a)
{
	for (size_t i = a->sentence.span.first; i < a->sentence.span.last; i++)
		if (a->tokens->at[i].kind == TOKEN_AMOUNT && amount_strength(&a->tokens->at[i]) == 3)
			return true;
	return false;
}

static const char *
objection_to_sentence(const struct assembly *a)
{
	if (a->sentence.is_order)
		return "the sentence is an order to the bot";
	if (a->sentence.is_asked || (a->sentence.is_question && !has_currency_amount(a)))
		return "the sentence is a question";
	return NULL;
}

/* Of a sentence that holds no expense. */
static void
note_amounts(struct assembly *a, const char *objection)
{
	for (size_t i = a->sentence.span.first; i < a->sentence.span.last; i++) {
		const struct token *t = &a->tokens->at[i];

		if (t->kind != TOKEN_AMOUNT)
			continue;
		reading_note(a->r, t, objection);
		if (amount_strength(t) == 3)
			assembly_note_amount(a, t);
	}
}

/* A long sentence about money, no list of purchases: its bare numbers are years and counts. */
static bool
is_prose(const struct assembly *a)
{
	size_t numbers = 0;

	for (size_t i = a->sentence.span.first; i < a->sentence.span.last; i++)
		numbers += a->tokens->at[i].kind == TOKEN_AMOUNT;
	return a->sentence.span.last - a->sentence.span.first > PROSE_TOKENS_A_NUMBER * numbers && has_currency_amount(a);
}

/* The one expense of the sentence, when several people pay it. */
static void
divide(struct assembly *a, int64_t people)
{
	struct understood_expense *e = &a->out->expenses[a->sentence_expenses];

	if (a->out->expense_count == a->sentence_expenses + 1 && e->amount_minor >= people)
		e->amount_minor = (e->amount_minor + people / 2) / people;
}

static size_t
read_sentence(struct assembly *a, size_t first)
{
	const char *objection;
	int64_t people = shares_take(a->tokens, sentence_at(a->tokens, first).span);

	a->sentence = sentence_at(a->tokens, first);
	a->is_prose = is_prose(a);
	a->sentence_expenses = a->out->expense_count;
	a->has_pending = false;
	objection = objection_to_sentence(a);
	if (objection != NULL) {
		note_amounts(a, objection);
		return a->sentence.next;
	}
	read_heading(a);
	for (size_t i = first; i < a->sentence.span.last;)
		i = read_clause(a, i);
	if (people > 0)
		divide(a, people);
	return a->sentence.next;
}

static bool
has_guard(const struct reading *r)
{
	for (size_t i = 0; i < r->tokens->count; i++)
		if (token_is(&r->tokens->at[i], WORD_GUARD)) {
			reading_note(r, &r->tokens->at[i], "nobody who reports an expense says this: the message holds none");
			return true;
		}
	return false;
}

static bool
says_nothing(const struct token *t)
{
	return t->kind == TOKEN_DAY || t->kind == TOKEN_BREAK || t->kind == TOKEN_PAUSE || token_is(t, WORD_PARTICLE) ||
	    token_is(t, WORD_PART_OF_DAY);
}

/* The whole message is the name of a thing: "Apple", 昨天打车了. */
static void
read_lone_thing(struct assembly *a)
{
	struct thing thing = thing_pick(a->tokens, (struct span){ 0, a->tokens->count }, true);
	const struct token *first, *last;
	size_t end;

	if (thing_is_empty(&thing) || a->sentence.is_question)
		return;
	first = &a->tokens->at[thing.span.first];
	last = &a->tokens->at[thing.span.last - 1];
	if (words_sense_of(words_find(a->tokens->chars, first->begin, &end), WORD_THING) == NULL || end != last->end)
		return;
	for (size_t i = 0; i < a->tokens->count; i++)
		if ((i < thing.span.first || i >= thing.span.last) && !says_nothing(&a->tokens->at[i]))
			return;
	a->is_bought = true;
	a->subject = thing;
}

/* Beside amounts that name a currency a bare number counts only where an expense was made of it. */
static void
drop_bare_amounts(struct understanding *out)
{
	size_t kept = 0;
	bool has_named = false;

	for (size_t i = 0; i < out->amount_count; i++)
		has_named |= out->amounts[i].is_currency_named;
	for (size_t i = 0; has_named && i < out->amount_count; i++)
		if (out->amounts[i].is_currency_named || out->amounts[i].is_in_expense)
			out->amounts[kept++] = out->amounts[i];
	if (has_named)
		out->amount_count = kept;
}

/* 看不懂嗎, "bought it?": whoever asks has bought nothing. */
static bool
ends_in_question(const struct assembly *a)
{
	size_t last = a->tokens->count;

	while (last > 0 && a->tokens->at[last - 1].kind == TOKEN_BREAK)
		last--;
	return a->sentence.is_question || (last > 0 && token_is(&a->tokens->at[last - 1], WORD_QUESTION));
}

/* "coffee 12, 2.50": nobody knows whether the expenses are all that was meant. */
static void
take_lone_amount(struct assembly *a)
{
	if (!a->is_amount_alone || a->lone_amount >= a->out->amount_count)
		return;
	a->out->has_lone_amount = true;
	a->out->lone_amount = a->out->amounts[a->lone_amount];
	a->out->confidence = a->out->confidence < LONE_AMOUNT_CONFIDENCE ? a->out->confidence : LONE_AMOUNT_CONFIDENCE;
}

static enum verdict
verdict_of(struct assembly *a)
{
	if (a->is_too_many) {
		a->out->expense_count = 0;
		return VERDICT_TOO_MANY;
	}
	if (a->out->expense_count > 0) {
		take_lone_amount(a);
		return VERDICT_EXPENSES;
	}
	if (a->is_amount_alone)
		return VERDICT_NO_THING;
	if (!a->is_bought)
		read_lone_thing(a);
	if (!a->is_bought || ends_in_question(a))
		return VERDICT_NOTHING;
	a->out->subject = assembly_write_thing(a, &a->subject);
	return VERDICT_NO_AMOUNT;
}

static void
clear(const struct reading *r, struct understanding *out)
{
	out->language = r->language;
	out->confidence = 100;
	out->expense_count = 0;
	out->amount_count = 0;
	out->named_currencies = 0;
	out->has_lone_amount = false;
	out->subject = SLICE_EMPTY;
	out->answered_by = SLICE_EMPTY;
	out->has_answer = false;
	out->picture = PICTURE_NONE;
	out->file = SLICE_EMPTY;
	out->call_count = 0;
	out->keyword_hits = out->keyword_misses = 0;
	out->memory_used = 0;
	out->day = r->today;
	out->has_day = assembly_find_day(r->tokens, 0, r->tokens->count, false, &out->day);
}

void
assemble(const struct reading *reading, struct currency home, struct understanding *out)
{
	struct assembly a = { .r = reading, .tokens = reading->tokens, .home = home, .out = out };

	clear(reading, out);
	if (has_guard(reading)) {
		out->verdict = VERDICT_NOTHING;
		return;
	}
	for (size_t i = 0; i < reading->tokens->count;)
		i = read_sentence(&a, i);
	out->verdict = verdict_of(&a);
	drop_bare_amounts(out);
	if (out->verdict == VERDICT_NOTHING || out->verdict == VERDICT_NO_AMOUNT)
		out->confidence = reading->tokens->count < 8 ? 70 : 50;
}
