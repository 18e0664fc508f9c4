/* SPDX-License-Identifier: MIT */
/* Corrections: "make it 250", "not food, transport", "change breakfast to 250"; see turn.h. */
#include "config.h"

#include "dialogue/turn.h"

#include "fold.h"

enum facet {
	FACET_NONE,
#define FACET(name, en, zh_hant, zh_hans, ja) FACET_##name,
#include "dialogue/data/facets.def"
#undef FACET
};

static const struct {
	enum facet  facet;
	const char *words[LANGUAGES];
} facets[] = {
#define FACET(name, en, zh_hant, zh_hans, ja) { FACET_##name, { en, zh_hant, zh_hans, ja } },
#include "dialogue/data/facets.def"
#undef FACET
};

static enum facet
facet_of(struct turn *turn, struct slice text)
{
	struct slice folded = text_fold(turn->arena, text);

	for (size_t i = 0; i < sizeof facets / sizeof facets[0]; i++)
		for (int language = 0; language < LANGUAGES; language++)
			if (intent_is_listed(folded, facets[i].words[language]))
				return facets[i].facet;
	return FACET_NONE;
}

bool
turn_is_last(struct turn *turn, struct slice words)
{
	return facet_of(turn, words) == FACET_LAST;
}

/* --- what is meant ----------------------------------------------------------------------------- */

static bool
allocate_found(struct turn *turn)
{
	turn->found_count = 0;
	turn->found = arena_alloc(turn->arena, MESSAGE_EXPENSES_MAX * sizeof *turn->found);
	return turn->found != NULL;
}

static bool
find_last(struct turn *turn)
{
	int64_t at_ms;

	if (allocate_found(turn))
		turn->found_count = look_last_entry(turn, turn->found, &at_ms);
	return turn->found_count > 0;
}

static bool
is_called(struct turn *turn, const struct expense *expense, struct slice folded)
{
	struct slice description = text_fold(turn->arena, expense->description);

	return description.len >= folded.len && memmem(description.ptr, description.len, folded.ptr, folded.len) != NULL;
}

/* Leave those of the last entry that are in a category or have the words, if there are any. */
static void
narrow(struct turn *turn, struct slice words)
{
	const struct category *category = look_category(turn, words);
	struct slice folded = text_fold(turn->arena, words);
	size_t kept = 0;

	for (size_t i = 0; i < turn->found_count; i++)
		if ((category != NULL && uuid_equal(&turn->found[i].category_id, &category->id))
		    || is_called(turn, &turn->found[i], folded)) {
			struct expense expense = turn->found[i];

			turn->found[kept++] = expense;
		}
	if (kept > 0)
		turn->found_count = kept;
}

/* --- what becomes of it --------------------------------------------------------------------------- */

static void
apply(struct turn *turn, const struct edit *edit)
{
	struct expense first = turn->found[0];
	bool is_one = turn->found_count == 1;

	turn_do_or_ask(turn, edit, turn->found, turn->found_count);
	if (is_one && edit->doing == DOING_CATEGORY)
		turn_propose_rule(turn, &first, &edit->category_id);
}

static void
set_amount(struct turn *turn, int64_t minor, struct currency currency)
{
	struct edit edit = { .doing = DOING_AMOUNT, .amount_minor = minor, .has_currency = currency.code[0] != '\0' };

	edit.currency = edit.has_currency ? currency : turn->found[0].currency;
	apply(turn, &edit);
}

/* "actually lunch 250" names what it corrects. */
static void
correct_named(struct turn *turn, const struct understood_expense *understood)
{
	size_t before = turn->found_count;
	struct slice folded = text_fold(turn->arena, understood->description);

	narrow(turn, understood->description);
	if (turn->found_count == before && !is_called(turn, &turn->found[0], folded))
		turn_go_on(turn);
	else
		set_amount(turn, understood->amount_minor, understood->is_currency_guessed ? (struct currency){ "" } : understood->currency);
}

static void
on_value_understood(struct turn *turn)
{
	const struct understanding *result = turn->result;
	struct edit edit = { .doing = DOING_TEXT };

	/* "it was lunch 12" may be a new expense, "lunch not bad" says nothing */
	bool is_sure = turn->intent.kind != INTENT_IS && turn->intent.kind != INTENT_BUT_NOT;

	if (result->verdict == VERDICT_NO_THING && result->amount_count > 0) {
		set_amount(turn, result->amounts[0].minor, result->amounts[0].currency);
	} else if (is_sure && result->verdict == VERDICT_EXPENSES && result->expense_count == 1) {
		correct_named(turn, &result->expenses[0]);
	} else if (is_sure && result->verdict == VERDICT_NO_AMOUNT && turn->found_count == 1) {
		edit.text = arena_copy(turn->arena, result->subject);
		apply(turn, &edit);
	} else {
		turn_go_on(turn);
	}
}

static enum outcome
correct_to(struct turn *turn, enum facet facet, struct slice value)
{
	const struct category *category = look_category_called(turn, value);
	struct edit edit = { .text = value };

	if (facet == FACET_ACCOUNT || facet == FACET_TEXT) {
		if (value.len > (facet == FACET_ACCOUNT ? ACCOUNT_MAX : DESCRIPTION_MAX))
			return PASS;
		edit.doing = facet == FACET_ACCOUNT ? DOING_ACCOUNT : DOING_TEXT;
		apply(turn, &edit);
	} else if (category != NULL) {
		edit.doing = DOING_CATEGORY;
		edit.category_id = category->id;
		apply(turn, &edit);
	} else if (question_read_day(value, turn->today, &edit.day)) {
		edit.doing = DOING_DAY;
		apply(turn, &edit);
	} else if (facet == FACET_CATEGORY) {
		struct expense only = turn->found[0];

		if (intent_has_pause(value))                   /* 不對，是食物 不是交通: more than a name */
			return PASS;
		if (turn->found_count == 1 && turn_offer_to_make(turn, value, &only, SLICE_EMPTY))
			return DONE;
		turn_close_question(turn);
		turn_say_with(turn, TEXT_no_category, value);
	} else {
		turn_ask_rules(turn, value, turn->found[0].currency, on_value_understood);
	}
	return DONE;
}

enum outcome
turn_correct(struct turn *turn)
{
	return find_last(turn) ? correct_to(turn, FACET_NONE, turn->intent.values[0]) : PASS;
}

enum outcome
turn_correct_one(struct turn *turn)
{
	if (!find_last(turn))
		return PASS;
	narrow(turn, turn->intent.values[0]);
	return correct_to(turn, look_category_called(turn, turn->intent.values[0]) != NULL ? FACET_CATEGORY : FACET_NONE, turn->intent.values[1]);
}

/* "food, not transport" */
enum outcome
turn_correct_one_named_last(struct turn *turn)
{
	struct slice becomes = turn->intent.values[0];

	turn->intent.values[0] = turn->intent.values[1];
	turn->intent.values[1] = becomes;
	return turn_correct_one(turn);
}

/* "not food", "wrong category" */
enum outcome
turn_ask_where(struct turn *turn)
{
	bool has_value = turn->intent.value_count > 0;

	if (!find_last(turn) || (has_value && look_category_called(turn, turn->intent.values[0]) == NULL))
		return PASS;
	if (has_value)
		narrow(turn, turn->intent.values[0]);
	if (turn->found_count != 1)
		return turn_tell_how_to_correct(turn);
	turn_ask_category_of(turn, &turn->found[0]);
	return DONE;
}

/* "amount: 250" */
enum outcome
turn_change_facet(struct turn *turn)
{
	enum facet facet = facet_of(turn, turn->intent.values[0]);

	return facet > FACET_LAST && find_last(turn) ? correct_to(turn, facet, turn->intent.values[1]) : PASS;
}

/* "call it cab", "rename it to cab" */
enum outcome
turn_rename_last(struct turn *turn)
{
	return find_last(turn) ? correct_to(turn, FACET_TEXT, turn->intent.values[turn->intent.value_count - 1]) : PASS;
}

bool
turn_rename_named(struct turn *turn)
{
	struct edit edit = { .doing = DOING_TEXT, .text = turn->intent.values[1] };

	if (edit.text.len > DESCRIPTION_MAX || !allocate_found(turn))
		return false;
	turn->found_count = look_matching(turn, turn->intent.values[0], turn->found, CHOICES_MAX);
	if (turn->found_count > 0)
		apply(turn, &edit);
	return turn->found_count > 0;
}

/* Whether it names an account is told by an expense that would have been paid so. */
static const struct slice probe = SLICE_LITERAL("lunch");

static void
on_account_understood(struct turn *turn)
{
	const struct understanding *result = turn->result;
	struct edit edit = { .doing = DOING_ACCOUNT };

	if (result->verdict == VERDICT_EXPENSES && result->expense_count == 1 && result->expenses[0].account.len > 0
	    && slice_equal(result->expenses[0].description, probe)) {
		edit.text = arena_copy(turn->arena, result->expenses[0].account);
		apply(turn, &edit);
	} else {
		turn_go_on(turn);
	}
}

/* "paid with visa", 刷卡 */
enum outcome
turn_correct_account(struct turn *turn)
{
	struct slice said = turn->intent.value_count > 0 ? turn->intent.values[0] : intent_trim(turn->text);
	struct edit edit = { .doing = DOING_ACCOUNT, .text = look_account_of_payment(turn, said, turn->intent.language) };
	struct buf paid = BUF_INIT;

	if (!find_last(turn))
		return PASS;
	if (edit.text.len > 0) {
		apply(turn, &edit);
		return DONE;
	}
	buf_append_slice(&paid, probe);
	buf_append_literal(&paid, " 100 ");
	buf_append_slice(&paid, turn->text);
	turn_ask_rules(turn, arena_copy(turn->arena, buf_slice(&paid)), turn->profile->home, on_account_understood);
	buf_fini(&paid);
	return DONE;
}

enum outcome
turn_tell_how_to_correct(struct turn *turn)
{
	if (!find_last(turn))
		return PASS;
	turn_say_expense(turn, TEXT_last_entry, &turn->found[0]);
	turn_new_line(turn);
	turn_say(turn, TEXT_how_to_correct, NULL);
	return DONE;
}

enum outcome
turn_change_named(struct turn *turn)
{
	struct slice words = turn->intent.values[0];
	enum facet facet = facet_of(turn, words);

	if (facet != FACET_NONE && find_last(turn))
		return correct_to(turn, facet, turn->intent.values[1]);
	if (facet != FACET_NONE) {
		turn_say(turn, TEXT_nothing_to_correct, NULL);
		return DONE;
	}
	if (allocate_found(turn))
		turn->found_count = look_matching(turn, words, turn->found, CHOICES_MAX);
	return turn->found_count > 0 ? correct_to(turn, FACET_NONE, turn->intent.values[1]) : PASS;
}

/* --- after a record --------------------------------------------------------------------------------- */

/* A category's name alone, soon after an expense, says where that belongs. */
enum outcome
turn_file_last_as_named(struct turn *turn)
{
	struct edit edit = { .doing = DOING_CATEGORY, .category_id = turn->named->id };
	int64_t at_ms;

	if (!allocate_found(turn))
		return PASS;
	turn->found_count = look_last_entry(turn, turn->found, &at_ms);
	if (turn->found_count != 1 || uuid_equal(&turn->found[0].category_id, &turn->named->id) || at_ms + turn->options->dialogue_question_timeout_ms < turn->received_ms)
		return PASS;
	apply(turn, &edit);
	return DONE;
}
