/* SPDX-License-Identifier: MIT */
/*
 * The bodies of webhooks under libFuzzer.  MESSENGER says whose the input is;
 * without it the input's first line does, as in the corpus.
 *
 *	make fuzz_webhook_line && ./fuzz_webhook_line -max_total_time=60
 *	make fuzz_webhook && ./fuzz_webhook ../tests/fuzz/corpus/webhook
 *
 * Whatever arrives: no event goes on that the store would refuse, each can be
 * answered, and what is made of it is one HTTP request.
 */
#include "config.h"

#include <string.h>

#include <jansson.h>

#include "access/auth.h"
#include "fuzz.h"
#include "messenger/messenger.h"
#include "options.h"
#include "records.h"
#include "text.h"

static struct options options;

static void
set(const char *assignment)
{
	struct buf errors = BUF_INIT;

	CHECK(options_override(&options, assignment, &errors));
	buf_fini(&errors);
}

static void
set_options(void)
{
	static bool is_set;

	if (is_set)
		return;
	is_set = true;
	CHECK(options_init(&options));
	set("telegram.bot_name=expense_bot");
	set("discord.application_id=1");
	set("teams.app_id=app");
	options.telegram_bot_token.value = strdup("42:token");
	options.line_access_token.value = strdup("token");
	options.slack_bot_token.value = strdup("token");
	options.whatsapp_access_token.value = strdup("token");
}

static bool
is_one_line(struct slice text)
{
	return memchr(text.ptr, '\n', text.len) == NULL && memchr(text.ptr, '\r', text.len) == NULL;
}

static void
check_request(const struct send_request *request)
{
	bool is_form = strcmp(request->content_type, "application/x-www-form-urlencoded") == 0;
	json_t *root = json_loadb(request->body.ptr, request->body.len, 0, NULL);

	CHECK(request->url.len > 8 && is_one_line(request->url));
	for (size_t i = 0; i < request->header_count; i++)
		CHECK(is_one_line(request->headers[i]));
	CHECK(is_form || json_is_object(root));
	json_decref(root);
}

/* Answers of the platform that are as wild as the input. */
static void
check_answers(const struct messenger *messenger, struct outgoing *outgoing, struct arena *arena, struct slice body)
{
	static const unsigned statuses[] = { 0, 200, 201, 400, 401, 403, 404, 409, 412, 429, 500 };
	struct send_outcome outcome;

	for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
		struct send_response response = { statuses[i], body, -1 };

		messenger->judge(outgoing, &response, arena, &outcome);
		CHECK(outcome.after_ms >= 0 && outcome.result <= SEND_REJECTED);
		CHECK(outcome.why != NULL || outcome.result == SEND_DONE || outcome.result == SEND_NEXT);
	}
}

/* Where a picture of theirs is asked for, whatever the event and the answers on the way say. */
static void
check_media(const struct messenger *messenger, struct slice media, struct arena *arena, struct slice answer)
{
	bool is_file;

	for (unsigned number = 0; number < 3; number++) {
		struct media_step step = { media, number, answer, SLICE_LITERAL("credential") };
		struct send_request request = { .method = NULL };

		if (!messenger->get_media(&options, &step, arena, &request, &is_file))
			continue;
		CHECK(request.url.len > 8 && is_one_line(request.url));
		for (size_t i = 0; i < request.header_count; i++)
			CHECK(is_one_line(request.headers[i]));
	}
}

/* What else the platform answers when it is asked. */
static void
check_credential(const struct messenger *messenger, struct arena *arena, struct slice answer)
{
	struct send_request request = { .method = NULL };
	struct slice credential;
	int64_t lives_s;

	if (messenger->read_credential != NULL && messenger->read_credential(answer, arena, &credential, &lives_s))
		CHECK(credential.len > 0 && is_one_line(credential) && lives_s >= 0);
	if (messenger->get_keys != NULL && messenger->get_keys(&options, 1, answer, arena, &request))
		CHECK(request.url.len > 8 && is_one_line(request.url));
}

static void
check_event(const struct messenger *messenger, const struct event *event, struct arena *arena, struct slice body)
{
	struct reply_button button = { SLICE_LITERAL("Undo"), SLICE_LITERAL("undo") };
	struct outgoing outgoing = { .deliver_to = event->deliver_to, .text = event->text.len > 0 ? event->text : SLICE_LITERAL("ok"),
		.buttons = &button, .button_count = 1, .now_s = 1795431371, .options = &options, .credential = SLICE_LITERAL("token") };
	struct send_request request = { .method = NULL };
	const char *why;

	CHECK(auth_is_user_id(event->user_id) && text_is_utf8(event->text) && event->text.len <= MESSAGE_TEXT_MAX);
	CHECK(event->key.len > 0 && event->key.len <= IDEMPOTENCY_KEY_MAX && event->deliver_to.len <= DELIVER_TO_MAX);
	CHECK(event->incoming.ref.len <= REFERENCE_MAX && event->incoming.conversation.len <= REFERENCE_MAX);
	CHECK(messenger_of(event->deliver_to) == messenger);
	if (messenger->build(&outgoing, arena, &request, &why))
		check_request(&request);
	else
		CHECK(why != NULL);
	check_answers(messenger, &outgoing, arena, body);
	check_media(messenger, event->incoming.media, arena, body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice body = { (const char *)data, size };
	struct arena arena = ARENA_INIT;
	struct decoded decoded = { .arena = &arena };
	const struct messenger *messenger;
	struct webhook hook;

	set_options();
#ifdef MESSENGER
	messenger = messenger_find(slice_of(MESSENGER));
#else
	const char *end = size > 0 ? memchr(data, '\n', size) : NULL;

	if (end == NULL)
		return 0;
	messenger = messenger_find((struct slice){ body.ptr, (size_t)(end - body.ptr) });
	body = (struct slice){ end + 1, size - (size_t)(end - body.ptr) - 1 };
#endif
	if (messenger == NULL)
		return 0;
	hook = (struct webhook){ .body = body, .now_s = 1795431371, .options = &options };
	hook.content_type = slice_of(body.len > 0 && body.ptr[0] != '{' ? "application/x-www-form-urlencoded" : "application/json");
	check_media(messenger, body, &arena, body);
	check_credential(messenger, &arena, body);
	if (messenger->decode(&hook, &decoded))
		for (size_t i = 0; i < decoded.count; i++)
			check_event(messenger, &decoded.events[i], &arena, body);
	else
		CHECK(decoded.count == 0);
	arena_fini(&arena);
	return 0;
}
