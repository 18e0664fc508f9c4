/* SPDX-License-Identifier: MIT */
/* See mp.h.  The format: https://github.com/msgpack/msgpack/blob/master/spec.md */
#include "config.h"

#include "mp.h"

#include <endian.h>
#include <string.h>

enum { DEPTH_MAX = 8 };

static void
fail(struct mp *mp)
{
	mp->is_bad = true;
	mp->at = mp->end;
}

static size_t
left(const struct mp *mp)
{
	return (size_t)(mp->end - mp->at);
}

/* The next size bytes, 1, 2, 4 or 8, as a big-endian number. */
static uint64_t
big_endian(struct mp *mp, size_t size)
{
	uint64_t n = 0;

	if (left(mp) < size) {
		fail(mp);
		return 0;
	}
	memcpy((uint8_t *)&n + sizeof n - size, mp->at, size);
	mp->at += size;
	return be64toh(n);
}

static uint8_t
next_tag(struct mp *mp)
{
	if (left(mp) == 0) {
		fail(mp);
		return 0xc1;     /* the one tag that is never used */
	}
	return *mp->at++;
}

uint32_t
mp_array(struct mp *mp)
{
	uint8_t tag = next_tag(mp);
	uint64_t count;

	if ((tag & 0xf0) == 0x90)
		count = tag & 0x0f;
	else if (tag == 0xdc || tag == 0xdd)
		count = big_endian(mp, tag == 0xdc ? 2 : 4);
	else
		count = UINT64_MAX;
	if (count > left(mp)) {
		fail(mp);
		return 0;
	}
	return (uint32_t)count;
}

void
mp_array_of(struct mp *mp, uint32_t min, uint32_t *more)
{
	uint32_t count = mp_array(mp);

	if (count < min)
		fail(mp);
	*more = mp->is_bad ? 0 : count - min;
}

uint64_t
mp_any_uint(struct mp *mp)
{
	uint8_t tag = next_tag(mp);

	if (tag < 0x80)
		return tag;
	if (tag >= 0xcc && tag <= 0xcf)
		return big_endian(mp, (size_t)1 << (tag - 0xcc));
	fail(mp);
	return 0;
}

int64_t
mp_any_int(struct mp *mp)
{
	uint8_t tag;
	uint64_t n;

	if (left(mp) == 0) {
		fail(mp);
		return 0;
	}
	tag = *mp->at;
	if (tag >= 0xe0) {
		mp->at++;
		return (int8_t)tag;
	}
	if (tag >= 0xd0 && tag <= 0xd3) {
		unsigned bits = 8u << (tag - 0xd0);

		mp->at++;
		n = big_endian(mp, bits / 8);
		return (int64_t)(n << (64 - bits)) >> (64 - bits);
	}
	n = mp_any_uint(mp);
	if (n > INT64_MAX) {
		fail(mp);
		return 0;
	}
	return (int64_t)n;
}

bool
mp_bool(struct mp *mp)
{
	uint8_t tag = next_tag(mp);

	if (tag != 0xc2 && tag != 0xc3)
		fail(mp);
	return tag == 0xc3;
}

static struct slice
take(struct mp *mp, uint64_t size)
{
	struct slice s;

	if (mp->is_bad || size > left(mp)) {
		fail(mp);
		return SLICE_EMPTY;
	}
	s = (struct slice){ (const char *)mp->at, (size_t)size };
	mp->at += size;
	return s;
}

struct slice
mp_any_str(struct mp *mp)
{
	uint8_t tag = next_tag(mp);

	if ((tag & 0xe0) == 0xa0)
		return take(mp, tag & 0x1f);
	if (tag >= 0xd9 && tag <= 0xdb)
		return take(mp, big_endian(mp, (size_t)1 << (tag - 0xd9)));
	fail(mp);
	return SLICE_EMPTY;
}

struct slice
mp_any_bin(struct mp *mp)
{
	uint8_t tag = next_tag(mp);

	if (tag >= 0xc4 && tag <= 0xc6)
		return take(mp, big_endian(mp, (size_t)1 << (tag - 0xc4)));
	fail(mp);
	return SLICE_EMPTY;
}

void
mp_bytes(struct mp *mp, void *out, size_t size)
{
	struct slice s = mp_bin(mp);

	if (mp->is_bad || s.len != size) {
		fail(mp);
		memset(out, 0, size);
		return;
	}
	memcpy(out, s.ptr, size);
}

/* How many bytes follow the tag of a value that holds no other values; -1 for arrays, maps and bad tags. */
static int64_t
scalar_size(struct mp *mp, uint8_t tag)
{
	if (tag < 0x80 || tag >= 0xe0 || (tag >= 0xc0 && tag <= 0xc3 && tag != 0xc1))
		return 0;
	if ((tag & 0xe0) == 0xa0)
		return tag & 0x1f;
	if (tag >= 0xc4 && tag <= 0xc6)
		return (int64_t)big_endian(mp, (size_t)1 << (tag - 0xc4));
	if (tag >= 0xc7 && tag <= 0xc9)                  /* extensions have a type byte */
		return (int64_t)big_endian(mp, (size_t)1 << (tag - 0xc7)) + 1;
	if (tag == 0xca || tag == 0xcb)
		return tag == 0xca ? 4 : 8;
	if (tag >= 0xcc && tag <= 0xd3)
		return (int64_t)1 << ((tag - 0xcc) & 3);
	if (tag >= 0xd4 && tag <= 0xd8)
		return ((int64_t)1 << (tag - 0xd4)) + 1;
	if (tag >= 0xd9 && tag <= 0xdb)
		return (int64_t)big_endian(mp, (size_t)1 << (tag - 0xd9));
	return -1;
}

/* How many values an array or a map holds. */
static uint64_t
nested_count(struct mp *mp, uint8_t tag)
{
	if ((tag & 0xf0) == 0x90)
		return tag & 0x0f;
	if ((tag & 0xf0) == 0x80)
		return 2u * (tag & 0x0f);
	if (tag == 0xdc || tag == 0xdd)
		return big_endian(mp, tag == 0xdc ? 2 : 4);
	if (tag == 0xde || tag == 0xdf)
		return 2 * big_endian(mp, tag == 0xde ? 2 : 4);
	fail(mp);
	return 0;
}

static void
skip(struct mp *mp, uint64_t count, int depth)
{
	if (depth > DEPTH_MAX || count > left(mp)) {
		fail(mp);
		return;
	}
	for (; count > 0 && !mp->is_bad; count--) {
		uint8_t tag = next_tag(mp);
		int64_t size = mp->is_bad ? 0 : scalar_size(mp, tag);

		if (size >= 0)
			take(mp, (uint64_t)size);
		else
			skip(mp, nested_count(mp, tag), depth + 1);
	}
}

void
mp_skip(struct mp *mp, uint32_t count)
{
	skip(mp, count, 0);
}

bool
mp_end(const struct mp *mp)
{
	return !mp->is_bad && mp->at == mp->end;
}

static int
write_to_buf(void *data, const char *bytes, size_t size)
{
	buf_append(data, bytes, size);
	return 0;
}

msgpack_packer
mp_packer(struct buf *b)
{
	msgpack_packer pk;

	msgpack_packer_init(&pk, b, write_to_buf);
	return pk;
}

void
mp_put_str(msgpack_packer *pk, struct slice s)
{
	msgpack_pack_str(pk, s.len);
	if (s.len > 0)
		msgpack_pack_str_body(pk, s.ptr, s.len);
}

void
mp_put_bin(msgpack_packer *pk, const void *data, size_t size)
{
	msgpack_pack_bin(pk, size);
	if (size > 0)
		msgpack_pack_bin_body(pk, data, size);
}

void
mp_put_bool(msgpack_packer *pk, bool value)
{
	if (value)
		msgpack_pack_true(pk);
	else
		msgpack_pack_false(pk);
}
