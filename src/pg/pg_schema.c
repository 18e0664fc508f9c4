/* SPDX-License-Identifier: MIT */
/* See pg_schema.h. */
#include "config.h"

#include "pg_schema.h"

#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "kv/kv.h"
#include "log.h"
#include "pg_plain.h"

static const char meta_key[] = "store";

/* One number; -1 when the statement fails, as it does while there is no such table, or gives nothing. */
static int
number_of(PGconn *pg, const char *text)
{
	PGresult *result = PQexec(pg, text);
	int number = -1;

	if (PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1 && !PQgetisnull(result, 0, 0))
		sscanf(PQgetvalue(result, 0, 0), "%d", &number);
	PQclear(result);
	return number;
}

/* --- migrations --------------------------------------------------------------------------- */

/* Every table of keys and values that this version knows; those that are there stay as they are. */
static bool
make_tables(PGconn *pg)
{
	for (int table = 0; table < TABLES; table++) {
		char text[256];

		snprintf(text, sizeof text, "CREATE TABLE IF NOT EXISTS %s (shard integer NOT NULL, key bytea NOT NULL, "
		    "value bytea NOT NULL, PRIMARY KEY (shard, key))", table_names[table]);
		if (!pg_plain_run(pg, text))
			return false;
	}
	return true;
}

static bool
put_meta(PGconn *pg, const struct meta *meta)
{
	struct buf packed = BUF_INIT;
	const char *values[2] = { meta_key };
	int lengths[2] = { sizeof meta_key - 1 }, formats[2] = { 1, 1 };
	PGresult *result;
	bool is_done;

	meta_pack(&packed, meta);
	values[1] = packed.data;
	lengths[1] = (int)packed.len;
	result = PQexecParams(pg, "INSERT INTO meta (shard, key, value) VALUES (0, $1, $2)", 2, NULL, values, lengths, formats, 0);
	is_done = !packed.has_failed && PQresultStatus(result) == PGRES_COMMAND_OK;
	PQclear(result);
	buf_fini(&packed);
	return is_done;
}

/* The rows whose locks order the writers, and what the store is. */
static bool
make_store(PGconn *pg, const struct meta *meta)
{
	char text[128];

	snprintf(text, sizeof text, "INSERT INTO shards SELECT generate_series(0, %u)", meta->shard_count);
	return pg_plain_run(pg, "CREATE TABLE shards (shard integer PRIMARY KEY)") && pg_plain_run(pg, text) && make_tables(pg) && put_meta(pg, meta);
}

static bool
add_tables(PGconn *pg, const struct meta *meta)
{
	(void)meta;
	return make_tables(pg);
}

/* In their order; the number of one is its place, from 1 on.  A new table in tables.def adds a row with add_tables. */
static const struct migration {
	const char *name;
	bool      (*apply)(PGconn *pg, const struct meta *meta);
} migrations[] = {
	{ "a new store", make_store },
	{ "tables for what was given up", add_tables },
	{ "a table for jobs", add_tables },
	{ "a table for codes that link identities", add_tables },
	{ "a table for pictures of receipts", add_tables },
};
enum { NEWEST = sizeof migrations / sizeof migrations[0] };

/* The row goes first: a second run at the same time waits for it and then fails. */
static bool
apply(PGconn *pg, int number, const struct meta *meta)
{
	char text[128];

	snprintf(text, sizeof text, "INSERT INTO schema_migrations (version) VALUES (%d)", number);
	return pg_plain_run(pg, text) && migrations[number - 1].apply(pg, meta);
}

static bool
apply_alone(PGconn *pg, int number, const struct meta *meta)
{
	if (pg_plain_run(pg, "BEGIN") && apply(pg, number, meta) && pg_plain_run(pg, "COMMIT"))
		return true;
	(void)PQexec(pg, "ROLLBACK");
	return false;
}

static const char migrations_table[] =
    "CREATE TABLE IF NOT EXISTS schema_migrations (version integer PRIMARY KEY, applied timestamptz NOT NULL DEFAULT now())";

static int
version_of(PGconn *pg)
{
	return number_of(pg, "SELECT coalesce(max(version), 0) FROM schema_migrations");
}

bool
pg_schema_migrate(const char *url, unsigned shards, void (*say)(const char *line, void *arg), void *arg)
{
	PGconn *pg = pg_plain_connect(url);
	struct meta meta;
	char line[128];
	int version;
	bool is_done = pg != NULL;

	if (!is_done)
		return false;
	is_done = meta_new(&meta, shards) && pg_plain_run(pg, "SET client_min_messages = warning") && pg_plain_run(pg, migrations_table);
	version = is_done ? version_of(pg) : 0;
	for (int number = version + 1; is_done && number <= NEWEST; number++) {
		is_done = apply_alone(pg, number, &meta);
		snprintf(line, sizeof line, "migration %d (%s): %s", number, migrations[number - 1].name, is_done ? "applied" : "failed");
		say(line, arg);
	}
	if (is_done && version >= NEWEST)
		say("the schema is up to date", arg);
	PQfinish(pg);
	return is_done;
}

bool
pg_schema_make(PGconn *pg, const struct meta *meta)
{
	bool is_done;

	if (version_of(pg) > 0) {
		log_error("PostgreSQL at %s: the database holds a store already; nothing was changed", PQhost(pg));
		return false;
	}
	is_done = pg_plain_run(pg, "SET client_min_messages = warning") && pg_plain_run(pg, "BEGIN") && pg_plain_run(pg, migrations_table);
	for (int number = 1; is_done && number <= NEWEST; number++)
		is_done = apply(pg, number, meta);
	return is_done;
}

/* --- checking ----------------------------------------------------------------------------- */

static bool
read_meta(PGconn *pg, struct meta *meta)
{
	const char *values[1] = { meta_key };
	int lengths[1] = { sizeof meta_key - 1 }, formats[1] = { 1 };
	PGresult *result = PQexecParams(pg, "SELECT value FROM meta WHERE shard = 0 AND key = $1", 1, NULL, values, lengths, formats, 1);
	bool is_good = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1;

	if (is_good)
		is_good = meta_unpack((struct slice){ PQgetvalue(result, 0, 0), (size_t)PQgetlength(result, 0, 0) }, meta) == ST_OK;
	PQclear(result);
	return is_good;
}

static const char *
complaint(PGconn *pg, struct meta *meta)
{
	int version = version_of(pg);

	if (version <= 0)
		return "the database holds no store: run \"aiexpensectl migrate\" first";
	if (version < NEWEST)
		return "the schema is older than this version needs: run \"aiexpensectl migrate\"";
	if (version > NEWEST)
		return "the schema is of a newer version of the daemon";
	if (!read_meta(pg, meta))
		return "the store's meta record is missing or damaged";
	return meta->format > STORE_FORMAT ? "the store was written by a newer version" : NULL;
}

bool
pg_schema_read(PGconn *pg, struct meta *meta)
{
	const char *text = complaint(pg, meta);

	if (text != NULL)
		log_error("PostgreSQL at %s: %s", PQhost(pg), text);
	return text == NULL;
}

bool
pg_schema_check(const char *url, struct meta *meta)
{
	PGconn *pg = pg_plain_connect(url);
	bool is_good = pg != NULL && pg_schema_read(pg, meta);

	PQfinish(pg);
	return is_good;
}
