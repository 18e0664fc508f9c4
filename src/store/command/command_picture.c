/* SPDX-License-Identifier: MIT */
/* Commands that keep pictures and remove them; see command.h. */
#include "config.h"

#include "command_parts.h"
#include "ledger/message/op_picture.h"

static void
part_pack(msgpack_packer *pk, const struct command *command)
{
	const struct picture_part *part = &command->picture_part;

	mp_put_uuid(pk, &part->message_id);
	mp_put_str(pk, part->type);
	msgpack_pack_uint32(pk, part->size_bytes);
	msgpack_pack_uint32(pk, part->number);
	msgpack_pack_int64(pk, part->now_ms);
	mp_put_bin(pk, part->bytes.ptr, part->bytes.len);
}

static void
part_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct picture_part *part = &command->picture_part;

	(void)arena;
	mp_uuid(mp, &part->message_id);
	part->type = mp_str(mp);
	part->size_bytes = mp_u32(mp);
	part->number = mp_u32(mp);
	part->now_ms = mp_int(mp);
	part->bytes = mp_bin(mp);
}

static enum status
part_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	(void)answer;
	return op_put_picture_part(op, &command->picture_part);
}

const struct command_row command_put_picture_part = { part_pack, part_unpack, part_run };

static void
removal_pack(msgpack_packer *pk, const struct command *command)
{
	mp_put_uuid(pk, &command->picture_id);
}

static void
removal_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	(void)arena;
	mp_uuid(mp, &command->picture_id);
}

static enum status
removal_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	(void)answer;
	return op_remove_picture(op, &command->picture_id);
}

const struct command_row command_remove_picture = { removal_pack, removal_unpack, removal_run };
