/* SPDX-License-Identifier: MIT */
/* See frame.h. */
#include "config.h"

#include "frame.h"

size_t
frame_begin(struct buf *out, const struct frame *head)
{
	size_t start = out->len;
	msgpack_packer pk = mp_packer(out);

	buf_append(out, "\0\0\0\0", FRAME_LENGTH_BYTES);
	msgpack_pack_array(&pk, 6);
	msgpack_pack_uint8(&pk, FRAME_VERSION);
	msgpack_pack_unsigned_int(&pk, head->kind);
	msgpack_pack_uint64(&pk, head->id);
	msgpack_pack_unsigned_int(&pk, head->priority);
	msgpack_pack_int64(&pk, head->deadline_ms);
	return start;
}

bool
frame_end(struct buf *out, size_t start)
{
	size_t size;

	if (out->len < start + FRAME_LENGTH_BYTES || out->has_failed || out->len - start - FRAME_LENGTH_BYTES > FRAME_MAX) {
		if (out->len > start)
			out->len = start;
		return false;
	}
	size = out->len - start - FRAME_LENGTH_BYTES;
	for (int i = 0; i < FRAME_LENGTH_BYTES; i++)
		out->data[start + (size_t)i] = (char)(size >> (24 - 8 * i));
	return true;
}

enum frame_result
frame_read(struct slice in, struct frame *frame, size_t *size)
{
	const uint8_t *p = (const uint8_t *)in.ptr;
	size_t len;
	struct mp mp;
	uint64_t kind, priority;

	if (in.len < FRAME_LENGTH_BYTES)
		return FRAME_MORE;
	len = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	if (len > FRAME_MAX)
		return FRAME_BAD;
	if (in.len - FRAME_LENGTH_BYTES < len)
		return FRAME_MORE;
	mp = mp_of((struct slice){ in.ptr + FRAME_LENGTH_BYTES, len });
	if (mp_array(&mp) != 6 || mp_uint(&mp) != FRAME_VERSION)
		return FRAME_BAD;
	kind = mp_uint(&mp);
	frame->id = mp_uint(&mp);
	priority = mp_uint(&mp);
	frame->deadline_ms = mp_int(&mp);
	frame->body.ptr = (const char *)mp.at;
	frame->body.len = (size_t)(mp.end - mp.at);
	mp_skip(&mp, 1);
	if (!mp_end(&mp) || kind > UINT16_MAX || priority >= PRIORITY_LEVELS)
		return FRAME_BAD;
	frame->kind = (unsigned)kind;
	frame->priority = (enum priority)priority;
	*size = FRAME_LENGTH_BYTES + len;
	return FRAME_OK;
}
