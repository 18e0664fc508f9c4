/* SPDX-License-Identifier: MIT */
/* The end of connections: deadlines, clients that do not take their answers, limits, draining. */
#include "config.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "harness.h"

#define GET_NOW "GET /now HTTP/1.1\r\nHost: x\r\n\r\n"

/* It sends a byte whenever the loop has turned, so no single read is late. */
static void
a_request_that_drips_is_cut_at_its_deadline(void **state)
{
	struct harness *h = *state;
	struct client c;

	h->options.request_timeout_ms = 60;
	harness_start(h);
	client_open(&c, h);
	client_send(&c, "GET /now HTTP/1.1\r\nHost: x\r\nX: ");
	while (h->events[HTTP_REQUEST_TIMED_OUT] == 0) {
		client_send(&c, "y");
		harness_turn(h);
	}
	EXPECT_CLOSED(&c);
	assert_int_equal(client_count(&c, "HTTP/1.1 408 Request Timeout\r\n"), 1);
	assert_int_equal(client_count(&c, "\r\nConnection: close\r\n"), 1);
	client_close(&c);
}

static void
a_connection_that_stays_idle_is_closed(void **state)
{
	struct harness *h = *state;
	struct client fresh, used;

	h->options.idle_timeout_ms = 60;
	harness_start(h);
	client_open(&fresh, h);
	client_open(&used, h);
	client_send(&used, GET_NOW);
	EXPECT(&used, "\"now\"");
	EXPECT_CLOSED(&fresh);
	EXPECT_CLOSED(&used);
	assert_int_equal(h->events[HTTP_REQUEST_TIMED_OUT], 0);
	client_close(&fresh);
	client_close(&used);
}

static void
a_client_that_does_not_take_its_answer_is_cut(void **state)
{
	struct harness *h = *state;
	struct client c;

	h->options.send_timeout_ms = 60;
	h->options.unsent_max_bytes = 64 << 20;
	harness_start(h);
	client_open(&c, h);
	client_send(&c, "GET /big/16384 HTTP/1.1\r\nHost: x\r\n\r\n");
	WAIT_FOR(h, h->events[HTTP_SEND_TIMED_OUT] == 1);
	WAIT_FOR(h, server_connections(h->server) == 0);
	client_close(&c);
}

static void
a_client_that_takes_its_answer_in_drops_is_cut_too(void **state)
{
	struct harness *h = *state;
	struct client c;
	char drop[4096];

	h->options.send_timeout_ms = 60;
	h->options.unsent_max_bytes = 64 << 20;
	harness_start(h);
	client_open(&c, h);
	client_send(&c, "GET /big/49152 HTTP/1.1\r\nHost: x\r\n\r\n");
	while (h->events[HTTP_SEND_TIMED_OUT] == 0) {
		(void)!recv(c.fd, drop, sizeof drop, MSG_DONTWAIT);
		harness_turn(h);
	}
	client_close(&c);
}

static void
an_answer_that_leaves_too_much_unsent_costs_the_connection(void **state)
{
	struct harness *h = *state;
	struct client c;

	h->options.unsent_max_bytes = 4096;
	harness_start(h);
	client_open(&c, h);
	client_send(&c, "GET /big/16384 HTTP/1.1\r\nHost: x\r\n\r\n");
	WAIT_FOR(h, h->events[HTTP_CONNECTION_CLOSED] == 1);
	client_close(&c);
}

static void
a_large_answer_and_what_follows_arrive_whole(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	client_send(&c, "GET /big/6000 HTTP/1.1\r\nHost: x\r\n\r\n" GET_NOW);
	WAIT_FOR(h, (client_receive(&c), c.got.len > 6000 * 1024));
	EXPECT(&c, "\"now\"");
	assert_int_equal(client_count(&c, "Content-Length: 6144000\r\n"), 1);
	client_close(&c);
}

static void
one_connection_too_many_is_told_to_come_back(void **state)
{
	struct harness *h = *state;
	struct client first, second, third;
	const char *body;

	h->options.connections_max = 1;
	harness_start(h);
	client_open(&first, h);
	client_send(&first, GET_NOW);
	EXPECT(&first, "\"now\"");
	client_open(&second, h);
	client_send(&second, GET_NOW);
	EXPECT_CLOSED(&second);
	assert_int_equal(client_count(&second, "HTTP/1.1 503 Service Unavailable\r\n"), 1);
	assert_int_equal(client_count(&second, "\r\nRetry-After: 1\r\n"), 1);
	body = strstr(second.got.data, "\r\n\r\n") + 4;
	assert_int_equal(strlen(body), atoi(strstr(second.got.data, "Content-Length: ") + 16));
	assert_int_equal(h->events[HTTP_CONNECTION_REFUSED], 1);
	client_close(&first);
	WAIT_FOR(h, server_connections(h->server) == 0);
	client_open(&third, h);
	client_send(&third, GET_NOW);
	EXPECT(&third, "\"now\"");
	client_close(&second);
	client_close(&third);
}

static void
without_descriptors_accepting_rests_and_goes_on(void **state)
{
	struct harness *h = *state;
	struct rlimit limit, few;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	client_send(&c, GET_NOW);
	getrlimit(RLIMIT_NOFILE, &limit);
	few = limit;
	few.rlim_cur = (rlim_t)c.fd + 1;
	setrlimit(RLIMIT_NOFILE, &few);
	WAIT_FOR(h, h->events[HTTP_ACCEPT_FAILED] > 0);
	for (int i = 0; i < 20; i++)
		event_base_loop(h->base, EVLOOP_NONBLOCK);
	setrlimit(RLIMIT_NOFILE, &limit);
	assert_in_range(h->events[HTTP_ACCEPT_FAILED], 1, 3);
	EXPECT(&c, "\"now\"");
	client_close(&c);
}

static void
an_answer_for_a_client_that_is_gone_is_dropped(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	client_send(&c, "GET /later/1 HTTP/1.1\r\nHost: x\r\n\r\n");
	WAIT_FOR(h, h->later_count == 1);
	client_reset(&c);
	WAIT_FOR(h, server_connections(h->server) == 0);
	assert_int_equal(server_in_flight(h->server), 1);
	assert_true(slice_equal(h->later[0]->params[0], SLICE_LITERAL("1")));
	harness_answer(h, 0);
	assert_int_equal(server_in_flight(h->server), 0);
	assert_int_equal(h->events[HTTP_ANSWER_DROPPED], 1);
	assert_int_equal(h->answered, 1);
}

static void
a_client_that_closed_its_half_still_gets_its_answer(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	client_send(&c, "GET /later/1 HTTP/1.1\r\nHost: x\r\n\r\n");
	shutdown(c.fd, SHUT_WR);
	WAIT_FOR(h, h->later_count == 1);
	harness_turn(h);
	harness_answer(h, 0);
	EXPECT(&c, "later 1;");
	EXPECT_CLOSED(&c);
	client_close(&c);
}

static void
count_drained(void *arg)
{
	struct harness *h = arg;

	h->drained++;
}

static void
draining_answers_what_is_in_work_and_closes_the_rest(void **state)
{
	struct harness *h = *state;
	struct client idle, working, late;

	harness_start(h);
	client_open(&idle, h);
	client_open(&working, h);
	client_send(&working, "GET /later/1 HTTP/1.1\r\nHost: x\r\n\r\n");
	WAIT_FOR(h, h->later_count == 1 && server_connections(h->server) == 2);
	server_drain(h->server, 0, count_drained, h);
	EXPECT_CLOSED(&idle);
	client_open(&late, h);   /* into the backlog, which is another worker's now */
	harness_turn(h);
	assert_int_equal(server_connections(h->server), 1);
	assert_int_equal(h->drained, 0);
	harness_answer(h, 0);
	EXPECT_CLOSED(&working);
	assert_int_equal(client_count(&working, "later 1;"), 1);
	assert_int_equal(client_count(&working, "\r\nConnection: close\r\n"), 1);
	WAIT_FOR(h, h->drained > 0);
	harness_turn(h);
	assert_int_equal(h->drained, 1);
	client_close(&idle);
	client_close(&working);
	client_close(&late);
}

static void
draining_with_patience_takes_one_more_request_of_an_idle_connection(void **state)
{
	struct harness *h = *state;
	struct client idle, silent;

	harness_start(h);
	client_open(&idle, h);
	client_open(&silent, h);
	WAIT_FOR(h, server_connections(h->server) == 2);
	server_drain(h->server, 20000, count_drained, h);
	harness_turn(h);
	assert_int_equal(server_connections(h->server), 2);
	client_send(&idle, "GET /later/1 HTTP/1.1\r\nHost: x\r\n\r\n");
	WAIT_FOR(h, h->later_count == 1);
	harness_answer(h, 0);
	EXPECT_CLOSED(&idle);
	assert_int_equal(client_count(&idle, "\r\nConnection: close\r\n"), 1);
	assert_int_equal(server_connections(h->server), 1);
	server_drain(h->server, 1, count_drained, h);
	EXPECT_CLOSED(&silent);
	WAIT_FOR(h, h->drained == 1);
	client_close(&idle);
	client_close(&silent);
}

static void
draining_waits_for_a_request_whose_client_is_gone(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	client_send(&c, "GET /later/1 HTTP/1.1\r\nHost: x\r\n\r\n");
	WAIT_FOR(h, h->later_count == 1);
	client_reset(&c);
	server_drain(h->server, 0, count_drained, h);
	WAIT_FOR(h, server_connections(h->server) == 0);
	harness_turn(h);
	assert_int_equal(h->drained, 0);
	harness_answer(h, 0);
	WAIT_FOR(h, h->drained == 1);
}

static void
a_request_outlives_the_server(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	client_send(&c, "GET /later/1 HTTP/1.1\r\nHost: x\r\n\r\n");
	WAIT_FOR(h, h->later_count == 1);
	server_stop(h->server);
	h->server = NULL;
	EXPECT_CLOSED(&c);
	harness_answer(h, 0);
	assert_int_equal(h->answered, 0);
	client_close(&c);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_request_that_drips_is_cut_at_its_deadline),
		CASE(a_connection_that_stays_idle_is_closed),
		CASE(a_client_that_does_not_take_its_answer_is_cut),
		CASE(a_client_that_takes_its_answer_in_drops_is_cut_too),
		CASE(an_answer_that_leaves_too_much_unsent_costs_the_connection),
		CASE(a_large_answer_and_what_follows_arrive_whole),
		CASE(one_connection_too_many_is_told_to_come_back),
		CASE(without_descriptors_accepting_rests_and_goes_on),
		CASE(an_answer_for_a_client_that_is_gone_is_dropped),
		CASE(a_client_that_closed_its_half_still_gets_its_answer),
		CASE(draining_answers_what_is_in_work_and_closes_the_rest),
		CASE(draining_with_patience_takes_one_more_request_of_an_idle_connection),
		CASE(draining_waits_for_a_request_whose_client_is_gone),
		CASE(a_request_outlives_the_server),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
