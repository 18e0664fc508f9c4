/* SPDX-License-Identifier: MIT */
/*
 * What happens to expenses after their making: changes, deletion, restoring,
 * and the history of it; see op.h.  Each is one row of history, numbered by the
 * version that the expense has from then on.  The row of a deletion has all
 * that is needed to restore the expense; the trash only says when to forget it.
 */
#include "config.h"

#include "ledger/metrics.h"
#include "ledger/op/op.h"

enum {
	MS_PER_DAY = 86400000,
	RESENT_AMONG = 64,             /* a command that is sent again is found among so many events */
	SWEPT_EXPENSES = 4,            /* of the trash, with each deletion ... */
	SWEPT_EVENTS = 32              /* ... with so many events each; the rest goes the next time */
};

static day_t
utc_day(int64_t wall_ms)
{
	return (day_t)(wall_ms / MS_PER_DAY);
}

bool
expense_has_history(struct op *op, const struct uuid *id)
{
	struct key first = key_history(op->ledger, id, 2);
	struct slice value;

	return kv_get(op->kv, TABLE_LEDGER, key_slice(&first), &value);
}

/* --- reading history ----------------------------------------------------------- */

static enum status
read_event(const struct kv_cursor *cursor, struct expense_event *event)
{
	if (!key_read_history(cursor->key, &event->expense_id, &event->version))
		return ST_BAD_RECORD;
	return event_unpack(cursor->value, event);
}

static bool
has_expense(struct op *op, const struct uuid *id)
{
	struct key row = key_id(op->ledger, ROW_EXPENSE_ID, id);
	struct slice value;

	return kv_get(op->kv, TABLE_LEDGER, key_slice(&row), &value);
}

enum status
op_list_history(struct op *op, const struct history_query *query,
    void (*on_event)(const struct expense_event *event, void *arg), void *arg, bool *has_more)
{
	bool is_of_all = uuid_is_nil(&query->expense_id);
	struct key prefix = is_of_all ? key_kind(op->ledger, ROW_HISTORY) : key_id(op->ledger, ROW_HISTORY, &query->expense_id);
	struct key start = key_history(op->ledger, is_of_all ? &query->after_id : &query->expense_id, query->after_version + 1);
	enum status st = ST_OK;
	struct kv_cursor cursor;
	struct expense_event event;
	bool is_there;
	unsigned given = 0;

	if (!is_of_all && !expense_has_history(op, &query->expense_id) && !has_expense(op, &query->expense_id))
		return kv_status(op->kv, ST_NOT_FOUND);
	kv_cursor_begin(&cursor, op->kv, TABLE_LEDGER);
	is_there = kv_cursor_seek(&cursor, key_slice(&start)) && key_starts_with(cursor.key, &prefix);
	for (; st == ST_OK && is_there && given < query->limit; given++) {
		st = read_event(&cursor, &event);
		if (st == ST_OK)
			on_event(&event, arg);
		is_there = kv_cursor_next(&cursor) && key_starts_with(cursor.key, &prefix);
	}
	*has_more = st == ST_OK && is_there;
	kv_cursor_end(&cursor);
	return kv_status(op->kv, st);
}

/* --- planning --------------------------------------------------------------------- */

struct change_plan {
	const struct expense_change *change;
	bool                         is_made;      /* by this very change, before */
	bool                         has_newest;
	struct expense_event         newest;       /* before this one */
	struct expense_event         event;        /* this one */
	struct totals_plan           totals;
};

/* The newest event, and whether this change is among the last ones. */
static enum status
look_back(struct op *op, struct change_plan *plan)
{
	struct key prefix = key_id(op->ledger, ROW_HISTORY, &plan->change->expense.id), end = prefix;
	enum status st = ST_OK;
	struct kv_cursor cursor;
	struct expense_event event;
	bool is_there;

	key_to_end(&end);
	kv_cursor_begin(&cursor, op->kv, TABLE_LEDGER);
	is_there = kv_cursor_seek_before(&cursor, key_slice(&end)) && key_starts_with(cursor.key, &prefix);
	for (int i = 0; st == ST_OK && is_there && !plan->is_made && i < RESENT_AMONG; i++) {
		if (!plan->has_newest)
			cursor.value = arena_copy(op->arena, cursor.value);
		st = cursor.value.ptr != NULL ? read_event(&cursor, &event) : ST_FAILED;
		plan->is_made = st == ST_OK && uuid_equal(&event.change_id, &plan->change->change_id);
		if (!plan->has_newest)
			plan->newest = event;
		plan->has_newest = true;
		is_there = kv_cursor_prev(&cursor) && key_starts_with(cursor.key, &prefix);
	}
	kv_cursor_end(&cursor);
	return kv_status(op->kv, st);
}

static enum status
take_before(struct op *op, struct change_plan *plan)
{
	const struct expense_change *change = plan->change;
	struct expense_event *event = &plan->event;
	enum status st = op_get_expense(op, &change->expense.id, &event->before);

	if (st != ST_OK)
		return st;
	if (change->if_version != 0 && change->if_version != event->before.version)
		return ST_VERSION_MISMATCH;
	event->has_before = true;
	event->version = event->before.version + 1;
	return event->version < INT32_MAX ? ST_OK : ST_OUT_OF_RANGE;
}

static void
set_after(struct change_plan *plan, const struct expense *expense)
{
	struct expense_event *event = &plan->event;

	event->has_after = true;
	event->after = *expense;
	event->after.version = event->version;
	event->after.updated_ms = plan->change->now_ms;
}

static enum status
plan_changed(struct op *op, struct change_plan *plan)
{
	struct expense expense = plan->change->expense;
	enum status st = take_before(op, plan);

	if (st == ST_OK)
		st = expense_check(&expense);
	if (st != ST_OK)
		return st;
	expense.zone = plan->event.before.zone;
	expense.message_id = plan->event.before.message_id;
	expense.refund_of = plan->event.before.refund_of;
	expense.created_ms = plan->event.before.created_ms;
	set_after(plan, &expense);
	return ST_OK;
}

static enum status
plan_deleted(struct op *op, struct change_plan *plan)
{
	return take_before(op, plan);
}

static enum status
plan_restored(struct op *op, struct change_plan *plan)
{
	(void)op;
	if (!plan->has_newest || plan->newest.action != EXPENSE_DELETED || !plan->newest.has_before
	    || plan->newest.at_ms + (int64_t)TRASH_DAYS * MS_PER_DAY < plan->change->now_ms)
		return ST_NOT_FOUND;
	plan->event.version = plan->newest.version + 1;
	set_after(plan, &plan->newest.before);
	return ST_OK;
}

/* It leaves the category that it is in. */
static enum status
count_out(struct op *op, struct change_plan *plan)
{
	const struct expense *expense = &plan->event.before;
	struct category category;
	enum status st = category_get(op, &expense->category_id, &category);

	return st == ST_OK ? totals_plan_count(&plan->totals, op, expense, &category, TOTALS_OUT) : st;
}

/* Its category may be gone meanwhile: then it comes to the one that has its place. */
static enum status
count_in(struct op *op, struct change_plan *plan)
{
	static const struct uuid by_key;
	struct expense *expense = &plan->event.after;
	struct category category;
	enum status st = category_find(op, NULL, &expense->category_id, SLICE_EMPTY, &category);

	if (st == ST_BAD_VALUE && plan->event.action == EXPENSE_RESTORED)
		st = category_find(op, &(struct user_plan){ .is_new = false }, &by_key, SLICE_LITERAL("other"), &category);
	if (st != ST_OK)
		return st;
	expense->category_id = category.id;
	return totals_plan_count(&plan->totals, op, expense, &category, TOTALS_IN);
}

static enum status
plan_change(struct op *op, struct change_plan *plan)
{
	static enum status (*const planners[EXPENSE_ACTIONS])(struct op *op, struct change_plan *plan) = {
		[EXPENSE_CHANGED] = plan_changed, [EXPENSE_DELETED] = plan_deleted, [EXPENSE_RESTORED] = plan_restored,
	};
	const struct expense_change *change = plan->change;
	struct expense_event *event = &plan->event;
	enum status st;

	event->expense_id = change->expense.id;
	event->change_id = change->change_id;
	event->action = change->action;
	event->by = change->by;
	event->at_ms = change->now_ms;
	st = planners[change->action](op, plan);
	if (st == ST_OK && !totals_plan_init(&plan->totals, op, 2))
		st = ST_FAILED;
	if (st == ST_OK && event->has_before)
		st = count_out(op, plan);
	if (st == ST_OK && event->has_after)
		st = count_in(op, plan);
	return st;
}

/* --- carrying out ------------------------------------------------------------------- */

bool
trash_is_expired(struct slice row, int64_t now_ms)
{
	struct uuid id;
	day_t day;

	return key_read_expense(row, &day, &id) && day < utc_day(now_ms) - TRASH_DAYS;
}

/* The history, then the place in the trash. */
bool
trash_forget(struct op *op, const struct key *row)
{
	struct key history, events[SWEPT_EVENTS];
	struct uuid id = { { 0 } };        /* of a row that is none: there is no such history */
	size_t found;
	day_t day;

	key_read_expense(key_slice(row), &day, &id);
	history = key_id(key_ledger(key_slice(row)), ROW_HISTORY, &id);
	found = op_collect_keys(op, TABLE_LEDGER, &history, events, SWEPT_EVENTS);
	for (size_t i = 0; i < found; i++)
		kv_del(op->kv, TABLE_LEDGER, key_slice(&events[i]));
	if (found < SWEPT_EVENTS)
		kv_del(op->kv, TABLE_LEDGER, key_slice(row));
	return found < SWEPT_EVENTS;
}

/* Forget what was deleted too long ago. */
static void
sweep(struct op *op, int64_t now_ms)
{
	struct key prefix = key_kind(op->ledger, ROW_TRASH), trash[SWEPT_EXPENSES];
	size_t count = op_collect_keys(op, TABLE_LEDGER, &prefix, trash, SWEPT_EXPENSES);

	for (size_t i = 0; i < count && trash_is_expired(key_slice(&trash[i]), now_ms); i++)
		trash_forget(op, &trash[i]);
}

void
event_put(struct op *op, const struct expense_event *event)
{
	struct key row = key_history(op->ledger, &event->expense_id, event->version);

	event_pack(op->scratch, event);
	op_put_scratch(op, TABLE_LEDGER, &row);
}

static void
apply(struct op *op, const struct change_plan *plan)
{
	const struct expense_event *event = &plan->event;
	struct key trash;

	if (event->has_before)
		expense_del(op, &event->before);
	if (event->has_after)
		expense_put(op, &event->after);
	totals_apply(op, &plan->totals);
	event_put(op, event);
	if (event->action == EXPENSE_DELETED) {
		sweep(op, event->at_ms);
		trash = key_trash(op->ledger, utc_day(event->at_ms), &event->expense_id);
		kv_put(op->kv, TABLE_LEDGER, key_slice(&trash), SLICE_EMPTY);
	} else if (event->action == EXPENSE_RESTORED) {
		trash = key_trash(op->ledger, utc_day(plan->newest.at_ms), &event->expense_id);
		kv_del(op->kv, TABLE_LEDGER, key_slice(&trash));
	}
}

static void
remember(struct op *op, const struct expense_change *change)
{
	struct dedupe dedupe = { .created_ms = change->now_ms, .expense_count = 1, .expense_ids = &change->expense.id };

	memcpy(dedupe.request_hash, change->request_hash, sizeof dedupe.request_hash);
	dedupe_put(op, change->idempotency_key, &dedupe);
}

static enum status
carry_out(struct op *op, struct change_plan *plan, struct write_answer *answer)
{
	struct expense *expense = arena_alloc(op->arena, sizeof *expense);
	enum status st = expense != NULL ? plan_change(op, plan) : ST_FAILED;

	if (st != ST_OK)
		return st;
	apply(op, plan);
	metrics_note(op, plan->change->now_ms, false, 0);
	remember(op, plan->change);
	*expense = plan->event.has_after ? plan->event.after : plan->event.before;
	answer->expenses = expense;
	answer->expense_count = 1;
	return kv_status(op->kv, ST_OK);
}

/* Nothing is left to do: the expense as it is. */
static enum status
answer_made(struct op *op, const struct expense_change *change, struct write_answer *answer)
{
	answer->is_replay = true;
	return expenses_load(op, &change->expense.id, 1, answer);
}

/* --- the trash ---------------------------------------------------------------------- */

enum { TRASH_LOOKED_AT = 1000 };

enum status
trash_has_category(struct op *op, const struct uuid *category_id, int64_t now_ms, bool *is_there)
{
	struct key prefix = key_kind(op->ledger, ROW_TRASH);
	struct key *keys = arena_alloc(op->arena, (TRASH_LOOKED_AT + 1) * sizeof *keys);
	size_t count = keys != NULL ? op_collect_keys(op, TABLE_LEDGER, &prefix, keys, TRASH_LOOKED_AT + 1) : 0;
	enum status st = keys == NULL ? ST_FAILED : count > TRASH_LOOKED_AT ? ST_LIMIT_REACHED : ST_OK;

	*is_there = false;
	for (size_t i = 0; st == ST_OK && !*is_there && i < count; i++) {
		struct expense_change change = { 0 };
		struct change_plan plan = { .change = &change };
		struct category category;
		day_t day;

		if (!key_read_expense(key_slice(&keys[i]), &day, &change.expense.id))
			return ST_BAD_RECORD;
		if (day < utc_day(now_ms) - TRASH_DAYS)
			continue;
		st = look_back(op, &plan);
		if (st != ST_OK || !plan.has_newest || !plan.newest.has_before)
			continue;
		st = category_find(op, NULL, &plan.newest.before.category_id, SLICE_EMPTY, &category);
		*is_there = st == ST_OK && uuid_equal(&category.id, category_id);
		st = st == ST_BAD_VALUE ? ST_OK : st;
	}
	return st;
}

/* What the row of the trash holds, if it can still be restored. */
static enum status
read_deleted(struct op *op, struct slice row, int64_t now_ms, struct expense *expense)
{
	struct expense_change change = { .now_ms = now_ms };
	struct change_plan plan = { .change = &change };
	enum status st;
	day_t day;

	if (!key_read_expense(row, &day, &change.expense.id))
		return ST_BAD_RECORD;
	st = look_back(op, &plan);
	if (st == ST_OK)
		st = plan_restored(op, &plan);
	*expense = plan.newest.before;
	return st;
}

enum status
op_list_deleted(struct op *op, int64_t now_ms, unsigned limit,
    void (*on_expense)(const struct expense *expense, void *arg), void *arg)
{
	struct key prefix = key_kind(op->ledger, ROW_TRASH), *rows = arena_alloc(op->arena, TRASH_LOOKED_AT * sizeof *rows);
	struct key end = prefix;
	enum status st = rows != NULL ? ST_OK : ST_FAILED;
	struct kv_cursor cursor;
	size_t count = 0;
	bool is_there;

	key_to_end(&end);
	kv_cursor_begin(&cursor, op->kv, TABLE_LEDGER);
	is_there = kv_cursor_seek_before(&cursor, key_slice(&end));
	while (st == ST_OK && is_there && count < TRASH_LOOKED_AT && key_starts_with(cursor.key, &prefix)) {
		rows[count++] = key_of(cursor.key);
		is_there = kv_cursor_prev(&cursor);
	}
	kv_cursor_end(&cursor);
	for (size_t i = 0; st == ST_OK && i < count && limit > 0; i++) {
		struct expense expense;

		st = read_deleted(op, key_slice(&rows[i]), now_ms, &expense);
		if (st == ST_OK) {
			on_expense(&expense, arg);
			limit--;
		}
		st = st == ST_NOT_FOUND ? ST_OK : st;
	}
	return kv_status(op->kv, st);
}

enum status
op_change_expense(struct op *op, const struct expense_change *change, struct write_answer *answer)
{
	struct change_plan plan = { .change = change };
	struct dedupe dedupe;
	enum status st;

	if (change->idempotency_key.len > IDEMPOTENCY_KEY_MAX)
		return ST_TEXT_TOO_LONG;
	if (uuid_is_nil(&change->change_id) || uuid_is_nil(&change->expense.id))
		return ST_BAD_VALUE;
	st = dedupe_find(op, change->idempotency_key, change->request_hash, &dedupe);
	if (st == ST_OK)
		return dedupe_answer(op, &dedupe, answer);
	if (st == ST_NOT_FOUND)
		st = look_back(op, &plan);
	if (st != ST_OK)
		return st;
	if (plan.is_made)
		return answer_made(op, change, answer);
	if (change->action == EXPENSE_RESTORED && has_expense(op, &change->expense.id)) {
		remember(op, change);
		return answer_made(op, change, answer);
	}
	return carry_out(op, &plan, answer);
}
