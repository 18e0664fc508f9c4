/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "http/cors.h"
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

static enum status
refuse_all(struct request *req, const struct route *route)
{
	assert_true(route->handler != NULL);
	assert_null(req->authorization.ptr);
	return ST_FORBIDDEN;
}

static void
the_authorizer_goes_before_the_handler(void **state)
{
	struct harness *h = *state;
	struct client c;

	h->options.authorize = refuse_all;
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

/* --- pages of other origins ------------------------------------------------------------ */

#define PREFLIGHT(origin) "OPTIONS /echo HTTP/1.1\r\nHost: x\r\nOrigin: " origin "\r\nAccess-Control-Request-Method: POST\r\n\r\n"

static char *origins[] = { (char *)"https://app.example.org", (char *)"http://localhost:3000" };

static void
allow_origins(struct harness *h)
{
	h->options.cors_origins = origins;
	h->options.cors_origin_count = 2;
	h->options.authorize = refuse_all;
	harness_start(h);
}

static void
a_page_of_a_listed_origin_may_ask_what_it_may_send(void **state)
{
	struct harness *h = *state;
	struct client c;

	allow_origins(h);
	client_open(&c, h);
	client_send(&c, PREFLIGHT("http://localhost:3000"));
	EXPECT(&c, "HTTP/1.1 204 No Content\r\n");
	assert_int_equal(client_count(&c, "\r\nAccess-Control-Allow-Origin: http://localhost:3000\r\n"), 1);
	assert_int_equal(client_count(&c, "\r\nAccess-Control-Allow-Methods: POST\r\n"), 1);
	assert_int_equal(client_count(&c, "\r\nAccess-Control-Allow-Headers: Authorization, "), 1);
	assert_int_equal(client_count(&c, "\r\nVary: Origin\r\n"), 1);
	assert_int_equal(client_count(&c, "Allow-Credentials"), 0);
	client_close(&c);
}

static void
a_page_of_a_listed_origin_may_read_every_answer(void **state)
{
	struct harness *h = *state;
	struct client c;

	allow_origins(h);
	client_open(&c, h);
	client_send(&c, "GET /now HTTP/1.1\r\nHost: x\r\nOrigin: https://app.example.org\r\n\r\n");
	EXPECT(&c, "\"status\":403");
	assert_int_equal(client_count(&c, "\r\nAccess-Control-Allow-Origin: https://app.example.org\r\n"), 1);
	assert_int_equal(client_count(&c, "\r\nAccess-Control-Expose-Headers: ETag, "), 1);
	client_close(&c);
}

static void
a_page_of_another_origin_is_told_nothing(void **state)
{
	static const char *const others[] = {
		PREFLIGHT("https://app.example.org.evil.example"), PREFLIGHT("null"), PREFLIGHT("https://APP.example.org"),
		PREFLIGHT("https://app.example.org\r\nOrigin: http://localhost:3000"),
		"OPTIONS /echo HTTP/1.1\r\nHost: x\r\nOrigin: https://app.example.org\r\n\r\n",
	};
	struct harness *h = *state;
	struct client c;

	allow_origins(h);
	client_open(&c, h);
	for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++) {
		client_send(&c, others[i]);
		WAIT_FOR(h, (client_receive(&c), client_count(&c, "\"status\":405") == i + 1));
		assert_int_equal(client_count(&c, "\r\nVary: Origin\r\n"), i + 1);
		assert_int_equal(client_count(&c, "Access-Control-Allow-Methods"), 0);
	}
	assert_int_equal(client_count(&c, "Access-Control-Allow-Origin"), 1);     /* the last one came from a listed page */
	client_close(&c);
}

static void
without_origins_nothing_is_said_of_them(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	client_send(&c, PREFLIGHT("https://app.example.org"));
	EXPECT(&c, "\"status\":405");
	assert_int_equal(client_count(&c, "Access-Control"), 0);
	assert_int_equal(client_count(&c, "Vary"), 0);
	client_close(&c);
}

static void
an_origin_is_a_scheme_and_an_authority(void **state)
{
	static const char *const good[] = { "https://app.example.org", "http://localhost:3000", "http://[::1]:80",
		"chrome-extension://abcdef" };
	static const char *const bad[] = { "", "*", "null", "app.example.org", "https://", "https://app.example.org/",
		"https://app.example.org/x", "https://App.example.org", "HTTPS://app.example.org", "://x", "https://*.example.org",
		"https://a b" };

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(cors_origin_is_valid(good[i]));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(cors_origin_is_valid(bad[i]));
}

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
		CASE(a_page_of_a_listed_origin_may_ask_what_it_may_send),
		CASE(a_page_of_a_listed_origin_may_read_every_answer),
		CASE(a_page_of_another_origin_is_told_nothing),
		CASE(without_origins_nothing_is_said_of_them),
		cmocka_unit_test(an_origin_is_a_scheme_and_an_authority),
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
