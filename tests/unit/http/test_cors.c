/* SPDX-License-Identifier: MIT */
/* Pages of other origins. */
#include "config.h"

#include "unit.h"

#include "http/cors.h"
#include "harness.h"

#define PREFLIGHT(origin) "OPTIONS /echo HTTP/1.1\r\nHost: x\r\nOrigin: " origin "\r\nAccess-Control-Request-Method: POST\r\n\r\n"

static char *origins[] = { (char *)"https://app.example.org", (char *)"http://localhost:3000" };

static void
allow_origins(struct harness *h)
{
	h->options.cors_origins = origins;
	h->options.cors_origin_count = 2;
	h->options.authorize = harness_refuse;
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

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, harness_setup, harness_teardown)
	const struct CMUnitTest tests[] = {
		CASE(a_page_of_a_listed_origin_may_ask_what_it_may_send),
		CASE(a_page_of_a_listed_origin_may_read_every_answer),
		CASE(a_page_of_another_origin_is_told_nothing),
		CASE(without_origins_nothing_is_said_of_them),
		cmocka_unit_test(an_origin_is_a_scheme_and_an_authority),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
