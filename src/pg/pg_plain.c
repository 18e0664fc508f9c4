/* SPDX-License-Identifier: MIT */
/* See pg_plain.h. */
#include "config.h"

#include "pg_plain.h"

#include <string.h>

#include "log.h"

PGconn *
pg_plain_connect(const char *url)
{
	const char *const keywords[] = { "dbname", "fallback_application_name", "connect_timeout", NULL };
	const char *const values[] = { url, "aiexpensectl", "5", NULL };
	PGconn *pg = PQconnectdbParams(keywords, values, 1);

	if (PQstatus(pg) == CONNECTION_OK)
		return pg;
	log_error("PostgreSQL cannot be reached: %.*s", (int)strcspn(PQerrorMessage(pg), "\n"), PQerrorMessage(pg));
	PQfinish(pg);
	return NULL;
}

bool
pg_plain_complain(PGconn *pg)
{
	log_error("PostgreSQL: %.*s", (int)strcspn(PQerrorMessage(pg), "\n"), PQerrorMessage(pg));
	return false;
}

bool
pg_plain_run(PGconn *pg, const char *text)
{
	PGresult *result = PQexec(pg, text);
	ExecStatusType status = PQresultStatus(result);
	bool is_done = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_COPY_IN;

	if (!is_done)
		pg_plain_complain(pg);
	PQclear(result);
	return is_done;
}
