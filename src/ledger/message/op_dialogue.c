/* SPDX-License-Identifier: MIT */
/* What a conversation is about, and the changes that a message brings; see op.h. */
#include "config.h"

#include "ledger/op/op.h"

enum { LAST_MESSAGES = 200 };      /* looked through for the last entry */

static enum status
get(struct op *op, const struct key *row, struct dialogue *dialogue)
{
	struct slice value;

	if (!op_get(op, TABLE_LEDGER, row, &value))
		return kv_status(op->kv, ST_NOT_FOUND);
	return dialogue_unpack(value, dialogue);
}

enum status
op_get_dialogue(struct op *op, struct slice conversation, struct dialogue *dialogue)
{
	struct key row = key_dialogue(op->ledger, conversation);

	return get(op, &row, dialogue);
}

enum status
dialogue_check(struct op *op, const struct dialogue_entry *entry)
{
	struct key row = key_dialogue(op->ledger, entry->conversation);
	struct dialogue present = { .version = 0 };
	enum status st;

	if (entry->state.len > DIALOGUE_STATE_MAX || entry->conversation.len > CONVERSATION_MAX)
		return ST_TEXT_TOO_LONG;
	st = get(op, &row, &present);
	if (st != ST_OK && st != ST_NOT_FOUND)
		return st;
	return present.version == entry->if_version ? ST_OK : ST_STALE;
}

void
dialogue_put(struct op *op, const struct dialogue_entry *entry)
{
	struct key row = key_dialogue(op->ledger, entry->conversation);
	struct dialogue dialogue = { .version = entry->if_version + 1, .keep_until_ms = entry->keep_until_ms, .state = entry->state };

	dialogue_pack(op->scratch, &dialogue);
	op_put_scratch(op, TABLE_LEDGER, &row);
}

/* --- changes ---------------------------------------------------------------------------- */

static enum status
make(struct op *op, const struct message_change *change, struct write_answer *answer)
{
	switch (change->kind) {
	case CHANGE_EXPENSE:
		return op_change_expense(op, &change->expense, answer);
	case CHANGE_CATEGORY_NAME:
		return op_name_category(op, &change->category_name, answer);
	case CHANGE_CATEGORY_DELETION:
		return op_delete_category(op, &change->category_deletion, answer);
	case CHANGE_KEYWORD:
		return op_set_keyword(op, &change->keyword, answer);
	case CHANGE_USER:
		return op_change_user(op, &change->user, answer);
	case CHANGE_USER_DELETION:
		return op_begin_deletion(op, &change->user_deletion);
	case CHANGE_ALIAS:
		return op_set_alias(op, &change->link);
	case CHANGE_LINK:
	default:
		break;
	}
	return op_set_link(op, &change->link);
}

enum status
changes_make(struct op *op, const struct message_change *changes, size_t count, bool is_last)
{
	struct write_answer answer;
	enum status st = ST_OK;

	for (size_t i = 0; st == ST_OK && i < count; i++) {
		answer = (struct write_answer){ .expense_count = 0 };
		if ((changes[i].kind == CHANGE_USER_DELETION) == is_last)
			st = make(op, &changes[i], &answer);
	}
	return st;
}

/* --- the last entry ----------------------------------------------------------------------- */

/* Leaves the ids of those that are still there. */
static void
leave_present(struct op *op, struct message *message, struct uuid *ids)
{
	size_t present = 0;

	for (size_t i = 0; i < message->expense_count; i++) {
		struct key row = key_id(op->ledger, ROW_EXPENSE_ID, &ids[i]);
		struct slice value;

		if (kv_get(op->kv, TABLE_LEDGER, key_slice(&row), &value))
			ids[present++] = ids[i];
	}
	message->expense_count = present;
}

/* Its texts are not needed, and not kept. */
static enum status
read_message(const struct kv_cursor *cursor, struct message *message, struct uuid *ids)
{
	bool is_sign_up;
	enum status st = message_unpack(cursor->value, message, &is_sign_up, ids);

	message->text = message->reply = SLICE_EMPTY;
	return st == ST_OK && !key_read_id(cursor->key, &message->id) ? ST_BAD_RECORD : st;
}

enum status
op_find_last_entry(struct op *op, struct message *message)
{
	struct key prefix = key_kind(op->ledger, ROW_MESSAGE), end = prefix;
	struct uuid *ids = arena_alloc(op->arena, MESSAGE_EXPENSES_MAX * sizeof *ids);
	enum status st = ids != NULL ? ST_OK : ST_FAILED;
	struct kv_cursor cursor;
	bool is_there;

	key_to_end(&end);
	kv_cursor_begin(&cursor, op->kv, TABLE_LEDGER);
	is_there = kv_cursor_seek_before(&cursor, key_slice(&end));
	for (int i = 0; st == ST_OK && is_there && key_starts_with(cursor.key, &prefix) && i < LAST_MESSAGES; i++) {
		st = read_message(&cursor, message, ids);
		if (st == ST_OK)
			leave_present(op, message, ids);
		if (st != ST_OK || message->expense_count > 0)
			break;
		is_there = kv_cursor_prev(&cursor);
	}
	kv_cursor_end(&cursor);
	if (st == ST_OK && message->expense_count == 0)
		st = ST_NOT_FOUND;
	return kv_status(op->kv, st);
}
