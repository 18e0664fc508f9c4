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

/* The first member of that name in a block of that type. */
static json_t *
find_member(const json_t *blocks, const char *type, const char *name)
{
	const json_t *block;
	size_t i;

	json_array_foreach(blocks, i, block) {
		const char *its_type = json_string_value(json_object_get(block, "type"));

		if (its_type != NULL && strcmp(its_type, type) == 0)
			return json_object_get(block, name);
	}
	return NULL;
}

/* What the tool is given, which words may stand before; else a text that is the answer itself. */
static void
read_content(const json_t *blocks, struct provider_answer *answer)
{
	json_t *input = find_member(blocks, "tool_use", "input"), *text = find_member(blocks, "text", "text");

	if (json_is_object(input)) {
		answer->json = json_incref(input);
	} else if (json_is_string(text)) {
		provider_take_json(answer, json_string_value(text), json_string_length(text));
	} else {
		answer->result = PROVIDER_BROKEN;
		answer->why = "its answer has no content";
	}
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
