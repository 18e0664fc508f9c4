/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <string.h>

#include "http/route.h"

static enum status
handler(struct request *req)
{
	(void)req;
	return ST_OK;
}

static const struct route routes[] = {
	{ HTTP_GET, "/healthz", 0, handler, false },
	{ HTTP_GET, "/api/v1/expenses", 0, handler, false },
	{ HTTP_POST, "/api/v1/expenses", 0, handler, false },
	{ HTTP_GET, "/api/v1/expenses/{id}", 0, handler, false },
	{ HTTP_DELETE, "/api/v1/expenses/{id}", 0, handler, false },
	{ HTTP_GET, "/api/v1/expenses/summary", 0, handler, false },
	{ HTTP_GET, "/api/v1/expenses/{id}/history/{version}", 0, handler, false },
	{ HTTP_GET, "/", 0, handler, false },
};

static struct route_table *table;

static int
make_table(void **state)
{
	(void)state;
	table = route_table_new(routes, sizeof routes / sizeof routes[0]);
	return table == NULL;
}

static int
free_table(void **state)
{
	(void)state;
	route_table_free(table);
	return 0;
}

/* The pattern that answers, "405 <methods>", or "404". */
static const char *
found(enum http_method method, const char *path, struct route_match *match)
{
	*match = (struct route_match){ 0 };
	switch (route_find(table, method, slice_of(path), match)) {
	case ST_OK:
		return match->route->pattern;
	case ST_BAD_METHOD:
		return match->allow;
	default:
		return "404";
	}
}

static void
a_path_finds_its_route(void **state)
{
	struct route_match match;

	(void)state;
	assert_string_equal(found(HTTP_GET, "/healthz", &match), "/healthz");
	assert_string_equal(found(HTTP_GET, "/", &match), "/");
	assert_string_equal(found(HTTP_POST, "/api/v1/expenses", &match), "/api/v1/expenses");
	assert_int_equal(match.route->method, HTTP_POST);
	assert_string_equal(found(HTTP_GET, "/api/v1/expenses/7", &match), "/api/v1/expenses/{id}");
	assert_true(slice_equal(match.params[0], SLICE_LITERAL("7")));
	assert_string_equal(found(HTTP_GET, "/api/v1/expenses/7/history/3", &match), "/api/v1/expenses/{id}/history/{version}");
	assert_true(slice_equal(match.params[1], SLICE_LITERAL("3")));
}

static void
a_literal_goes_before_a_parameter(void **state)
{
	struct route_match match;

	(void)state;
	assert_string_equal(found(HTTP_GET, "/api/v1/expenses/summary", &match), "/api/v1/expenses/summary");
	assert_string_equal(found(HTTP_GET, "/api/v1/expenses/summary/history/1", &match),
	    "/api/v1/expenses/{id}/history/{version}");
	assert_true(slice_equal(match.params[0], SLICE_LITERAL("summary")));
}

static void
what_has_no_route_is_not_found(void **state)
{
	static const char *const paths[] = { "/nothing", "/api", "/api/v1", "/api/v1/expenses/", "/api/v1/expenses/7/",
		"/api/v1/expenses/7/history", "/healthz/", "/healthzz", "/health", "*", "", "/api/v1/expenses/7/history/3/4" };
	struct route_match match;

	(void)state;
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
		assert_string_equal(found(HTTP_GET, paths[i], &match), "404");
}

static void
another_method_is_told_which_are_allowed(void **state)
{
	struct route_match match;

	(void)state;
	assert_string_equal(found(HTTP_PUT, "/api/v1/expenses", &match), "GET, HEAD, POST");
	assert_string_equal(found(HTTP_OPTIONS, "/api/v1/expenses/7", &match), "GET, HEAD, DELETE");
	assert_string_equal(found(HTTP_OTHER, "/healthz", &match), "GET, HEAD");
}

static void
head_is_answered_by_the_get_route(void **state)
{
	struct route_match match;

	(void)state;
	assert_string_equal(found(HTTP_HEAD, "/healthz", &match), "/healthz");
	assert_int_equal(match.route->method, HTTP_GET);
}

static void
a_bad_table_is_refused(void **state)
{
	static const struct route twice[] = { { HTTP_GET, "/a/{x}", 0, handler, false }, { HTTP_GET, "/a/{y}", 0, handler, false } };
	static const struct route relative[] = { { HTTP_GET, "a", 0, handler, false } };
	static const struct route many[] = { { HTTP_GET, "/{a}/{b}/{c}/{d}/{e}", 0, handler, false } };

	(void)state;
	assert_null(route_table_new(twice, 2));
	assert_null(route_table_new(relative, 1));
	assert_null(route_table_new(many, 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_finds_its_route),
		cmocka_unit_test(a_literal_goes_before_a_parameter),
		cmocka_unit_test(what_has_no_route_is_not_found),
		cmocka_unit_test(another_method_is_told_which_are_allowed),
		cmocka_unit_test(head_is_answered_by_the_get_route),
		cmocka_unit_test(a_bad_table_is_refused),
	};
	return cmocka_run_group_tests(tests, make_table, free_table);
}
