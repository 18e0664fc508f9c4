/* SPDX-License-Identifier: MIT */
/* /api/v1/metrics/ai-calls: each call of an AI provider on a day, page by page, for the operator. */
#include "config.h"

#include "api/handlers.h"

#include <stdlib.h>

#include "clock.h"
#include "api/expense/expense_json.h"
#include "contract/fields.h"
#include "http/reply.h"
#include "ai_json.h"
#include "metrics_sums.h"

enum { LIMIT_DEFAULT = 100, MS_PER_DAY = 86400000 };

/* In the request's arena. */
struct work {
	struct request      *req;
	enum status          st;
	struct ledger        ledger;       /* of the one user that is asked for */
	struct ai_call_query query;
	unsigned             limit;
	size_t               count, room;
	struct ai_call      *calls;
};

static void
on_call(const struct ai_call *call, void *arg)
{
	struct work *work = arg;
	struct arena *arena = &work->req->arena;
	struct ai_call *copy = &work->calls[work->count];

	if (work->count == work->room)
		return;
	*copy = *call;
	copy->user_id = arena_copy(arena, call->user_id);
	copy->cost.operation = arena_copy(arena, call->cost.operation);
	copy->cost.provider = arena_copy(arena, call->cost.provider);
	copy->cost.model = arena_copy(arena, call->cost.model);
	work->count++;
	if (arena->has_failed)
		work->st = ST_OVERLOADED;
}

static void
on_end(enum status st, void *arg)
{
	struct work *work = arg;

	work->st = work->st == ST_OK ? st : work->st;
}

/* The newest first, by their ids, which the cursor is. */
static int
compare_calls(const void *a, const void *b)
{
	return memcmp(((const struct ai_call *)b)->id.bytes, ((const struct ai_call *)a)->id.bytes, sizeof (struct uuid));
}

static void
reply_calls(const struct work *work)
{
	struct json_out out = reply_json_begin(work->req, ST_OK);

	json_out_object_begin(&out);
	json_member_day(&out, "date", work->query.day);
	json_out_key(&out, "data");
	json_out_array_begin(&out);
	for (size_t i = 0; i < work->count && i < work->limit; i++)
		ai_call_write_json(&out, &work->calls[i]);
	json_out_array_end(&out);
	if (work->count > work->limit)
		json_member_id(&out, "next_cursor", &work->calls[work->limit - 1].id);
	else
		json_out_member_null(&out, "next_cursor");
	json_out_object_end(&out);
	reply_end(work->req);
}

/* false after answering. */
static bool
read_query(struct request *req, struct work *work)
{
	const struct value *day = query_value(req, MEMBER_call_date), *limit = query_value(req, MEMBER_call_limit);
	struct slice user = query_text(req, MEMBER_call_of_user), cursor = query_text(req, MEMBER_cursor);

	work->query.day = day != NULL ? day->day : (day_t)(clock_wall_ms() / MS_PER_DAY);
	work->query.model = query_text(req, MEMBER_call_of_model);
	work->limit = limit != NULL ? (unsigned)limit->number : LIMIT_DEFAULT;
	work->query.limit = work->limit + 1;
	if (user.ptr != NULL) {
		work->ledger = store_ledger(metrics_store(req), user);
		work->query.of = &work->ledger;
	}
	return cursor.ptr == NULL || uuid_parse(cursor, &work->query.before) ||
	    handler_refuse(req, ST_BAD_PARAMETER, "cursor", "Is not one that was given out.");
}

enum status
get_metrics_ai_calls(struct request *req)
{
	static const struct ai_call_callbacks callbacks = { on_call, on_end };
	struct store *store = metrics_store(req);
	struct work *work = arena_alloc(&req->arena, sizeof *work);

	if (work == NULL)
		return ST_OVERLOADED;
	*work = (struct work){ .req = req, .st = ST_OK };
	if (!read_query(req, work))
		return ST_OK;
	work->room = (size_t)store_shard_count(store) * work->query.limit;
	work->calls = arena_alloc(&req->arena, work->room * sizeof *work->calls);
	if (work->calls == NULL)
		return ST_OVERLOADED;
	store_list_ai_calls(store, &work->query, &callbacks, work);
	if (work->st != ST_OK)
		return work->st;
	if (work->count > 0)
		qsort(work->calls, work->count, sizeof *work->calls, compare_calls);
	reply_calls(work);
	return ST_OK;
}
