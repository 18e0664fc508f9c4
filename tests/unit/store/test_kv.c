/* SPDX-License-Identifier: MIT */
/* The two engines' tables, side by side under random transactions. */
#include "config.h"

#include "unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ledger/key.h"
#include "kv/kv_lmdb.h"
#include "kv/kv_mem.h"
#include "log.h"
#include "writers.h"

struct fixture {
	struct options   options;
	char             dir[64];
	struct lmdb_env *env;
	struct kv_mem   *mem;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	char path[128];

	log_set_level(LOG_LEVEL_ERROR);
	writers_options(&f->options, f->dir, 1, 32 << 20);
	snprintf(path, sizeof path, "%s/env", f->dir);
	f->env = lmdb_env_open(path, 32 << 20, LMDB_SHARD_TABLES, LMDB_MAKE);
	f->mem = kv_mem_new();
	*state = f;
	return f->env != NULL && f->mem != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	lmdb_env_close(f->env);
	kv_mem_free(f->mem);
	writers_remove(&f->options, f->dir);
	free(f);
	return 0;
}

/* A short key of few letters, so that keys meet and prefix one another. */
static struct slice
random_key(char key[8])
{
	size_t len = 1 + (size_t)rand() % 5;

	for (size_t i = 0; i < len; i++)
		key[i] = "\0ab\xff"[rand() % 4];
	return (struct slice){ key, len };
}

static void
assert_same_row(bool a, bool b, const struct kv_cursor *x, const struct kv_cursor *y)
{
	assert_int_equal(a, b);
	if (!a)
		return;
	assert_true(slice_equal(x->key, y->key));
	assert_true(slice_equal(x->value, y->value));
}

/* Walk both from a key, forth and back. */
static void
compare_walk(struct kv *a, struct kv *b)
{
	struct kv_cursor x, y;
	char bytes[8];
	struct slice key = random_key(bytes);
	bool is_forth = rand() % 2, there_x, there_y;

	kv_cursor_begin(&x, a, TABLE_LEDGER);
	kv_cursor_begin(&y, b, TABLE_LEDGER);
	there_x = is_forth ? kv_cursor_seek(&x, key) : kv_cursor_seek_before(&x, key);
	there_y = is_forth ? kv_cursor_seek(&y, key) : kv_cursor_seek_before(&y, key);
	for (int steps = 0; steps < 10; steps++) {
		assert_same_row(there_x, there_y, &x, &y);
		if (!there_x)
			break;
		there_x = is_forth ? kv_cursor_next(&x) : kv_cursor_prev(&x);
		there_y = is_forth ? kv_cursor_next(&y) : kv_cursor_prev(&y);
	}
	kv_cursor_end(&x);
	kv_cursor_end(&y);
}

static void
do_the_same(struct kv *a, struct kv *b)
{
	char bytes[8], value[16];
	struct slice key = random_key(bytes), x = SLICE_EMPTY, y = SLICE_EMPTY;
	bool there_x, there_y;

	switch (rand() % 4) {
	case 0:
		kv_del(a, TABLE_LEDGER, key);
		kv_del(b, TABLE_LEDGER, key);
		break;
	case 1:
		there_x = kv_get(a, TABLE_LEDGER, key, &x);
		there_y = kv_get(b, TABLE_LEDGER, key, &y);
		assert_int_equal(there_x, there_y);
		assert_true(slice_equal(x, y));
		break;
	case 2:
		compare_walk(a, b);
		break;
	default:
		snprintf(value, sizeof value, "%d", rand());
		kv_put(a, TABLE_LEDGER, key, slice_of(value));
		kv_put(b, TABLE_LEDGER, key, slice_of(value));
	}
}

static void
compare_all(struct fixture *f)
{
	struct kv_cursor x, y;
	enum status st;
	struct kv *a = lmdb_read_begin(f->env, &st);
	bool there_x, there_y;

	kv_cursor_begin(&x, a, TABLE_LEDGER);
	kv_cursor_begin(&y, kv_mem_begin(f->mem), TABLE_LEDGER);
	there_x = kv_cursor_seek(&x, SLICE_LITERAL("\0"));
	there_y = kv_cursor_seek(&y, SLICE_LITERAL("\0"));
	while (there_x && there_y) {
		assert_same_row(there_x, there_y, &x, &y);
		there_x = kv_cursor_next(&x);
		there_y = kv_cursor_next(&y);
	}
	assert_int_equal(there_x, there_y);
	kv_cursor_end(&x);
	kv_cursor_end(&y);
	lmdb_read_end(f->env);
}

static void
memory_and_lmdb_agree_under_random_transactions(void **state)
{
	struct fixture *f = *state;

	srand(7);
	for (int round = 0; round < 400; round++) {
		enum status st;
		struct kv *a = lmdb_write_begin(f->env, &st), *b = kv_mem_begin(f->mem);

		for (int steps = rand() % 60; steps > 0; steps--)
			do_the_same(a, b);
		if (rand() % 3 == 0) {
			lmdb_write_abort(f->env);
			kv_mem_abort(f->mem);
		} else {
			assert_int_equal(lmdb_write_commit(f->env), ST_OK);
			assert_int_equal(kv_mem_commit(f->mem), ST_OK);
		}
		compare_all(f);
	}
}

static void
check_first_error(struct kv *kv)
{
	struct slice value;

	kv_put(kv, TABLE_LEDGER, slice_of("a"), slice_of("1"));
	kv_fail(kv, ST_BAD_RECORD);
	kv_fail(kv, ST_STORE_FULL);
	kv_put(kv, TABLE_LEDGER, slice_of("b"), slice_of("2"));
	assert_false(kv_get(kv, TABLE_LEDGER, slice_of("a"), &value));
}

static void
a_transaction_carries_its_first_error_and_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct slice value;
	enum status st;

	check_first_error(lmdb_write_begin(f->env, &st));
	assert_int_equal(lmdb_write_commit(f->env), ST_BAD_RECORD);
	check_first_error(kv_mem_begin(f->mem));
	assert_int_equal(kv_mem_commit(f->mem), ST_BAD_RECORD);
	assert_false(kv_get(lmdb_read_begin(f->env, &st), TABLE_LEDGER, slice_of("a"), &value));
	lmdb_read_end(f->env);
	assert_false(kv_get(kv_mem_begin(f->mem), TABLE_LEDGER, slice_of("a"), &value));
}

static void
an_environment_is_not_opened_twice_in_one_process(void **state)
{
	struct fixture *f = *state;
	char path[128];

	snprintf(path, sizeof path, "%s/env", f->dir);
	assert_null(lmdb_env_open(path, 32 << 20, LMDB_SHARD_TABLES, LMDB_READ));
}

static void
nested_reads_share_one_snapshot(void **state)
{
	struct fixture *f = *state;
	struct slice value;
	enum status st;
	struct kv *outer = lmdb_read_begin(f->env, &st), *inner, *write = lmdb_write_begin(f->env, &st);

	kv_put(write, TABLE_LEDGER, slice_of("k"), slice_of("v"));
	assert_int_equal(lmdb_write_commit(f->env), ST_OK);
	inner = lmdb_read_begin(f->env, &st);
	assert_false(kv_get(inner, TABLE_LEDGER, slice_of("k"), &value));
	lmdb_read_end(f->env);
	assert_false(kv_get(outer, TABLE_LEDGER, slice_of("k"), &value));
	lmdb_read_end(f->env);
	assert_true(kv_get(lmdb_read_begin(f->env, &st), TABLE_LEDGER, slice_of("k"), &value));
	lmdb_read_end(f->env);
}

static size_t
count_resident(struct slice map)
{
	static unsigned char resident[(32 << 20) / 4096];
	size_t count = 0;

	assert_int_equal(mincore((void *)(uintptr_t)map.ptr, map.len, resident), 0);
	for (size_t i = 0; i < map.len / 4096; i++)
		count += resident[i] & 1;
	return count;
}

/* What is on disk goes from memory; false where the file system is in memory itself. */
static bool
leave_on_disk(const char *file)
{
	int fd = open(file, O_RDWR);
	struct slice map = { .len = (size_t)lseek(fd, 0, SEEK_END) };
	bool is_gone;

	assert_int_equal(fsync(fd), 0);
	assert_int_equal(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
	map.ptr = mmap(NULL, map.len, PROT_READ, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(map.ptr, MAP_FAILED);
	is_gone = count_resident(map) == 0;
	munmap((void *)(uintptr_t)map.ptr, map.len);
	close(fd);
	return is_gone;
}

static void
serving_a_row_reads_its_pages_alone(void **state)
{
	enum { ROWS = 2000, PAGES_MAX = 64 };
	static const char value[4000];
	struct fixture *f = *state;
	struct slice got, map;
	char path[128], file[160], key[16];
	enum status st;
	bool is_gone;
	struct kv *kv = lmdb_write_begin(f->env, &st);

	for (int i = 0; i < ROWS; i++) {
		snprintf(key, sizeof key, "%08d", i);
		kv_put(kv, TABLE_LEDGER, slice_of(key), (struct slice){ value, sizeof value });
	}
	assert_int_equal(lmdb_write_commit(f->env), ST_OK);
	lmdb_env_close(f->env);
	snprintf(path, sizeof path, "%s/env", f->dir);
	snprintf(file, sizeof file, "%s/data.mdb", path);
	is_gone = leave_on_disk(file);
	f->env = lmdb_env_open(path, 32 << 20, LMDB_SHARD_TABLES, LMDB_SERVE);
	map = lmdb_env_map(f->env);
	assert_true(kv_get(lmdb_read_begin(f->env, &st), TABLE_LEDGER, slice_of("00001000"), &got));
	lmdb_read_end(f->env);
	assert_true(!is_gone || count_resident(map) <= PAGES_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(memory_and_lmdb_agree_under_random_transactions, setup, teardown),
		cmocka_unit_test_setup_teardown(a_transaction_carries_its_first_error_and_leaves_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(an_environment_is_not_opened_twice_in_one_process, setup, teardown),
		cmocka_unit_test_setup_teardown(nested_reads_share_one_snapshot, setup, teardown),
		cmocka_unit_test_setup_teardown(serving_a_row_reads_its_pages_alone, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
