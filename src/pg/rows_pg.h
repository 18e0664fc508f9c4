/* SPDX-License-Identifier: MIT */
/* The rows of a store in PostgreSQL; each as its namesake in rows_lmdb.h. */
#ifndef ROWS_PG_H
#define ROWS_PG_H

#include "dump/rows.h"

/* The store, which may be in use, in one snapshot. */
bool rows_pg_read(const char *url, struct row_sink *sink);

/* A new store in a database that has none, in one transaction: a daemon cannot begin with a part of it. */
struct row_sink *rows_pg_new(const char *url, FILE *progress);
void rows_pg_free(struct row_sink *sink);

#endif
