/* SPDX-License-Identifier: MIT */
/* See record.h: messages, what was handled, what is being removed. */
#include "config.h"

#include "record.h"

#include "record_parts.h"

void
message_pack(struct buf *b, const struct message *message, bool is_sign_up)
{
	struct packing p = record_begin(b, 9);

	msgpack_pack_uint32(&p.pk, message->status);
	mp_put_str(&p.pk, message->text);
	mp_put_str(&p.pk, message->reply);
	msgpack_pack_int64(&p.pk, message->received_ms);
	msgpack_pack_int64(&p.pk, message->finished_ms);
	put_uuids(&p.pk, message->expense_ids, message->expense_count);
	mp_put_bool(&p.pk, is_sign_up);
	buttons_put(&p.pk, message->buttons, message->button_count);
	mp_put_str(&p.pk, message->understood_by);
	record_end(&p);
}

enum status
message_unpack(struct slice value, struct message *message, bool *is_sign_up, struct uuid *ids)
{
	struct unpacking u = record_open(value, 8);
	uint32_t status = mp_u32(&u.mp);

	if (status > MESSAGE_WAITING)
		u.mp.is_bad = true;
	message->status = (enum message_status)status;
	message->text = mp_str(&u.mp);
	message->reply = mp_str(&u.mp);
	message->received_ms = mp_int(&u.mp);
	message->finished_ms = mp_int(&u.mp);
	message->expense_count = read_uuids(&u.mp, ids, MESSAGE_EXPENSES_MAX);
	message->expense_ids = ids;
	*is_sign_up = mp_bool(&u.mp);
	message->button_count = buttons_read(&u.mp, message->buttons);
	message->understood_by = SLICE_EMPTY;
	if (u.more > 0) {                      /* it came later than the others */
		message->understood_by = mp_str(&u.mp);
		u.more--;
	}
	return record_close(&u);
}

void
dedupe_pack(struct buf *b, const struct dedupe *dedupe)
{
	struct packing p = record_begin(b, 4);

	mp_put_bin(&p.pk, dedupe->request_hash, sizeof dedupe->request_hash);
	msgpack_pack_int64(&p.pk, dedupe->created_ms);
	put_optional_uuid(&p.pk, &dedupe->message_id);
	put_uuids(&p.pk, dedupe->expense_ids, dedupe->expense_count);
	record_end(&p);
}

enum status
dedupe_unpack(struct slice value, struct dedupe *dedupe, struct uuid *ids)
{
	struct unpacking u = record_open(value, 4);

	mp_bytes(&u.mp, dedupe->request_hash, sizeof dedupe->request_hash);
	dedupe->created_ms = mp_int(&u.mp);
	dedupe->message_id = read_optional_uuid(&u.mp);
	dedupe->expense_count = read_uuids(&u.mp, ids, BATCH_EXPENSES_MAX);
	dedupe->expense_ids = ids;
	return record_close(&u);
}

void
dialogue_pack(struct buf *b, const struct dialogue *dialogue)
{
	struct packing p = record_begin(b, 3);

	msgpack_pack_uint32(&p.pk, dialogue->version);
	msgpack_pack_int64(&p.pk, dialogue->keep_until_ms);
	mp_put_bin(&p.pk, dialogue->state.ptr, dialogue->state.len);
	record_end(&p);
}

enum status
dialogue_unpack(struct slice value, struct dialogue *dialogue)
{
	struct unpacking u = record_open(value, 3);

	dialogue->version = mp_u32(&u.mp);
	dialogue->keep_until_ms = mp_int(&u.mp);
	dialogue->state = mp_bin(&u.mp);
	return record_close(&u);
}

void
tombstone_pack(struct buf *b, const struct tombstone *tombstone)
{
	struct packing p = record_begin(b, 2);

	msgpack_pack_int64(&p.pk, tombstone->started_ms);
	msgpack_pack_int64(&p.pk, tombstone->finished_ms);
	record_end(&p);
}

enum status
tombstone_unpack(struct slice value, struct tombstone *tombstone)
{
	struct unpacking u = record_open(value, 2);

	tombstone->started_ms = mp_int(&u.mp);
	tombstone->finished_ms = mp_int(&u.mp);
	return record_close(&u);
}

void
deletion_pack(struct buf *b, struct slice user_id)
{
	struct packing p = record_begin(b, 1);

	mp_put_str(&p.pk, user_id);
	record_end(&p);
}

enum status
deletion_unpack(struct slice value, struct slice *user_id)
{
	struct unpacking u = record_open(value, 1);

	*user_id = mp_str(&u.mp);
	return record_close(&u);
}
