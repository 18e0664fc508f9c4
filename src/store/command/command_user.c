/* SPDX-License-Identifier: MIT */
/* Commands about a user and the categories; see command.h. */
#include "config.h"

#include "command_parts.h"

static void
sign_up_pack(msgpack_packer *pk, const struct command *command)
{
	const struct sign_up_entry *entry = &command->sign_up;

	command_put_sign_up(pk, &entry->sign_up);
	msgpack_pack_int64(pk, entry->now_ms);
	mp_put_str(pk, entry->idempotency_key);
	command_put_hash(pk, entry->request_hash);
}

static void
sign_up_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct sign_up_entry *entry = &command->sign_up;

	(void)arena;
	command_read_sign_up(mp, &entry->sign_up);
	entry->now_ms = mp_int(mp);
	entry->idempotency_key = mp_str(mp);
	mp_bytes(mp, entry->request_hash, sizeof entry->request_hash);
}

static enum status
sign_up_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	return op_sign_up(op, &command->sign_up, answer);
}

const struct command_row command_sign_up = { sign_up_pack, sign_up_unpack, sign_up_run };

static void
user_change_pack(msgpack_packer *pk, const struct command *command)
{
	const struct user_change *change = &command->user;

	mp_put_str(pk, change->user.locale);
	mp_put_str(pk, change->user.zone);
	mp_put_currency(pk, change->user.home);
	mp_put_str(pk, change->user.display_name);
	mp_put_bool(pk, change->user.is_language_fixed);
	mp_put_str(pk, change->user.default_account);
	msgpack_pack_uint32(pk, change->if_version);
	msgpack_pack_int64(pk, change->now_ms);
}

static void
user_change_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct user_change *change = &command->user;

	(void)arena;
	change->user.locale = mp_str(mp);
	change->user.zone = mp_str(mp);
	change->user.home = mp_currency(mp);
	change->user.display_name = mp_str(mp);
	change->user.is_language_fixed = mp_bool(mp);
	change->user.default_account = mp_str(mp);
	change->if_version = mp_u32(mp);
	change->now_ms = mp_int(mp);
}

static enum status
user_change_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	return op_change_user(op, &command->user, answer);
}

const struct command_row command_change_user = { user_change_pack, user_change_unpack, user_change_run };

static void
category_name_pack(msgpack_packer *pk, const struct command *command)
{
	const struct category_name *name = &command->category;

	mp_put_uuid(pk, &name->id);
	mp_put_bool(pk, name->is_new);
	mp_put_str(pk, name->name);
	msgpack_pack_uint32(pk, name->if_version);
	msgpack_pack_int64(pk, name->now_ms);
	mp_put_str(pk, name->idempotency_key);
	command_put_hash(pk, name->request_hash);
}

static void
category_name_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct category_name *name = &command->category;

	(void)arena;
	mp_uuid(mp, &name->id);
	name->is_new = mp_bool(mp);
	name->name = mp_str(mp);
	name->if_version = mp_u32(mp);
	name->now_ms = mp_int(mp);
	name->idempotency_key = mp_str(mp);
	mp_bytes(mp, name->request_hash, sizeof name->request_hash);
}

static enum status
category_name_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	return op_name_category(op, &command->category, answer);
}

const struct command_row command_name_category = { category_name_pack, category_name_unpack, category_name_run };
