/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include "text.h"

static void
a_tag_gives_the_nearest_language(void **state)
{
	static const struct { const char *tag; enum language language; } rows[] = { { "en", LANGUAGE_EN }, { "en-GB", LANGUAGE_EN },
		{ "zh-TW", LANGUAGE_ZH_HANT }, { "zh-HK", LANGUAGE_ZH_HANT }, { "zh_tw", LANGUAGE_ZH_HANT }, { "zh-Hant", LANGUAGE_ZH_HANT },
		{ "zh-Hant-CN", LANGUAGE_ZH_HANT }, { "zh-Hans-TW", LANGUAGE_ZH_HANS }, { "zh", LANGUAGE_ZH_HANS },
		{ "zh-CN", LANGUAGE_ZH_HANS }, { "ZH-SG", LANGUAGE_ZH_HANS }, { "ja", LANGUAGE_JA }, { "ja-JP", LANGUAGE_JA },
		{ "", LANGUAGE_EN }, { "de", LANGUAGE_EN }, { "jaa", LANGUAGE_EN }, { "-", LANGUAGE_EN }, { "zh-", LANGUAGE_ZH_HANS } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(language_from_tag(slice_of(rows[i].tag)), rows[i].language);
	assert_int_equal(language_from_tag(SLICE_EMPTY), LANGUAGE_EN);
}

static void
every_language_is_found_by_its_own_tag(void **state)
{
	(void)state;
	for (int i = 0; i < LANGUAGES; i++)
		assert_int_equal(language_from_tag(slice_of(language_tag((enum language)i))), i);
}

static void
only_well_formed_utf8_is_utf8(void **state)
{
	static const char *const good[] = { "", "abc", "早餐", "é", "🍕", "\xF4\x8F\xBF\xBF" };
	static const char *const bad[] = { "\x80", "\xC0\xAF", "\xE0\x80\xAF", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE6\x97", "abc\xFF" };

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(text_is_utf8(slice_of(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(text_is_utf8(slice_of(bad[i])));
	assert_true(text_is_utf8(SLICE_EMPTY));
	assert_true(text_is_utf8(SLICE_LITERAL("a\0b")));
}

static void
length_counts_code_points(void **state)
{
	(void)state;
	assert_int_equal(text_length(slice_of("")), 0);
	assert_int_equal(text_length(slice_of("早餐 $20")), 6);
	assert_int_equal(text_length(slice_of("🍕é")), 2);
}

static void
the_first_code_points_are_whole(void **state)
{
	(void)state;
	assert_true(slice_equal(text_first(slice_of("早餐 $20"), 2), slice_of("早餐")));
	assert_true(slice_equal(text_first(slice_of("🍕é"), 5), slice_of("🍕é")));
	assert_int_equal(text_first(slice_of("é"), 0).len, 0);
}

static void
what_disturbs_how_others_are_shown_is_taken_out(void **state)
{
	char text[] = "a\tb\n\r\x1b[2J \x7f\x01" "早餐\u202e5\u202c\u2066$\u2069 \xC2\x85 é👩\u200d👩 \u200f";
	size_t len = text_clean(text, sizeof text - 1);

	(void)state;
	assert_true(slice_equal((struct slice){ text, len }, slice_of("a\tb\n\r[2J 早餐5$  é👩\u200d👩 \u200f")));
	assert_int_equal(text_clean(text, 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tag_gives_the_nearest_language),
		cmocka_unit_test(every_language_is_found_by_its_own_tag),
		cmocka_unit_test(only_well_formed_utf8_is_utf8),
		cmocka_unit_test(length_counts_code_points),
		cmocka_unit_test(the_first_code_points_are_whole),
		cmocka_unit_test(what_disturbs_how_others_are_shown_is_taken_out),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
