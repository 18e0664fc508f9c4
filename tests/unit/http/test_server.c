/* SPDX-License-Identifier: MIT */
/* What a client of the server asks and is answered. */
#include "config.h"

#include "unit.h"

#include <string.h>
#include <sys/socket.h>

#include "harness.h"

#define GET_NOW "GET /now HTTP/1.1\r\nHost: x\r\n\r\n"

static void
a_connection_serves_one_request_after_the_other(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	for (unsigned i = 1; i <= 3; i++) {
		client_send(&c, GET_NOW);
		WAIT_FOR(h, (client_receive(&c), client_count(&c, "{\"now\":\"yes\"}") == i));
	}
	assert_int_equal(h->events[HTTP_CONNECTION_OPENED], 1);
	assert_int_equal(h->events[HTTP_REQUEST_BEGUN], 3);
	assert_int_equal(h->answered, 3);
	client_close(&c);
	WAIT_FOR(h, server_connections(h->server) == 0);
}

static void
every_answer_has_the_common_fields(void **state)
{
	static const char *const fields[] = { "HTTP/1.1 201 Created\r\n", "\r\nDate: ", " GMT\r\n", "\r\nContent-Type: text/plain\r\n",
		"\r\nContent-Length: 5\r\n", "\r\nCache-Control: no-store\r\n", "\r\nX-Content-Type-Options: nosniff\r\n",
		"\r\nReferrer-Policy: no-referrer\r\n", "\r\nCross-Origin-Resource-Policy: same-origin\r\n",
		"\r\nContent-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n", "\r\nX-Request-Id: abc-1\r\n", "\r\nETag: \"1\"\r\n", "\r\n\r\nhello" };
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	client_send(&c, "POST /echo HTTP/1.1\r\nHost: x\r\nX-Request-Id: abc-1\r\nContent-Length: 5\r\n\r\nhello");
	EXPECT(&c, "hello");
	for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
		assert_int_equal(client_count(&c, fields[i]), 1);
	assert_int_equal(client_count(&c, "X-Injected"), 0);
	assert_int_equal(client_count(&c, "Connection:"), 0);
	client_close(&c);
}

static void
an_unfit_request_id_is_replaced(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	client_send(&c, "GET /now HTTP/1.1\r\nHost: x\r\nX-Request-Id: a b<c>\r\n\r\n");
	EXPECT(&c, "\r\nX-Request-Id: ");
	assert_int_equal(client_count(&c, "a b<c>"), 0);
	client_close(&c);
}

static void
answers_keep_the_order_of_the_requests(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	client_send(&c, GET_NOW "GET /later/1 HTTP/1.1\r\nHost: x\r\n\r\n" "GET /later/2 HTTP/1.1\r\nHost: x\r\n\r\n" GET_NOW);
	EXPECT(&c, "\"now\"");
	WAIT_FOR(h, h->later_count == 1);
	assert_int_equal(server_in_flight(h->server), 1);
	harness_answer(h, 0);
	assert_int_equal(h->later_count, 2);
	harness_answer(h, 1);
	WAIT_FOR(h, (client_receive(&c), client_count(&c, "\"now\"") == 2));
	assert_true(strstr(c.got.data, "later 1;") < strstr(c.got.data, "later 2;"));
	assert_true(strstr(strstr(c.got.data, "later 2;"), "\"now\"") != NULL);
	assert_int_equal(server_in_flight(h->server), 0);
	client_close(&c);
}

static void
many_requests_sent_ahead_are_all_answered(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	for (int i = 0; i < 1000; i++)
		client_send(&c, GET_NOW);
	WAIT_FOR(h, (client_receive(&c), client_count(&c, "\"now\"") == 1000));
	client_close(&c);
}

static void
a_chunked_body_that_drips_in_is_put_together(void **state)
{
	static const char request[] = "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
		"3\r\nhel\r\n2;x\r\nlo\r\n0\r\nT: u\r\n\r\n" GET_NOW;
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	for (const char *p = request; *p != '\0'; p++) {
		client_send(&c, (char[]){ *p, '\0' });
		harness_turn(h);
	}
	EXPECT(&c, "\r\n\r\nhello");
	EXPECT(&c, "\"now\"");
	client_close(&c);
}

static void
a_body_larger_than_the_first_buffer_arrives_whole(void **state)
{
	struct harness *h = *state;
	struct client c;
	static char body[200001];

	harness_start(h);
	client_open(&c, h);
	memset(body, 'b', sizeof body - 1);
	body[sizeof body - 2] = 'e';
	client_send(&c, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n");
	for (size_t at = 0; at < 200000; at += 10000) {
		assert_int_equal(send(c.fd, body + at, 10000, MSG_NOSIGNAL), 10000);
		harness_turn(h);
	}
	EXPECT(&c, "bbbbbbbbbbbbbbbbbbbbbbbbe");      /* no request id looks like that */
	assert_string_equal(strstr(c.got.data, "\r\n\r\n") + 4, body);
	client_close(&c);
}

static void
a_client_that_waits_for_100_is_told_to_go_on(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	client_send(&c, "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
	EXPECT(&c, "HTTP/1.1 100 Continue\r\n\r\n");
	client_send(&c, "hel");
	harness_turn(h);
	client_send(&c, "lo");
	EXPECT(&c, "\r\n\r\nhello");
	assert_int_equal(client_count(&c, "100 Continue"), 1);
	client_close(&c);
}

static void
a_body_that_is_too_large_is_not_asked_for(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	client_send(&c, "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5000000\r\n\r\n");
	EXPECT(&c, "HTTP/1.1 413 ");
	EXPECT_CLOSED(&c);
	assert_int_equal(client_count(&c, "100 Continue"), 0);
	assert_int_equal(client_count(&c, "\r\nConnection: close\r\n"), 1);
	client_close(&c);
}

static void
head_is_get_without_the_body(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	client_send(&c, "HEAD /now HTTP/1.1\r\nHost: x\r\n\r\nHEAD /nothing HTTP/1.1\r\nHost: x\r\n\r\n" GET_NOW);
	EXPECT(&c, "\"now\"");
	assert_int_equal(client_count(&c, "Content-Length: 13\r\n"), 2);
	assert_int_equal(client_count(&c, "\"now\""), 1);
	assert_int_equal(client_count(&c, "\"type\""), 0);
	client_close(&c);
}

static void
http_1_0_closes_unless_it_asks_not_to(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	client_send(&c, "GET /now HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	EXPECT(&c, "Connection: keep-alive\r\n");
	client_send(&c, "GET /now HTTP/1.0\r\n\r\n");
	EXPECT_CLOSED(&c);
	assert_int_equal(client_count(&c, "Connection: close\r\n"), 1);
	assert_int_equal(client_count(&c, "\"now\""), 2);
	client_close(&c);
}

static void
what_follows_a_malformed_request_is_never_served(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	client_send(&c, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\n" GET_NOW GET_NOW);
	EXPECT_CLOSED(&c);
	assert_int_equal(client_count(&c, "HTTP/1.1 "), 1);
	assert_int_equal(client_count(&c, "HTTP/1.1 400 Bad Request\r\n"), 1);
	assert_int_equal(client_count(&c, "{\"type\":\"/problems/malformed-request\""), 1);
	assert_int_equal(h->events[HTTP_REQUEST_BEGUN], 0);
	assert_int_equal(h->last_status, 400);
	assert_int_equal(server_connections(h->server), 1);   /* lingers, so that the answer is not lost by a reset */
	client_close(&c);
	WAIT_FOR(h, server_connections(h->server) == 0);
}

static void
a_refusal_reaches_a_client_that_goes_on_sending(void **state)
{
	static char body[4096];
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	memset(body, 'b', sizeof body);
	client_send(&c, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n");
	for (int i = 0; i < 100; i++) {
		assert_int_equal(send(c.fd, body, sizeof body, MSG_NOSIGNAL), sizeof body);
		harness_turn(h);
	}
	EXPECT(&c, "HTTP/1.1 413 ");
	EXPECT_CLOSED(&c);
	client_close(&c);
}

static void
a_path_that_climbs_closes_the_connection(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	client_send(&c, "GET /a/%2e%2e/now HTTP/1.1\r\nHost: x\r\n\r\n" GET_NOW);
	EXPECT_CLOSED(&c);
	assert_int_equal(client_count(&c, "HTTP/1.1 400 "), 1);
	assert_int_equal(client_count(&c, "HTTP/1.1 "), 1);
	client_close(&c);
}

static void
refusals_are_problems_and_keep_the_connection(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	client_send(&c, "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n");
	EXPECT(&c, "\"status\":404");
	client_send(&c, "PUT /now HTTP/1.1\r\nHost: x\r\n\r\n");
	EXPECT(&c, "\"status\":405");
	assert_int_equal(client_count(&c, "\r\nAllow: GET, HEAD\r\n"), 1);
	client_send(&c, "GET /now?a=1&a=2 HTTP/1.1\r\nHost: x\r\n\r\n");
	EXPECT(&c, "\"field\":\"a\"");
	client_send(&c, "GET /refused HTTP/1.1\r\nHost: x\r\n\r\n");
	EXPECT(&c, "\"status\":401");
	assert_int_equal(client_count(&c, "\r\nWWW-Authenticate: Bearer\r\n"), 1);
	client_send(&c, "GET /problem HTTP/1.1\r\nHost: x\r\nX-Request-Id: r1\r\n\r\n");
	EXPECT(&c, "{\"type\":\"/problems/invalid-value\",\"title\":\"A field has a value that is not allowed\",\"status\":422,"
	    "\"detail\":\"a \\\"quoted\\\" \\u003creason>\",\"field\":\"amount\",\"request_id\":\"r1\"}");
	assert_int_equal(h->events[HTTP_CONNECTION_OPENED], 1);
	client_close(&c);
}

static void
the_authorizer_goes_before_the_handler(void **state)
{
	struct harness *h = *state;
	struct client c;

	h->options.authorize = harness_refuse;
	harness_start(h);
	client_open(&c, h);
	client_send(&c, "GET /later/1 HTTP/1.1\r\nHost: x\r\n\r\n");
	EXPECT(&c, "\"status\":403");
	assert_int_equal(h->later_count, 0);
	client_close(&c);
}

static enum status
decide_later(struct request *req, const struct route *route)
{
	struct harness *h = req->services;

	(void)route;
	h->later[h->later_count++] = req;
	return ST_ACCEPTED;
}

static void
a_request_may_wait_for_its_authorization(void **state)
{
	struct harness *h = *state;
	struct client c;

	h->options.authorize = decide_later;
	harness_start(h);
	client_open(&c, h);
	client_send(&c, GET_NOW "GET /echo HTTP/1.1\r\nHost: x\r\n\r\n" GET_NOW);
	WAIT_FOR(h, h->later_count == 1);
	request_authorized(h->later[0], ST_OK);
	EXPECT(&c, "{\"now\":\"yes\"}");
	EXPECT(&c, "\"status\":405");           /* needs nobody's leave */
	WAIT_FOR(h, h->later_count == 2);
	request_authorized(h->later[1], ST_FORBIDDEN);
	EXPECT(&c, "\"status\":403");
	assert_int_equal(client_count(&c, "{\"now\":\"yes\"}"), 1);
	assert_int_equal(h->answered, 3);
	client_close(&c);
}

static void
an_authorization_for_a_client_that_is_gone_is_followed_all_the_same(void **state)
{
	struct harness *h = *state;
	struct client c;

	h->options.authorize = decide_later;
	harness_start(h);
	client_open(&c, h);
	client_send(&c, GET_NOW);
	WAIT_FOR(h, h->later_count == 1);
	client_reset(&c);
	WAIT_FOR(h, server_connections(h->server) == 0);
	request_authorized(h->later[0], ST_OK);
	assert_int_equal(server_in_flight(h->server), 0);
	assert_int_equal(h->events[HTTP_ANSWER_DROPPED], 1);
	assert_int_equal(h->answered, 1);
}

static enum status
count_limits(struct request *req, const struct route *route)
{
	(void)route;
	reply_rate(req, 100, 50, 7);
	reply_rate(req, 10, 3, 60);
	reply_rate(req, 1000, 999, 1);
	return ST_OK;
}

static void
an_answer_tells_the_limit_with_least_left(void **state)
{
	struct harness *h = *state;
	struct client c;

	h->options.authorize = count_limits;
	harness_start(h);
	client_open(&c, h);
	client_send(&c, GET_NOW);
	EXPECT(&c, "{\"now\":\"yes\"}");
	assert_int_equal(client_count(&c, "\r\nRateLimit-Limit: 10\r\n"), 1);
	assert_int_equal(client_count(&c, "\r\nRateLimit-Remaining: 3\r\n"), 1);
	assert_int_equal(client_count(&c, "\r\nRateLimit-Reset: 60\r\n"), 1);
	client_close(&c);
}

static enum status
look_at_peer(struct request *req, const struct route *route)
{
	struct slice last = request_last_header(req, "X-Forwarded-For");

	(void)route;
	assert_int_equal(req->peer.kind, ADDRESS_IP);
	assert_memory_equal(req->peer.ip + 12, "\x7f\0\0\1", 4);
	assert_true(slice_equal(last, SLICE_LITERAL("c, d")));
	assert_null(request_last_header(req, "X-Real-IP").ptr);
	return ST_OK;
}

static void
the_peer_and_the_last_of_several_fields_are_known(void **state)
{
	struct harness *h = *state;
	struct client c;

	h->options.authorize = look_at_peer;
	harness_start(h);
	client_open(&c, h);
	client_send(&c, "GET /now HTTP/1.1\r\nX-Forwarded-For: a, b\r\nHost: x\r\nx-forwarded-for: c, d\r\n\r\n");
	EXPECT(&c, "{\"now\":\"yes\"}");
	client_close(&c);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_connection_serves_one_request_after_the_other),
		CASE(every_answer_has_the_common_fields),
		CASE(an_unfit_request_id_is_replaced),
		CASE(answers_keep_the_order_of_the_requests),
		CASE(many_requests_sent_ahead_are_all_answered),
		CASE(a_chunked_body_that_drips_in_is_put_together),
		CASE(a_body_larger_than_the_first_buffer_arrives_whole),
		CASE(a_client_that_waits_for_100_is_told_to_go_on),
		CASE(a_body_that_is_too_large_is_not_asked_for),
		CASE(head_is_get_without_the_body),
		CASE(http_1_0_closes_unless_it_asks_not_to),
		CASE(what_follows_a_malformed_request_is_never_served),
		CASE(a_refusal_reaches_a_client_that_goes_on_sending),
		CASE(a_path_that_climbs_closes_the_connection),
		CASE(refusals_are_problems_and_keep_the_connection),
		CASE(the_authorizer_goes_before_the_handler),
		CASE(a_request_may_wait_for_its_authorization),
		CASE(an_authorization_for_a_client_that_is_gone_is_followed_all_the_same),
		CASE(an_answer_tells_the_limit_with_least_left),
		CASE(the_peer_and_the_last_of_several_fields_are_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
