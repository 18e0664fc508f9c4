/* SPDX-License-Identifier: MIT */
/* What holds for every engine of the store about what people have confirmed of words. */
#include "config.h"

#include "store_suite.h"

#include "arena.h"

enum { ROWS_MAX = 64, DAY = 20780 };

struct found {
	size_t           count;
	struct confirmed rows[ROWS_MAX];   /* in the order in which they were told; the texts in the suite's arena */
	struct slice     next;
	struct suite    *s;
};

static void
on_row(const struct confirmed *confirmed, void *arg)
{
	struct found *found = arg;

	assert_true(found->count < ROWS_MAX);
	found->rows[found->count] = *confirmed;
	found->rows[found->count].word = arena_copy(found->s->arena, confirmed->word);
	found->rows[found->count++].category_key = arena_copy(found->s->arena, confirmed->category_key);
}

static void
on_end(enum status st, struct slice next, unsigned looks, void *arg)
{
	struct found *found = arg;

	(void)looks;
	assert_int_equal(st, ST_OK);
	found->next = next.len > 0 ? arena_copy(found->s->arena, next) : SLICE_EMPTY;
}

/* All shards in parts of so many rows. */
static void
walk(struct suite *s, unsigned looks, struct found *found)
{
	static const struct confirmed_callbacks callbacks = { on_row, on_end };

	*found = (struct found){ .s = s };
	for (unsigned shard = 0; shard < store_shard_count(s->store); shard++)
		do
			store_list_confirmed(s->store, shard, found->next, looks, &callbacks, found);
		while (found->next.len > 0);
}

/* What was said of a word last; NULL: nothing. */
static const char *
said(struct suite *s, const char *word)
{
	struct found found;
	const char *key = NULL;

	walk(s, 3, &found);
	for (size_t i = 0; i < found.count; i++)
		if (slice_equal(found.rows[i].word, slice_of(word)))
			key = found.rows[i].category_key.len > 0 ? found.rows[i].category_key.ptr : "";
	return key;
}

static struct uuid
category_of(struct suite *s, const char *user, const char *key)
{
	struct person person;

	assert_int_equal(suite_person(s, user, &person), ST_OK);
	for (size_t i = 0; i < person.category_count; i++)
		if (slice_equal(person.categories[i].key, slice_of(key)))
			return person.categories[i].id;
	fail_msg("there is no such category");
	return (struct uuid){ .bytes = { 0 } };
}

static void
add_keyword(struct suite *s, const char *user, const char *word, const struct uuid *category_id)
{
	struct keyword_change change = { .action = KEYWORD_ADDED, .id = uuid7_next(suite_now_ms()), .category_id = *category_id,
		.text = slice_of(word), .now_ms = suite_now_ms() };

	assert_int_equal(suite_keyword(s, user, &change, NULL), ST_OK);
}

static void
teach(struct suite *s, const char *user, const char *word, const char *key)
{
	struct write_answer answer;
	struct uuid category_id;

	assert_int_equal(suite_sign_up(s, user, &answer), ST_OK);
	category_id = category_of(s, user, key);
	add_keyword(s, user, word, &category_id);
}

/* An expense that was filed under food, and what changes it. */
static struct expense_change
spend(struct suite *s, const char *user, const char *word)
{
	struct new_expense new = suite_new_expense(DAY, 500);
	struct message_entry entry = suite_entry(user, &new, 1);
	struct expense_change change = { .action = EXPENSE_CHANGED, .now_ms = suite_now_ms() };

	assert_int_equal(suite_record(s, &entry, NULL), ST_OK);
	assert_int_equal(suite_expense(s, user, &new.expense.id, &change.expense), ST_OK);
	change.expense.description = slice_of(word);
	return change;
}

static void
file(struct suite *s, const char *user, struct expense_change *change, const char *key)
{
	change->change_id = uuid7_next(suite_now_ms());
	change->expense.category_id = category_of(s, user, key);
	assert_int_equal(suite_change(s, user, change, NULL), ST_OK);
}

static void
keywords_and_expenses_that_were_filed_elsewhere_are_told(void **state)
{
	struct suite *s = *state;
	struct expense_change change = spend(s, "line:U1", "glimp");
	struct found found;

	teach(s, "line:U2", "zorbl", "entertainment");
	assert_null(said(s, "glimp"));
	change.expense.amount_minor = 700;
	file(s, "line:U1", &change, "food");
	assert_null(said(s, "glimp"));          /* it stayed where it was */
	file(s, "line:U1", &change, "shopping");
	assert_string_equal(said(s, "glimp"), "shopping");
	assert_string_equal(said(s, "zorbl"), "entertainment");
	walk(s, 1, &found);
	assert_int_equal(found.count, 2);
	assert_true(found.rows[0].voter != found.rows[1].voter);
	file(s, "line:U1", &change, "transport");
	assert_string_equal(said(s, "glimp"), "transport");
	walk(s, 1000, &found);
	assert_int_equal(found.count, 3);
}

static void
what_is_filed_in_a_category_of_ones_own_has_no_key(void **state)
{
	struct suite *s = *state;
	struct category_name pets = { .id = uuid7_next(suite_now_ms()), .is_new = true, .name = SLICE_LITERAL("Pets"), .now_ms = suite_now_ms() };
	struct category_name renamed = { .name = SLICE_LITERAL("Fun"), .now_ms = suite_now_ms() };

	teach(s, "line:U1", "zorbl", "entertainment");
	assert_int_equal(suite_name(s, "line:U1", &pets, NULL), ST_OK);
	add_keyword(s, "line:U1", "glimp", &pets.id);
	assert_string_equal(said(s, "glimp"), "");
	renamed.id = category_of(s, "line:U1", "entertainment");
	assert_int_equal(suite_name(s, "line:U1", &renamed, NULL), ST_OK);
	assert_string_equal(said(s, "zorbl"), "");
}

static void
nothing_is_told_of_a_user_who_is_being_deleted(void **state)
{
	struct suite *s = *state;
	struct deletion deletion = { .user_id = SLICE_LITERAL("line:U1"), .created_ms = suite_now_ms(), .now_ms = suite_now_ms() };
	struct ledger ledger = suite_ledger(s, "line:U1");
	struct suite_outcome w = { .is_done = false };

	teach(s, "line:U1", "zorbl", "entertainment");
	teach(s, "line:U2", "glimp", "shopping");
	assert_string_equal(said(s, "zorbl"), "entertainment");
	store_begin_deletion(s->store, &ledger, &deletion, suite_done, &w);
	suite_wait(s, &w.is_done);
	assert_int_equal(w.st, ST_OK);
	assert_null(said(s, "zorbl"));
	assert_string_equal(said(s, "glimp"), "shopping");
}

static void
parts_of_any_size_tell_the_same(void **state)
{
	struct suite *s = *state;
	struct found all, found;

	for (char user[] = "line:U1"; user[6] <= '9'; user[6]++) {
		struct expense_change change = spend(s, user, "glimp");

		file(s, user, &change, "shopping");
		teach(s, user, "zorbl", "entertainment");
	}
	walk(s, 100000, &all);
	assert_int_equal(all.count, 18);
	for (unsigned looks = 1; looks < 20; looks++) {
		walk(s, looks, &found);
		assert_int_equal(found.count, all.count);
		for (size_t i = 0; i < found.count; i++)
			assert_true(found.rows[i].voter == all.rows[i].voter && slice_equal(found.rows[i].word, all.rows[i].word));
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, suite_setup, suite_teardown)

const struct CMUnitTest suite_confirmed_tests[] = {
	CASE(keywords_and_expenses_that_were_filed_elsewhere_are_told),
	CASE(what_is_filed_in_a_category_of_ones_own_has_no_key),
	CASE(nothing_is_told_of_a_user_who_is_being_deleted),
	CASE(parts_of_any_size_tell_the_same),
};
const size_t suite_confirmed_test_count = sizeof suite_confirmed_tests / sizeof suite_confirmed_tests[0];
