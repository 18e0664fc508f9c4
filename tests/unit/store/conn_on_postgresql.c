/* SPDX-License-Identifier: MIT */
/* What becomes of a connection to PostgreSQL when something goes wrong, for test_conn_postgresql.py, which starts the server. */
#include "config.h"

#include "unit.h"

#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "pg/pg_conn.h"
#include "status.h"

static const char *url;

static struct pg_conn *
open_conn(void)
{
	struct pg_conn *conn = pg_conn_open(NULL, url, false);

	assert_non_null(conn);
	assert_true(pg_conn_is_alive(conn));
	return conn;
}

/* What the server refuses a statement with, by the codes of its manual's appendix A. */
static void
a_refusal_is_told_by_its_cause(void **state)
{
	static const struct {
		const char *code;
		enum status st;
		bool        is_conflict;
	} cases[] = {
		{ "40001", ST_UNAVAILABLE, true },       /* could not be put into an order */
		{ "40P01", ST_UNAVAILABLE, true },       /* deadlock */
		{ "55P03", ST_UNAVAILABLE, true },       /* waited too long for a lock */
		{ "57014", ST_UNAVAILABLE, false },      /* took too long */
		{ "57P01", ST_UNAVAILABLE, false },      /* the server is shut down */
		{ "08006", ST_UNAVAILABLE, false },      /* a proxy lost it */
		{ "25006", ST_UNAVAILABLE, false },      /* it is a stand-by by now */
		{ "53100", ST_STORE_FULL, false },
		{ "22012", ST_FAILED, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct pg_conn *conn = open_conn();
		char text[128];

		snprintf(text, sizeof text, "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '%s'; END $$", cases[i].code);
		pg_conn_send_command(conn, text);
		assert_int_equal(pg_conn_sync(conn, NULL), cases[i].st);
		assert_int_equal(pg_conn_was_in_conflict(conn), cases[i].is_conflict);
		assert_false(pg_conn_is_alive(conn));
		pg_conn_close(conn);
	}
}

static void
rows_before_a_failure_are_not_given(void **state)
{
	struct pg_conn *conn = open_conn();
	PGresult *rows;

	(void)state;
	pg_conn_send(conn, 0, "SELECT 1", NULL, 0);
	pg_conn_send(conn, 1, "SELECT 2", NULL, 0);
	assert_int_equal(pg_conn_sync(conn, &rows), ST_OK);
	assert_int_equal(PQntuples(rows), 1);
	PQclear(rows);
	pg_conn_send(conn, 0, "SELECT 1", NULL, 0);
	pg_conn_send_command(conn, "SELECT 1 / 0");
	pg_conn_send(conn, 1, "SELECT 2", NULL, 0);
	assert_int_equal(pg_conn_sync(conn, &rows), ST_FAILED);
	assert_null(rows);
	pg_conn_close(conn);
}

static void
a_connection_that_was_ended_takes_nothing_any_more(void **state)
{
	struct pg_conn *conn = open_conn();
	PGresult *rows;

	(void)state;
	pg_conn_send_command(conn, "SELECT pg_terminate_backend(pg_backend_pid())");
	assert_int_equal(pg_conn_sync(conn, NULL), ST_UNAVAILABLE);
	assert_false(pg_conn_is_alive(conn));
	pg_conn_send_command(conn, "SELECT 1");
	pg_conn_send(conn, 0, "SELECT 1", NULL, 0);
	pg_conn_flush(conn);
	assert_int_equal(pg_conn_sync(conn, &rows), ST_UNAVAILABLE);
	assert_null(rows);
	pg_conn_close(conn);
}

static void
who_cannot_be_reached_gives_no_connection(void **state)
{
	(void)state;
	assert_null(pg_conn_open(NULL, "postgresql://nobody@/nothing?host=/nowhere", true));
	assert_null(pg_conn_open(NULL, "postgresql://nobody@/nothing?host=/nowhere", false));
	assert_null(pg_conn_open(NULL, "no=url", true));
	pg_conn_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refusal_is_told_by_its_cause),
		cmocka_unit_test(rows_before_a_failure_are_not_given),
		cmocka_unit_test(a_connection_that_was_ended_takes_nothing_any_more),
		cmocka_unit_test(who_cannot_be_reached_gives_no_connection),
	};

	url = getenv("AIEXPENSE_POSTGRESQL_URL");
	if (url == NULL) {
		printf("1..0 # SKIP run by test_conn_postgresql.py\n");
		return 0;
	}
	signal(SIGPIPE, SIG_IGN);
	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests_name("connections to PostgreSQL", tests, NULL, NULL);
}
