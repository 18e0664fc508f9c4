/* SPDX-License-Identifier: MIT */
/* Commands about what waits; see command.h. */
#include "config.h"

#include "command_parts.h"

static void
inbox_command_pack(msgpack_packer *pk, const struct command *command)
{
	mp_put_uuid(pk, &command->inbox.message_id);
	inbox_put_fields(pk, &command->inbox);
}

static void
inbox_command_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	(void)arena;
	mp_uuid(mp, &command->inbox.message_id);
	inbox_read_fields(mp, &command->inbox);
}

static enum status
inbox_command_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	return op_put_inbox(op, &command->inbox, answer);
}

const struct command_row command_put_inbox = { inbox_command_pack, inbox_command_unpack, inbox_command_run };

void
command_put_claim(msgpack_packer *pk, const struct command *command)
{
	const struct inbox_claim *claim = &command->message_claim;

	mp_put_uuid(pk, &claim->message_id);
	msgpack_pack_int64(pk, claim->now_ms);
	msgpack_pack_int64(pk, claim->until_ms);
	msgpack_pack_uint32(pk, claim->crash_mark);
}

void
command_read_claim(struct mp *mp, struct arena *arena, struct command *command)
{
	struct inbox_claim *claim = &command->message_claim;

	(void)arena;
	mp_uuid(mp, &claim->message_id);
	claim->now_ms = mp_int(mp);
	claim->until_ms = mp_int(mp);
	claim->crash_mark = mp_u32(mp);
}

static enum status
claim_message_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	(void)answer;
	return op_claim_message(op, &command->message_claim);
}

const struct command_row command_claim_message = { command_put_claim, command_read_claim, claim_message_run };

static void
claim_reply_pack(msgpack_packer *pk, const struct command *command)
{
	const struct reply_claim *claim = &command->reply_claim;

	mp_put_uuid(pk, &claim->message_id);
	msgpack_pack_int64(pk, claim->now_ms);
	msgpack_pack_int64(pk, claim->until_ms);
}

static void
claim_reply_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct reply_claim *claim = &command->reply_claim;

	(void)arena;
	mp_uuid(mp, &claim->message_id);
	claim->now_ms = mp_int(mp);
	claim->until_ms = mp_int(mp);
}

static enum status
claim_reply_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	(void)answer;
	return op_claim_reply(op, &command->reply_claim);
}

const struct command_row command_claim_reply = { claim_reply_pack, claim_reply_unpack, claim_reply_run };

static void
finish_reply_pack(msgpack_packer *pk, const struct command *command)
{
	const struct reply_outcome *outcome = &command->reply_outcome;

	mp_put_uuid(pk, &outcome->message_id);
	msgpack_pack_uint32(pk, outcome->result);
	msgpack_pack_int64(pk, outcome->now_ms);
	mp_put_str(pk, outcome->ref);
	msgpack_pack_int64(pk, outcome->not_before_ms);
	msgpack_pack_uint32(pk, outcome->step);
	mp_put_str(pk, outcome->why);
}

static void
finish_reply_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct reply_outcome *outcome = &command->reply_outcome;

	(void)arena;
	mp_uuid(mp, &outcome->message_id);
	outcome->result = (enum reply_result)mp_int_in(mp, 0, REPLY_RESULTS - 1);
	outcome->now_ms = mp_int(mp);
	outcome->ref = mp_str(mp);
	outcome->not_before_ms = mp_int(mp);
	outcome->step = mp_u32(mp);
	outcome->why = mp_str(mp);
}

static enum status
finish_reply_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	(void)answer;
	return op_finish_reply(op, &command->reply_outcome);
}

const struct command_row command_finish_reply = { finish_reply_pack, finish_reply_unpack, finish_reply_run };

static void
settle_dead_pack(msgpack_packer *pk, const struct command *command)
{
	const struct dead_letter_action *action = &command->dead_letter;

	mp_put_uuid(pk, &action->message_id);
	msgpack_pack_uint32(pk, action->kind);
	mp_put_bool(pk, action->is_dropped);
	mp_put_uuid(pk, &action->new_id);
	msgpack_pack_int64(pk, action->now_ms);
}

static void
settle_dead_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct dead_letter_action *action = &command->dead_letter;

	(void)arena;
	mp_uuid(mp, &action->message_id);
	action->kind = (enum letter_kind)mp_int_in(mp, 0, LETTER_KINDS - 1);
	action->is_dropped = mp_bool(mp);
	mp_uuid(mp, &action->new_id);
	action->now_ms = mp_int(mp);
}

static enum status
settle_dead_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	(void)answer;
	return op_settle_dead(op, &command->dead_letter);
}

const struct command_row command_settle_dead = { settle_dead_pack, settle_dead_unpack, settle_dead_run };

static void
forward_pack(msgpack_packer *pk, const struct command *command)
{
	const struct bringing_forward *change = &command->bringing_forward;

	msgpack_pack_uint32(pk, change->queue);
	mp_put_uuid(pk, &change->id);
	msgpack_pack_int64(pk, change->from_ms);
	msgpack_pack_int64(pk, change->to_ms);
}

static void
forward_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct bringing_forward *change = &command->bringing_forward;

	(void)arena;
	change->queue = (enum queue_kind)mp_int_in(mp, 0, QUEUES - 1);
	mp_uuid(mp, &change->id);
	change->from_ms = mp_int(mp);
	change->to_ms = mp_int(mp);
}

static enum status
forward_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	(void)answer;
	return op_bring_forward(op, &command->bringing_forward);
}

const struct command_row command_bring_forward = { forward_pack, forward_unpack, forward_run };
