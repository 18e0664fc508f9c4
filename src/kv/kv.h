/* SPDX-License-Identifier: MIT */
/*
 * A transaction on ordered tables of keys and values.  The operations of the
 * store are written over this, once for all engines.
 *
 * It carries its first error: after that a step does nothing and a look-up
 * finds nothing, and kv_status tells.  Whoever began it commits or aborts it.
 * A value or key that a look-up gives is valid until the next put or del, or
 * the end of the transaction.
 */
#ifndef KV_H
#define KV_H

#include <stdbool.h>

#include "slice.h"
#include "status.h"

enum table {
#define TABLE(name, text) TABLE_##name,
#include "kv/tables.def"
#undef TABLE
	TABLES
};

/* Its name in a store. */
extern const char *const table_names[TABLES];

struct kv;
struct kv_cursor;

enum kv_move { KV_NEXT, KV_PREV, KV_LAST };

/* What an engine provides.  A step that fails calls kv_fail. */
struct kv_ops {
	bool (*get)(struct kv *kv, enum table table, struct slice key, struct slice *value);
	void (*put)(struct kv *kv, enum table table, struct slice key, struct slice value);
	void (*del)(struct kv *kv, enum table table, struct slice key);
	void (*cursor_begin)(struct kv_cursor *cursor);
	bool (*cursor_seek)(struct kv_cursor *cursor, struct slice key);
	bool (*cursor_move)(struct kv_cursor *cursor, enum kv_move move);
	void (*cursor_end)(struct kv_cursor *cursor);
	void (*forget)(struct kv *kv);         /* NULL: nothing is kept */
};

struct kv {
	const struct kv_ops *ops;
	enum status          st;       /* the first error */
};

struct kv_cursor {
	struct kv   *kv;
	enum table   table;
	struct slice key, value;       /* where it stands */
	void        *position;         /* the engine's */
};

static inline void
kv_fail(struct kv *kv, enum status st)
{
	if (kv->st == ST_OK)
		kv->st = st;
}

/* The first error, or else what an operation came to. */
static inline enum status
kv_status(const struct kv *kv, enum status st)
{
	return kv->st != ST_OK ? kv->st : st;
}

/* false: there is none, or something failed. */
bool kv_get(struct kv *kv, enum table table, struct slice key, struct slice *value);

/* Insert or replace. */
void kv_put(struct kv *kv, enum table table, struct slice key, struct slice value);

/* Remove; nothing happens when there is none. */
void kv_del(struct kv *kv, enum table table, struct slice key);

/* What look-ups gave is not needed any more, but for where the cursor stands that moved last: for those that read very much. */
void kv_forget(struct kv *kv);

/* Rows in key order.  Nothing may be put or deleted between begin and end. */
void kv_cursor_begin(struct kv_cursor *cursor, struct kv *kv, enum table table);
void kv_cursor_end(struct kv_cursor *cursor);

/* Stand on the first row at or behind key; on the last row before it.  false: there is none, or something failed. */
bool kv_cursor_seek(struct kv_cursor *cursor, struct slice key);
bool kv_cursor_seek_before(struct kv_cursor *cursor, struct slice key);

/* Of one that stands on a row. */
bool kv_cursor_next(struct kv_cursor *cursor);
bool kv_cursor_prev(struct kv_cursor *cursor);

#endif
