/* SPDX-License-Identifier: MIT */
/* What the sender makes of what platforms answer, against a server that the test plays on the same loop. */
#include "config.h"

#include "unit.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "ai/worker/curl_loop.h"
#include "clock.h"
#include "counters.h"
#include "messenger/parts.h"
#include "options.h"
#include "sender/sender.h"
#include "sockets.h"

enum { REQUESTS_MAX = 64, PATIENCE_MS = 20000 };

/* What the server does with a request; the last row of a script counts for all that follow. */
struct row {
	const char *status;          /* NULL: it hangs up; "": it is silent */
	const char *headers;
	const char *body;
};

struct scene {
	struct event_base  *base;
	struct curl_loop   *curl;
	struct options      options;
	struct counters     counters;
	struct rate_table  *rates;
	struct sender      *sender;
	struct arena        arena;
	int                 listener;
	struct event       *on_accept;
	char                url[64];

	const struct row   *script;
	size_t              row_count, request_count;
	char                requests[REQUESTS_MAX][8192];
	int                 silent[REQUESTS_MAX];
	size_t              silent_count;

	size_t              done_count, results[SEND_REJECTED + 1];
	struct send_outcome outcome;             /* the last one */
	char                ref[64], why[128];
	unsigned            progress;
	enum status         keys_status;
	char                keys[256];
};

/* --- the platform ---------------------------------------------------------------------------- */

struct visit {
	struct scene *scene;
	struct event *event;
	char          text[8192];
	size_t        len;
};

static bool
is_whole(const struct visit *visit)
{
	const char *end = strstr(visit->text, "\r\n\r\n"), *length = strcasestr(visit->text, "\r\ncontent-length:");

	return end != NULL && strlen(end + 4) >= (length != NULL && length < end ? strtoul(length + 17, NULL, 10) : 0);
}

static void
answer(struct scene *scene, int fd)
{
	size_t n = scene->request_count++;
	const struct row *row = &scene->script[n < scene->row_count ? n : scene->row_count - 1];
	struct buf out = BUF_INIT;

	if (row->status != NULL && row->status[0] == '\0') {
		scene->silent[scene->silent_count++] = fd;
		return;
	}
	if (row->status != NULL) {
		buf_printf(&out, "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\nConnection: close\r\n\r\n%s", row->status,
		    row->headers != NULL ? row->headers : "", strlen(row->body), row->body);
		assert_int_equal(send(fd, out.data, out.len, MSG_NOSIGNAL), out.len);
	}
	buf_fini(&out);
	close(fd);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct visit *visit = arg;
	ssize_t n = recv(fd, visit->text + visit->len, sizeof visit->text - 1 - visit->len, 0);

	(void)what;
	if (n > 0)
		visit->len += (size_t)n;
	if (n > 0 && !is_whole(visit))
		return;
	if (n > 0) {
		assert_true(visit->scene->request_count < REQUESTS_MAX);
		memcpy(visit->scene->requests[visit->scene->request_count], visit->text, visit->len + 1);
		answer(visit->scene, fd);
	} else {
		close(fd);
	}
	event_free(visit->event);
	free(visit);
}

static void
on_visitor(evutil_socket_t listener, short what, void *arg)
{
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct scene *scene = arg;
	struct visit *visit;

	(void)what;
	if (fd == -1)
		return;
	visit = calloc(1, sizeof *visit);
	visit->scene = scene;
	visit->event = event_new(scene->base, fd, EV_READ | EV_PERSIST, on_readable, visit);
	event_add(visit->event, NULL);
}

static void
listen_on_loopback(struct scene *scene)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof address;

	scene->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(scene->listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(scene->listener, 64), 0);
	assert_int_equal(getsockname(scene->listener, (struct sockaddr *)&address, &len), 0);
	snprintf(scene->url, sizeof scene->url, "http://127.0.0.1:%u", ntohs(address.sin_port));
	scene->on_accept = event_new(scene->base, scene->listener, EV_READ | EV_PERSIST, on_visitor, scene);
	event_add(scene->on_accept, NULL);
}

/* --- the scene ------------------------------------------------------------------------------- */

static void
set_text(char **option, const char *text)
{
	free(*option);
	*option = strdup(text);
}

static void
set_options(struct scene *scene)
{
	struct options *o = &scene->options;
	char openid[96];

	assert_true(options_init(o));
	set_text(&o->line_channel_secret.value, "secret");
	set_text(&o->line_access_token.value, "line-token");
	set_text(&o->telegram_webhook_secret.value, "secret");
	set_text(&o->telegram_bot_token.value, "1:token");
	set_text(&o->teams_app_id, "app");
	set_text(&o->teams_app_secret.value, "app-secret");
	set_text(&o->line_api_url, scene->url);
	set_text(&o->telegram_api_url, scene->url);
	set_text(&o->teams_login_url, scene->url);
	set_text(&o->teams_service_hosts.items[0], scene->url);
	snprintf(openid, sizeof openid, "%s/openid", scene->url);
	set_text(&o->teams_openid_url, openid);
}

static int
open_scene(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);

	scene->base = event_base_new();
	listen_on_loopback(scene);
	set_options(scene);
	scene->curl = curl_loop_open(scene->base);
	scene->rates = rate_table_create(65536);
	scene->sender = sender_open(scene->base, scene->curl, &scene->options, scene->rates, NULL, &scene->counters);
	assert_non_null(scene->sender);
	*state = scene;
	return 0;
}

static int
close_scene(void **state)
{
	struct scene *scene = *state;

	if (scene->sender != NULL)
		sender_close(scene->sender);
	curl_loop_close(scene->curl);
	event_free(scene->on_accept);
	for (int i = 0; i < 3; i++)
		event_base_loop(scene->base, EVLOOP_NONBLOCK);           /* visits of those that were dropped end */
	for (size_t i = 0; i < scene->silent_count; i++)
		close(scene->silent[i]);
	fd_close(&scene->listener);
	event_base_free(scene->base);
	rate_table_destroy(scene->rates);
	options_fini(&scene->options);
	arena_fini(&scene->arena);
	free(scene);
	return 0;
}

#define SCRIPT(scene, ...) \
	static const struct row rows[] = { __VA_ARGS__ }; \
	(scene)->script = rows; \
	(scene)->row_count = sizeof rows / sizeof rows[0]

static void
on_progress(unsigned step, void *arg)
{
	((struct scene *)arg)->progress = step;
}

static void
on_done(const struct send_outcome *outcome, void *arg)
{
	struct scene *scene = arg;

	scene->outcome = *outcome;
	snprintf(scene->ref, sizeof scene->ref, "%.*s", SLICE_ARGS(outcome->ref));
	snprintf(scene->why, sizeof scene->why, "%s", outcome->why != NULL ? outcome->why : "");
	scene->results[outcome->result]++;
	scene->done_count++;
}

static void
start(struct scene *scene, struct slice deliver_to, const char *text, int64_t patience_ms)
{
	static const struct sender_callbacks callbacks = { on_progress, on_done };
	struct outgoing outgoing = { .deliver_to = deliver_to, .text = slice_of(text), .message_id = { { 7 } } };

	sender_send(scene->sender, &outgoing, clock_mono_ms() + patience_ms, &callbacks, scene);
}

static void
await(struct scene *scene, size_t count)
{
	while (scene->done_count < count)
		event_base_loop(scene->base, EVLOOP_ONCE);
}

static struct slice
telegram(struct scene *scene, const char *chat)
{
	return DESTINATION(&scene->arena, SLICE_LITERAL("telegram"), slice_of(chat), SLICE_LITERAL("12"), SLICE_EMPTY);
}

static struct slice
line(struct scene *scene, const char *chat)
{
	return DESTINATION(&scene->arena, SLICE_LITERAL("line"), slice_of(chat), SLICE_LITERAL("token"), SLICE_EMPTY,
	    text_of_int(&scene->arena, clock_wall_ms() / 1000));
}

static struct slice
teams(struct scene *scene, const char *service)
{
	return DESTINATION(&scene->arena, SLICE_LITERAL("teams"), SLICE_LITERAL("conversation"), slice_of(service), SLICE_LITERAL("activity"),
	    SLICE_LITERAL("person"), SLICE_LITERAL("bot"));
}

static void
send_one(struct scene *scene, struct slice deliver_to, int64_t patience_ms)
{
	start(scene, deliver_to, "Recorded.", patience_ms);
	await(scene, 1);
}

static void
assert_asked(const struct scene *scene, size_t n, const char *part)
{
	assert_true(n < scene->request_count);
	if (strstr(scene->requests[n], part) == NULL)
		fail_msg("request %zu has no %s: %s", n, part, scene->requests[n]);
}

/* --- cases ----------------------------------------------------------------------------------- */

static void
a_long_reply_is_sent_part_by_part_and_each_is_told(void **state)
{
	struct scene *scene = *state;
	char text[5001];

	SCRIPT(scene, { "200 OK", NULL, "{\"ok\":true,\"result\":{\"message_id\":100}}" },
	    { "200 OK", NULL, "{\"ok\":true,\"result\":{\"message_id\":101}}" });
	memset(text, 'x', sizeof text - 1);
	text[5000] = '\0';
	start(scene, telegram(scene, "5"), text, PATIENCE_MS);
	await(scene, 1);
	assert_int_equal(scene->outcome.result, SEND_DONE);
	assert_string_equal(scene->ref, "101");
	assert_int_equal(scene->progress, 1);
	assert_int_equal(scene->request_count, 2);
	assert_asked(scene, 0, "POST /bot1:token/sendMessage ");
	assert_asked(scene, 1, "\"reply_parameters\":{\"message_id\":12");
	assert_int_equal(scene->counters.telegram_sent, 1);
}

static void
what_the_platform_puts_off_is_not_tried_before_its_time(void **state)
{
	struct scene *scene = *state;

	SCRIPT(scene, { "429 Too Many Requests", "Retry-After: 7\r\n", "{}" });
	send_one(scene, telegram(scene, "5"), PATIENCE_MS);
	assert_int_equal(scene->outcome.result, SEND_RETRY);
	assert_int_equal(scene->outcome.after_ms, 7000);
	assert_int_equal(scene->request_count, 1);
	assert_int_equal(scene->counters.telegram_put_off, 1);
}

static void
a_chat_that_asked_for_patience_is_left_alone_and_others_are_not(void **state)
{
	struct scene *scene = *state;

	SCRIPT(scene, { "429 Too Many Requests", "Retry-After: 7\r\n", "{}" }, { "200 OK", NULL, "{\"ok\":true,\"result\":{\"message_id\":100}}" });
	send_one(scene, telegram(scene, "5"), PATIENCE_MS);
	start(scene, telegram(scene, "5"), "Recorded.", PATIENCE_MS);
	await(scene, 2);
	assert_int_equal(scene->outcome.result, SEND_RETRY);
	assert_in_range(scene->outcome.after_ms, 2000, 7000);
	assert_int_equal(scene->request_count, 1);
	start(scene, telegram(scene, "6"), "Recorded.", PATIENCE_MS);
	await(scene, 3);
	assert_int_equal(scene->outcome.result, SEND_DONE);
	assert_int_equal(scene->request_count, 2);
}

static void
a_platform_that_counts_all_chats_together_is_left_alone(void **state)
{
	struct scene *scene = *state;

	SCRIPT(scene, { "429 Too Many Requests", "Retry-After: 7\r\n", "{}" });
	send_one(scene, line(scene, "U1"), PATIENCE_MS);
	start(scene, line(scene, "U2"), "Recorded.", PATIENCE_MS);
	await(scene, 2);
	assert_int_equal(scene->results[SEND_RETRY], 2);
	assert_int_equal(scene->request_count, 1);
}

static void
trouble_of_any_kind_is_another_try(void **state)
{
	struct scene *scene = *state;

	SCRIPT(scene, { "500 Internal Server Error", NULL, "oops" }, { "200 OK", NULL, "<html>please log in" }, { NULL, NULL, NULL },
	    { "200 OK", "Content-Length: 100000000\r\n", "" });
	for (size_t i = 1; i <= 4; i++) {
		start(scene, telegram(scene, "5"), "Recorded.", PATIENCE_MS);
		await(scene, i);
		assert_int_equal(scene->outcome.result, SEND_RETRY);
		assert_int_equal(scene->outcome.step, 0);
		assert_string_not_equal(scene->why, "");
	}
	assert_int_equal(scene->request_count, 4);
}

static void
a_platform_that_does_not_answer_is_given_up_before_the_deadline(void **state)
{
	struct scene *scene = *state;

	SCRIPT(scene, { "", NULL, NULL });
	send_one(scene, telegram(scene, "5"), 600);
	assert_int_equal(scene->outcome.result, SEND_RETRY);
}

static void
what_a_platform_never_takes_is_rejected(void **state)
{
	struct scene *scene = *state;

	SCRIPT(scene, { "403 Forbidden", NULL, "{\"ok\":false,\"description\":\"bot was blocked by the user\"}" });
	send_one(scene, telegram(scene, "5"), PATIENCE_MS);
	assert_int_equal(scene->outcome.result, SEND_REJECTED);
	assert_int_equal(scene->counters.telegram_rejected, 1);
}

static void
a_redirect_is_not_followed(void **state)
{
	struct scene *scene = *state;

	SCRIPT(scene, { "307 Temporary Redirect", "Location: /elsewhere\r\n", "" });
	send_one(scene, telegram(scene, "5"), PATIENCE_MS);
	assert_int_equal(scene->request_count, 1);
	assert_int_not_equal(scene->outcome.result, SEND_DONE);
}

static void
a_used_up_reply_token_makes_it_a_push_at_once(void **state)
{
	struct scene *scene = *state;

	SCRIPT(scene, { "400 Bad Request", NULL, "{\"message\":\"Invalid reply token\"}" }, { "200 OK", NULL, "{\"sentMessages\":[{\"id\":\"9\"}]}" });
	send_one(scene, line(scene, "U1"), PATIENCE_MS);
	assert_int_equal(scene->outcome.result, SEND_DONE);
	assert_string_equal(scene->ref, "9");
	assert_asked(scene, 0, "/v2/bot/message/reply");
	assert_asked(scene, 1, "/v2/bot/message/push");
	assert_asked(scene, 1, "X-Line-Retry-Key: ");
}

#define LOGIN(token) { "200 OK", NULL, "{\"access_token\":\"" token "\",\"expires_in\":3600}" }
#define TAKEN        { "200 OK", NULL, "{\"id\":\"activity-2\"}" }

static void
one_token_is_fetched_for_all_who_wait_for_it(void **state)
{
	struct scene *scene = *state;

	SCRIPT(scene, LOGIN("t1"), TAKEN);
	for (int i = 0; i < 5; i++)
		start(scene, teams(scene, scene->url), "Recorded.", PATIENCE_MS);
	await(scene, 5);
	start(scene, teams(scene, scene->url), "Recorded.", PATIENCE_MS);
	await(scene, 6);
	assert_int_equal(scene->results[SEND_DONE], 6);
	assert_int_equal(scene->request_count, 7);
	assert_asked(scene, 0, "POST /botframework.com/oauth2/v2.0/token ");
	assert_asked(scene, 0, "Content-Type: application/x-www-form-urlencoded\r\n");
	for (size_t i = 1; i < 7; i++)
		assert_asked(scene, i, "Authorization: Bearer t1\r\n");
}

static void
a_refused_token_is_replaced_once(void **state)
{
	struct scene *scene = *state;

	SCRIPT(scene, LOGIN("old"), { "401 Unauthorized", NULL, "{}" }, LOGIN("new"), TAKEN);
	send_one(scene, teams(scene, scene->url), PATIENCE_MS);
	assert_int_equal(scene->outcome.result, SEND_DONE);
	assert_int_equal(scene->request_count, 4);
	assert_asked(scene, 3, "Authorization: Bearer new\r\n");
}

static void
a_token_that_is_refused_again_is_for_another_try(void **state)
{
	struct scene *scene = *state;

	SCRIPT(scene, LOGIN("old"), { "401 Unauthorized", NULL, "{}" }, LOGIN("new"), { "401 Unauthorized", NULL, "{}" });
	send_one(scene, teams(scene, scene->url), PATIENCE_MS);
	assert_int_equal(scene->outcome.result, SEND_RETRY);
	assert_int_equal(scene->request_count, 4);
}

static void
without_a_token_all_who_wait_are_put_off(void **state)
{
	struct scene *scene = *state;

	SCRIPT(scene, { "401 Unauthorized", NULL, "{\"error\":\"invalid_client\"}" });
	for (int i = 0; i < 3; i++)
		start(scene, teams(scene, scene->url), "Recorded.", PATIENCE_MS);
	await(scene, 3);
	assert_int_equal(scene->results[SEND_RETRY], 3);
	assert_int_equal(scene->request_count, 1);
	assert_int_equal(scene->counters.teams_put_off, 3);
}

static void
who_waits_for_a_token_is_answered_before_the_deadline(void **state)
{
	struct scene *scene = *state;

	SCRIPT(scene, { "", NULL, NULL });
	send_one(scene, teams(scene, scene->url), 600);
	assert_int_equal(scene->outcome.result, SEND_RETRY);
	assert_string_equal(scene->why, "no token to send with in time");
}

static void
a_token_goes_to_no_host_that_is_not_allowed(void **state)
{
	struct scene *scene = *state;

	SCRIPT(scene, LOGIN("t1"), TAKEN);
	send_one(scene, teams(scene, "https://evil.example/"), PATIENCE_MS);
	assert_int_equal(scene->outcome.result, SEND_REJECTED);
	assert_int_equal(scene->request_count, 1);               /* the login */
}

static void
a_chat_takes_so_many_and_others_do_not_wait_for_it(void **state)
{
	struct scene *scene = *state;

	SCRIPT(scene, { "200 OK", NULL, "{\"ok\":true,\"result\":{\"message_id\":100}}" });
	for (int i = 0; i < 21; i++)
		start(scene, telegram(scene, "-100"), "Recorded.", PATIENCE_MS);
	start(scene, telegram(scene, "5"), "Recorded.", PATIENCE_MS);
	await(scene, 22);
	assert_int_equal(scene->results[SEND_DONE], 21);
	assert_int_equal(scene->results[SEND_RETRY], 1);
	assert_int_equal(scene->request_count, 21);
}

static void
a_messenger_without_its_secrets_is_tried_again_later(void **state)
{
	struct scene *scene = *state;

	free(scene->options.telegram_bot_token.value);
	scene->options.telegram_bot_token.value = NULL;
	send_one(scene, telegram(scene, "5"), PATIENCE_MS);
	assert_int_equal(scene->outcome.result, SEND_RETRY);
	assert_int_equal(scene->request_count, 0);
}

static void
sendings_under_way_when_the_sender_closes_are_told(void **state)
{
	struct scene *scene = *state;

	SCRIPT(scene, { "", NULL, NULL });
	start(scene, telegram(scene, "5"), "Recorded.", PATIENCE_MS);
	start(scene, teams(scene, scene->url), "Recorded.", PATIENCE_MS);
	while (scene->request_count < 2)
		event_base_loop(scene->base, EVLOOP_ONCE);
	sender_close(scene->sender);
	scene->sender = NULL;
	assert_int_equal(scene->results[SEND_RETRY], 2);
}

/* --- keys ------------------------------------------------------------------------------------ */

static void
on_keys(enum status st, struct slice keys, void *arg)
{
	struct scene *scene = arg;

	scene->keys_status = st;
	snprintf(scene->keys, sizeof scene->keys, "%.*s", SLICE_ARGS(keys));
	scene->done_count++;
}

static void
fetch_keys(struct scene *scene, const struct row *where)
{
	char metadata[128];
	struct row rows[] = { *where, { "200 OK", NULL, "{\"keys\":[{\"kid\":\"1\"}]}" } };

	if (where->body == NULL) {
		snprintf(metadata, sizeof metadata, "{\"jwks_uri\":\"%s/keys\"}", scene->url);
		rows[0].body = metadata;
	}
	scene->script = rows;
	scene->row_count = 2;
	sender_fetch_keys(scene->sender, messenger_find(SLICE_LITERAL("teams")), clock_mono_ms() + PATIENCE_MS, on_keys, scene);
	await(scene, 1);
}

static void
keys_are_fetched_from_where_the_issuer_tells(void **state)
{
	struct scene *scene = *state;

	fetch_keys(scene, &(struct row){ "200 OK", NULL, NULL });
	assert_int_equal(scene->keys_status, ST_OK);
	assert_string_equal(scene->keys, "{\"keys\":[{\"kid\":\"1\"}]}");
	assert_asked(scene, 0, "GET /openid ");
	assert_asked(scene, 1, "GET /keys ");
}

static void
keys_that_nobody_tells_of_are_unavailable(void **state)
{
	struct scene *scene = *state;

	fetch_keys(scene, &(struct row){ "200 OK", NULL, "{\"issuer\":\"x\"}" });
	assert_int_equal(scene->keys_status, ST_UNAVAILABLE);
	assert_int_equal(scene->request_count, 1);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, open_scene, close_scene)
	const struct CMUnitTest tests[] = {
		CASE(a_long_reply_is_sent_part_by_part_and_each_is_told),
		CASE(what_the_platform_puts_off_is_not_tried_before_its_time),
		CASE(a_chat_that_asked_for_patience_is_left_alone_and_others_are_not),
		CASE(a_platform_that_counts_all_chats_together_is_left_alone),
		CASE(trouble_of_any_kind_is_another_try),
		CASE(a_platform_that_does_not_answer_is_given_up_before_the_deadline),
		CASE(what_a_platform_never_takes_is_rejected),
		CASE(a_redirect_is_not_followed),
		CASE(a_used_up_reply_token_makes_it_a_push_at_once),
		CASE(one_token_is_fetched_for_all_who_wait_for_it),
		CASE(a_refused_token_is_replaced_once),
		CASE(a_token_that_is_refused_again_is_for_another_try),
		CASE(without_a_token_all_who_wait_are_put_off),
		CASE(who_waits_for_a_token_is_answered_before_the_deadline),
		CASE(a_token_goes_to_no_host_that_is_not_allowed),
		CASE(a_chat_takes_so_many_and_others_do_not_wait_for_it),
		CASE(a_messenger_without_its_secrets_is_tried_again_later),
		CASE(sendings_under_way_when_the_sender_closes_are_told),
		CASE(keys_are_fetched_from_where_the_issuer_tells),
		CASE(keys_that_nobody_tells_of_are_unavailable),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
