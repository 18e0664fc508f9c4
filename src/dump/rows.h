/* SPDX-License-Identifier: MIT */
/*
 * All rows of a store on their way from one place to another.  A source gives
 * them part by part (the shards, then the index), table by table, in the order
 * of their keys; a sink takes them and keeps all of them or none.
 *
 *     source(..., sink): rows_begin, rows_put for each row, rows_commit
 *
 * What no store can hold is refused on the way, whatever gave it.
 */
#ifndef ROWS_H
#define ROWS_H

#include <stdio.h>

#include "kv/kv.h"
#include "ledger/record/record.h"

enum { ROW_KEY_MAX = 511, ROW_VALUE_MAX = 1 << 20 };

struct row {
	unsigned     part;
	enum table   table;
	struct slice key, value;
};

struct row_sink;

/* What a place provides; each false after logging, and then nothing more is given to it. */
struct row_sink_ops {
	bool (*begin)(struct row_sink *sink, const struct meta *meta);
	bool (*put)(struct row_sink *sink, const struct row *row);
	bool (*commit)(struct row_sink *sink);        /* there are no more: keep them for good */
};

struct row_sink {
	const struct row_sink_ops *ops;
	FILE    *progress;
	unsigned shard_count;
	uint64_t rows, rows_before;                   /* before the part at hand */
	int64_t  told_ms;
	unsigned part;                                /* of the last row */
	enum table table;
	size_t   key_len;
	char     key[ROW_KEY_MAX];
};

/* Progress is told to the stream. */
void rows_init(struct row_sink *sink, const struct row_sink_ops *ops, FILE *progress);

bool rows_begin(struct row_sink *sink, const struct meta *meta);
bool rows_put(struct row_sink *sink, const struct row *row);
bool rows_commit(struct row_sink *sink);

/* Whether a part of a store with so many shards has the table, and its rows are given: those of meta are not. */
bool rows_are_in(unsigned part, unsigned shard_count, enum table table);

#endif
