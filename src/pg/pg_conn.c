/* SPDX-License-Identifier: MIT */
/* See pg_conn.h. */
#include "config.h"

#include "pg_conn.h"

#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "fiber.h"
#include "log.h"

enum { PARAMS_MAX = 4 };

struct pg_conn {
	PGconn        *pg;
	struct event_base *base;
	struct event  *event;          /* of the fiber that waits */
	struct fiber  *waiting;
	bool           has_timed_out;
	bool           is_lost, has_failed, was_in_conflict;
	unsigned       syncs;          /* sent and not yet answered */
	bool           is_prepared[PG_STATEMENTS_MAX];
};

/* A success answer means that the data is on disk, whatever the server's configuration says. */
static const char session[] =
    "SET synchronous_commit = on; SET statement_timeout = 8000; SET idle_in_transaction_session_timeout = 10000;"
    "SET client_min_messages = warning; SET bytea_output = hex";

/* --- waiting ------------------------------------------------------------------------- */

static void
on_ready(evutil_socket_t fd, short what, void *arg)
{
	struct pg_conn *conn = arg;

	(void)fd;
	conn->has_timed_out = (what & EV_TIMEOUT) != 0;
	fiber_resume(conn->waiting);
}

static bool
wait_in_fiber(struct pg_conn *conn, bool is_writing, int wait_ms)
{
	struct timeval timeout = { wait_ms / 1000, (wait_ms % 1000) * 1000 };
	short what = (short)(EV_READ | (is_writing ? EV_WRITE : 0));

	if (event_assign(conn->event, conn->base, PQsocket(conn->pg), what, on_ready, conn) == -1 ||
	    event_add(conn->event, &timeout) == -1)
		return false;
	conn->waiting = fiber_self();
	fiber_suspend();
	conn->waiting = NULL;
	return !conn->has_timed_out;
}

static bool
wait_in_process(struct pg_conn *conn, bool is_writing, int wait_ms)
{
	struct pollfd p = { .fd = PQsocket(conn->pg), .events = (short)(POLLIN | (is_writing ? POLLOUT : 0)) };
	int64_t end_ms = clock_mono_ms() + wait_ms;
	int n;

	do {
		int64_t left_ms = end_ms - clock_mono_ms();

		n = poll(&p, 1, left_ms > 0 ? (int)left_ms : 0);
	} while (n == -1 && errno == EINTR);
	return n > 0;
}

/* Until there is something to read, or to write if that is wanted too. */
static bool
wait_for(struct pg_conn *conn, bool is_writing, int64_t deadline_ms)
{
	int64_t left_ms = deadline_ms - clock_mono_ms();

	if (left_ms <= 0)
		return false;
	if (fiber_self() != NULL && conn->base != NULL)
		return wait_in_fiber(conn, is_writing, (int)left_ms);
	return wait_in_process(conn, is_writing, (int)left_ms);
}

/* --- connecting ----------------------------------------------------------------------- */

static bool
connect_now(struct pg_conn *conn)
{
	int64_t deadline_ms = clock_mono_ms() + PG_CONNECT_MS;
	PostgresPollingStatusType next = PGRES_POLLING_WRITING;

	while (next != PGRES_POLLING_OK) {
		if (next == PGRES_POLLING_FAILED || PQsocket(conn->pg) == -1)
			return false;
		if (next == PGRES_POLLING_READING ? !wait_for(conn, false, deadline_ms) : !wait_for(conn, true, deadline_ms))
			return false;
		next = PQconnectPoll(conn->pg);
	}
	return true;
}

static bool
begin_session(struct pg_conn *conn)
{
	int64_t deadline_ms = clock_mono_ms() + PG_CONNECT_MS;
	bool is_good = PQsendQuery(conn->pg, session) == 1;
	PGresult *result;

	while (is_good && PQisBusy(conn->pg))
		is_good = wait_for(conn, false, deadline_ms) && PQconsumeInput(conn->pg) == 1;
	while (is_good && (result = PQgetResult(conn->pg)) != NULL) {
		is_good = PQresultStatus(result) == PGRES_COMMAND_OK;
		PQclear(result);
	}
	return is_good && PQsetnonblocking(conn->pg, 1) == 0 && PQenterPipelineMode(conn->pg) == 1;
}

static void
ignore_notice(void *arg, const PGresult *result)
{
	(void)arg, (void)result;
}

struct pg_conn *
pg_conn_open(struct event_base *base, const char *url, bool is_quiet)
{
	struct pg_conn *conn = calloc(1, sizeof *conn);
	const char *const keywords[] = { "dbname", "fallback_application_name", "keepalives_idle", "keepalives_interval",
		"keepalives_count", NULL };
	const char *const values[] = { url, "aiexpensed", "10", "5", "3", NULL };

	if (conn == NULL)
		return NULL;
	conn->base = base;
	conn->event = base != NULL ? event_new(base, -1, 0, on_ready, conn) : NULL;
	conn->pg = PQconnectStartParams(keywords, values, 1);
	if (conn->pg == NULL || (base != NULL && conn->event == NULL)) {
		pg_conn_close(conn);
		return NULL;
	}
	PQsetNoticeReceiver(conn->pg, ignore_notice, NULL);
	if (connect_now(conn) && begin_session(conn))
		return conn;
	if (!is_quiet)
		log_warn("PostgreSQL cannot be used: %.*s", (int)strcspn(PQerrorMessage(conn->pg), "\n"), PQerrorMessage(conn->pg));
	pg_conn_close(conn);
	return NULL;
}

void
pg_conn_close(struct pg_conn *conn)
{
	if (conn == NULL)
		return;
	if (conn->event != NULL)
		event_free(conn->event);
	PQfinish(conn->pg);
	free(conn);
}

/* A server that went away has closed its end, perhaps behind a last word. */
bool
pg_conn_is_alive(struct pg_conn *conn)
{
	struct pollfd p = { .fd = PQsocket(conn->pg), .events = POLLIN | POLLRDHUP };

	if (conn->is_lost || conn->has_failed || PQstatus(conn->pg) != CONNECTION_OK)
		return false;
	return poll(&p, 1, 0) != 1 || (p.revents & (POLLRDHUP | POLLHUP | POLLERR | POLLNVAL)) == 0;
}

/* --- sending -------------------------------------------------------------------------- */

void
pg_conn_send_command(struct pg_conn *conn, const char *text)
{
	if (!conn->is_lost && PQsendQueryParams(conn->pg, text, 0, NULL, NULL, NULL, NULL, 1) != 1)
		conn->is_lost = true;
}

void
pg_conn_send(struct pg_conn *conn, unsigned number, const char *text, const struct slice *params, int count)
{
	const char *values[PARAMS_MAX];
	int lengths[PARAMS_MAX], formats[PARAMS_MAX];
	char name[16];

	if (conn->is_lost)
		return;
	snprintf(name, sizeof name, "s%u", number);
	for (int i = 0; i < count; i++) {
		values[i] = params[i].ptr != NULL ? params[i].ptr : "";
		lengths[i] = (int)params[i].len;
		formats[i] = 1;
	}
	if (!conn->is_prepared[number] && PQsendPrepare(conn->pg, name, text, 0, NULL) != 1)
		conn->is_lost = true;
	conn->is_prepared[number] = true;
	if (PQsendQueryPrepared(conn->pg, name, count, values, lengths, formats, 1) != 1)
		conn->is_lost = true;
}

void
pg_conn_flush(struct pg_conn *conn)
{
	if (conn->is_lost || PQpipelineSync(conn->pg) != 1)
		conn->is_lost = true;
	else
		conn->syncs++;
}

/* --- what the server says ---------------------------------------------------------------- */

/* Which statements behind the one that failed were prepared is not known, so the connection is not used again. */
static enum status
take_error(struct pg_conn *conn, const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE), *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	conn->has_failed = true;
	if (state == NULL || strncmp(state, "57P", 3) == 0 || strncmp(state, "08", 2) == 0 || strcmp(state, "25006") == 0) {
		conn->is_lost = true;
		return ST_UNAVAILABLE;
	}
	if (strncmp(state, "40", 2) == 0 || strcmp(state, "55P03") == 0) {
		conn->was_in_conflict = true;
		return ST_UNAVAILABLE;
	}
	if (strcmp(state, "57014") == 0)               /* took longer than statement_timeout */
		return ST_UNAVAILABLE;
	log_error("PostgreSQL refused a statement: %s (SQLSTATE %s)", text != NULL ? text : "no reason given", state);
	return strcmp(state, "53100") == 0 ? ST_STORE_FULL : ST_FAILED;
}

static void
take_result(struct pg_conn *conn, PGresult *result, PGresult **rows, enum status *st)
{
	switch (PQresultStatus(result)) {
	case PGRES_PIPELINE_SYNC:
		conn->syncs--;
		break;
	case PGRES_TUPLES_OK:
		if (rows != NULL) {
			PQclear(*rows);
			*rows = result;
			return;
		}
		break;
	case PGRES_FATAL_ERROR:
	case PGRES_BAD_RESPONSE:
		if (*st == ST_OK)
			*st = take_error(conn, result);
		break;
	default:
		break;
	}
	PQclear(result);
}

/* One turn: send what is left, read what has come.  false: the connection is lost. */
static bool
exchange(struct pg_conn *conn, int64_t deadline_ms)
{
	int left = PQflush(conn->pg);

	return left != -1 && wait_for(conn, left == 1, deadline_ms) && PQconsumeInput(conn->pg) == 1;
}

enum status
pg_conn_sync(struct pg_conn *conn, PGresult **rows)
{
	int64_t deadline_ms = clock_mono_ms() + PG_WAIT_MS;
	enum status st = ST_OK;

	if (rows != NULL)
		*rows = NULL;
	conn->was_in_conflict = false;
	pg_conn_flush(conn);
	while (!conn->is_lost && conn->syncs > 0) {
		PGresult *result;

		if (PQisBusy(conn->pg)) {
			conn->is_lost = !exchange(conn, deadline_ms);
			continue;
		}
		result = PQgetResult(conn->pg);        /* NULL stands between two statements */
		if (result != NULL)
			take_result(conn, result, rows, &st);
		else if (PQstatus(conn->pg) != CONNECTION_OK)
			conn->is_lost = true;
	}
	if (conn->is_lost)
		st = ST_UNAVAILABLE;
	if (st != ST_OK && rows != NULL) {
		PQclear(*rows);
		*rows = NULL;
	}
	return st;
}

bool
pg_conn_was_in_conflict(const struct pg_conn *conn)
{
	return conn->was_in_conflict;
}
