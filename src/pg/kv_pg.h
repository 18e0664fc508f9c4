/* SPDX-License-Identifier: MIT */
/*
 * Tables of keys and values in PostgreSQL: one SQL table each, whose rows are
 * (shard, key, value).  A shard is changed by one transaction at a time, in
 * whichever process on whichever machine: each takes the lock of the shard's
 * row in "shards" first.  Readers see a snapshot and wait for nobody.
 *
 * Everything here may wait, as pg_conn.h says.
 */
#ifndef KV_PG_H
#define KV_PG_H

#include "kv/kv.h"

struct counters;
struct event_base;
struct pg_pool;
struct store_usage;

/* connections: most that fibers hold at once; a further fiber waits.  NULL when there is no memory. */
struct pg_pool *pg_pool_open(struct event_base *base, const char *url, unsigned connections, struct counters *counters);

/* Nothing may be begun any more. */
void pg_pool_close(struct pg_pool *pool);

/* NULL with *st set when none can begin.  In one fiber those of one shard may be nested and share one snapshot. */
struct kv *pg_read_begin(struct pg_pool *pool, unsigned shard, enum status *st);
void pg_read_end(struct pg_pool *pool, unsigned shard);

/* The rows of a shard's inbox, outbox, jobs and dead letters, of each at most PG_COUNTED_MAX; what cannot be read stays 0. */
void pg_get_usage(struct pg_pool *pool, unsigned shard, struct store_usage *usage);

enum { PG_COUNTED_MAX = 100000 };

/* NULL with *st set. */
struct kv *pg_write_begin(struct pg_pool *pool, unsigned shard, enum status *st);

/*
 * ST_OK: it is on the server's disk.  ST_UNAVAILABLE: it may be, or may not; the
 * same again is harmless.  Any other: nothing of it can be seen.
 */
enum status pg_write_commit(struct kv *kv);
void pg_write_abort(struct kv *kv);

#endif
