/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "json_out.h"

static void
assert_written(struct buf *b, const char *expected)
{
	buf_append_char(b, '\0');
	assert_false(b->has_failed);
	assert_string_equal(b->data, expected);
	buf_fini(b);
}

static void
commas_stand_between_values_only(void **state)
{
	struct buf b = BUF_INIT;
	struct json_out out = json_out_to(&b);

	(void)state;
	json_out_object_begin(&out);
	json_out_member_text(&out, "a", "x");
	json_out_key(&out, "b");
	json_out_array_begin(&out);
	json_out_object_begin(&out);
	json_out_object_end(&out);
	json_out_array_begin(&out);
	json_out_array_end(&out);
	json_out_int(&out, -1);
	json_out_uint(&out, UINT64_MAX);
	json_out_array_end(&out);
	json_out_member_bool(&out, "c", true);
	json_out_member_bool(&out, "d", false);
	json_out_member_null(&out, "e");
	json_out_member_int(&out, "f", INT64_MIN);
	json_out_key(&out, "g");
	json_out_raw(&out, SLICE_LITERAL("[1]"));
	json_out_object_end(&out);
	assert_written(&b, "{\"a\":\"x\",\"b\":[{},[],-1,18446744073709551615],\"c\":true,\"d\":false,\"e\":null,"
	    "\"f\":-9223372036854775808,\"g\":[1]}");
}

static void
a_plain_member_is_a_string_like_any_other(void **state)
{
	struct buf b = BUF_INIT;
	struct json_out out = json_out_to(&b);

	(void)state;
	json_out_object_begin(&out);
	json_out_member_plain(&out, "date", SLICE_LITERAL("2026-11-23"));
	json_out_member_plain(&out, "amount", SLICE_LITERAL("20.50"));
	json_out_member_int(&out, "n", 1);
	json_out_object_end(&out);
	assert_written(&b, "{\"date\":\"2026-11-23\",\"amount\":\"20.50\",\"n\":1}");
}

static void
assert_string(const char *text, size_t len, const char *expected)
{
	struct buf b = BUF_INIT;
	struct json_out out = json_out_to(&b);

	json_out_string(&out, (struct slice){ text, len });
	assert_written(&b, expected);
}

#define ASSERT_STRING(text, expected) assert_string(text, sizeof(text) - 1, "\"" expected "\"")

static void
what_json_or_a_script_could_misread_is_escaped(void **state)
{
	(void)state;
	ASSERT_STRING("", "");
	ASSERT_STRING("plain text, nothing in it", "plain text, nothing in it");
	ASSERT_STRING("\"", "\\\"");
	ASSERT_STRING("a\\b", "a\\\\b");
	ASSERT_STRING("\n\r\t", "\\n\\r\\t");
	ASSERT_STRING("a\0b", "a\\u0000b");
	ASSERT_STRING("\x1f\x7f", "\\u001f\\u007f");
	ASSERT_STRING("</script>", "\\u003c/script>");
	ASSERT_STRING("a\xe2\x80\xa8" "b\xe2\x80\xa9", "a\\u2028b\\u2029");
}

static void
well_formed_utf8_is_copied(void **state)
{
	(void)state;
	ASSERT_STRING("早餐 20 元", "早餐 20 元");
	ASSERT_STRING("é\xe2\x80\xa7😀\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf", "é\xe2\x80\xa7😀\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf");
}

#define FFFD "\xef\xbf\xbd"

static void
ill_formed_utf8_is_replaced(void **state)
{
	(void)state;
	ASSERT_STRING("a\xff" "b", "a" FFFD "b");
	ASSERT_STRING("\x80", FFFD);
	ASSERT_STRING("\xc0\xaf", FFFD FFFD);
	ASSERT_STRING("\xc3", FFFD);
	ASSERT_STRING("\xc3" "a", FFFD "a");
	ASSERT_STRING("\xe2\x80", FFFD FFFD);
	ASSERT_STRING("\xe2\x80\"", FFFD FFFD "\\\"");
	ASSERT_STRING("\xe0\x80\x80", FFFD FFFD FFFD);
	ASSERT_STRING("\xed\xa0\x80", FFFD FFFD FFFD);
	ASSERT_STRING("\xf0\x80\x80\x80", FFFD FFFD FFFD FFFD);
	ASSERT_STRING("\xf4\x90\x80\x80", FFFD FFFD FFFD FFFD);
	ASSERT_STRING("\xf5\x80\x80\x80", FFFD FFFD FFFD FFFD);
}

static void
a_character_is_escaped_alike_wherever_it_stands(void **state)
{
	enum { LENGTH = 20 };

	(void)state;
	for (int c = 0; c < 128; c++) {
		struct buf alone = BUF_INIT;
		char one = (char)c;

		json_out_escape(&alone, (struct slice){ &one, 1 });
		for (size_t at = 0; at < LENGTH; at++) {
			char text[LENGTH], out[LENGTH * JSON_ESCAPED_MAX], *end;
			size_t tail = LENGTH - 1 - at;

			memset(text, 'a', sizeof text);
			text[at] = one;
			end = json_put_escaped(out, (struct slice){ text, sizeof text });
			assert_int_equal(end - out, at + alone.len + tail);
			assert_memory_equal(out, text, at);
			assert_memory_equal(out + at, alone.data, alone.len);
			assert_memory_equal(end - tail, text + at + 1, tail);
		}
		buf_fini(&alone);
	}
}

/* Plain text is copied eight bytes at a time: so with each that needs more, in each place. */
static void
what_is_escaped_is_seen_wherever_it_stands(void **state)
{
	static const char *const specials[] = { "\"", "\\", "<", "\n", "\x1f", "\x7f", "\xff", "\xe2\x80\xa8", "\xe9\xa4\x90" };
	static const char filler[] = "abcdefghijklmnopqrstuvwxyz";

	(void)state;
	for (size_t i = 0; i < sizeof specials / sizeof specials[0]; i++)
		for (size_t before = 0; before < 20; before++)
			for (size_t after = 0; after < 10; after++) {
				char text[64], written[256], *end;
				struct buf expected = BUF_INIT;
				int len = snprintf(text, sizeof text, "%.*s%s%.*s", (int)before, filler, specials[i], (int)after, filler);

				end = json_put_escaped(written, (struct slice){ text, (size_t)len });
				buf_append(&expected, filler, before);
				json_out_escape(&expected, slice_of(specials[i]));
				buf_append(&expected, filler, after);
				assert_int_equal(end - written, expected.len);
				assert_memory_equal(written, expected.data, expected.len);
				buf_fini(&expected);
			}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commas_stand_between_values_only),
		cmocka_unit_test(a_plain_member_is_a_string_like_any_other),
		cmocka_unit_test(what_json_or_a_script_could_misread_is_escaped),
		cmocka_unit_test(a_character_is_escaped_alike_wherever_it_stands),
		cmocka_unit_test(well_formed_utf8_is_copied),
		cmocka_unit_test(what_is_escaped_is_seen_wherever_it_stands),
		cmocka_unit_test(ill_formed_utf8_is_replaced),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
