/* SPDX-License-Identifier: MIT */
/* The store in PostgreSQL, for test_store_postgresql.py, which starts the server that AIEXPENSE_POSTGRESQL_URL names. */
#include "config.h"

#include "suite/store_suite.h"

#include <event2/event.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdio.h>

#include "counters.h"
#include "kv/kv.h"
#include "log.h"
#include "options.h"
#include "pg/pg_schema.h"
#include "pg/store_pg.h"

static struct options options;
static struct counters counters;
static struct event_base *base;
static const char *url;

static void
say_nothing(const char *line, void *arg)
{
	(void)line, (void)arg;
}

/* Its meta record stays. */
static void
make_empty(void)
{
	PGconn *pg = PQconnectdb(url);

	assert_true(pg_schema_migrate(url, 3, say_nothing, NULL));
	for (int table = 0; table < TABLES; table++) {
		char text[64];
		PGresult *result;

		snprintf(text, sizeof text, "DELETE FROM %s", table_names[table]);
		result = table == TABLE_META ? NULL : PQexec(pg, text);
		assert_true(result == NULL || PQresultStatus(result) == PGRES_COMMAND_OK);
		PQclear(result);
	}
	PQfinish(pg);
}

static struct store *
open_store(struct event_base **out)
{
	struct meta meta;

	make_empty();
	assert_true(pg_schema_check(url, &meta));
	memset(&options, 0, sizeof options);
	assert_true(options_init(&options));
	free(options.store_url);
	options.store_url = strdup(url);
	*out = base = event_base_new();
	return store_pg_open(&options, &meta, base, &counters);
}

static void
close_store(struct store *store)
{
	store_close(store);
	event_base_free(base);
	options_fini(&options);
}

static const struct suite_engine engine = { open_store, close_store };

int
main(void)
{
	url = getenv("AIEXPENSE_POSTGRESQL_URL");
	if (url == NULL) {
		printf("1..0 # SKIP run by test_store_postgresql.py\n");
		return 0;
	}
	signal(SIGPIPE, SIG_IGN);
	log_set_level(LOG_LEVEL_ERROR);
	suite_engine = &engine;
	return suite_run("PostgreSQL");
}
