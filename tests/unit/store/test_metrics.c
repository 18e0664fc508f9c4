/* SPDX-License-Identifier: MIT */
/* The metrics' rows on a transaction in memory. */
#include "config.h"

#include "unit.h"

#include <stdlib.h>

#include "kv/kv_mem.h"
#include "ledger/metrics.h"
#include "ledger/op/op.h"
#include "log.h"

enum { TODAY = 20780, DAY_MS = 86400000 };

struct fixture {
	struct kv_mem *mem;
	struct arena   arena;
	struct buf     scratch;
	struct op      op;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	log_set_level(LOG_LEVEL_ERROR);
	f->mem = kv_mem_new();
	f->op = (struct op){ .kv = kv_mem_begin(f->mem), .arena = &f->arena, .scratch = &f->scratch };
	memcpy(f->op.ledger, "0123456789abcdef", sizeof f->op.ledger);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(kv_mem_commit(f->mem), ST_OK);
	kv_mem_free(f->mem);
	arena_fini(&f->arena);
	buf_fini(&f->scratch);
	free(f);
	return 0;
}

static size_t
count_rows(struct fixture *f, enum table table)
{
	struct kv_cursor cursor;
	size_t count = 0;
	bool is_there;

	kv_cursor_begin(&cursor, f->op.kv, table);
	for (is_there = kv_cursor_seek(&cursor, SLICE_LITERAL("\0")); is_there; is_there = kv_cursor_next(&cursor))
		count++;
	kv_cursor_end(&cursor);
	return count;
}

static struct metric
day_row(struct fixture *f, day_t day)
{
	struct key key = key_metric(METRIC_DAY, day);
	struct metric metric = { 0 };
	struct slice value;

	if (kv_get(f->op.kv, TABLE_METRICS, key_slice(&key), &value))
		assert_int_equal(metric_unpack(value, METRIC_DAY, &metric), ST_OK);
	return metric;
}

static struct ai_cost
cost_of(uint8_t id, day_t day, const char *currency)
{
	struct ai_cost cost = { .call_id = { { 9, id } }, .now_ms = (int64_t)day * DAY_MS, .operation = SLICE_LITERAL("parse"),
		.usage = { 1, 10, 5, 300, 0 }, .result = "ok" };

	memcpy(cost.currency.code, currency, 4);
	return cost;
}

static void
nothing_by_name_is_left_of_a_user_who_is_gone(void **state)
{
	struct fixture *f = *state;
	struct sign_up_entry entry = { .sign_up = { .user_id = SLICE_LITERAL("line:U1"), .locale = SLICE_LITERAL("en"),
		.zone = SLICE_LITERAL("UTC"), .home = { "TWD" } }, .now_ms = (int64_t)TODAY * DAY_MS };
	struct write_answer answer;
	struct key row = key_kind(f->op.ledger, ROW_AI_COST), start = key_metric(METRIC_AI_RANK, 0);
	struct kv_cursor cursor;

	start.len = 1;
	assert_int_equal(op_sign_up(&f->op, &entry, &answer), ST_OK);
	for (uint8_t i = 0; i < 6; i++) {
		struct ai_cost cost = cost_of(i, TODAY + 20 * i, i % 2 ? "USD" : "EUR");

		assert_int_equal(op_add_ai_cost(&f->op, &cost), ST_OK);
	}
	metrics_forget_user(&f->op, (int64_t)(TODAY + 1) * DAY_MS);
	assert_int_equal(day_row(f, TODAY).n[DAY_NEW_USERS], 1);
	assert_int_equal(day_row(f, TODAY + 1).n[DAY_DELETED_USERS], 1);
	kv_cursor_begin(&cursor, f->op.kv, TABLE_LEDGER);
	assert_false(kv_cursor_seek(&cursor, key_slice(&row)) && key_starts_with(cursor.key, &row));
	kv_cursor_end(&cursor);
	kv_cursor_begin(&cursor, f->op.kv, TABLE_METRICS);
	assert_false(kv_cursor_seek(&cursor, key_slice(&start)) && key_starts_with(cursor.key, &start));
	kv_cursor_end(&cursor);
}

static void
what_is_pending_is_put_once_for_all(void **state)
{
	struct fixture *f = *state;
	struct metrics_pending *pending = calloc(1, sizeof *pending);
	struct metric by = { .n = { 1, 0, 0, 2 } };

	f->op.metrics = pending;
	for (int round = 0; round < 3; round++)
		for (int day = 0; day < METRICS_PENDING_MAX; day++) {
			struct key key = key_metric(METRIC_DAY, TODAY + day);

			metrics_add(&f->op, &key, &by);
		}
	assert_int_equal(pending->count, METRICS_PENDING_MAX);
	assert_int_equal(count_rows(f, TABLE_METRICS), 0);
	metrics_flush(pending, f->op.kv, &f->scratch);
	assert_int_equal(count_rows(f, TABLE_METRICS), METRICS_PENDING_MAX);
	assert_int_equal(day_row(f, TODAY).n[DAY_ACTIVE_USERS], 3);
	assert_int_equal(day_row(f, TODAY).n[DAY_MESSAGES], 6);
	for (int day = 0; day < METRICS_PENDING_MAX + 5; day++) {
		struct key key = key_metric(METRIC_DAY, TODAY + 100 + day);

		metrics_add(&f->op, &key, &by);
	}
	metrics_flush(pending, f->op.kv, &f->scratch);
	assert_int_equal(count_rows(f, TABLE_METRICS), 2 * METRICS_PENDING_MAX + 5);
	f->op.metrics = NULL;
	free(pending);
}

static void
a_damaged_row_keeps_nobody_from_storing(void **state)
{
	struct fixture *f = *state;
	struct key key = key_metric(METRIC_DAY, TODAY);

	kv_put(f->op.kv, TABLE_METRICS, key_slice(&key), SLICE_LITERAL("nonsense"));
	metrics_note(&f->op, (int64_t)TODAY * DAY_MS, true, 1);
	assert_int_equal(f->op.kv->st, ST_OK);
	assert_int_equal(day_row(f, TODAY).n[DAY_NEW_USERS], 1);
}

static void
ids_of_old_calls_are_forgotten(void **state)
{
	struct fixture *f = *state;

	for (uint8_t i = 0; i < 40; i++) {
		struct ai_cost cost = cost_of(i, TODAY + i, "USD");

		assert_int_equal(op_add_ai_cost(&f->op, &cost), ST_OK);
	}
	assert_int_equal(count_rows(f, TABLE_METRICS), 40 + 3);    /* a row of each day, and the ids of three days */
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(nothing_by_name_is_left_of_a_user_who_is_gone),
		CASE(what_is_pending_is_put_once_for_all),
		CASE(a_damaged_row_keeps_nobody_from_storing),
		CASE(ids_of_old_calls_are_forgotten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
