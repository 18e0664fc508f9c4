/* SPDX-License-Identifier: MIT */
/* What was given up; see op_queue.h.  A message, its reply and its job may all be, so the key says which it is. */
#include "config.h"

#include "op_queue.h"

static struct key
dead_key(const struct op *op, const struct uuid *id, enum letter_kind kind)
{
	static const char kinds[] = { [LETTER_MESSAGE] = 'M', [LETTER_REPLY] = 'R', [LETTER_JOB] = 'J' };
	struct key key = queue_key(op->ledger, id);

	key_add(&key, &kinds[kind], 1);
	return key;
}

void
dead_letter_put(struct op *op, const struct dead_letter *letter)
{
	struct key key = dead_key(op, dead_letter_id(letter), letter->kind);

	dead_letter_pack(op->scratch, letter);
	op_put_scratch(op, TABLE_DEAD, &key);
}

/* The id is in the key. */
static enum status
read_letter(struct slice key, struct slice value, struct dead_letter *letter)
{
	enum status st = dead_letter_unpack(value, letter);
	struct uuid id;

	if (st != ST_OK)
		return st;
	if (!queue_read_key(key, &id))
		return ST_BAD_RECORD;
	if (letter->kind == LETTER_MESSAGE)
		letter->message.message_id = id;
	else if (letter->kind == LETTER_REPLY)
		letter->reply.message_id = id;
	else
		letter->job.id = id;
	return ST_OK;
}

struct listing {
	void (*on_letter)(const struct dead_letter *letter, void *arg);
	void  *arg;
};

static bool
give(const struct kv_cursor *cursor, bool *wants_next, void *arg)
{
	const struct listing *listing = arg;
	struct dead_letter letter;

	if (read_letter(cursor->key, cursor->value, &letter) != ST_OK)
		return false;
	listing->on_letter(&letter, listing->arg);
	*wants_next = true;
	return true;
}

enum status
op_list_dead(struct op *op, const struct due_query *query, void (*on_letter)(const struct dead_letter *letter, void *arg), void *arg,
    struct slice *next)
{
	struct listing listing = { on_letter, arg };

	return queue_walk(op, TABLE_DEAD, query, give, &listing, next);
}

static enum status
bring_back(struct op *op, struct dead_letter *letter, const struct dead_letter_action *action)
{
	enum status st = ST_OK;

	switch (letter->kind) {
	case LETTER_MESSAGE:
		letter->message.message_id = action->new_id;
		letter->message.idempotency_key = SLICE_EMPTY;
		letter->message.not_before_ms = 0;
		letter->message.attempts = letter->message.blames = letter->message.crash_mark = 0;
		st = inbox_direct(op, &letter->message);
		if (st == ST_OK)
			inbox_put(op, &letter->message);
		break;
	case LETTER_REPLY:
		letter->reply.created_ms = action->now_ms;
		letter->reply.not_before_ms = 0;
		letter->reply.attempts = 0;
		outbox_put(op, &letter->reply);
		break;
	case LETTER_JOB:
	default:
		letter->job.created_ms = action->now_ms;
		letter->job.not_before_ms = 0;
		letter->job.attempts = letter->job.blames = letter->job.crash_mark = 0;
		job_put(op, &letter->job);
	}
	return st;
}

enum status
op_settle_dead(struct op *op, const struct dead_letter_action *action)
{
	struct key key = dead_key(op, &action->message_id, action->kind);
	struct dead_letter letter;
	struct slice value;
	enum status st;

	if (!op_get(op, TABLE_DEAD, &key, &value))
		return kv_status(op->kv, ST_NOT_FOUND);
	st = read_letter(key_slice(&key), value, &letter);
	if (st != ST_OK)
		return st;
	if (!action->is_dropped && letter.kind == LETTER_MESSAGE && uuid_is_nil(&action->new_id))
		return ST_BAD_VALUE;
	if (!action->is_dropped)
		st = bring_back(op, &letter, action);
	if (st != ST_OK)
		return st;
	kv_del(op->kv, TABLE_DEAD, key_slice(&key));
	return kv_status(op->kv, ST_OK);
}
