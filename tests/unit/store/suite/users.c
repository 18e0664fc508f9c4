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

/* --- lists for exports ------------------------------------------------------------------ */

struct listing {
	size_t      count;
	struct uuid ids[64];
	uint32_t    versions[64];
	bool        has_more;
	struct uuid last;
};

static void
on_message(const struct message *message, void *arg)
{
	struct listing *listing = arg;

	assert_int_equal(message->expense_count, message->status == MESSAGE_WAITING ? 0 : 1);
	listing->ids[listing->count++] = message->id;
}

static void
on_messages_end(enum status st, bool has_more, const struct uuid *last, void *arg)
{
	struct listing *listing = arg;

	assert_int_equal(st, ST_OK);
	listing->has_more = has_more;
	listing->last = *last;
}

static const struct message_list_callbacks message_callbacks = { on_message, on_messages_end };

static void
messages_are_listed_page_by_page(void **state)
{
	struct suite *s = *state;
	struct ledger ledger = suite_ledger(s, "line:U1");
	struct message_query query = { .limit = 3 };
	struct listing listing = { .count = 0 };
	struct uuid ids[10];

	for (int i = 0; i < 10; i++) {
		struct new_expense mine = suite_new_expense(20780, 5), other = suite_new_expense(20780, 5);
		struct message_entry entry = suite_entry("line:U1", &mine, 1), others = suite_entry("line:U2", &other, 1);

		ids[i] = entry.id;
		assert_int_equal(suite_record(s, &entry, NULL), ST_OK);
		assert_int_equal(suite_record(s, &others, NULL), ST_OK);
	}
	do {
		size_t before = listing.count;

		store_list_messages(s->store, &ledger, &query, &message_callbacks, &listing);
		assert_int_equal(listing.count - before, before < 9 ? 3 : 1);
		query.after_id = listing.last;
	} while (listing.has_more);
	assert_int_equal(listing.count, 10);
	assert_memory_equal(listing.ids, ids, sizeof ids);
}

static void
the_waiting_messages_of_one_person_are_listed(void **state)
{
	struct suite *s = *state;
	struct ledger ledger = suite_ledger(s, "line:U1");
	struct message_query query = { .limit = 4 };
	struct listing listing = { .count = 0 };

	for (int i = 0; i < 20; i++) {
		struct inbox_entry entry = { .message_id = uuid7_next(suite_now_ms()), .text = slice_of("x"),
			.user_id = slice_of(i % 10 ? "line:U2" : "line:U1"), .received_ms = suite_now_ms() };

		assert_int_equal(suite_put_inbox(s, &entry, NULL), ST_OK);
	}
	do {
		store_list_waiting(s->store, &ledger, &query, &message_callbacks, &listing);
		query.after_id = listing.last;
	} while (listing.has_more);
	assert_int_equal(listing.count, 2);
}

static void
on_event(const struct expense_event *event, void *arg)
{
	struct listing *listing = arg;

	listing->ids[listing->count] = event->expense_id;
	listing->versions[listing->count++] = event->version;
}

static void
on_history_end(enum status st, bool has_more, void *arg)
{
	struct listing *listing = arg;

	assert_int_equal(st, ST_OK);
	listing->has_more = has_more;
}

static void
the_history_of_all_expenses_is_listed_page_by_page(void **state)
{
	static const struct history_callbacks callbacks = { on_event, on_history_end };
	struct suite *s = *state;
	struct ledger ledger = suite_ledger(s, "line:U1");
	struct history_query query = { .limit = 2 };
	struct listing listing = { .count = 0 };
	struct new_expense new[5];
	struct message_entry entry;

	for (int i = 0; i < 5; i++)
		new[i] = suite_new_expense(20780, 5);
	entry = suite_entry("line:U1", new, 5);
	assert_int_equal(suite_record(s, &entry, NULL), ST_OK);
	for (int i = 0; i < 15; i++) {
		struct expense_change change = { .change_id = uuid7_next(suite_now_ms()), .now_ms = suite_now_ms(),
			.action = i / 5 % 2 ? EXPENSE_RESTORED : EXPENSE_DELETED, .expense = { .id = new[i % 5].expense.id } };

		assert_int_equal(suite_change(s, "line:U1", &change, NULL), ST_OK);
	}
	do {
		store_list_history(s->store, &ledger, &query, &callbacks, &listing);
		query.after_id = listing.ids[listing.count - 1];
		query.after_version = listing.versions[listing.count - 1];
	} while (listing.has_more);
	assert_int_equal(listing.count, 15);
	for (int i = 0; i < 15; i++) {
		assert_true(uuid_equal(&listing.ids[i], &new[i / 3].expense.id));
		assert_int_equal(listing.versions[i], 2 + i % 3);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, suite_setup, suite_teardown)

const struct CMUnitTest suite_user_tests[] = {
	CASE(a_sign_up_keeps_the_first_settings),
	CASE(a_sign_up_repeated_with_its_key_is_told_the_same),
	CASE(settings_change_with_their_version),
	CASE(settings_change_no_expense),
	CASE(messages_are_listed_page_by_page),
	CASE(the_waiting_messages_of_one_person_are_listed),
	CASE(the_history_of_all_expenses_is_listed_page_by_page),
};
const size_t suite_user_test_count = sizeof suite_user_tests / sizeof suite_user_tests[0];
