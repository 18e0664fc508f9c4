/* SPDX-License-Identifier: MIT */
/* /api/v1/metrics/ai-costs: what the AI providers cost, by day, by operation, by model and by user, for the operator. */
#include "config.h"

#include "api/handlers.h"

#include <stdlib.h>

#include "clock.h"
#include "api/expense/expense_json.h"
#include "contract/fields.h"
#include "http/reply.h"
#include "ai_json.h"
#include "metrics_sums.h"

enum { NAMES_MAX = 32, MICRO_DIGITS = 6, TOP_DEFAULT = 10, MS_PER_DAY = 86400000 };

/* What each of several used. */
struct named_usage {
	char            name[AI_MODEL_ROW_MAX + 1];
	struct ai_usage usage;
};

struct usage_list {
	size_t             count;
	struct named_usage items[NAMES_MAX];
};

/* In the request's arena. */
struct work {
	struct request        *req;
	struct range           range;
	struct currency        currency;
	enum status            st;

	struct ai_usage        days[METRICS_DAYS_MAX], all;
	struct usage_list      operations, models;

	struct ai_user_cost   *users;
	size_t                 user_count;
	unsigned               limit;
};

static void
on_end(enum status st, void *arg)
{
	struct work *work = arg;

	work->st = work->st == ST_OK ? st : work->st;
}

/* NULL after answering.  Costs of different currencies cannot be added, so one of them is asked for. */
static struct work *
begin(struct request *req)
{
	const struct value *currency = query_value(req, MEMBER_cost_currency);
	struct work *work = arena_alloc(&req->arena, sizeof *work);

	if (work == NULL) {
		reply_problem(req, ST_OVERLOADED, NULL, NULL);
		return NULL;
	}
	work->req = req;
	work->currency = currency != NULL ? currency->currency : (struct currency){ "USD" };
	return work;
}

/* --- by day and by operation ------------------------------------------------------------------ */

static void
add_up(struct ai_usage *to, const struct ai_usage *by)
{
	to->calls += by->calls;
	to->input_tokens += by->input_tokens;
	to->output_tokens += by->output_tokens;
	to->cost_micros += by->cost_micros;
	to->unpriced += by->unpriced;
}

/* That of this name; the last one there is room for takes the rest. */
static struct ai_usage *
usage_of(struct usage_list *list, struct slice name)
{
	struct named_usage *item;

	for (size_t i = 0; i < list->count; i++)
		if (slice_equal(name, slice_of(list->items[i].name)))
			return &list->items[i].usage;
	if (list->count == NAMES_MAX)
		return &list->items[NAMES_MAX - 1].usage;
	item = &list->items[list->count++];
	memcpy(item->name, name.ptr, name.len < AI_MODEL_ROW_MAX ? name.len : AI_MODEL_ROW_MAX);
	return &item->usage;
}

static void
on_ai_cost(const struct ai_metrics *row, void *arg)
{
	struct work *work = arg;

	if (memcmp(&row->currency, &work->currency, sizeof row->currency) != 0)
		return;
	add_up(&work->days[row->day - work->range.from], &row->usage);
	add_up(usage_of(&work->operations, row->name), &row->usage);
	add_up(&work->all, &row->usage);
}

static void
on_ai_model(const struct ai_metrics *row, void *arg)
{
	struct work *work = arg;

	if (memcmp(&row->currency, &work->currency, sizeof row->currency) == 0)
		add_up(usage_of(&work->models, row->name), &row->usage);
}

static void
write_days(struct json_out *out, const struct work *work)
{
	json_out_key(out, "data");
	json_out_array_begin(out);
	for (day_t day = work->range.from; day <= work->range.to; day++) {
		json_out_object_begin(out);
		json_member_day(out, "date", day);
		json_members_ai_usage(out, &work->days[day - work->range.from]);
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(((const struct named_usage *)a)->name, ((const struct named_usage *)b)->name);
}

/* The percentages are of the tokens. */
static void
write_list(struct json_out *out, const char *key, const char *member, struct usage_list *list)
{
	money_wide_t tokens[NAMES_MAX];
	int shares[NAMES_MAX];
	bool has_shares;

	if (list->count > 0)
		qsort(list->items, list->count, sizeof list->items[0], compare_names);
	for (size_t i = 0; i < list->count; i++)
		tokens[i] = (money_wide_t)list->items[i].usage.input_tokens + list->items[i].usage.output_tokens;
	has_shares = percent_shares(tokens, list->count, shares);
	json_out_key(out, key);
	json_out_array_begin(out);
	for (size_t i = 0; i < list->count; i++) {
		json_out_object_begin(out);
		json_out_member_text(out, member, list->items[i].name);
		json_members_ai_usage(out, &list->items[i].usage);
		if (has_shares)
			json_member_hundredths(out, "percent", shares[i]);
		else
			json_out_member_null(out, "percent");
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

enum status
get_metrics_ai_costs(struct request *req)
{
	static const struct metrics_callbacks callbacks = { .on_ai_cost = on_ai_cost, .on_ai_model = on_ai_model, .on_end = on_end };
	struct work *work = begin(req);
	struct json_out out;

	if (work == NULL || !metrics_read_range(req, &work->range))
		return ST_OK;
	store_list_metrics(metrics_store(req), work->range.from, work->range.to, &callbacks, work);
	if (work->st != ST_OK)
		return work->st;
	out = reply_json_begin(req, ST_OK);
	json_out_object_begin(&out);
	range_write(&out, &work->range);
	json_out_member_plain(&out, "currency", slice_of(work->currency.code));
	json_out_key(&out, "summary");
	json_out_object_begin(&out);
	json_members_ai_usage(&out, &work->all);
	json_out_member_int(&out, "total_tokens", work->all.input_tokens + work->all.output_tokens);
	json_out_object_end(&out);
	write_days(&out, work);
	write_list(&out, "by_operation", "operation", &work->operations);
	write_list(&out, "by_model", "model", &work->models);
	json_out_object_end(&out);
	reply_end(req);
	return ST_OK;
}

/* --- by user ------------------------------------------------------------------------------------ */

static void
on_user(const struct ai_user_cost *cost, void *arg)
{
	struct work *work = arg;
	struct ai_user_cost *copy = &work->users[work->user_count];

	*copy = *cost;
	copy->user_id = arena_copy(&work->req->arena, cost->user_id);
	if (copy->user_id.ptr != NULL)
		work->user_count++;
	else
		work->st = ST_OVERLOADED;
}

/* The highest cost first, then by user. */
static int
compare_users(const void *left, const void *right)
{
	const struct ai_user_cost *a = left, *b = right;
	int order = (a->usage.cost_micros < b->usage.cost_micros) - (a->usage.cost_micros > b->usage.cost_micros);
	size_t shorter = a->user_id.len < b->user_id.len ? a->user_id.len : b->user_id.len;

	if (order == 0)
		order = memcmp(a->user_id.ptr, b->user_id.ptr, shorter);
	return order != 0 ? order : (a->user_id.len > b->user_id.len) - (a->user_id.len < b->user_id.len);
}

/* YYYY-MM, by default the present one. */
static bool
read_month(struct request *req, day_t *month)
{
	char day[DAY_TEXT_LEN + 1] = "YYYY-MM-01";
	struct slice text = query_text(req, MEMBER_cost_month);

	*month = (day_t)(clock_wall_ms() / MS_PER_DAY);
	if (text.ptr == NULL)
		return true;
	if (text.len == DAY_TEXT_LEN - 3)
		memcpy(day, text.ptr, text.len);
	return day_parse(slice_of(day), month) || handler_refuse(req, ST_BAD_DATE, "month", "Must be a month, as YYYY-MM.");
}

static void
reply_users(struct work *work, day_t month)
{
	struct json_out out = reply_json_begin(work->req, ST_OK);
	char text[DAY_TEXT_LEN];

	json_out_object_begin(&out);
	json_out_member_plain(&out, "month", (struct slice){ text, range_format_month(month, text) });
	json_out_member_plain(&out, "currency", slice_of(work->currency.code));
	json_out_key(&out, "data");
	json_out_array_begin(&out);
	for (size_t i = 0; i < work->user_count && i < work->limit; i++) {
		json_out_object_begin(&out);
		json_out_member_string(&out, "user", work->users[i].user_id);
		json_members_ai_usage(&out, &work->users[i].usage);
		json_out_object_end(&out);
	}
	json_out_array_end(&out);
	json_out_object_end(&out);
	reply_end(work->req);
}

enum status
get_metrics_ai_users(struct request *req)
{
	static const struct ai_user_callbacks callbacks = { on_user, on_end };
	const struct value *limit = query_value(req, MEMBER_top_limit);
	struct store *store = metrics_store(req);
	struct work *work = begin(req);
	day_t month;

	if (work == NULL || !read_month(req, &month))
		return ST_OK;
	work->limit = limit != NULL ? (unsigned)limit->number : TOP_DEFAULT;
	work->users = arena_alloc(&req->arena, store_shard_count(store) * work->limit * sizeof *work->users);
	if (work->users == NULL)
		return ST_OVERLOADED;
	store_list_ai_users(store, month, work->currency, work->limit, &callbacks, work);
	if (work->st != ST_OK)
		return work->st;
	if (work->user_count > 0)
		qsort(work->users, work->user_count, sizeof *work->users, compare_users);
	reply_users(work, month);
	return ST_OK;
}
