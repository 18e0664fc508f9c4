/* SPDX-License-Identifier: MIT */
/*
 * What people have confirmed of words: keywords of their own, and expenses that
 * they filed elsewhere.  A walk over all ledgers that jumps over the rest of them.
 */
#include "config.h"

#include "ledger/op/op.h"
#include "store_upkeep.h"

/* In the order of their keys. */
static const char kinds[] = { ROW_HISTORY, ROW_KEYWORD };

struct walk {
	struct op       *op;               /* op->ledger: that of the row that was looked at last */
	bool             is_begun;
	bool             does_count;       /* this ledger's rows do */
	confirmed_row_fn *on_row;
	void            *arg;
};

/*
 * A user's row is there as long as nobody deletes them; who is linked to another
 * one has confirmed there, and would count twice.
 */
static enum status
enter_ledger(struct walk *walk, struct slice key)
{
	struct op *op = walk->op;
	struct user user;
	enum status st;

	if (walk->is_begun && memcmp(op->ledger, key_ledger(key), LEDGER_KEY_SIZE) == 0)
		return ST_OK;
	memcpy(op->ledger, key_ledger(key), LEDGER_KEY_SIZE);
	walk->is_begun = true;
	st = user_get(op, &user);
	walk->does_count = st == ST_OK && user.linked_to.len == 0;
	return st == ST_NO_USER || st == ST_BAD_RECORD ? ST_OK : st;
}

/* The key of a category that everybody has and that was not renamed, which could be anything; empty for all others. */
static enum status
common_key(struct op *op, const struct uuid *category_id, struct slice *key)
{
	struct category category;
	enum status st = category_get_present(op, category_id, &category);

	*key = st == ST_OK && category.name.len == 0 ? category.key : SLICE_EMPTY;
	return st == ST_BAD_VALUE ? ST_OK : st;
}

static enum status
tell(struct walk *walk, struct slice word, const struct uuid *category_id)
{
	struct confirmed confirmed = { .word = word };
	enum status st = common_key(walk->op, category_id, &confirmed.category_key);

	memcpy(&confirmed.voter, walk->op->ledger, sizeof confirmed.voter);
	if (st == ST_OK)
		walk->on_row(&confirmed, walk->arg);
	return st;
}

static enum status
read_keyword(struct walk *walk, struct slice value)
{
	struct keyword keyword;
	enum status st = keyword_unpack(value, &keyword);

	return st == ST_OK ? tell(walk, keyword.text, &keyword.category_id) : st;
}

static enum status
read_history(struct walk *walk, struct slice value)
{
	struct expense_event event = { .version = 0 };
	enum status st = event_unpack(value, &event);

	if (st != ST_OK || event.action != EXPENSE_CHANGED || !event.has_before || !event.has_after ||
	    uuid_equal(&event.before.category_id, &event.after.category_id))
		return st;
	return tell(walk, event.after.description, &event.after.category_id);
}

/* The row lies in the arena: looking up others may take away what the cursor gave.  One damaged record takes nothing from all others. */
static enum status
read_row(struct walk *walk, const struct kv_cursor *cursor)
{
	struct slice value = arena_copy(walk->op->arena, cursor->value);
	enum status st = ST_FAILED;

	if (value.ptr != NULL)
		st = key_row_kind(cursor->key) == ROW_KEYWORD ? read_keyword(walk, value) : read_history(walk, value);
	return st == ST_BAD_RECORD ? ST_OK : st;
}

/* The start of the next kind that matters, in this ledger or, behind the last one or where nothing counts, of the next ledger. */
static struct key
next_kind(struct slice key, bool is_ledger_over)
{
	struct key next = key_of((struct slice){ key.ptr, LEDGER_KEY_SIZE });

	for (size_t i = 0; i < sizeof kinds && !is_ledger_over; i++)
		if (kinds[i] > key_row_kind(key))
			return key_kind(key_ledger(key), (enum row_kind)kinds[i]);
	key_to_end(&next);
	return next;
}

/* Look at the row and stand on the next one that is worth it. */
static bool
look(struct walk *walk, struct kv_cursor *cursor, enum status *st)
{
	bool is_meant = memchr(kinds, key_row_kind(cursor->key), sizeof kinds) != NULL;
	struct key next;

	if (is_meant)
		*st = enter_ledger(walk, cursor->key);
	if (*st == ST_OK && is_meant && walk->does_count) {
		*st = read_row(walk, cursor);
		return kv_cursor_next(cursor);
	}
	next = next_kind(cursor->key, is_meant);
	return next.len > 0 && kv_cursor_seek(cursor, key_slice(&next));
}

enum status
op_list_confirmed(struct op *op, struct slice from, unsigned *looks, confirmed_row_fn *on_row, void *arg, struct slice *next)
{
	struct walk walk = { .op = op, .on_row = on_row, .arg = arg };
	enum status st = ST_OK;
	struct kv_cursor cursor;
	bool is_there;

	kv_cursor_begin(&cursor, op->kv, TABLE_LEDGER);
	is_there = kv_cursor_seek(&cursor, from.len > 0 ? from : SLICE_LITERAL("\0"));
	for (; st == ST_OK && is_there && *looks > 0; --*looks)
		is_there = look(&walk, &cursor, &st);
	*next = is_there ? arena_copy(op->arena, cursor.key) : SLICE_EMPTY;
	if (is_there && next->ptr == NULL)
		st = ST_FAILED;
	kv_cursor_end(&cursor);
	return kv_status(op->kv, st);
}
