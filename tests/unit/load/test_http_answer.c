/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include "../../../bench/load/client/http_answer.h"

static void
reads_as(const char *text, unsigned status, const char *body, bool must_close)
{
	size_t len = strlen(text);
	struct http_answer answer;
	struct buf in = BUF_INIT;

	/* Every shorter piece of it wants more. */
	for (size_t i = 0; i < len; i++) {
		buf_clear(&in);
		buf_append(&in, text, i);
		assert_int_equal(http_answer_read(&in, &answer), HTTP_ANSWER_MORE);
	}
	buf_clear(&in);
	buf_append(&in, text, len);
	assert_int_equal(http_answer_read(&in, &answer), HTTP_ANSWER_COMPLETE);
	assert_int_equal(answer.status, status);
	assert_int_equal(answer.body.len, strlen(body));
	assert_memory_equal(answer.body.ptr, body, strlen(body));
	assert_int_equal(answer.must_close, must_close);
	buf_fini(&in);
}

static void
is_broken(const char *text)
{
	struct http_answer answer;
	struct buf in = BUF_INIT;

	buf_append_text(&in, text);
	assert_int_equal(http_answer_read(&in, &answer), HTTP_ANSWER_BROKEN);
	buf_fini(&in);
}

static void
a_body_with_a_length(void **state)
{
	(void)state;
	reads_as("HTTP/1.1 201 Created\r\nDate: x\r\ncontent-length: 5\r\n\r\nhello", 201, "hello", false);
	reads_as("HTTP/1.1 503 \r\nContent-Length:0\r\nConnection: CLOSE\r\n\r\n", 503, "", true);
	reads_as("HTTP/1.1 204 No Content\r\n\r\n", 204, "", false);
}

static void
chunks_are_joined(void **state)
{
	(void)state;
	reads_as("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n", 200, "hello world",
	    false);
	reads_as("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n", 200, "0123456789", false);
}

static void
an_informational_answer_is_passed_over(void **state)
{
	struct http_answer answer;
	struct buf in = BUF_INIT;

	(void)state;
	buf_append_text(&in, "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx");
	assert_int_equal(http_answer_read(&in, &answer), HTTP_ANSWER_COMPLETE);
	assert_int_equal(answer.status, 200);
	buf_fini(&in);
}

static void
what_is_no_answer_is_broken(void **state)
{
	(void)state;
	is_broken("hello\r\n");
	is_broken("HTTP/1.0 200 OK\r\n\r\n");
	is_broken("HTTP/1.1 2x0 OK\r\n");
	is_broken("HTTP/1.1 200 OK\r\n\r\n");                                        /* neither length nor chunks */
	is_broken("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n");
	is_broken("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n");
	is_broken("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1");          /* more than was asked for */
	is_broken("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n");
	is_broken("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\ng\r\n");
	is_broken("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxyz\r\n");
	is_broken("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nx");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_body_with_a_length),
		cmocka_unit_test(chunks_are_joined),
		cmocka_unit_test(an_informational_answer_is_passed_over),
		cmocka_unit_test(what_is_no_answer_is_broken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
