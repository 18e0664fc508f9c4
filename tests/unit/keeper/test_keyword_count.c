/* SPDX-License-Identifier: MIT */
/* Who counts for a word that many users share, and what other instances are told of it. */
#include "config.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "keeper/keywords/keyword_count.h"
#include "keeper/keywords/keyword_seal.h"
#include "store.h"

enum { USERS = 20 };

#define WORD(n) ((keyword_hash)(n) << KEYWORD_KIND_BITS)

static uint64_t entries[KEYWORD_MAP_WORDS_MAX];

static int
setup(void **state)
{
	*state = keyword_count_new();
	return *state == NULL;
}

static int
teardown(void **state)
{
	keyword_count_free(*state);
	return 0;
}

/* The voters from first on. */
static void
vote(struct keyword_count *count, keyword_hash word, uint64_t first, unsigned voters, enum category_kind kind)
{
	for (uint64_t voter = first; voter < first + voters; voter++)
		keyword_count_vote(count, word, voter, kind);
}

static size_t
shared(const struct keyword_count *count)
{
	size_t found;

	assert_true(keyword_count_result(count, USERS, entries, &found));
	return found;
}

static void
enough_users_share_a_word_and_one_fewer_do_not(void **state)
{
	struct keyword_count *count = *state;

	vote(count, WORD(1), 1, USERS - 1, CATEGORY_FOOD);
	assert_int_equal(shared(count), 0);
	vote(count, WORD(2), 1, USERS, CATEGORY_SHOPPING);
	assert_int_equal(shared(count), 1);
	assert_true(entries[0] == (WORD(2) | CATEGORY_SHOPPING));
}

static void
a_user_has_one_vote_however_often_it_is_given(void **state)
{
	struct keyword_count *count = *state;

	for (int i = 0; i < 3; i++)
		keyword_count_vote(count, WORD(1), 99, CATEGORY_FOOD);
	vote(count, WORD(1), 1, USERS - 2, CATEGORY_FOOD);
	assert_int_equal(shared(count), 0);
	vote(count, WORD(1), 100, 1, CATEGORY_FOOD);
	assert_int_equal(shared(count), 1);
}

static void
the_last_word_of_a_user_counts(void **state)
{
	struct keyword_count *count = *state;

	vote(count, WORD(1), 1, USERS - 1, CATEGORY_FOOD);
	keyword_count_vote(count, WORD(1), 99, CATEGORY_FOOD);
	keyword_count_vote(count, WORD(1), 99, CATEGORY_OTHER);       /* taken back */
	assert_int_equal(shared(count), 0);
	keyword_count_vote(count, WORD(1), 99, CATEGORY_FOOD);
	assert_int_equal(shared(count), 1);
	keyword_count_vote(count, WORD(2), 99, CATEGORY_OTHER);       /* nothing was said before */
	assert_int_equal(shared(count), 1);
}

static void
four_of_five_must_agree(void **state)
{
	struct keyword_count *count = *state;

	vote(count, WORD(1), 1, 80, CATEGORY_FOOD);
	vote(count, WORD(1), 81, 20, CATEGORY_TRANSPORT);
	assert_int_equal(shared(count), 1);
	vote(count, WORD(1), 101, 1, CATEGORY_TRANSPORT);
	assert_int_equal(shared(count), 0);
}

static void
words_of_few_users_give_way_to_those_of_many(void **state)
{
	struct keyword_count *count = *state;

	for (unsigned n = 1; n <= 100; n++)
		vote(count, WORD(n), 1, USERS + 80, CATEGORY_FOOD);
	for (unsigned n = 1000; n < 1000 + 4 * KEYWORD_COUNT_MAX; n++)
		keyword_count_vote(count, WORD(n), n, CATEGORY_FOOD);
	assert_int_equal(shared(count), 100);
}

static void
of_more_than_there_is_room_for_those_of_most_users_are_taken(void **state)
{
	struct keyword_count *count = *state;

	for (unsigned n = 1; n <= KEYWORD_MAP_WORDS_MAX; n++)
		vote(count, WORD(n), 1, USERS, CATEGORY_FOOD);
	vote(count, WORD(KEYWORD_MAP_WORDS_MAX + 1), 1, USERS + 1, CATEGORY_TRANSPORT);
	assert_int_equal(shared(count), KEYWORD_MAP_WORDS_MAX);
	assert_true(entries[0] == (WORD(KEYWORD_MAP_WORDS_MAX + 1) | CATEGORY_TRANSPORT));
}

static void
what_was_sealed_is_told_whole_and_unchanged(void **state)
{
	const struct keyword_map_head head = { 3, USERS, 123456789 };
	const uint64_t sent[] = { WORD(1), WORD(2) | CATEGORY_TRANSPORT, WORD(3) };
	struct store *store = store_open_memory(1);
	struct keyword_map_head told;
	struct buf sealed = BUF_INIT;

	(void)state;
	keyword_seal(&sealed, store, &head, sent);
	assert_true(keyword_unseal(buf_slice(&sealed), store, &told, entries));
	assert_int_equal(told.count, head.count);
	assert_int_equal(told.users_min, head.users_min);
	assert_int_equal(told.counted_ms, head.counted_ms);
	assert_memory_equal(entries, sent, sizeof sent);
	for (size_t len = 0; len < sealed.len; len++)
		assert_false(keyword_unseal((struct slice){ sealed.data, len }, store, &told, entries));
	for (size_t at = 0; at < sealed.len; at++) {
		sealed.data[at] ^= 1;
		assert_false(keyword_unseal(buf_slice(&sealed), store, &told, entries));
		sealed.data[at] ^= 1;
	}
	buf_fini(&sealed);
	store_close(store);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(enough_users_share_a_word_and_one_fewer_do_not),
		CASE(a_user_has_one_vote_however_often_it_is_given),
		CASE(the_last_word_of_a_user_counts),
		CASE(four_of_five_must_agree),
		CASE(words_of_few_users_give_way_to_those_of_many),
		CASE(of_more_than_there_is_room_for_those_of_most_users_are_taken),
		CASE(what_was_sealed_is_told_whole_and_unchanged),
	};

	return cmocka_run_group_tests_name("keyword_count", tests, NULL, NULL);
}
