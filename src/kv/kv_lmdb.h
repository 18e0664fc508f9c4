/* SPDX-License-Identifier: MIT */
/*
 * Tables in an LMDB environment: a directory with data.mdb and lock.mdb.
 *
 * LMDB's rules are kept here: MDB_NOTLS, MDB_RDONLY for readers, MDB_NORDAHEAD
 * where rows are read at random, and no other flag; a fixed map; an environment is opened once in a process and never
 * crosses a fork; a read transaction ends within the call that began it.
 */
#ifndef KV_LMDB_H
#define KV_LMDB_H

#include <stddef.h>

#include "kv.h"

struct lmdb_env;

/*
 * LMDB_READ reads all of it, LMDB_SERVE rows at random, and reads nothing ahead: what the system reads ahead it keeps in
 * large folios, and each write of a page looks through all of the folio (a create at 10 million expenses: doc/PERFORMANCE.md).
 * LMDB_MAKE makes what is not there: the directory, the files, the tables; LMDB_WRITE tables that older versions did not have.
 */
enum lmdb_access { LMDB_READ, LMDB_SERVE, LMDB_WRITE, LMDB_MAKE };

/* A shard has meta, ledger, inbox, outbox, dead, chores, metrics and jobs; the index meta, tokens and policies. */
enum lmdb_tables { LMDB_SHARD_TABLES, LMDB_INDEX_TABLES };
bool lmdb_env_has_table(enum lmdb_tables tables, enum table table);

/* NULL after logging. */
struct lmdb_env *lmdb_env_open(const char *path, size_t map_size, enum lmdb_tables tables, enum lmdb_access access);
void lmdb_env_close(struct lmdb_env *env);

/* For a process that was forked from one with environments: none of them is its own. */
void lmdb_forget_environments(void);

/*
 * A copy of the newest snapshot without free pages, in the directory path,
 * which is made and must have no data yet; it is on disk.  false after logging.
 */
bool lmdb_env_copy(struct lmdb_env *env, const char *path);

/* NULL with *st set when none can begin.  Reads may be nested and share one snapshot. */
struct kv *lmdb_read_begin(struct lmdb_env *env, enum status *st);
void lmdb_read_end(struct lmdb_env *env);

/* One at a time; waits for another process's. */
struct kv *lmdb_write_begin(struct lmdb_env *env, enum status *st);

/* ST_OK: it is on disk.  Else its first error, and nothing of it can be seen. */
enum status lmdb_write_commit(struct lmdb_env *env);
void lmdb_write_abort(struct lmdb_env *env);

/* Whether the disk reported an error since the environment was opened; then it is not to be trusted in this process. */
bool lmdb_is_disk_bad(const struct lmdb_env *env);

/* Free the reader slots of processes that died; how many there were. */
unsigned lmdb_clear_dead_readers(struct lmdb_env *env);

/* The pages that are in use, where they are mapped; empty when that cannot be told. */
struct slice lmdb_env_map(struct lmdb_env *env);

/* What cannot be read stays as it is. */
struct store_usage;
void lmdb_get_usage(struct lmdb_env *env, struct store_usage *usage);

#endif
