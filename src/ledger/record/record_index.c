/* SPDX-License-Identifier: MIT */
/* See record.h: what is looked up before a ledger is known, and the meta record. */
#include "config.h"

#include "record.h"

#include <sys/random.h>

#include "clock.h"
#include "log.h"
#include "record_parts.h"

void
policy_pack(struct buf *b, const struct policy *policy)
{
	struct packing p = record_begin(b, 4);

	mp_put_uuid(&p.pk, &policy->change_id);
	mp_put_str(&p.pk, policy->title);
	mp_put_str(&p.pk, policy->text);
	msgpack_pack_int64(&p.pk, policy->created_ms);
	record_end(&p);
}

enum status
policy_unpack(struct slice value, struct policy *policy)
{
	struct unpacking u = record_open(value, 4);

	mp_uuid(&u.mp, &policy->change_id);
	policy->title = mp_str(&u.mp);
	policy->text = mp_str(&u.mp);
	policy->created_ms = mp_int(&u.mp);
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

bool
meta_new(struct meta *meta, unsigned shard_count)
{
	*meta = (struct meta){ .format = STORE_FORMAT, .shard_count = shard_count, .created_ms = clock_wall_ms() };
	if (getrandom(meta->secret, sizeof meta->secret, 0) != (ssize_t)sizeof meta->secret) {
		log_errno("getrandom");
		return false;
	}
	meta->store_id = uuid7_next(meta->created_ms);
	return true;
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
