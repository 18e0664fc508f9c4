/* SPDX-License-Identifier: MIT */
/* See kv_lmdb.h. */
#include "config.h"

#include "kv_lmdb.h"

#include <assert.h>
#include <errno.h>
#include <lmdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "clock.h"
#include "kv_lmdb_files.h"
#include "log.h"
#include "master/child.h"
#include "sabotage.h"
#include "store_upkeep.h"

enum {
	MAX_READERS = 1022,               /* what a lock file of 64 KiB holds */
	MAX_TABLES = 12,
	FULL_LOG_MS = 10000,
	FLAGS = MDB_NOTLS | (SABOTAGE == SABOTAGE_NO_FSYNC ? MDB_NOSYNC : 0),
	/* What may be lost, torn or crash with any of these is written in LMDB's manual. */
	FLAGS_NEVER = MDB_WRITEMAP | MDB_NOSYNC | MDB_NOMETASYNC | MDB_MAPASYNC | MDB_NOLOCK | MDB_NOMEMINIT
};
static_assert((FLAGS & FLAGS_NEVER) == 0 || SABOTAGE == SABOTAGE_NO_FSYNC, "the store must be durable");

/* A transaction in the form that the operations know. */
struct lmdb_txn {
	struct kv        kv;
	struct lmdb_env *env;
	MDB_txn         *txn;
	MDB_cursor      *spare[TABLES];   /* one of each table, for the next that is needed */
};

struct lmdb_env {
	struct lmdb_env *next;            /* of those open in this process */
	char            *path;
	MDB_env         *env;
	MDB_dbi          tables[TABLES];
	struct lmdb_txn  read;            /* its MDB_txn and spare cursors are kept and renewed */
	struct lmdb_txn  write;
	unsigned         read_depth;
	bool             is_disk_bad;
	int64_t          full_logged_ms;  /* clock_mono_ms; a full store is reported once in a while, not for each command */
};

/* POSIX locks fall when any descriptor of the file is closed, so a second environment on it would be fatal. */
static struct lmdb_env *open_envs;

static const unsigned table_sets[] = {
	[LMDB_SHARD_TABLES] = 1u << TABLE_META | 1u << TABLE_LEDGER | 1u << TABLE_INBOX | 1u << TABLE_OUTBOX
	    | 1u << TABLE_DEAD | 1u << TABLE_CHORES | 1u << TABLE_METRICS | 1u << TABLE_JOBS | 1u << TABLE_PICTURES,
	[LMDB_INDEX_TABLES] = 1u << TABLE_META | 1u << TABLE_TOKENS | 1u << TABLE_POLICIES | 1u << TABLE_LINKS
};

/* --- errors ------------------------------------------------------------------------ */

static void
on_assert(MDB_env *env, const char *text)
{
	(void)env;
	log_error("LMDB: %s", text);
	_exit(CHILD_EXIT_ASSERT);
}

/* Errors with which nothing works in this process any more. */
static void
exit_if_fatal(const struct lmdb_env *env, int rc)
{
	if (rc != MDB_PANIC && rc != MDB_BAD_RSLOT)
		return;
	log_error("%s: %s, this process ends", env->path, mdb_strerror(rc));
	_exit(rc == MDB_PANIC ? CHILD_EXIT_IO : CHILD_EXIT_ASSERT);
}

static enum status
status_of(int rc)
{
	switch (rc) {
	case MDB_MAP_FULL:
	case MDB_TXN_FULL:
	case ENOSPC:
	case EDQUOT:
		return ST_STORE_FULL;
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_INVALID:
		return ST_BAD_RECORD;
	case MDB_BAD_VALSIZE:
		return ST_BAD_VALUE;
	default:
		return ST_UNAVAILABLE;
	}
}

static bool
is_worth_a_line(struct lmdb_env *env, enum status st)
{
	int64_t now_ms = clock_mono_ms();

	if (st != ST_STORE_FULL)
		return true;
	if (env->full_logged_ms != 0 && now_ms - env->full_logged_ms < FULL_LOG_MS)
		return false;
	env->full_logged_ms = now_ms;
	return true;
}

/* Log what LMDB reported, remember a bad disk, and say what it means. */
static enum status
note_error(struct lmdb_env *env, int rc, const char *step)
{
	enum status st = status_of(rc);

	if (is_worth_a_line(env, st))
		log_error("%s: %s: %s", env->path, step, mdb_strerror(rc));
	exit_if_fatal(env, rc);
	if (rc == EIO)
		env->is_disk_bad = true;
	return st;
}

/* --- steps ------------------------------------------------------------------------- */

static struct lmdb_txn *
txn_of(struct kv *kv)
{
	return (struct lmdb_txn *)kv;
}

static MDB_val
val_of(struct slice s)
{
	return (MDB_val){ s.len, (void *)s.ptr };
}

static struct slice
slice_of_val(MDB_val v)
{
	return (struct slice){ v.mv_data, v.mv_size };
}

static bool
lmdb_get(struct kv *kv, enum table table, struct slice key, struct slice *value)
{
	struct lmdb_txn *t = txn_of(kv);
	MDB_val k = val_of(key), v;
	int rc = mdb_get(t->txn, t->env->tables[table], &k, &v);

	if (rc == MDB_SUCCESS)
		*value = slice_of_val(v);
	else if (rc != MDB_NOTFOUND)
		kv_fail(kv, note_error(t->env, rc, "get"));
	return rc == MDB_SUCCESS;
}

static void
lmdb_put(struct kv *kv, enum table table, struct slice key, struct slice value)
{
	struct lmdb_txn *t = txn_of(kv);
	MDB_val k = val_of(key), v = val_of(value);
	int rc = mdb_put(t->txn, t->env->tables[table], &k, &v, 0);

	if (rc != MDB_SUCCESS)
		kv_fail(kv, note_error(t->env, rc, "put"));
}

static void
lmdb_del(struct kv *kv, enum table table, struct slice key)
{
	struct lmdb_txn *t = txn_of(kv);
	MDB_val k = val_of(key);
	int rc = mdb_del(t->txn, t->env->tables[table], &k, NULL);

	if (rc != MDB_SUCCESS && rc != MDB_NOTFOUND)
		kv_fail(kv, note_error(t->env, rc, "delete"));
}

static void
lmdb_cursor_begin(struct kv_cursor *cursor)
{
	struct lmdb_txn *t = txn_of(cursor->kv);
	MDB_cursor *position = t->spare[cursor->table];
	int rc = MDB_SUCCESS;

	t->spare[cursor->table] = NULL;
	if (position == NULL)
		rc = mdb_cursor_open(t->txn, t->env->tables[cursor->table], &position);
	else if (t == &t->env->read)
		rc = mdb_cursor_renew(t->txn, position);
	if (rc != MDB_SUCCESS)
		kv_fail(cursor->kv, note_error(t->env, rc, "open a cursor"));
	cursor->position = position;
}

static bool
step(struct kv_cursor *cursor, MDB_cursor_op op, struct slice from)
{
	MDB_val k = val_of(from), v;
	int rc = mdb_cursor_get(cursor->position, &k, &v, op);

	if (rc != MDB_SUCCESS) {
		if (rc != MDB_NOTFOUND)
			kv_fail(cursor->kv, note_error(txn_of(cursor->kv)->env, rc, "move a cursor"));
		return false;
	}
	cursor->key = slice_of_val(k);
	cursor->value = slice_of_val(v);
	return true;
}

static bool
lmdb_cursor_seek(struct kv_cursor *cursor, struct slice key)
{
	return step(cursor, MDB_SET_RANGE, key);
}

static bool
lmdb_cursor_move(struct kv_cursor *cursor, enum kv_move move)
{
	static const MDB_cursor_op ops[] = { [KV_NEXT] = MDB_NEXT, [KV_PREV] = MDB_PREV, [KV_LAST] = MDB_LAST };

	return step(cursor, ops[move], SLICE_EMPTY);
}

static void
lmdb_cursor_end(struct kv_cursor *cursor)
{
	struct lmdb_txn *t = txn_of(cursor->kv);

	if (cursor->position != NULL && t->spare[cursor->table] == NULL)
		t->spare[cursor->table] = cursor->position;
	else if (cursor->position != NULL)
		mdb_cursor_close(cursor->position);
	cursor->position = NULL;
}

static const struct kv_ops lmdb_ops = {
	.get = lmdb_get,
	.put = lmdb_put,
	.del = lmdb_del,
	.cursor_begin = lmdb_cursor_begin,
	.cursor_seek = lmdb_cursor_seek,
	.cursor_move = lmdb_cursor_move,
	.cursor_end = lmdb_cursor_end,
};

/* --- transactions -------------------------------------------------------------------- */

static int
begin_or_renew(struct lmdb_env *env, struct lmdb_txn *t, unsigned flags)
{
	if (t->txn != NULL)
		return mdb_txn_renew(t->txn);
	return mdb_txn_begin(env->env, NULL, flags, &t->txn);
}

/* Two things can be mended: dead readers that hold all slots, and a map that another process made larger. */
static int
begin(struct lmdb_env *env, struct lmdb_txn *t, unsigned flags)
{
	int rc = begin_or_renew(env, t, flags);

	if (rc == MDB_READERS_FULL && lmdb_clear_dead_readers(env) > 0)
		rc = begin_or_renew(env, t, flags);
	if (rc == MDB_MAP_RESIZED && env->read_depth == 0 && env->write.txn == NULL && mdb_env_set_mapsize(env->env, 0) == 0)
		rc = begin_or_renew(env, t, flags);
	return rc;
}

struct kv *
lmdb_read_begin(struct lmdb_env *env, enum status *st)
{
	int rc = MDB_SUCCESS;

	*st = ST_OK;
	if (env->read_depth == 0) {
		rc = begin(env, &env->read, MDB_RDONLY);
		env->read.kv.st = ST_OK;
	}
	if (rc != MDB_SUCCESS) {
		*st = note_error(env, rc, "begin to read");
		return NULL;
	}
	env->read_depth++;
	return &env->read.kv;
}

void
lmdb_read_end(struct lmdb_env *env)
{
	if (--env->read_depth > 0)
		return;
	if (SABOTAGE == SABOTAGE_LEAK_READER)
		env->read.txn = NULL;
	else
		mdb_txn_reset(env->read.txn);
}

struct kv *
lmdb_write_begin(struct lmdb_env *env, enum status *st)
{
	int rc = begin(env, &env->write, 0);

	if (rc != MDB_SUCCESS) {
		env->write.txn = NULL;
		*st = note_error(env, rc, "begin to write");
		return NULL;
	}
	*st = env->write.kv.st = ST_OK;
	return &env->write.kv;
}

static void
close_spare_cursors(struct lmdb_txn *t)
{
	for (unsigned table = 0; table < TABLES; table++)
		if (t->spare[table] != NULL)
			mdb_cursor_close(t->spare[table]);
	memset(t->spare, 0, sizeof t->spare);
}

void
lmdb_write_abort(struct lmdb_env *env)
{
	close_spare_cursors(&env->write);
	mdb_txn_abort(env->write.txn);
	env->write.txn = NULL;
}

enum status
lmdb_write_commit(struct lmdb_env *env)
{
	int rc;

	if (env->write.kv.st != ST_OK) {
		lmdb_write_abort(env);
		return env->write.kv.st;
	}
	close_spare_cursors(&env->write);
	rc = mdb_txn_commit(env->write.txn);
	env->write.txn = NULL;
	return rc == MDB_SUCCESS ? ST_OK : note_error(env, rc, "commit");
}

bool
lmdb_is_disk_bad(const struct lmdb_env *env)
{
	return env->is_disk_bad;
}

unsigned
lmdb_clear_dead_readers(struct lmdb_env *env)
{
	int dead = 0, rc = mdb_reader_check(env->env, &dead);

	if (rc != MDB_SUCCESS)
		note_error(env, rc, "look for dead readers");
	if (dead > 0)
		log_info("%s: %d dead readers cleared", env->path, dead);
	return dead > 0 ? (unsigned)dead : 0;
}

/* --- how full it is -------------------------------------------------------------------- */

/* Called for a line of headings, and then for each reader, or once with a remark that there is none. */
static int
count_line(const char *text, void *arg)
{
	uint64_t *lines = arg;

	(void)text;
	++*lines;
	return 0;
}

/* The list of free pages is a table of arrays, each of which begins with its length. */
static uint64_t
count_free_pages(MDB_txn *txn)
{
	enum { FREE_DBI = 0 };
	MDB_cursor *cursor;
	MDB_val key, value;
	uint64_t pages = 0;
	size_t length;

	if (mdb_cursor_open(txn, FREE_DBI, &cursor) != MDB_SUCCESS)
		return 0;
	while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == MDB_SUCCESS) {
		memcpy(&length, value.mv_data, sizeof length);   /* may lie at an odd place */
		pages += length;
	}
	mdb_cursor_close(cursor);
	return pages;
}

/* Of a table that this kind of environment has; else 0. */
static uint64_t
count_rows(const struct lmdb_env *env, enum table table)
{
	MDB_stat stat;

	if (env->tables[table] == 0 || mdb_stat(env->read.txn, env->tables[table], &stat) != MDB_SUCCESS)
		return 0;
	return stat.ms_entries;
}

void
lmdb_get_usage(struct lmdb_env *env, struct store_usage *usage)
{
	uint64_t lines = 0;
	MDB_envinfo info;
	MDB_stat stat;
	enum status st;

	if (mdb_env_info(env->env, &info) != MDB_SUCCESS || mdb_env_stat(env->env, &stat) != MDB_SUCCESS)
		return;
	usage->page_bytes = stat.ms_psize;
	usage->pages = info.me_last_pgno + 1;
	usage->pages_max = info.me_mapsize / stat.ms_psize;
	usage->reader_slots = info.me_maxreaders;
	if (lmdb_read_begin(env, &st) == NULL)
		return;
	usage->pages_free = count_free_pages(env->read.txn);
	usage->messages = count_rows(env, TABLE_INBOX);
	usage->replies = count_rows(env, TABLE_OUTBOX);
	usage->jobs = count_rows(env, TABLE_JOBS);
	usage->dead_letters = count_rows(env, TABLE_DEAD);
	if (mdb_reader_list(env->env, count_line, &lines) >= 0)
		usage->readers = lines - 1;
	lmdb_read_end(env);
}

struct slice
lmdb_env_map(struct lmdb_env *env)
{
	struct slice map = SLICE_EMPTY;
	MDB_envinfo info;
	MDB_stat stat;
	int fd;

	if (mdb_env_get_fd(env->env, &fd) == MDB_SUCCESS && (map.ptr = lmdb_files_find_map(fd)) != NULL
	    && mdb_env_info(env->env, &info) == MDB_SUCCESS && mdb_env_stat(env->env, &stat) == MDB_SUCCESS)
		map.len = (info.me_last_pgno + 1) * stat.ms_psize;
	return map;
}

/* --- opening --------------------------------------------------------------------------- */

static bool
is_open(const char *path)
{
	for (const struct lmdb_env *env = open_envs; env != NULL; env = env->next)
		if (strcmp(env->path, path) == 0)
			return true;
	return false;
}

bool
lmdb_env_has_table(enum lmdb_tables tables, enum table table)
{
	return (table_sets[tables] & 1u << table) != 0;
}

static int
open_tables_in(struct lmdb_env *env, MDB_txn *txn, enum lmdb_tables tables, unsigned flags)
{
	for (int table = 0; table < TABLES; table++) {
		int rc;

		if (!lmdb_env_has_table(tables, (enum table)table))
			continue;
		rc = mdb_dbi_open(txn, table_names[table], flags, &env->tables[table]);
		if (rc != MDB_SUCCESS)
			return rc;
	}
	return MDB_SUCCESS;
}

/* In one transaction that is committed: a handle opened in an aborted one is gone. */
static int
open_tables_once(struct lmdb_env *env, enum lmdb_tables tables, bool makes)
{
	MDB_txn *txn;
	int rc = mdb_txn_begin(env->env, NULL, makes ? 0 : MDB_RDONLY, &txn);

	if (rc != MDB_SUCCESS)
		return rc;
	rc = open_tables_in(env, txn, tables, makes ? MDB_CREATE : 0);
	if (rc == MDB_SUCCESS)
		return mdb_txn_commit(txn);
	mdb_txn_abort(txn);
	return rc;
}

static int
open_tables(struct lmdb_env *env, enum lmdb_tables tables, enum lmdb_access access)
{
	int rc = open_tables_once(env, tables, access == LMDB_MAKE);

	return rc == MDB_NOTFOUND && access == LMDB_WRITE ? open_tables_once(env, tables, true) : rc;
}

static int
set_up(struct lmdb_env *env, size_t map_size)
{
	int rc = mdb_env_create(&env->env);

	if (rc == MDB_SUCCESS)
		rc = mdb_env_set_assert(env->env, on_assert);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_set_mapsize(env->env, map_size);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_set_maxreaders(env->env, MAX_READERS);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_set_maxdbs(env->env, MAX_TABLES);
	return rc;
}

static int
check_flags(struct lmdb_env *env)
{
	unsigned flags;
	int rc = mdb_env_get_flags(env->env, &flags);

	if (rc == MDB_SUCCESS && ((flags & FLAGS) != FLAGS || (flags & FLAGS_NEVER & ~(unsigned)FLAGS) != 0))
		rc = EINVAL;
	return rc;
}

static int
open_env(struct lmdb_env *env, size_t map_size, enum lmdb_tables tables, enum lmdb_access access)
{
	unsigned flags = FLAGS | (access <= LMDB_SERVE ? MDB_RDONLY : 0) | (access == LMDB_SERVE || access == LMDB_WRITE ? MDB_NORDAHEAD : 0);
	int fd, rc = set_up(env, map_size);

	if (rc == MDB_SUCCESS)
		rc = mdb_env_open(env->env, env->path, flags, 0600);
	if (rc == MDB_SUCCESS)
		rc = check_flags(env);
	if (rc == MDB_SUCCESS)
		rc = mdb_env_get_fd(env->env, &fd);
	if (rc == MDB_SUCCESS && !lmdb_files_close_on_exec(fd))
		rc = errno;
	return rc == MDB_SUCCESS ? open_tables(env, tables, access) : rc;
}

struct lmdb_env *
lmdb_env_open(const char *path, size_t map_size, enum lmdb_tables tables, enum lmdb_access access)
{
	struct lmdb_env *env;
	int rc;

	if (is_open(path)) {
		log_error("%s: opened twice in one process", path);
		return NULL;
	}
	if (access == LMDB_MAKE ? !lmdb_files_make(path) : !lmdb_files_check(path))
		return NULL;
	env = calloc(1, sizeof *env);
	if (env == NULL || (env->path = strdup(path)) == NULL) {
		free(env);
		return NULL;
	}
	env->read = env->write = (struct lmdb_txn){ .kv = { .ops = &lmdb_ops }, .env = env };
	env->next = open_envs;
	open_envs = env;
	rc = open_env(env, map_size, tables, access);
	if (rc == MDB_SUCCESS && (access != LMDB_MAKE || lmdb_files_sync(path)))
		return env;
	log_error("%s: cannot be opened: %s", path, rc != MDB_SUCCESS ? mdb_strerror(rc) : "not on disk");
	lmdb_env_close(env);
	return NULL;
}

void
lmdb_forget_environments(void)
{
	open_envs = NULL;
}

void
lmdb_env_close(struct lmdb_env *env)
{
	struct lmdb_env **link = &open_envs;

	if (env == NULL)
		return;
	while (*link != env)
		link = &(*link)->next;
	*link = env->next;
	if (env->write.txn != NULL)
		lmdb_write_abort(env);
	close_spare_cursors(&env->read);
	if (env->read.txn != NULL)
		mdb_txn_abort(env->read.txn);
	if (env->env != NULL)
		mdb_env_close(env->env);
	free(env->path);
	free(env);
}

bool
lmdb_env_copy(struct lmdb_env *env, const char *path)
{
	int rc;

	if (!lmdb_files_make(path))
		return false;
	rc = mdb_env_copy2(env->env, path, MDB_CP_COMPACT);
	if (rc == MDB_SUCCESS)
		return lmdb_files_sync(path);       /* LMDB does not */
	log_error("%s: copy to %s: %s", env->path, path, mdb_strerror(rc));
	return false;
}
