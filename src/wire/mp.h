/* SPDX-License-Identifier: MIT */
/*
 * msgpack: msgpack-c's packer onto a struct buf, and a bounded reader of our
 * own.  The reader never allocates, checks every claimed length against what
 * is left, and carries its first error: after it every read gives zero values,
 * and mp_end tells.
 */
#ifndef MP_H
#define MP_H

#include <stdbool.h>
#include <stdint.h>

#include <msgpack/pack.h>

#include "buf.h"
#include "slice.h"
#include "uuid.h"

struct mp {
	const uint8_t *at, *end;
	bool           is_bad;
};

static inline struct mp
mp_of(struct slice s)
{
	const uint8_t *at = (const uint8_t *)s.ptr;

	return (struct mp){ at, s.len > 0 ? at + s.len : at, false };
}

/* How many elements follow; at most as many as bytes are left. */
uint32_t mp_array(struct mp *mp);

/* An array of at least min elements; the count of those beyond goes to *more, to be skipped by mp_skip. */
void mp_array_of(struct mp *mp, uint32_t min, uint32_t *more);

bool mp_bool(struct mp *mp);

/* The forms in general; what follows below has the short ones, which nearly all values have, in the reader itself. */
uint64_t     mp_any_uint(struct mp *mp);
int64_t      mp_any_int(struct mp *mp);
struct slice mp_any_str(struct mp *mp);
struct slice mp_any_bin(struct mp *mp);

static inline uint64_t
mp_uint(struct mp *mp)
{
	return mp->at < mp->end && *mp->at < 0x80 ? *mp->at++ : mp_any_uint(mp);
}

static inline int64_t
mp_int(struct mp *mp)
{
	return mp->at < mp->end && *mp->at < 0x80 ? *mp->at++ : mp_any_int(mp);
}

/* The size bytes behind a head of head bytes; they must be there. */
static inline struct slice
mp_view(struct mp *mp, size_t head, size_t size)
{
	struct slice s = { (const char *)mp->at + head, size };

	mp->at += head + size;
	return s;
}

/* Views into the input.  mp_str takes a string, mp_bin binary data. */
static inline struct slice
mp_str(struct mp *mp)
{
	size_t left = (size_t)(mp->end - mp->at);

	if (left > 0 && (mp->at[0] & 0xe0) == 0xa0 && (mp->at[0] & 0x1fu) < left)
		return mp_view(mp, 1, mp->at[0] & 0x1fu);
	return mp_any_str(mp);
}

static inline struct slice
mp_bin(struct mp *mp)
{
	size_t left = (size_t)(mp->end - mp->at);

	if (left > 1 && mp->at[0] == 0xc4 && mp->at[1] <= left - 2)
		return mp_view(mp, 2, mp->at[1]);
	return mp_any_bin(mp);
}

/* Binary data of exactly size bytes, copied to out. */
void mp_bytes(struct mp *mp, void *out, size_t size);

/* Skip count values of any type, nested at most 8 deep. */
void mp_skip(struct mp *mp, uint32_t count);

/* Whether all was read, to the last byte, and nothing was wrong. */
bool mp_end(const struct mp *mp);

/* The packing side: errors show in the buffer's has_failed. */
msgpack_packer mp_packer(struct buf *b);
void mp_put_str(msgpack_packer *pk, struct slice s);
void mp_put_bin(msgpack_packer *pk, const void *data, size_t size);
void mp_put_bool(msgpack_packer *pk, bool value);

static inline void
mp_put_uuid(msgpack_packer *pk, const struct uuid *id)
{
	mp_put_bin(pk, id->bytes, sizeof id->bytes);
}

static inline void
mp_uuid(struct mp *mp, struct uuid *id)
{
	mp_bytes(mp, id->bytes, sizeof id->bytes);
}

#endif
