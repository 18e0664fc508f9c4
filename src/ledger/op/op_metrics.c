/* SPDX-License-Identifier: MIT */
/* Reading the metrics of a shard; see op.h. */
#include "config.h"

#include "ledger/metrics.h"
#include "op.h"

/* The days' rows of one kind, each with what its key has behind the day. */
static enum status
walk(struct op *op, enum metric_kind kind, day_t from, day_t to,
    enum status (*on_row)(day_t day, struct slice rest, struct slice value, const struct metrics_callbacks *callbacks, void *arg),
    const struct metrics_callbacks *callbacks, void *arg)
{
	struct key start = key_metric(kind, from), end = key_metric(kind, to);
	size_t head = start.len;
	enum status st = ST_OK;
	struct kv_cursor cursor;
	bool is_there;

	key_to_end(&end);
	kv_cursor_begin(&cursor, op->kv, TABLE_METRICS);
	is_there = kv_cursor_seek(&cursor, key_slice(&start));
	while (st == ST_OK && is_there && key_compare(cursor.key, key_slice(&end)) < 0) {
		struct slice rest = { cursor.key.ptr + head, cursor.key.len >= head ? cursor.key.len - head : 0 };

		st = on_row(key_read_number(cursor.key.ptr + 1), rest, cursor.value, callbacks, arg);
		is_there = kv_cursor_next(&cursor);
	}
	kv_cursor_end(&cursor);
	return kv_status(op->kv, st);
}

static enum status
give_day(day_t day, struct slice rest, struct slice value, const struct metrics_callbacks *callbacks, void *arg)
{
	struct metric metric;
	enum status st = metric_unpack(value, METRIC_DAY, &metric);

	(void)rest;
	if (st != ST_OK)
		return st;
	callbacks->on_day(&(struct day_metrics){ .day = day, .active_users = metric.n[DAY_ACTIVE_USERS],
		.new_users = metric.n[DAY_NEW_USERS], .deleted_users = metric.n[DAY_DELETED_USERS],
		.messages = metric.n[DAY_MESSAGES] }, arg);
	return ST_OK;
}

/* A currency, and what is behind it. */
static bool
read_currency(struct slice *rest, struct currency *currency)
{
	if (rest->len < 3)
		return false;
	*currency = (struct currency){ "" };
	memcpy(currency->code, rest->ptr, 3);
	*rest = (struct slice){ rest->ptr + 3, rest->len - 3 };
	return true;
}

static enum status
give_expenses(day_t day, struct slice rest, struct slice value, const struct metrics_callbacks *callbacks, void *arg)
{
	struct expense_metrics row = { .day = day };
	struct metric metric;
	enum status st = metric_unpack(value, METRIC_EXPENSES, &metric);

	if (st != ST_OK || !read_currency(&rest, &row.currency))
		return ST_BAD_RECORD;
	row.category_key = rest;
	row.sum_minor = metric.sum;
	row.count = metric.n[0];
	callbacks->on_expenses(&row, arg);
	return ST_OK;
}

static enum status
give_usage(day_t day, struct slice rest, struct slice value, void (*on_row)(const struct ai_metrics *row, void *arg), void *arg)
{
	struct ai_metrics row = { .day = day };
	struct metric metric;
	enum status st = metric_unpack(value, METRIC_AI_COST, &metric);

	if (st != ST_OK || !read_currency(&rest, &row.currency))
		return ST_BAD_RECORD;
	row.name = rest;
	row.usage = (struct ai_usage){ metric.n[0], metric.n[1], metric.n[2], metric.n[3], 0 };
	if (slice_ends_with(row.name, AI_OPERATION_UNPRICED) || slice_ends_with(row.name, AI_MODEL_UNPRICED))
		row.usage.unpriced = row.usage.calls;
	on_row(&row, arg);
	return ST_OK;
}

static enum status
give_ai_cost(day_t day, struct slice rest, struct slice value, const struct metrics_callbacks *callbacks, void *arg)
{
	return give_usage(day, rest, value, callbacks->on_ai_cost, arg);
}

static enum status
give_ai_model(day_t day, struct slice rest, struct slice value, const struct metrics_callbacks *callbacks, void *arg)
{
	return give_usage(day, rest, value, callbacks->on_ai_model, arg);
}

enum status
op_list_metrics(struct op *op, day_t from, day_t to, const struct metrics_callbacks *callbacks, void *arg)
{
	enum status st = ST_OK;

	if (callbacks->on_day != NULL)
		st = walk(op, METRIC_DAY, from, to, give_day, callbacks, arg);
	if (st == ST_OK && callbacks->on_expenses != NULL)
		st = walk(op, METRIC_EXPENSES, from, to, give_expenses, callbacks, arg);
	if (st == ST_OK && callbacks->on_ai_cost != NULL)
		st = walk(op, METRIC_AI_COST, from, to, give_ai_cost, callbacks, arg);
	if (st == ST_OK && callbacks->on_ai_model != NULL)
		st = walk(op, METRIC_AI_MODEL, from, to, give_ai_model, callbacks, arg);
	return st;
}
