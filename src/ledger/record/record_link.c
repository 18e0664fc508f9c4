/* SPDX-License-Identifier: MIT */
/* See record.h: identities that are linked, and the codes that link them. */
#include "config.h"

#include "record.h"

#include "record_parts.h"

void
link_code_pack(struct buf *b, const struct link_code_record *code)
{
	struct packing p = record_begin(b, 3);

	mp_put_str(&p.pk, code->user_id);
	msgpack_pack_int64(&p.pk, code->expires_ms);
	put_optional_uuid(&p.pk, &code->message_id);
	record_end(&p);
}

enum status
link_code_unpack(struct slice value, struct link_code_record *code)
{
	struct unpacking u = record_open(value, 3);

	code->user_id = mp_str(&u.mp);
	code->expires_ms = mp_int(&u.mp);
	code->message_id = read_optional_uuid(&u.mp);
	return record_close(&u);
}

void
link_tries_pack(struct buf *b, const struct link_tries_record *tries)
{
	struct packing p = record_begin(b, 4);

	msgpack_pack_uint32(&p.pk, tries->wrong);
	msgpack_pack_int64(&p.pk, tries->since_ms);
	mp_put_bin(&p.pk, tries->mac.ptr, tries->mac.len);
	msgpack_pack_int64(&p.pk, tries->expires_ms);
	record_end(&p);
}

enum status
link_tries_unpack(struct slice value, struct link_tries_record *tries)
{
	struct unpacking u = record_open(value, 4);

	tries->wrong = mp_u32(&u.mp);
	tries->since_ms = mp_int(&u.mp);
	tries->mac = mp_bin(&u.mp);
	tries->expires_ms = mp_int(&u.mp);
	return record_close(&u);
}

void
alias_pack(struct buf *b, const struct alias *alias)
{
	struct packing p = record_begin(b, 2);

	mp_put_str(&p.pk, alias->user_id);
	msgpack_pack_int64(&p.pk, alias->since_ms);
	record_end(&p);
}

enum status
alias_unpack(struct slice value, struct alias *alias)
{
	struct unpacking u = record_open(value, 2);

	alias->user_id = mp_str(&u.mp);
	alias->since_ms = mp_int(&u.mp);
	return record_close(&u);
}
