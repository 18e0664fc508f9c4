/* SPDX-License-Identifier: MIT */
/*
 * The rows of a store as one stream of bytes, the same for every engine and
 * the same bytes for the same rows.  doc/STORE.md has the format in full: a
 * first line, and blocks of a length and a record each, of which the last one
 * has the number of rows and the checksum of all before it.
 */
#ifndef STREAM_H
#define STREAM_H

#include "rows.h"

#define STREAM_FIRST_LINE "AIExpense dump 1\n"

enum { STREAM_BLOCK_MAX = ROW_VALUE_MAX + (128 << 10) };

enum stream_block { STREAM_STORE, STREAM_ROWS, STREAM_END };

/* A sink that writes to a stream; NULL when there is no memory. */
struct row_sink *stream_out_new(FILE *out, FILE *progress);
void stream_out_free(struct row_sink *sink);

/*
 * A source that reads one.  false after logging what is wrong, with the byte;
 * a stream that was cut off is never committed.
 */
bool stream_in_read(FILE *in, struct row_sink *sink);

#endif
