/* SPDX-License-Identifier: MIT */
/* /api/v1/metrics/daily-active-users and /growth: how many use it, for the operator. */
#include "config.h"

#include "api/handlers.h"

#include "api/expense/expense_json.h"
#include "http/reply.h"
#include "metrics_sums.h"

enum { MONTH_DAYS = 31 };

/* The days from first on, and what came before them. */
struct users {
	struct request    *req;
	struct range       range;
	day_t              first;
	struct day_metrics days[METRICS_DAYS_MAX + MONTH_DAYS];
	int64_t            users_before;   /* signed up and not deleted before first */
	struct cells       expenses;       /* of the range, by currency */
	enum status        st;
};

static void
on_day(const struct day_metrics *row, void *arg)
{
	struct users *users = arg;
	struct day_metrics *day;

	if (row->day < users->first) {
		users->users_before += row->new_users - row->deleted_users;
		return;
	}
	day = &users->days[row->day - users->first];
	day->active_users += row->active_users;
	day->new_users += row->new_users;
	day->deleted_users += row->deleted_users;
	day->messages += row->messages;
}

static void
on_expenses(const struct expense_metrics *row, void *arg)
{
	struct users *users = arg;
	struct cell cell = { .currency = row->currency, .sum = row->sum_minor, .count = row->count };

	cells_add(&users->expenses, &cell);
}

static void
on_end(enum status st, void *arg)
{
	struct users *users = arg;

	users->st = st;
}

/* NULL after answering. */
static struct users *
begin(struct request *req)
{
	struct users *users = arena_alloc(&req->arena, sizeof *users);

	if (users == NULL) {
		reply_problem(req, ST_OVERLOADED, NULL, NULL);
		return NULL;
	}
	users->req = req;
	users->expenses.arena = &req->arena;
	return metrics_read_range(req, &users->range) ? users : NULL;
}

static bool
read_days(struct users *users, day_t from, day_t first)
{
	static const struct metrics_callbacks callbacks = { .on_day = on_day, .on_end = on_end };

	users->first = first;
	store_list_metrics(metrics_store(users->req), from, users->range.to, &callbacks, users);
	return users->st == ST_OK || handler_refuse(users->req, users->st, NULL, NULL);
}

/* --- who is active ------------------------------------------------------------------- */

static void
write_active(struct json_out *out, const struct users *users)
{
	int64_t active = 0;

	json_out_key(out, "data");
	json_out_array_begin(out);
	for (day_t day = users->range.from; day <= users->range.to; day++) {
		const struct day_metrics *row = &users->days[day - users->first];

		json_out_object_begin(out);
		json_member_day(out, "date", day);
		json_out_member_int(out, "active_users", row->active_users);
		json_out_member_int(out, "new_users", row->new_users);
		json_out_member_int(out, "returning_users", row->active_users - row->new_users);
		json_out_member_int(out, "messages", row->messages);
		json_out_object_end(out);
		active += row->active_users;
	}
	json_out_array_end(out);
	json_member_hundredths(out, "average_daily_users",
	    decimal_divide((money_wide_t)active * 100, users->range.to - users->range.from + 1));
}

enum status
get_metrics_active(struct request *req)
{
	struct users *users = begin(req);
	struct json_out out;

	if (users == NULL || !read_days(users, users->range.from, users->range.from))
		return ST_OK;
	out = reply_json_begin(req, ST_OK);
	json_out_object_begin(&out);
	range_write(&out, &users->range);
	write_active(&out, users);
	json_out_object_end(&out);
	reply_end(req);
	return ST_OK;
}

/* --- growth ---------------------------------------------------------------------------- */

/* Users at the end of a day that is not before the day before first. */
static int64_t
users_at(const struct users *users, day_t end)
{
	int64_t count = users->users_before;

	for (day_t day = users->first; day <= end; day++)
		count += users->days[day - users->first].new_users - users->days[day - users->first].deleted_users;
	return count;
}

static int64_t
new_since(const struct users *users, day_t from)
{
	int64_t count = 0;

	for (day_t day = from; day <= users->range.to; day++)
		count += users->days[day - users->first].new_users;
	return count;
}

static void
write_days(struct json_out *out, const struct users *users)
{
	int64_t count = users_at(users, users->range.from - 1);

	json_out_key(out, "data");
	json_out_array_begin(out);
	for (day_t day = users->range.from; day <= users->range.to; day++) {
		const struct day_metrics *row = &users->days[day - users->first];

		count += row->new_users - row->deleted_users;
		json_out_object_begin(out);
		json_member_day(out, "date", day);
		json_out_member_int(out, "new_users", row->new_users);
		json_out_member_int(out, "deleted_users", row->deleted_users);
		json_out_member_int(out, "total_users", count);
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

static void
write_growth(struct json_out *out, const struct users *users)
{
	static const struct {
		const char *name;
		int         days;
	} spans[] = { { "daily_growth_percent", 1 }, { "weekly_growth_percent", 7 }, { "growth_percent_30_days", 30 } };
	day_t today = users->range.to;
	int64_t count = users_at(users, today);

	json_out_member_int(out, "total_users", count);
	json_out_member_int(out, "new_users_today", new_since(users, today));
	json_out_member_int(out, "new_users_this_week", new_since(users, today - day_weekday(today)));
	json_out_member_int(out, "new_users_this_month", new_since(users, range_month_begin(today)));
	for (size_t i = 0; i < sizeof spans / sizeof spans[0]; i++) {
		int64_t before = users_at(users, today - spans[i].days);

		json_member_percent(out, spans[i].name, count - before, before);
	}
}

static void
write_expenses(struct json_out *out, struct users *users)
{
	int64_t count = users_at(users, users->range.to);

	cells_sort(&users->expenses);
	json_out_key(out, "expenses");
	json_out_array_begin(out);
	for (size_t i = 0; i < users->expenses.count; i++) {
		const struct cell *cell = &users->expenses.list[i];

		json_out_object_begin(out);
		cell_write(out, cell);
		json_member_quotient(out, "average_per_user", cell->sum, count, cell->currency);
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

enum status
get_metrics_growth(struct request *req)
{
	static const struct metrics_callbacks expenses = { .on_expenses = on_expenses, .on_end = on_end };
	struct users *users = begin(req);
	struct json_out out;
	day_t first;

	if (users == NULL)
		return ST_OK;
	first = users->range.to - MONTH_DAYS + 1 < users->range.from ? users->range.to - MONTH_DAYS + 1 : users->range.from;
	if (!read_days(users, DAY_MIN, first))
		return ST_OK;
	store_list_metrics(metrics_store(req), users->range.from, users->range.to, &expenses, users);
	if (users->st != ST_OK || users->expenses.has_failed)
		return users->st != ST_OK ? users->st : ST_OVERLOADED;
	out = reply_json_begin(req, ST_OK);
	json_out_object_begin(&out);
	range_write(&out, &users->range);
	write_days(&out, users);
	write_growth(&out, users);
	write_expenses(&out, users);
	json_out_object_end(&out);
	reply_end(req);
	return ST_OK;
}
