/* SPDX-License-Identifier: MIT */
/*
 * Dumps that "aiexpensectl load" is given under libFuzzer.
 *
 *	make fuzz_dump && ./fuzz_dump -max_total_time=60 ../tests/fuzz/corpus/dump
 *
 * A stream is committed whole or not at all, and no row comes of it that no store can hold.
 */
#include "config.h"

#include <stdio.h>

#include "dump/stream.h"
#include "fuzz.h"
#include "log.h"

struct sink {
	struct row_sink base;
	bool            is_begun, is_committed;
	uint64_t        put;
};

static bool
on_begin(struct row_sink *base, const struct meta *meta)
{
	struct sink *sink = (struct sink *)base;

	CHECK(!sink->is_begun && meta->format == STORE_FORMAT && meta->shard_count > 0);
	sink->is_begun = true;
	return true;
}

static bool
on_put(struct row_sink *base, const struct row *row)
{
	struct sink *sink = (struct sink *)base;

	CHECK(sink->is_begun && !sink->is_committed && row->key.len > 0 && row->key.len <= ROW_KEY_MAX && row->value.len <= ROW_VALUE_MAX);
	CHECK(rows_are_in(row->part, base->shard_count, row->table));
	sink->put++;
	return true;
}

static bool
on_commit(struct row_sink *base)
{
	struct sink *sink = (struct sink *)base;

	CHECK(sink->is_begun && !sink->is_committed);
	sink->is_committed = true;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct row_sink_ops ops = { on_begin, on_put, on_commit };
	static FILE *nowhere;
	struct sink sink = { .put = 0 };
	FILE *in;

	if (nowhere == NULL) {
		nowhere = fopen("/dev/null", "w");
		CHECK(nowhere != NULL);
		log_set_level(LOG_LEVEL_ERROR);
		CHECK(log_to_file("/dev/null"));
	}
	if (size == 0 || (in = fmemopen((void *)(uintptr_t)data, size, "r")) == NULL)
		return 0;
	rows_init(&sink.base, &ops, nowhere);
	CHECK(stream_in_read(in, &sink.base) == sink.is_committed);
	fclose(in);
	return 0;
}
