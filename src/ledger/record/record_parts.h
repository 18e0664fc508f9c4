/* SPDX-License-Identifier: MIT */
/*
 * What all records are made of: a msgpack array that begins with RECORD_VERSION, and a checksum behind it (doc/STORE.md).
 *
 *     struct packing p = record_begin(b, 2);          struct unpacking u = record_open(value, 2);
 *     mp_put_str(&p.pk, name);                        name = mp_str(&u.mp);
 *     msgpack_pack_int64(&p.pk, amount);              amount = mp_int(&u.mp);
 *     record_end(&p);                                 return record_close(&u);
 */
#pragma once

#include "mp_values.h"
#include "record.h"

/* Where a record begins in its buffer, and the packer for its fields. */
struct packing {
	struct buf    *buf;
	size_t         start;
	msgpack_packer pk;
};

/* A record being read: its fields, and how many there are beyond those known. */
struct unpacking {
	struct mp mp;
	uint32_t  more;
};

struct packing record_begin(struct buf *b, size_t fields);
void           record_end(struct packing *p);

/* Fields that are not there read as 0; a wrong checksum or version shows in record_close(). */
struct unpacking record_open(struct slice value, uint32_t fields);
enum status      record_close(struct unpacking *u);

/* A nil id takes no room. */
void        put_optional_uuid(msgpack_packer *pk, const struct uuid *id);
struct uuid read_optional_uuid(struct mp *mp);

void   put_uuids(msgpack_packer *pk, const struct uuid *ids, size_t count);
/* How many; more than @max make the record bad. */
size_t read_uuids(struct mp *mp, struct uuid *ids, size_t max);
