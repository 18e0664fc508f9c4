/* SPDX-License-Identifier: MIT */
/*
 * Dumps that "aiexpensectl load" is given under libFuzzer.
 *
 *	make fuzz_dump && ./fuzz_dump -max_total_time=60 ../tests/fuzz/corpus/dump
 *
 * The blocks are given checksums that fit, so that what is in them is looked at.
 * A stream is committed whole or not at all, and no row comes of it that no store can hold.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

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

/* Behind the first line: a length of 4 bytes, and so many, of which the last are the checksum. */
static void
mend_checksums(char *at, size_t left)
{
	while (left > 4) {
		const uint8_t *p = (const uint8_t *)at;
		size_t len = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];

		if (len < CHECKSUM_SIZE || len > left - 4)
			return;
		fuzz_checksum(at + 4, len - CHECKSUM_SIZE, at + 4 + len - CHECKSUM_SIZE);
		at += 4 + len;
		left -= 4 + len;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct row_sink_ops ops = { on_begin, on_put, on_commit };
	static FILE *nowhere;
	const size_t head = sizeof STREAM_FIRST_LINE - 1;
	struct sink sink = { .put = 0 };
	char *dump;
	FILE *in;

	if (nowhere == NULL) {
		nowhere = fopen("/dev/null", "w");
		CHECK(nowhere != NULL);
		log_set_level(LOG_LEVEL_ERROR);
		CHECK(log_to_file("/dev/null"));
	}
	if (size <= head)
		return 0;
	dump = malloc(size);
	CHECK(dump != NULL);
	memcpy(dump, data, size);
	mend_checksums(dump + head, size - head);
	in = fmemopen(dump, size, "r");
	CHECK(in != NULL);
	rows_init(&sink.base, &ops, nowhere);
	CHECK(stream_in_read(in, &sink.base) == sink.is_committed);
	fclose(in);
	free(dump);
	return 0;
}
