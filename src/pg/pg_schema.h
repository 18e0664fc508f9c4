/* SPDX-License-Identifier: MIT */
/*
 * The tables of a store in PostgreSQL, made and brought up to date by numbered
 * migrations.  "aiexpensectl migrate" applies them; a daemon only checks.
 */
#ifndef PG_SCHEMA_H
#define PG_SCHEMA_H

#include <libpq-fe.h>

#include "ledger/record/record.h"

/*
 * Apply what is missing, each migration in a transaction of its own, and tell of
 * each by say.  shards counts for a new store only.  false after logging why.
 */
bool pg_schema_migrate(const char *url, unsigned shards, void (*say)(const char *line, void *arg), void *arg);

/*
 * Whether a daemon of this version can serve the store; *meta is set.  false
 * after logging what is wrong and what to do.
 */
bool pg_schema_check(const char *url, struct meta *meta);

/* The same on a connection, and so in its transaction. */
bool pg_schema_read(PGconn *pg, struct meta *meta);

/*
 * Begin a transaction in which a store is made that this says of itself, where
 * there is none.  The caller puts its rows into it and commits.  false after logging.
 */
bool pg_schema_make(PGconn *pg, const struct meta *meta);

#endif
