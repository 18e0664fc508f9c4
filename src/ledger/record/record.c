/* SPDX-License-Identifier: MIT */
/* See record_parts.h. */
#include "config.h"

#include "record_parts.h"

#include <xxhash.h>

struct packing
record_begin(struct buf *b, size_t fields)
{
	struct packing p = { b, b->len, mp_packer(b) };

	msgpack_pack_array(&p.pk, fields + 1);
	msgpack_pack_uint8(&p.pk, RECORD_VERSION);
	return p;
}

static uint32_t
checksum(const void *data, size_t size)
{
	return (uint32_t)XXH3_64bits(data, size);
}

void
record_end(struct packing *p)
{
	uint32_t sum = p->buf->has_failed ? 0 : checksum(p->buf->data + p->start, p->buf->len - p->start);
	uint8_t bytes[CHECKSUM_SIZE] = { (uint8_t)(sum >> 24), (uint8_t)(sum >> 16), (uint8_t)(sum >> 8), (uint8_t)sum };

	buf_append(p->buf, bytes, sizeof bytes);
}

static bool
has_right_checksum(struct slice value)
{
	const uint8_t *p;

	if (value.len < CHECKSUM_SIZE)
		return false;
	p = (const uint8_t *)value.ptr + value.len - CHECKSUM_SIZE;
	return checksum(value.ptr, value.len - CHECKSUM_SIZE)
	    == ((uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]);
}

struct unpacking
record_open(struct slice value, uint32_t fields)
{
	struct unpacking u = { .mp = { .is_bad = true } };

	if (!has_right_checksum(value))
		return u;
	u.mp = mp_of((struct slice){ value.ptr, value.len - CHECKSUM_SIZE });
	mp_array_of(&u.mp, fields + 1, &u.more);
	if (mp_uint(&u.mp) != RECORD_VERSION)
		u.mp.is_bad = true;
	return u;
}

enum status
record_close(struct unpacking *u)
{
	mp_skip(&u->mp, u->more);
	return mp_end(&u->mp) ? ST_OK : ST_BAD_RECORD;
}

void
put_optional_uuid(msgpack_packer *pk, const struct uuid *id)
{
	mp_put_bin(pk, id->bytes, uuid_is_nil(id) ? 0 : sizeof id->bytes);
}

struct uuid
read_optional_uuid(struct mp *mp)
{
	struct uuid id = { { 0 } };
	struct slice bytes = mp_bin(mp);

	if (bytes.len == sizeof id.bytes)
		memcpy(id.bytes, bytes.ptr, sizeof id.bytes);
	else if (bytes.len != 0)
		mp->is_bad = true;
	return id;
}

void
put_uuids(msgpack_packer *pk, const struct uuid *ids, size_t count)
{
	msgpack_pack_array(pk, count);
	for (size_t i = 0; i < count; i++)
		mp_put_uuid(pk, &ids[i]);
}

size_t
read_uuids(struct mp *mp, struct uuid *ids, size_t max)
{
	size_t count = mp_array(mp);

	if (count > max) {
		mp->is_bad = true;
		return 0;
	}
	for (size_t i = 0; i < count; i++)
		mp_uuid(mp, &ids[i]);
	return count;
}
