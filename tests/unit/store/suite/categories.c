/* SPDX-License-Identifier: MIT */
/* What holds for every engine of the store when categories get names. */
#include "config.h"

#include "store_suite.h"

#include <stdio.h>

static struct category_name
new_name(const char *name)
{
	struct category_name new = { .id = uuid7_next(suite_now_ms()), .is_new = true, .name = slice_of(name),
		.now_ms = suite_now_ms() };

	new.id.bytes[10] ^= 0xff;        /* a writer that was forked from here makes ids in the same row */
	return new;
}

static const struct category *
find(const struct person *person, const struct uuid *id)
{
	for (size_t i = 0; i < person->category_count; i++)
		if (uuid_equal(&person->categories[i].id, id))
			return &person->categories[i];
	fail_msg("there is no such category");
	return NULL;
}

static struct person
person_of(struct suite *s, const char *user)
{
	struct write_answer answer;
	struct person person;

	assert_int_equal(suite_sign_up(s, user, &answer), ST_OK);
	assert_int_equal(suite_person(s, user, &person), ST_OK);
	return person;
}

static enum status
rename_to(struct suite *s, const struct uuid *id, const char *name, uint32_t if_version)
{
	struct category_name rename = { .id = *id, .name = slice_of(name), .if_version = if_version, .now_ms = suite_now_ms() };

	return suite_name(s, "line:U1", &rename, NULL);
}

static void
a_new_category_takes_expenses(void **state)
{
	struct suite *s = *state;
	struct category_name pets = new_name("Pets");
	struct new_expense new = suite_new_expense(20780, 500);
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expense_count = 1, .expenses = &new };
	struct write_answer answer;
	const struct category *category;
	struct person person;

	person_of(s, "line:U1");
	assert_int_equal(suite_name(s, "line:U1", &pets, &answer), ST_OK);
	assert_false(answer.is_replay);
	assert_true(uuid_equal(&answer.category_id, &pets.id));
	new.expense.category_id = pets.id;
	assert_int_equal(suite_put(s, "line:U1", &batch, NULL), ST_OK);
	person = person_of(s, "line:U1");
	assert_int_equal(person.category_count, 6);
	category = find(&person, &pets.id);
	assert_true(slice_equal(category->name, slice_of("Pets")));
	assert_int_equal(category->expense_count, 1);
	assert_int_equal(category->version, 1);
}

static void
a_name_is_taken_whatever_its_case_and_width(void **state)
{
	static const char *const taken[] = { "Café", "CAFÉ", "cafe\xcc\x81", "Ｃａｆé", "food", "FOOD", "ＯＴＨＥＲ" };
	struct suite *s = *state;
	struct category_name cafe = new_name("Café");

	person_of(s, "line:U1");
	assert_int_equal(suite_name(s, "line:U1", &cafe, NULL), ST_OK);
	for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++) {
		struct category_name again = new_name(taken[i]);

		assert_int_equal(suite_name(s, "line:U1", &again, NULL), ST_CONFLICT);
	}
	person_of(s, "line:U2");
	cafe = new_name("Café");
	assert_int_equal(suite_name(s, "line:U2", &cafe, NULL), ST_OK);
}

static void
a_rename_frees_the_old_name(void **state)
{
	struct suite *s = *state;
	struct category_name pets = new_name("Pets"), other;
	struct person person = person_of(s, "line:U1");
	const struct uuid food = person.categories[0].id;
	const struct category *category;

	assert_int_equal(suite_name(s, "line:U1", &pets, NULL), ST_OK);
	assert_int_equal(rename_to(s, &pets.id, "Animals", 1), ST_OK);
	assert_int_equal(rename_to(s, &pets.id, "Animals", 1), ST_OK);
	assert_int_equal(rename_to(s, &pets.id, "Beasts", 1), ST_VERSION_MISMATCH);
	assert_int_equal(rename_to(s, &pets.id, "ANIMALS", 2), ST_OK);
	assert_int_equal(rename_to(s, &pets.id, "Food", 0), ST_CONFLICT);
	other = new_name("animals");
	assert_int_equal(suite_name(s, "line:U1", &other, NULL), ST_CONFLICT);
	other = new_name("pets");
	assert_int_equal(suite_name(s, "line:U1", &other, NULL), ST_OK);
	assert_int_equal(rename_to(s, &food, "Meals", 1), ST_OK);
	other = new_name("Food");
	assert_int_equal(suite_name(s, "line:U1", &other, NULL), ST_OK);
	person = person_of(s, "line:U1");
	category = find(&person, &food);
	assert_true(slice_equal(category->key, slice_of("food")));
	assert_true(slice_equal(category->name, slice_of("Meals")));
	assert_int_equal(category->version, 2);
	other = new_name("Things");
	other.id = food;
	assert_int_equal(suite_name(s, "line:U1", &other, NULL), ST_CONFLICT);
}

static void
making_a_category_again_makes_one(void **state)
{
	struct suite *s = *state;
	struct category_name pets = new_name("Pets"), again = new_name("Pets"), stranger;
	struct write_answer answer;

	person_of(s, "line:U1");
	pets.idempotency_key = again.idempotency_key = slice_of("key 1");
	assert_int_equal(suite_name(s, "line:U1", &pets, &answer), ST_OK);
	assert_int_equal(suite_name(s, "line:U1", &pets, &answer), ST_OK);
	assert_int_equal(suite_name(s, "line:U1", &again, &answer), ST_OK);
	assert_true(answer.is_replay);
	assert_true(uuid_equal(&answer.category_id, &pets.id));
	again.request_hash[0] = 1;
	assert_int_equal(suite_name(s, "line:U1", &again, &answer), ST_KEY_REUSED);
	assert_int_equal(person_of(s, "line:U1").category_count, 6);
	person_of(s, "line:U2");
	stranger = pets;
	stranger.is_new = false;
	stranger.idempotency_key = SLICE_EMPTY;
	assert_int_equal(suite_name(s, "line:U2", &stranger, NULL), ST_NOT_FOUND);
}

static void
there_are_at_most_a_hundred_categories(void **state)
{
	struct suite *s = *state;
	char text[16];

	person_of(s, "line:U1");
	for (int i = 5; i <= CATEGORIES_MAX; i++) {
		struct category_name name;

		snprintf(text, sizeof text, "c%d", i);
		name = new_name(text);
		assert_int_equal(suite_name(s, "line:U1", &name, NULL), i < CATEGORIES_MAX ? ST_OK : ST_LIMIT_REACHED);
	}
	assert_int_equal(person_of(s, "line:U1").category_count, CATEGORIES_MAX);
}

static void
a_name_that_grows_too_long_when_folded_is_refused(void **state)
{
	struct suite *s = *state;
	char text[CATEGORY_NAME_MAX + 1] = "";
	struct category_name name;

	for (int i = 0; i < 50; i++)
		strcat(text, "\xef\xb7\xba");        /* U+FDFA is 18 letters */
	name = new_name(text);
	person_of(s, "line:U1");
	assert_int_equal(suite_name(s, "line:U1", &name, NULL), ST_TEXT_TOO_LONG);
	name.name = SLICE_EMPTY;
	assert_int_equal(suite_name(s, "line:U1", &name, NULL), ST_BAD_VALUE);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, suite_setup, suite_teardown)

const struct CMUnitTest suite_category_tests[] = {
	CASE(a_new_category_takes_expenses),
	CASE(a_name_is_taken_whatever_its_case_and_width),
	CASE(a_rename_frees_the_old_name),
	CASE(making_a_category_again_makes_one),
	CASE(there_are_at_most_a_hundred_categories),
	CASE(a_name_that_grows_too_long_when_folded_is_refused),
};
const size_t suite_category_test_count = sizeof suite_category_tests / sizeof suite_category_tests[0];
