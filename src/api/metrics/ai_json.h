/* SPDX-License-Identifier: MIT */
/* What is told about calls of AI providers, in the figures for the operator and in the export of the user. */
#ifndef AI_JSON_H
#define AI_JSON_H

#include "json_out.h"
#include "store.h"

/* The members calls, input_tokens, output_tokens, cost and unpriced_calls. */
void json_members_ai_usage(struct json_out *out, const struct ai_usage *usage);

/* One call as a JSON object. */
void ai_call_write_json(struct json_out *out, const struct ai_call *call);

#endif
