/* SPDX-License-Identifier: MIT */
/* Batches on an environment of this process: bad neighbours, and a full map. */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/writer/batch.h"
#include "store/command/command.h"
#include "counters.h"
#include "log.h"
#include "writers.h"

static struct process_slot slot;

struct fixture {
	struct options   options;
	char             dir[64];
	struct lmdb_env *env;
	struct batch     batch;
	struct buf       body;
};

static int
setup_with_map(void **state, uint64_t map_size)
{
	struct fixture *f = calloc(1, sizeof *f);
	char path[128];

	log_set_level(LOG_LEVEL_ERROR);
	writers_options(&f->options, f->dir, 1, map_size);
	assert_int_equal(store_prepare(&f->options), 0);
	snprintf(path, sizeof path, "%s/shard-000", f->options.store_path);
	f->env = lmdb_env_open(path, map_size, LMDB_SHARD_TABLES, LMDB_WRITE);
	*state = f;
	return f->env != NULL ? 0 : -1;
}

static int
setup(void **state)
{
	return setup_with_map(state, 16 << 20);
}

static int
setup_small(void **state)
{
	return setup_with_map(state, 1 << 20);
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	lmdb_env_close(f->env);
	batch_fini(&f->batch);
	buf_fini(&f->body);
	writers_remove(&f->options, f->dir);
	free(f);
	return 0;
}

static void
add(struct fixture *f, unsigned kind, struct slice body)
{
	struct frame frame = { .kind = kind, .id = f->batch.count, .body = body };

	assert_true(batch_add(&f->batch, NULL, &frame));
}

static void
add_command(struct fixture *f, const struct command *command)
{
	buf_clear(&f->body);
	command_pack(&f->body, command);
	add(f, command->kind, buf_slice(&f->body));
}

/* An expense of the user with this number, who signs up if need be. */
static struct new_expense
add_expense(struct fixture *f, uint8_t user, const char *category_key, size_t text_len)
{
	static char text[DESCRIPTION_MAX];
	struct new_expense new = { .expense = { .id = uuid7_next(1), .amount_minor = 5, .currency = { "TWD" },
		.description = { memset(text, 'x', sizeof text), text_len } }, .category_key = slice_of(category_key) };
	struct command command = { .kind = COMMAND_PUT_EXPENSES, .ledger = { user },
		.batch = { .sign_up.user_id = SLICE_LITERAL("u"), .now_ms = 1, .expense_count = 1, .expenses = &new } };

	add_command(f, &command);
	return new;
}

static enum status
answer_of(struct fixture *f, size_t i)
{
	struct arena arena = ARENA_INIT;
	struct write_answer answer;
	enum status st;

	assert_true(answer_unpack(batch_answer(&f->batch, &f->batch.entries[i]), &arena, &st, &answer));
	arena_fini(&arena);
	return st;
}

static enum status
find(struct fixture *f, uint8_t user, const struct uuid *id)
{
	struct arena arena = ARENA_INIT;
	struct op op = { .arena = &arena, .ledger = { user } };
	struct expense expense;
	enum status st;

	op.kv = lmdb_read_begin(f->env, &st);
	assert_non_null(op.kv);
	st = op_get_expense(&op, id, &expense);
	lmdb_read_end(f->env);
	arena_fini(&arena);
	return st;
}

static void
a_bad_command_leaves_its_neighbours_alone(void **state)
{
	struct fixture *f = *state;
	uint64_t commits = slot.counters.store_commits;
	struct new_expense first = add_expense(f, 1, "food", 5), bad = add_expense(f, 2, "yachts", 5), last;

	add(f, COMMAND_PUT_EXPENSES, SLICE_LITERAL("\xc4\x03 no"));
	add(f, 999, SLICE_LITERAL("\xc0"));
	last = add_expense(f, 1, "other", 5);
	assert_int_equal(batch_run(&f->batch, 0, 100, f->env, &slot), 5);
	assert_int_equal(answer_of(f, 0), ST_OK);
	assert_int_equal(answer_of(f, 1), ST_BAD_VALUE);
	assert_int_equal(answer_of(f, 2), ST_FAILED);
	assert_int_equal(answer_of(f, 3), ST_FAILED);
	assert_int_equal(answer_of(f, 4), ST_OK);
	assert_int_equal(find(f, 1, &first.expense.id), ST_OK);
	assert_int_equal(find(f, 2, &bad.expense.id), ST_NOT_FOUND);
	assert_int_equal(find(f, 1, &last.expense.id), ST_OK);
	assert_int_equal(slot.counters.store_commits, commits + 1);
}

static void
a_batch_takes_no_more_than_it_is_allowed(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 10; i++)
		add_expense(f, (uint8_t)i, "food", 5);
	assert_int_equal(batch_run(&f->batch, 0, 8, f->env, &slot), 8);
	assert_int_equal(batch_run(&f->batch, 8, 8, f->env, &slot), 2);
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(answer_of(f, i), ST_OK);
}

/* Fill the map; the first command that did not fit any more. */
static struct new_expense
fill(struct fixture *f, struct new_expense *stored)
{
	struct new_expense new = { 0 };

	for (int i = 0; i < 100000; i++) {
		batch_clear(&f->batch);
		new = add_expense(f, (uint8_t)i, "food", DESCRIPTION_MAX);
		batch_run(&f->batch, 0, 1, f->env, &slot);
		if (answer_of(f, 0) != ST_OK)
			break;
		*stored = new;
	}
	return new;
}

/* Delete some rows of the ledger's expenses in a transaction of their own, as a full store allows; how many. */
static unsigned
delete_some(struct fixture *f, uint8_t user)
{
	enum { SOME = 8 };
	const uint8_t ledger[16] = { user };
	struct key prefix = key_kind(ledger, ROW_EXPENSE), rows[SOME];
	struct kv_cursor cursor;
	unsigned count = 0;
	enum status st;
	struct kv *kv = lmdb_write_begin(f->env, &st);
	bool is_there;

	assert_non_null(kv);
	kv_cursor_begin(&cursor, kv, TABLE_LEDGER);
	is_there = kv_cursor_seek(&cursor, key_slice(&prefix));
	for (; is_there && count < SOME && key_starts_with(cursor.key, &prefix); is_there = kv_cursor_next(&cursor)) {
		rows[count].len = cursor.key.len;
		memcpy(rows[count++].bytes, cursor.key.ptr, cursor.key.len);
	}
	kv_cursor_end(&cursor);
	for (unsigned i = 0; i < count; i++)
		kv_del(kv, TABLE_LEDGER, key_slice(&rows[i]));
	assert_int_equal(lmdb_write_commit(f->env), ST_OK);
	return count;
}

static void
a_full_map_is_told_and_survived(void **state)
{
	struct fixture *f = *state;
	struct new_expense stored = { 0 }, refused, small = { 0 };
	bool is_there = false;

	refused = fill(f, &stored);
	assert_int_equal(answer_of(f, 0), ST_STORE_FULL);
	assert_true(slot.counters.store_full > 0);
	for (int user = 0; user < 256; user++) {
		is_there = is_there || find(f, (uint8_t)user, &stored.expense.id) == ST_OK;
		assert_int_equal(find(f, (uint8_t)user, &refused.expense.id), ST_NOT_FOUND);
	}
	assert_true(is_there);
	for (int user = 0; user < 256; user++)
		while (delete_some(f, (uint8_t)user) > 0)
			;
	batch_clear(&f->batch);
	small = add_expense(f, 200, "food", 1);
	batch_run(&f->batch, 0, 1, f->env, &slot);
	assert_int_equal(answer_of(f, 0), ST_OK);
	assert_int_equal(find(f, 200, &small.expense.id), ST_OK);
}

/* All of them fit but for one, whose batch is run again one by one. */
static void
what_fits_is_stored_when_its_batch_does_not(void **state)
{
	struct fixture *f = *state;
	struct new_expense stored, batch[64];
	unsigned fitted = 0, refused = 0;

	fill(f, &stored);
	batch_clear(&f->batch);
	for (size_t i = 0; i < 64; i++)
		batch[i] = add_expense(f, (uint8_t)i, "food", i == 0 ? DESCRIPTION_MAX : 0);
	assert_int_equal(batch_run(&f->batch, 0, 64, f->env, &slot), 64);
	for (size_t i = 0; i < 64; i++) {
		enum status st = answer_of(f, i);

		assert_true(st == ST_OK || st == ST_STORE_FULL);
		assert_int_equal(find(f, (uint8_t)i, &batch[i].expense.id), st == ST_OK ? ST_OK : ST_NOT_FOUND);
		st == ST_OK ? fitted++ : refused++;
	}
	assert_true(refused > 0);
	assert_int_equal(fitted + refused, 64);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_bad_command_leaves_its_neighbours_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(a_batch_takes_no_more_than_it_is_allowed, setup, teardown),
		cmocka_unit_test_setup_teardown(a_full_map_is_told_and_survived, setup_small, teardown),
		cmocka_unit_test_setup_teardown(what_fits_is_stored_when_its_batch_does_not, setup_small, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
