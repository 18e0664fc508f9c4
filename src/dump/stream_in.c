/* SPDX-License-Identifier: MIT */
/* See stream.h. */
#include "config.h"

#include "stream.h"

#include <stdarg.h>
#include <xxhash.h>

#include "ledger/record/record_parts.h"
#include "log.h"

struct stream_in {
	FILE            *in;
	struct row_sink *sink;
	XXH3_state_t    *sum;          /* of the blocks before this one */
	uint64_t         at;           /* where this block begins */
	struct buf       block;        /* its length and its record */
	bool             is_begun, is_ended;
};

enum { LENGTH_SIZE = 4 };

static bool __attribute__((format(printf, 2, 3)))
complain(const struct stream_in *s, const char *format, ...)
{
	char text[128];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	log_error("byte %llu of the dump: %s", (unsigned long long)s->at, text);
	return false;
}

/* --- blocks -------------------------------------------------------------------------- */

static bool
read_bytes(struct stream_in *s, size_t size)
{
	char *space = buf_space(&s->block, size);

	if (space == NULL)
		return complain(s, "no memory");
	if (fread(space, 1, size, s->in) != size)
		return complain(s, ferror(s->in) ? "it cannot be read" : "it is cut off");
	buf_grew(&s->block, size);
	return true;
}

static bool
read_block(struct stream_in *s)
{
	const uint8_t *p;
	size_t length;

	XXH3_64bits_update(s->sum, s->block.data, s->block.len);
	s->at += s->block.len;
	buf_clear(&s->block);
	if (!read_bytes(s, LENGTH_SIZE))
		return false;
	p = (const uint8_t *)s->block.data;
	length = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	if (length > STREAM_BLOCK_MAX)
		return complain(s, "it is damaged");
	return read_bytes(s, length);
}

/* --- what is in them ------------------------------------------------------------------- */

static bool
take_store(struct stream_in *s, struct unpacking *u)
{
	struct meta meta = { 0 };

	meta.format = mp_u32(&u->mp);
	meta.shard_count = mp_u32(&u->mp);
	mp_bytes(&u->mp, meta.secret, sizeof meta.secret);
	mp_uuid(&u->mp, &meta.store_id);
	meta.created_ms = mp_int(&u->mp);
	if (u->mp.is_bad || s->is_begun)
		return complain(s, "it does not say what store it is of, or twice");
	s->is_begun = true;
	return rows_begin(s->sink, &meta);
}

static bool
find_table(struct slice name, enum table *table)
{
	for (int i = 0; i < TABLES; i++) {
		*table = (enum table)i;
		if (slice_equal(name, slice_of(table_names[i])))
			return true;
	}
	return false;
}

static bool
take_rows(struct stream_in *s, struct unpacking *u)
{
	struct row row = { .part = mp_u32(&u->mp) };
	struct slice name = mp_str(&u->mp);
	uint32_t count = mp_array(&u->mp);

	if (u->mp.is_bad || count % 2 != 0)
		return complain(s, "these are no rows");
	if (!find_table(name, &row.table))
		return complain(s, "a table that this program does not know: %.*s", SLICE_ARGS(name));
	for (; count > 0; count -= 2) {
		row.key = mp_bin(&u->mp);
		row.value = mp_bin(&u->mp);
		if (u->mp.is_bad)
			return complain(s, "these are no rows");
		if (!rows_put(s->sink, &row))
			return false;
	}
	return true;
}

static bool
take_end(struct stream_in *s, struct unpacking *u)
{
	uint64_t rows = mp_uint(&u->mp), sum = mp_uint(&u->mp);

	if (u->mp.is_bad || rows != s->sink->rows || sum != XXH3_64bits_digest(s->sum))
		return complain(s, "its end is not of what stands before it");
	if (getc(s->in) != EOF)
		return complain(s, "something stands behind its end");
	s->is_ended = true;
	return rows_commit(s->sink);
}

static bool
take_block(struct stream_in *s)
{
	struct slice record = { s->block.data + LENGTH_SIZE, s->block.len - LENGTH_SIZE };
	struct unpacking u = record_open(record, 1);
	uint64_t kind = mp_uint(&u.mp);

	if (u.mp.is_bad)
		return complain(s, "it is damaged");
	if (kind == STREAM_STORE)
		return take_store(s, &u);
	if (!s->is_begun)
		return complain(s, "it does not say what store it is of");
	if (kind == STREAM_ROWS)
		return take_rows(s, &u);
	return kind == STREAM_END ? take_end(s, &u) : complain(s, "a block that this program does not know");
}

/* --- the stream ------------------------------------------------------------------------ */

static bool
read_first_line(struct stream_in *s)
{
	static const char line[] = STREAM_FIRST_LINE;
	const size_t same = sizeof line - 3;           /* up to the version */

	if (!read_bytes(s, sizeof line - 1))
		return false;
	if (memcmp(s->block.data, line, same) != 0)
		return complain(s, "this is no dump");
	if (memcmp(s->block.data + same, line + same, 2) != 0)
		return complain(s, "it was made by a newer version");
	return true;
}

bool
stream_in_read(FILE *in, struct row_sink *sink)
{
	struct stream_in s = { .in = in, .sink = sink, .sum = XXH3_createState() };
	bool is_good = s.sum != NULL;

	if (is_good)
		XXH3_64bits_reset(s.sum);
	is_good = is_good && read_first_line(&s);
	while (is_good && !s.is_ended)
		is_good = read_block(&s) && take_block(&s);
	XXH3_freeState(s.sum);
	buf_fini(&s.block);
	return is_good;
}
