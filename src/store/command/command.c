/* SPDX-License-Identifier: MIT */
/* See command.h. */
#include "config.h"

#include "command_parts.h"

static const struct command_row *const rows[COMMANDS] = {
	[COMMAND_RECORD_MESSAGE] = &command_record_message,
	[COMMAND_PUT_EXPENSES] = &command_put_expenses,
	[COMMAND_CHANGE_EXPENSE] = &command_change_expense,
	[COMMAND_NAME_CATEGORY] = &command_name_category,
	[COMMAND_DELETE_CATEGORY] = &command_delete_category,
	[COMMAND_MOVE_EXPENSES] = &command_move_expenses,
	[COMMAND_SET_KEYWORD] = &command_set_keyword,
	[COMMAND_SIGN_UP] = &command_sign_up,
	[COMMAND_CHANGE_USER] = &command_change_user,
	[COMMAND_BEGIN_DELETION] = &command_begin_deletion,
	[COMMAND_DELETE_STEP] = &command_delete_step,
	[COMMAND_REMOVE_TOKENS] = &command_remove_tokens,
	[COMMAND_REMOVE_EXPIRED] = &command_remove_expired,
	[COMMAND_PUT_INBOX] = &command_put_inbox,
	[COMMAND_CLAIM_MESSAGE] = &command_claim_message,
	[COMMAND_CLAIM_REPLY] = &command_claim_reply,
	[COMMAND_FINISH_REPLY] = &command_finish_reply,
	[COMMAND_SETTLE_DEAD] = &command_settle_dead,
	[COMMAND_CLAIM_JOB] = &command_claim_job,
	[COMMAND_FINISH_JOB] = &command_finish_job,
	[COMMAND_ADD_AI_COST] = &command_add_ai_cost,
	[COMMAND_PUT_TOKEN] = &command_put_token,
	[COMMAND_PUT_POLICY] = &command_put_policy,
	[COMMAND_REVOKE_TOKEN] = &command_revoke_token,
	[COMMAND_NOTE_TOKEN_USED] = &command_note_token_used,
	[COMMAND_PUT_LINK_CODE] = &command_put_link_code,
	[COMMAND_TRY_LINK_CODE] = &command_try_link_code,
	[COMMAND_SET_ALIAS] = &command_set_alias,
	[COMMAND_SET_LINK] = &command_set_link,
	[COMMAND_DROP_MESSAGE] = &command_drop_message,
	[COMMAND_BRING_FORWARD] = &command_bring_forward,
	[COMMAND_PUT_PICTURE_PART] = &command_put_picture_part,
	[COMMAND_REMOVE_PICTURE] = &command_remove_picture,
	[COMMAND_REMOVE_AI_CALLS] = &command_remove_ai_calls,
};

/* --- a body: one binary value that holds the fields in a row -------------------- */

enum { BODY_HEAD = 5 };

static size_t
body_begin(struct buf *b)
{
	size_t start = b->len;

	buf_append(b, "\xc6\0\0\0\0", BODY_HEAD);       /* bin 32 */
	return start;
}

static void
body_end(struct buf *b, size_t start)
{
	size_t size = b->len - start - BODY_HEAD;

	if (b->has_failed)
		return;
	for (size_t i = 0; i < BODY_HEAD - 1; i++)
		b->data[start + 1 + i] = (char)(size >> (24 - 8 * i));
}

static struct mp
body_open(struct slice body)
{
	struct mp mp = mp_of(body);
	struct slice fields = mp_bin(&mp);

	return mp_end(&mp) ? mp_of(fields) : (struct mp){ .is_bad = true };
}

void
command_pack(struct buf *b, const struct command *command)
{
	size_t start = body_begin(b);
	msgpack_packer pk = mp_packer(b);

	mp_put_bin(&pk, command->ledger, sizeof command->ledger);
	rows[command->kind]->pack(&pk, command);
	body_end(b, start);
}

bool
command_unpack(struct slice body, unsigned kind, struct arena *arena, struct command *command)
{
	struct mp mp = body_open(body);

	if (kind >= COMMANDS)
		return false;
	command->kind = (enum command_kind)kind;
	mp_bytes(&mp, command->ledger, sizeof command->ledger);
	rows[kind]->unpack(&mp, arena, command);
	return mp_end(&mp);
}

static bool
is_about_a_ledger(const struct command *command)
{
	static const uint8_t none[LEDGER_KEY_SIZE];

	return memcmp(command->ledger, none, sizeof none) != 0;
}

/*
 * What the ledger of a user who is or was deleted takes no more: messages may come again long after they came first,
 * with the id that they had then.
 * Replies are sent while it is being deleted, so that the user hears of it.
 */
static enum status
check_ledger(struct op *op, const struct command *command)
{
	bool is_about_a_reply = command->kind == COMMAND_CLAIM_REPLY || command->kind == COMMAND_FINISH_REPLY ||
	    (command->kind == COMMAND_BRING_FORWARD && command->bringing_forward.queue == QUEUE_REPLIES);
	int64_t arrived_ms = INT64_MAX;
	enum status st;

	if (!is_about_a_ledger(command) || command->kind == COMMAND_BEGIN_DELETION || command->kind == COMMAND_DELETE_STEP)
		return ST_OK;
	if (command->kind == COMMAND_RECORD_MESSAGE)
		arrived_ms = uuid7_time_ms(&command->message.id);
	else if (command->kind == COMMAND_PUT_INBOX)
		arrived_ms = uuid7_time_ms(&command->inbox.message_id);
	else if (command->kind == COMMAND_PUT_PICTURE_PART)
		arrived_ms = uuid7_time_ms(&command->picture_part.message_id);
	st = ledger_check(op, arrived_ms);
	return st == ST_BEING_DELETED && is_about_a_reply ? ST_OK : st;
}

/* It could not be carried out, and some of it may have been: the transaction must end.  A refusal comes before all puts. */
static bool
is_broken_off(enum status st)
{
	return st == ST_FAILED || st == ST_BAD_RECORD;
}

enum status
command_run(const struct command *command, struct kv *kv, struct arena *arena, struct buf *scratch,
    struct metrics_pending *metrics, struct write_answer *answer)
{
	struct op op = { .kv = kv, .arena = arena, .scratch = scratch, .metrics = metrics };
	enum status st;

	memcpy(op.ledger, command->ledger, sizeof op.ledger);
	memset(answer, 0, sizeof *answer);
	st = check_ledger(&op, command);
	if (st == ST_OK)
		st = rows[command->kind]->run(&op, command, answer);
	if (is_broken_off(st))
		kv_fail(kv, st);
	return kv_status(kv, st);
}

static void
put_message(msgpack_packer *pk, const struct message *message)
{
	mp_put_uuid(pk, &message->id);
	msgpack_pack_uint32(pk, message->status);
	mp_put_str(pk, message->text);
	mp_put_str(pk, message->reply);
	mp_put_str(pk, message->understood_by);
	msgpack_pack_int64(pk, message->received_ms);
	msgpack_pack_int64(pk, message->finished_ms);
	msgpack_pack_uint64(pk, message->expense_count);
	for (size_t i = 0; i < message->expense_count; i++)
		mp_put_uuid(pk, &message->expense_ids[i]);
	buttons_put(pk, message->buttons, message->button_count);
}

static void
read_message(struct mp *mp, struct arena *arena, struct message *message)
{
	struct uuid *ids;

	mp_uuid(mp, &message->id);
	message->status = (enum message_status)mp_int_in(mp, 0, MESSAGE_WAITING);
	message->text = mp_str(mp);
	message->reply = mp_str(mp);
	message->understood_by = mp_str(mp);
	message->received_ms = mp_int(mp);
	message->finished_ms = mp_int(mp);
	message->expense_ids = ids = command_read_list(mp, arena, &message->expense_count, BATCH_EXPENSES_MAX, sizeof *ids);
	for (size_t i = 0; !mp->is_bad && i < message->expense_count; i++)
		mp_uuid(mp, &ids[i]);
	message->button_count = buttons_read(mp, message->buttons);
}

void
answer_pack(struct buf *b, enum status st, const struct write_answer *answer)
{
	size_t start = body_begin(b);
	msgpack_packer pk = mp_packer(b);

	msgpack_pack_uint32(&pk, st);
	if (st == ST_OK) {
		mp_put_bool(&pk, answer->is_new_user);
		mp_put_bool(&pk, answer->is_replay);
		put_message(&pk, &answer->message);
		msgpack_pack_uint64(&pk, answer->expense_count);
		for (size_t i = 0; i < answer->expense_count; i++)
			command_put_expense(&pk, &answer->expenses[i]);
		mp_put_uuid(&pk, &answer->category_id);
		mp_put_bin(&pk, answer->next.ptr, answer->next.len);
		for (int i = 0; i < REMOVED_KINDS; i++)
			msgpack_pack_uint32(&pk, answer->removed[i]);
		msgpack_pack_uint32(&pk, answer->expenses_left);
		mp_put_bool(&pk, answer->must_wait);
		mp_put_bool(&pk, answer->is_given_up);
		mp_put_str(&pk, answer->linked_to);
		msgpack_pack_uint32(&pk, answer->link_found);
	}
	body_end(b, start);
}

bool
answer_unpack(struct slice body, struct arena *arena, enum status *st, struct write_answer *answer)
{
	struct mp mp = body_open(body);
	struct expense *expenses;

	*st = status_from_wire(mp_uint(&mp));
	memset(answer, 0, sizeof *answer);
	if (*st != ST_OK || mp.is_bad)
		return mp_end(&mp);
	answer->is_new_user = mp_bool(&mp);
	answer->is_replay = mp_bool(&mp);
	read_message(&mp, arena, &answer->message);
	answer->expenses = expenses = command_read_list(&mp, arena, &answer->expense_count, BATCH_EXPENSES_MAX, sizeof *expenses);
	for (size_t i = 0; !mp.is_bad && i < answer->expense_count; i++)
		command_read_expense(&mp, &expenses[i]);
	mp_uuid(&mp, &answer->category_id);
	answer->next = mp_bin(&mp);
	for (int i = 0; i < REMOVED_KINDS; i++)
		answer->removed[i] = mp_u32(&mp);
	answer->expenses_left = mp_u32(&mp);
	answer->must_wait = mp_bool(&mp);
	answer->is_given_up = mp_bool(&mp);
	answer->linked_to = mp_str(&mp);
	answer->link_found = (unsigned)mp_int_in(&mp, 0, LINK_CODES - 1);
	return mp_end(&mp);
}

void
asker_tell(const struct asker *asker, enum status st, const struct write_answer *answer)
{
	if (asker->on_write != NULL)
		asker->on_write(st, answer, asker->arg);
	else
		asker->on_done(st, asker->arg);
}
