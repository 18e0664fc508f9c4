/* SPDX-License-Identifier: MIT */
/* See kv.h. */
#include "config.h"

#include "kv.h"

const char *const table_names[TABLES] = {
#define TABLE(name, text) text,
#include "kv/tables.def"
#undef TABLE
};

bool
kv_get(struct kv *kv, enum table table, struct slice key, struct slice *value)
{
	return kv->st == ST_OK && kv->ops->get(kv, table, key, value);
}

void
kv_put(struct kv *kv, enum table table, struct slice key, struct slice value)
{
	if (kv->st == ST_OK)
		kv->ops->put(kv, table, key, value);
}

void
kv_del(struct kv *kv, enum table table, struct slice key)
{
	if (kv->st == ST_OK)
		kv->ops->del(kv, table, key);
}

void
kv_forget(struct kv *kv)
{
	if (kv->ops->forget != NULL)
		kv->ops->forget(kv);
}

void
kv_cursor_begin(struct kv_cursor *cursor, struct kv *kv, enum table table)
{
	*cursor = (struct kv_cursor){ .kv = kv, .table = table };
	if (kv->st == ST_OK)
		kv->ops->cursor_begin(cursor);
}

void
kv_cursor_end(struct kv_cursor *cursor)
{
	cursor->kv->ops->cursor_end(cursor);
}

bool
kv_cursor_seek(struct kv_cursor *cursor, struct slice key)
{
	return cursor->kv->st == ST_OK && cursor->kv->ops->cursor_seek(cursor, key);
}

bool
kv_cursor_seek_before(struct kv_cursor *cursor, struct slice key)
{
	if (kv_cursor_seek(cursor, key))
		return kv_cursor_prev(cursor);
	return cursor->kv->st == ST_OK && cursor->kv->ops->cursor_move(cursor, KV_LAST);
}

bool
kv_cursor_next(struct kv_cursor *cursor)
{
	return cursor->kv->st == ST_OK && cursor->kv->ops->cursor_move(cursor, KV_NEXT);
}

bool
kv_cursor_prev(struct kv_cursor *cursor)
{
	return cursor->kv->st == ST_OK && cursor->kv->ops->cursor_move(cursor, KV_PREV);
}
