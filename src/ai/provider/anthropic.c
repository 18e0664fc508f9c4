/* SPDX-License-Identifier: MIT */
/*
 * Anthropic Messages.  The answer is asked for as the input of a tool, which
 * every model and llama.cpp know; sampling parameters, which versions since
 * 2026-10-21 refuse, are not sent.
 */
#include "config.h"

#include <string.h>

#include "provider.h"

static void
address(const struct provider *provider, struct provider_request *request)
{
	buf_append_text(&request->url, "/v1/messages");
	provider_header(request, "anthropic-version", "", provider->anthropic_version);
	if (provider->key != NULL)
		provider_header(request, "Authorization", "Bearer ", provider->key);
}

static json_t *
content(const struct provider_question *question)
{
	if (question->image.len == 0)
		return provider_text(question->text);
	return json_pack("[{s:s,s:{s:s,s:s,s:o}},{s:s,s:o}]",
	    "type", "image", "source", "type", "base64", "media_type", question->image_type, "data", provider_image(question, false),
	    "type", "text", "text", provider_text(question->text));
}

static json_t *
body(const struct provider *provider, const struct provider_question *question, json_t *schema)
{
	return json_pack("{s:s,s:i,s:o,s:[{s:s,s:o}],s:[{s:s,s:s,s:o}],s:{s:s,s:s}}",
	    "model", provider->model, "max_tokens", PROVIDER_OUTPUT_TOKENS, "system", provider_text(question->instructions),
	    "messages", "role", "user", "content", content(question),
	    "tools", "name", question->answer_name, "description", "Takes the answer.", "input_schema", schema,
	    "tool_choice", "type", "tool", "name", question->answer_name);
}

/* The first block that holds an answer; others (thinking) are passed over. */
static void
read_content(const json_t *blocks, struct provider_answer *answer)
{
	const json_t *block;
	size_t i;

	json_array_foreach(blocks, i, block) {
		json_t *input = json_object_get(block, "input"), *text = json_object_get(block, "text");
		const char *type = json_string_value(json_object_get(block, "type"));

		if (type != NULL && strcmp(type, "tool_use") == 0 && json_is_object(input)) {
			answer->json = json_incref(input);
			return;
		}
		if (type != NULL && strcmp(type, "text") == 0 && json_is_string(text)) {
			provider_take_json(answer, json_string_value(text), json_string_length(text));
			return;
		}
	}
	answer->result = PROVIDER_BROKEN;
	answer->why = "its answer has no content";
}

static void
read_answer(const json_t *root, struct provider_answer *answer)
{
	const json_t *usage = json_object_get(root, "usage");
	const char *reason = json_string_value(json_object_get(root, "stop_reason"));

	answer->input_tokens = provider_tokens(usage, "input_tokens") + provider_tokens(usage, "cache_creation_input_tokens") +
	    provider_tokens(usage, "cache_read_input_tokens");
	answer->output_tokens = provider_tokens(usage, "output_tokens");
	if (reason == NULL || strcmp(reason, "end_turn") == 0 || strcmp(reason, "tool_use") == 0 || strcmp(reason, "stop_sequence") == 0) {
		read_content(json_object_get(root, "content"), answer);
	} else {
		answer->result = PROVIDER_REFUSED;
		answer->why = strcmp(reason, "refusal") == 0 ? "it declined" : "its answer was cut off";
	}
}

const struct provider_protocol provider_anthropic = { "anthropic", "https://api.anthropic.com", address, body, read_answer, NULL };
