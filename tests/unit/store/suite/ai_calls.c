/* SPDX-License-Identifier: MIT */
/* Calls of AI providers, each by itself, and what a user's own come to. */
#include "config.h"

#include "metrics_rows.h"

#include "arena.h"
#include "store_ai.h"

struct calls {
	struct suite  *s;
	enum status    st;
	size_t         count;
	struct ai_call calls[16];
};

static void
on_call(const struct ai_call *call, void *arg)
{
	struct calls *calls = arg;
	struct ai_call *kept = &calls->calls[calls->count++];

	*kept = *call;
	kept->user_id = arena_copy(calls->s->arena, call->user_id);
	kept->cost.model = arena_copy(calls->s->arena, call->cost.model);
	kept->cost.operation = arena_copy(calls->s->arena, call->cost.operation);
}

static void
on_calls_end(enum status st, void *arg)
{
	((struct calls *)arg)->st = st;
}

struct removal {
	bool        is_done;
	enum status st;
	uint32_t    removed;
	char        next[300];
	size_t      next_len;
};

static void
on_removed(enum status st, const struct write_answer *answer, void *arg)
{
	struct removal *w = arg;

	w->is_done = true;
	w->st = st;
	if (st != ST_OK)
		return;
	w->removed = answer->removed[REMOVED_AI_CALL];
	w->next_len = answer->next.len;
	assert_true(w->next_len <= sizeof w->next);
	if (w->next_len > 0)
		memcpy(w->next, answer->next.ptr, w->next_len);
}

static struct calls
calls_of(struct suite *s, day_t day, const char *user, const char *model)
{
	static const struct ai_call_callbacks callbacks = { on_call, on_calls_end };
	struct ledger ledger = suite_ledger(s, user != NULL ? user : "");
	struct ai_call_query query = { .day = day, .of = user != NULL ? &ledger : NULL, .model = slice_of(model), .limit = 16 };
	struct calls calls = { .s = s };

	store_list_ai_calls(s->store, &query, &callbacks, &calls);
	assert_int_equal(calls.st, ST_OK);
	return calls;
}

static struct ai_cost
listed_cost(int64_t micros, const char *model)
{
	struct ai_cost cost = metrics_cost(micros, "parse");

	cost.provider = slice_of("local");
	cost.model = slice_of(model);
	cost.is_listed = true;
	return cost;
}

static uint32_t
remove_calls(struct suite *s, day_t before)
{
	uint32_t removed = 0;

	for (unsigned shard = 0; shard < store_shard_count(s->store); shard++) {
		struct removal w = { .is_done = false };

		store_remove_ai_calls(s->store, shard, before, on_removed, &w);
		suite_wait(s, &w.is_done);
		assert_int_equal(w.st, ST_OK);
		removed += w.removed;
	}
	return removed;
}

static void
each_call_is_listed_once_with_whom_it_was_for(void **state)
{
	struct suite *s = *state;
	struct ai_cost first = listed_cost(1500, "one"), second = listed_cost(0, "two"), unlisted = metrics_cost(5, "parse"), nobody = listed_cost(7, "one");
	struct calls calls;

	second.is_unpriced = true;
	second.result = "declined";
	assert_int_equal(suite_sign_up(s, "line:U1", NULL), ST_OK);
	assert_int_equal(suite_sign_up(s, "line:U2", NULL), ST_OK);
	for (int twice = 0; twice < 2; twice++)
		assert_int_equal(metrics_add_cost(s, "line:U1", &first), ST_OK);
	assert_int_equal(metrics_add_cost(s, "line:U1", &second), ST_OK);
	assert_int_equal(metrics_add_cost(s, "line:U2", &unlisted), ST_OK);
	assert_int_equal(metrics_add_cost(s, "line:stranger", &nobody), ST_OK);
	assert_int_equal(calls_of(s, TODAY, NULL, "").count, 3);
	assert_int_equal(calls_of(s, TODAY - 1, NULL, "").count, 0);
	assert_int_equal(calls_of(s, TODAY, NULL, "one").count, 2);
	assert_int_equal(calls_of(s, TODAY, "line:U2", "").count, 0);
	assert_int_equal(calls_of(s, TODAY, "line:stranger", "").count, 0);
	calls = calls_of(s, TODAY, "line:U1", "");
	assert_int_equal(calls.count, 2);
	assert_true(uuid_equal(&calls.calls[0].id, &second.call_id));      /* the newest first */
	assert_true(calls.calls[0].cost.is_unpriced && !calls.calls[0].cost.is_failed);
	assert_string_equal(calls.calls[0].cost.result, "declined");
	assert_string_equal(calls.calls[1].cost.result, "ok");
	assert_true(slice_equal(calls.calls[1].user_id, slice_of("line:U1")));
	assert_int_equal(calls.calls[1].cost.usage.cost_micros, 1500);
	assert_int_equal(calls.calls[1].cost.usage.input_tokens, 100);
	assert_int_equal(calls.calls[1].cost.usage.output_tokens, 20);
	assert_int_equal(calls.calls[1].cost.now_ms, metrics_ms(TODAY));
}

static void
a_call_that_failed_is_listed_and_in_no_sum(void **state)
{
	struct suite *s = *state;
	struct ai_cost failed = listed_cost(0, "one"), wrong;
	struct calls calls;
	struct rows *rows;

	failed.usage = (struct ai_usage){ .calls = 1 };
	failed.result = "timeout";
	failed.is_failed = true;
	assert_int_equal(suite_sign_up(s, "line:U1", NULL), ST_OK);
	for (int twice = 0; twice < 2; twice++)
		assert_int_equal(metrics_add_cost(s, "line:U1", &failed), ST_OK);
	calls = calls_of(s, TODAY, "line:U1", "one");
	assert_int_equal(calls.count, 1);
	assert_string_equal(calls.calls[0].cost.result, "timeout");
	assert_true(calls.calls[0].cost.is_failed && !calls.calls[0].cost.is_unpriced);
	rows = metrics_rows(s);
	assert_int_equal(rows->ai_count, 0);
	assert_int_equal(metrics_top_users(s, 10)->user_count, 0);
	wrong = failed;
	wrong.usage.input_tokens = 1;
	assert_int_equal(metrics_add_cost(s, "line:U1", &wrong), ST_BAD_VALUE);
	assert_int_equal(remove_calls(s, TODAY + 1), 1);
}

struct own_calls {
	struct suite        *s;
	struct own_call_query query;
	bool                 has_more;
	size_t               count;
	struct uuid          ids[8];
	int64_t              micros;
};

static void
on_own_call(const struct ai_call *call, void *arg)
{
	struct own_calls *own = arg;

	own->ids[own->count++] = call->id;
	own->micros += call->cost.usage.cost_micros;
	own->query.after_day = (day_t)(call->cost.now_ms / 86400000);
	own->query.after_id = call->id;
}

static void
on_own_calls_end(enum status st, bool has_more, void *arg)
{
	assert_int_equal(st, ST_OK);
	((struct own_calls *)arg)->has_more = has_more;
}

/* All of them, so many a page. */
static struct own_calls
own_calls(struct suite *s, const char *user, unsigned page)
{
	static const struct own_call_callbacks callbacks = { on_own_call, on_own_calls_end };
	struct own_calls own = { .s = s, .query.limit = page, .has_more = true };
	struct ledger ledger = suite_ledger(s, user);

	for (unsigned pages = 0; own.has_more; pages++) {
		assert_true(pages < 8);
		store_list_own_calls(s->store, &ledger, &own.query, &callbacks, &own);
	}
	return own;
}

static void
a_user_s_own_calls_are_listed_page_by_page_the_oldest_first(void **state)
{
	struct suite *s = *state;
	struct ai_cost costs[5];
	struct own_calls own;

	assert_int_equal(suite_sign_up(s, "line:U1", NULL), ST_OK);
	assert_int_equal(suite_sign_up(s, "line:U2", NULL), ST_OK);
	for (int i = 0; i < 5; i++) {
		struct ai_cost other = listed_cost(1000, "one");

		costs[i] = listed_cost(1 << i, "one");
		costs[i].now_ms = metrics_ms(TODAY - 4 + i);
		assert_int_equal(metrics_add_cost(s, "line:U1", &costs[i]), ST_OK);
		assert_int_equal(metrics_add_cost(s, "line:U2", &other), ST_OK);
		assert_int_equal(metrics_add_cost(s, "line:stranger", &other), ST_OK);
	}
	for (unsigned page = 1; page <= 6; page++) {
		own = own_calls(s, "line:U1", page);
		assert_int_equal(own.count, 5);
		assert_int_equal(own.micros, 31);
		for (int i = 0; i < 5; i++)
			assert_true(uuid_equal(&own.ids[i], &costs[i].call_id));
	}
	assert_int_equal(own_calls(s, "line:nobody", 10).count, 0);
	assert_int_equal(own_calls(s, "line:stranger", 10).count, 0);
}

struct months {
	size_t               count;
	struct ai_month_cost costs[8];
};

static void
on_month_cost(const struct ai_month_cost *cost, void *arg)
{
	struct months *months = arg;

	months->costs[months->count++] = *cost;
}

static void
on_months_end(enum status st, void *arg)
{
	(void)arg;
	assert_int_equal(st, ST_OK);
}

static void
a_user_s_own_costs_are_told_by_month_and_currency(void **state)
{
	static const struct ai_month_callbacks callbacks = { on_month_cost, on_months_end };
	struct suite *s = *state;
	struct ledger ledger = suite_ledger(s, "line:U1");
	struct ai_cost before = metrics_cost(3, "parse"), now = metrics_cost(4, "parse"), again = metrics_cost(5, "message"), euro = metrics_cost(6, "parse"), other = metrics_cost(7, "parse");
	struct months months = { 0 };
	int year, month, day, earlier_month, earlier_year;

	day_to_civil(TODAY, &year, &month, &day);
	before.now_ms = metrics_ms(TODAY - 40);
	euro.currency = (struct currency){ "EUR" };
	assert_int_equal(suite_sign_up(s, "line:U1", NULL), ST_OK);
	assert_int_equal(suite_sign_up(s, "line:U2", NULL), ST_OK);
	assert_int_equal(metrics_add_cost(s, "line:U1", &before), ST_OK);
	assert_int_equal(metrics_add_cost(s, "line:U1", &now), ST_OK);
	assert_int_equal(metrics_add_cost(s, "line:U1", &again), ST_OK);
	assert_int_equal(metrics_add_cost(s, "line:U1", &euro), ST_OK);
	assert_int_equal(metrics_add_cost(s, "line:U2", &other), ST_OK);
	store_list_ai_months(s->store, &ledger, &callbacks, &months);
	assert_int_equal(months.count, 3);
	day_to_civil(months.costs[0].month, &earlier_year, &earlier_month, &day);
	assert_int_equal(day, 1);
	assert_true(earlier_year < year || earlier_month < month);
	assert_string_equal(months.costs[1].currency.code, "EUR");
	assert_int_equal(months.costs[2].usage.cost_micros, 9);
	assert_int_equal(months.costs[2].usage.calls, 2);
}

static void
calls_of_days_before_are_removed_and_the_sums_stay(void **state)
{
	struct suite *s = *state;
	struct rows *rows;
	int64_t counted = 0;
	struct ai_cost old = listed_cost(1, "one"), young = listed_cost(2, "one"), nobody = listed_cost(3, "one");

	old.now_ms = nobody.now_ms = metrics_ms(TODAY - 1);
	assert_int_equal(suite_sign_up(s, "line:U1", NULL), ST_OK);
	assert_int_equal(metrics_add_cost(s, "line:U1", &old), ST_OK);
	assert_int_equal(metrics_add_cost(s, "line:U1", &young), ST_OK);
	assert_int_equal(metrics_add_cost(s, "line:stranger", &nobody), ST_OK);
	assert_int_equal(remove_calls(s, TODAY - 1), 0);
	assert_int_equal(remove_calls(s, TODAY), 2);
	assert_int_equal(remove_calls(s, TODAY), 0);
	assert_int_equal(calls_of(s, TODAY - 1, NULL, "").count, 0);
	assert_int_equal(calls_of(s, TODAY, NULL, "").count, 1);
	rows = metrics_rows(s);
	for (size_t i = 0; i < rows->ai_count; i++)
		counted += rows->ai[i].usage.calls;
	assert_int_equal(counted, 3);
}

static void
the_calls_of_a_deleted_user_go(void **state)
{
	struct suite *s = *state;
	struct deletion deletion = { .user_id = slice_of("line:U1"), .created_ms = suite_now_ms(), .now_ms = suite_now_ms() };
	struct ai_cost cost = listed_cost(1, "one"), other = listed_cost(2, "one");
	struct ledger ledger = suite_ledger(s, "line:U1");
	struct removal w = { .is_done = false };
	struct suite_outcome wait = { .is_done = false };

	assert_int_equal(suite_sign_up(s, "line:U1", NULL), ST_OK);
	assert_int_equal(suite_sign_up(s, "line:U2", NULL), ST_OK);
	assert_int_equal(metrics_add_cost(s, "line:U1", &cost), ST_OK);
	assert_int_equal(metrics_add_cost(s, "line:U2", &other), ST_OK);
	store_begin_deletion(s->store, &ledger, &deletion, suite_done, &wait);
	suite_wait(s, &wait.is_done);
	assert_int_equal(wait.st, ST_OK);
	do {
		struct removal before = w;

		w = (struct removal){ .is_done = false };
		store_delete_step(s->store, &ledger, (struct slice){ before.next, before.next_len }, suite_now_ms(), on_removed, &w);
		suite_wait(s, &w.is_done);
		assert_int_equal(w.st, ST_OK);
	} while (w.next_len > 0);
	assert_int_equal(calls_of(s, TODAY, NULL, "").count, 1);
	assert_true(slice_equal(calls_of(s, TODAY, NULL, "").calls[0].user_id, slice_of("line:U2")));
	assert_int_equal(remove_calls(s, TODAY + 1), 1);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, suite_setup, suite_teardown)

const struct CMUnitTest suite_ai_call_tests[] = {
	CASE(each_call_is_listed_once_with_whom_it_was_for),
	CASE(a_call_that_failed_is_listed_and_in_no_sum),
	CASE(a_user_s_own_calls_are_listed_page_by_page_the_oldest_first),
	CASE(a_user_s_own_costs_are_told_by_month_and_currency),
	CASE(calls_of_days_before_are_removed_and_the_sums_stay),
	CASE(the_calls_of_a_deleted_user_go),
};
const size_t suite_ai_call_test_count = sizeof suite_ai_call_tests / sizeof suite_ai_call_tests[0];
