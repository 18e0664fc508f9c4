/* SPDX-License-Identifier: MIT */
/* Bodies beyond the common limit: whoever sends one is looked at by its head, before there is a place or memory for it. */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "fiber.h"
#include "harness.h"

enum { SMALL = 1000, LARGE = 200000, PLACES = 16 };

#define POST(path, more) "POST " path " HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n" more "\r\n"
#define SIZED "Content-Length: 200000\r\n"
#define WAITS "Expect: 100-continue\r\n"
#define KNOWN "Authorization: somebody\r\n"

static unsigned asked;
static struct request *looked_up;          /* by later() ... */
static struct fiber *waiting;              /* ... or suspends() */

static enum status
known(struct request *req, const struct route *route)
{
	asked++;
	assert_true(route->handler != NULL && req->body.len < 2 * SMALL);
	return slice_equal(req->authorization, SLICE_LITERAL("somebody")) ? ST_OK : ST_NO_TOKEN;
}

static enum status
later(struct request *req, const struct route *route)
{
	known(req, route);
	looked_up = req;
	return ST_ACCEPTED;
}

static enum status
suspends(struct request *req, const struct route *route)
{
	waiting = fiber_self();
	fiber_suspend();
	return known(req, route);
}

static void
go_on(void)
{
	struct fiber *fiber = waiting;

	waiting = NULL;
	fiber_resume(fiber);
}

static struct harness *
start(void **state, enum status (*authorize)(struct request *req, const struct route *route))
{
	struct harness *h = *state;

	asked = 0;
	looked_up = NULL;
	waiting = NULL;
	h->options.authorize = authorize;
	h->options.limits.body_bytes = SMALL;
	h->options.limits.image_bytes = 2 * LARGE;
	harness_start(h);
	return h;
}

/* The body, in parts, between which the loop turns; what is checked is that it comes back whole. */
static void
send_body(struct client *c, size_t from)
{
	static char body[LARGE + 1];

	memset(body, 'b', LARGE);
	body[LARGE - 1] = 'e';
	for (size_t at = from; at < LARGE; at += 10000) {
		assert_int_equal(send(c->fd, body + at, 10000, MSG_NOSIGNAL), 10000);
		harness_turn(c->harness);
	}
	EXPECT(c, "bbbbbbbbbbbbbbbbbbbbbbbbe");
	assert_string_equal(strstr(strstr(c->got.data, "HTTP/1.1 201 "), "\r\n\r\n") + 4, body);
}

/* Each that was told of has been answered. */
static void
assert_settled(const struct harness *h)
{
	assert_int_equal(h->events[HTTP_REQUEST_BEGUN], h->answered);
	assert_int_equal(server_in_flight(h->server), 0);
}

static void
assert_refused(struct client *c, const char *status_line)
{
	EXPECT(c, status_line);
	EXPECT_CLOSED(c);
	assert_int_equal(client_count(c, "100 Continue"), 0);
	assert_int_equal(client_count(c, "HTTP/1.1 "), 1);
	assert_int_equal(client_count(c, "\r\nConnection: close\r\n"), 1);
	assert_settled(c->harness);
	client_close(c);
}

static void
who_may_send_it_is_asked_once_and_before_it_comes(void **state)
{
	struct harness *h = start(state, known);
	struct client c;

	client_open(&c, h);
	client_send(&c, POST("/image/%41", SIZED WAITS KNOWN));
	EXPECT(&c, "HTTP/1.1 100 Continue\r\n\r\n");
	assert_int_equal(asked, 1);
	send_body(&c, 0);
	assert_int_equal(asked, 1);
	assert_settled(h);
	client_send(&c, POST("/image/x", "Content-Length: 5\r\n" KNOWN));
	client_send(&c, "hello");
	EXPECT(&c, "\r\n\r\nhello");                  /* the connection goes on, and asks again for the next one */
	assert_int_equal(asked, 2);
	client_close(&c);
}

static void
who_may_not_is_told_at_once(void **state)
{
	struct harness *h = start(state, known);
	struct client c;

	client_open(&c, h);
	client_send(&c, POST("/image/x", SIZED WAITS));
	assert_refused(&c, "HTTP/1.1 401 ");
	client_open(&c, h);
	client_send(&c, POST("/image/x", SIZED) "some of it");
	assert_refused(&c, "HTTP/1.1 401 ");
	client_open(&c, h);
	client_send(&c, POST("/nowhere", SIZED KNOWN));
	assert_refused(&c, "HTTP/1.1 404 ");
	client_open(&c, h);
	client_send(&c, "PUT /image/x HTTP/1.1\r\nHost: x\r\nContent-Type: image/png\r\n" SIZED KNOWN "\r\n");
	assert_refused(&c, "HTTP/1.1 405 ");
	client_open(&c, h);
	client_send(&c, POST("/image/x?a=1&a=2", SIZED KNOWN));
	assert_refused(&c, "HTTP/1.1 400 ");
	client_open(&c, h);
	client_send(&c, POST("/image/../x", SIZED KNOWN));
	assert_refused(&c, "HTTP/1.1 400 ");
	assert_int_equal(asked, 2);
}

static void
a_route_that_takes_no_image_takes_no_more_than_of_others(void **state)
{
	struct harness *h = start(state, known);
	struct client c;

	client_open(&c, h);
	client_send(&c, POST("/echo", SIZED WAITS KNOWN));
	assert_refused(&c, "HTTP/1.1 413 ");
}

static void
chunks_are_looked_at_when_they_come_to_more(void **state)
{
	static char chunk[SMALL + 16];
	struct harness *h = start(state, known);
	struct client c;

	snprintf(chunk, sizeof chunk, "3e8\r\n%0*d\r\n", SMALL, 0);
	client_open(&c, h);
	client_send(&c, POST("/image/x", "Transfer-Encoding: chunked\r\n"));
	client_send(&c, chunk);
	for (int i = 0; i < 20; i++)
		harness_turn(h);
	assert_int_equal(asked, 0);
	client_send(&c, "1\r\n");
	assert_refused(&c, "HTTP/1.1 401 ");
	client_open(&c, h);
	client_send(&c, POST("/image/x", "Transfer-Encoding: chunked\r\n" KNOWN));
	client_send(&c, chunk);
	client_send(&c, "4\r\ntail\r\n0\r\n\r\n");
	EXPECT(&c, "0000tail");
	assert_int_equal(asked, 2);
	assert_settled(h);
	client_close(&c);
}

static void
those_who_may_not_hold_no_place(void **state)
{
	struct harness *h = start(state, known);
	struct client strangers[PLACES], c[PLACES + 1];

	for (int i = 0; i < PLACES; i++) {
		client_open(&strangers[i], h);
		client_send(&strangers[i], POST("/image/x", SIZED) "and nothing more");
	}
	for (int i = 0; i < PLACES; i++)
		EXPECT(&strangers[i], "HTTP/1.1 401 ");
	for (int i = 0; i < PLACES; i++) {
		client_open(&c[i], h);
		client_send(&c[i], POST("/image/x", SIZED WAITS KNOWN));
		EXPECT(&c[i], "100 Continue");
	}
	client_open(&c[PLACES], h);
	client_send(&c[PLACES], POST("/image/x", SIZED WAITS KNOWN));
	assert_refused(&c[PLACES], "HTTP/1.1 503 ");
	send_body(&c[0], 0);
	for (int i = 0; i < PLACES; i++) {
		client_close(&strangers[i]);
		client_close(&c[i]);
	}
}

static void
it_may_take_its_time_to_find_out(void **state)
{
	struct harness *h = start(state, later);
	struct client c;

	client_open(&c, h);
	client_send(&c, POST("/image/x", SIZED KNOWN) "bbbbbbbbbb");
	WAIT_FOR(h, looked_up != NULL);
	for (int i = 0; i < 20; i++)
		harness_turn(h);
	assert_int_equal(server_in_flight(h->server), 1);
	request_authorized(looked_up, ST_OK);
	assert_int_equal(server_in_flight(h->server), 0);
	client_send(&c, "bbbbbbbbbb");
	for (int i = 2; i < 1000; i++)
		client_send(&c, "bbbbbbbbbb");
	send_body(&c, 10000);
	assert_int_equal(asked, 1);
	assert_settled(h);
	client_close(&c);
	looked_up = NULL;
	client_open(&c, h);
	client_send(&c, POST("/image/x", SIZED WAITS));
	WAIT_FOR(h, looked_up != NULL);
	request_authorized(looked_up, ST_BAD_TOKEN);
	assert_refused(&c, "HTTP/1.1 401 ");
}

static void
it_may_wait_in_a_fiber(void **state)
{
	struct harness *h = *state;
	struct client c;

	h->options.enter = harness_enter;
	h = start(state, suspends);
	client_open(&c, h);
	client_send(&c, POST("/image/x", SIZED WAITS KNOWN));
	WAIT_FOR(h, waiting != NULL);
	go_on();
	EXPECT(&c, "100 Continue");
	send_body(&c, 0);
	assert_settled(h);
	client_close(&c);
	client_open(&c, h);
	client_send(&c, POST("/image/x", SIZED WAITS));
	WAIT_FOR(h, waiting != NULL);
	go_on();
	assert_refused(&c, "HTTP/1.1 401 ");
}

static void
who_goes_meanwhile_leaves_nothing(void **state)
{
	static const enum status found[] = { ST_OK, ST_BAD_TOKEN };
	struct harness *h = start(state, later);
	struct client c;

	for (int i = 0; i < 2; i++) {
		looked_up = NULL;
		client_open(&c, h);
		client_send(&c, POST("/image/x", SIZED KNOWN));
		WAIT_FOR(h, looked_up != NULL);
		client_reset(&c);
		WAIT_FOR(h, server_connections(h->server) == 0);
		request_authorized(looked_up, found[i]);
		assert_int_equal(server_in_flight(h->server), 0);
	}
}

static void
a_server_that_stops_meanwhile_is_gone_with_the_last_answer(void **state)
{
	struct harness *h = start(state, later);
	struct client c;

	client_open(&c, h);
	client_send(&c, POST("/image/x", SIZED KNOWN));
	WAIT_FOR(h, looked_up != NULL);
	server_stop(h->server);
	h->server = NULL;
	request_authorized(looked_up, ST_OK);
	client_close(&c);
}

static void
one_that_does_not_come_is_cut_at_its_deadline(void **state)
{
	struct harness *h = *state;
	struct client c;

	h->options.request_timeout_ms = 60;
	h = start(state, known);
	client_open(&c, h);
	client_send(&c, POST("/image/x", SIZED KNOWN) "some of it");
	EXPECT(&c, "HTTP/1.1 408 ");
	EXPECT_CLOSED(&c);
	assert_settled(h);
	client_close(&c);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)
	const struct CMUnitTest tests[] = {
		CASE(who_may_send_it_is_asked_once_and_before_it_comes),
		CASE(who_may_not_is_told_at_once),
		CASE(a_route_that_takes_no_image_takes_no_more_than_of_others),
		CASE(chunks_are_looked_at_when_they_come_to_more),
		CASE(those_who_may_not_hold_no_place),
		CASE(it_may_take_its_time_to_find_out),
		CASE(it_may_wait_in_a_fiber),
		CASE(who_goes_meanwhile_leaves_nothing),
		CASE(a_server_that_stops_meanwhile_is_gone_with_the_last_answer),
		CASE(one_that_does_not_come_is_cut_at_its_deadline),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
