/* SPDX-License-Identifier: MIT */
/* See record.h. */
#include "config.h"

#include "record.h"

#include <xxhash.h>

#include "mp_values.h"

/* Where a record begins in its buffer, and the packer for its fields. */
struct packing {
	struct buf    *buf;
	size_t         start;
	msgpack_packer pk;
};

static struct packing
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

static void
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

/* A record being read: its fields, and how many there are beyond those known. */
struct unpacking {
	struct mp mp;
	uint32_t  more;
};

static struct unpacking
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

static enum status
record_close(struct unpacking *u)
{
	mp_skip(&u->mp, u->more);
	return mp_end(&u->mp) ? ST_OK : ST_BAD_RECORD;
}

/* A nil id takes no room. */
static void
put_optional_uuid(msgpack_packer *pk, const struct uuid *id)
{
	mp_put_bin(pk, id->bytes, uuid_is_nil(id) ? 0 : sizeof id->bytes);
}

static struct uuid
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

static void
put_uuids(msgpack_packer *pk, const struct uuid *ids, size_t count)
{
	msgpack_pack_array(pk, count);
	for (size_t i = 0; i < count; i++)
		mp_put_uuid(pk, &ids[i]);
}

static size_t
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

void
user_pack(struct buf *b, const struct user *user)
{
	struct packing p = record_begin(b, 6);

	mp_put_str(&p.pk, user->id);
	mp_put_str(&p.pk, user->locale);
	mp_put_str(&p.pk, user->zone);
	mp_put_currency(&p.pk, user->home);
	msgpack_pack_int64(&p.pk, user->created_ms);
	msgpack_pack_uint32(&p.pk, user->version);
	record_end(&p);
}

enum status
user_unpack(struct slice value, struct user *user)
{
	struct unpacking u = record_open(value, 6);

	user->id = mp_str(&u.mp);
	user->locale = mp_str(&u.mp);
	user->zone = mp_str(&u.mp);
	user->home = mp_currency(&u.mp);
	user->created_ms = mp_int(&u.mp);
	user->version = mp_u32(&u.mp);
	return record_close(&u);
}

void
category_pack(struct buf *b, const struct category *category)
{
	struct packing p = record_begin(b, 4);

	mp_put_str(&p.pk, category->key);
	mp_put_str(&p.pk, category->name);
	msgpack_pack_uint32(&p.pk, category->expense_count);
	msgpack_pack_uint32(&p.pk, category->version);
	record_end(&p);
}

enum status
category_unpack(struct slice value, struct category *category)
{
	struct unpacking u = record_open(value, 3);

	category->key = mp_str(&u.mp);
	category->name = mp_str(&u.mp);
	category->expense_count = mp_u32(&u.mp);
	category->version = 1;
	if (u.more > 0) {                      /* it came later than the others */
		category->version = mp_u32(&u.mp);
		u.more--;
	}
	return record_close(&u);
}

void
name_pack(struct buf *b, const struct uuid *category_id)
{
	struct packing p = record_begin(b, 1);

	mp_put_uuid(&p.pk, category_id);
	record_end(&p);
}

enum status
name_unpack(struct slice value, struct uuid *category_id)
{
	struct unpacking u = record_open(value, 1);

	mp_uuid(&u.mp, category_id);
	return record_close(&u);
}

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
	if (action >= EXPENSE_ACTIONS || by > TOKEN_USER)
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

void
sum_pack(struct buf *b, struct sum sum)
{
	struct packing p = record_begin(b, 2);

	msgpack_pack_int64(&p.pk, sum.sum_minor);
	msgpack_pack_int64(&p.pk, sum.count);
	record_end(&p);
}

enum status
sum_unpack(struct slice value, struct sum *sum)
{
	struct unpacking u = record_open(value, 2);

	sum->sum_minor = mp_int(&u.mp);
	sum->count = mp_int(&u.mp);
	return record_close(&u);
}

void
message_pack(struct buf *b, const struct message *message, bool is_sign_up)
{
	struct packing p = record_begin(b, 7);

	msgpack_pack_uint32(&p.pk, message->status);
	mp_put_str(&p.pk, message->text);
	mp_put_str(&p.pk, message->reply);
	msgpack_pack_int64(&p.pk, message->received_ms);
	msgpack_pack_int64(&p.pk, message->finished_ms);
	put_uuids(&p.pk, message->expense_ids, message->expense_count);
	mp_put_bool(&p.pk, is_sign_up);
	record_end(&p);
}

enum status
message_unpack(struct slice value, struct message *message, bool *is_sign_up, struct uuid *ids)
{
	struct unpacking u = record_open(value, 7);
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
inbox_pack(struct buf *b, const struct inbox_entry *entry, const uint8_t ledger[16])
{
	struct packing p = record_begin(b, 9);

	mp_put_bin(&p.pk, ledger, 16);
	mp_put_str(&p.pk, entry->user_id);
	mp_put_str(&p.pk, entry->text);
	mp_put_str(&p.pk, entry->locale_hint);
	mp_put_str(&p.pk, entry->idempotency_key);
	mp_put_bin(&p.pk, entry->request_hash, sizeof entry->request_hash);
	mp_put_bin(&p.pk, entry->deliver_to.ptr, entry->deliver_to.len);
	msgpack_pack_int64(&p.pk, entry->received_ms);
	msgpack_pack_uint32(&p.pk, entry->attempts);
	record_end(&p);
}

enum status
inbox_unpack(struct slice value, struct inbox_entry *entry, uint8_t ledger[16])
{
	struct unpacking u = record_open(value, 9);

	mp_bytes(&u.mp, ledger, 16);
	entry->user_id = mp_str(&u.mp);
	entry->text = mp_str(&u.mp);
	entry->locale_hint = mp_str(&u.mp);
	entry->idempotency_key = mp_str(&u.mp);
	mp_bytes(&u.mp, entry->request_hash, sizeof entry->request_hash);
	entry->deliver_to = mp_bin(&u.mp);
	entry->received_ms = mp_int(&u.mp);
	entry->attempts = mp_u32(&u.mp);
	return record_close(&u);
}

void
outbox_pack(struct buf *b, const struct outbox_entry *entry)
{
	struct packing p = record_begin(b, 6);

	mp_put_bin(&p.pk, entry->ledger, sizeof entry->ledger);
	mp_put_str(&p.pk, entry->user_id);
	mp_put_bin(&p.pk, entry->deliver_to.ptr, entry->deliver_to.len);
	mp_put_str(&p.pk, entry->text);
	msgpack_pack_int64(&p.pk, entry->created_ms);
	msgpack_pack_uint32(&p.pk, entry->attempts);
	record_end(&p);
}

enum status
outbox_unpack(struct slice value, struct outbox_entry *entry)
{
	struct unpacking u = record_open(value, 6);

	mp_bytes(&u.mp, entry->ledger, sizeof entry->ledger);
	entry->user_id = mp_str(&u.mp);
	entry->deliver_to = mp_bin(&u.mp);
	entry->text = mp_str(&u.mp);
	entry->created_ms = mp_int(&u.mp);
	entry->attempts = mp_u32(&u.mp);
	return record_close(&u);
}

void
token_pack(struct buf *b, const struct token *token)
{
	struct packing p = record_begin(b, 9);

	mp_put_bin(&p.pk, token->secret_hash, sizeof token->secret_hash);
	msgpack_pack_uint32(&p.pk, token->kind);
	mp_put_str(&p.pk, token->user_id);
	mp_put_str(&p.pk, token->label);
	msgpack_pack_int64(&p.pk, token->created_ms);
	msgpack_pack_int64(&p.pk, token->expires_ms);
	mp_put_bool(&p.pk, token->is_revoked);
	msgpack_pack_uint32(&p.pk, token->scopes);
	msgpack_pack_int32(&p.pk, token->last_used);
	record_end(&p);
}

enum status
token_unpack(struct slice value, struct token *token)
{
	struct unpacking u = record_open(value, 7);
	uint32_t kind;

	mp_bytes(&u.mp, token->secret_hash, sizeof token->secret_hash);
	kind = mp_u32(&u.mp);
	if (kind > TOKEN_USER)
		u.mp.is_bad = true;
	token->kind = (enum token_kind)kind;
	token->user_id = mp_str(&u.mp);
	token->label = mp_str(&u.mp);
	token->created_ms = mp_int(&u.mp);
	token->expires_ms = mp_int(&u.mp);
	token->is_revoked = mp_bool(&u.mp);
	token->scopes = 0;
	token->last_used = 0;
	if (u.more >= 2) {                     /* they came later than the others */
		token->scopes = mp_u32(&u.mp);
		token->last_used = mp_day(&u.mp);
		u.more -= 2;
	}
	return record_close(&u);
}

void
meta_pack(struct buf *b, const struct meta *meta)
{
	struct packing p = record_begin(b, 6);

	msgpack_pack_uint32(&p.pk, meta->format);
	msgpack_pack_uint32(&p.pk, meta->shard);
	msgpack_pack_uint32(&p.pk, meta->shard_count);
	mp_put_bin(&p.pk, meta->secret, sizeof meta->secret);
	mp_put_uuid(&p.pk, &meta->store_id);
	msgpack_pack_int64(&p.pk, meta->created_ms);
	record_end(&p);
}

enum status
meta_unpack(struct slice value, struct meta *meta)
{
	struct unpacking u = record_open(value, 6);

	meta->format = mp_u32(&u.mp);
	meta->shard = mp_u32(&u.mp);
	meta->shard_count = mp_u32(&u.mp);
	mp_bytes(&u.mp, meta->secret, sizeof meta->secret);
	mp_uuid(&u.mp, &meta->store_id);
	meta->created_ms = mp_int(&u.mp);
	return record_close(&u);
}
