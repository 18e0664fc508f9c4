/* SPDX-License-Identifier: MIT */
/* What was given up; see op_queue.h.  A message and its reply may both be, so the key says which it is. */
#include "config.h"

#include "op_queue.h"

static struct key
dead_key(const struct op *op, const struct uuid *id, bool is_reply)
{
	struct key key = queue_key(op->ledger, id);

	key_add(&key, is_reply ? "R" : "M", 1);
	return key;
}

void
dead_letter_put(struct op *op, const struct dead_letter *letter)
{
	struct key key = dead_key(op, letter->is_reply ? &letter->reply.message_id : &letter->message.message_id, letter->is_reply);

	dead_letter_pack(op->scratch, letter);
	op_put_scratch(op, TABLE_DEAD, &key);
}

/* The id is in the key. */
static enum status
read_letter(struct slice key, struct slice value, struct dead_letter *letter)
{
	enum status st = dead_letter_unpack(value, letter);

	if (st == ST_OK && !queue_read_key(key, letter->is_reply ? &letter->reply.message_id : &letter->message.message_id))
		st = ST_BAD_RECORD;
	return st;
}

struct listing {
	void (*on_letter)(const struct dead_letter *letter, void *arg);
	void  *arg;
};

static enum status
give(const struct kv_cursor *cursor, bool *wants_next, void *arg)
{
	const struct listing *listing = arg;
	struct dead_letter letter;
	enum status st = read_letter(cursor->key, cursor->value, &letter);

	if (st == ST_OK)
		listing->on_letter(&letter, listing->arg);
	*wants_next = true;
	return st;
}

enum status
op_list_dead(struct op *op, const struct due_query *query, void (*on_letter)(const struct dead_letter *letter, void *arg), void *arg,
    struct slice *next)
{
	struct listing listing = { on_letter, arg };

	return queue_walk(op, TABLE_DEAD, query, give, &listing, next);
}

static void
bring_back(struct op *op, const struct dead_letter *letter, const struct dead_letter_action *action)
{
	struct outbox_entry reply = letter->reply;
	struct inbox_entry message = letter->message;

	if (letter->is_reply) {
		reply.created_ms = action->now_ms;
		reply.not_before_ms = 0;
		reply.attempts = 0;
		outbox_put(op, &reply);
		return;
	}
	message.message_id = action->new_id;
	message.idempotency_key = SLICE_EMPTY;
	message.not_before_ms = 0;
	message.attempts = message.blames = message.crash_mark = 0;
	inbox_put(op, &message);
}

enum status
op_settle_dead(struct op *op, const struct dead_letter_action *action)
{
	struct key key = dead_key(op, &action->message_id, action->is_reply);
	struct dead_letter letter;
	struct slice value;
	enum status st;

	if (!op_get(op, TABLE_DEAD, &key, &value))
		return kv_status(op->kv, ST_NOT_FOUND);
	st = read_letter(key_slice(&key), value, &letter);
	if (st != ST_OK)
		return st;
	if (!action->is_dropped && !letter.is_reply && uuid_is_nil(&action->new_id))
		return ST_BAD_VALUE;
	if (!action->is_dropped)
		bring_back(op, &letter, action);
	kv_del(op->kv, TABLE_DEAD, key_slice(&key));
	return kv_status(op->kv, ST_OK);
}
