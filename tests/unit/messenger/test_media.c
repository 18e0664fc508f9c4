/* SPDX-License-Identifier: MIT */
/* Where each messenger's pictures are fetched, with which token, and where they are not. */
#include "config.h"

#include "unit.h"

#include <string.h>

#include "messenger/messenger.h"
#include "messenger/parts.h"
#include "options.h"

static struct options options;
static struct arena arena;
static struct send_request request;
static bool is_file;

static void
set_secret(struct option_secret *secret, const char *value)
{
	free(secret->value);
	secret->value = strdup(value);
}

static int
set_options(void **state)
{
	(void)state;
	assert_true(options_init(&options));
	set_secret(&options.line_access_token, "line-token");
	set_secret(&options.telegram_bot_token, "1:abc");
	set_secret(&options.slack_bot_token, "xoxb");
	set_secret(&options.whatsapp_access_token, "wa-token");
	return 0;
}

static int
free_options(void **state)
{
	(void)state;
	options_fini(&options);
	arena_fini(&arena);
	return 0;
}

static bool
get(const char *messenger, const char *id, unsigned number, const char *answer)
{
	struct media_step step = { DESTINATION(&arena, slice_of(messenger), slice_of(id)), number, slice_of(answer), SLICE_LITERAL("credential") };

	request = (struct send_request){ .method = NULL };
	return messenger_of(step.media)->get_media(&options, &step, &arena, &request, &is_file);
}

static void
assert_gets(const char *url, const char *authorization)
{
	assert_string_equal(request.method, "GET");
	assert_string_equal(request.url.ptr, url);
	assert_int_equal(request.header_count, authorization != NULL ? 1 : 0);
	if (authorization != NULL)
		assert_string_equal(request.headers[0].ptr, authorization);
}

static void
each_platform_is_asked_in_its_way(void **state)
{
	(void)state;
	assert_true(get("line", "12 3", 0, ""));
	assert_true(is_file);
	assert_gets("https://api-data.line.me/v2/bot/message/12%203/content", "Authorization: Bearer line-token");
	assert_true(get("telegram", "AgAD&x", 0, ""));
	assert_false(is_file);
	assert_gets("https://api.telegram.org/bot1:abc/getFile?file_id=AgAD%26x", NULL);
	assert_true(get("telegram", "AgAD", 1, "{\"ok\":true,\"result\":{\"file_path\":\"photos/file_1.jpg\"}}"));
	assert_true(is_file);
	assert_gets("https://api.telegram.org/file/bot1:abc/photos/file_1.jpg", NULL);
	assert_true(get("whatsapp", "77", 0, ""));
	assert_gets("https://graph.facebook.com/v23.0/77", "Authorization: Bearer wa-token");
	assert_true(get("whatsapp", "77", 1, "{\"url\":\"https://lookaside.fbsbx.com/whatsapp/1\"}"));
	assert_gets("https://lookaside.fbsbx.com/whatsapp/1", "Authorization: Bearer wa-token");
	assert_true(get("slack", "https://files.slack.com/files-pri/T1-F1/download/r.jpg", 0, ""));
	assert_gets("https://files.slack.com/files-pri/T1-F1/download/r.jpg", "Authorization: Bearer xoxb");
	assert_true(get("discord", "https://cdn.discordapp.com/ephemeral-attachments/1/2/r.png?ex=1", 0, ""));
	assert_gets("https://cdn.discordapp.com/ephemeral-attachments/1/2/r.png?ex=1", NULL);
	assert_true(get("teams", "https://smba.trafficmanager.net/emea/v3/attachments/1/views/original", 0, ""));
	assert_gets("https://smba.trafficmanager.net/emea/v3/attachments/1/views/original", "Authorization: Bearer credential");
}

static void
no_token_goes_to_places_that_are_none_of_the_platform_s(void **state)
{
	(void)state;
	assert_false(get("slack", "https://files.slack.com.evil.example/r.jpg", 0, ""));
	assert_false(get("slack", "http://169.254.169.254/latest", 0, ""));
	assert_false(get("discord", "https://evil.example/r.png", 0, ""));
	assert_false(get("teams", "https://evil.example/r.png", 0, ""));
	assert_false(get("whatsapp", "77", 1, "{\"url\":\"https://evil.example/\"}"));
	assert_false(get("whatsapp", "77", 1, "not JSON"));
	assert_false(get("telegram", "AgAD", 1, "{\"result\":{\"file_path\":\"../../bot/deleteWebhook\"}}"));
	assert_false(get("telegram", "AgAD", 1, "{\"result\":{\"file_path\":\"x?y=1\"}}"));
	assert_false(get("telegram", "AgAD", 1, "{\"ok\":false}"));
	assert_false(get("line", "", 0, ""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_platform_is_asked_in_its_way),
		cmocka_unit_test(no_token_goes_to_places_that_are_none_of_the_platform_s),
	};
	return cmocka_run_group_tests(tests, set_options, free_options);
}
