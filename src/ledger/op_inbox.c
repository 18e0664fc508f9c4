/* SPDX-License-Identifier: MIT */
/* Messages that wait to be worked on, and replies that wait for their delivery; see op.h. */
#include "config.h"

#include "op.h"

/* In these tables the key is the message id alone. */
static struct key
key_message(const struct uuid *id)
{
	struct key key;

	key.len = sizeof id->bytes;
	memcpy(key.bytes, id->bytes, sizeof id->bytes);
	return key;
}

enum status
inbox_get(struct op *op, const struct uuid *message_id, struct inbox_entry *entry)
{
	struct key key = key_message(message_id);
	uint8_t ledger[LEDGER_KEY_SIZE];
	struct slice value;
	enum status st;

	if (!op_get(op, TABLE_INBOX, &key, &value))
		return kv_status(op->kv, ST_NOT_FOUND);
	entry->message_id = *message_id;
	st = inbox_unpack(value, entry, ledger);
	if (st == ST_OK && memcmp(ledger, op->ledger, sizeof ledger) != 0)
		return ST_NOT_FOUND;               /* somebody else's */
	return st;
}

static void
inbox_put(struct op *op, const struct inbox_entry *entry)
{
	struct key key = key_message(&entry->message_id);

	inbox_pack(op->scratch, entry, op->ledger);
	op_put_scratch(op, TABLE_INBOX, &key);
}

void
inbox_del(struct op *op, const struct uuid *message_id)
{
	struct key key = key_message(message_id);

	kv_del(op->kv, TABLE_INBOX, key_slice(&key));
}

void
outbox_put(struct op *op, const struct uuid *message_id, const struct outbox_entry *entry)
{
	struct key key = key_message(message_id);

	outbox_pack(op->scratch, entry);
	op_put_scratch(op, TABLE_OUTBOX, &key);
}

static enum status
check_entry(const struct inbox_entry *entry)
{
	if (uuid_is_nil(&entry->message_id) || entry->user_id.len == 0)
		return ST_BAD_VALUE;
	if (entry->user_id.len > USER_ID_MAX || entry->text.len > MESSAGE_TEXT_MAX || entry->locale_hint.len > LOCALE_MAX
	    || entry->idempotency_key.len > IDEMPOTENCY_KEY_MAX || entry->deliver_to.len > DELIVER_TO_MAX)
		return ST_TEXT_TOO_LONG;
	return ST_OK;
}

/* ST_OK: it was accepted before, by its id or with its idempotency key. */
static enum status
find_accepted(struct op *op, const struct inbox_entry *entry)
{
	struct message message;
	struct dedupe dedupe;
	bool is_sign_up;
	enum status st = op_get_message(op, &entry->message_id, &message, &is_sign_up);

	if (st != ST_NOT_FOUND)
		return st;
	return dedupe_find(op, entry->idempotency_key, entry->request_hash, &dedupe);
}

enum status
op_put_inbox(struct op *op, const struct inbox_entry *entry)
{
	struct dedupe dedupe = { .created_ms = entry->received_ms, .message_id = entry->message_id };
	enum status st = check_entry(entry);

	if (st == ST_OK)
		st = find_accepted(op, entry);
	if (st != ST_NOT_FOUND)
		return st;
	inbox_put(op, entry);
	memcpy(dedupe.request_hash, entry->request_hash, sizeof dedupe.request_hash);
	dedupe_put(op, entry->idempotency_key, &dedupe);
	return kv_status(op->kv, ST_OK);
}

enum status
op_count_attempt(struct op *op, const struct uuid *message_id)
{
	struct inbox_entry entry;
	enum status st = inbox_get(op, message_id, &entry);

	if (st != ST_OK)
		return st;
	if (entry.attempts < UINT32_MAX)
		entry.attempts++;
	inbox_put(op, &entry);
	return kv_status(op->kv, ST_OK);
}

static enum status
read_entry(const struct kv_cursor *cursor, struct inbox_entry *entry, uint8_t ledger[LEDGER_KEY_SIZE])
{
	if (cursor->key.len != sizeof entry->message_id.bytes)
		return ST_BAD_RECORD;
	memcpy(entry->message_id.bytes, cursor->key.ptr, sizeof entry->message_id.bytes);
	return inbox_unpack(cursor->value, entry, ledger);
}

enum status
op_list_inbox(struct op *op, int64_t received_before_ms, unsigned limit,
    void (*on_entry)(const struct inbox_entry *entry, void *arg), void *arg)
{
	enum status st = ST_OK;
	uint8_t ledger[LEDGER_KEY_SIZE];
	struct inbox_entry entry;
	struct kv_cursor cursor;
	bool is_there;

	kv_cursor_begin(&cursor, op->kv, TABLE_INBOX);
	is_there = kv_cursor_seek(&cursor, SLICE_LITERAL("\0"));
	while (st == ST_OK && is_there && limit > 0) {
		st = read_entry(&cursor, &entry, ledger);
		if (st == ST_OK && entry.received_ms < received_before_ms) {
			on_entry(&entry, arg);
			limit--;
		}
		is_there = kv_cursor_next(&cursor);
	}
	kv_cursor_end(&cursor);
	return kv_status(op->kv, st);
}

enum status
op_list_waiting(struct op *op, const struct message_query *query,
    void (*on_message)(const struct message *message, void *arg), void *arg, bool *has_more, struct uuid *last)
{
	struct key start = key_message(&query->after_id);
	enum status st = ST_OK;
	uint8_t ledger[LEDGER_KEY_SIZE];
	struct inbox_entry entry;
	struct kv_cursor cursor;
	bool is_there;
	unsigned seen = 0;

	start.bytes[start.len++] = 0;              /* the first key behind it */
	kv_cursor_begin(&cursor, op->kv, TABLE_INBOX);
	is_there = kv_cursor_seek(&cursor, key_slice(&start));
	for (; st == ST_OK && is_there && seen < query->limit; seen++) {
		st = read_entry(&cursor, &entry, ledger);
		if (st == ST_OK && memcmp(ledger, op->ledger, sizeof ledger) == 0)
			on_message(&(struct message){ .id = entry.message_id, .status = MESSAGE_WAITING, .text = entry.text,
			    .received_ms = entry.received_ms }, arg);
		*last = entry.message_id;
		is_there = kv_cursor_next(&cursor);
	}
	*has_more = st == ST_OK && is_there;
	kv_cursor_end(&cursor);
	return kv_status(op->kv, st);
}
