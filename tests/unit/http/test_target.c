/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <string.h>

#include "http/target.h"

static struct arena arena;

static int
reset_arena(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

static void
assert_path(const char *sent, const char *decoded)
{
	struct slice out;

	if (decoded == NULL) {
		assert_int_equal(target_decode_path(&arena, slice_of(sent), &out), ST_MALFORMED);
		return;
	}
	assert_int_equal(target_decode_path(&arena, slice_of(sent), &out), ST_OK);
	assert_true(slice_equal(out, slice_of(decoded)));
}

static void
a_path_is_decoded_once(void **state)
{
	(void)state;
	assert_path("", "/");
	assert_path("/", "/");
	assert_path("*", "*");
	assert_path("/a/b/", "/a/b/");
	assert_path("/a%20b", "/a b");
	assert_path("/a+b", "/a+b");
	assert_path("/%e6%97%A9", "/早");
	assert_path("/%2541", "/%41");
	assert_path("/...", "/...");
	assert_path("/.a/b..", "/.a/b..");
}

static void
a_path_that_could_mean_another_one_is_refused(void **state)
{
	static const char *const bad[] = { "//", "//a", "/a//b", "/a//", "/.", "/..", "/a/..", "/a/../b", "/./a", "/%2e%2e/a",
		"/a/.%2E", "/%2e", "/a%2fb", "/a%2Fb", "/a%00b", "/a%0ab", "/a%7f", "/%", "/%1", "/%zz", "/%1g", "/%c3",
		"/%c0%af", "/%ed%a0%80", "/%ff" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_path(bad[i], NULL);
}

/* It is what the access log names. */
static void
a_path_that_cannot_be_decoded_stays_as_it_was_sent(void **state)
{
	static const char *const bad[] = { "/abc%2fd", "/abc%", "/%41%ff" };
	struct slice out;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		assert_int_equal(target_decode_path(&arena, slice_of(bad[i]), &out), ST_MALFORMED);
		assert_true(slice_equal(out, slice_of(bad[i])));
	}
}

static void
a_query_is_taken_apart(void **state)
{
	struct http_query query;
	struct slice value;

	(void)state;
	assert_int_equal(target_decode_query(&arena, SLICE_LITERAL("user=telegram%3A1&q=a+b%2Bc&empty=&flag&x=1=2"), &query), ST_OK);
	assert_int_equal(query.count, 5);
	assert_true(http_query_find(&query, "user", &value) && slice_equal(value, SLICE_LITERAL("telegram:1")));
	assert_true(http_query_find(&query, "q", &value) && slice_equal(value, SLICE_LITERAL("a b+c")));
	assert_true(http_query_find(&query, "empty", &value) && value.len == 0);
	assert_true(http_query_find(&query, "flag", &value) && value.len == 0);
	assert_true(http_query_find(&query, "x", &value) && slice_equal(value, SLICE_LITERAL("1=2")));
	assert_false(http_query_find(&query, "y", &value));
	assert_null(query.repeated.ptr);
}

static void
a_repeated_parameter_is_named(void **state)
{
	struct http_query query;

	(void)state;
	assert_int_equal(target_decode_query(&arena, SLICE_LITERAL("a=1&b=2&%61=3"), &query), ST_OK);
	assert_true(slice_equal(query.repeated, SLICE_LITERAL("a")));
}

static void
a_bad_query_is_refused(void **state)
{
	static const char *const bad[] = { "a=%", "a=%g0", "a=%00", "a=%0d", "a=%ff", "%ff=a", "=1", "&", "a&", "&a", "a&&b" };
	struct http_query query;
	char many[2 * (HTTP_QUERY_MAX + 1)];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(target_decode_query(&arena, slice_of(bad[i]), &query), ST_BAD_PARAMETER);
	for (size_t i = 0; i < sizeof many; i += 2)
		memcpy(many + i, "a&", 2);
	assert_int_equal(target_decode_query(&arena, (struct slice){ many, sizeof many - 1 }, &query), ST_BAD_PARAMETER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_path_is_decoded_once, reset_arena),
		cmocka_unit_test_teardown(a_path_that_could_mean_another_one_is_refused, reset_arena),
		cmocka_unit_test_teardown(a_path_that_cannot_be_decoded_stays_as_it_was_sent, reset_arena),
		cmocka_unit_test_teardown(a_query_is_taken_apart, reset_arena),
		cmocka_unit_test_teardown(a_repeated_parameter_is_named, reset_arena),
		cmocka_unit_test_teardown(a_bad_query_is_refused, reset_arena),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
