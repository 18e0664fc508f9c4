/* SPDX-License-Identifier: MIT */
/* Commands about jobs; see command.h. */
#include "config.h"

#include "command_parts.h"

static enum status
claim_job_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	(void)answer;
	return op_claim_job(op, &command->message_claim);
}

const struct command_row command_claim_job = { command_put_claim, command_read_claim, claim_job_run };

static void
notice_pack(msgpack_packer *pk, const struct outbox_entry *notice)
{
	mp_put_uuid(pk, &notice->message_id);
	mp_put_str(pk, notice->user_id);
	mp_put_bin(pk, notice->deliver_to.ptr, notice->deliver_to.len);
	mp_put_str(pk, notice->text);
	mp_put_str(pk, notice->conversation);
	buttons_put(pk, notice->buttons, notice->button_count);
	msgpack_pack_int64(pk, notice->created_ms);
	msgpack_pack_int64(pk, notice->not_before_ms);
}

static void
notice_unpack(struct mp *mp, struct outbox_entry *notice)
{
	mp_uuid(mp, &notice->message_id);
	notice->user_id = mp_str(mp);
	notice->deliver_to = mp_bin(mp);
	notice->text = mp_str(mp);
	notice->conversation = mp_str(mp);
	notice->button_count = buttons_read(mp, notice->buttons);
	notice->created_ms = mp_int(mp);
	notice->not_before_ms = mp_int(mp);
}

static void
finish_job_pack(msgpack_packer *pk, const struct command *command)
{
	const struct queued_outcome *outcome = &command->job_outcome;

	mp_put_uuid(pk, &outcome->id);
	msgpack_pack_uint32(pk, outcome->result);
	msgpack_pack_int64(pk, outcome->now_ms);
	msgpack_pack_int64(pk, outcome->not_before_ms);
	mp_put_str(pk, outcome->why);
	command_put_costs(pk, outcome->costs, outcome->cost_count);
	mp_put_bool(pk, outcome->has_notice);
	if (outcome->has_notice)
		notice_pack(pk, &outcome->notice);
}

static void
finish_job_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct queued_outcome *outcome = &command->job_outcome;

	*outcome = (struct queued_outcome){ .cost_count = 0 };
	mp_uuid(mp, &outcome->id);
	outcome->result = (enum queued_result)mp_int_in(mp, 0, QUEUED_RESULTS - 1);
	outcome->now_ms = mp_int(mp);
	outcome->not_before_ms = mp_int(mp);
	outcome->why = mp_str(mp);
	outcome->costs = command_read_costs(mp, arena, &outcome->cost_count);
	outcome->has_notice = mp_bool(mp);
	if (outcome->has_notice)
		notice_unpack(mp, &outcome->notice);
}

static enum status
finish_job_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	(void)answer;
	return op_finish_job(op, &command->job_outcome);
}

const struct command_row command_finish_job = { finish_job_pack, finish_job_unpack, finish_job_run };
