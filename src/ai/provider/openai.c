/* SPDX-License-Identifier: MIT */
/* Chat completions with a JSON schema: OpenAI, Ollama, llama.cpp, LM Studio, vLLM. */
#include "config.h"

#include <string.h>

#include "provider.h"

static void
address(const struct provider *provider, struct provider_request *request)
{
	buf_append_text(&request->url, "/chat/completions");
	if (provider->key != NULL)
		provider_header(request, "Authorization", "Bearer ", provider->key);
}

static json_t *
content(const struct provider_question *question)
{
	if (question->image.len == 0)
		return provider_text(question->text);
	return json_pack("[{s:s,s:o},{s:s,s:{s:o,s:s}}]", "type", "text", "text", provider_text(question->text),
	    "type", "image_url", "image_url", "url", provider_image(question, true), "detail", "high");
}

static json_t *
body(const struct provider *provider, const struct provider_question *question, json_t *schema)
{
	return json_pack("{s:s,s:[{s:s,s:o},{s:s,s:o}],s:i,s:{s:s,s:{s:s,s:b,s:o}}}",
	    "model", provider->model,
	    "messages", "role", "system", "content", provider_text(question->instructions), "role", "user", "content", content(question),
	    "max_completion_tokens", PROVIDER_OUTPUT_TOKENS,
	    "response_format", "type", "json_schema",
	    "json_schema", "name", question->answer_name, "strict", 1, "schema", schema);
}

static void
read_answer(const json_t *root, struct provider_answer *answer)
{
	const json_t *usage = json_object_get(root, "usage");
	const json_t *choice = json_array_get(json_object_get(root, "choices"), 0);
	const json_t *message = json_object_get(choice, "message"), *text = json_object_get(message, "content");
	const char *reason = json_string_value(json_object_get(choice, "finish_reason"));

	answer->input_tokens = provider_tokens(usage, "prompt_tokens");
	answer->output_tokens = provider_tokens(usage, "completion_tokens");
	if (reason != NULL && strcmp(reason, "length") == 0) {
		answer->result = PROVIDER_REFUSED;
		answer->why = "its answer was cut off";
	} else if (json_is_string(json_object_get(message, "refusal")) || (reason != NULL && strcmp(reason, "content_filter") == 0)) {
		answer->result = PROVIDER_REFUSED;
		answer->why = "it declined";
	} else if (json_is_string(text)) {
		provider_take_json(answer, json_string_value(text), json_string_length(text));
	} else {
		answer->result = PROVIDER_BROKEN;
		answer->why = "its answer has no content";
	}
}

/* An account without money does not get better by waiting. */
static void
read_error(const json_t *root, struct provider_answer *answer)
{
	const char *code = json_string_value(json_object_get(json_object_get(root, "error"), "code"));

	if (code == NULL || strcmp(code, "insufficient_quota") != 0)
		return;
	answer->result = PROVIDER_BROKEN;
	answer->why = "its quota is used up";
}

const struct provider_protocol provider_openai = { "openai", "https://api.openai.com/v1", address, body, read_answer, read_error };
