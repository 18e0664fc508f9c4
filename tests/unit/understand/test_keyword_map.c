/* SPDX-License-Identifier: MIT */
/* The map of words that many users share, and what understanding makes of it. */
#include "config.h"

#include "unit.h"

#include <string.h>

#include "understand.h"
#include "understand/keywords/keyword_map.h"

static const uint8_t secret[32] = "a secret of a store, of 32 bytes";

static int
setup(void **state)
{
	struct keyword_map *map = keyword_map_create();

	if (map == NULL)
		return 1;
	keyword_map_use_secret(map, secret);
	*state = map;
	return 0;
}

static int
teardown(void **state)
{
	keyword_map_destroy(*state);
	return 0;
}

static keyword_hash
hash_of(const struct keyword_map *map, const char *word)
{
	keyword_hash hash = 0;

	return keyword_map_hash_text(map, slice_of(word), &hash) ? hash : 0;
}

static void
share(struct keyword_map *map, const char *word, enum category_kind kind)
{
	const struct keyword_map_head head = { 1, 20, 1000 };
	uint64_t entry = hash_of(map, word) | kind;

	keyword_map_replace(map, &head, &entry);
}

static struct understanding *
understood(const struct keyword_map *map, const char *text)
{
	static struct understanding result;
	struct understand_input input = { .text = slice_of(text), .locale = slice_of("en"), .home = { "TWD" }, .today = 20000,
		.keywords = map };

	understand(&input, &result);
	assert_int_equal(result.verdict, VERDICT_EXPENSES);
	return &result;
}

/* What the rules alone make of a word that is in none of their tables. */
static enum category_kind
unaided(const char *text)
{
	enum category_kind kind = understood(NULL, text)->expenses[0].category;

	assert_int_not_equal(kind, CATEGORY_ENTERTAINMENT);
	return kind;
}

static void
a_word_is_the_same_in_any_case_and_with_any_blanks(void **state)
{
	const struct keyword_map *map = *state;

	assert_true(hash_of(map, "zorbl bar") != 0);
	assert_true(hash_of(map, "zorbl bar") == hash_of(map, " ZORBL   Ｂａｒ "));
	assert_true(hash_of(map, "zorbl bar") != hash_of(map, "zorblbar"));
	assert_true(hash_of(map, "sábado") == hash_of(map, "sabado"));
	assert_true(hash_of(map, "珍") != 0);
}

static void
what_may_say_who_somebody_is_is_no_word(void **state)
{
	static const char *const refused[] = { "", " ", "flat 7", "٣ zorbl", "me@zorbl", "https://zorbl", "see http://z", "a b c d", "a", "-",
		"abcdefghijklmnopqrstuvwxyzabcdefghijklmno", "珍珍珍珍珍珍珍珍珍珍珍珍珍珍", "\xf0\x9f\x8e\xae", "zorbl \xf0\x9f\x8d\xa3", "☕",
		"\xf0\xa0\x80\x80\xf0\xa0\x80\x81" };
	const struct keyword_map *map = *state;

	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		if (hash_of(map, refused[i]) != 0)
			fail_msg("\"%s\" was taken", refused[i]);
	assert_true(hash_of(map, "abcdefghijklmnopqrstuvwxyzabcdefghijklmn") != 0);
	assert_true(hash_of(map, "aa bb cc") != 0);
}

static void
a_word_that_many_share_tells_the_category(void **state)
{
	struct keyword_map *map = *state;
	enum category_kind alone = unaided("zorbl 50");
	const struct understanding *result = understood(map, "zorbl 50");

	assert_int_equal(result->expenses[0].category, alone);
	assert_int_equal(result->keyword_hits + result->keyword_misses, 0);
	share(map, "Zorbl", CATEGORY_ENTERTAINMENT);
	result = understood(map, "zorbl 50");
	assert_int_equal(result->expenses[0].category, CATEGORY_ENTERTAINMENT);
	assert_true(result->expenses[0].category_confidence >= 80);
	assert_int_equal(result->confidence, 83);
	assert_int_equal(result->keyword_hits, 1);
	assert_int_equal(understood(NULL, "zorbl 50")->confidence, 75);
	result = understood(map, "glimp 50");
	assert_int_equal(result->keyword_hits, 0);
	assert_int_equal(result->keyword_misses, 1);
	assert_int_equal(understand_category(slice_of("zorbl"), map), CATEGORY_ENTERTAINMENT);
	assert_int_equal(understand_category(slice_of("zorbl"), NULL), alone);
}

/* It says what, and not for sure: whoever can be asked still is. */
static void
a_word_among_others_tells_the_category_with_less_confidence(void **state)
{
	struct keyword_map *map = *state;
	const struct understanding *result;

	share(map, "zorbl", CATEGORY_ENTERTAINMENT);
	unaided("zorblquux 50");
	result = understood(map, "quux zorbl 50");
	assert_int_equal(result->expenses[0].category, CATEGORY_ENTERTAINMENT);
	assert_int_equal(result->confidence, 75);
	share(map, "quux zorbl", CATEGORY_TRANSPORT);
	assert_int_equal(understood(map, "wug quux zorbl 50")->expenses[0].category, CATEGORY_TRANSPORT);
	share(map, "zorbl", CATEGORY_ENTERTAINMENT);
	assert_int_not_equal(understood(map, "zorblquux 50")->expenses[0].category, CATEGORY_ENTERTAINMENT);
}

static void
what_the_rules_know_and_what_is_ones_own_is_left_alone(void **state)
{
	struct keyword_map *map = *state;
	const struct understand_word own = { SLICE_LITERAL("zorbl"), 3, false };
	struct understand_input input = { .text = SLICE_LITERAL("zorbl 50"), .locale = SLICE_LITERAL("en"), .home = { "TWD" }, .today = 20000,
		.category_words = &own, .category_word_count = 1, .keywords = map };
	static struct understanding result;

	share(map, "lunch", CATEGORY_ENTERTAINMENT);
	assert_int_equal(understood(map, "lunch 50")->expenses[0].category, CATEGORY_FOOD);
	share(map, "zorbl", CATEGORY_ENTERTAINMENT);
	understand(&input, &result);
	assert_int_equal(result.expenses[0].own_category, 4);
	assert_int_equal(result.keyword_hits, 0);
}

static void
a_new_map_takes_the_place_of_the_old_one(void **state)
{
	static uint64_t entries[KEYWORD_MAP_WORDS_MAX];
	struct keyword_map *map = *state;
	struct keyword_map_head head = { KEYWORD_MAP_WORDS_MAX, 20, 5000 }, told;
	enum category_kind alone = unaided("zorbl 50");

	share(map, "zorbl", CATEGORY_ENTERTAINMENT);
	for (size_t i = 0; i < KEYWORD_MAP_WORDS_MAX; i++)             /* all in a row, at the end of the table */
		entries[i] = ((UINT64_C(2) * KEYWORD_MAP_WORDS_MAX * (i + 1) - 2) << KEYWORD_KIND_BITS) | CATEGORY_FOOD;
	keyword_map_replace(map, &head, entries);
	keyword_map_read_head(map, &told);
	assert_int_equal(told.count, KEYWORD_MAP_WORDS_MAX);
	assert_int_equal(told.counted_ms, 5000);
	assert_int_equal(understood(map, "zorbl 50")->expenses[0].category, alone);
	share(map, "zorbl", CATEGORY_TRANSPORT);
	assert_int_equal(understood(map, "zorbl 50")->expenses[0].category, CATEGORY_TRANSPORT);
	head.count = 0;
	keyword_map_replace(map, &head, entries);
	assert_int_equal(understood(map, "zorbl 50")->expenses[0].category, alone);
}

static void
an_entry_of_no_kind_that_may_be_shared_tells_nothing(void **state)
{
	struct keyword_map *map = *state;
	enum category_kind alone = unaided("zorbl 50");

	for (uint64_t kind = CATEGORY_OTHER; kind < 8; kind++) {
		share(map, "zorbl", (enum category_kind)kind);
		assert_int_equal(understood(map, "zorbl 50")->expenses[0].category, alone);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_word_is_the_same_in_any_case_and_with_any_blanks),
		CASE(what_may_say_who_somebody_is_is_no_word),
		CASE(a_word_that_many_share_tells_the_category),
		CASE(a_word_among_others_tells_the_category_with_less_confidence),
		CASE(what_the_rules_know_and_what_is_ones_own_is_left_alone),
		CASE(a_new_map_takes_the_place_of_the_old_one),
		CASE(an_entry_of_no_kind_that_may_be_shared_tells_nothing),
	};

	return cmocka_run_group_tests_name("keyword_map", tests, NULL, NULL);
}
