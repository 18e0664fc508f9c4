/* SPDX-License-Identifier: MIT */
/* What inbox, outbox and dead letters have in common: their keys, and the walk over ledgers; see op_queue.h. */
#include "config.h"

#include "op_queue.h"

struct key
queue_key(const uint8_t ledger[LEDGER_KEY_SIZE], const struct uuid *id)
{
	struct key key = { .len = 0 };

	key_add(&key, ledger, LEDGER_KEY_SIZE);
	if (id != NULL)
		key_add(&key, id->bytes, sizeof id->bytes);
	return key;
}

bool
queue_read_key(struct slice key, struct uuid *id)
{
	if (key.len < LEDGER_KEY_SIZE + sizeof id->bytes)
		return false;
	memcpy(id->bytes, key.ptr + LEDGER_KEY_SIZE, sizeof id->bytes);
	return true;
}

enum status
op_bring_forward(struct op *op, const struct bringing_forward *change)
{
	switch (change->queue) {
	case QUEUE_MESSAGES:
		return inbox_bring_forward(op, change);
	case QUEUE_REPLIES:
		return outbox_bring_forward(op, change);
	case QUEUE_JOBS:
	default:
		return job_bring_forward(op, change);
	}
}

bool
queue_has_older(struct op *op, enum table table, const struct uuid *id)
{
	struct key ledger = queue_key(op->ledger, NULL), key = queue_key(op->ledger, id);
	struct kv_cursor cursor;
	bool has_older;

	kv_cursor_begin(&cursor, op->kv, table);
	has_older = kv_cursor_seek_before(&cursor, key_slice(&key)) && key_starts_with(cursor.key, &ledger);
	kv_cursor_end(&cursor);
	return has_older;
}

/* Stand on the first row of the next ledger. */
static bool
next_ledger(struct kv_cursor *cursor)
{
	struct key end = key_of((struct slice){ cursor->key.ptr, LEDGER_KEY_SIZE });

	key_to_end(&end);
	return end.len > 0 && kv_cursor_seek(cursor, key_slice(&end));
}

/* All rows of one ledger that are wanted; the cursor stands behind them or at the end.  A damaged one hides no other. */
static void
walk_ledger(struct kv_cursor *cursor, queue_row_fn *on_row, void *arg, bool *is_there, bool *is_damaged)
{
	struct key ledger = key_of((struct slice){ cursor->key.ptr, LEDGER_KEY_SIZE });
	bool wants_next = true;

	for (*is_there = true; *is_there && wants_next && key_starts_with(cursor->key, &ledger);) {
		wants_next = false;
		if (!on_row(cursor, &wants_next, arg))
			*is_damaged = wants_next = true;
		if (wants_next)
			*is_there = kv_cursor_next(cursor);
	}
	if (*is_there && key_starts_with(cursor->key, &ledger))
		*is_there = next_ledger(cursor);
}

enum status
queue_walk(struct op *op, enum table table, const struct due_query *query,
    queue_row_fn *on_row, void *arg, struct slice *next)
{
	enum status st = ST_OK;
	struct kv_cursor cursor;
	bool is_there, is_damaged = false;

	kv_cursor_begin(&cursor, op->kv, table);
	is_there = kv_cursor_seek(&cursor, query->from.len > 0 ? query->from : SLICE_LITERAL("\0"));
	for (unsigned looks = 0; is_there && looks < query->looks; looks++) {
		if (cursor.key.len >= LEDGER_KEY_SIZE) {
			walk_ledger(&cursor, on_row, arg, &is_there, &is_damaged);
		} else {
			is_damaged = true;
			is_there = kv_cursor_next(&cursor);
		}
	}
	*next = is_there ? arena_copy(op->arena, cursor.key) : SLICE_EMPTY;
	if (is_damaged)
		st = ST_BAD_RECORD;
	if (is_there && next->ptr == NULL)
		st = ST_FAILED;
	kv_cursor_end(&cursor);
	return kv_status(op->kv, st);
}

void
queue_walk_ledger(struct op *op, enum table table, queue_row_fn *on_row, void *arg)
{
	struct key ledger = queue_key(op->ledger, NULL);
	struct kv_cursor cursor;
	bool is_there, is_damaged = false;

	kv_cursor_begin(&cursor, op->kv, table);
	if (kv_cursor_seek(&cursor, key_slice(&ledger)) && key_starts_with(cursor.key, &ledger))
		walk_ledger(&cursor, on_row, arg, &is_there, &is_damaged);
	kv_cursor_end(&cursor);
}
