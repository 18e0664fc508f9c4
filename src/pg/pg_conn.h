/* SPDX-License-Identifier: MIT */
/*
 * A connection to PostgreSQL in libpq's pipeline mode: statements are sent
 * without waiting, and pg_conn_sync waits for all of them at once.
 *
 * Waiting suspends the fiber that calls; outside of a fiber it blocks the
 * process, at most for PG_WAIT_MS.
 */
#ifndef PG_CONN_H
#define PG_CONN_H

#include <libpq-fe.h>
#include <stdbool.h>

#include "slice.h"
#include "status.h"

struct event_base;
struct pg_conn;

/* More than the server's own limits, which the connection sets: statement 8 s, idle in a transaction 10 s. */
enum { PG_WAIT_MS = 12000, PG_CONNECT_MS = 5000, PG_STATEMENTS_MAX = 256 };

/*
 * url as libpq reads it, a postgresql:// URL or words with values.  base: where
 * fibers wait; may be NULL when there are none.  NULL after logging why, unless
 * is_quiet.
 */
struct pg_conn *pg_conn_open(struct event_base *base, const char *url, bool is_quiet);
void pg_conn_close(struct pg_conn *conn);

/* Whether it can be used, as far as can be told without asking the server. */
bool pg_conn_is_alive(struct pg_conn *conn);

/* Queue a command without parameters: BEGIN, COMMIT and the like. */
void pg_conn_send_command(struct pg_conn *conn, const char *text);

/*
 * Queue a statement with parameters in binary.  It is prepared when its number,
 * below PG_STATEMENTS_MAX, is first used on this connection.
 */
void pg_conn_send(struct pg_conn *conn, unsigned number, const char *text, const struct slice *params, int count);

/* Let the server begin with what is queued; what it answers is waited for by the next pg_conn_sync. */
void pg_conn_flush(struct pg_conn *conn);

/*
 * Wait until everything queued was carried out.  *rows, unless rows is NULL: what
 * the last statement that gives rows gave, the caller's to PQclear, or NULL.
 * ST_UNAVAILABLE: the connection is lost, or another transaction was in the way
 * (pg_conn_was_in_conflict); ST_STORE_FULL; ST_FAILED, after logging.
 */
enum status pg_conn_sync(struct pg_conn *conn, PGresult **rows);

/* Whether the last failure was another transaction's doing, so that the same again may succeed. */
bool pg_conn_was_in_conflict(const struct pg_conn *conn);

#endif
