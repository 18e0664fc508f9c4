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
