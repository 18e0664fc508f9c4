/* SPDX-License-Identifier: MIT */
/* What all operations share; see op.h. */
#include "config.h"

#include "op.h"

bool
op_get(struct op *op, enum table table, const struct key *key, struct slice *value)
{
	struct slice found;

	if (!kv_get(op->kv, table, key_slice(key), &found))
		return false;
	*value = arena_copy(op->arena, found);
	if (value->ptr == NULL)
		kv_fail(op->kv, ST_FAILED);
	return value->ptr != NULL;
}

void
op_put_scratch(struct op *op, enum table table, const struct key *key)
{
	if (op->scratch->has_failed)
		kv_fail(op->kv, ST_FAILED);
	kv_put(op->kv, table, key_slice(key), buf_slice(op->scratch));
	buf_clear(op->scratch);
}

size_t
op_collect_keys(struct op *op, enum table table, const struct key *prefix, struct key *keys, size_t max)
{
	struct kv_cursor cursor;
	size_t count = 0;
	bool is_there;

	kv_cursor_begin(&cursor, op->kv, table);
	is_there = kv_cursor_seek(&cursor, key_slice(prefix));
	for (; is_there && count < max && key_starts_with(cursor.key, prefix); is_there = kv_cursor_next(&cursor)) {
		keys[count].len = cursor.key.len;
		memcpy(keys[count++].bytes, cursor.key.ptr, cursor.key.len);
	}
	kv_cursor_end(&cursor);
	return count;
}
