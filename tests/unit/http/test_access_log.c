/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <event2/event.h>

#include "http/access_log.h"
#include "http/request.h"

static struct event_base *base;
static struct access_log *under_test;
static int ends[2];

static int
open_log(void **state)
{
	(void)state;
	base = event_base_new();
	if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) == -1)
		return -1;
	under_test = access_log_new(base, ends[1], false);
	return under_test == NULL;
}

static int
close_log(void **state)
{
	(void)state;
	access_log_free(under_test);
	event_base_free(base);
	close(ends[0]);
	close(ends[1]);
	return 0;
}

static const char *
written(void)
{
	static char text[65536];
	ssize_t n = read(ends[0], text, sizeof text - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void
add(const char *path)
{
	struct request req = { .method = HTTP_POST, .path = slice_of(path), .id = SLICE_LITERAL("r-1") };

	access_log_add(under_test, &req, 201, 512, 83999);
}

static void
a_line_tells_of_one_request(void **state)
{
	const char *line;

	(void)state;
	add("/api/v1/expenses");
	access_log_flush(under_test);
	line = written();
	assert_string_equal(line + strlen("2026-11-23T18:03:11.482"), "Z id=r-1 method=POST path=/api/v1/expenses status=201 bytes=512 us=83\n");
}

static void
bytes_of_a_client_cannot_make_a_line(void **state)
{
	(void)state;
	add("/a\nb c\"\\\xc3\xa9\x7f");
	access_log_flush(under_test);
	assert_non_null(strstr(written(), " path=/a\\x0ab\\x20c\\x22\\x5c\\xc3\\xa9\\x7f status="));
}

static void
as_JSON_each_line_is_an_object(void **state)
{
	const char *line, *value;

	(void)state;
	access_log_free(under_test);
	under_test = access_log_new(base, ends[1], true);
	add("/a \"b\"");
	access_log_flush(under_test);
	line = written();
	assert_int_equal(strncmp(line, "{\"time\":\"20", 11), 0);
	value = strchr(line, 'Z') + 1;
	assert_string_equal(value, "\",\"id\":\"r-1\",\"method\":\"POST\",\"path\":\"/a\\\\x20\\\\x22b\\\\x22\",\"status\":201,"
	    "\"bytes\":512,\"us\":83}\n");
}

static void
lines_leave_on_their_own_after_a_while(void **state)
{
	(void)state;
	add("/a");
	assert_string_equal(written(), "");
	event_base_loop(base, EVLOOP_ONCE);
	assert_non_null(strstr(written(), "path=/a "));
}

static void
many_lines_leave_at_once(void **state)
{
	const char *text = "";

	(void)state;
	for (int i = 0; i < 500 && *text == '\0'; i++) {
		add("/a");
		text = written();
	}
	assert_true(strlen(text) >= 16384);
}

static void
what_nobody_reads_is_dropped_and_counted(void **state)
{
	static char all[1 << 20];
	unsigned lines = 0, added = 4000;
	const char *text, *p;

	(void)state;
	for (unsigned i = 0; i < added; i++)
		add("/a");
	access_log_flush(under_test);
	assert_true(access_log_dropped(under_test) > 0);
	while (*(text = written()) != '\0') {
		assert_true(strlen(all) + strlen(text) < sizeof all);
		strcat(all, text);
		access_log_flush(under_test);
	}
	for (p = all; *p != '\0'; p = strchr(p, '\n') + 1, lines++) {
		assert_int_equal(strncmp(p + 24, " id=r-1 method=POST path=/a status=201 bytes=512 us=83\n", 55), 0);
		assert_non_null(strchr(p, '\n'));
	}
	assert_int_equal(lines + access_log_dropped(under_test), added);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, open_log, close_log)
	const struct CMUnitTest tests[] = {
		CASE(a_line_tells_of_one_request),
		CASE(bytes_of_a_client_cannot_make_a_line),
		CASE(as_JSON_each_line_is_an_object),
		CASE(lines_leave_on_their_own_after_a_while),
		CASE(many_lines_leave_at_once),
		CASE(what_nobody_reads_is_dropped_and_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
