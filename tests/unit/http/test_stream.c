/* SPDX-License-Identifier: MIT */
/* Answers that are made piece by piece, as the client takes them. */
#include "config.h"

#include "unit.h"

#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

enum { BYTES_OF_WHOLE = 8 * STREAM_PIECE, ENDLESS = 100000 };

static void
get(struct client *c, const char *target, const char *version)
{
	char text[256];

	snprintf(text, sizeof text, "GET %s HTTP/%s\r\nHost: a\r\n\r\n", target, version);
	client_send(c, text);
}

/* The body of the one chunked answer that the client got. */
static size_t
chunked_size(const struct client *c)
{
	const char *p = strstr(c->got.data, "\r\n\r\n");
	size_t sum = 0, size;
	char *end;

	assert_non_null(p);
	for (p += 4; (size = strtoul(p, &end, 16)) > 0; p = end + 2 + size + 2) {
		assert_memory_equal(end, "\r\n", 2);
		assert_memory_equal(end + 2 + size, "\r\n", 2);
		assert_int_equal(end[2], 'y');
		sum += size;
	}
	assert_memory_equal(p, "0\r\n\r\n", 5);
	return sum;
}

static void
a_stream_arrives_whole_and_the_connection_is_kept(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	get(&c, "/stream/12", "1.1");
	EXPECT(&c, "\r\n0\r\n\r\n");
	assert_int_equal(client_count(&c, "Transfer-Encoding: chunked\r\n"), 1);
	assert_int_equal(client_count(&c, "Content-Type: text/csv\r\n"), 1);
	assert_int_equal(client_count(&c, "ETag: \"1\"\r\n"), 1);
	assert_int_equal(client_count(&c, "Content-Length"), 0);
	assert_int_equal(chunked_size(&c), BYTES_OF_WHOLE);
	assert_int_equal(h->streams_whole, 1);
	assert_int_equal(h->answered, 1);
	get(&c, "/now", "1.1");
	EXPECT(&c, "{\"now\":\"yes\"}");
	client_close(&c);
}

static void
requests_sent_ahead_are_answered_after_it(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	client_send(&c, "GET /now HTTP/1.1\r\nHost: a\r\n\r\nGET /stream/12 HTTP/1.1\r\nHost: a\r\n\r\n"
	    "GET /stream/3 HTTP/1.1\r\nHost: a\r\n\r\nGET /now HTTP/1.1\r\nHost: a\r\n\r\n");
	WAIT_FOR(h, (client_receive(&c), client_count(&c, "\"yes\"") == 2));
	assert_int_equal(client_count(&c, "HTTP/1.1 200"), 4);
	assert_int_equal(client_count(&c, "\r\n0\r\n\r\n"), 2);
	assert_int_equal(h->streams_whole, 2);
	assert_int_equal(server_in_flight(h->server), 0);
	client_close(&c);
}

static void
a_stream_of_a_later_answer_arrives(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	get(&c, "/later/12", "1.1");
	WAIT_FOR(h, h->later_count == 1);
	harness_stream(h, 0);
	EXPECT(&c, "\r\n0\r\n\r\n");
	assert_int_equal(chunked_size(&c), BYTES_OF_WHOLE);
	client_close(&c);
}

/* --- allowed later than it came -------------------------------------------------------- */

static struct request *asked;

static enum status
authorize_later(struct request *req, const struct route *route)
{
	(void)route;
	asked = req;
	return ST_ACCEPTED;
}

static void
a_stream_that_was_allowed_later_arrives(void **state)
{
	struct harness *h = *state;
	struct client c;

	h->options.authorize = authorize_later;
	harness_start(h);
	client_open(&c, h);
	asked = NULL;
	get(&c, "/stream/12", "1.1");
	WAIT_FOR(h, asked != NULL);
	request_authorized(asked, ST_OK);
	EXPECT(&c, "\r\n0\r\n\r\n");
	assert_int_equal(chunked_size(&c), BYTES_OF_WHOLE);
	client_send(&c, "HEAD /stream/12 HTTP/1.1\r\nHost: a\r\n\r\n");
	asked = NULL;
	WAIT_FOR(h, asked != NULL);
	request_authorized(asked, ST_OK);
	WAIT_FOR(h, (client_receive(&c), client_count(&c, "HTTP/1.1 200") == 2));
	assert_int_equal(h->streams_whole, 2);
	client_close(&c);
}

static void
a_client_that_went_away_before_it_was_allowed_ends_it_at_once(void **state)
{
	struct harness *h = *state;
	struct client c;

	h->options.authorize = authorize_later;
	harness_start(h);
	client_open(&c, h);
	asked = NULL;
	get(&c, "/stream/12", "1.1");
	WAIT_FOR(h, asked != NULL);
	client_reset(&c);
	WAIT_FOR(h, server_connections(h->server) == 0);
	request_authorized(asked, ST_OK);
	assert_int_equal(h->produced, 0);
	assert_int_equal(h->streams_ended, 1);
	assert_int_equal(server_in_flight(h->server), 0);
}

static void
http_1_0_gets_it_until_the_end_of_the_connection(void **state)
{
	struct harness *h = *state;
	struct client c;
	const char *body;

	harness_start(h);
	client_open(&c, h);
	client_send(&c, "GET /stream/12 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	EXPECT_CLOSED(&c);
	assert_int_equal(client_count(&c, "Transfer-Encoding"), 0);
	assert_int_equal(client_count(&c, "Connection: close\r\n"), 1);
	body = strstr(c.got.data, "\r\n\r\n") + 4;
	assert_int_equal(strlen(body), BYTES_OF_WHOLE);
	client_close(&c);
}

static void
head_gets_the_head_and_produces_nothing(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	client_send(&c, "HEAD /stream/12 HTTP/1.1\r\nHost: a\r\n\r\nGET /now HTTP/1.1\r\nHost: a\r\n\r\n");
	EXPECT(&c, "{\"now\":\"yes\"}");
	assert_int_equal(client_count(&c, "Transfer-Encoding: chunked\r\n"), 1);
	assert_int_equal(client_count(&c, "y\r\n"), 0);
	assert_int_equal(h->produced, 0);
	assert_int_equal(h->streams_ended, 1);
	client_close(&c);
}

/* Receive what has left the process, without turning the loop, until it is so much. */
static void
receive_without_the_server(struct client *c, size_t size)
{
	int64_t end_ms = clock_mono_ms() + 20000;

	while (c->got.len < size) {
		client_receive(c);
		if (clock_mono_ms() > end_ms)
			fail_msg("%zu bytes of %zu left the process", c->got.len, size);
	}
}

static void
a_client_that_does_not_read_stops_the_producer(void **state)
{
	struct harness *h = *state;
	struct client slow, other;
	unsigned produced;

	harness_start(h);
	client_open(&slow, h);
	get(&slow, "/stream/100000", "1.1");
	do {                                     /* until the kernel takes no more */
		produced = h->produced;
		for (int i = 0; i < 50; i++)
			harness_turn(h);
	} while (h->produced != produced);
	client_open(&other, h);
	for (int i = 0; i < 20; i++) {
		buf_clear(&other.got);
		buf_append_char(&other.got, '\0');
		get(&other, "/now", "1.1");
		EXPECT(&other, "{\"now\":\"yes\"}");
	}
	produced = h->produced;
	assert_true(produced < ENDLESS);
	receive_without_the_server(&slow, h->produced_bytes - STREAM_PIECE);       /* no more than a piece waits here */
	WAIT_FOR(h, (client_receive(&slow), h->produced > produced));
	client_close(&slow);
	client_close(&other);
	WAIT_FOR(h, h->streams_ended == 1);
	assert_int_equal(h->streams_whole, 0);
	assert_int_equal(server_in_flight(h->server), 0);
}

static void
a_client_that_takes_too_long_for_a_piece_is_dropped(void **state)
{
	struct harness *h = *state;
	struct client c;

	h->options.send_timeout_ms = 200;
	harness_start(h);
	client_open(&c, h);
	get(&c, "/stream/100000", "1.1");
	WAIT_FOR(h, h->streams_ended == 1);
	assert_int_equal(h->events[HTTP_SEND_TIMED_OUT], 1);
	assert_int_equal(h->streams_whole, 0);
	assert_int_equal(h->answered, 1);
	WAIT_FOR(h, server_connections(h->server) == 0);
	client_close(&c);
}

static void
a_client_that_goes_away_ends_the_producer(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	get(&c, "/stream/100000", "1.1");
	EXPECT(&c, "HTTP/1.1 200");
	client_reset(&c);
	WAIT_FOR(h, h->streams_ended == 1);
	assert_int_equal(h->streams_whole, 0);
	assert_int_equal(h->answered, 1);
	assert_int_equal(server_in_flight(h->server), 0);
}

static void
a_client_that_went_away_before_ends_it_at_once(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	get(&c, "/later/12", "1.1");
	WAIT_FOR(h, h->later_count == 1);
	client_reset(&c);
	WAIT_FOR(h, server_connections(h->server) == 0);
	harness_stream(h, 0);
	assert_int_equal(h->produced, 0);
	assert_int_equal(h->streams_ended, 1);
	assert_int_equal(server_in_flight(h->server), 0);
}

static void
a_broken_stream_ends_the_connection_without_the_last_chunk(void **state)
{
	static const char *const versions[] = { "1.1", "1.0" };
	struct harness *h = *state;

	harness_start(h);
	for (unsigned i = 0; i < 2; i++) {
		struct client c;

		client_open(&c, h);
		get(&c, "/stream/4B", versions[i]);
		EXPECT_CLOSED(&c);
		assert_int_equal(client_count(&c, "\r\n0\r\n\r\n"), 0);
		assert_true(c.is_reset);
		assert_int_equal(h->streams_ended, i + 1);
		client_close(&c);
	}
	assert_int_equal(h->streams_whole, 0);
}

static void
stopping_the_server_ends_streams(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	get(&c, "/stream/100000", "1.1");
	EXPECT(&c, "HTTP/1.1 200");
	server_stop(h->server);
	h->server = NULL;
	assert_int_equal(h->streams_ended, 1);
	client_close(&c);
}

static void
draining_waits_for_streams(void **state)
{
	struct harness *h = *state;
	struct client c;

	harness_start(h);
	client_open(&c, h);
	get(&c, "/stream/12", "1.1");
	WAIT_FOR(h, h->produced > 0);
	server_drain(h->server, 0, NULL, NULL);
	EXPECT_CLOSED(&c);
	assert_int_equal(chunked_size(&c), BYTES_OF_WHOLE);
	client_close(&c);
}

/* A client whose first piece waits. */
static void
wait_for_piece(struct harness *h, struct client *c)
{
	h->options.enter = harness_enter;
	harness_start(h);
	client_open(c, h);
	get(c, "/stream/12W", "1.1");
	WAIT_FOR(h, h->waiting != NULL);
}

static void
others_are_served_while_a_piece_waits(void **state)
{
	struct harness *h = *state;
	struct client c, other;

	wait_for_piece(h, &c);
	client_open(&other, h);
	for (unsigned piece = 1; h->streams_ended == 0; piece++) {
		WAIT_FOR(h, h->waiting != NULL || h->streams_ended == 1);
		if (h->streams_ended == 1)
			break;
		get(&other, "/now", "1.1");
		WAIT_FOR(h, (client_receive(&other), client_count(&other, "\"yes\"") == piece));
		assert_int_equal(h->produced, piece);
		harness_go_on(h);
	}
	EXPECT(&c, "\r\n0\r\n\r\n");
	assert_int_equal(chunked_size(&c), BYTES_OF_WHOLE);
	assert_int_equal(h->streams_whole, 1);
	assert_int_equal(server_in_flight(h->server), 0);
	client_close(&c);
	client_close(&other);
}

static void
a_client_that_goes_away_while_a_piece_waits_is_noticed_when_it_is_made(void **state)
{
	struct harness *h = *state;
	struct client c;

	wait_for_piece(h, &c);
	client_reset(&c);
	WAIT_FOR(h, server_connections(h->server) == 0);
	assert_int_equal(h->streams_ended, 0);
	harness_go_on(h);
	assert_int_equal(h->streams_ended, 1);
	assert_int_equal(h->streams_whole, 0);
	assert_int_equal(h->produced, 1);
	assert_int_equal(server_in_flight(h->server), 0);
}

static void
a_stopped_server_lives_until_the_piece_that_waits_is_made(void **state)
{
	struct harness *h = *state;
	struct client c;

	wait_for_piece(h, &c);
	server_stop(h->server);
	h->server = NULL;
	assert_int_equal(h->streams_ended, 0);
	harness_go_on(h);
	assert_int_equal(h->streams_ended, 1);
	client_close(&c);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_stream_arrives_whole_and_the_connection_is_kept),
		CASE(requests_sent_ahead_are_answered_after_it),
		CASE(a_stream_of_a_later_answer_arrives),
		CASE(others_are_served_while_a_piece_waits),
		CASE(a_client_that_goes_away_while_a_piece_waits_is_noticed_when_it_is_made),
		CASE(a_stopped_server_lives_until_the_piece_that_waits_is_made),
		CASE(a_stream_that_was_allowed_later_arrives),
		CASE(a_client_that_went_away_before_it_was_allowed_ends_it_at_once),
		CASE(http_1_0_gets_it_until_the_end_of_the_connection),
		CASE(head_gets_the_head_and_produces_nothing),
		CASE(a_client_that_does_not_read_stops_the_producer),
		CASE(a_client_that_takes_too_long_for_a_piece_is_dropped),
		CASE(a_client_that_goes_away_ends_the_producer),
		CASE(a_client_that_went_away_before_ends_it_at_once),
		CASE(a_broken_stream_ends_the_connection_without_the_last_chunk),
		CASE(stopping_the_server_ends_streams),
		CASE(draining_waits_for_streams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
