/* SPDX-License-Identifier: MIT */
/* Several identities with one ledger: the two rows of a link; see op.h and store_link.h. */
#include "config.h"

#include "ledger/queue/op_queue.h"

static bool
has_any(struct op *op, enum row_kind kind)
{
	struct key prefix = key_kind(op->ledger, kind);
	struct kv_cursor cursor;
	bool has_one;

	kv_cursor_begin(&cursor, op->kv, TABLE_LEDGER);
	has_one = kv_cursor_seek(&cursor, key_slice(&prefix)) && key_starts_with(cursor.key, &prefix);
	kv_cursor_end(&cursor);
	return has_one;
}

enum status
op_get_hindrance(struct op *op, struct link_hindrance *hindrance)
{
	hindrance->has_expenses = has_any(op, ROW_EXPENSE);
	hindrance->has_aliases = has_any(op, ROW_ALIAS);
	return kv_status(op->kv, ST_OK);
}

/* --- the ledger's side ---------------------------------------------------------------------- */

bool
alias_is_known(struct op *op, struct slice user_id)
{
	struct key key = key_alias(op->ledger, user_id);
	struct slice value;

	return kv_get(op->kv, TABLE_LEDGER, key_slice(&key), &value);
}

static void
count_alias(const struct alias *alias, void *arg)
{
	unsigned *count = arg;

	(void)alias;
	++*count;
}

static enum status
add_alias(struct op *op, const struct link_change *change)
{
	struct key key = key_alias(op->ledger, change->user_id);
	unsigned count = 0;
	struct user user;
	enum status st = user_get(op, &user);

	if (st == ST_OK && (user.linked_to.len > 0 || slice_equal(user.id, change->user_id)))
		st = ST_CONFLICT;
	if (st != ST_OK || alias_is_known(op, change->user_id))
		return st;
	st = op_list_aliases(op, count_alias, &count);
	if (st == ST_OK && count >= ALIASES_MAX)
		st = ST_LIMIT_REACHED;
	if (st != ST_OK)
		return st;
	alias_pack(op->scratch, &(struct alias){ change->user_id, change->now_ms });
	op_put_scratch(op, TABLE_LEDGER, &key);
	return kv_status(op->kv, ST_OK);
}

enum status
op_set_alias(struct op *op, const struct link_change *change)
{
	struct key key = key_alias(op->ledger, change->user_id);

	if (change->user_id.len == 0 || change->user_id.len > USER_ID_MAX)
		return ST_BAD_VALUE;
	if (!change->is_ended)
		return add_alias(op, change);
	kv_del(op->kv, TABLE_LEDGER, key_slice(&key));
	return kv_status(op->kv, ST_OK);
}

enum status
op_list_aliases(struct op *op, void (*on_alias)(const struct alias *alias, void *arg), void *arg)
{
	struct key prefix = key_kind(op->ledger, ROW_ALIAS);
	enum status st = ST_OK;
	struct kv_cursor cursor;
	struct alias alias;
	bool is_there;

	kv_cursor_begin(&cursor, op->kv, TABLE_LEDGER);
	is_there = kv_cursor_seek(&cursor, key_slice(&prefix));
	while (st == ST_OK && is_there && key_starts_with(cursor.key, &prefix)) {
		st = alias_unpack(cursor.value, &alias);
		if (st == ST_OK)
			on_alias(&alias, arg);
		is_there = kv_cursor_next(&cursor);
	}
	kv_cursor_end(&cursor);
	return kv_status(op->kv, st);
}

/* --- the alias' side -------------------------------------------------------------------------- */

static void
put_linked_to(struct op *op, struct user *user, struct slice linked_to)
{
	user->linked_to = linked_to;
	user_put(op, user);
}

/* Whatever else waits here was said before the link, and is worked on behind it: there. */
static enum status
forward_waiting(struct op *op, struct slice linked_to)
{
	enum { WAITING_MAX = 256 };
	struct key prefix = queue_key(op->ledger, NULL), *keys = arena_alloc(op->arena, WAITING_MAX * sizeof *keys);
	size_t count = keys != NULL ? op_collect_keys(op, TABLE_INBOX, &prefix, keys, WAITING_MAX) : 0;
	enum status st = keys == NULL ? ST_FAILED : count == WAITING_MAX ? ST_LIMIT_REACHED : ST_OK;

	for (size_t i = 0; st == ST_OK && i < count; i++) {
		struct inbox_entry entry;
		struct uuid id;

		st = queue_read_key(key_slice(&keys[i]), &id) ? inbox_get(op, &id, &entry) : ST_BAD_RECORD;
		if (st == ST_OK && entry.forward_to.len == 0) {
			entry.forward_to = linked_to;
			inbox_put(op, &entry);
		}
	}
	return st;
}

static enum status
begin_link(struct op *op, struct user *user, struct slice linked_to)
{
	struct link_hindrance hindrance;
	enum status st;

	if (slice_equal(user->linked_to, linked_to))
		return ST_OK;
	st = op_get_hindrance(op, &hindrance);
	if (st == ST_OK && (hindrance.has_expenses || hindrance.has_aliases || user->linked_to.len > 0 || slice_equal(user->id, linked_to)))
		return ST_CONFLICT;
	if (st == ST_OK)
		st = forward_waiting(op, linked_to);
	if (st == ST_OK)
		put_linked_to(op, user, linked_to);
	return kv_status(op->kv, st);
}

/* A message that the other ledger does not take is worked on here, like those to come. */
static enum status
keep_message(struct op *op, const struct uuid *message_id)
{
	struct inbox_entry entry;
	enum status st;

	if (uuid_is_nil(message_id))
		return ST_OK;
	st = inbox_get(op, message_id, &entry);
	if (st == ST_OK) {
		entry.forward_to = SLICE_EMPTY;
		inbox_put(op, &entry);
	}
	return st == ST_NOT_FOUND ? ST_OK : st;
}

enum status
op_set_link(struct op *op, const struct link_change *change)
{
	struct user user;
	enum status st = user_get(op, &user);

	if (change->user_id.len == 0 || change->user_id.len > USER_ID_MAX)
		return ST_BAD_VALUE;
	if (st != ST_OK)
		return change->is_ended && st == ST_NO_USER ? ST_OK : st;
	if (!change->is_ended)
		return begin_link(op, &user, change->user_id);
	st = keep_message(op, &change->message_id);
	if (st == ST_OK && slice_equal(user.linked_to, change->user_id))
		put_linked_to(op, &user, SLICE_EMPTY);
	return kv_status(op->kv, st);
}
