/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include "fold.h"

static struct slice
fold(struct arena *arena, const char *text)
{
	struct slice folded = text_fold(arena, slice_of(text));

	assert_non_null(folded.ptr);
	return folded;
}

static void
names_are_folded_whatever_their_case_and_width(void **state)
{
	static const char *const same[][2] = { { "PETS", "pets" }, { "Ｐｅｔｓ", "pets" }, { "CAFÉ", "cafe\xcc\x81" },
		{ "Straße", "STRASSE" }, { "ﾗｰﾒﾝ", "ラーメン" }, { "㎏", "KG" }, { "", "" } };
	struct arena arena = ARENA_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
		assert_true(slice_equal(fold(&arena, same[i][0]), fold(&arena, same[i][1])));
	assert_false(slice_equal(fold(&arena, "pet"), fold(&arena, "pets")));
	arena_fini(&arena);
}

static void
a_word_is_found_as_a_whole_where_there_are_blanks(void **state)
{
	static const struct {
		const char *text, *word;
		bool        is_there;
	} cases[] = {
		{ "a bento for two", "bento", true }, { "bento", "bento", true }, { "bentos", "bento", false },
		{ "bentos, bento!", "bento", true }, { "7eleven", "eleven", false }, { "7-eleven", "eleven", true },
		{ "grab car home", "grab car", true }, { "吃拉麵了", "拉麵", true }, { "吃kfc套餐", "kfc", true },
		{ "コーヒー豆", "コーヒー", true }, { "커피를 샀다", "커피", true }, { "ซื้อกาแฟเย็น", "กาแฟ", true },
		{ "кофейня", "кофе", false }, { "кофе с собой", "кофе", true }, { "cafe\xcc\x81", "cafe", false },
		{ "anything", "", false }, { "", "x", false }, { "x_y", "x", false }, { "#42", "#4", false }, { "#42", "#42", true },
	};
	struct arena arena = ARENA_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (text_has_word(slice_of(cases[i].text), slice_of(cases[i].word)) != cases[i].is_there)
			fail_msg("%s in %s", cases[i].word, cases[i].text);
	}
	arena_fini(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_folded_whatever_their_case_and_width),
		cmocka_unit_test(a_word_is_found_as_a_whole_where_there_are_blanks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
