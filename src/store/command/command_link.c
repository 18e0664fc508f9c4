/* SPDX-License-Identifier: MIT */
/* Commands that link identities; see command.h. */
#include "config.h"

#include "command_parts.h"

/* --- codes -------------------------------------------------------------------------------- */

static void
code_pack(msgpack_packer *pk, const struct command *command)
{
	const struct link_code *code = &command->link_code;

	mp_put_bin(pk, code->mac, sizeof code->mac);
	mp_put_str(pk, code->user_id);
	msgpack_pack_int64(pk, code->now_ms);
}

static void
code_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct link_code *code = &command->link_code;

	(void)arena;
	mp_bytes(mp, code->mac, sizeof code->mac);
	code->user_id = mp_str(mp);
	code->now_ms = mp_int(mp);
}

static enum status
code_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	(void)answer;
	return op_put_link_code(op, &command->link_code);
}

static void
try_pack(msgpack_packer *pk, const struct command *command)
{
	const struct link_try *link_try = &command->link_try;

	mp_put_bin(pk, link_try->mac, sizeof link_try->mac);
	mp_put_str(pk, link_try->user_id);
	mp_put_uuid(pk, &link_try->message_id);
	msgpack_pack_int64(pk, link_try->now_ms);
}

static void
try_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct link_try *link_try = &command->link_try;

	(void)arena;
	mp_bytes(mp, link_try->mac, sizeof link_try->mac);
	link_try->user_id = mp_str(mp);
	mp_uuid(mp, &link_try->message_id);
	link_try->now_ms = mp_int(mp);
}

static enum status
try_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	return op_try_link_code(op, &command->link_try, answer);
}

const struct command_row command_put_link_code = { code_pack, code_unpack, code_run };
const struct command_row command_try_link_code = { try_pack, try_unpack, try_run };

/* --- the two rows --------------------------------------------------------------------------- */

static void
change_pack(msgpack_packer *pk, const struct command *command)
{
	const struct link_change *change = &command->link;

	mp_put_str(pk, change->user_id);
	mp_put_bool(pk, change->is_ended);
	mp_put_uuid(pk, &change->message_id);
	msgpack_pack_int64(pk, change->now_ms);
}

static void
change_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct link_change *change = &command->link;

	(void)arena;
	change->user_id = mp_str(mp);
	change->is_ended = mp_bool(mp);
	mp_uuid(mp, &change->message_id);
	change->now_ms = mp_int(mp);
}

static enum status
alias_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	(void)answer;
	return op_set_alias(op, &command->link);
}

static enum status
link_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	(void)answer;
	return op_set_link(op, &command->link);
}

static enum status
drop_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	(void)answer;
	inbox_del(op, &command->link.message_id);
	return kv_status(op->kv, ST_OK);
}

const struct command_row command_set_alias = { change_pack, change_unpack, alias_run };
const struct command_row command_set_link = { change_pack, change_unpack, link_run };
const struct command_row command_drop_message = { change_pack, change_unpack, drop_run };
