/* SPDX-License-Identifier: MIT */
/* See record.h: pictures that are kept. */
#include "config.h"

#include "record.h"

#include "record_parts.h"
#include "store_picture.h"

void
picture_head_pack(struct buf *b, const struct picture_head *head)
{
	struct packing p = record_begin(b, 6);

	mp_put_bool(&p.pk, head->is_whole);
	mp_put_str(&p.pk, head->type);
	msgpack_pack_uint32(&p.pk, head->size_bytes);
	msgpack_pack_uint32(&p.pk, head->parts_there);
	msgpack_pack_int64(&p.pk, head->kept_ms);
	put_uuids(&p.pk, head->expense_ids, head->expense_count);
	record_end(&p);
}

enum status
picture_head_unpack(struct slice value, struct picture_head *head, struct uuid *ids)
{
	struct unpacking u = record_open(value, 6);

	head->is_whole = mp_bool(&u.mp);
	head->type = mp_str(&u.mp);
	head->size_bytes = mp_u32(&u.mp);
	head->parts_there = mp_u32(&u.mp);
	head->kept_ms = mp_int(&u.mp);
	head->expense_count = read_uuids(&u.mp, ids, MESSAGE_EXPENSES_MAX);
	head->expense_ids = ids;
	if (head->size_bytes > PICTURE_PARTS_MAX * PICTURE_PART_MAX || head->parts_there > picture_part_count(head->size_bytes))
		u.mp.is_bad = true;
	return record_close(&u);
}

void
picture_part_pack(struct buf *b, struct slice bytes)
{
	struct packing p = record_begin(b, 1);

	mp_put_bin(&p.pk, bytes.ptr, bytes.len);
	record_end(&p);
}

enum status
picture_part_unpack(struct slice value, struct slice *bytes)
{
	struct unpacking u = record_open(value, 1);

	*bytes = mp_bin(&u.mp);
	return record_close(&u);
}
