/* SPDX-License-Identifier: MIT */
/*
 * What is kept for a time: idempotency keys, references, messages and tombstones for
 * KEPT_DAYS, the trash for TRASH_DAYS, pictures as long as the query says
 * and conversations as they say themselves.  Readers find such rows by a walk that
 * jumps over all other kinds; the writer is given only their keys, and looks again.
 */
#include "config.h"

#include "ledger/message/op_picture.h"

#define KEPT_MS (INT64_C(86400000) * KEPT_DAYS)

/* In the order of their keys. */
static const char kinds[] = { ROW_DEDUPE, ROW_REFERENCE, ROW_MESSAGE, ROW_PICTURE, ROW_DIALOGUE, ROW_TRASH, ROW_TOMBSTONE };

static bool
is_past(int64_t at_ms, int64_t now_ms)
{
	return at_ms < now_ms - KEPT_MS;
}

static enum status
dedupe_is_expired(struct slice value, int64_t now_ms, bool *is_expired)
{
	struct uuid ids[BATCH_EXPENSES_MAX];
	struct dedupe dedupe;
	enum status st = dedupe_unpack(value, &dedupe, ids);

	*is_expired = st == ST_OK && is_past(dedupe.created_ms, now_ms);
	return st;
}

static enum status
message_is_expired(struct slice value, int64_t now_ms, bool *is_expired)
{
	struct uuid ids[MESSAGE_EXPENSES_MAX];
	struct message message;
	bool is_sign_up;
	enum status st = message_unpack(value, &message, &is_sign_up, ids);

	*is_expired = st == ST_OK && is_past(message.finished_ms, now_ms);
	return st;
}

static enum status
reference_is_expired(struct slice value, int64_t now_ms, bool *is_expired)
{
	struct reference reference;
	enum status st = reference_unpack(value, &reference);

	*is_expired = st == ST_OK && is_past(reference.created_ms, now_ms);
	return st;
}

static enum status
dialogue_is_expired(struct slice value, int64_t now_ms, bool *is_expired)
{
	struct dialogue dialogue;
	enum status st = dialogue_unpack(value, &dialogue);

	*is_expired = st == ST_OK && dialogue.keep_until_ms < now_ms;
	return st;
}

static enum status
tombstone_is_expired(struct slice value, int64_t now_ms, bool *is_expired)
{
	struct tombstone tombstone;
	enum status st = tombstone_unpack(value, &tombstone);

	*is_expired = st == ST_OK && tombstone.finished_ms != 0 && is_past(tombstone.finished_ms, now_ms);
	return st;
}

static enum status
row_is_expired(const struct op *op, const struct expired_query *query, struct slice key, struct slice value, bool *is_expired)
{
	int64_t now_ms = query->now_ms;
	struct op own = *op;

	memcpy(own.ledger, key_ledger(key), sizeof own.ledger);
	switch (key_row_kind(key)) {
	case ROW_DEDUPE:
		return dedupe_is_expired(value, now_ms, is_expired);
	case ROW_REFERENCE:
		return reference_is_expired(value, now_ms, is_expired);
	case ROW_MESSAGE:
		return message_is_expired(value, now_ms, is_expired);
	case ROW_PICTURE:
		return picture_is_expired(&own, value, now_ms, query->picture_days, is_expired);
	case ROW_DIALOGUE:
		return dialogue_is_expired(value, now_ms, is_expired);
	case ROW_TOMBSTONE:
		return tombstone_is_expired(value, now_ms, is_expired);
	default:                               /* ROW_TRASH: no other kind is kept for a time */
		*is_expired = trash_is_expired(key, now_ms);
		return ST_OK;
	}
}

/* --- finding ------------------------------------------------------------------------------- */

/* All later rows of this kind in this ledger are younger. */
static bool
is_rest_young(struct slice key, int64_t now_ms)
{
	struct uuid id;

	if (key_row_kind(key) == ROW_TRASH)
		return !trash_is_expired(key, now_ms);
	return key_row_kind(key) == ROW_MESSAGE && key_read_id(key, &id) && !is_past(uuid7_time_ms(&id), now_ms);
}

/* The start of the next kind that is kept for a time, in this ledger or, behind the last one, of the next ledger. */
static struct key
next_kind(struct slice key)
{
	struct key next = key_of((struct slice){ key.ptr, LEDGER_KEY_SIZE });

	for (size_t i = 0; i < sizeof kinds; i++)
		if (kinds[i] > key_row_kind(key))
			return key_kind(key_ledger(key), (enum row_kind)kinds[i]);
	key_to_end(&next);
	return next;
}

static bool
is_kept_for_a_time(struct slice key)
{
	struct key deletions = key_deletions();

	return memchr(kinds, key_row_kind(key), sizeof kinds) != NULL && !key_starts_with(key, &deletions);
}

/* Look at the row and stand on the next one that is worth it.  *found: rows that go with it; 0: it stays. */
static bool
look(const struct op *op, const struct expired_query *query, struct kv_cursor *cursor, enum status *st, unsigned *found)
{
	bool is_expired = false;
	struct key next;

	*found = 0;
	if (is_kept_for_a_time(cursor->key)) {
		*st = row_is_expired(op, query, cursor->key, cursor->value, &is_expired);
		if (is_expired)
			*found = key_row_kind(cursor->key) == ROW_PICTURE ? picture_rows(cursor->value) : 1;
		if (is_expired || !is_rest_young(cursor->key, query->now_ms))
			return kv_cursor_next(cursor);
	}
	next = next_kind(cursor->key);
	return next.len > 0 && kv_cursor_seek(cursor, key_slice(&next));
}

enum status
op_list_expired(struct op *op, const struct expired_query *query, void (*on_row)(struct slice row, void *arg), void *arg,
    struct slice *next)
{
	unsigned looks = 0, found = 0;
	enum status st = ST_OK;
	struct kv_cursor cursor;
	bool is_there;

	kv_cursor_begin(&cursor, op->kv, TABLE_LEDGER);
	is_there = kv_cursor_seek(&cursor, query->from.len > 0 ? query->from : SLICE_LITERAL("\0"));
	for (; st == ST_OK && is_there && looks < query->looks && found < query->limit; looks++) {
		struct key row = key_of(cursor.key);
		unsigned more;

		is_there = look(op, query, &cursor, &st, &more);
		if (more > 0)
			on_row(key_slice(&row), arg);
		found += more;
	}
	*next = is_there ? arena_copy(op->arena, cursor.key) : SLICE_EMPTY;
	if (is_there && next->ptr == NULL)
		st = ST_FAILED;
	kv_cursor_end(&cursor);
	return kv_status(op->kv, st);
}

/* --- removing ------------------------------------------------------------------------------- */

static void
count(struct write_answer *answer, char kind)
{
	for (size_t i = 0; i < sizeof kinds; i++)
		if (kinds[i] == kind)
			answer->removed[i]++;      /* enum removed_kind has the same order */
}

enum status
op_remove_expired(struct op *op, const struct expired_query *query, const struct slice *rows, size_t row_count,
    struct write_answer *answer)
{
	for (size_t i = 0; i < row_count; i++) {
		struct key key = key_of(rows[i]);
		struct slice value;
		bool is_expired, is_gone = true;

		if (!is_kept_for_a_time(rows[i]) || !kv_get(op->kv, TABLE_LEDGER, rows[i], &value)
		    || row_is_expired(op, query, rows[i], value, &is_expired) != ST_OK || !is_expired)
			continue;
		if (key_row_kind(rows[i]) == ROW_TRASH)
			is_gone = trash_forget(op, &key);
		else if (key_row_kind(rows[i]) == ROW_PICTURE)
			picture_remove(op, rows[i]);
		else
			kv_del(op->kv, TABLE_LEDGER, rows[i]);
		if (is_gone)
			count(answer, key_row_kind(rows[i]));
	}
	return kv_status(op->kv, ST_OK);
}
