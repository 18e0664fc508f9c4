/* SPDX-License-Identifier: MIT */
/* Undoing, deleting, restoring, and choosing among several; see turn.h.  Corrections are in correct.c. */
#include "config.h"

#include "dialogue/turn.h"

static void
say_expense(const struct turn *turn, struct buf *out, enum text_name form, const struct expense *expense)
{
	struct reply_expense said = {
		.description = expense->description, .amount_minor = expense->amount_minor, .currency = expense->currency,
		.category = turn_category_name(turn, &expense->category_id), .day = expense->day,
	};

	if (!slice_equal(expense->account, turn_default_account(turn)))
		said.account = expense->account;

	reply_expense(out, turn->language, form, &said, turn->today);
}

void
turn_say_expense(struct turn *turn, enum text_name form, const struct expense *expense)
{
	say_expense(turn, turn->reply, form, expense);
}

void
turn_change_expense(struct turn *turn, enum expense_action action, const struct expense *expense)
{
	struct message_change *change = turn_change(turn, CHANGE_EXPENSE);

	if (change != NULL)
		change->expense = (struct expense_change){ .change_id = uuid7_next(turn->now_ms), .action = action, .by = TOKEN_USER,
			.now_ms = turn->now_ms, .if_version = action == EXPENSE_RESTORED ? 0 : expense->version, .expense = *expense };
}

/* --- doing --------------------------------------------------------------------------------------- */

/* An amount without a currency is in the expense's own, whose decimals may be others. */
static void
set_amount(struct expense *expense, const struct edit *edit)
{
	int digits = currency_digits(edit->currency), own = currency_digits(expense->currency);

	expense->amount_minor = expense->amount_minor < 0 && edit->amount_minor > 0 ? -edit->amount_minor : edit->amount_minor;
	if (edit->has_currency)
		expense->currency = edit->currency;
	else
		for (; digits != own; digits += digits < own ? 1 : -1)
			expense->amount_minor = digits < own ? expense->amount_minor * 10 : expense->amount_minor / 10;
}

static struct expense
edited(const struct expense *expense, const struct edit *edit)
{
	struct expense after = *expense;

	switch (edit->doing) {
	case DOING_AMOUNT:
		set_amount(&after, edit);
		break;
	case DOING_DAY:
		after.day = edit->day;
		break;
	case DOING_CATEGORY:
		after.category_id = edit->category_id;
		break;
	case DOING_ACCOUNT:
		after.account = edit->text;
		break;
	case DOING_TEXT:
		after.description = edit->text;
		break;
	case DOING_DELETE:
	case DOING_RESTORE:
	case DOINGS:
		break;
	}
	return after;
}

static void
remember(struct turn *turn, bool is_deletion, const struct expense *expense)
{
	struct step *step = state_add_step(turn->state, is_deletion, turn->received_ms, &turn->message_id);

	step->ids[step->count++] = expense->id;
	turn->has_state = true;
}

void
turn_do(struct turn *turn, const struct edit *edit, const struct expense *expense)
{
	struct expense after = edited(expense, edit);

	turn_close_question(turn);
	if (edit->doing == DOING_RESTORE) {
		turn_change_expense(turn, EXPENSE_RESTORED, expense);
		turn_say_expense(turn, TEXT_restored, expense);
		return;
	}
	remember(turn, edit->doing == DOING_DELETE, expense);
	turn_add_word(turn, TEXT_word_undo, "u");
	turn_change_expense(turn, edit->doing == DOING_DELETE ? EXPENSE_DELETED : EXPENSE_CHANGED, &after);
	turn_say_expense(turn, edit->doing == DOING_DELETE ? TEXT_deleted : TEXT_changed, &after);
}

static void
add_choice(struct turn *turn, size_t i, const struct expense *expense)
{
	char code[] = { (char)('1' + i), '\0' };
	struct buf label = BUF_INIT;

	buf_append_text(&label, code);
	say_expense(turn, &label, TEXT_choice_line, expense);
	turn_add_button(turn, buf_slice(&label), slice_of(code));
	buf_fini(&label);
}

static void
say_choices(struct turn *turn, const struct expense *expenses, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		turn_new_line(turn);
		buf_append_uint(turn->reply, i + 1);
		turn_say_expense(turn, TEXT_choice_line, &expenses[i]);
		add_choice(turn, i, &expenses[i]);
	}
}

void
turn_do_or_ask(struct turn *turn, const struct edit *edit, const struct expense *expenses, size_t count)
{
	struct edit kept = *edit;
	struct state *state;

	if (count == 1) {
		turn_do(turn, &kept, &expenses[0]);
		return;
	}
	count = count < CHOICES_MAX ? count : CHOICES_MAX;
	state = turn_open_question(turn, ASKED_WHICH);
	state->edit = kept;
	state->choice_count = count;
	for (size_t i = 0; i < count; i++)
		state->choices[i] = expenses[i].id;
	turn->status = MESSAGE_QUESTION;
	turn_say(turn, edit->doing == DOING_DELETE ? TEXT_which_delete : edit->doing == DOING_RESTORE ? TEXT_which_restore :
	    TEXT_which_change, NULL);
	say_choices(turn, expenses, count);
}

static bool
find_chosen(struct turn *turn, enum doing doing, const struct uuid *id, struct expense *expense)
{
	enum { DELETED_MAX = 200 };
	struct expense *deleted;
	size_t count;

	if (doing != DOING_RESTORE)
		return look_expense(turn, id, expense);
	deleted = arena_alloc(turn->arena, DELETED_MAX * sizeof *deleted);
	count = deleted != NULL ? look_deleted(turn, SLICE_EMPTY, deleted, DELETED_MAX) : 0;
	for (size_t i = 0; i < count; i++)
		if (uuid_equal(&deleted[i].id, id)) {
			*expense = deleted[i];
			return true;
		}
	return false;
}

enum outcome
turn_choose(struct turn *turn)
{
	struct edit edit = turn->state->edit;
	struct expense expense;

	if (find_chosen(turn, edit.doing, &turn->state->choices[turn->choice], &expense)) {
		turn_do(turn, &edit, &expense);
		if (edit.doing == DOING_CATEGORY)
			turn_propose_rule(turn, &expense, &edit.category_id);
	} else {
		turn_close_question(turn);
		turn_say(turn, TEXT_gone, NULL);
	}
	return DONE;
}

/* --- deleting and restoring what is named ----------------------------------------------------------- */

static enum outcome
do_with_named(struct turn *turn, enum doing doing, struct slice words, const struct expense *expenses, size_t count)
{
	struct edit edit = { .doing = doing };

	if (count == 0) {
		turn_close_question(turn);
		turn_say_with(turn, doing == DOING_DELETE ? TEXT_nothing_called : TEXT_nothing_deleted, words);
	} else {
		turn_do_or_ask(turn, &edit, expenses, count);
	}
	return DONE;
}

/* All of some days at once, which can be undone at once. */
static void
delete_days(struct turn *turn, day_t from, day_t to)
{
	struct expense *found = arena_alloc(turn->arena, (MESSAGE_EXPENSES_MAX + 1) * sizeof *found);
	size_t count = found != NULL ? look_in_days(turn, from, to, SLICE_EMPTY, found, MESSAGE_EXPENSES_MAX + 1) : 0;

	turn_close_question(turn);
	if (count == 0)
		turn_say(turn, TEXT_nothing_of_days, NULL);
	else if (count > MESSAGE_EXPENSES_MAX)
		turn_say(turn, TEXT_too_many_of_days, NULL);
	else
		turn_delete_entry(turn, TEXT_deleted_these, found, count);
}

/* "everything from yesterday", 昨天的午餐; false: no day is named. */
static bool
delete_of_days(struct turn *turn, struct slice words)
{
	struct expense found[CHOICES_MAX];
	struct question days;

	question_read(&days, words, turn->today, turn->language);
	if (!days.has_period || days.from == DAY_MIN || days.kind == QUESTION_COMPARE)
		return false;
	if (days.name.len > 0)
		do_with_named(turn, DOING_DELETE, words, found, look_in_days(turn, days.from, days.to, days.name, found, CHOICES_MAX));
	else
		delete_days(turn, days.from, days.to);
	return true;
}

enum outcome
turn_delete_named(struct turn *turn)
{
	struct expense found[CHOICES_MAX];
	struct slice words = turn->intent.values[0];
	size_t count;

	if (turn_is_last(turn, words))
		return turn_delete_last(turn);
	count = look_matching(turn, words, found, CHOICES_MAX);
	if (count == 0 && look_category(turn, words) != NULL)
		return turn_delete_category(turn);
	if (count == 0 && turn->intent.kind == INTENT_DELETE && delete_of_days(turn, words))
		return DONE;
	return do_with_named(turn, DOING_DELETE, words, found, count);
}

enum outcome
turn_restore_named(struct turn *turn)
{
	struct expense found[CHOICES_MAX];
	struct slice words = turn->intent.values[0];

	return do_with_named(turn, DOING_RESTORE, words, found, look_deleted(turn, words, found, CHOICES_MAX));
}

enum outcome
turn_restore_last(struct turn *turn)
{
	struct expense found[CHOICES_MAX];

	return do_with_named(turn, DOING_RESTORE, SLICE_EMPTY, found, look_deleted(turn, SLICE_EMPTY, found, CHOICES_MAX));
}

/* --- undoing ------------------------------------------------------------------------------------------- */

static void
undo_change(struct turn *turn, const struct uuid *id)
{
	struct expense now, before;

	if (!look_expense(turn, id, &now) || !look_before(turn, id, &before))
		return;
	before.id = now.id;
	before.version = now.version;
	turn_change_expense(turn, EXPENSE_CHANGED, &before);
	turn_new_line(turn);
	turn_say_expense(turn, TEXT_recorded_line, &before);
}

static void
undo_deletion(struct turn *turn, const struct uuid *id)
{
	struct expense expense;

	if (!find_chosen(turn, DOING_RESTORE, id, &expense))
		return;
	turn_change_expense(turn, EXPENSE_RESTORED, &expense);
	turn_new_line(turn);
	turn_say_expense(turn, TEXT_recorded_line, &expense);
}

/* false: it has been undone in another way, and nothing is said. */
static bool
undo_step(struct turn *turn)
{
	const struct step *step = &turn->state->steps[--turn->state->step_count];
	size_t said = turn->reply->len;

	turn->has_state = true;
	turn_say(turn, step->is_deletion ? TEXT_undone_deletion : TEXT_undone_change, NULL);
	for (size_t i = 0; i < step->count; i++)
		if (step->is_deletion)
			undo_deletion(turn, &step->ids[i]);
		else
			undo_change(turn, &step->ids[i]);
	if (turn->change_count == 0)
		turn->reply->len = said;
	return turn->change_count > 0;
}

bool
turn_undo_step_of(struct turn *turn, const struct uuid *message_id)
{
	const struct state *state = turn->state;

	return state->step_count > 0 && uuid_equal(&state->steps[state->step_count - 1].by, message_id) && undo_step(turn);
}

static void
delete_all(struct turn *turn, enum text_name heading, const struct expense *expenses, size_t count)
{
	turn_say(turn, heading, NULL);
	for (size_t i = 0; i < count; i++) {
		turn_change_expense(turn, EXPENSE_DELETED, &expenses[i]);
		turn_new_line(turn);
		turn_say_expense(turn, TEXT_recorded_line, &expenses[i]);
	}
}

void
turn_undo_entry(struct turn *turn, const struct expense *expenses, size_t count)
{
	delete_all(turn, TEXT_undone_entry, expenses, count);
}

void
turn_delete_entry(struct turn *turn, enum text_name heading, const struct expense *expenses, size_t count)
{
	struct step *step = state_add_step(turn->state, true, turn->received_ms, &turn->message_id);

	turn->has_state = true;
	for (size_t i = 0; i < count; i++)
		step->ids[step->count++] = expenses[i].id;
	turn_add_word(turn, TEXT_word_undo, "u");
	delete_all(turn, heading, expenses, count);
}

/* Unlike undoing, it never brings anything back. */
enum outcome
turn_delete_last(struct turn *turn)
{
	struct expense *entry = arena_alloc(turn->arena, MESSAGE_EXPENSES_MAX * sizeof *entry);
	int64_t entry_ms = 0;
	size_t count = entry != NULL ? look_last_entry(turn, entry, &entry_ms) : 0;

	turn_close_question(turn);
	if (count > 0)
		turn_undo_entry(turn, entry, count);
	else
		turn_say(turn, TEXT_nothing_to_undo, NULL);
	return DONE;
}

/* The newest of what was entered and what was changed. */
enum outcome
turn_undo(struct turn *turn)
{
	const struct state *state = turn->state;
	struct expense *entry = arena_alloc(turn->arena, MESSAGE_EXPENSES_MAX * sizeof *entry);
	int64_t entry_ms = 0;
	size_t count = entry != NULL ? look_last_entry(turn, entry, &entry_ms) : 0;

	if (look_is_reply(turn))
		return turn_delete_last(turn);
	turn_close_question(turn);
	while (state->step_count > 0 && (count == 0 || state->steps[state->step_count - 1].at_ms >= entry_ms))
		if (undo_step(turn))
			return DONE;
	if (count > 0)
		turn_undo_entry(turn, entry, count);
	else
		turn_say(turn, TEXT_nothing_to_undo, NULL);
	return DONE;
}
