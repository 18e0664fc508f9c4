/* SPDX-License-Identifier: MIT */
/*
 * The protocols of the AI providers.  Requests are compared, member by member,
 * with what the companies' own libraries sent; those recordings lie beside the
 * sources, and the cases that need them are left out where they do not.
 */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "ai/provider/price.h"
#include "ai/provider/provider.h"
#include "options.h"

static const char schema[] = "{\"type\":\"object\"}";

/* --- recordings ---------------------------------------------------------------------------- */

static void
recording_path(const char *name, char *path, size_t size)
{
	const char *sources = getenv("AIEXPENSE_SRCDIR");

	snprintf(path, size, "%s/../shared/fixtures/ai/%s", sources != NULL ? sources : ".", name);
}

static json_t *
recording(const char *name)
{
	char path[1024];
	json_t *root;

	recording_path(name, path, sizeof path);
	root = json_load_file(path, 0, NULL);
	assert_non_null(root);
	return root;
}

/* The text of what json_pack made, to be freed. */
static char *
text_of(json_t *made)
{
	char *text = json_dumps(made, 0);

	json_decref(made);
	return text;
}

static void
assert_same_json(const json_t *ours, const json_t *theirs)
{
	char *a = json_dumps(ours, JSON_SORT_KEYS | JSON_ENCODE_ANY), *b = json_dumps(theirs, JSON_SORT_KEYS | JSON_ENCODE_ANY);

	assert_non_null(b);
	assert_string_equal(a, b);
	free(a);
	free(b);
}

static void
assert_has_header(const struct provider_request *request, const char *name, const char *value)
{
	char line[200];
	bool is_there = false;

	snprintf(line, sizeof line, "%s: %s", name, value);
	for (size_t i = 0; i < request->header_count; i++)
		is_there |= strncasecmp(request->headers[i].data, line, strlen(name)) == 0 &&
		    strcmp(request->headers[i].data + strlen(name), line + strlen(name)) == 0;
	if (!is_there)
		fail_msg("no header \"%s\"", line);
}

/* Builds what was recorded, with the recording's own schema, and compares. */
static void
compare(const char *file, struct provider *provider, struct provider_question *question, const json_t *schema_in)
{
	json_t *theirs = recording(file), *ours;
	char *schema_text = json_dumps(schema_in, 0);
	const char *name;
	const json_t *value;
	struct provider_request request;
	size_t len = strlen(provider->base_url);

	question->answer_schema = slice_of(schema_text);
	assert_true(provider_build(provider, question, &request));
	assert_int_equal(strncmp(request.url.data, provider->base_url, len), 0);
	ours = json_loadb(request.body.data, request.body.len, 0, NULL);
	assert_same_json(ours, json_object_get(theirs, "body"));
	if (strstr(provider->base_url, "/v1") != NULL)
		len -= 3;
	assert_string_equal(request.url.data + len, json_string_value(json_object_get(theirs, "path")));
	json_object_foreach(json_object_get(theirs, "headers"), name, value)
		if (strcmp(name, "accept") != 0 && strcmp(name, "content-type") != 0)
			assert_has_header(&request, name, json_string_value(value));
	provider_request_fini(&request);
	json_decref(ours);
	json_decref(theirs);
	free(schema_text);
}

static struct provider_question
question_of(const char *text)
{
	return (struct provider_question){ .instructions = SLICE_LITERAL("Extract expenses."), .text = slice_of(text),
		.answer_name = "expenses", .answer_schema = slice_of(schema) };
}

/* The recordings' image, one pixel. */
static void
add_image(struct provider_question *question, uint8_t *bytes)
{
	static const char text[] = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
	int len = EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)strlen(text));

	question->image = (struct slice){ (char *)bytes, (size_t)len - 2 };      /* without its padding */
	question->image_type = "image/png";
}

static void
gemini_is_asked_as_its_own_library_asks(void **state)
{
	struct provider provider = { .protocol = &provider_gemini, .model = "gemini-2.5-flash", .base_url = "https://example.com",
		.key = "g-test", .extra = "{\"generationConfig\":{\"temperature\":0,\"maxOutputTokens\":512,\"thinkingConfig\":{\"thinkingBudget\":0}}}" };
	struct provider_question question = question_of("lunch 120");
	json_t *theirs = recording("gemini/request_text_responseJsonSchema.json");

	(void)state;
	compare("gemini/request_text_responseJsonSchema.json", &provider, &question,
	    json_object_get(json_object_get(json_object_get(theirs, "body"), "generationConfig"), "responseJsonSchema"));
	json_decref(theirs);
}

static void
gemini_gets_an_image_as_its_own_library_sends_it(void **state)
{
	struct provider provider = { .protocol = &provider_gemini, .model = "gemini-2.5-flash", .base_url = "https://example.com", .key = "g-test" };
	struct provider_question question = question_of("receipt");
	json_t *theirs = recording("gemini/request_image_responseSchema.json"), *config, *schema_in;
	uint8_t bytes[200];
	char *extra;

	(void)state;
	add_image(&question, bytes);
	config = json_object_get(json_object_get(theirs, "body"), "generationConfig");
	schema_in = json_object_get(config, "responseSchema");
	/* The older form of the schema, which ours is not; all the rest must be the same. */
	json_object_set_new(config, "responseJsonSchema", json_null());
	json_object_set_new(config, "maxOutputTokens", json_null());
	extra = text_of(json_pack("{s:O}", "generationConfig", config));
	provider.extra = extra;
	compare("gemini/request_image_responseSchema.json", &provider, &question, schema_in);
	free(extra);
	json_decref(theirs);
}

static const json_t *
openai_schema(const json_t *theirs)
{
	return json_object_get(json_object_get(json_object_get(json_object_get(theirs, "body"), "response_format"), "json_schema"), "schema");
}

static void
openai_is_asked_as_its_own_library_asks(void **state)
{
	struct provider provider = { .protocol = &provider_openai, .model = "gpt-4o-mini", .base_url = "https://example.com/v1",
		.key = "sk-test", .extra = "{\"temperature\":0,\"max_completion_tokens\":512}" };
	struct provider_question question = question_of("lunch 120");
	json_t *theirs = recording("openai/request_text.json");

	(void)state;
	compare("openai/request_text.json", &provider, &question, openai_schema(theirs));
	json_decref(theirs);
}

static void
openai_gets_an_image_as_its_own_library_sends_it(void **state)
{
	struct provider provider = { .protocol = &provider_openai, .model = "gpt-4o-mini", .base_url = "https://example.com/v1",
		.key = "sk-test", .extra = "{\"max_completion_tokens\":512}" };
	struct provider_question question = question_of("receipt");
	json_t *theirs = recording("openai/request_image.json");
	uint8_t bytes[200];

	(void)state;
	add_image(&question, bytes);
	compare("openai/request_image.json", &provider, &question, openai_schema(theirs));
	json_decref(theirs);
}

/*
 * Ollama's own library speaks /api/chat; we speak what Ollama has of chat
 * completions, where the same stands in other places.  Gives what we send.
 */
static json_t *
asked_of_ollama(const json_t *theirs, struct provider_question *question)
{
	char *schema_text = json_dumps(json_object_get(theirs, "format"), 0);
	char *extra = json_dumps(json_object_get(theirs, "options"), 0);
	struct provider provider = { .protocol = &provider_openai, .model = json_string_value(json_object_get(theirs, "model")),
		.base_url = "http://127.0.0.1:11434/v1", .extra = extra };
	struct provider_request request;
	json_t *ours, *format;

	question->answer_schema = slice_of(schema_text);
	assert_true(provider_build(&provider, question, &request));
	assert_string_equal(request.url.data, "http://127.0.0.1:11434/v1/chat/completions");
	assert_int_equal(request.header_count, 0);          /* it has no key */
	ours = json_loadb(request.body.data, request.body.len, 0, NULL);
	assert_same_json(json_object_get(ours, "model"), json_object_get(theirs, "model"));
	assert_true(json_is_false(json_object_get(theirs, "stream")));
	assert_null(json_object_get(ours, "stream"));       /* which is false */
	format = json_object_get(json_object_get(json_object_get(ours, "response_format"), "json_schema"), "schema");
	assert_same_json(format, json_object_get(theirs, "format"));
	provider_request_fini(&request);
	free(schema_text);
	free(extra);
	return ours;
}

static void
ollama_is_told_what_its_own_library_tells_it(void **state)
{
	json_t *recorded = recording("ollama/request_chat_format.json"), *theirs = json_object_get(recorded, "body");
	struct provider_question question = question_of("lunch 120");
	json_t *ours = asked_of_ollama(theirs, &question);

	(void)state;
	assert_same_json(json_object_get(ours, "messages"), json_object_get(theirs, "messages"));
	assert_same_json(json_object_get(ours, "temperature"), json_object_get(json_object_get(theirs, "options"), "temperature"));
	json_decref(ours);
	json_decref(recorded);
}

static void
ollama_gets_an_image_that_its_own_library_sends_it(void **state)
{
	json_t *recorded = recording("ollama/request_chat_image.json"), *theirs = json_object_get(recorded, "body");
	const json_t *said = json_array_get(json_object_get(theirs, "messages"), 0), *parts;
	struct provider_question question = question_of(json_string_value(json_object_get(said, "content")));
	const char *url, *image = json_string_value(json_array_get(json_object_get(said, "images"), 0));
	uint8_t bytes[200];
	json_t *ours;

	(void)state;
	add_image(&question, bytes);
	ours = asked_of_ollama(theirs, &question);
	parts = json_object_get(json_array_get(json_object_get(ours, "messages"), 1), "content");
	assert_same_json(json_object_get(json_array_get(parts, 0), "text"), json_object_get(said, "content"));
	url = json_string_value(json_object_get(json_object_get(json_array_get(parts, 1), "image_url"), "url"));
	assert_int_equal(strncmp(url, "data:image/png;base64,", 22), 0);
	assert_string_equal(url + 22, image);
	json_decref(ours);
	json_decref(recorded);
}

static void
anthropic_is_asked_as_its_own_library_asks(void **state)
{
	struct provider provider = { .protocol = &provider_anthropic, .model = "claude-sonnet-4-5", .base_url = "https://example.com",
		.key = "sk-ant-test", .anthropic_version = "2026-10-21", .extra = "{\"max_tokens\":1024}" };
	struct provider_question question = question_of("lunch 120");
	json_t *theirs = recording("anthropic/request_tool.json"), *tool = json_array_get(json_object_get(json_object_get(theirs, "body"), "tools"), 0);
	char *extra;

	(void)state;
	/* The tool's description is the asker's own; its name is that of the answer. */
	question.answer_name = "record_expenses";
	extra = text_of(json_pack("{s:i,s:[O]}", "max_tokens", 1024, "tools", tool));
	provider.extra = extra;
	compare("anthropic/request_tool.json", &provider, &question, json_object_get(tool, "input_schema"));
	free(extra);
	json_decref(theirs);
}

static void
anthropic_gets_an_image_as_its_own_library_sends_it(void **state)
{
	struct provider provider = { .protocol = &provider_anthropic, .model = "claude-sonnet-4-5", .base_url = "https://example.com",
		.key = "sk-ant-test", .anthropic_version = "2026-10-21" };
	struct provider_question question = question_of("receipt");
	json_t *theirs = recording("anthropic/request_image_output_config.json"), *format, *object;
	uint8_t bytes[200];
	char *extra;

	(void)state;
	add_image(&question, bytes);
	format = json_object_get(json_object_get(theirs, "body"), "output_config");
	extra = text_of(json_pack("{s:i,s:O,s:n,s:n}", "max_tokens", 1024, "output_config", format, "tools", "tool_choice"));
	provider.extra = extra;
	object = json_object();
	compare("anthropic/request_image_output_config.json", &provider, &question, object);
	json_decref(object);
	free(extra);
	json_decref(theirs);
}

/* --- answers -------------------------------------------------------------------------------- */

static struct provider_answer
read_text(const struct provider_protocol *protocol, unsigned status, int64_t retry_after_ms, const char *body)
{
	struct provider_response response = { status, retry_after_ms, slice_of(body) };
	struct provider_answer answer;

	provider_read(protocol, &response, &answer);
	return answer;
}

static struct provider_answer
read_recording(const struct provider_protocol *protocol, const char *file)
{
	json_t *root = recording(file), *status = json_object_get(root, "status");
	const json_t *retry = json_object_get(json_object_get(root, "headers"), "retry-after");
	char *body = json_dumps(status != NULL ? json_object_get(root, "body") : root, 0);
	struct provider_answer answer = read_text(protocol, status != NULL ? (unsigned)json_integer_value(status) : 200,
	    retry != NULL ? atoll(json_string_value(retry)) * 1000 : -1, body);

	free(body);
	json_decref(root);
	return answer;
}

static void
recorded_answers_give_the_expenses_and_the_tokens(void **state)
{
	static const struct {
		const struct provider_protocol *protocol;
		const char                     *file;
		int64_t                         input, output;
	} good[] = {
		{ &provider_gemini, "gemini/response_ok.json", 20, 46 },
		{ &provider_openai, "openai/response_ok.json", 1117, 46 },
		{ &provider_anthropic, "anthropic/response_text.json", 472, 91 },
		{ &provider_anthropic, "anthropic/response_tool_use.json", 472, 91 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		struct provider_answer answer = read_recording(good[i].protocol, good[i].file);
		json_t *expense = json_array_get(json_object_get(answer.json, "expenses"), 0);

		assert_int_equal(answer.result, PROVIDER_ANSWERED);
		assert_string_equal(json_string_value(json_object_get(expense, "amount")), "120");
		assert_int_equal(answer.input_tokens, good[i].input);
		assert_int_equal(answer.output_tokens, good[i].output);
		json_decref(answer.json);
	}
}

static void
recorded_failures_are_told_apart(void **state)
{
	static const struct {
		const struct provider_protocol *protocol;
		const char                     *file;
		enum provider_result            result;
		int64_t                         retry_after_ms, output;
	} bad[] = {
		{ &provider_gemini, "gemini/response_blocked.json", PROVIDER_REFUSED, -1, 0 },
		{ &provider_gemini, "gemini/response_max_tokens_no_parts.json", PROVIDER_REFUSED, -1, 512 },
		{ &provider_gemini, "gemini/error_429.json", PROVIDER_BUSY, 27000, 0 },
		{ &provider_openai, "openai/response_refusal.json", PROVIDER_REFUSED, -1, 46 },
		{ &provider_openai, "openai/response_truncated.json", PROVIDER_REFUSED, -1, 46 },
		{ &provider_openai, "openai/error_429.json", PROVIDER_BUSY, 7000, 0 },
		{ &provider_openai, "ollama/error_404.json", PROVIDER_BROKEN, -1, 0 },
		{ &provider_anthropic, "anthropic/error_529.json", PROVIDER_BUSY, -1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct provider_answer answer = read_recording(bad[i].protocol, bad[i].file);

		assert_int_equal(answer.result, bad[i].result);
		assert_null(answer.json);
		assert_non_null(answer.why);
		assert_int_equal(answer.retry_after_ms, bad[i].retry_after_ms);
		assert_int_equal(answer.output_tokens, bad[i].output);
	}
}

static void
a_status_says_whether_another_try_may_do(void **state)
{
	static const unsigned busy[] = { 0, 408, 429, 500, 502, 503, 504, 529 }, broken[] = { 301, 400, 401, 402, 403, 404, 413, 422 };

	(void)state;
	for (size_t i = 0; i < sizeof busy / sizeof busy[0]; i++)
		assert_int_equal(read_text(&provider_openai, busy[i], -1, "").result, PROVIDER_BUSY);
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
		assert_int_equal(read_text(&provider_openai, broken[i], -1, "<html>").result, PROVIDER_BROKEN);
	assert_int_equal(read_text(&provider_openai, 429, 9000, "{\"error\":{\"code\":\"insufficient_quota\"}}").result, PROVIDER_BROKEN);
}

static void
garbage_is_no_answer(void **state)
{
	static const char *const bodies[] = { "", "<html>", "[]", "null", "{", "{}", "{\"choices\":[]}", "{\"choices\":[{\"message\":{\"content\":17}}]}",
		"{\"choices\":[{\"message\":{\"content\":\"no JSON\"}}]}", "{\"choices\":[{\"message\":{\"content\":\"[1]\"}}]}",
		"{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"sure!\"}]},\"finishReason\":\"STOP\"}]}", "{\"candidates\":{\"a\":1}}",
		"{\"content\":[{\"type\":\"text\",\"text\":\"{\"}],\"stop_reason\":\"end_turn\"}", "{\"content\":[{\"type\":\"tool_use\",\"input\":[]}]}" };
	const struct provider_protocol *const protocols[] = { &provider_gemini, &provider_openai, &provider_anthropic };

	(void)state;
	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
		for (size_t k = 0; k < 3; k++) {
			struct provider_answer answer = read_text(protocols[k], 200, -1, bodies[i]);

			assert_int_equal(answer.result, PROVIDER_BROKEN);
			assert_null(answer.json);
			assert_non_null(answer.why);
		}
	}
}

static void
thoughts_are_passed_over_and_a_fence_is_opened(void **state)
{
	struct provider_answer answer = read_text(&provider_gemini, 200, -1,
	    "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"hm\",\"thought\":true},{\"text\":\"{\\\"a\\\":\"},{\"text\":\"1}\"}]},\"finishReason\":\"STOP\"}]}");

	(void)state;
	assert_int_equal(json_integer_value(json_object_get(answer.json, "a")), 1);
	json_decref(answer.json);
	answer = read_text(&provider_openai, 200, -1, "{\"choices\":[{\"message\":{\"content\":\"```json\\n{\\\"a\\\":2}\\n```\"}}]}");
	assert_int_equal(json_integer_value(json_object_get(answer.json, "a")), 2);
	json_decref(answer.json);
	answer = read_text(&provider_anthropic, 200, -1, "{\"content\":[{\"type\":\"thinking\",\"thinking\":\"hm\"},{\"type\":\"text\",\"text\":\"{\\\"a\\\":3}\"}]}");
	assert_int_equal(json_integer_value(json_object_get(answer.json, "a")), 3);
	json_decref(answer.json);
	answer = read_text(&provider_anthropic, 200, -1, "{\"content\":[{\"type\":\"text\",\"text\":\"Let me see.\"},{\"type\":\"tool_use\",\"input\":{\"a\":4}}]}");
	assert_int_equal(json_integer_value(json_object_get(answer.json, "a")), 4);
	json_decref(answer.json);
}

/* --- configuration ---------------------------------------------------------------------------- */

static void
set(struct options *options, const char *assignment)
{
	struct buf errors = BUF_INIT;

	assert_true(options_override(options, assignment, &errors));
	buf_fini(&errors);
}

static void
providers_stand_in_the_order_of_their_sections(void **state)
{
	struct options options;
	struct provider providers[PROVIDERS_MAX];
	struct buf errors = BUF_INIT;

	(void)state;
	assert_true(options_init(&options));
	assert_int_equal(providers_configured(&options, providers), 0);
	assert_true(providers_check(&options, &errors));
	set(&options, "provider3.name=local");
	set(&options, "provider3.model=llama");
	set(&options, "provider3.base_url=http://127.0.0.1:11434/v1");
	set(&options, "provider1.name=first");
	set(&options, "provider1.model=some");
	set(&options, "provider1.protocol=gemini");
	set(&options, "provider1.base_url=https://example.com");
	assert_true(providers_check(&options, &errors));
	assert_int_equal(providers_configured(&options, providers), 2);
	assert_string_equal(providers[0].name, "first");
	assert_ptr_equal(providers[0].protocol, &provider_gemini);
	assert_string_equal(providers[1].name, "local");
	assert_int_equal(providers[1].timeout_ms, 5000);
	options_fini(&options);
}

static void
an_incomplete_provider_is_refused_by_name(void **state)
{
	static const struct {
		const char *assignment, *error;
	} wrong[] = {
		{ "provider2.name=", "provider2.name is missing" },
		{ "provider2.name=Big Model", "provider2.name must be lower-case" },
		{ "provider2.name=rules", "provider2.name: rules" },
		{ "provider2.name=first", "provider2.name is that of another" },
		{ "provider2.model=", "provider2.model is missing" },
		{ "provider2.base_url=", "provider2.key_file is missing" },
		{ "provider2.base_url=ftp://example.com", "provider2.base_url must be" },
		{ "provider2.base_url=https://user:pw@example.com", "provider2.base_url must be" },
		{ "provider2.base_url=https://example.com/?key=1", "provider2.base_url must be" },
		{ "provider2.extra=[1]", "provider2.extra must be" },
		{ "provider2.prices=2026-01-01 USD 0.15", "provider2.prices must be" },
		{ "provider2.prices=2026-01-01 USD 0.15 x", "provider2.prices must be" },
		{ "provider2.prices=2026-01-01 USD 0.1234567 1", "provider2.prices must be" },
		{ "provider2.prices=2026-13-01 USD 1 1", "provider2.prices must be" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct buf errors = BUF_INIT;
		struct options options;

		assert_true(options_init(&options));
		set(&options, "provider1.name=first");
		set(&options, "provider1.model=some");
		set(&options, "provider1.base_url=https://example.com");
		set(&options, "provider2.name=second");
		set(&options, "provider2.model=some");
		set(&options, "provider2.base_url=https://example.com");
		set(&options, wrong[i].assignment);
		assert_false(providers_check(&options, &errors));
		buf_append_char(&errors, '\0');
		assert_non_null(strstr(errors.data, wrong[i].error));
		buf_fini(&errors);
		options_fini(&options);
	}
}

static void
a_call_costs_what_the_newest_price_says_rounded_half_to_even(void **state)
{
	char *items[] = { strdup("2026-01-01 USD 0.15 0.60"), strdup("2026-06-01 EUR 2.5 10"), strdup("2025-01-01 USD 99 99") };
	struct option_list list = { items, 3 };
	struct price price;

	(void)state;
	assert_false(price_on(&list, 20088, &price));           /* 2024-12-31 */
	assert_true(price_on(&list, 20453, &price));            /* 2025-12-31 */
	assert_int_equal(price_of(&price, 1, 0), 99);
	assert_true(price_on(&list, 20454, &price));            /* 2026-01-01 */
	assert_int_equal(price_of(&price, 200, 30), 48);
	assert_int_equal(price_of(&price, 1000000, 1000000), 750000);
	assert_true(price_on(&list, 20784, &price));
	assert_string_equal(price.currency.code, "EUR");
	assert_int_equal(price_of(&price, 1, 0), 2);            /* 2.5 */
	assert_int_equal(price_of(&price, 3, 0), 8);            /* 7.5 */
	for (size_t i = 0; i < 3; i++)
		free(items[i]);
}

static void
a_price_is_a_plain_decimal_of_at_most_a_million(void **state)
{
	static const char *const wrong[] = { "", ".", "1.", ".5", "-1", "1e3", "1.1234567", "1000000.000001", "9999999999998", "99999999999999999999" };
	int64_t micros;

	(void)state;
	assert_true(price_read_micros(slice_of("0.15"), &micros));
	assert_int_equal(micros, 150000);
	assert_true(price_read_micros(slice_of("1000000"), &micros));
	assert_int_equal(micros, 1000000000000);
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_false(price_read_micros(slice_of(wrong[i]), &micros));
}

/* The cases that need recordings stand last. */
enum { RECORDED = 10 };

static bool
has_recordings(void)
{
	char path[1024];

	recording_path("", path, sizeof path);
	return access(path, R_OK) == 0;
}

/* What a provider says it used may be anything; a message must not fail over it. */
static void
tokens_beyond_any_answer_are_not_believed(void **state)
{
	static const struct {
		const struct provider_protocol *protocol;
		const char                     *text;
	} answers[] = {
		{ &provider_anthropic, "{\"usage\":{\"input_tokens\":2000000000,\"cache_creation_input_tokens\":2000000000,\"cache_read_input_tokens\":2000000000,"
		    "\"output_tokens\":2000000000},\"content\":[{\"type\":\"text\",\"text\":\"{}\"}]}" },
		{ &provider_gemini, "{\"usageMetadata\":{\"promptTokenCount\":2000000000,\"candidatesTokenCount\":2000000000,\"thoughtsTokenCount\":2000000000},"
		    "\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"{}\"}]}}]}" },
		{ &provider_openai, "{\"usage\":{\"prompt_tokens\":2000000000,\"completion_tokens\":2000000000},\"choices\":[{\"message\":{\"content\":\"{}\"}}]}" },
	};
	const struct price dearest = { .input_micros = INT64_C(1000000000000), .output_micros = INT64_C(1000000000000) };

	(void)state;
	for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
		struct provider_answer answer = read_text(answers[i].protocol, 200, -1, answers[i].text);

		assert_int_equal(answer.result, PROVIDER_ANSWERED);
		assert_in_range(answer.input_tokens, 0, INT32_MAX);
		assert_in_range(answer.output_tokens, 0, INT32_MAX);
		json_decref(answer.json);
	}
	assert_in_range(price_of(&dearest, 3 * PROVIDER_TOKENS_MAX, 2 * PROVIDER_TOKENS_MAX), 0, MONEY_MINOR_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_status_says_whether_another_try_may_do),
		cmocka_unit_test(garbage_is_no_answer),
		cmocka_unit_test(thoughts_are_passed_over_and_a_fence_is_opened),
		cmocka_unit_test(providers_stand_in_the_order_of_their_sections),
		cmocka_unit_test(an_incomplete_provider_is_refused_by_name),
		cmocka_unit_test(a_call_costs_what_the_newest_price_says_rounded_half_to_even),
		cmocka_unit_test(a_price_is_a_plain_decimal_of_at_most_a_million),
		cmocka_unit_test(gemini_is_asked_as_its_own_library_asks),
		cmocka_unit_test(gemini_gets_an_image_as_its_own_library_sends_it),
		cmocka_unit_test(openai_is_asked_as_its_own_library_asks),
		cmocka_unit_test(openai_gets_an_image_as_its_own_library_sends_it),
		cmocka_unit_test(ollama_is_told_what_its_own_library_tells_it),
		cmocka_unit_test(ollama_gets_an_image_that_its_own_library_sends_it),
		cmocka_unit_test(tokens_beyond_any_answer_are_not_believed),
		cmocka_unit_test(anthropic_is_asked_as_its_own_library_asks),
		cmocka_unit_test(anthropic_gets_an_image_as_its_own_library_sends_it),
		cmocka_unit_test(recorded_answers_give_the_expenses_and_the_tokens),
		cmocka_unit_test(recorded_failures_are_told_apart),
	};
	size_t count = sizeof tests / sizeof tests[0];

	if (!has_recordings()) {
		count -= RECORDED;
		printf("# %d cases are left out: there are no recordings beside the sources\n", RECORDED);
	}
	return _cmocka_run_group_tests("provider", tests, count, NULL, NULL);
}
