/* SPDX-License-Identifier: MIT */
/* Google Gemini: models/{model}:generateContent with a response schema. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "provider.h"

static void
address(const struct provider *provider, struct provider_request *request)
{
	buf_printf(&request->url, "/v1beta/models/%s:generateContent", provider->model);
	if (provider->key != NULL)
		provider_header(request, "x-goog-api-key", "", provider->key);
}

static json_t *
parts(const struct provider_question *question)
{
	json_t *list = json_array();

	if (question->image.len > 0)
		json_array_append_new(list, json_pack("{s:{s:s,s:o}}", "inlineData", "mimeType", question->image_type,
		    "data", provider_image(question, false)));
	if (question->text.len > 0)
		json_array_append_new(list, json_pack("{s:o}", "text", provider_text(question->text)));
	return list;
}

static json_t *
body(const struct provider *provider, const struct provider_question *question, json_t *schema)
{
	(void)provider;
	return json_pack("{s:[{s:s,s:o}],s:{s:s,s:[{s:o}]},s:{s:s,s:o,s:i}}",
	    "contents", "role", "user", "parts", parts(question),
	    "systemInstruction", "role", "user", "parts", "text", provider_text(question->instructions),
	    "generationConfig", "responseMimeType", "application/json", "responseJsonSchema", schema,
	    "maxOutputTokens", PROVIDER_OUTPUT_TOKENS);
}

/* The texts of all parts but its thoughts, in one. */
static void
join_parts(const json_t *list, struct buf *text)
{
	const json_t *part;
	size_t i;

	json_array_foreach(list, i, part) {
		const json_t *piece = json_object_get(part, "text");

		if (json_is_string(piece) && !json_is_true(json_object_get(part, "thought")))
			buf_append(text, json_string_value(piece), json_string_length(piece));
	}
}

static void
read_candidate(const json_t *candidate, struct provider_answer *answer)
{
	const char *reason = json_string_value(json_object_get(candidate, "finishReason"));
	struct buf text = BUF_INIT;

	if (reason != NULL && strcmp(reason, "STOP") != 0) {
		answer->result = PROVIDER_REFUSED;
		answer->why = strcmp(reason, "MAX_TOKENS") == 0 ? "its answer was cut off" : "it declined";
		return;
	}
	join_parts(json_object_get(json_object_get(candidate, "content"), "parts"), &text);
	provider_take_json(answer, text.data != NULL ? text.data : "", text.len);
	buf_fini(&text);
}

static void
read_answer(const json_t *root, struct provider_answer *answer)
{
	const json_t *usage = json_object_get(root, "usageMetadata");
	const json_t *candidate = json_array_get(json_object_get(root, "candidates"), 0);

	answer->input_tokens = provider_tokens(usage, "promptTokenCount");
	answer->output_tokens = provider_tokens(usage, "candidatesTokenCount") + provider_tokens(usage, "thoughtsTokenCount");
	if (candidate != NULL) {
		read_candidate(candidate, answer);
	} else {
		answer->result = json_object_get(root, "promptFeedback") != NULL ? PROVIDER_REFUSED : PROVIDER_BROKEN;
		answer->why = "it blocked the question";
	}
}

/* "27s" or "1.5s"; -1 when it is neither. */
static int64_t
duration_ms(const char *text)
{
	char *end = NULL;
	double seconds = text != NULL ? strtod(text, &end) : -1;

	return end != NULL && end != text && strcmp(end, "s") == 0 && seconds >= 0 && seconds < 86400 ? (int64_t)(seconds * 1000) : -1;
}

/* The time to wait stands in the body. */
static void
read_error(const json_t *root, struct provider_answer *answer)
{
	const json_t *detail;
	size_t i;

	json_array_foreach(json_object_get(json_object_get(root, "error"), "details"), i, detail) {
		int64_t delay_ms = duration_ms(json_string_value(json_object_get(detail, "retryDelay")));

		if (delay_ms > answer->retry_after_ms)
			answer->retry_after_ms = delay_ms;
	}
}

const struct provider_protocol provider_gemini = {
	"gemini", "https://generativelanguage.googleapis.com", address, body, read_answer, read_error
};
