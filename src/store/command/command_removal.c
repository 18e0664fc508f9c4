/* SPDX-License-Identifier: MIT */
/* Commands that delete users, and what is kept no longer; see command.h. */
#include "config.h"

#include "command_parts.h"

static void
begin_pack(msgpack_packer *pk, const struct command *command)
{
	const struct deletion *deletion = &command->deletion;

	mp_put_str(pk, deletion->user_id);
	msgpack_pack_int64(pk, deletion->created_ms);
	msgpack_pack_int64(pk, deletion->now_ms);
}

static void
begin_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct deletion *deletion = &command->deletion;

	(void)arena;
	deletion->user_id = mp_str(mp);
	deletion->created_ms = mp_int(mp);
	deletion->now_ms = mp_int(mp);
}

static enum status
begin_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	(void)answer;
	return op_begin_deletion(op, &command->deletion);
}

const struct command_row command_begin_deletion = { begin_pack, begin_unpack, begin_run };

static void
step_pack(msgpack_packer *pk, const struct command *command)
{
	const struct step_command *step = &command->step;

	mp_put_str(pk, step->user_id);
	mp_put_bin(pk, step->from.ptr, step->from.len);
	msgpack_pack_int64(pk, step->now_ms);
	msgpack_pack_uint32(pk, step->picture_days);
	msgpack_pack_uint64(pk, step->row_count);
	for (size_t i = 0; i < step->row_count; i++)
		mp_put_bin(pk, step->rows[i].ptr, step->rows[i].len);
}

static void
step_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct step_command *step = &command->step;
	struct slice *rows;

	step->user_id = mp_str(mp);
	step->from = mp_bin(mp);
	step->now_ms = mp_int(mp);
	step->picture_days = mp_u32(mp);
	step->rows = rows = command_read_list(mp, arena, &step->row_count, EXPIRED_MAX, sizeof *rows);
	for (size_t i = 0; !mp->is_bad && i < step->row_count; i++)
		rows[i] = mp_bin(mp);
}

static enum status
delete_step_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	return op_delete_step(op, command->step.from, command->step.now_ms, answer);
}

static enum status
remove_tokens_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	return op_remove_tokens(op, command->step.user_id, command->step.from, answer);
}

static enum status
remove_expired_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	struct expired_query query = { .now_ms = command->step.now_ms, .picture_days = command->step.picture_days };

	return op_remove_expired(op, &query, command->step.rows, command->step.row_count, answer);
}

const struct command_row command_delete_step = { step_pack, step_unpack, delete_step_run };
const struct command_row command_remove_tokens = { step_pack, step_unpack, remove_tokens_run };
const struct command_row command_remove_expired = { step_pack, step_unpack, remove_expired_run };
