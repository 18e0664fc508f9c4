/* SPDX-License-Identifier: MIT */
/* See record.h: people, their categories and keywords. */
#include "config.h"

#include "record.h"

#include "record_parts.h"

void
user_pack(struct buf *b, const struct user *user)
{
	struct packing p = record_begin(b, 11);

	mp_put_str(&p.pk, user->id);
	mp_put_str(&p.pk, user->locale);
	mp_put_str(&p.pk, user->zone);
	mp_put_currency(&p.pk, user->home);
	msgpack_pack_int64(&p.pk, user->created_ms);
	msgpack_pack_uint32(&p.pk, user->version);
	mp_put_str(&p.pk, user->display_name);
	msgpack_pack_int64(&p.pk, user->updated_ms);
	mp_put_bool(&p.pk, user->is_language_fixed);
	mp_put_str(&p.pk, user->default_account);
	mp_put_str(&p.pk, user->linked_to);
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
	user->display_name = SLICE_EMPTY;
	user->updated_ms = user->created_ms;
	if (u.more >= 2) {                     /* these two came later than the others */
		user->display_name = mp_str(&u.mp);
		user->updated_ms = mp_int(&u.mp);
		u.more -= 2;
	}
	user->is_language_fixed = false;
	user->default_account = SLICE_EMPTY;
	if (u.more >= 2) {                     /* and these later still */
		user->is_language_fixed = mp_bool(&u.mp);
		user->default_account = mp_str(&u.mp);
		u.more -= 2;
	}
	user->linked_to = SLICE_EMPTY;
	if (u.more > 0) {
		user->linked_to = mp_str(&u.mp);
		u.more--;
	}
	return record_close(&u);
}

void
category_pack(struct buf *b, const struct category *category)
{
	struct packing p = record_begin(b, 5);

	mp_put_str(&p.pk, category->key);
	mp_put_str(&p.pk, category->name);
	msgpack_pack_uint32(&p.pk, category->expense_count);
	msgpack_pack_uint32(&p.pk, category->version);
	put_optional_uuid(&p.pk, &category->moves_to);
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
	category->moves_to = (struct uuid){ { 0 } };
	if (u.more > 0) {                      /* and this one later still */
		category->moves_to = read_optional_uuid(&u.mp);
		u.more--;
	}
	category->folded = SLICE_EMPTY;
	return record_close(&u);
}

void
keyword_pack(struct buf *b, const struct keyword *keyword)
{
	struct packing p = record_begin(b, 5);

	mp_put_uuid(&p.pk, &keyword->id);
	mp_put_uuid(&p.pk, &keyword->category_id);
	mp_put_str(&p.pk, keyword->text);
	msgpack_pack_uint32(&p.pk, keyword->priority);
	msgpack_pack_uint32(&p.pk, keyword->version);
	record_end(&p);
}

enum status
keyword_unpack(struct slice value, struct keyword *keyword)
{
	struct unpacking u = record_open(value, 5);

	mp_uuid(&u.mp, &keyword->id);
	mp_uuid(&u.mp, &keyword->category_id);
	keyword->text = mp_str(&u.mp);
	keyword->priority = mp_u32(&u.mp);
	keyword->version = mp_u32(&u.mp);
	return record_close(&u);
}

void
redirect_pack(struct buf *b, const struct redirect *redirect)
{
	struct packing p = record_begin(b, 3);

	mp_put_uuid(&p.pk, &redirect->target);
	mp_put_uuid(&p.pk, &redirect->deletion_id);
	msgpack_pack_int64(&p.pk, redirect->at_ms);
	record_end(&p);
}

enum status
redirect_unpack(struct slice value, struct redirect *redirect)
{
	struct unpacking u = record_open(value, 3);

	mp_uuid(&u.mp, &redirect->target);
	mp_uuid(&u.mp, &redirect->deletion_id);
	redirect->at_ms = mp_int(&u.mp);
	return record_close(&u);
}

void
chore_pack(struct buf *b, const struct chore *chore)
{
	struct packing p = record_begin(b, 3);

	mp_put_uuid(&p.pk, &chore->deletion_id);
	msgpack_pack_uint32(&p.pk, chore->by);
	msgpack_pack_int64(&p.pk, chore->started_ms);
	record_end(&p);
}

enum status
chore_unpack(struct slice value, struct chore *chore)
{
	struct unpacking u = record_open(value, 3);

	mp_uuid(&u.mp, &chore->deletion_id);
	chore->by = (enum token_kind)mp_int_in(&u.mp, 0, TOKEN_USER);
	chore->started_ms = mp_int(&u.mp);
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
