/* SPDX-License-Identifier: MIT */
/* What each messenger sends for a reply, and what it makes of the platform's answers. */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "messenger/messenger.h"
#include "messenger/parts.h"
#include "options.h"

enum { NOW_S = 1795431371 };

static struct options options;
static struct arena arena;
static struct send_request request;
static struct send_outcome outcome;
static const char *why;
static json_t *sent;                 /* the body of the request */

static const struct reply_button undo = { { "Undo", 4 }, { "undo:1", 6 } };

static struct outgoing
reply_to(struct slice deliver_to, struct slice text)
{
	return (struct outgoing){ .deliver_to = deliver_to, .text = text, .now_s = NOW_S, .options = &options,
		.credential = SLICE_LITERAL("credential") };
}

static bool
build(const struct outgoing *outgoing)
{
	json_decref(sent);
	sent = NULL;
	request = (struct send_request){ .method = NULL };
	if (!messenger_of(outgoing->deliver_to)->build(outgoing, &arena, &request, &why))
		return false;
	sent = json_in(request.body);
	return true;
}

static enum send_result
judge(const struct outgoing *outgoing, unsigned http_status, const char *body, int64_t retry_after_s)
{
	struct send_response response = { http_status, slice_of(body), retry_after_s };

	messenger_of(outgoing->deliver_to)->judge(outgoing, &response, &arena, &outcome);
	return outcome.result;
}

static void
assert_slice(struct slice s, const char *text)
{
	assert_int_equal(s.len, strlen(text));
	assert_memory_equal(s.ptr, text, s.len);
}

static void
assert_sent(const char *path, const char *text)
{
	assert_slice(json_text_at(sent, path), text);
}

static struct slice
long_text(size_t len)
{
	char *text = arena_alloc(&arena, len);

	memset(text, 'x', len);
	return (struct slice){ text, len };
}

static int
set_up(void **state)
{
	(void)state;
	arena = (struct arena)ARENA_INIT;
	sent = NULL;
	assert_true(options_init(&options));
	options.line_access_token.value = strdup("line-token");
	options.telegram_bot_token.value = strdup("42:token");
	options.slack_bot_token.value = strdup("xoxb-1");
	options.whatsapp_access_token.value = strdup("wa-token");
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	json_decref(sent);
	arena_fini(&arena);
	options_fini(&options);
	return 0;
}

/* --- cutting ---------------------------------------------------------------------------------- */

static void
a_long_text_is_cut_at_a_line_else_at_a_blank_else_between_characters(void **state)
{
	(void)state;
	assert_slice(text_split(SLICE_LITERAL("one two\nthree four"), 0, 12, UNIT_CHARACTER).text, "one two");
	assert_slice(text_split(SLICE_LITERAL("one two\nthree four"), 1, 12, UNIT_CHARACTER).text, "three four");
	assert_slice(text_split(SLICE_LITERAL("one two three"), 0, 9, UNIT_CHARACTER).text, "one two");
	assert_slice(text_split(SLICE_LITERAL("早餐午餐"), 0, 3, UNIT_CHARACTER).text, "早餐午");
	assert_slice(text_split(SLICE_LITERAL("早餐午餐"), 0, 8, UNIT_BYTE).text, "早餐");
	assert_slice(text_split(SLICE_LITERAL("😀😀"), 0, 3, UNIT_UTF16).text, "😀");
	assert_true(text_split(SLICE_LITERAL("short"), 0, 5, UNIT_CHARACTER).is_last);
	assert_false(text_split(SLICE_LITERAL("longer"), 0, 5, UNIT_CHARACTER).is_last);
	assert_true(text_split(SLICE_LITERAL("longer"), 1, 5, UNIT_CHARACTER).is_last);
	assert_true(text_split(SLICE_LITERAL("short"), 7, 5, UNIT_CHARACTER).is_last);
}

/* --- LINE ------------------------------------------------------------------------------------- */

static struct slice
line_destination(const char *received_s)
{
	return DESTINATION(&arena, SLICE_LITERAL("line"), SLICE_LITERAL("U2"), SLICE_LITERAL("reply-token"), SLICE_EMPTY, slice_of(received_s));
}

static void
line_replies_by_the_token_and_pushes_when_that_is_over(void **state)
{
	struct outgoing outgoing = reply_to(line_destination("1795431370"), SLICE_LITERAL("Recorded"));

	(void)state;
	assert_true(build(&outgoing));
	assert_slice(request.url, "https://api.line.me/v2/bot/message/reply");
	assert_slice(request.headers[0], "Authorization: Bearer line-token");
	assert_sent("replyToken", "reply-token");
	assert_slice(json_text_at(json_array_get(json_at(sent, "messages"), 0), "text"), "Recorded");
	assert_int_equal(judge(&outgoing, 200, "{\"sentMessages\":[{\"id\":\"77\"}]}", -1), SEND_DONE);
	assert_slice(outcome.ref, "77");
	assert_int_equal(judge(&outgoing, 400, "{\"message\":\"Invalid reply token\"}", -1), SEND_NEXT);
	outgoing.step = outcome.step;
	assert_true(build(&outgoing));
	assert_slice(request.url, "https://api.line.me/v2/bot/message/push");
	assert_sent("to", "U2");
	assert_memory_equal(request.headers[1].ptr, "X-Line-Retry-Key: ", 18);
	assert_int_equal(judge(&outgoing, 409, "{\"message\":\"accepted before\"}", -1), SEND_DONE);
	assert_int_equal(judge(&outgoing, 400, "{}", -1), SEND_REJECTED);
}

static void
line_pushes_at_once_when_the_token_is_old(void **state)
{
	struct outgoing outgoing = reply_to(line_destination("1795431300"), SLICE_LITERAL("Recorded"));

	(void)state;
	assert_true(build(&outgoing));
	assert_slice(request.url, "https://api.line.me/v2/bot/message/push");
}

static void
line_takes_a_token_that_is_used_up_for_a_reply_that_arrived(void **state)
{
	struct outgoing outgoing = reply_to(line_destination("1795431370"), SLICE_LITERAL("Recorded"));

	(void)state;
	assert_int_equal(judge(&outgoing, 0, "", -1), SEND_RETRY);
	outgoing.step = outcome.step;
	assert_true(build(&outgoing));
	assert_slice(request.url, "https://api.line.me/v2/bot/message/reply");
	assert_int_equal(judge(&outgoing, 400, "{\"message\":\"Invalid reply token\"}", -1), SEND_DONE);
}

/* --- Telegram --------------------------------------------------------------------------------- */

static void
telegram_answers_the_message_with_buttons_under_the_last_part(void **state)
{
	struct outgoing outgoing = reply_to(DESTINATION(&arena, SLICE_LITERAL("telegram"), SLICE_LITERAL("-100"), SLICE_LITERAL("7"), SLICE_EMPTY),
	    long_text(5000));

	(void)state;
	outgoing.buttons = &undo;
	outgoing.button_count = 1;
	assert_true(build(&outgoing));
	assert_slice(request.url, "https://api.telegram.org/bot42:token/sendMessage");
	assert_int_equal(json_int_at(sent, "chat_id", 0), -100);
	assert_int_equal(json_int_at(sent, "reply_parameters.message_id", 0), 7);
	assert_int_equal(json_text_at(sent, "text").len, 4096);
	assert_null(json_at(sent, "reply_markup"));
	assert_int_equal(judge(&outgoing, 200, "{\"ok\":true,\"result\":{\"message_id\":1366}}", -1), SEND_NEXT);
	outgoing.step = outcome.step;
	assert_true(build(&outgoing));
	assert_int_equal(json_text_at(sent, "text").len, 5000 - 4096);
	assert_non_null(json_at(sent, "reply_markup"));
	assert_int_equal(judge(&outgoing, 200, "{\"ok\":true,\"result\":{\"message_id\":1367}}", -1), SEND_DONE);
	assert_slice(outcome.ref, "1367");
}

static void
telegram_waits_as_long_as_it_is_told(void **state)
{
	struct outgoing outgoing = reply_to(DESTINATION(&arena, SLICE_LITERAL("telegram"), SLICE_LITERAL("5"), SLICE_LITERAL("7"), SLICE_EMPTY),
	    SLICE_LITERAL("Recorded"));

	(void)state;
	assert_int_equal(judge(&outgoing, 429, "{\"ok\":false,\"error_code\":429,\"parameters\":{\"retry_after\":14}}", -1), SEND_RETRY);
	assert_int_equal(outcome.after_ms, 14000);
	assert_int_equal(judge(&outgoing, 403, "{\"ok\":false,\"error_code\":403}", -1), SEND_REJECTED);
	assert_int_equal(judge(&outgoing, 200, "not JSON", -1), SEND_RETRY);
	assert_int_equal(judge(&outgoing, 500, "", -1), SEND_RETRY);
	assert_int_equal(judge(&outgoing, 0, "", -1), SEND_RETRY);
}

static void
telegram_answers_a_press_first_and_the_message_all_the_same(void **state)
{
	struct outgoing outgoing = reply_to(DESTINATION(&arena, SLICE_LITERAL("telegram"), SLICE_LITERAL("5"), SLICE_LITERAL("7"), SLICE_LITERAL("cb1")),
	    SLICE_LITERAL("Undone"));

	(void)state;
	assert_true(build(&outgoing));
	assert_slice(request.url, "https://api.telegram.org/bot42:token/answerCallbackQuery");
	assert_sent("callback_query_id", "cb1");
	assert_int_equal(judge(&outgoing, 400, "{\"ok\":false,\"description\":\"query is too old\"}", -1), SEND_NEXT);
	outgoing.step = outcome.step;
	assert_true(build(&outgoing));
	assert_sent("text", "Undone");
}

/* --- Slack ------------------------------------------------------------------------------------ */

static void
slack_answers_in_the_thread_and_says_its_errors_with_a_200(void **state)
{
	struct outgoing outgoing = reply_to(DESTINATION(&arena, SLICE_LITERAL("slack"), SLICE_LITERAL("C1"), SLICE_LITERAL("1.1"), SLICE_EMPTY),
	    SLICE_LITERAL("fish & chips <3"));

	(void)state;
	outgoing.buttons = &undo;
	outgoing.button_count = 1;
	assert_true(build(&outgoing));
	assert_slice(request.url, "https://slack.com/api/chat.postMessage");
	assert_slice(request.headers[0], "Authorization: Bearer xoxb-1");
	assert_sent("channel", "C1");
	assert_sent("thread_ts", "1.1");
	assert_sent("text", "fish &amp; chips &lt;3");
	assert_int_equal(json_array_size(json_at(sent, "blocks")), 2);
	assert_int_equal(judge(&outgoing, 200, "{\"ok\":true,\"ts\":\"2.2\"}", -1), SEND_DONE);
	assert_slice(outcome.ref, "2.2");
	assert_int_equal(judge(&outgoing, 200, "{\"ok\":false,\"error\":\"channel_not_found\"}", -1), SEND_REJECTED);
	assert_int_equal(judge(&outgoing, 200, "{\"ok\":false,\"error\":\"internal_error\"}", -1), SEND_RETRY);
	assert_int_equal(judge(&outgoing, 429, "{\"ok\":false,\"error\":\"ratelimited\"}", 30), SEND_RETRY);
	assert_int_equal(outcome.after_ms, 30000);
}

static void
slack_writes_to_no_hook_that_is_not_slacks(void **state)
{
	static const char *const refused[] = { "https://hooks.slack.com.evil.example/x", "https://hooks.slack.com/x\nHost: evil.example" };
	struct outgoing outgoing = reply_to(SLICE_EMPTY, SLICE_LITERAL("Recorded"));

	(void)state;
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		outgoing.deliver_to = DESTINATION(&arena, SLICE_LITERAL("slack"), SLICE_LITERAL("C1"), SLICE_EMPTY, slice_of(refused[i]));
		assert_false(build(&outgoing));
	}
	outgoing.deliver_to = DESTINATION(&arena, SLICE_LITERAL("slack"), SLICE_LITERAL("C1"), SLICE_EMPTY, SLICE_LITERAL("https://hooks.slack.com/x"));
	assert_true(build(&outgoing));
	assert_int_equal(request.header_count, 0);
}

/* --- Discord ---------------------------------------------------------------------------------- */

static struct slice
discord_destination(const char *received_s)
{
	return DESTINATION(&arena, SLICE_LITERAL("discord"), SLICE_LITERAL("9"), SLICE_LITERAL("tok"), slice_of(received_s), SLICE_LITERAL("private"));
}

static void
discord_edits_the_promise_and_follows_it(void **state)
{
	struct outgoing outgoing = reply_to(discord_destination("1795431371"), long_text(2500));

	(void)state;
	assert_true(build(&outgoing));
	assert_string_equal(request.method, "PATCH");
	assert_slice(request.url, "https://discord.com/api/v10/webhooks//tok/messages/@original");
	assert_int_equal(json_text_at(sent, "content").len, 2000);
	assert_int_equal(judge(&outgoing, 200, "{\"id\":\"1\"}", -1), SEND_NEXT);
	outgoing.step = outcome.step;
	assert_true(build(&outgoing));
	assert_string_equal(request.method, "POST");
	assert_int_equal(json_int_at(sent, "flags", 0), 64);
	assert_int_equal(judge(&outgoing, 200, "{\"id\":\"2\"}", -1), SEND_DONE);
	assert_int_equal(judge(&outgoing, 429, "{\"retry_after\":0.5}", 1), SEND_RETRY);
	assert_int_equal(outcome.after_ms, 501);
}

static void
discord_waits_until_its_promise_is_known_and_gives_up_or_writes_to_the_channel_later(void **state)
{
	struct outgoing outgoing = reply_to(discord_destination("1795431370"), SLICE_LITERAL("Recorded"));

	(void)state;
	assert_int_equal(judge(&outgoing, 404, "{\"code\":10015}", -1), SEND_RETRY);
	outgoing.deliver_to = discord_destination("1795431300");
	assert_int_equal(judge(&outgoing, 404, "{\"code\":10015}", -1), SEND_REJECTED);
	outgoing.deliver_to = discord_destination("1795430000");
	assert_false(build(&outgoing));
	options.discord_bot_token.value = strdup("bot-token");
	assert_true(build(&outgoing));
	assert_slice(request.url, "https://discord.com/api/v10/channels/9/messages");
	assert_slice(request.headers[0], "Authorization: Bot bot-token");
	assert_int_equal(json_text_at(sent, "nonce").len, 25);
}

/* --- Teams ------------------------------------------------------------------------------------ */

static struct slice
teams_destination(const char *service_url)
{
	return DESTINATION(&arena, SLICE_LITERAL("teams"), SLICE_LITERAL("19:x@thread;messageid=1"), slice_of(service_url), SLICE_LITERAL("1"),
	    SLICE_LITERAL("29:u"), SLICE_LITERAL("28:b"));
}

static void
teams_sends_its_token_to_the_services_that_are_allowed_only(void **state)
{
	static const char *const refused[] = {
		"http://smba.trafficmanager.net/amer/", "https://smba.trafficmanager.net.evil.example/", "https://evil-botframework.com/",
		"https://botframework.com@evil.example/", "https://evil.example/.botframework.com", "https://evil.example#.botframework.com",
		"https://smba.trafficmanager.net:8443/", "https://x.smba.trafficmanager.net/", "", "https://",
		"https://smba.trafficmanager.net/\r\nX: 1/",
	};
	struct outgoing outgoing = reply_to(teams_destination("https://smba.trafficmanager.net/amer/"), SLICE_LITERAL("Recorded"));

	(void)state;
	assert_true(build(&outgoing));
	assert_slice(request.url, "https://smba.trafficmanager.net/amer/v3/conversations/19%3Ax%40thread%3Bmessageid%3D1/activities/1");
	assert_slice(request.headers[0], "Authorization: Bearer credential");
	assert_sent("replyToId", "1");
	assert_sent("text", "Recorded");
	outgoing.deliver_to = teams_destination("https://europe.botframework.com");
	assert_true(build(&outgoing));
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		outgoing.deliver_to = teams_destination(refused[i]);
		assert_false(build(&outgoing));
	}
}

static void
teams_puts_buttons_and_text_on_one_card_and_gets_another_token_when_one_is_refused(void **state)
{
	struct outgoing outgoing = reply_to(teams_destination("https://smba.trafficmanager.net/amer/"), SLICE_LITERAL("Recorded"));

	(void)state;
	outgoing.buttons = &undo;
	outgoing.button_count = 1;
	assert_true(build(&outgoing));
	assert_null(json_at(sent, "text"));
	assert_int_equal(json_array_size(json_at(sent, "attachments")), 1);
	assert_int_equal(judge(&outgoing, 201, "{\"id\":\"5\"}", -1), SEND_DONE);
	assert_int_equal(judge(&outgoing, 401, "", -1), SEND_RETRY);
	assert_true(outcome.is_credential_bad);
	assert_int_equal(judge(&outgoing, 412, "", -1), SEND_RETRY);
	assert_int_equal(judge(&outgoing, 413, "", -1), SEND_REJECTED);
}

/* --- WhatsApp --------------------------------------------------------------------------------- */

static void
whatsapp_goes_by_the_code_of_an_error(void **state)
{
	struct outgoing outgoing = reply_to(DESTINATION(&arena, SLICE_LITERAL("whatsapp"), SLICE_LITERAL("10"), SLICE_LITERAL("1"), SLICE_LITERAL("wamid.1")),
	    SLICE_LITERAL("Recorded"));

	(void)state;
	outgoing.buttons = &undo;
	outgoing.button_count = 1;
	assert_true(build(&outgoing));
	assert_slice(request.url, "https://graph.facebook.com/v23.0/1/messages");
	assert_sent("to", "10");
	assert_sent("context.message_id", "wamid.1");
	assert_sent("interactive.body.text", "Recorded");
	assert_int_equal(judge(&outgoing, 200, "{\"messages\":[{\"id\":\"wamid.2\"}]}", -1), SEND_DONE);
	assert_slice(outcome.ref, "wamid.2");
	assert_int_equal(judge(&outgoing, 400, "{\"error\":{\"code\":131056}}", -1), SEND_RETRY);
	assert_int_equal(outcome.after_ms, 6000);
	assert_int_equal(judge(&outgoing, 400, "{\"error\":{\"code\":131047}}", -1), SEND_REJECTED);
	assert_int_equal(judge(&outgoing, 400, "{\"error\":{\"code\":100}}", -1), SEND_REJECTED);
}

/* It takes three buttons, and of more a list of rows. */
static void
whatsapp_has_a_list_of_what_is_too_much_for_buttons(void **state)
{
	static const struct reply_button four[] = {
		{ { "Food", 4 }, { "a", 1 } }, { { "Transport", 9 }, { "b", 1 } }, { { "Housing", 7 }, { "c", 1 } },
		{ { "What has a name of more than twenty-four", 40 }, { "d", 1 } },
	};
	struct outgoing outgoing = reply_to(DESTINATION(&arena, SLICE_LITERAL("whatsapp"), SLICE_LITERAL("10"), SLICE_LITERAL("1"), SLICE_LITERAL("wamid.1")),
	    SLICE_LITERAL("Which one?"));
	const json_t *rows;

	(void)state;
	outgoing.buttons = four;
	outgoing.button_count = 3;
	assert_true(build(&outgoing));
	assert_sent("interactive.type", "button");
	assert_int_equal(json_array_size(json_at(sent, "interactive.action.buttons")), 3);
	outgoing.button_count = 4;
	assert_true(build(&outgoing));
	assert_sent("interactive.type", "list");
	rows = json_at(json_array_get(json_at(sent, "interactive.action.sections"), 0), "rows");
	assert_int_equal(json_array_size(rows), 4);
	assert_slice(json_text_at(json_array_get(rows, 1), "title"), "Transport");
	assert_slice(json_text_at(json_array_get(rows, 1), "id"), "b");
	assert_slice(json_text_at(json_array_get(rows, 3), "title"), "What has a name of more");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_long_text_is_cut_at_a_line_else_at_a_blank_else_between_characters),
		CASE(line_replies_by_the_token_and_pushes_when_that_is_over),
		CASE(line_pushes_at_once_when_the_token_is_old),
		CASE(line_takes_a_token_that_is_used_up_for_a_reply_that_arrived),
		CASE(telegram_answers_the_message_with_buttons_under_the_last_part),
		CASE(telegram_waits_as_long_as_it_is_told),
		CASE(telegram_answers_a_press_first_and_the_message_all_the_same),
		CASE(slack_answers_in_the_thread_and_says_its_errors_with_a_200),
		CASE(slack_writes_to_no_hook_that_is_not_slacks),
		CASE(discord_edits_the_promise_and_follows_it),
		CASE(discord_waits_until_its_promise_is_known_and_gives_up_or_writes_to_the_channel_later),
		CASE(teams_sends_its_token_to_the_services_that_are_allowed_only),
		CASE(teams_puts_buttons_and_text_on_one_card_and_gets_another_token_when_one_is_refused),
		CASE(whatsapp_goes_by_the_code_of_an_error),
		CASE(whatsapp_has_a_list_of_what_is_too_much_for_buttons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
