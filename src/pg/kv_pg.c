/* SPDX-License-Identifier: MIT */
/* See kv_pg.h.  A transaction is a slot of the pool with its connection; what look-ups gave lives until the next put. */
#include "config.h"

#include "kv_pg.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "arena.h"
#include "counters.h"
#include "fiber.h"
#include "log.h"
#include "pg_conn.h"
#include "store_upkeep.h"

#define FEW  16
#define MANY 256
#define TEXT_OF_VALUE(number) #number
#define TEXT_OF(number)       TEXT_OF_VALUE(number)

enum { STATEMENT_TEXT_MAX = 256 };

enum statement { GET, PUT, DEL, FROM, AFTER, BEFORE_FEW, BEFORE_MANY, LAST, STATEMENTS };

/* Before and behind the table's name. */
static const struct { const char *head, *tail; } texts[STATEMENTS] = {
	[GET]         = { "SELECT value FROM ", " WHERE shard = $1 AND key = $2" },
	[PUT]         = { "INSERT INTO ", " (shard, key, value) VALUES ($1, $2, $3) "
	                "ON CONFLICT (shard, key) DO UPDATE SET value = excluded.value" },
	[DEL]         = { "DELETE FROM ", " WHERE shard = $1 AND key = $2" },
	[FROM]        = { "SELECT key, value FROM ", " WHERE shard = $1 AND key >= $2 ORDER BY key LIMIT " TEXT_OF(FEW) },
	[AFTER]       = { "SELECT key, value FROM ", " WHERE shard = $1 AND key > $2 ORDER BY key LIMIT " TEXT_OF(MANY) },
	[BEFORE_FEW]  = { "SELECT key, value FROM ", " WHERE shard = $1 AND key < $2 ORDER BY key DESC LIMIT " TEXT_OF(FEW) },
	[BEFORE_MANY] = { "SELECT key, value FROM ", " WHERE shard = $1 AND key < $2 ORDER BY key DESC LIMIT " TEXT_OF(MANY) },
	[LAST]        = { "SELECT key, value FROM ", " WHERE shard = $1 ORDER BY key DESC LIMIT " TEXT_OF(FEW) },
};

static const char lock_text[] = "SELECT shard FROM shards WHERE shard = $1 FOR UPDATE";
#define COUNT_OF(table) "(SELECT count(*) FROM (SELECT 1 FROM " table " WHERE shard = $1 LIMIT 100000) q)"
static const char count_text[] = "SELECT " COUNT_OF("inbox") ", " COUNT_OF("outbox") ", " COUNT_OF("jobs") ", " COUNT_OF("dead");
enum { LOCK_NUMBER = STATEMENTS * TABLES, COUNT_NUMBER };
_Static_assert((int)COUNT_NUMBER < (int)PG_STATEMENTS_MAX, "more statements than a connection prepares");

/* A result that a look-up's slices point into. */
struct kept {
	struct kept *next;
	PGresult    *result;
};

struct txn {
	struct kv       kv;
	LIST_ENTRY(txn) entry;
	struct pg_pool *pool;
	struct pg_conn *conn;
	struct fiber   *fiber;         /* who reads; NULL outside of any */
	unsigned        shard, depth;
	uint8_t         shard_bytes[4];
	struct kept    *kept;
	const PGresult *piece;         /* the one of the cursor that moved last */
};

struct waiter {
	STAILQ_ENTRY(waiter) entry;
	struct fiber *fiber;
};

struct pg_pool {
	struct event_base *base;
	struct counters   *counters;
	char              *url;
	unsigned           max, used;
	bool               is_away;    /* the last connection could not be made, which was said */
	LIST_HEAD(, txn)   reading;    /* read transactions that are open */
	LIST_HEAD(, txn)   idle;
	STAILQ_HEAD(, waiter) waiters;
};

/* --- rows ---------------------------------------------------------------------------- */

static struct txn *
txn_of(struct kv *kv)
{
	return (struct txn *)kv;
}

static void
forget_kept(struct txn *txn)
{
	while (txn->kept != NULL) {
		struct kept *kept = txn->kept;

		txn->kept = kept->next;
		PQclear(kept->result);
		free(kept);
	}
}

static void
pg_forget(struct kv *kv)
{
	struct kept **at = &txn_of(kv)->kept;

	while (*at != NULL) {
		struct kept *kept = *at;

		if (kept->result == txn_of(kv)->piece) {
			at = &kept->next;
			continue;
		}
		*at = kept->next;
		PQclear(kept->result);
		free(kept);
	}
}

/* The transaction owns the result from now on. */
static bool
keep(struct txn *txn, PGresult *result)
{
	struct kept *kept = malloc(sizeof *kept);

	if (kept == NULL) {
		PQclear(result);
		kv_fail(&txn->kv, ST_FAILED);
		return false;
	}
	*kept = (struct kept){ txn->kept, result };
	txn->kept = kept;
	return true;
}

static void
queue(struct txn *txn, enum statement statement, enum table table, const struct slice *more, int count)
{
	struct slice params[3] = { { (const char *)txn->shard_bytes, sizeof txn->shard_bytes } };
	char text[STATEMENT_TEXT_MAX];

	for (int i = 0; i < count; i++)
		params[i + 1] = more[i];
	snprintf(text, sizeof text, "%s%s%s", texts[statement].head, table_names[table], texts[statement].tail);
	pg_conn_send(txn->conn, (unsigned)table * STATEMENTS + statement, text, params, count + 1);
}

/* The rows of a statement, kept; NULL when it failed. */
static PGresult *
ask(struct txn *txn, enum statement statement, enum table table, const struct slice *more, int count)
{
	PGresult *result;
	enum status st;

	queue(txn, statement, table, more, count);
	st = pg_conn_sync(txn->conn, &result);
	if (st == ST_OK && result == NULL)
		st = ST_FAILED;
	if (st != ST_OK) {
		kv_fail(&txn->kv, st);
		return NULL;
	}
	return keep(txn, result) ? result : NULL;
}

static struct slice
field(const PGresult *result, int row, int column)
{
	return (struct slice){ PQgetvalue(result, row, column), (size_t)PQgetlength(result, row, column) };
}

static bool
pg_get(struct kv *kv, enum table table, struct slice key, struct slice *value)
{
	PGresult *result = ask(txn_of(kv), GET, table, &key, 1);

	if (result == NULL || PQntuples(result) == 0)
		return false;
	*value = field(result, 0, 0);
	return true;
}

/* Whether it succeeds is seen by the next look-up or the commit. */
static void
pg_put(struct kv *kv, enum table table, struct slice key, struct slice value)
{
	struct txn *txn = txn_of(kv);

	queue(txn, PUT, table, (struct slice[]){ key, value }, 2);
	forget_kept(txn);
}

static void
pg_del(struct kv *kv, enum table table, struct slice key)
{
	struct txn *txn = txn_of(kv);

	queue(txn, DEL, table, &key, 1);
	forget_kept(txn);
}

/* --- cursors --------------------------------------------------------------------------- */

/* A piece of the table, in its order or against it. */
struct piece {
	PGresult *rows;
	int       at, count;
	bool      is_backward, is_last;    /* is_last: nothing follows it in its direction */
};

static void
pg_cursor_begin(struct kv_cursor *cursor)
{
	cursor->position = calloc(1, sizeof(struct piece));
	if (cursor->position == NULL)
		kv_fail(cursor->kv, ST_FAILED);
}

static void
pg_cursor_end(struct kv_cursor *cursor)
{
	free(cursor->position);
	cursor->position = NULL;
}

static bool
stand(struct kv_cursor *cursor, int at)
{
	struct piece *piece = cursor->position;

	if (at >= piece->count)
		return false;
	piece->at = at;
	cursor->key = field(piece->rows, at, 0);
	cursor->value = field(piece->rows, at, 1);
	return true;
}

static bool
fetch(struct kv_cursor *cursor, enum statement statement, const struct slice *key, int limit, bool is_backward)
{
	struct piece *piece = cursor->position;
	PGresult *rows = ask(txn_of(cursor->kv), statement, cursor->table, key, key != NULL);

	if (rows == NULL)
		return false;
	txn_of(cursor->kv)->piece = rows;
	*piece = (struct piece){ rows, 0, PQntuples(rows), is_backward, PQntuples(rows) < limit };
	return stand(cursor, 0);
}

static bool
pg_cursor_seek(struct kv_cursor *cursor, struct slice key)
{
	return fetch(cursor, FROM, &key, FEW, false);
}

static bool
pg_cursor_move(struct kv_cursor *cursor, enum kv_move move)
{
	struct piece *piece = cursor->position;
	bool is_backward = move == KV_PREV;
	struct slice key = cursor->key;

	if (move == KV_LAST)
		return fetch(cursor, LAST, NULL, FEW, true);
	if (piece->count == 0)
		return false;
	if (piece->is_backward != is_backward)
		return fetch(cursor, is_backward ? BEFORE_FEW : AFTER, &key, is_backward ? FEW : MANY, is_backward);
	if (piece->at + 1 < piece->count)
		return stand(cursor, piece->at + 1);
	return !piece->is_last && fetch(cursor, is_backward ? BEFORE_MANY : AFTER, &key, MANY, is_backward);
}

static const struct kv_ops ops = {
	.get = pg_get,
	.put = pg_put,
	.del = pg_del,
	.cursor_begin = pg_cursor_begin,
	.cursor_seek = pg_cursor_seek,
	.cursor_move = pg_cursor_move,
	.cursor_end = pg_cursor_end,
	.forget = pg_forget,
};

/* --- the pool ----------------------------------------------------------------------------- */

struct pg_pool *
pg_pool_open(struct event_base *base, const char *url, unsigned connections, struct counters *counters)
{
	struct pg_pool *pool = calloc(1, sizeof *pool);

	if (pool == NULL)
		return NULL;
	*pool = (struct pg_pool){ .base = base, .counters = counters, .url = strdup(url), .max = connections };
	LIST_INIT(&pool->reading);
	LIST_INIT(&pool->idle);
	STAILQ_INIT(&pool->waiters);
	if (pool->url == NULL) {
		free(pool);
		return NULL;
	}
	return pool;
}

static void
count_connections(const struct pg_pool *pool, int more)
{
	if (pool->counters != NULL)
		counter_add(&pool->counters->store_connections, (uint64_t)more);
}

/* With those that could not be made: they take a place for a moment. */
static void
count_used(struct pg_pool *pool, int more)
{
	pool->used += (unsigned)more;
	if (pool->counters != NULL)
		counter_add(&pool->counters->store_connections_used, (uint64_t)more);
}

static void
txn_free(struct txn *txn)
{
	forget_kept(txn);
	count_connections(txn->pool, -1);
	pg_conn_close(txn->conn);
	free(txn);
}

void
pg_pool_close(struct pg_pool *pool)
{
	struct txn *txn;

	if (pool == NULL)
		return;
	while ((txn = LIST_FIRST(&pool->idle)) != NULL) {
		LIST_REMOVE(txn, entry);
		txn_free(txn);
	}
	free(pool->url);
	free(pool);
}

/* A fiber waits for its turn; what is no fiber cannot, and gets a connection of its own. */
static void
wait_for_turn(struct pg_pool *pool)
{
	struct waiter waiter = { .fiber = fiber_self() };

	if (waiter.fiber == NULL || pool->base == NULL)
		return;
	if (pool->used >= pool->max && pool->counters != NULL)
		counter_add(&pool->counters->store_connection_waits, 1);
	while (pool->used >= pool->max) {
		STAILQ_INSERT_TAIL(&pool->waiters, &waiter, entry);
		fiber_suspend();
	}
}

static struct txn *
take_idle(struct pg_pool *pool)
{
	struct txn *txn;

	while ((txn = LIST_FIRST(&pool->idle)) != NULL) {
		LIST_REMOVE(txn, entry);
		if (pg_conn_is_alive(txn->conn))
			return txn;
		txn_free(txn);
	}
	return NULL;
}

static struct txn *
make_txn(struct pg_pool *pool)
{
	struct txn *txn = calloc(1, sizeof *txn);

	if (txn == NULL)
		return NULL;
	txn->pool = pool;
	txn->kv.ops = &ops;
	txn->conn = pg_conn_open(pool->base, pool->url, pool->is_away);
	if (txn->conn == NULL) {
		pool->is_away = true;
		free(txn);
		return NULL;
	}
	count_connections(pool, 1);
	if (pool->is_away)
		log_info("PostgreSQL is back");
	pool->is_away = false;
	return txn;
}

static void
wake_one(struct pg_pool *pool)
{
	struct waiter *waiter = STAILQ_FIRST(&pool->waiters);

	if (waiter == NULL || pool->used >= pool->max)
		return;
	STAILQ_REMOVE_HEAD(&pool->waiters, entry);
	fiber_resume(waiter->fiber);
}

static struct txn *
take(struct pg_pool *pool, unsigned shard)
{
	uint32_t number = htonl(shard);
	struct txn *txn;

	if (pool->base != NULL && fiber_self() == NULL && pool->counters != NULL)
		counter_add(&pool->counters->store_waits_blocking, 1);
	wait_for_turn(pool);
	count_used(pool, 1);
	txn = take_idle(pool);
	if (txn == NULL)
		txn = make_txn(pool);
	if (txn == NULL) {
		count_used(pool, -1);
		wake_one(pool);
		return NULL;
	}
	txn->kv.st = ST_OK;
	txn->shard = shard;
	txn->depth = 1;
	txn->fiber = fiber_self();
	memcpy(txn->shard_bytes, &number, sizeof number);
	return txn;
}

static void
give_back(struct txn *txn)
{
	struct pg_pool *pool = txn->pool;

	forget_kept(txn);
	if (pg_conn_is_alive(txn->conn))
		LIST_INSERT_HEAD(&pool->idle, txn, entry);
	else
		txn_free(txn);
	count_used(pool, -1);
	wake_one(pool);
}

/* --- transactions ------------------------------------------------------------------------- */

static struct txn *
find_reading(struct pg_pool *pool, unsigned shard)
{
	struct txn *txn;

	LIST_FOREACH(txn, &pool->reading, entry)
		if (txn->shard == shard && txn->fiber == fiber_self())
			break;
	return txn;
}

struct kv *
pg_read_begin(struct pg_pool *pool, unsigned shard, enum status *st)
{
	struct txn *txn = find_reading(pool, shard);

	*st = ST_OK;
	if (txn != NULL) {
		txn->depth++;
		return &txn->kv;
	}
	txn = take(pool, shard);
	if (txn == NULL) {
		*st = ST_UNAVAILABLE;
		return NULL;
	}
	LIST_INSERT_HEAD(&pool->reading, txn, entry);
	pg_conn_send_command(txn->conn, "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY");
	return &txn->kv;
}

/* Nobody waits for the end of a reading; the next one on the connection hears of it. */
void
pg_read_end(struct pg_pool *pool, unsigned shard)
{
	struct txn *txn = find_reading(pool, shard);

	if (txn == NULL || --txn->depth > 0)
		return;
	LIST_REMOVE(txn, entry);
	pg_conn_send_command(txn->conn, "COMMIT");
	pg_conn_flush(txn->conn);
	give_back(txn);
}

/* A bigint in binary. */
static uint64_t
number_in(const PGresult *result, int column)
{
	struct slice bytes = field(result, 0, column);
	uint64_t n = 0;

	for (size_t i = 0; i < bytes.len; i++)
		n = n << 8 | (uint8_t)bytes.ptr[i];
	return n;
}

void
pg_get_usage(struct pg_pool *pool, unsigned shard, struct store_usage *usage)
{
	enum status st;
	struct kv *kv = pg_read_begin(pool, shard, &st);
	PGresult *result = NULL;

	if (kv == NULL)
		return;
	pg_conn_send(txn_of(kv)->conn, COUNT_NUMBER, count_text,
	    &(struct slice){ (const char *)txn_of(kv)->shard_bytes, sizeof txn_of(kv)->shard_bytes }, 1);
	if (pg_conn_sync(txn_of(kv)->conn, &result) == ST_OK && result != NULL) {
		usage->messages = number_in(result, 0);
		usage->replies = number_in(result, 1);
		usage->jobs = number_in(result, 2);
		usage->dead_letters = number_in(result, 3);
	}
	PQclear(result);
	pg_read_end(pool, shard);
}

struct kv *
pg_write_begin(struct pg_pool *pool, unsigned shard, enum status *st)
{
	struct txn *txn = take(pool, shard);
	struct slice number;

	*st = txn != NULL ? ST_OK : ST_UNAVAILABLE;
	if (txn == NULL)
		return NULL;
	number = (struct slice){ (const char *)txn->shard_bytes, sizeof txn->shard_bytes };
	pg_conn_send_command(txn->conn, "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE");
	pg_conn_send(txn->conn, LOCK_NUMBER, lock_text, &number, 1);
	return &txn->kv;
}

/* When a put fails the server skips all that is queued behind it, the COMMIT too. */
enum status
pg_write_commit(struct kv *kv)
{
	struct txn *txn = txn_of(kv);
	enum status st;

	if (kv->st != ST_OK) {
		st = kv->st;
		pg_write_abort(kv);
		return st;
	}
	pg_conn_send_command(txn->conn, "COMMIT");
	st = pg_conn_sync(txn->conn, NULL);
	give_back(txn);
	return st;
}

void
pg_write_abort(struct kv *kv)
{
	struct txn *txn = txn_of(kv);

	pg_conn_send_command(txn->conn, "ROLLBACK");
	pg_conn_flush(txn->conn);
	give_back(txn);
}
