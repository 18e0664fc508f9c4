/* SPDX-License-Identifier: MIT */
/* LMDB, the disk and the memory fail at each call in turn: what is told, and that the next attempt finds all in order. */
#include "config.h"

#include "unit.h"

#include <errno.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include "failing.h"
#include "kv/kv_lmdb.h"
#include "log.h"
#include "master/child.h"
#include "store_upkeep.h"
#include "writers.h"

enum { MAP_SIZE = 16 << 20, CALLS_MAX = 5000, MS_PER_MINUTE = 60000 };

struct fixture {
	struct options   options;
	char             dir[64], path[128];
	struct lmdb_env *env;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	writers_options(&f->options, f->dir, 1, MAP_SIZE);
	snprintf(f->path, sizeof f->path, "%s/env", f->dir);
	f->env = lmdb_env_open(f->path, MAP_SIZE, LMDB_SHARD_TABLES, LMDB_MAKE);
	*state = f;
	return f->env != NULL ? 0 : -1;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	failing_disarm();
	lmdb_env_close(f->env);
	writers_remove(&f->options, f->dir);
	free(f);
	return 0;
}

static enum status
put_one(struct lmdb_env *env, const char *key)
{
	enum status st;
	struct kv *kv = lmdb_write_begin(env, &st);

	if (kv == NULL)
		return st;
	kv_put(kv, TABLE_LEDGER, slice_of(key), SLICE_LITERAL("value"));
	return lmdb_write_commit(env);
}

/* ST_NOT_FOUND, or what failed. */
static enum status
get_one(struct lmdb_env *env, const char *key)
{
	struct slice value;
	enum status st;
	struct kv *kv = lmdb_read_begin(env, &st);

	if (kv == NULL)
		return st;
	st = kv_get(kv, TABLE_LEDGER, slice_of(key), &value) ? ST_OK : kv_status(kv, ST_NOT_FOUND);
	lmdb_read_end(env);
	return st;
}

/* --- opening --------------------------------------------------------------------------------- */

static struct lmdb_env *
open_it(const struct fixture *f, const char *name, enum lmdb_access access)
{
	char path[160];

	snprintf(path, sizeof path, "%s/%s", f->dir, name);
	return lmdb_env_open(path, MAP_SIZE, LMDB_SHARD_TABLES, access);
}

/* Until no call is left that could fail.  is_anew: each time another one, or else what was made until then is there the next time. */
static void
open_with_each_call_failing(const struct fixture *f, bool is_anew, enum lmdb_access access)
{
	struct lmdb_env *env = NULL;
	unsigned at;

	for (at = 1; env == NULL && at < CALLS_MAX; at++) {
		char path[32];

		snprintf(path, sizeof path, "made-%u", is_anew ? at : 0);
		failing_arm(ANY_CALL, at, EIO);
		env = open_it(f, path, access);
		assert_int_equal(env == NULL, failing_disarm());
	}
	assert_true(at > 10);
	assert_int_equal(get_one(env, "k"), ST_NOT_FOUND);
	lmdb_env_close(env);
}

static void
opening_tells_of_each_call_that_fails(void **state)
{
	struct fixture *f = *state;

	open_with_each_call_failing(f, true, LMDB_MAKE);
	open_with_each_call_failing(f, false, LMDB_MAKE);
	open_with_each_call_failing(f, false, LMDB_WRITE);
	open_with_each_call_failing(f, false, LMDB_SERVE);
	open_with_each_call_failing(f, false, LMDB_READ);
}

static void
an_environment_with_other_flags_is_not_served(void **state)
{
	struct fixture *f = *state;
	struct lmdb_env *env;

	failing_flags_less = MDB_NOTLS;
	assert_null(open_it(f, "other", LMDB_MAKE));
	failing_flags_less = 0;
	failing_flags_more = MDB_NOSYNC;
	assert_null(open_it(f, "other", LMDB_MAKE));
	failing_flags_more = 0;
	env = open_it(f, "other", LMDB_MAKE);
	assert_non_null(env);
	lmdb_env_close(env);
}

static void
what_is_closed_while_it_writes_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	enum status st;
	struct kv *kv = lmdb_write_begin(f->env, &st);

	kv_put(kv, TABLE_LEDGER, slice_of("k"), slice_of("v"));
	lmdb_env_close(f->env);
	lmdb_env_close(NULL);
	f->env = open_it(f, "env", LMDB_WRITE);
	assert_int_equal(get_one(f->env, "k"), ST_NOT_FOUND);
}

static void
a_copy_is_whole_or_told_to_be_none(void **state)
{
	struct fixture *f = *state;
	struct lmdb_env *copy;
	bool is_done = false;
	char name[32], path[160];

	assert_int_equal(put_one(f->env, "k"), ST_OK);
	for (unsigned at = 1; !is_done && at < CALLS_MAX; at++) {
		snprintf(name, sizeof name, "copy-%u", at);
		snprintf(path, sizeof path, "%s/%s", f->dir, name);
		failing_arm(ANY_CALL, at, ENOSPC);
		is_done = lmdb_env_copy(f->env, path);
		assert_int_equal(is_done, !failing_disarm());
	}
	copy = open_it(f, name, LMDB_READ);
	assert_int_equal(get_one(copy, "k"), ST_OK);
	lmdb_env_close(copy);
}

/* --- reading and writing ---------------------------------------------------------------------------- */

static enum status
walk(struct lmdb_env *env)
{
	struct kv_cursor cursor;
	enum status st;
	struct kv *kv = lmdb_read_begin(env, &st);

	if (kv == NULL)
		return st;
	kv_cursor_begin(&cursor, kv, TABLE_LEDGER);
	kv_cursor_seek(&cursor, SLICE_LITERAL("a"));
	kv_cursor_end(&cursor);
	st = kv_status(kv, ST_OK);
	lmdb_read_end(env);
	return st;
}

static enum status
delete_one(struct lmdb_env *env, const char *key)
{
	enum status st;
	struct kv *kv = lmdb_write_begin(env, &st);

	if (kv == NULL)
		return st;
	kv_del(kv, TABLE_LEDGER, slice_of(key));
	return lmdb_write_commit(env);
}

static void
what_lmdb_reports_has_a_meaning(void **state)
{
	static const struct { int code; enum status st; } meanings[] = {
		{ MDB_MAP_FULL, ST_STORE_FULL }, { MDB_TXN_FULL, ST_STORE_FULL }, { ENOSPC, ST_STORE_FULL }, { EDQUOT, ST_STORE_FULL },
		{ MDB_CORRUPTED, ST_BAD_RECORD }, { MDB_PAGE_NOTFOUND, ST_BAD_RECORD }, { MDB_INVALID, ST_BAD_RECORD },
		{ MDB_BAD_VALSIZE, ST_BAD_VALUE }, { ENOMEM, ST_UNAVAILABLE } };
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++) {
		failing_arm(CALL_mdb_put, 1, meanings[i].code);
		assert_int_equal(put_one(f->env, "k"), meanings[i].st);
		assert_true(failing_disarm());
		assert_int_equal(get_one(f->env, "k"), ST_NOT_FOUND);
	}
	assert_false(lmdb_is_disk_bad(f->env));
	assert_int_equal(put_one(f->env, "k"), ST_OK);
}

static void
each_step_tells_what_it_failed_with(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(walk(f->env), ST_OK);
	assert_int_equal(put_one(f->env, "k"), ST_OK);
	failing_arm(CALL_mdb_get, 1, MDB_CORRUPTED);
	assert_int_equal(get_one(f->env, "k"), ST_BAD_RECORD);
	failing_arm(CALL_mdb_del, 1, MDB_MAP_FULL);
	assert_int_equal(delete_one(f->env, "k"), ST_STORE_FULL);
	failing_arm(CALL_mdb_cursor_renew, 1, MDB_CORRUPTED);
	assert_int_equal(walk(f->env), ST_BAD_RECORD);
	failing_arm(CALL_mdb_cursor_get, 1, MDB_CORRUPTED);
	assert_int_equal(walk(f->env), ST_BAD_RECORD);
	failing_arm(CALL_mdb_txn_renew, 1, ENOMEM);
	assert_int_equal(walk(f->env), ST_UNAVAILABLE);
	failing_arm(CALL_mdb_txn_begin, 1, ENOMEM);
	assert_int_equal(put_one(f->env, "l"), ST_UNAVAILABLE);
	failing_arm(CALL_mdb_txn_commit, 1, ENOSPC);
	assert_int_equal(put_one(f->env, "l"), ST_STORE_FULL);
	failing_arm(CALL_mdb_reader_check, 1, ENOMEM);
	assert_int_equal(lmdb_clear_dead_readers(f->env), 0);
	failing_disarm();
	assert_int_equal(get_one(f->env, "k"), ST_OK);
	assert_int_equal(get_one(f->env, "l"), ST_NOT_FOUND);
	assert_int_equal(walk(f->env), ST_OK);
}

static void
a_disk_that_failed_once_is_bad(void **state)
{
	struct fixture *f = *state;

	failing_arm(CALL_mdb_txn_commit, 1, EIO);
	assert_int_equal(put_one(f->env, "k"), ST_UNAVAILABLE);
	assert_true(lmdb_is_disk_bad(f->env));
}

/* How a process ends in which this happens to LMDB. */
static int
end_with(struct fixture *f, int code)
{
	pid_t pid;
	int status;

	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		failing_arm(CALL_mdb_get, 1, code);
		lmdb_forget_environments();
		get_one(f->env, "k");
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
a_process_that_lmdb_cannot_go_on_in_ends(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(end_with(f, MDB_PANIC), CHILD_EXIT_IO);
	assert_int_equal(end_with(f, MDB_BAD_RSLOT), CHILD_EXIT_ASSERT);
	assert_int_equal(end_with(f, ENOMEM), 0);
}

static int
count_full_lines(const char *file)
{
	FILE *lines = fopen(file, "r");
	char line[256];
	int count = 0;

	while (fgets(line, sizeof line, lines) != NULL)
		count += strstr(line, "MDB_MAP_FULL") != NULL;
	fclose(lines);
	return count;
}

static void
a_full_store_is_logged_once_in_a_while(void **state)
{
	struct fixture *f = *state;
	char file[160];
	int saved = dup(STDERR_FILENO);

	snprintf(file, sizeof file, "%s/log", f->dir);
	assert_non_null(freopen(file, "w", stderr));
	for (int i = 0; i < 6; i++) {
		failing_arm(CALL_mdb_put, 1, MDB_MAP_FULL);
		assert_int_equal(put_one(f->env, "k"), ST_STORE_FULL);
		if (i == 2)
			failing_later_ms += MS_PER_MINUTE;
	}
	failing_later_ms = 0;
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	assert_int_equal(count_full_lines(file), 2);
}

static void
two_cursors_on_one_table_are_both_given_back(void **state)
{
	struct fixture *f = *state;
	struct kv_cursor first, second, none;
	enum status st;
	struct kv *kv;

	assert_int_equal(put_one(f->env, "k"), ST_OK);
	kv = lmdb_read_begin(f->env, &st);
	kv_cursor_begin(&first, kv, TABLE_LEDGER);
	kv_cursor_begin(&second, kv, TABLE_LEDGER);
	assert_true(kv_cursor_seek(&first, SLICE_LITERAL("a")));
	assert_true(kv_cursor_seek(&second, SLICE_LITERAL("a")));
	kv_cursor_end(&first);
	kv_cursor_end(&second);
	kv_fail(kv, ST_FAILED);
	kv_cursor_begin(&none, kv, TABLE_LEDGER);
	assert_false(kv_cursor_seek(&none, SLICE_LITERAL("a")));
	kv_cursor_end(&none);
	lmdb_read_end(f->env);
	assert_int_equal(walk(f->env), ST_OK);
}

/* --- what begins when another process has left it so --------------------------------------------------- */

static void
readers_slots_of_the_dead_are_taken(void **state)
{
	struct fixture *f = *state;

	failing_arm(CALL_mdb_txn_begin, 1, MDB_READERS_FULL);
	assert_int_equal(get_one(f->env, "k"), ST_UNAVAILABLE);
	failing_dead_readers = 1;
	failing_arm(CALL_mdb_txn_begin, 1, MDB_READERS_FULL);
	assert_int_equal(get_one(f->env, "k"), ST_NOT_FOUND);
	failing_dead_readers = 0;
	assert_true(failing_disarm());
}

static void
a_map_that_another_process_made_larger_is_taken_over(void **state)
{
	struct fixture *f = *state;
	enum status st;

	failing_arm(CALL_mdb_txn_begin, 1, MDB_MAP_RESIZED);
	assert_int_equal(put_one(f->env, "k"), ST_OK);
	failing_arm(CALL_mdb_txn_begin, 1, MDB_MAP_RESIZED);
	failing_arm_also(CALL_mdb_env_set_mapsize, 1, ENOMEM);
	assert_int_equal(put_one(f->env, "k"), ST_UNAVAILABLE);
	assert_non_null(lmdb_read_begin(f->env, &st));
	failing_arm(CALL_mdb_txn_begin, 1, MDB_MAP_RESIZED);
	assert_int_equal(put_one(f->env, "k"), ST_UNAVAILABLE);        /* somebody reads in the old map */
	lmdb_read_end(f->env);
	assert_non_null(lmdb_write_begin(f->env, &st));
	failing_arm(CALL_mdb_txn_renew, 1, MDB_MAP_RESIZED);
	assert_int_equal(get_one(f->env, "k"), ST_UNAVAILABLE);        /* or writes */
	lmdb_write_abort(f->env);
	assert_int_equal(get_one(f->env, "k"), ST_OK);
}

/* --- how full it is ---------------------------------------------------------------------------------------- */

static void
what_cannot_be_told_of_its_use_is_0(void **state)
{
	struct fixture *f = *state;
	struct store_usage usage;
	bool is_over = false;

	for (unsigned at = 1; !is_over && at < CALLS_MAX; at++) {
		memset(&usage, 0, sizeof usage);
		failing_arm(ANY_CALL, at, ENOMEM);
		lmdb_get_usage(f->env, &usage);
		is_over = !failing_disarm();
		assert_int_equal(usage.messages, 0);
		assert_in_range(usage.readers, 0, 1);
		assert_int_equal(get_one(f->env, "k"), ST_NOT_FOUND);
	}
	assert_true(usage.pages > 0 && usage.readers > 0 && usage.reader_slots > 0);
}

static void
a_map_that_cannot_be_found_is_empty(void **state)
{
	struct fixture *f = *state;
	bool is_over = false;

	for (unsigned at = 1; !is_over && at < CALLS_MAX; at++) {
		struct slice map;

		failing_arm(ANY_CALL, at, ENOMEM);
		map = lmdb_env_map(f->env);
		is_over = !failing_disarm();
		assert_int_equal(map.len > 0, is_over);
	}
}

static struct slice
find_map_in(const struct fixture *f, const char *lines)
{
	char path[160];
	FILE *file;
	struct slice map;

	snprintf(path, sizeof path, "%s/maps", f->dir);
	file = fopen(path, "w");
	fputs(lines, file);
	fclose(file);
	failing_maps = path;
	map = lmdb_env_map(f->env);
	failing_maps = NULL;
	return map;
}

static void
a_map_is_told_by_its_beginning_its_file_and_its_disk(void **state)
{
	struct fixture *f = *state;
	char data[160], lines[600];
	struct stat st;

	snprintf(data, sizeof data, "%s/data.mdb", f->path);
	assert_int_equal(stat(data, &st), 0);
	assert_int_equal(find_map_in(f, "").len, 0);
	snprintf(lines, sizeof lines, "what is this\n5000-6000 r--s 1000 %x:%x %llu\n5000-6000 r--s 0 %x:%x 1\n5000-6000 r--s 0 %x:%x %llu\n",
	    major(st.st_dev), minor(st.st_dev), (unsigned long long)st.st_ino, major(st.st_dev), minor(st.st_dev),
	    major(st.st_dev) + 1, minor(st.st_dev), (unsigned long long)st.st_ino);
	assert_int_equal(find_map_in(f, lines).len, 0);
	snprintf(lines, sizeof lines, "5000-6000 r--s 0 %x:%x %llu\n", major(st.st_dev), minor(st.st_dev), (unsigned long long)st.st_ino);
	assert_ptr_equal(find_map_in(f, lines).ptr, (const char *)0x5000);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(opening_tells_of_each_call_that_fails),
		CASE(an_environment_with_other_flags_is_not_served),
		CASE(what_is_closed_while_it_writes_leaves_nothing),
		CASE(a_copy_is_whole_or_told_to_be_none),
		CASE(what_lmdb_reports_has_a_meaning),
		CASE(each_step_tells_what_it_failed_with),
		CASE(a_disk_that_failed_once_is_bad),
		CASE(a_process_that_lmdb_cannot_go_on_in_ends),
		CASE(a_full_store_is_logged_once_in_a_while),
		CASE(two_cursors_on_one_table_are_both_given_back),
		CASE(readers_slots_of_the_dead_are_taken),
		CASE(a_map_that_another_process_made_larger_is_taken_over),
		CASE(what_cannot_be_told_of_its_use_is_0),
		CASE(a_map_that_cannot_be_found_is_empty),
		CASE(a_map_is_told_by_its_beginning_its_file_and_its_disk),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
