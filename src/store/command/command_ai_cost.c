/* SPDX-License-Identifier: MIT */
/* The command that counts what the AI costs; see command.h. */
#include "config.h"

#include "command_parts.h"

#include "counters.h"

void
command_put_ai_cost(msgpack_packer *pk, const struct ai_cost *cost)
{
	mp_put_uuid(pk, &cost->call_id);
	msgpack_pack_int64(pk, cost->now_ms);
	mp_put_str(pk, cost->operation);
	mp_put_str(pk, cost->provider);
	mp_put_str(pk, cost->model);
	mp_put_bool(pk, cost->is_unpriced);
	mp_put_currency(pk, cost->currency);
	msgpack_pack_int64(pk, cost->usage.calls);
	msgpack_pack_int64(pk, cost->usage.input_tokens);
	msgpack_pack_int64(pk, cost->usage.output_tokens);
	msgpack_pack_int64(pk, cost->usage.cost_micros);
	mp_put_str(pk, slice_of(cost->result));
	mp_put_bool(pk, cost->is_failed);
	mp_put_bool(pk, cost->is_listed);
}

void
command_read_ai_cost(struct mp *mp, struct ai_cost *cost)
{
	mp_uuid(mp, &cost->call_id);
	cost->now_ms = mp_int(mp);
	cost->operation = mp_str(mp);
	cost->provider = mp_str(mp);
	cost->model = mp_str(mp);
	cost->is_unpriced = mp_bool(mp);
	cost->currency = mp_currency(mp);
	cost->usage.calls = mp_int(mp);
	cost->usage.input_tokens = mp_int(mp);
	cost->usage.output_tokens = mp_int(mp);
	cost->usage.cost_micros = mp_int(mp);
	cost->result = provider_result(mp_str(mp));
	cost->is_failed = mp_bool(mp);
	cost->is_listed = mp_bool(mp);
	mp->is_bad |= cost->result == NULL;
}

void
command_put_costs(msgpack_packer *pk, const struct ai_cost *costs, size_t count)
{
	msgpack_pack_uint64(pk, count);
	for (size_t i = 0; i < count; i++)
		command_put_ai_cost(pk, &costs[i]);
}

const struct ai_cost *
command_read_costs(struct mp *mp, struct arena *arena, size_t *count)
{
	struct ai_cost *costs = command_read_list(mp, arena, count, MESSAGE_COSTS_MAX, sizeof *costs);

	for (size_t i = 0; !mp->is_bad && i < *count; i++)
		command_read_ai_cost(mp, &costs[i]);
	return costs;
}

static void
ai_cost_pack(msgpack_packer *pk, const struct command *command)
{
	command_put_ai_cost(pk, &command->ai_cost);
}

static void
ai_cost_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	(void)arena;
	command_read_ai_cost(mp, &command->ai_cost);
}

static enum status
ai_cost_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	(void)answer;
	return op_add_ai_cost(op, &command->ai_cost);
}

static void
removal_pack(msgpack_packer *pk, const struct command *command)
{
	msgpack_pack_int32(pk, command->calls_before);
}

static void
removal_unpack(struct mp *mp, struct arena *arena, struct command *command)
{
	(void)arena;
	command->calls_before = mp_day(mp);
}

static enum status
removal_run(struct op *op, const struct command *command, struct write_answer *answer)
{
	return op_remove_ai_calls(op, command->calls_before, answer);
}

const struct command_row command_remove_ai_calls = { removal_pack, removal_unpack, removal_run };
const struct command_row command_add_ai_cost = { ai_cost_pack, ai_cost_unpack, ai_cost_run };
