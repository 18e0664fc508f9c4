/* SPDX-License-Identifier: MIT */
/* The kept totals: sums and counts by day and by month; see op.h. */
#include "config.h"

#include "ledger/metrics.h"
#include "ledger/op/op.h"

bool
totals_plan_init(struct totals_plan *plan, struct op *op, size_t expense_count)
{
	plan->count = plan->category_count = plan->metric_count = 0;
	plan->metrics = arena_alloc(op->arena, expense_count * sizeof *plan->metrics);
	plan->changes = arena_alloc(op->arena, 2 * expense_count * sizeof *plan->changes);
	plan->categories = arena_alloc(op->arena, expense_count * sizeof *plan->categories);
	return plan->metrics != NULL && plan->changes != NULL && plan->categories != NULL;
}

/* The change of a row, read from the table when it is the first one to that row. */
static enum status
change_of(struct totals_plan *plan, struct op *op, const struct key *key, struct total_change **out)
{
	struct total_change *change;
	struct slice value;

	/* The last ones first: expenses of one day mostly follow one another. */
	for (size_t i = plan->count; i-- > 0;)
		if (slice_equal(key_slice(&plan->changes[i].key), key_slice(key))) {
			*out = &plan->changes[i];
			return ST_OK;
		}
	*out = change = &plan->changes[plan->count++];
	change->key.len = key->len;
	memcpy(change->key.bytes, key->bytes, key->len);
	change->sum = (struct sum){ 0 };
	if (kv_get(op->kv, TABLE_LEDGER, key_slice(key), &value))
		return sum_unpack(value, &change->sum);
	return kv_status(op->kv, ST_OK);
}

static enum status
count(struct totals_plan *plan, struct op *op, const struct expense *expense, enum row_kind kind, enum totals_way way)
{
	struct key key = key_total(op->ledger, kind, expense->day, &expense->category_id, expense->currency, expense->account);
	struct total_change *change;
	enum status st = change_of(plan, op, &key, &change);

	if (st != ST_OK)
		return st;
	if (__builtin_add_overflow(change->sum.sum_minor, way * expense->amount_minor, &change->sum.sum_minor)
	    || __builtin_add_overflow(change->sum.count, way, &change->sum.count))
		return ST_OUT_OF_RANGE;
	return change->sum.count >= 0 ? ST_OK : ST_BAD_RECORD;
}

static enum status
count_in_category(struct totals_plan *plan, const struct category *category, enum totals_way way)
{
	struct category *counted = NULL;

	for (size_t i = 0; i < plan->category_count; i++)
		if (uuid_equal(&plan->categories[i].id, &category->id))
			counted = &plan->categories[i];
	if (counted == NULL) {
		counted = &plan->categories[plan->category_count++];
		*counted = *category;
	}
	return __builtin_add_overflow(counted->expense_count, way, &counted->expense_count) ? ST_OUT_OF_RANGE : ST_OK;
}

/* The metrics are those of the day of recording, whenever it is that the expense changes. */
static void
count_in_metrics(struct totals_plan *plan, const struct expense *expense, const struct category *category, enum totals_way way)
{
	struct metric_change *change = &plan->metrics[plan->metric_count++];

	change->key = key_expense_metric(utc_day_of(expense->created_ms), expense->currency, category);
	change->by.sum = way * expense->amount_minor;
	change->by.n[0] = way;
}

enum status
totals_plan_count(struct totals_plan *plan, struct op *op, const struct expense *expense, const struct category *category,
    enum totals_way way)
{
	enum status st = count(plan, op, expense, ROW_DAY_TOTAL, way);

	if (st == ST_OK)
		st = count(plan, op, expense, ROW_MONTH_TOTAL, way);
	if (st == ST_OK)
		count_in_metrics(plan, expense, category, way);
	return st == ST_OK ? count_in_category(plan, category, way) : st;
}

void
totals_apply(struct op *op, const struct totals_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct total_change *change = &plan->changes[i];

		if (change->sum.count == 0) {
			kv_del(op->kv, TABLE_LEDGER, key_slice(&change->key));
			continue;
		}
		sum_pack(op->scratch, change->sum);
		op_put_scratch(op, TABLE_LEDGER, &change->key);
	}
	for (size_t i = 0; i < plan->category_count; i++)
		category_put(op, &plan->categories[i]);
	for (size_t i = 0; i < plan->metric_count; i++)
		metrics_add(op, &plan->metrics[i].key, &plan->metrics[i].by);
}

static enum status
read_total(const struct kv_cursor *cursor, struct total *total)
{
	struct total_key key;
	struct sum sum;
	enum status st = sum_unpack(cursor->value, &sum);

	if (st != ST_OK || !key_read_total(cursor->key, &key))
		return ST_BAD_RECORD;
	*total = (struct total){ .day = key.day, .category_id = key.category_id, .currency = key.currency,
		.account = key.account, .sum_minor = sum.sum_minor, .count = sum.count };
	return ST_OK;
}

enum status
totals_walk(struct op *op, bool by_month, day_t from, day_t to,
    enum status (*on_total)(const struct total *total, bool *goes_on, void *arg), void *arg)
{
	enum row_kind kind = by_month ? ROW_MONTH_TOTAL : ROW_DAY_TOTAL;
	struct key start = key_day(op->ledger, kind, from), end = key_day(op->ledger, kind, to);
	enum status st = ST_OK;
	struct kv_cursor cursor;
	struct total total;
	bool goes_on;

	key_to_end(&end);
	kv_cursor_begin(&cursor, op->kv, TABLE_LEDGER);
	goes_on = kv_cursor_seek(&cursor, key_slice(&start));
	while (st == ST_OK && goes_on && key_compare(cursor.key, key_slice(&end)) < 0) {
		st = read_total(&cursor, &total);
		if (st == ST_OK)
			st = on_total(&total, &goes_on, arg);
		goes_on = goes_on && kv_cursor_next(&cursor);
	}
	kv_cursor_end(&cursor);
	return kv_status(op->kv, st);
}

struct listing {
	void (*on_total)(const struct total *total, void *arg);
	void  *arg;
};

static enum status
list_total(const struct total *total, bool *goes_on, void *arg)
{
	const struct listing *listing = arg;

	(void)goes_on;
	listing->on_total(total, listing->arg);
	return ST_OK;
}

enum status
op_list_totals(struct op *op, bool by_month, day_t from, day_t to, void (*on_total)(const struct total *total, void *arg),
    void *arg)
{
	struct listing listing = { on_total, arg };

	return totals_walk(op, by_month, from, to, list_total, &listing);
}
