/* SPDX-License-Identifier: MIT */
/* /api/v1/metrics/expenses and /category-trends: what all users together spend, for the operator. */
#include "config.h"

#include "api/handlers.h"

#include "api/expense/expense_json.h"
#include "contract/fields.h"
#include "http/reply.h"
#include "metrics_sums.h"

enum period { PERIOD_DAY, PERIOD_WEEK, PERIOD_MONTH, PERIODS };

static const char *const period_names[PERIODS] = { "day", "week", "month" };

/* In the request's arena. */
struct work {
	struct request *req;
	struct range    range;
	enum period     period;
	struct cells    cells;
	struct cells    totals;
	enum status     st;
};

static void
on_end(enum status st, void *arg)
{
	struct work *work = arg;

	work->st = st;
}

/* NULL after answering. */
static struct work *
begin(struct request *req)
{
	struct work *work = arena_alloc(&req->arena, sizeof *work);

	if (work == NULL) {
		reply_problem(req, ST_OVERLOADED, NULL, NULL);
		return NULL;
	}
	work->req = req;
	work->cells.arena = work->totals.arena = &req->arena;
	return metrics_read_range(req, &work->range) ? work : NULL;
}

static bool
read_expenses(struct work *work, day_t from, void (*on_expenses)(const struct expense_metrics *row, void *arg))
{
	struct metrics_callbacks callbacks = { .on_expenses = on_expenses, .on_end = on_end };

	store_list_metrics(metrics_store(work->req), from, work->range.to, &callbacks, work);
	cells_sort(&work->cells);
	cells_sort(&work->totals);
	if (work->st == ST_OK && (work->cells.has_failed || work->totals.has_failed))
		work->st = ST_OVERLOADED;
	return work->st == ST_OK || handler_refuse(work->req, work->st, NULL, NULL);
}

/* --- by period ---------------------------------------------------------------------------- */

/* The first day of the range that is in the day's period. */
static day_t
period_begin(const struct work *work, day_t day)
{
	day_t begin = work->period == PERIOD_WEEK ? day - day_weekday(day) : work->period == PERIOD_MONTH ? range_month_begin(day) : day;

	return begin > work->range.from ? begin : work->range.from;
}

static day_t
period_end(const struct work *work, day_t day)
{
	return work->period == PERIOD_WEEK ? day - day_weekday(day) + 6 : work->period == PERIOD_MONTH ? range_month_end(day) : day;
}

static void
on_period_expenses(const struct expense_metrics *row, void *arg)
{
	struct work *work = arg;
	struct cell cell = { .currency = row->currency, .sum = row->sum_minor, .count = row->count };

	cells_add(&work->totals, &cell);
	cell.period = period_begin(work, row->day);
	cells_add(&work->cells, &cell);
}

static int64_t
write_period(struct json_out *out, const struct work *work, day_t date, size_t *next)
{
	int64_t count = 0;

	json_out_object_begin(out);
	json_member_day(out, "date", date);
	json_out_key(out, "totals");
	json_out_array_begin(out);
	for (; *next < work->cells.count && work->cells.list[*next].period == date; (*next)++) {
		json_out_object_begin(out);
		cell_write(out, &work->cells.list[*next]);
		json_out_object_end(out);
		count += work->cells.list[*next].count;
	}
	json_out_array_end(out);
	json_out_member_int(out, "count", count);
	json_out_object_end(out);
	return count;
}

static void
write_totals(struct json_out *out, const struct work *work)
{
	json_out_key(out, "totals");
	json_out_array_begin(out);
	for (size_t i = 0; i < work->totals.count; i++) {
		const struct cell *cell = &work->totals.list[i];

		json_out_object_begin(out);
		cell_write(out, cell);
		json_member_quotient(out, "average_daily", cell->sum, work->range.to - work->range.from + 1, cell->currency);
		json_member_quotient(out, "average_expense", cell->sum, cell->count, cell->currency);
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

enum status
get_metrics_expenses(struct request *req)
{
	const struct value *period = query_value(req, MEMBER_period);
	struct work *work = begin(req);
	struct json_out out;
	int64_t count = 0;
	size_t next = 0;

	if (work == NULL)
		return ST_OK;
	work->period = period != NULL ? (enum period)period->number : PERIOD_DAY;
	if (!read_expenses(work, work->range.from, on_period_expenses))
		return ST_OK;
	out = reply_json_begin(req, ST_OK);
	json_out_object_begin(&out);
	range_write(&out, &work->range);
	json_out_member_text(&out, "period", period_names[work->period]);
	json_out_key(&out, "data");
	json_out_array_begin(&out);
	for (day_t day = work->range.from; day <= work->range.to; day = period_end(work, day) + 1)
		count += write_period(&out, work, day, &next);
	json_out_array_end(&out);
	json_out_member_int(&out, "count", count);
	write_totals(&out, work);
	json_out_object_end(&out);
	reply_end(req);
	return ST_OK;
}

/* --- by category ---------------------------------------------------------------------------- */

static day_t
days_of(const struct work *work)
{
	return work->range.to - work->range.from + 1;
}

/* In the totals and in the cells: those of the range.  What came before it has rows of its own, of period 1. */
static void
on_category_expenses(const struct expense_metrics *row, void *arg)
{
	struct work *work = arg;
	struct cell cell = { .period = row->day < work->range.from, .currency = row->currency, .sum = row->sum_minor, .count = row->count };

	if (cell.period == 0)
		cells_add(&work->totals, &cell);
	memcpy(cell.category, row->category_key.ptr,
	    row->category_key.len < CATEGORY_KEY_MAX ? row->category_key.len : CATEGORY_KEY_MAX - 1);
	cells_add(&work->cells, &cell);
	cell.period = !cell.period;            /* so that each has both, be it of nothing */
	cell.sum = 0;
	cell.count = 0;
	cells_add(&work->cells, &cell);
}

static void
write_category(struct json_out *out, const struct cell *now, const struct cell *before, const int *share)
{
	char text[MONEY_WIDE_TEXT_MAX];
	size_t len = (size_t)money_format_wide(before->sum, before->currency, text);

	json_out_object_begin(out);
	json_out_member_text(out, "category", now->category);
	cell_write(out, now);
	if (share != NULL)
		json_member_hundredths(out, "percent", *share);
	else
		json_out_member_null(out, "percent");
	json_out_member_plain(out, "previous_amount", (struct slice){ text, len });
	json_out_member_int(out, "previous_count", before->count);
	json_member_percent(out, "change_percent", now->sum - before->sum, before->sum);
	json_out_object_end(out);
}

/* The categories of one currency; returns how many there were. */
static size_t
write_currency(struct json_out *out, const struct cell *now, const struct cell *before, size_t left)
{
	enum { CATEGORIES = 64 };
	money_wide_t parts[CATEGORIES];
	int shares[CATEGORIES];
	bool has_shares;
	size_t count = 0;

	for (; count < left && count < CATEGORIES && strcmp(now[count].currency.code, now->currency.code) == 0; count++)
		parts[count] = now[count].sum;
	has_shares = percent_shares(parts, count, shares);
	for (size_t i = 0; i < count; i++)
		write_category(out, &now[i], &before[i], has_shares ? &shares[i] : NULL);
	return count;
}

enum status
get_metrics_categories(struct request *req)
{
	struct work *work = begin(req);
	struct json_out out;
	size_t half;

	if (work == NULL || !read_expenses(work, work->range.from - days_of(work), on_category_expenses))
		return ST_OK;
	half = work->cells.count / 2;          /* the range, then what came before it, of the same categories */
	out = reply_json_begin(req, ST_OK);
	json_out_object_begin(&out);
	range_write(&out, &work->range);
	json_out_key(&out, "data");
	json_out_array_begin(&out);
	for (size_t i = 0; i < half;)
		i += write_currency(&out, &work->cells.list[i], &work->cells.list[half + i], half - i);
	json_out_array_end(&out);
	json_out_key(&out, "totals");
	json_out_array_begin(&out);
	for (size_t i = 0; i < work->totals.count; i++) {
		json_out_object_begin(&out);
		cell_write(&out, &work->totals.list[i]);
		json_out_object_end(&out);
	}
	json_out_array_end(&out);
	json_out_object_end(&out);
	reply_end(req);
	return ST_OK;
}
