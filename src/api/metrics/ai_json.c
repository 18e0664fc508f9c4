/* SPDX-License-Identifier: MIT */
/* See ai_json.h. */
#include "config.h"

#include "ai_json.h"

#include "api/expense/expense_json.h"

enum { MICRO_DIGITS = 6 };

void
json_members_ai_usage(struct json_out *out, const struct ai_usage *usage)
{
	char text[MONEY_WIDE_TEXT_MAX];
	size_t len = (size_t)decimal_format(usage->cost_micros, MICRO_DIGITS, text);

	json_out_member_int(out, "calls", usage->calls);
	json_out_member_int(out, "input_tokens", usage->input_tokens);
	json_out_member_int(out, "output_tokens", usage->output_tokens);
	json_out_member_plain(out, "cost", (struct slice){ text, len });
	json_out_member_int(out, "unpriced_calls", usage->unpriced);
}

/* The name of the operation without what it is told apart by in the sums. */
static struct slice
operation_of(const struct ai_cost *cost)
{
	const size_t said = sizeof AI_OPERATION_UNPRICED - 1;
	struct slice operation = cost->operation;

	if (cost->is_unpriced && operation.len > said)
		operation.len -= said;
	return operation;
}

void
ai_call_write_json(struct json_out *out, const struct ai_call *call)
{
	const struct ai_cost *cost = &call->cost;
	char text[MONEY_WIDE_TEXT_MAX];

	json_out_object_begin(out);
	json_member_id(out, "id", &call->id);
	json_member_time(out, "at", cost->now_ms);
	if (call->user_id.len > 0)
		json_out_member_string(out, "user", call->user_id);
	else
		json_out_member_null(out, "user");
	json_out_member_string(out, "operation", operation_of(cost));
	json_out_member_string(out, "provider", cost->provider);
	json_out_member_string(out, "model", cost->model);
	json_out_member_text(out, "result", cost->result);
	json_out_member_int(out, "input_tokens", cost->usage.input_tokens);
	json_out_member_int(out, "output_tokens", cost->usage.output_tokens);
	if (cost->is_unpriced || cost->is_failed)
		json_out_member_null(out, "cost");
	else
		json_out_member_plain(out, "cost", (struct slice){ text, (size_t)decimal_format(cost->usage.cost_micros, MICRO_DIGITS, text) });
	json_out_member_text(out, "currency", cost->currency.code);
	json_out_object_end(out);
}
