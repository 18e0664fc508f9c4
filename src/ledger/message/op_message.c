/* SPDX-License-Identifier: MIT */
/* Messages: recording one with all that it changes, and what became of it; see op.h. */
#include "config.h"

#include "ledger/metrics.h"
#include "ledger/queue/op_queue.h"
#include "op_picture.h"

static enum status
get_recorded(struct op *op, const struct uuid *id, struct message *message, bool *is_sign_up)
{
	struct key row = key_id(op->ledger, ROW_MESSAGE, id);
	struct uuid *ids;
	struct slice value;

	if (!op_get(op, TABLE_LEDGER, &row, &value))
		return kv_status(op->kv, ST_NOT_FOUND);
	ids = arena_alloc(op->arena, MESSAGE_EXPENSES_MAX * sizeof *ids);
	if (ids == NULL)
		return ST_FAILED;
	message->id = *id;
	return message_unpack(value, message, is_sign_up, ids);
}

static enum status
get_waiting(struct op *op, const struct uuid *id, struct message *message)
{
	struct inbox_entry entry;
	enum status st = inbox_get(op, id, &entry);

	if (st == ST_OK)
		*message = (struct message){ .id = *id, .status = MESSAGE_WAITING, .text = entry.text,
			.received_ms = entry.received_ms };
	return st;
}

enum status
op_get_message(struct op *op, const struct uuid *id, struct message *message, bool *is_sign_up)
{
	enum status st = get_recorded(op, id, message, is_sign_up);

	if (st != ST_NOT_FOUND)
		return st;
	*is_sign_up = false;
	return get_waiting(op, id, message);
}

enum status
op_list_messages(struct op *op, const struct message_query *query,
    void (*on_message)(const struct message *message, void *arg), void *arg, bool *has_more, struct uuid *last)
{
	struct key prefix = key_kind(op->ledger, ROW_MESSAGE), start = key_id(op->ledger, ROW_MESSAGE, &query->after_id);
	struct uuid ids[MESSAGE_EXPENSES_MAX];
	enum status st = ST_OK;
	struct kv_cursor cursor;
	struct message message;
	bool is_there, is_sign_up;
	unsigned given = 0;

	start.bytes[start.len++] = 0;              /* the first key behind it */
	kv_cursor_begin(&cursor, op->kv, TABLE_LEDGER);
	is_there = kv_cursor_seek(&cursor, key_slice(&start)) && key_starts_with(cursor.key, &prefix);
	for (; st == ST_OK && is_there && given < query->limit; given++) {
		st = message_unpack(cursor.value, &message, &is_sign_up, ids);
		if (st == ST_OK && !key_read_id(cursor.key, &message.id))
			st = ST_BAD_RECORD;
		if (st == ST_OK)
			on_message(&message, arg);
		*last = message.id;
		is_there = kv_cursor_next(&cursor) && key_starts_with(cursor.key, &prefix);
	}
	*has_more = st == ST_OK && is_there;
	kv_cursor_end(&cursor);
	return kv_status(op->kv, st);
}

static enum status
check_entry(const struct message_entry *entry)
{
	if (entry->expense_count > MESSAGE_EXPENSES_MAX || entry->change_count > MESSAGE_CHANGES_MAX || uuid_is_nil(&entry->id) || entry->status >= MESSAGE_WAITING)
		return ST_BAD_VALUE;
	if (entry->cost_count > MESSAGE_COSTS_MAX || entry->button_count > REPLY_BUTTONS_MAX || entry->understood_by.len > AI_PROVIDER_MAX)
		return ST_BAD_VALUE;
	for (size_t i = 0; i < entry->cost_count; i++)
		if (ai_cost_check(&entry->costs[i]) != ST_OK)
			return ST_BAD_VALUE;
	if (entry->reply.len > REPLY_MAX || entry->idempotency_key.len > IDEMPOTENCY_KEY_MAX
	    || entry->deliver_to.len > DELIVER_TO_MAX || entry->conversation.len > CONVERSATION_MAX
	    || entry->ref.len > REFERENCE_MAX || entry->dead_why.len > WHY_MAX || entry->text.len > MESSAGE_TEXT_MAX)
		return ST_TEXT_TOO_LONG;
	return ST_OK;
}

/* ST_OK: it was recorded before, and answer says what was recorded then. */
static enum status
find_earlier(struct op *op, const struct message_entry *entry, struct write_answer *answer)
{
	struct dedupe dedupe;
	enum status st = get_recorded(op, &entry->id, &answer->message, &answer->is_new_user);

	if (st == ST_OK) {
		answer->is_replay = true;
		return expenses_load(op, answer->message.expense_ids, answer->message.expense_count, answer);
	}
	if (st != ST_NOT_FOUND)
		return st;
	st = dedupe_find(op, entry->idempotency_key, entry->request_hash, &dedupe);
	if (st != ST_OK)
		return st;
	if (uuid_equal(&dedupe.message_id, &entry->id))
		return ST_NOT_FOUND;               /* accepted with this key, and now to be recorded */
	return dedupe_answer(op, &dedupe, answer);
}

static void
put_message(struct op *op, const struct message *message, bool is_sign_up)
{
	struct key row = key_id(op->ledger, ROW_MESSAGE, &message->id);

	message_pack(op->scratch, message, is_sign_up);
	op_put_scratch(op, TABLE_LEDGER, &row);
}

static void
put_dedupe(struct op *op, const struct message_entry *entry)
{
	struct dedupe dedupe = { .created_ms = entry->now_ms, .message_id = entry->id };

	memcpy(dedupe.request_hash, entry->request_hash, sizeof dedupe.request_hash);
	dedupe_put(op, entry->idempotency_key, &dedupe);
}

static void
put_reply(struct op *op, const struct message_entry *entry)
{
	struct outbox_entry reply = { .message_id = entry->id, .user_id = entry->sign_up.user_id, .deliver_to = entry->deliver_to,
		.text = entry->reply, .conversation = entry->conversation, .button_count = entry->button_count,
		.created_ms = entry->now_ms };

	if (entry->deliver_to.len == 0)
		return;
	for (size_t i = 0; i < entry->button_count; i++)
		reply.buttons[i] = entry->buttons[i];
	outbox_put(op, &reply);
}

static void
put_job(struct op *op, const struct message_entry *entry)
{
	if (entry->wants_suggestion)
		job_put_new(op, &(struct queued_job){ .id = entry->id, .kind = QUEUED_SUGGESTION, .user_id = entry->sign_up.user_id,
		    .text = entry->text, .deliver_to = entry->deliver_to, .conversation = entry->conversation, .created_ms = entry->now_ms });
}

/* The message as it will be kept, with the ids of its expenses. */
static enum status
make_message(struct op *op, const struct message_entry *entry, const struct expenses_plan *plan, struct message *message)
{
	struct uuid *ids = arena_alloc(op->arena, plan->count * sizeof *ids);

	if (ids == NULL)
		return ST_FAILED;
	for (size_t i = 0; i < plan->count; i++)
		ids[i] = plan->expenses[i].id;
	*message = (struct message){ .id = entry->id, .status = entry->status, .reply = entry->reply, .understood_by = entry->understood_by,
		.received_ms = entry->received_ms, .finished_ms = entry->now_ms, .expense_count = plan->count,
		.expense_ids = ids, .button_count = entry->button_count };
	for (size_t i = 0; i < entry->button_count; i++)
		message->buttons[i] = entry->buttons[i];
	return ST_OK;
}

/*
 * The changes, which the expenses are planned on top of.  What is refused here
 * or later is known only after puts: the transaction ends with it, and whoever
 * shared it is served without it.
 */
static enum status
change_first(struct op *op, const struct message_entry *entry, const struct user_plan *user)
{
	enum status st;

	if (entry->change_count == 0)
		return ST_OK;
	user_apply(op, user);
	st = changes_make(op, entry->changes, entry->change_count, false);
	if (st != ST_OK && (user->is_new || entry->change_count > 1))
		kv_fail(op->kv, st);
	return st;
}

static enum status
plan(struct op *op, const struct message_entry *entry, struct user_plan *user, struct expenses_plan *expenses)
{
	enum status st = user_plan(op, &entry->sign_up, entry->now_ms, user);

	if (st == ST_OK && entry->dialogue != NULL)
		st = dialogue_check(op, entry->dialogue);
	if (st == ST_OK)
		st = change_first(op, entry, user);
	if (st != ST_OK)
		return st;
	st = expenses_plan(op, user, entry->expenses, entry->expense_count, &entry->id, entry->now_ms, expenses);
	if (st != ST_OK && entry->change_count > 0)
		kv_fail(op->kv, st);
	return st;
}

static void
change_last(struct op *op, const struct message_entry *entry)
{
	enum status st = changes_make(op, entry->changes, entry->change_count, true);

	if (st != ST_OK)
		kv_fail(op->kv, st);
}

static enum status
record(struct op *op, const struct message_entry *entry, struct write_answer *answer)
{
	struct user_plan user;
	struct expenses_plan expenses;
	enum status st = plan(op, entry, &user, &expenses);

	if (st == ST_OK)
		st = make_message(op, entry, &expenses, &answer->message);
	if (st != ST_OK)
		return st;
	if (entry->change_count == 0)
		user_apply(op, &user);
	expenses_apply(op, &expenses);
	metrics_note(op, entry->now_ms, user.is_new, 1);
	put_message(op, &answer->message, user.is_new);
	put_dedupe(op, entry);
	put_reply(op, entry);
	put_job(op, entry);
	if (entry->keeps_picture)
		picture_settle(op, &entry->id, answer->message.expense_ids, answer->message.expense_count);
	reference_put(op, entry->conversation, entry->ref, &entry->id, entry->now_ms);
	for (size_t i = 0; i < entry->cost_count; i++)
		op_add_ai_cost(op, &entry->costs[i]);
	if (entry->dialogue != NULL)
		dialogue_put(op, entry->dialogue);
	change_last(op, entry);
	answer->is_new_user = user.is_new;
	answer->expenses = expenses.expenses;
	answer->expense_count = expenses.count;
	return ST_OK;
}

/* Of one that was never in the inbox as much as is known of it. */
static enum status
bury(struct op *op, const struct message_entry *entry)
{
	struct dead_letter letter = { .kind = LETTER_MESSAGE, .dead_ms = entry->now_ms, .why = entry->dead_why };
	enum status st = entry->was_in_inbox ? inbox_get(op, &entry->id, &letter.message) : ST_NOT_FOUND;

	if (st == ST_NOT_FOUND && !entry->was_in_inbox) {
		letter.message = (struct inbox_entry){ .message_id = entry->id, .user_id = entry->sign_up.user_id, .text = entry->text,
			.received_ms = entry->received_ms, .incoming = { .conversation = entry->conversation, .ref = entry->ref },
			.deliver_to = entry->deliver_to };
		st = ST_OK;
	}
	if (st == ST_OK)
		dead_letter_put(op, &letter);
	return st == ST_NOT_FOUND ? ST_OK : st;
}

enum status
op_record_message(struct op *op, const struct message_entry *entry, struct write_answer *answer)
{
	enum status st = check_entry(entry);

	if (st != ST_OK)
		return st;
	st = find_earlier(op, entry, answer);
	if (st == ST_NOT_FOUND)
		st = record(op, entry, answer);
	if (st == ST_OK && entry->dead_why.len > 0)
		st = bury(op, entry);
	if (st == ST_OK && entry->was_in_inbox)
		inbox_del(op, &entry->id);
	return kv_status(op->kv, st);
}
