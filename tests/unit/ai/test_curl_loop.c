/* SPDX-License-Identifier: MIT */
/* Transfers against a server that the test plays on the same loop: nothing may wait for anything else. */
#include "config.h"

#include "unit.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "ai/worker/curl_loop.h"
#include "sockets.h"

enum { TRANSFERS = 20 };

static int events_left;              /* until the event that there is no memory for; 0: there is for all */

struct event *__real_event_new(struct event_base *base, evutil_socket_t fd, short what, event_callback_fn fn, void *arg);
int __real_event_add(struct event *ev, const struct timeval *timeout);
struct event *__wrap_event_new(struct event_base *base, evutil_socket_t fd, short what, event_callback_fn fn, void *arg);
int __wrap_event_add(struct event *ev, const struct timeval *timeout);

static bool
event_fails(void)
{
	return events_left > 0 && --events_left == 0;
}

struct event *
__wrap_event_new(struct event_base *base, evutil_socket_t fd, short what, event_callback_fn fn, void *arg)
{
	return event_fails() ? NULL : __real_event_new(base, fd, what, fn, arg);
}

int
__wrap_event_add(struct event *ev, const struct timeval *timeout)
{
	return event_fails() ? -1 : __real_event_add(ev, timeout);
}

struct scene {
	struct event_base *base;
	struct curl_loop  *loop;
	struct event      *on_accept;
	int                listener, port;
	bool               hangs_up, is_silent;
	unsigned           done, good, bad;
	int                silent_fd;
};

static void
on_request(evutil_socket_t fd, short what, void *arg)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
	char request[2048];

	(void)what;
	(void)arg;
	if (recv(fd, request, sizeof request, 0) > 0)
		assert_int_equal(send(fd, answer, sizeof answer - 1, MSG_NOSIGNAL), sizeof answer - 1);
	close(fd);
}

static void
on_accept(evutil_socket_t listener, short what, void *arg)
{
	struct scene *scene = arg;
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)what;
	if (fd == -1)
		return;
	if (scene->is_silent)
		scene->silent_fd = fd;
	else if (scene->hangs_up)
		close(fd);
	else
		event_base_once(scene->base, fd, EV_READ, on_request, NULL, NULL);
}

static int
open_scene(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof address;

	scene->base = event_base_new();
	scene->loop = curl_loop_open(scene->base);
	assert_non_null(scene->loop);
	scene->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(scene->listener, (struct sockaddr *)&address, sizeof address), 0);
	assert_int_equal(listen(scene->listener, 64), 0);
	assert_int_equal(getsockname(scene->listener, (struct sockaddr *)&address, &len), 0);
	scene->port = ntohs(address.sin_port);
	scene->silent_fd = -1;
	scene->on_accept = event_new(scene->base, scene->listener, EV_READ | EV_PERSIST, on_accept, scene);
	event_add(scene->on_accept, NULL);
	*state = scene;
	return 0;
}

static int
close_scene(void **state)
{
	struct scene *scene = *state;

	event_free(scene->on_accept);
	curl_loop_close(scene->loop);
	event_base_free(scene->base);
	fd_close(&scene->listener);
	fd_close(&scene->silent_fd);
	free(scene);
	return 0;
}

static size_t
swallow(char *data, size_t size, size_t count, void *arg)
{
	(void)data;
	(void)arg;
	return size * count;
}

static void
on_done(CURL *easy, CURLcode result, void *arg)
{
	struct scene *scene = arg;
	long code = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
	curl_easy_cleanup(easy);
	scene->done++;
	if (result == CURLE_OK && code == 200)
		scene->good++;
	else
		scene->bad++;
}

static void
start(struct scene *scene, long timeout_ms)
{
	CURL *easy = curl_easy_init();
	char url[64];

	snprintf(url, sizeof url, "http://127.0.0.1:%d/", scene->port);
	curl_easy_setopt(easy, CURLOPT_URL, url);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, swallow);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms);
	assert_true(curl_loop_start(scene->loop, easy, on_done, scene));
}

static void
many_transfers_run_side_by_side(void **state)
{
	struct scene *scene = *state;

	for (int i = 0; i < TRANSFERS; i++)
		start(scene, 10000);
	while (scene->done < TRANSFERS)
		event_base_loop(scene->base, EVLOOP_ONCE);
	assert_int_equal(scene->good, TRANSFERS);
}

static void
a_server_that_hangs_up_is_an_error_of_that_transfer(void **state)
{
	struct scene *scene = *state;

	scene->hangs_up = true;
	start(scene, 10000);
	while (scene->done < 1)
		event_base_loop(scene->base, EVLOOP_ONCE);
	assert_int_equal(scene->bad, 1);
}

static void
a_server_that_says_nothing_is_left_when_the_time_is_up(void **state)
{
	struct scene *scene = *state;

	scene->is_silent = true;
	start(scene, 50);
	while (scene->done < 1)
		event_base_loop(scene->base, EVLOOP_ONCE);
	assert_int_equal(scene->bad, 1);
}

static void
closing_drops_what_is_under_way(void **state)
{
	struct scene *scene = *state;

	scene->is_silent = true;
	start(scene, 10000);
	while (scene->silent_fd == -1)
		event_base_loop(scene->base, EVLOOP_ONCE);
	curl_loop_close(scene->loop);
	scene->loop = curl_loop_open(scene->base);
	assert_int_equal(scene->done, 0);
}

/* curl takes a socket that is not watched for the end of all transfers, and a wake-up that it did not get for one that comes. */
static void
an_event_that_there_is_no_memory_for_costs_no_transfer(void **state)
{
	struct scene *scene = *state;
	unsigned started = 0;

	for (int n = 1; ; n++) {
		events_left = n;
		start(scene, 10000);
		start(scene, 10000);
		for (started += 2; scene->done < started; )
			event_base_loop(scene->base, EVLOOP_ONCE);
		assert_int_equal(scene->good, started);
		if (events_left > 0)
			break;
	}
	events_left = 0;
	assert_true(started > 10);
}

static void
a_socket_that_is_still_not_watched_is_forgotten_with_its_transfer(void **state)
{
	struct scene *scene = *state;

	scene->is_silent = true;
	for (int n = 1; n < 8; n++) {
		events_left = n;
		start(scene, 5);
		while (scene->done < (unsigned)n)
			event_base_loop(scene->base, EVLOOP_ONCE);
		fd_close(&scene->silent_fd);
	}
	events_left = 0;
	assert_int_equal(scene->bad, 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(many_transfers_run_side_by_side, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(a_server_that_hangs_up_is_an_error_of_that_transfer, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(a_server_that_says_nothing_is_left_when_the_time_is_up, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(an_event_that_there_is_no_memory_for_costs_no_transfer, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(a_socket_that_is_still_not_watched_is_forgotten_with_its_transfer, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(closing_drops_what_is_under_way, open_scene, close_scene),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
