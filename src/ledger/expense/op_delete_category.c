/* SPDX-License-Identifier: MIT */
/*
 * Deleting a category whose expenses go to another one; see op.h.
 *
 * What one transaction can move is moved with the deletion.  Else the category
 * is marked (moves_to), which hides it and sends whatever names it to the other
 * one, and a row in the table of chores says that there is work left; each step
 * moves some expenses, and the last one removes the category and the chore.
 * Every step leaves totals, counts and indexes exact.
 *
 * To be in another category is a change of the expense: it gets a new version
 * and a row of history, as with any other change.
 */
#include "config.h"

#include "ledger/metrics.h"
#include "ledger/op/op.h"

/* --- the rows ---------------------------------------------------------------------- */

static struct key
key_chore(struct op *op, const struct uuid *category_id)
{
	struct key key;

	key.len = sizeof op->ledger + sizeof category_id->bytes;
	memcpy(key.bytes, op->ledger, sizeof op->ledger);
	memcpy(key.bytes + sizeof op->ledger, category_id->bytes, sizeof category_id->bytes);
	return key;
}

static enum status
chore_get(struct op *op, const struct uuid *category_id, struct chore *chore)
{
	struct key row = key_chore(op, category_id);
	struct slice value;

	if (!kv_get(op->kv, TABLE_CHORES, key_slice(&row), &value))
		return kv_status(op->kv, ST_BAD_RECORD);
	return chore_unpack(value, chore);
}

static void
chore_del(struct op *op, const struct uuid *category_id)
{
	struct key row = key_chore(op, category_id);

	kv_del(op->kv, TABLE_CHORES, key_slice(&row));
}

enum status
redirect_get(struct op *op, const struct uuid *category_id, struct redirect *redirect)
{
	struct key row = key_id(op->ledger, ROW_REDIRECT, category_id);
	struct slice value;

	if (!kv_get(op->kv, TABLE_LEDGER, key_slice(&row), &value))
		return kv_status(op->kv, ST_NOT_FOUND);
	return redirect_unpack(value, redirect);
}

static void
redirect_put(struct op *op, const struct uuid *category_id, const struct redirect *redirect)
{
	struct key row = key_id(op->ledger, ROW_REDIRECT, category_id);

	redirect_pack(op->scratch, redirect);
	op_put_scratch(op, TABLE_LEDGER, &row);
}

static enum status
read_chore(const struct kv_cursor *cursor, struct category_move *deletion)
{
	struct chore chore;
	enum status st = chore_unpack(cursor->value, &chore);

	if (st != ST_OK || cursor->key.len != sizeof deletion->ledger.key + sizeof deletion->category_id.bytes)
		return ST_BAD_RECORD;
	memcpy(deletion->ledger.key, cursor->key.ptr, sizeof deletion->ledger.key);
	memcpy(deletion->category_id.bytes, cursor->key.ptr + sizeof deletion->ledger.key, sizeof deletion->category_id.bytes);
	deletion->started_ms = chore.started_ms;
	return ST_OK;
}

enum status
op_list_category_moves(struct op *op, unsigned shard, unsigned limit,
    void (*on_move)(const struct category_move *deletion, void *arg), void *arg)
{
	struct category_move deletion = { .ledger = { .shard = shard } };
	enum status st = ST_OK;
	struct kv_cursor cursor;
	bool is_there;

	kv_cursor_begin(&cursor, op->kv, TABLE_CHORES);
	is_there = kv_cursor_seek(&cursor, SLICE_LITERAL("\0"));
	for (; st == ST_OK && is_there && limit > 0; limit--) {
		st = read_chore(&cursor, &deletion);
		if (st == ST_OK)
			on_move(&deletion, arg);
		is_there = kv_cursor_next(&cursor);
	}
	kv_cursor_end(&cursor);
	return kv_status(op->kv, st);
}

/* --- moving ------------------------------------------------------------------------- */

struct move_plan {
	const struct category *from;
	struct category        to;
	struct uuid            deletion_id;
	enum token_kind        by;
	int64_t                now_ms;
	size_t                 count;
	struct expense_event  *events;
	struct totals_plan     totals;
};

static enum status
plan_expense(struct op *op, struct move_plan *plan, const struct key *row)
{
	struct expense_event *event = &plan->events[plan->count++];
	enum status st;

	if (!key_read_in_category(key_slice(row), &event->before.day, &event->expense_id))
		return ST_BAD_RECORD;
	st = op_get_expense(op, &event->expense_id, &event->before);
	if (st != ST_OK || event->before.version >= INT32_MAX)
		return st == ST_NOT_FOUND ? ST_BAD_RECORD : st == ST_OK ? ST_OUT_OF_RANGE : st;
	event->version = event->before.version + 1;
	event->change_id = plan->deletion_id;
	event->action = EXPENSE_REASSIGNED;
	event->by = plan->by;
	event->at_ms = plan->now_ms;
	event->has_before = event->has_after = true;
	event->after = event->before;
	event->after.category_id = plan->to.id;
	event->after.version = event->version;
	event->after.updated_ms = plan->now_ms;
	st = totals_plan_count(&plan->totals, op, &event->before, plan->from, TOTALS_OUT);
	return st == ST_OK ? totals_plan_count(&plan->totals, op, &event->after, &plan->to, TOTALS_IN) : st;
}

/* The next ones of the category, as many as one transaction moves. */
static enum status
plan_move(struct op *op, struct move_plan *plan)
{
	struct key prefix = key_id(op->ledger, ROW_IN_CATEGORY, &plan->from->id);
	struct key *rows = arena_alloc(op->arena, MOVED_AT_ONCE * sizeof *rows);
	size_t count = rows != NULL ? op_collect_keys(op, TABLE_LEDGER, &prefix, rows, MOVED_AT_ONCE) : 0;
	enum status st = rows != NULL ? ST_OK : ST_FAILED;

	plan->events = arena_alloc(op->arena, (count + 1) * sizeof *plan->events);
	if (plan->events == NULL || !totals_plan_init(&plan->totals, op, 2 * count + 1))
		return ST_FAILED;
	for (size_t i = 0; st == ST_OK && i < count; i++)
		st = plan_expense(op, plan, &rows[i]);
	return kv_status(op->kv, st);
}

static void
apply_move(struct op *op, const struct move_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		expense_del(op, &plan->events[i].before);
		expense_put(op, &plan->events[i].after);
		event_put(op, &plan->events[i]);
	}
	totals_apply(op, &plan->totals);
	metrics_note(op, plan->now_ms, false, 0);
}

/* The category goes, and its names with it; the redirect stays for what is in the trash and for old ids. */
static void
remove_category(struct op *op, const struct category *category, const struct redirect *redirect)
{
	struct key row = key_id(op->ledger, ROW_CATEGORY, &category->id);

	category_del_names(op, category);
	kv_del(op->kv, TABLE_LEDGER, key_slice(&row));
	redirect_put(op, &category->id, redirect);
}

/* --- deleting ------------------------------------------------------------------------ */

/* The command is sent again: how far it has come.  ST_NOT_FOUND: there is no such category. */
static enum status
answer_again(struct op *op, const struct category_deletion *deletion, const struct category *leaving,
    struct write_answer *answer)
{
	struct redirect redirect = { .at_ms = 0 };
	struct chore chore = { .started_ms = 0 };
	enum status st = leaving != NULL ? chore_get(op, &deletion->id, &chore) : redirect_get(op, &deletion->id, &redirect);
	const struct uuid *made_by = leaving != NULL ? &chore.deletion_id : &redirect.deletion_id;

	if (st != ST_OK)
		return st;
	answer->is_replay = true;
	answer->expenses_left = leaving != NULL ? leaving->expense_count : 0;
	return uuid_equal(made_by, &deletion->deletion_id) ? ST_OK : ST_NOT_FOUND;
}

/* Where the expenses go; without being told only when there are none, to "other". */
static enum status
find_target(struct op *op, const struct category_deletion *deletion, const struct category *category, struct category *to)
{
	static const struct uuid by_key;
	bool is_needed;
	enum status st;

	if (!uuid_is_nil(&deletion->reassign_to))
		return uuid_equal(&deletion->reassign_to, &deletion->id) ? ST_BAD_VALUE :
		    category_get_present(op, &deletion->reassign_to, to);
	if (category->expense_count > 0)
		return ST_CONFLICT;
	st = trash_has_category(op, &deletion->id, deletion->now_ms, &is_needed);
	if (st == ST_LIMIT_REACHED || (st == ST_OK && is_needed))
		return ST_CONFLICT;
	if (st != ST_OK)
		return st;
	return category_find(op, &(struct user_plan){ .is_new = false }, &by_key, SLICE_LITERAL("other"), to);
}

static enum status
delete_at_once(struct op *op, const struct category_deletion *deletion, const struct category *category,
    const struct category *to)
{
	struct redirect redirect = { .target = to->id, .deletion_id = deletion->deletion_id, .at_ms = deletion->now_ms };
	struct move_plan plan = { .from = category, .to = *to, .deletion_id = deletion->deletion_id, .by = deletion->by,
		.now_ms = deletion->now_ms };
	enum status st = plan_move(op, &plan);

	if (st != ST_OK)
		return st;
	apply_move(op, &plan);
	keywords_move(op, &category->id, &deletion->reassign_to);
	remove_category(op, category, &redirect);
	return ST_OK;
}

static void
mark(struct op *op, const struct category_deletion *deletion, const struct category *category)
{
	struct chore chore = { .deletion_id = deletion->deletion_id, .by = deletion->by, .started_ms = deletion->now_ms };
	struct key row = key_chore(op, &category->id);
	struct category leaving = *category;

	leaving.moves_to = deletion->reassign_to;
	category_put(op, &leaving);
	chore_pack(op->scratch, &chore);
	op_put_scratch(op, TABLE_CHORES, &row);
	keywords_move(op, &category->id, &deletion->reassign_to);
	metrics_note(op, deletion->now_ms, false, 0);
}

enum status
op_delete_category(struct op *op, const struct category_deletion *deletion, struct write_answer *answer)
{
	struct category category, to;
	enum status st;

	if (uuid_is_nil(&deletion->id) || uuid_is_nil(&deletion->deletion_id))
		return ST_BAD_VALUE;
	st = category_get(op, &deletion->id, &category);
	if (st == ST_BAD_VALUE || (st == ST_OK && !uuid_is_nil(&category.moves_to)))
		return answer_again(op, deletion, st == ST_OK ? &category : NULL, answer);
	if (st != ST_OK)
		return st;
	if (deletion->if_version != 0 && deletion->if_version != category.version)
		return ST_VERSION_MISMATCH;
	if (slice_equal(category.key, SLICE_LITERAL("other")))
		return ST_CONFLICT;
	st = find_target(op, deletion, &category, &to);
	if (st != ST_OK)
		return kv_status(op->kv, st);
	if (category.expense_count <= MOVED_AT_ONCE)
		return kv_status(op->kv, delete_at_once(op, deletion, &category, &to));
	answer->expenses_left = category.expense_count;
	mark(op, deletion, &category);
	return kv_status(op->kv, ST_OK);
}

/* --- going on ------------------------------------------------------------------------- */

/* It stays after all, with what could not be moved. */
static void
give_up(struct op *op, const struct category *leaving, struct write_answer *answer)
{
	struct category category = *leaving;

	category.moves_to = (struct uuid){ { 0 } };
	category_put(op, &category);
	chore_del(op, &category.id);
	answer->is_given_up = true;
	answer->expenses_left = category.expense_count;
}

static enum status
move(struct op *op, const struct category *leaving, const struct chore *chore, int64_t now_ms, struct write_answer *answer)
{
	struct move_plan plan = { .from = leaving, .deletion_id = chore->deletion_id, .by = chore->by, .now_ms = now_ms };
	struct redirect redirect = { .deletion_id = chore->deletion_id, .at_ms = now_ms };
	enum status st = category_find(op, NULL, &leaving->moves_to, SLICE_EMPTY, &plan.to);

	if (st == ST_OK)
		st = plan_move(op, &plan);
	if (st == ST_OUT_OF_RANGE) {
		give_up(op, leaving, answer);
		return ST_OK;
	}
	if (st == ST_OK && plan.count == 0 && leaving->expense_count > 0)
		st = ST_BAD_RECORD;
	if (st != ST_OK)
		return st;
	apply_move(op, &plan);
	answer->expenses_left = leaving->expense_count - (uint32_t)plan.count;
	if (answer->expenses_left > 0)
		return ST_OK;
	redirect.target = plan.to.id;
	chore_del(op, &leaving->id);
	remove_category(op, leaving, &redirect);
	return ST_OK;
}

enum status
op_move_expenses(struct op *op, const struct uuid *category_id, int64_t now_ms, struct write_answer *answer)
{
	struct category category;
	struct chore chore;
	enum status st = category_get(op, category_id, &category);

	if (st == ST_BAD_VALUE) {                /* it is gone, or its whole ledger is */
		chore_del(op, category_id);
		return kv_status(op->kv, ST_OK);
	}
	if (st != ST_OK)
		return st;
	if (uuid_is_nil(&category.moves_to)) {
		answer->is_given_up = true;
		answer->expenses_left = category.expense_count;
		return ST_OK;
	}
	st = chore_get(op, category_id, &chore);
	return kv_status(op->kv, st == ST_OK ? move(op, &category, &chore, now_ms, answer) : st);
}
