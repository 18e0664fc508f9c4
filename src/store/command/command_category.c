/* SPDX-License-Identifier: MIT */
/* Commands that delete categories and change keywords; see command.h. */
#include "config.h"

#include "command_parts.h"

static void
category_deletion_pack(msgpack_packer *pk, const struct command *command)
{
	const struct category_deletion *deletion = &command->category_deletion;

	mp_put_uuid(pk, &deletion->id);
	mp_put_uuid(pk, &deletion->deletion_id);
	mp_put_uuid(pk, &deletion->reassign_to);
	msgpack_pack_uint32(pk, deletion->if_version);
	msgpack_pack_uint32(pk, deletion->by);
	msgpack_pack_int64(pk, deletion->now_ms);
}

static void
category_deletion_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct category_deletion *deletion = &command->category_deletion;

	(void)arena;
	mp_uuid(mp, &deletion->id);
	mp_uuid(mp, &deletion->deletion_id);
	mp_uuid(mp, &deletion->reassign_to);
	deletion->if_version = mp_u32(mp);
	deletion->by = (enum token_kind)mp_int_in(mp, 0, TOKEN_USER);
	deletion->now_ms = mp_int(mp);
}

static enum status
category_deletion_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	return op_delete_category(op, &command->category_deletion, answer);
}

const struct command_row command_delete_category = { category_deletion_pack, category_deletion_unpack, category_deletion_run };

static void
move_pack(msgpack_packer *pk, const struct command *command)
{
	mp_put_uuid(pk, &command->move.category_id);
	msgpack_pack_int64(pk, command->move.now_ms);
}

static void
move_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	(void)arena;
	mp_uuid(mp, &command->move.category_id);
	command->move.now_ms = mp_int(mp);
}

static enum status
move_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	return op_move_expenses(op, &command->move.category_id, command->move.now_ms, answer);
}

const struct command_row command_move_expenses = { move_pack, move_unpack, move_run };

static void
keyword_change_pack(msgpack_packer *pk, const struct command *command)
{
	const struct keyword_change *change = &command->keyword;

	msgpack_pack_uint32(pk, change->action);
	mp_put_uuid(pk, &change->id);
	mp_put_uuid(pk, &change->category_id);
	mp_put_str(pk, change->text);
	msgpack_pack_uint32(pk, change->priority);
	msgpack_pack_uint32(pk, change->if_version);
	msgpack_pack_int64(pk, change->now_ms);
	mp_put_str(pk, change->idempotency_key);
	command_put_hash(pk, change->request_hash);
}

static void
keyword_change_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct keyword_change *change = &command->keyword;

	(void)arena;
	change->action = (enum keyword_action)mp_int_in(mp, 0, KEYWORD_ACTIONS - 1);
	mp_uuid(mp, &change->id);
	mp_uuid(mp, &change->category_id);
	change->text = mp_str(mp);
	change->priority = mp_u32(mp);
	change->if_version = mp_u32(mp);
	change->now_ms = mp_int(mp);
	change->idempotency_key = mp_str(mp);
	mp_bytes(mp, change->request_hash, sizeof change->request_hash);
}

static enum status
keyword_change_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	return op_set_keyword(op, &command->keyword, answer);
}

const struct command_row command_set_keyword = { keyword_change_pack, keyword_change_unpack, keyword_change_run };
