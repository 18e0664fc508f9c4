/* SPDX-License-Identifier: MIT */
/* The rows of a store in LMDB. */
#ifndef ROWS_LMDB_H
#define ROWS_LMDB_H

#include "rows.h"

struct options;

/*
 * A source: the store in options->store_path, which may be in use.  Each part is
 * one snapshot, kept until its last row was taken; meanwhile the writers cannot
 * use the pages again that they free.  false after logging.
 */
bool rows_lmdb_read(const struct options *options, struct row_sink *sink);

/*
 * A sink: a new store in options->store_path, where none may be.  It is made
 * beside that, read to its end, and only then put in its place.  NULL when there
 * is no memory.
 */
struct row_sink *rows_lmdb_new(const struct options *options, FILE *progress);

/* Before the new store is put in its place it must be good to this, too: made names it where it was made.  false after logging. */
void rows_lmdb_compare(struct row_sink *sink, bool (*is_good)(const struct options *made, void *arg), void *arg);

/* What was not committed is removed. */
void rows_lmdb_free(struct row_sink *sink);

#endif
