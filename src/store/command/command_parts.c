/* SPDX-License-Identifier: MIT */
/* See command_parts.h. */
#include "config.h"

#include "command_parts.h"

void
command_put_hash(msgpack_packer *pk, const uint8_t hash[32])
{
	mp_put_bin(pk, hash, 32);
}

void
command_put_sign_up(msgpack_packer *pk, const struct sign_up *sign_up)
{
	mp_put_str(pk, sign_up->user_id);
	mp_put_str(pk, sign_up->locale);
	mp_put_str(pk, sign_up->zone);
	mp_put_currency(pk, sign_up->home);
	mp_put_str(pk, sign_up->display_name);
}

void
command_read_sign_up(struct mp *mp, struct sign_up *sign_up)
{
	sign_up->user_id = mp_str(mp);
	sign_up->locale = mp_str(mp);
	sign_up->zone = mp_str(mp);
	sign_up->home = mp_currency(mp);
	sign_up->display_name = mp_str(mp);
}

void
command_put_expense(msgpack_packer *pk, const struct expense *expense)
{
	mp_put_uuid(pk, &expense->id);
	msgpack_pack_int32(pk, expense->day);
	msgpack_pack_int64(pk, expense->amount_minor);
	mp_put_currency(pk, expense->currency);
	mp_put_uuid(pk, &expense->category_id);
	mp_put_str(pk, expense->description);
	mp_put_str(pk, expense->account);
	mp_put_str(pk, expense->zone);
	mp_put_uuid(pk, &expense->message_id);
	mp_put_uuid(pk, &expense->refund_of);
	msgpack_pack_int64(pk, expense->created_ms);
	msgpack_pack_int64(pk, expense->updated_ms);
	msgpack_pack_uint32(pk, expense->version);
}

void
command_read_expense(struct mp *mp, struct expense *expense)
{
	mp_uuid(mp, &expense->id);
	expense->day = mp_int_in(mp, INT32_MIN, INT32_MAX);
	expense->amount_minor = mp_int(mp);
	expense->currency = mp_currency(mp);
	mp_uuid(mp, &expense->category_id);
	expense->description = mp_str(mp);
	expense->account = mp_str(mp);
	expense->zone = mp_str(mp);
	mp_uuid(mp, &expense->message_id);
	mp_uuid(mp, &expense->refund_of);
	expense->created_ms = mp_int(mp);
	expense->updated_ms = mp_int(mp);
	expense->version = mp_u32(mp);
}

void
command_put_new_expenses(msgpack_packer *pk, const struct new_expense *expenses, size_t count)
{
	msgpack_pack_uint64(pk, count);
	for (size_t i = 0; i < count; i++) {
		command_put_expense(pk, &expenses[i].expense);
		mp_put_str(pk, expenses[i].category_key);
	}
}

/* The length of a list, and memory for it. */
void *
command_read_list(struct mp *mp, struct arena *arena, size_t *count, size_t max, size_t size)
{
	uint64_t n = mp_uint(mp);
	void *list = n <= max ? arena_alloc(arena, n * size) : NULL;

	*count = n;
	if (list == NULL)
		mp->is_bad = true;
	return list;
}

const struct new_expense *
command_read_new_expenses(struct mp *mp, struct arena *arena, size_t *count)
{
	struct new_expense *expenses = command_read_list(mp, arena, count, BATCH_EXPENSES_MAX, sizeof *expenses);

	for (size_t i = 0; !mp->is_bad && i < *count; i++) {
		command_read_expense(mp, &expenses[i].expense);
		expenses[i].category_key = mp_str(mp);
	}
	return expenses;
}
