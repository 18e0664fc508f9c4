/* SPDX-License-Identifier: MIT */
/* Messages that wait to be worked on; see op_queue.h. */
#include "config.h"

#include "op_queue.h"

enum status
inbox_get(struct op *op, const struct uuid *message_id, struct inbox_entry *entry)
{
	struct key key = queue_key(op->ledger, message_id);
	struct slice value;

	if (!op_get(op, TABLE_INBOX, &key, &value))
		return kv_status(op->kv, ST_NOT_FOUND);
	entry->message_id = *message_id;
	return inbox_unpack(value, entry);
}

void
inbox_put(struct op *op, const struct inbox_entry *entry)
{
	struct key key = queue_key(op->ledger, &entry->message_id);

	inbox_pack(op->scratch, entry);
	op_put_scratch(op, TABLE_INBOX, &key);
}

void
inbox_del(struct op *op, const struct uuid *message_id)
{
	struct key key = queue_key(op->ledger, message_id);

	kv_del(op->kv, TABLE_INBOX, key_slice(&key));
}

/* --- accepting ------------------------------------------------------------------------------- */

static enum status
check_entry(const struct inbox_entry *entry)
{
	const struct incoming *incoming = &entry->incoming;

	if (uuid_is_nil(&entry->message_id) || entry->user_id.len == 0)
		return ST_BAD_VALUE;
	if (entry->user_id.len > USER_ID_MAX || entry->sender.len > USER_ID_MAX || entry->text.len > MESSAGE_TEXT_MAX || incoming->locale_hint.len > LOCALE_MAX
	    || incoming->conversation.len > CONVERSATION_MAX || incoming->ref.len > REFERENCE_MAX
	    || incoming->reply_to_ref.len > REFERENCE_MAX || incoming->media.len > MEDIA_MAX
	    || entry->idempotency_key.len > IDEMPOTENCY_KEY_MAX || entry->deliver_to.len > DELIVER_TO_MAX)
		return ST_TEXT_TOO_LONG;
	return ST_OK;
}

/* ST_OK: it was accepted before, by its id or with its idempotency key; *id says as which. */
static enum status
find_accepted(struct op *op, const struct inbox_entry *entry, struct uuid *id)
{
	struct message message;
	struct dedupe dedupe;
	bool is_sign_up;
	enum status st = op_get_message(op, &entry->message_id, &message, &is_sign_up);

	*id = entry->message_id;
	if (st != ST_NOT_FOUND)
		return st;
	st = dedupe_find(op, entry->idempotency_key, entry->request_hash, &dedupe);
	if (st == ST_OK)
		*id = dedupe.message_id;
	return st;
}

/* What one who is an alias now says is for the other ledger, whatever happens to the link later. */
enum status
inbox_direct(struct op *op, struct inbox_entry *entry)
{
	struct user user;
	enum status st = user_get(op, &user);

	if (st == ST_OK && entry->sender.len == 0)
		entry->forward_to = user.linked_to;
	return st == ST_NO_USER ? ST_OK : st;
}

enum status
op_put_inbox(struct op *op, const struct inbox_entry *entry, struct write_answer *answer)
{
	struct dedupe dedupe = { .created_ms = entry->received_ms, .message_id = entry->message_id };
	struct inbox_entry kept = *entry;
	enum status st = check_entry(entry);

	if (st == ST_OK)
		st = find_accepted(op, entry, &answer->message.id);
	answer->is_replay = st == ST_OK;
	if (st != ST_NOT_FOUND || (entry->sender.len > 0 && !alias_is_known(op, entry->sender)))
		return st;
	st = inbox_direct(op, &kept);
	if (st != ST_OK)
		return st;
	answer->linked_to = kept.forward_to;
	answer->must_wait = queue_has_older(op, TABLE_INBOX, &entry->message_id);
	if (answer->must_wait)
		kept.not_before_ms = 0;
	inbox_put(op, &kept);
	memcpy(dedupe.request_hash, entry->request_hash, sizeof dedupe.request_hash);
	dedupe_put(op, entry->idempotency_key, &dedupe);
	return kv_status(op->kv, ST_OK);
}

enum status
op_claim_message(struct op *op, const struct inbox_claim *claim)
{
	struct inbox_entry entry;
	enum status st = inbox_get(op, &claim->message_id, &entry);

	if (st != ST_OK)
		return st;
	if (entry.not_before_ms > claim->now_ms)
		return ST_CONFLICT;
	entry.blames = inbox_blames(&entry, claim->crash_mark);
	entry.crash_mark = claim->crash_mark;
	entry.attempts++;
	entry.not_before_ms = claim->until_ms;
	inbox_put(op, &entry);
	return kv_status(op->kv, ST_OK);
}

enum status
inbox_bring_forward(struct op *op, const struct bringing_forward *change)
{
	struct inbox_entry entry;
	enum status st = inbox_get(op, &change->id, &entry);

	if (st != ST_OK || entry.not_before_ms != change->from_ms)
		return st;
	entry.not_before_ms = change->to_ms;
	inbox_put(op, &entry);
	return kv_status(op->kv, ST_OK);
}

/* --- reading --------------------------------------------------------------------------------- */

static enum status
read_entry(const struct kv_cursor *cursor, struct inbox_entry *entry)
{
	return queue_read_key(cursor->key, &entry->message_id) ? inbox_unpack(cursor->value, entry) : ST_BAD_RECORD;
}

struct first {
	struct op          *op;
	struct inbox_entry *entry;
	enum status         st;                /* ST_NOT_FOUND until there is one */
};

static bool
take_first(const struct kv_cursor *cursor, bool *wants_next, void *arg)
{
	struct first *first = arg;
	struct kv_cursor copy = *cursor;

	(void)wants_next;
	copy.value = arena_copy(first->op->arena, cursor->value);
	if (copy.value.ptr == NULL) {
		first->st = ST_FAILED;
		return true;
	}
	if (read_entry(&copy, first->entry) != ST_OK)
		return false;
	first->st = ST_OK;
	return true;
}

enum status
op_first_message(struct op *op, struct inbox_entry *entry)
{
	struct first first = { op, entry, ST_NOT_FOUND };

	queue_walk_ledger(op, TABLE_INBOX, take_first, &first);
	return kv_status(op->kv, first.st);
}

struct listing {
	int64_t now_ms, far_ms;
	void  (*on_message)(const struct inbox_entry *entry, void *arg);
	void   *arg;
};

static bool
give_due(const struct kv_cursor *cursor, bool *wants_next, void *arg)
{
	const struct listing *listing = arg;
	struct inbox_entry entry;

	(void)wants_next;
	if (read_entry(cursor, &entry) != ST_OK)
		return false;
	if (entry.not_before_ms <= listing->now_ms || queue_is_far(entry.not_before_ms, listing->far_ms))
		listing->on_message(&entry, listing->arg);
	return true;
}

enum status
op_list_due_messages(struct op *op, const struct due_query *query,
    void (*on_message)(const struct inbox_entry *entry, void *arg), void *arg, struct slice *next)
{
	struct listing listing = { query->now_ms, query->far_ms, on_message, arg };

	return queue_walk(op, TABLE_INBOX, query, give_due, &listing, next);
}

enum status
op_list_waiting(struct op *op, const struct message_query *query,
    void (*on_message)(const struct message *message, void *arg), void *arg, bool *has_more, struct uuid *last)
{
	struct key start = queue_key(op->ledger, &query->after_id), ledger = queue_key(op->ledger, NULL);
	enum status st = ST_OK;
	struct inbox_entry entry;
	struct kv_cursor cursor;
	bool is_there;
	unsigned seen = 0;

	start.bytes[start.len++] = 0;              /* the first key behind it */
	kv_cursor_begin(&cursor, op->kv, TABLE_INBOX);
	is_there = kv_cursor_seek(&cursor, key_slice(&start)) && key_starts_with(cursor.key, &ledger);
	for (; st == ST_OK && is_there && seen < query->limit; seen++) {
		st = read_entry(&cursor, &entry);
		if (st == ST_OK)
			on_message(&(struct message){ .id = entry.message_id, .status = MESSAGE_WAITING, .text = entry.text,
			    .received_ms = entry.received_ms }, arg);
		*last = entry.message_id;
		is_there = kv_cursor_next(&cursor) && key_starts_with(cursor.key, &ledger);
	}
	*has_more = st == ST_OK && is_there;
	kv_cursor_end(&cursor);
	return kv_status(op->kv, st);
}
