/* SPDX-License-Identifier: MIT */
/* See record.h: expenses and their history. */
#include "config.h"

#include "record.h"

#include "record_parts.h"

enum { EXPENSE_FIELDS = 11 };

static void
put_expense_fields(msgpack_packer *pk, const struct expense *expense)
{
	msgpack_pack_int64(pk, expense->amount_minor);
	mp_put_currency(pk, expense->currency);
	mp_put_uuid(pk, &expense->category_id);
	mp_put_str(pk, expense->description);
	mp_put_str(pk, expense->account);
	mp_put_str(pk, expense->zone);
	put_optional_uuid(pk, &expense->message_id);
	put_optional_uuid(pk, &expense->refund_of);
	msgpack_pack_int64(pk, expense->created_ms);
	msgpack_pack_int64(pk, expense->updated_ms);
	msgpack_pack_uint32(pk, expense->version);
}

static void
read_expense_fields(struct mp *mp, struct expense *expense)
{
	expense->amount_minor = mp_int(mp);
	expense->currency = mp_currency(mp);
	mp_uuid(mp, &expense->category_id);
	expense->description = mp_str(mp);
	expense->account = mp_str(mp);
	expense->zone = mp_str(mp);
	expense->message_id = read_optional_uuid(mp);
	expense->refund_of = read_optional_uuid(mp);
	expense->created_ms = mp_int(mp);
	expense->updated_ms = mp_int(mp);
	expense->version = mp_u32(mp);
}

void
expense_pack(struct buf *b, const struct expense *expense)
{
	struct packing p = record_begin(b, EXPENSE_FIELDS);

	put_expense_fields(&p.pk, expense);
	record_end(&p);
}

enum status
expense_unpack(struct slice value, struct expense *expense)
{
	struct unpacking u = record_open(value, EXPENSE_FIELDS);

	read_expense_fields(&u.mp, expense);
	return record_close(&u);
}

/* An array: the day, then the fields; empty when there was or is no expense. */
static void
put_image(msgpack_packer *pk, bool is_there, const struct expense *expense)
{
	msgpack_pack_array(pk, is_there ? 1 + EXPENSE_FIELDS : 0);
	if (!is_there)
		return;
	msgpack_pack_int32(pk, expense->day);
	put_expense_fields(pk, expense);
}

static bool
read_image(struct mp *mp, const struct uuid *id, struct expense *expense)
{
	uint32_t count = mp_array(mp);

	if (count == 0)
		return false;
	if (count < 1 + EXPENSE_FIELDS) {
		mp->is_bad = true;
		return false;
	}
	expense->id = *id;
	expense->day = mp_day(mp);
	read_expense_fields(mp, expense);
	mp_skip(mp, count - 1 - EXPENSE_FIELDS);
	return true;
}

void
event_pack(struct buf *b, const struct expense_event *event)
{
	struct packing p = record_begin(b, 6);

	mp_put_uuid(&p.pk, &event->change_id);
	msgpack_pack_uint32(&p.pk, event->action);
	msgpack_pack_uint32(&p.pk, event->by);
	msgpack_pack_int64(&p.pk, event->at_ms);
	put_image(&p.pk, event->has_before, &event->before);
	put_image(&p.pk, event->has_after, &event->after);
	record_end(&p);
}

enum status
event_unpack(struct slice value, struct expense_event *event)
{
	struct unpacking u = record_open(value, 6);
	uint32_t action, by;

	mp_uuid(&u.mp, &event->change_id);
	action = mp_u32(&u.mp);
	by = mp_u32(&u.mp);
	if (action >= EXPENSE_EVENTS || by > TOKEN_USER)
		u.mp.is_bad = true;
	event->action = (enum expense_action)action;
	event->by = (enum token_kind)by;
	event->at_ms = mp_int(&u.mp);
	event->has_before = read_image(&u.mp, &event->expense_id, &event->before);
	event->has_after = read_image(&u.mp, &event->expense_id, &event->after);
	return record_close(&u);
}

void
expense_day_pack(struct buf *b, day_t day)
{
	struct packing p = record_begin(b, 1);

	msgpack_pack_int32(&p.pk, day);
	record_end(&p);
}

enum status
expense_day_unpack(struct slice value, day_t *day)
{
	struct unpacking u = record_open(value, 1);

	*day = mp_day(&u.mp);
	return record_close(&u);
}
