/* SPDX-License-Identifier: MIT */
/*
 * The request reader under libFuzzer.  A stream of requests must be
 * understood the same whether it comes at once or in pieces, every span must
 * lie inside the bytes, and what is taken must keep the limits.
 *
 *	make fuzz_http_reader && ./fuzz_http_reader -max_total_time=60
 */
#include "config.h"

#include <string.h>

#include "arena.h"
#include "fuzz.h"
#include "http/reader.h"
#include "http/target.h"

enum { REQUESTS_MAX = 8 };

static const struct http_limits limits = { 512, 128, 10, 64, 256 };

struct outcome {
	enum reader_result result;
	enum status        error;
	size_t             taken, body_len, fields;
	uint64_t           body_hash;
};

static void
check_span(struct http_span span, size_t len)
{
	CHECK(span.at <= len && span.len <= len - span.at);
}

static uint64_t
hash(const char *p, size_t len)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)p[i]) * 1099511628211u;
	return h;
}

static void
check_complete(const struct reader *r, const char *data, size_t len)
{
	struct arena arena = ARENA_INIT;
	struct http_query query;
	struct slice path;

	CHECK(r->consumed <= len && r->body.len <= (r->is_large ? limits.image_bytes : limits.body_bytes) && r->field_count <= limits.header_count);
	check_span(r->body, len);
	check_span(r->path, len);
	check_span(r->query, len);
	for (size_t i = 0; i < r->field_count; i++) {
		check_span(r->fields[i].name, len);
		check_span(r->fields[i].value, len);
	}
	if (target_decode_path(&arena, http_span_slice(data, r->path), &path) == ST_OK)
		CHECK(path.len > 0 && memchr(path.ptr, '\0', path.len) == NULL);
	target_decode_query(&arena, http_span_slice(data, r->query), &query);
	arena_fini(&arena);
}

/* Read one request; a piece of 0 is all at once. */
static struct outcome
read_one(const uint8_t *bytes, size_t size, size_t piece)
{
	static struct reader r;
	struct outcome out = { .result = READER_MORE };
	char *data = malloc(size + 1);
	size_t len = 0, given = 0;

	CHECK(data != NULL);
	reader_init(&r, &limits);
	while (given < size && out.result == READER_MORE) {
		size_t n = piece == 0 || piece > size - given ? size - given : piece;

		memcpy(data + len, bytes + given, n);
		given += n;
		len += n;
		out.result = reader_read(&r, data, &len);
	}
	out.error = out.result == READER_FAILED ? r.error : ST_OK;
	if (out.result == READER_COMPLETE) {
		check_complete(&r, data, len);
		out.taken = given - (len - r.consumed);
		out.body_len = r.body.len;
		out.body_hash = hash(data + r.body.at, r.body.len);
		out.fields = r.field_count;
	}
	free(data);
	return out;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t piece;

	if (size == 0)
		return 0;
	piece = data[0] % 16 + 1;
	data++;
	size--;
	for (int i = 0; i < REQUESTS_MAX && size > 0; i++) {
		struct outcome whole = read_one(data, size, 0), parts = read_one(data, size, piece);

		CHECK(whole.result == parts.result && whole.error == parts.error && whole.taken == parts.taken);
		CHECK(whole.body_len == parts.body_len && whole.body_hash == parts.body_hash && whole.fields == parts.fields);
		if (whole.result != READER_COMPLETE)
			break;
		CHECK(whole.taken > 0);
		data += whole.taken;
		size -= whole.taken;
	}
	return 0;
}
