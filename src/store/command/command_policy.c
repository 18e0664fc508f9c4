/* SPDX-License-Identifier: MIT */
/* The command that stores a version of a policy; see command.h. */
#include "config.h"

#include "command_parts.h"

static void
policy_command_pack(msgpack_packer *pk, const struct command *command)
{
	const struct policy *policy = &command->policy;

	mp_put_str(pk, policy->key);
	msgpack_pack_uint32(pk, policy->version);
	mp_put_uuid(pk, &policy->change_id);
	mp_put_str(pk, policy->title);
	mp_put_str(pk, policy->text);
	msgpack_pack_int64(pk, policy->created_ms);
}

static void
policy_command_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	struct policy *policy = &command->policy;

	(void)arena;
	policy->key = mp_str(mp);
	policy->version = mp_u32(mp);
	mp_uuid(mp, &policy->change_id);
	policy->title = mp_str(mp);
	policy->text = mp_str(mp);
	policy->created_ms = mp_int(mp);
}

static enum status
policy_command_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	(void)answer;
	return op_put_policy(op, &command->policy);
}

const struct command_row command_put_policy = { policy_command_pack, policy_command_unpack, policy_command_run };
