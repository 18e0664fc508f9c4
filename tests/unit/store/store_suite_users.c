/* SPDX-License-Identifier: MIT */
/* What holds for every engine of the store about users: signing up, settings. */
#include "config.h"

#include "store_suite.h"

static struct sign_up_entry
entry_of(const char *user, const char *key)
{
	return (struct sign_up_entry){ .sign_up = { .user_id = slice_of(user), .locale = SLICE_LITERAL("en"),
		.zone = SLICE_LITERAL("UTC"), .home = { "EUR" }, .display_name = SLICE_LITERAL("Ann") },
		.now_ms = suite_now_ms(), .idempotency_key = slice_of(key) };
}

static struct user
user_of(struct suite *s, const char *user)
{
	struct person person;

	assert_int_equal(suite_person(s, user, &person), ST_OK);
	return person.user;
}

static void
a_sign_up_keeps_the_first_settings(void **state)
{
	struct suite *s = *state;
	struct sign_up_entry entry = entry_of("line:U1", "");
	struct write_answer answer;

	assert_int_equal(suite_sign_up_with(s, &entry, &answer), ST_OK);
	assert_true(answer.is_new_user);
	entry.sign_up.locale = SLICE_LITERAL("de");
	entry.sign_up.display_name = SLICE_EMPTY;
	assert_int_equal(suite_sign_up_with(s, &entry, &answer), ST_OK);
	assert_false(answer.is_new_user);
	assert_true(slice_equal(user_of(s, "line:U1").locale, slice_of("en")));
	assert_true(slice_equal(user_of(s, "line:U1").display_name, slice_of("Ann")));
}

static void
a_sign_up_repeated_with_its_key_is_told_the_same(void **state)
{
	struct suite *s = *state;
	struct sign_up_entry first = entry_of("line:U1", "key 1"), second = entry_of("line:U1", "key 2");
	struct write_answer answer;

	assert_int_equal(suite_sign_up_with(s, &first, &answer), ST_OK);
	second.now_ms = first.now_ms + 1;
	assert_int_equal(suite_sign_up_with(s, &second, &answer), ST_OK);
	assert_false(answer.is_new_user);
	first.now_ms += 5;
	assert_int_equal(suite_sign_up_with(s, &first, &answer), ST_OK);
	assert_true(answer.is_new_user && answer.is_replay);
	assert_int_equal(suite_sign_up_with(s, &second, &answer), ST_OK);
	assert_false(answer.is_new_user);
	first.request_hash[0] = 1;
	assert_int_equal(suite_sign_up_with(s, &first, &answer), ST_KEY_REUSED);
}

static void
settings_change_with_their_version(void **state)
{
	struct suite *s = *state;
	struct sign_up_entry entry = entry_of("line:U1", "");
	struct user_change change = { .if_version = 1, .now_ms = suite_now_ms() + 7 };
	struct user user;

	assert_int_equal(suite_change_user(s, "line:U1", &change, NULL), ST_NO_USER);
	assert_int_equal(suite_sign_up_with(s, &entry, NULL), ST_OK);
	change.user = user_of(s, "line:U1");
	change.user.zone = slice_of("Europe/Berlin");
	change.user.home = (struct currency){ "USD" };
	assert_int_equal(suite_change_user(s, "line:U1", &change, NULL), ST_OK);
	assert_int_equal(suite_change_user(s, "line:U1", &change, NULL), ST_OK);
	user = user_of(s, "line:U1");
	assert_int_equal(user.version, 2);
	assert_true(slice_equal(user.zone, slice_of("Europe/Berlin")));
	assert_string_equal(user.home.code, "USD");
	assert_true(user.created_ms == suite_now_ms() && user.updated_ms == suite_now_ms() + 7);
	change.user.locale = slice_of("fr");
	assert_int_equal(suite_change_user(s, "line:U1", &change, NULL), ST_VERSION_MISMATCH);
}

static void
settings_change_no_expense(void **state)
{
	struct suite *s = *state;
	struct new_expense new = suite_new_expense(20780, 500);
	struct message_entry entry = suite_entry("line:U1", &new, 1);
	struct user_change change = { .now_ms = suite_now_ms() };
	struct expense before, after;

	assert_int_equal(suite_record(s, &entry, NULL), ST_OK);
	assert_int_equal(suite_expense(s, "line:U1", &new.expense.id, &before), ST_OK);
	change.user = user_of(s, "line:U1");
	change.user.zone = slice_of("America/New_York");
	change.user.home = (struct currency){ "USD" };
	assert_int_equal(suite_change_user(s, "line:U1", &change, NULL), ST_OK);
	assert_int_equal(suite_expense(s, "line:U1", &new.expense.id, &after), ST_OK);
	assert_string_equal(after.currency.code, before.currency.code);
	assert_true(slice_equal(after.zone, before.zone));
	assert_int_equal(after.day, before.day);
	assert_int_equal(after.version, before.version);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, suite_setup, suite_teardown)

const struct CMUnitTest suite_user_tests[] = {
	CASE(a_sign_up_keeps_the_first_settings),
	CASE(a_sign_up_repeated_with_its_key_is_told_the_same),
	CASE(settings_change_with_their_version),
	CASE(settings_change_no_expense),
};
const size_t suite_user_test_count = sizeof suite_user_tests / sizeof suite_user_tests[0];
