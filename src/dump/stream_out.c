/* SPDX-License-Identifier: MIT */
/* See stream.h. */
#include "config.h"

#include "stream.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include "ledger/record/record_parts.h"
#include "log.h"

/* A block is written when it has so much, wherever the rows come from: the same rows give the same bytes. */
enum { BLOCK_ENOUGH = 64 << 10 };

struct stream_out {
	struct row_sink sink;
	FILE           *out;
	XXH3_state_t   *sum;
	unsigned        part;          /* of the rows that wait */
	enum table      table;
	uint32_t        count;
	struct buf      waiting;       /* their keys and values, packed */
	struct buf      block;
};

static bool
write_bytes(struct stream_out *s, const void *data, size_t size)
{
	XXH3_64bits_update(s->sum, data, size);
	if (fwrite(data, 1, size, s->out) == size)
		return true;
	log_errno("the dump cannot be written");
	return false;
}

/* A block of so many fields, of which the first says what it is. */
static struct packing
begin_block(struct stream_out *s, enum stream_block kind, size_t fields)
{
	struct packing p;

	buf_clear(&s->block);
	p = record_begin(&s->block, fields + 1);
	msgpack_pack_uint8(&p.pk, (uint8_t)kind);
	return p;
}

static bool
end_block(struct stream_out *s, struct packing *p)
{
	uint8_t length[4];

	record_end(p);
	if (s->block.has_failed) {
		log_error("the dump has no memory");
		return false;
	}
	for (int i = 0; i < 4; i++)
		length[i] = (uint8_t)(s->block.len >> (24 - 8 * i));
	return write_bytes(s, length, sizeof length) && write_bytes(s, s->block.data, s->block.len);
}

static bool
write_store(struct row_sink *sink, const struct meta *meta)
{
	struct stream_out *s = (struct stream_out *)sink;
	struct packing p;

	if (!write_bytes(s, STREAM_FIRST_LINE, sizeof STREAM_FIRST_LINE - 1))
		return false;
	p = begin_block(s, STREAM_STORE, 5);
	msgpack_pack_uint32(&p.pk, meta->format);
	msgpack_pack_uint32(&p.pk, meta->shard_count);
	mp_put_bin(&p.pk, meta->secret, sizeof meta->secret);
	mp_put_uuid(&p.pk, &meta->store_id);
	msgpack_pack_int64(&p.pk, meta->created_ms);
	return end_block(s, &p);
}

static bool
write_waiting(struct stream_out *s)
{
	struct packing p;

	if (s->count == 0)
		return true;
	p = begin_block(s, STREAM_ROWS, 3);
	msgpack_pack_uint32(&p.pk, s->part);
	mp_put_str(&p.pk, slice_of(table_names[s->table]));
	msgpack_pack_array(&p.pk, 2 * s->count);
	buf_append_slice(&s->block, buf_slice(&s->waiting));
	if (s->waiting.has_failed)
		s->block.has_failed = true;
	s->count = 0;
	buf_clear(&s->waiting);
	return end_block(s, &p);
}

static bool
write_row(struct row_sink *sink, const struct row *row)
{
	struct stream_out *s = (struct stream_out *)sink;
	msgpack_packer pk;

	if ((row->part != s->part || row->table != s->table || s->waiting.len + row->value.len > BLOCK_ENOUGH) && !write_waiting(s))
		return false;
	s->part = row->part;
	s->table = row->table;
	s->count++;
	pk = mp_packer(&s->waiting);
	mp_put_bin(&pk, row->key.ptr, row->key.len);
	mp_put_bin(&pk, row->value.ptr, row->value.len);
	return true;
}

/* Out of the program, and where it is a file on the disk. */
static bool
put_on_disk(FILE *out)
{
	struct stat st;

	if (fflush(out) == 0 && (fstat(fileno(out), &st) == -1 || !S_ISREG(st.st_mode) || fsync(fileno(out)) == 0))
		return true;
	log_errno("the dump cannot be written");
	return false;
}

static bool
write_end(struct row_sink *sink)
{
	struct stream_out *s = (struct stream_out *)sink;
	struct packing p;

	if (!write_waiting(s))
		return false;
	p = begin_block(s, STREAM_END, 2);
	msgpack_pack_uint64(&p.pk, sink->rows);
	msgpack_pack_uint64(&p.pk, XXH3_64bits_digest(s->sum));
	return end_block(s, &p) && put_on_disk(s->out);
}

static const struct row_sink_ops ops = { write_store, write_row, write_end };

struct row_sink *
stream_out_new(FILE *out, FILE *progress)
{
	struct stream_out *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	rows_init(&s->sink, &ops, progress);
	s->out = out;
	s->sum = XXH3_createState();
	if (s->sum == NULL) {
		free(s);
		return NULL;
	}
	XXH3_64bits_reset(s->sum);
	return &s->sink;
}

void
stream_out_free(struct row_sink *sink)
{
	struct stream_out *s = (struct stream_out *)sink;

	if (s == NULL)
		return;
	XXH3_freeState(s->sum);
	buf_fini(&s->waiting);
	buf_fini(&s->block);
	free(s);
}
