/* SPDX-License-Identifier: MIT */
/* See record.h: what waits, what was given up, and what platforms' ids stand for. */
#include "config.h"

#include "ledger/record/record.h"

#include "ledger/record/record_parts.h"

enum { INBOX_FIELDS = 16, OUTBOX_FIELDS = 10, JOB_FIELDS = 11 };

void
inbox_put_fields(msgpack_packer *pk, const struct inbox_entry *entry)
{
	const struct incoming *incoming = &entry->incoming;

	mp_put_str(pk, entry->user_id);
	mp_put_str(pk, entry->text);
	msgpack_pack_uint32(pk, incoming->kind);
	mp_put_str(pk, incoming->conversation);
	mp_put_str(pk, incoming->ref);
	mp_put_str(pk, incoming->reply_to_ref);
	mp_put_bin(pk, incoming->media.ptr, incoming->media.len);
	mp_put_str(pk, incoming->locale_hint);
	mp_put_str(pk, entry->idempotency_key);
	mp_put_bin(pk, entry->request_hash, sizeof entry->request_hash);
	mp_put_bin(pk, entry->deliver_to.ptr, entry->deliver_to.len);
	msgpack_pack_int64(pk, entry->received_ms);
	msgpack_pack_int64(pk, entry->not_before_ms);
	msgpack_pack_uint32(pk, entry->attempts);
	msgpack_pack_uint32(pk, entry->blames);
	msgpack_pack_uint32(pk, entry->crash_mark);
	mp_put_str(pk, entry->forward_to);
	mp_put_str(pk, entry->sender);
}

/* All but the last two, which came later than the others. */
static void
read_first_fields(struct mp *mp, struct inbox_entry *entry)
{
	struct incoming *incoming = &entry->incoming;

	entry->user_id = mp_str(mp);
	entry->text = mp_str(mp);
	incoming->kind = (enum incoming_kind)mp_int_in(mp, 0, INCOMING_IMAGE);
	incoming->conversation = mp_str(mp);
	incoming->ref = mp_str(mp);
	incoming->reply_to_ref = mp_str(mp);
	incoming->media = mp_bin(mp);
	incoming->locale_hint = mp_str(mp);
	entry->idempotency_key = mp_str(mp);
	mp_bytes(mp, entry->request_hash, sizeof entry->request_hash);
	entry->deliver_to = mp_bin(mp);
	entry->received_ms = mp_int(mp);
	entry->not_before_ms = mp_int(mp);
	entry->attempts = mp_u32(mp);
	entry->blames = mp_u32(mp);
	entry->crash_mark = mp_u32(mp);
	entry->forward_to = entry->sender = SLICE_EMPTY;
}

void
inbox_read_fields(struct mp *mp, struct inbox_entry *entry)
{
	read_first_fields(mp, entry);
	entry->forward_to = mp_str(mp);
	entry->sender = mp_str(mp);
}

void
inbox_pack(struct buf *b, const struct inbox_entry *entry)
{
	struct packing p = record_begin(b, INBOX_FIELDS + 2);

	inbox_put_fields(&p.pk, entry);
	record_end(&p);
}

enum status
inbox_unpack(struct slice value, struct inbox_entry *entry)
{
	struct unpacking u = record_open(value, INBOX_FIELDS);

	read_first_fields(&u.mp, entry);
	if (u.more >= 2) {
		entry->forward_to = mp_str(&u.mp);
		entry->sender = mp_str(&u.mp);
		u.more -= 2;
	}
	return record_close(&u);
}

void
buttons_put(msgpack_packer *pk, const struct reply_button *buttons, size_t count)
{
	msgpack_pack_array(pk, 2 * count);
	for (size_t i = 0; i < count; i++) {
		mp_put_str(pk, buttons[i].label);
		mp_put_str(pk, buttons[i].data);
	}
}

size_t
buttons_read(struct mp *mp, struct reply_button buttons[static REPLY_BUTTONS_MAX])
{
	size_t count = mp_array(mp);

	if (count % 2 != 0 || count > 2 * REPLY_BUTTONS_MAX) {
		mp->is_bad = true;
		return 0;
	}
	for (size_t i = 0; i < count / 2; i++) {
		buttons[i].label = mp_str(mp);
		buttons[i].data = mp_str(mp);
	}
	return count / 2;
}

void
outbox_pack(struct buf *b, const struct outbox_entry *entry)
{
	struct packing p = record_begin(b, OUTBOX_FIELDS + 1);

	mp_put_str(&p.pk, entry->user_id);
	mp_put_bin(&p.pk, entry->deliver_to.ptr, entry->deliver_to.len);
	mp_put_str(&p.pk, entry->text);
	mp_put_str(&p.pk, entry->conversation);
	buttons_put(&p.pk, entry->buttons, entry->button_count);
	msgpack_pack_int64(&p.pk, entry->created_ms);
	msgpack_pack_int64(&p.pk, entry->not_before_ms);
	msgpack_pack_uint32(&p.pk, entry->attempts);
	msgpack_pack_uint32(&p.pk, entry->step);
	mp_put_str(&p.pk, entry->why);
	mp_put_bool(&p.pk, entry->is_notice);
	record_end(&p);
}

enum status
outbox_unpack(struct slice value, struct outbox_entry *entry)
{
	struct unpacking u = record_open(value, OUTBOX_FIELDS);

	entry->user_id = mp_str(&u.mp);
	entry->deliver_to = mp_bin(&u.mp);
	entry->text = mp_str(&u.mp);
	entry->conversation = mp_str(&u.mp);
	entry->button_count = buttons_read(&u.mp, entry->buttons);
	entry->created_ms = mp_int(&u.mp);
	entry->not_before_ms = mp_int(&u.mp);
	entry->attempts = mp_u32(&u.mp);
	entry->step = mp_u32(&u.mp);
	entry->why = mp_str(&u.mp);
	entry->is_notice = false;
	if (u.more > 0) {                      /* it came later than the others */
		entry->is_notice = mp_bool(&u.mp);
		u.more--;
	}
	return record_close(&u);
}

void
job_record_pack(struct buf *b, const struct queued_job *job)
{
	struct packing p = record_begin(b, JOB_FIELDS);

	mp_put_str(&p.pk, job->user_id);
	msgpack_pack_uint32(&p.pk, job->kind);
	mp_put_str(&p.pk, job->text);
	mp_put_bin(&p.pk, job->deliver_to.ptr, job->deliver_to.len);
	mp_put_str(&p.pk, job->conversation);
	msgpack_pack_int64(&p.pk, job->created_ms);
	msgpack_pack_int64(&p.pk, job->not_before_ms);
	msgpack_pack_uint32(&p.pk, job->attempts);
	msgpack_pack_uint32(&p.pk, job->blames);
	msgpack_pack_uint32(&p.pk, job->crash_mark);
	mp_put_str(&p.pk, job->why);
	record_end(&p);
}

enum status
job_record_unpack(struct slice value, struct queued_job *job)
{
	struct unpacking u = record_open(value, JOB_FIELDS);

	job->user_id = mp_str(&u.mp);
	job->kind = (enum queued_kind)mp_int_in(&u.mp, 0, QUEUED_KINDS - 1);
	job->text = mp_str(&u.mp);
	job->deliver_to = mp_bin(&u.mp);
	job->conversation = mp_str(&u.mp);
	job->created_ms = mp_int(&u.mp);
	job->not_before_ms = mp_int(&u.mp);
	job->attempts = mp_u32(&u.mp);
	job->blames = mp_u32(&u.mp);
	job->crash_mark = mp_u32(&u.mp);
	job->why = mp_str(&u.mp);
	return record_close(&u);
}

/* What it was is a record within the record.  Kinds beyond the first two came later; older versions know the bool alone. */
void
dead_letter_pack(struct buf *b, const struct dead_letter *letter)
{
	struct buf inner = BUF_INIT;
	struct packing p;

	if (letter->kind == LETTER_MESSAGE)
		inbox_pack(&inner, &letter->message);
	else if (letter->kind == LETTER_REPLY)
		outbox_pack(&inner, &letter->reply);
	else
		job_record_pack(&inner, &letter->job);
	b->has_failed |= inner.has_failed;
	p = record_begin(b, 5);
	mp_put_bool(&p.pk, letter->kind == LETTER_REPLY);
	msgpack_pack_int64(&p.pk, letter->dead_ms);
	mp_put_str(&p.pk, letter->why);
	mp_put_bin(&p.pk, inner.data, inner.len);
	msgpack_pack_uint32(&p.pk, letter->kind);
	record_end(&p);
	buf_fini(&inner);
}

enum status
dead_letter_unpack(struct slice value, struct dead_letter *letter)
{
	struct unpacking u = record_open(value, 4);
	struct slice inner;
	enum status st;

	letter->kind = mp_bool(&u.mp) ? LETTER_REPLY : LETTER_MESSAGE;
	letter->dead_ms = mp_int(&u.mp);
	letter->why = mp_str(&u.mp);
	inner = mp_bin(&u.mp);
	if (u.more > 0) {
		letter->kind = (enum letter_kind)mp_int_in(&u.mp, 0, LETTER_KINDS - 1);
		u.more--;
	}
	st = record_close(&u);
	if (st != ST_OK)
		return st;
	if (letter->kind == LETTER_JOB)
		return job_record_unpack(inner, &letter->job);
	return letter->kind == LETTER_REPLY ? outbox_unpack(inner, &letter->reply) : inbox_unpack(inner, &letter->message);
}

void
reference_pack(struct buf *b, const struct reference *reference)
{
	struct packing p = record_begin(b, 2);

	mp_put_uuid(&p.pk, &reference->message_id);
	msgpack_pack_int64(&p.pk, reference->created_ms);
	record_end(&p);
}

enum status
reference_unpack(struct slice value, struct reference *reference)
{
	struct unpacking u = record_open(value, 2);

	mp_uuid(&u.mp, &reference->message_id);
	reference->created_ms = mp_int(&u.mp);
	return record_close(&u);
}
