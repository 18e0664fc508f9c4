/* SPDX-License-Identifier: MIT */
/* Replies that wait for their delivery; see op_queue.h. */
#include "config.h"

#include "op_queue.h"

static enum status
outbox_get(struct op *op, const struct uuid *message_id, struct outbox_entry *entry)
{
	struct key key = queue_key(op->ledger, message_id);
	struct slice value;

	if (!op_get(op, TABLE_OUTBOX, &key, &value))
		return kv_status(op->kv, ST_NOT_FOUND);
	entry->message_id = *message_id;
	return outbox_unpack(value, entry);
}

void
outbox_put(struct op *op, const struct outbox_entry *entry)
{
	struct key key = queue_key(op->ledger, &entry->message_id);

	outbox_pack(op->scratch, entry);
	op_put_scratch(op, TABLE_OUTBOX, &key);
}

enum status
op_claim_reply(struct op *op, const struct reply_claim *claim)
{
	struct outbox_entry entry;
	enum status st = outbox_get(op, &claim->message_id, &entry);

	if (st != ST_OK)
		return st;
	if (entry.not_before_ms > claim->now_ms)
		return ST_CONFLICT;
	entry.attempts++;
	entry.why = SLICE_EMPTY;
	entry.not_before_ms = claim->until_ms;
	outbox_put(op, &entry);
	return kv_status(op->kv, ST_OK);
}

static void
bury(struct op *op, const struct outbox_entry *entry, const struct reply_outcome *outcome)
{
	struct dead_letter letter = { .kind = LETTER_REPLY, .dead_ms = outcome->now_ms, .why = outcome->why, .reply = *entry };

	dead_letter_put(op, &letter);
}

enum status
op_finish_reply(struct op *op, const struct reply_outcome *outcome)
{
	struct key key = queue_key(op->ledger, &outcome->message_id);
	struct outbox_entry entry;
	enum status st = outbox_get(op, &outcome->message_id, &entry);

	if (st != ST_OK)
		return st == ST_NOT_FOUND ? ST_OK : st;
	if (outcome->result == REPLY_LATER) {
		entry.not_before_ms = outcome->not_before_ms;
		entry.step = outcome->step;
		entry.why = outcome->why;
		outbox_put(op, &entry);
		return kv_status(op->kv, ST_OK);
	}
	if (ledger_check(op, INT64_MAX) == ST_BEING_DELETED)
		;                            /* nothing is added to a ledger that goes */
	else if (outcome->result == REPLY_SENT)
		reference_put(op, entry.conversation, outcome->ref, &entry.message_id, outcome->now_ms);
	else
		bury(op, &entry, outcome);
	kv_del(op->kv, TABLE_OUTBOX, key_slice(&key));
	return kv_status(op->kv, ST_OK);
}

static enum status
read_entry(const struct kv_cursor *cursor, struct outbox_entry *entry)
{
	return queue_read_key(cursor->key, &entry->message_id) ? outbox_unpack(cursor->value, entry) : ST_BAD_RECORD;
}

enum status
outbox_bring_forward(struct op *op, const struct bringing_forward *change)
{
	struct outbox_entry entry;
	enum status st = outbox_get(op, &change->id, &entry);

	if (st != ST_OK || entry.not_before_ms != change->from_ms)
		return st;
	entry.not_before_ms = change->to_ms;
	outbox_put(op, &entry);
	return kv_status(op->kv, ST_OK);
}

/* --- notices --------------------------------------------------------------------------------- */

struct joining {
	struct op                 *op;
	const struct outbox_entry *notice;
	struct outbox_entry        open;       /* the one that the notice joins */
	bool                       is_found;
};

/* Nobody has it, it is not due, and the two fit into one message. */
static bool
may_join(const struct outbox_entry *open, const struct outbox_entry *notice)
{
	return open->is_notice && open->attempts == 0 && open->created_ms <= notice->created_ms && open->not_before_ms > notice->created_ms &&
	    slice_equal(open->conversation, notice->conversation) && open->text.len + 1 + notice->text.len <= REPLY_MAX &&
	    open->button_count + notice->button_count <= REPLY_BUTTONS_MAX;
}

static bool
find_open(const struct kv_cursor *cursor, bool *wants_next, void *arg)
{
	struct joining *joining = arg;
	struct kv_cursor copy = *cursor;

	copy.value = arena_copy(joining->op->arena, cursor->value);
	if (copy.value.ptr == NULL) {
		kv_fail(joining->op->kv, ST_FAILED);
		return true;
	}
	if (read_entry(&copy, &joining->open) != ST_OK)
		return false;
	joining->is_found = may_join(&joining->open, joining->notice);
	*wants_next = !joining->is_found;
	return true;
}

/* The newer one says where to: a platform may not take an old address any more. */
static void
join(struct op *op, struct outbox_entry *open, const struct outbox_entry *notice)
{
	char *text = arena_alloc(op->arena, open->text.len + 1 + notice->text.len);

	if (text == NULL) {
		kv_fail(op->kv, ST_FAILED);
		return;
	}
	memcpy(text, open->text.ptr, open->text.len);
	text[open->text.len] = '\n';
	memcpy(text + open->text.len + 1, notice->text.ptr, notice->text.len);
	open->text = (struct slice){ text, open->text.len + 1 + notice->text.len };
	open->deliver_to = notice->deliver_to;
	for (size_t i = 0; i < notice->button_count; i++)
		open->buttons[open->button_count++] = notice->buttons[i];
	outbox_put(op, open);
}

void
notice_put(struct op *op, const struct outbox_entry *notice)
{
	struct joining joining = { .op = op, .notice = notice };

	queue_walk_ledger(op, TABLE_OUTBOX, find_open, &joining);
	if (joining.is_found)
		join(op, &joining.open, notice);
	else
		outbox_put(op, notice);
}

/* --- reading --------------------------------------------------------------------------------- */

/* It keeps nobody back while it waits for its time or its next attempt. */
static bool
lets_pass(const struct outbox_entry *entry, int64_t now_ms)
{
	return (entry->is_notice || entry->attempts >= REPLY_PATIENCE) && entry->not_before_ms > now_ms;
}

struct first {
	struct op           *op;
	int64_t              now_ms;
	struct outbox_entry *entry;
	enum status          st;               /* ST_NOT_FOUND until there is one */
};

static bool
take_first(const struct kv_cursor *cursor, bool *wants_next, void *arg)
{
	struct first *first = arg;
	struct kv_cursor copy = *cursor;

	copy.value = arena_copy(first->op->arena, cursor->value);
	if (copy.value.ptr == NULL) {
		first->st = ST_FAILED;
		return true;
	}
	if (read_entry(&copy, first->entry) != ST_OK)
		return false;
	*wants_next = lets_pass(first->entry, first->now_ms);
	if (!*wants_next)
		first->st = ST_OK;
	return true;
}

enum status
op_first_reply(struct op *op, int64_t now_ms, struct outbox_entry *entry)
{
	struct first first = { op, now_ms, entry, ST_NOT_FOUND };

	queue_walk_ledger(op, TABLE_OUTBOX, take_first, &first);
	return kv_status(op->kv, first.st);
}

struct listing {
	int64_t now_ms, far_ms;
	void  (*on_reply)(const struct outbox_entry *entry, void *arg);
	void   *arg;
};

static bool
give_due(const struct kv_cursor *cursor, bool *wants_next, void *arg)
{
	const struct listing *listing = arg;
	struct outbox_entry entry;

	if (read_entry(cursor, &entry) != ST_OK)
		return false;
	if (entry.not_before_ms <= listing->now_ms || queue_is_far(entry.not_before_ms, listing->far_ms))
		listing->on_reply(&entry, listing->arg);
	*wants_next = lets_pass(&entry, listing->now_ms);
	return true;
}

enum status
op_list_due_replies(struct op *op, const struct due_query *query,
    void (*on_reply)(const struct outbox_entry *entry, void *arg), void *arg, struct slice *next)
{
	struct listing listing = { query->now_ms, query->far_ms, on_reply, arg };

	return queue_walk(op, TABLE_OUTBOX, query, give_due, &listing, next);
}
