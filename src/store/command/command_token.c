/* SPDX-License-Identifier: MIT */
/* Commands about tokens; see command.h. */
#include "config.h"

#include "command_parts.h"

static void
token_command_pack(msgpack_packer *pk, const struct command *command)
{
	const struct token *token = &command->token;

	mp_put_bin(pk, token->key_id, sizeof token->key_id);
	mp_put_bin(pk, token->secret_hash, sizeof token->secret_hash);
	msgpack_pack_uint32(pk, token->kind);
	mp_put_str(pk, token->user_id);
	mp_put_str(pk, token->label);
	msgpack_pack_int64(pk, token->created_ms);
	msgpack_pack_int64(pk, token->expires_ms);
	mp_put_bool(pk, token->is_revoked);
	msgpack_pack_uint32(pk, token->scopes);
}

static void
token_command_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct token *token = &command->token;

	(void)arena;
	mp_bytes(mp, token->key_id, sizeof token->key_id);
	mp_bytes(mp, token->secret_hash, sizeof token->secret_hash);
	token->kind = (enum token_kind)mp_int_in(mp, 0, TOKEN_USER);
	token->user_id = mp_str(mp);
	token->label = mp_str(mp);
	token->created_ms = mp_int(mp);
	token->expires_ms = mp_int(mp);
	token->is_revoked = mp_bool(mp);
	token->scopes = mp_u32(mp);
	token->last_used = 0;
}

static enum status
token_command_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	(void)answer;
	return op_put_token(op, &command->token);
}

const struct command_row command_put_token = { token_command_pack, token_command_unpack, token_command_run };

static void
token_use_pack(msgpack_packer *pk, const struct command *command)
{
	mp_put_bin(pk, command->token_use.key_id, sizeof command->token_use.key_id);
	msgpack_pack_int32(pk, command->token_use.day);
}

static void
token_use_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	(void)arena;
	mp_bytes(mp, command->token_use.key_id, sizeof command->token_use.key_id);
	command->token_use.day = mp_day(mp);
}

static enum status
revoke_token_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	(void)answer;
	return op_revoke_token(op, command->token_use.key_id);
}

static enum status
note_token_used_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	(void)answer;
	return op_note_token_used(op, command->token_use.key_id, command->token_use.day);
}

const struct command_row command_revoke_token = { token_use_pack, token_use_unpack, revoke_token_run };
const struct command_row command_note_token_used = { token_use_pack, token_use_unpack, note_token_used_run };
