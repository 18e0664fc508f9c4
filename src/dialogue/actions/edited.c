/* SPDX-License-Identifier: MIT */
/* A message that was edited or deleted in its messenger, and what that means for its expenses; see turn.h. */
#include "config.h"

#include "dialogue/turn.h"

#include "message/message.h"
#include "store_queue.h"

struct finding {
	struct turn *turn;
	struct uuid  message_id;
};

static void
take_message(enum status st, const struct message *message, void *arg)
{
	struct finding *finding = arg;

	if (st == ST_OK)
		finding->message_id = message->id;
}

/* The expenses of the message that it is about, which are found then; false: there are none. */
static bool
find(struct turn *turn, struct uuid *message_id)
{
	struct finding finding = { .turn = turn };

	store_find_reference(turn->store, turn->ledger, turn->incoming->conversation, turn->incoming->ref, take_message, &finding);
	*message_id = finding.message_id;
	turn->found = arena_alloc(turn->arena, MESSAGE_EXPENSES_MAX * sizeof *turn->found);
	if (turn->found != NULL && !uuid_is_nil(message_id))
		turn->found_count = look_entry(turn, message_id, turn->found);
	return turn->found_count > 0;
}

/* What an expense is when the message says this. */
static struct expense
as_said_now(const struct turn *turn, const struct expense *expense, const struct understood_expense *said)
{
	struct expense now = *expense;
	const struct category *category = turn->person != NULL ?
	    message_file(turn->person, said->description, said->own_category, said->category) : NULL;

	now.amount_minor = said->amount_minor;
	now.currency = said->currency;
	if (said->is_day_stated)
		now.day = said->day;
	if (said->account.len > 0)
		now.account = arena_copy(turn->arena, said->account);
	if (slice_equal(expense->description, said->description))
		return now;
	now.description = arena_copy(turn->arena, said->description);
	if (category != NULL)
		now.category_id = category->id;
	return now;
}

static bool
is_same(const struct expense *a, const struct expense *b)
{
	return a->amount_minor == b->amount_minor && strcmp(a->currency.code, b->currency.code) == 0 && a->day == b->day
	    && slice_equal(a->account, b->account) && slice_equal(a->description, b->description);
}

static void
say_line(struct turn *turn, enum text_name form, const struct expense *expense)
{
	if (turn->reply->len > 0)
		turn_new_line(turn);
	turn_say_expense(turn, form, expense);
}

/* In their order; what is said no more goes, and what is said besides is a message of its own. */
static void
on_edit_understood(struct turn *turn)
{
	const struct understanding *result = turn->result;

	turn_speak(turn, result->language);
	if (result->verdict != VERDICT_EXPENSES) {
		turn_say(turn, TEXT_edit_unclear, NULL);
		return;
	}
	for (size_t i = 0; i < turn->found_count; i++) {
		struct expense now = turn->found[i];

		if (i >= result->expense_count) {
			turn_change_expense(turn, EXPENSE_DELETED, &now);
			say_line(turn, TEXT_deleted, &now);
			continue;
		}
		now = as_said_now(turn, &turn->found[i], &result->expenses[i]);
		if (is_same(&now, &turn->found[i]))
			continue;
		turn_change_expense(turn, EXPENSE_CHANGED, &now);
		say_line(turn, TEXT_changed, &now);
	}
	if (result->expense_count > turn->found_count) {
		if (turn->reply->len > 0)
			turn_new_line(turn);
		turn_say(turn, TEXT_edit_more, NULL);
	}
}

static void
ask_whether_they_go(struct turn *turn, const struct uuid *message_id)
{
	struct state *state;

	turn_speak(turn, turn->at_home);
	state = turn_open_question(turn, ASKED_GO_TOO);
	state->choice_count = 1;
	state->choices[0] = *message_id;
	turn->status = MESSAGE_QUESTION;
	turn_say(turn, TEXT_message_deleted, NULL);
	for (size_t i = 0; i < turn->found_count; i++)
		say_line(turn, TEXT_recorded_line, &turn->found[i]);
	turn_add_word(turn, TEXT_word_yes, "y");
	turn_add_word(turn, TEXT_word_no, "n");
}

enum outcome
turn_delete_with_message(struct turn *turn)
{
	struct uuid message_id = turn->state->choices[0];
	struct expense *entry = arena_alloc(turn->arena, MESSAGE_EXPENSES_MAX * sizeof *entry);
	size_t count = entry != NULL ? look_entry(turn, &message_id, entry) : 0;

	turn_close_question(turn);
	if (count > 0)
		turn_delete_entry(turn, TEXT_undone_entry, entry, count);
	else
		turn_say(turn, TEXT_gone, NULL);
	return DONE;
}

bool
turn_follow(struct turn *turn)
{
	struct uuid message_id;
	enum incoming_kind kind = turn->incoming != NULL ? turn->incoming->kind : INCOMING_TEXT;

	if (kind != INCOMING_EDITED && kind != INCOMING_DELETED)
		return false;
	turn->status = MESSAGE_NOTHING;
	if (!find(turn, &message_id))
		return true;
	turn->status = MESSAGE_ANSWER;
	if (kind == INCOMING_DELETED)
		ask_whether_they_go(turn, &message_id);
	else
		turn_ask_rules(turn, turn->text, turn->profile->home, on_edit_understood);
	return true;
}
