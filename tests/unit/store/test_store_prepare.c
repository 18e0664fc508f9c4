/* SPDX-License-Identifier: MIT */
/* Making a store, and refusing what is none. */
#include "config.h"

#include "unit.h"

#include <fcntl.h>
#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kv/kv_lmdb.h"
#include "log.h"
#include "ledger/record/record.h"
#include "store.h"
#include "writers.h"

enum { MAP_SIZE = 16 << 20 };

struct fixture {
	struct options options;
	char           dir[64];
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	log_set_level(LOG_LEVEL_ERROR);
	writers_options(&f->options, f->dir, 2, MAP_SIZE);
	*state = f;
	return store_prepare(&f->options);
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	writers_remove(&f->options, f->dir);
	free(f);
	return 0;
}

/* Path of something in the store. */
static const char *
in_store(struct fixture *f, const char *name)
{
	static char paths[2][160];
	static int which;

	which = !which;
	snprintf(paths[which], sizeof paths[which], "%s/%s", f->options.store_path, name);
	return paths[which];
}

static void
read_meta(struct fixture *f, const char *name, struct meta *meta)
{
	struct lmdb_env *env = lmdb_env_open(in_store(f, name), MAP_SIZE, LMDB_SHARD_TABLES, LMDB_READ);
	struct slice value;
	enum status st;

	assert_non_null(env);
	assert_true(kv_get(lmdb_read_begin(env, &st), TABLE_META, slice_of("store"), &value));
	assert_int_equal(meta_unpack(value, meta), ST_OK);
	lmdb_read_end(env);
	lmdb_env_close(env);
}

/* Put these bytes in place of a shard's meta record; nothing: take it out. */
static void
write_meta(struct fixture *f, const char *name, struct slice value)
{
	struct lmdb_env *env = lmdb_env_open(in_store(f, name), MAP_SIZE, LMDB_SHARD_TABLES, LMDB_WRITE);
	enum status st;
	struct kv *kv = lmdb_write_begin(env, &st);

	if (value.len > 0)
		kv_put(kv, TABLE_META, slice_of("store"), value);
	else
		kv_del(kv, TABLE_META, slice_of("store"));
	assert_int_equal(lmdb_write_commit(env), ST_OK);
	lmdb_env_close(env);
}

static void
a_store_is_made_once_and_then_kept(void **state)
{
	struct fixture *f = *state;
	struct meta before, after;
	struct stat st;

	read_meta(f, "shard-001", &before);
	assert_int_equal(before.shard, 1);
	assert_int_equal(before.shard_count, 2);
	assert_int_equal(store_prepare(&f->options), 0);
	read_meta(f, "shard-001", &after);
	assert_memory_equal(before.secret, after.secret, 16);
	assert_int_equal(access(in_store(f, "unfinished"), F_OK), -1);
	assert_int_equal(stat(in_store(f, "shard-000/lock.mdb"), &st), 0);
	assert_true(st.st_size >= 65536);
	assert_true(st.st_blocks * 512 >= 65536);
}

/* Take a table out, as if the store had been made by a version that did not know it. */
static void
drop_table(struct fixture *f, const char *name, const char *table)
{
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;

	assert_int_equal(mdb_env_create(&env), 0);
	assert_int_equal(mdb_env_set_maxdbs(env, 8), 0);
	assert_int_equal(mdb_env_open(env, in_store(f, name), 0, 0600), 0);
	assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
	assert_int_equal(mdb_dbi_open(txn, table, 0, &dbi), 0);
	assert_int_equal(mdb_drop(txn, dbi, 1), 0);
	assert_int_equal(mdb_txn_commit(txn), 0);
	mdb_env_close(env);
}

static void
a_table_that_an_older_store_lacks_is_made(void **state)
{
	struct fixture *f = *state;
	struct meta before, after;

	read_meta(f, "shard-001", &before);
	drop_table(f, "shard-001", "metrics");
	drop_table(f, "index", "policies");
	assert_null(lmdb_env_open(in_store(f, "shard-001"), MAP_SIZE, LMDB_SHARD_TABLES, LMDB_READ));
	assert_int_equal(store_prepare(&f->options), 0);
	read_meta(f, "shard-001", &after);
	assert_memory_equal(before.secret, after.secret, 16);
}

static void
the_number_of_shards_of_a_store_holds(void **state)
{
	struct fixture *f = *state;

	f->options.store_shards = 5;
	assert_int_equal(store_prepare(&f->options), -1);
	store_adopt(&f->options);
	assert_int_equal(f->options.store_shards, 2);
	assert_int_equal(store_prepare(&f->options), 0);
}

static void
a_damaged_meta_record_is_refused(void **state)
{
	struct fixture *f = *state;
	struct meta meta;
	struct buf b = BUF_INIT;

	read_meta(f, "shard-001", &meta);
	meta_pack(&b, &meta);
	b.data[8] ^= 1;
	write_meta(f, "shard-001", buf_slice(&b));
	assert_int_equal(store_prepare(&f->options), -1);
	b.data[8] ^= 1;
	write_meta(f, "shard-001", buf_slice(&b));
	assert_int_equal(store_prepare(&f->options), 0);
	write_meta(f, "shard-001", SLICE_EMPTY);
	assert_int_equal(store_prepare(&f->options), -1);
	buf_fini(&b);
}

static void
check_refused(struct fixture *f, const struct meta *meta)
{
	struct buf b = BUF_INIT;

	meta_pack(&b, meta);
	write_meta(f, "shard-001", buf_slice(&b));
	assert_int_equal(store_prepare(&f->options), -1);
	buf_fini(&b);
}

static void
a_newer_format_and_another_stores_shard_are_refused(void **state)
{
	struct fixture *f = *state;
	struct meta good, bad;

	read_meta(f, "shard-001", &good);
	bad = good;
	bad.format++;
	check_refused(f, &bad);
	bad = good;
	bad.store_id.bytes[3] ^= 1;
	check_refused(f, &bad);
	bad = good;
	bad.secret[3] ^= 1;
	check_refused(f, &bad);
	bad = good;
	bad.shard = 0;
	check_refused(f, &bad);
}

static void
a_missing_shard_is_refused_and_not_made_anew(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(rename(in_store(f, "shard-000"), in_store(f, "kept")), 0);
	assert_int_equal(store_prepare(&f->options), -1);
	assert_int_equal(access(in_store(f, "shard-000"), F_OK), -1);
	assert_int_equal(rename(in_store(f, "kept"), in_store(f, "shard-000")), 0);
	assert_int_equal(store_prepare(&f->options), 0);
	assert_int_equal(rename(in_store(f, "index"), in_store(f, "kept")), 0);
	assert_int_equal(store_prepare(&f->options), -1);
}

static void
a_making_that_was_cut_off_is_done_again(void **state)
{
	struct fixture *f = *state;
	struct meta before, after;
	int fd;

	read_meta(f, "shard-000", &before);
	write_meta(f, "shard-001", SLICE_EMPTY);
	fd = open(in_store(f, "unfinished"), O_WRONLY | O_CREAT, 0600);
	close(fd);
	assert_int_equal(store_prepare(&f->options), 0);
	read_meta(f, "shard-000", &after);
	assert_memory_not_equal(before.secret, after.secret, 16);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_store_is_made_once_and_then_kept),
		CASE(a_table_that_an_older_store_lacks_is_made),
		CASE(the_number_of_shards_of_a_store_holds),
		CASE(a_damaged_meta_record_is_refused),
		CASE(a_newer_format_and_another_stores_shard_are_refused),
		CASE(a_missing_shard_is_refused_and_not_made_anew),
		CASE(a_making_that_was_cut_off_is_done_again),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
