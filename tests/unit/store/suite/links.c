/* SPDX-License-Identifier: MIT */
/* What holds for every engine of the store about identities that share a ledger, and the codes that link them. */
#include "config.h"

#include "store_suite.h"

#include <stdio.h>

#include "arena.h"
#include "store_dialogue.h"
#include "store_link.h"
#include "store_queue.h"

static const day_t today = 20780;
static const char a[] = "telegram:1:A", b[] = "line:U:B", c[] = "slack:T:C";

struct wait {
	struct suite        *s;
	bool                 is_done;
	enum status          st;
	enum link_found      found;
	struct slice         linked_to;
	struct link_hindrance hindrance;
	size_t               count;
};

static void
on_done(enum status st, void *arg)
{
	struct wait *wait = arg;

	assert_false(wait->is_done);
	wait->is_done = true;
	wait->st = st;
}

static void
on_tried(enum status st, const struct write_answer *answer, void *arg)
{
	struct wait *wait = arg;

	if (st == ST_OK) {
		wait->found = (enum link_found)answer->link_found;
		wait->linked_to = arena_copy(wait->s->arena, answer->linked_to);
	}
	on_done(st, wait);
}

static enum status
put_code(struct suite *s, const char *user, const char *letters, int64_t now_ms)
{
	struct link_code code = { .user_id = slice_of(user), .now_ms = now_ms };
	struct wait wait = { .s = s };

	store_link_code_mac(s->store, letters, code.mac);
	store_put_link_code(s->store, &code, on_done, &wait);
	suite_wait(s, &wait.is_done);
	return wait.st;
}

static enum link_found
try_as(struct suite *s, const char *user, const char *letters, const struct uuid *message_id, int64_t now_ms)
{
	struct link_try link_try = { .user_id = slice_of(user), .message_id = *message_id, .now_ms = now_ms };
	struct wait wait = { .s = s };

	store_link_code_mac(s->store, letters, link_try.mac);
	store_try_link_code(s->store, &link_try, on_tried, &wait);
	suite_wait(s, &wait.is_done);
	assert_int_equal(wait.st, ST_OK);
	assert_true((wait.linked_to.len > 0) == (wait.found == LINK_CODE_OK));
	return wait.found;
}

static enum link_found
try_code(struct suite *s, const char *user, const char *letters, int64_t now_ms)
{
	struct uuid id = uuid7_next(now_ms);

	return try_as(s, user, letters, &id, now_ms);
}

static enum status
change(struct suite *s, void (*fn)(struct store *, const struct ledger *, const struct link_change *, store_done_fn *, void *),
    const char *of, const char *other, bool is_ended, const struct uuid *message_id)
{
	struct link_change link = { .user_id = slice_of(other), .is_ended = is_ended, .now_ms = suite_now_ms() };
	struct ledger ledger = suite_ledger(s, of);
	struct wait wait = { .s = s };

	if (message_id != NULL)
		link.message_id = *message_id;
	fn(s->store, &ledger, &link, on_done, &wait);
	suite_wait(s, &wait.is_done);
	return wait.st;
}

static enum status
set_alias(struct suite *s, const char *main, const char *alias, bool is_ended)
{
	return change(s, store_set_alias, main, alias, is_ended, NULL);
}

static enum status
set_link(struct suite *s, const char *alias, const char *main, bool is_ended)
{
	return change(s, store_set_link, alias, main, is_ended, NULL);
}

static void
sign_up(struct suite *s, const char *user)
{
	struct write_answer answer;

	assert_int_equal(suite_sign_up(s, user, &answer), ST_OK);
}

static void
link_b_to_a(struct suite *s)
{
	sign_up(s, a);
	sign_up(s, b);
	assert_int_equal(set_alias(s, a, b, false), ST_OK);
	assert_int_equal(set_link(s, b, a, false), ST_OK);
}

static struct slice
linked_to(struct suite *s, const char *user)
{
	struct person person;

	assert_int_equal(suite_person(s, user, &person), ST_OK);
	return person.user.linked_to;
}

static void
count_alias(const struct alias *alias, void *arg)
{
	struct wait *wait = arg;

	wait->count++;
	wait->linked_to = arena_copy(wait->s->arena, alias->user_id);
}

static struct wait
aliases(struct suite *s, const char *user)
{
	static const struct alias_list_callbacks callbacks = { count_alias, on_done };
	struct ledger ledger = suite_ledger(s, user);
	struct wait wait = { .s = s };

	store_list_aliases(s->store, &ledger, &callbacks, &wait);
	suite_wait(s, &wait.is_done);
	assert_int_equal(wait.st, ST_OK);
	return wait;
}

static struct inbox_entry
entry_of(const char *user, const char *key)
{
	int64_t now_ms = suite_now_ms();

	return (struct inbox_entry){ .message_id = uuid7_next(now_ms), .user_id = slice_of(user), .text = SLICE_LITERAL("早餐$20"),
		.deliver_to = SLICE_LITERAL("chat 1"), .idempotency_key = slice_of(key), .received_ms = now_ms };
}

static void
keep_entry(enum status st, const struct inbox_entry *entry, void *arg)
{
	struct wait *wait = arg;

	if (st == ST_OK)
		wait->linked_to = arena_copy(wait->s->arena, entry->forward_to);
	on_done(st, wait);
}

/* Of the first message that waits: for whom it is. */
static struct wait
first_of(struct suite *s, const char *user)
{
	struct ledger ledger = suite_ledger(s, user);
	struct wait wait = { .s = s };

	store_first_message(s->store, &ledger, keep_entry, &wait);
	suite_wait(s, &wait.is_done);
	return wait;
}

/* --- codes ------------------------------------------------------------------------------------ */

static void
a_code_opens_a_ledger_once(void **state)
{
	struct suite *s = *state;
	int64_t now_ms = suite_now_ms();
	struct uuid first = uuid7_next(now_ms);

	assert_int_equal(put_code(s, a, "abcdefgh", now_ms), ST_OK);
	assert_int_equal(try_code(s, b, "abcdefgj", now_ms), LINK_CODE_WRONG);
	assert_int_equal(try_code(s, a, "abcdefgh", now_ms), LINK_CODE_OWN);
	assert_int_equal(try_as(s, b, "abcdefgh", &first, now_ms), LINK_CODE_OK);
	assert_int_equal(try_code(s, c, "abcdefgh", now_ms), LINK_CODE_WRONG);
	assert_int_equal(try_code(s, b, "abcdefgh", now_ms), LINK_CODE_WRONG);
	/* the message that used it is driven again, whenever that is */
	assert_int_equal(try_as(s, b, "abcdefgh", &first, now_ms + 2 * LINK_CODE_MS), LINK_CODE_OK);
}

static void
a_code_is_good_for_ten_minutes_and_until_the_next_one(void **state)
{
	struct suite *s = *state;
	int64_t now_ms = suite_now_ms();

	assert_int_equal(put_code(s, a, "abcdefgh", now_ms), ST_OK);
	assert_int_equal(try_code(s, b, "abcdefgh", now_ms + LINK_CODE_MS), LINK_CODE_WRONG);
	assert_int_equal(put_code(s, a, "abcdefgj", now_ms + LINK_CODE_MS), ST_OK);
	assert_int_equal(put_code(s, a, "abcdefgk", now_ms + LINK_CODE_MS), ST_OK);
	assert_int_equal(try_code(s, b, "abcdefgj", now_ms + LINK_CODE_MS), LINK_CODE_WRONG);
	assert_int_equal(try_code(s, b, "abcdefgk", now_ms + 2 * LINK_CODE_MS - 1), LINK_CODE_OK);
}

static void
wrong_codes_are_counted_for_each_user(void **state)
{
	struct suite *s = *state;
	int64_t now_ms = suite_now_ms();

	assert_int_equal(put_code(s, a, "abcdefgh", now_ms), ST_OK);
	for (int i = 0; i < LINK_TRIES; i++)
		assert_int_equal(try_code(s, b, "00000000", now_ms + i), LINK_CODE_WRONG);
	assert_int_equal(try_code(s, b, "abcdefgh", now_ms + 10), LINK_CODE_TOO_MANY);
	assert_int_equal(put_code(s, b, "zzzzzzzz", now_ms + 10), ST_OK);             /* a code of one's own is no way out */
	assert_int_equal(try_code(s, b, "abcdefgh", now_ms + LINK_CODE_MS - 1), LINK_CODE_TOO_MANY);
	assert_int_equal(put_code(s, a, "abcdefgj", now_ms + LINK_CODE_MS), ST_OK);
	assert_int_equal(try_code(s, b, "abcdefgj", now_ms + LINK_CODE_MS), LINK_CODE_OK);
}

enum { AT_ONCE = 50 };

/* Of as many users. */
static void
try_wrong_codes(struct suite *s, int first, int64_t now_ms)
{
	struct link_try link_try = { .message_id = uuid7_next(now_ms), .now_ms = now_ms };
	struct wait waits[AT_ONCE];
	char user[32];

	for (int i = 0; i < AT_ONCE; i++) {
		snprintf(user, sizeof user, "line:U:%d", first + i);
		link_try.user_id = slice_of(user);
		waits[i] = (struct wait){ .s = s };
		store_try_link_code(s->store, &link_try, on_tried, &waits[i]);
	}
	for (int i = 0; i < AT_ONCE; i++) {
		suite_wait(s, &waits[i].is_done);
		assert_int_equal(waits[i].found, LINK_CODE_WRONG);
	}
}

static void
wrong_codes_are_counted_for_all(void **state)
{
	struct suite *s = *state;
	int64_t now_ms = suite_now_ms();

	assert_int_equal(put_code(s, a, "abcdefgh", now_ms), ST_OK);
	for (int i = 0; i < LINK_TRIES_OF_ALL; i += AT_ONCE)
		try_wrong_codes(s, i, now_ms);
	assert_int_equal(try_code(s, b, "abcdefgh", now_ms + 1), LINK_CODE_TOO_MANY);
	assert_int_equal(try_code(s, b, "00000000", now_ms + LINK_CODE_MS), LINK_CODE_WRONG);
}

/* --- the two rows ------------------------------------------------------------------------------- */

static void
a_link_is_made_and_ended_as_often_as_one_likes(void **state)
{
	struct suite *s = *state;

	link_b_to_a(s);
	link_b_to_a(s);
	assert_true(slice_equal(linked_to(s, b), slice_of(a)));
	assert_int_equal(linked_to(s, a).len, 0);
	assert_int_equal(aliases(s, a).count, 1);
	assert_true(slice_equal(aliases(s, a).linked_to, slice_of(b)));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(set_link(s, b, a, true), ST_OK);
		assert_int_equal(set_alias(s, a, b, true), ST_OK);
	}
	assert_int_equal(linked_to(s, b).len, 0);
	assert_int_equal(aliases(s, a).count, 0);
}

static void
the_end_of_another_link_changes_nothing(void **state)
{
	struct suite *s = *state;

	link_b_to_a(s);
	assert_int_equal(set_link(s, b, c, true), ST_OK);
	assert_true(slice_equal(linked_to(s, b), slice_of(a)));
	assert_int_equal(set_link(s, c, a, true), ST_OK);            /* nobody is there */
}

static void
links_make_no_chain_and_no_ring(void **state)
{
	struct suite *s = *state;

	link_b_to_a(s);
	sign_up(s, c);
	assert_int_equal(set_alias(s, b, c, false), ST_CONFLICT);
	assert_int_equal(set_link(s, a, c, false), ST_CONFLICT);
	assert_int_equal(set_link(s, b, c, false), ST_CONFLICT);
	assert_int_equal(set_alias(s, a, a, false), ST_CONFLICT);
	assert_int_equal(set_link(s, c, c, false), ST_CONFLICT);
	assert_int_equal(set_alias(s, "nobody:1", c, false), ST_NO_USER);
	assert_int_equal(set_link(s, "nobody:1", a, false), ST_NO_USER);
}

static void
a_ledger_has_no_more_aliases_than_it_may(void **state)
{
	struct suite *s = *state;
	char user[32];

	sign_up(s, a);
	for (int i = 0; i < ALIASES_MAX; i++) {
		snprintf(user, sizeof user, "line:U:%d", i);
		assert_int_equal(set_alias(s, a, user, false), ST_OK);
	}
	assert_int_equal(set_alias(s, a, b, false), ST_LIMIT_REACHED);
	assert_int_equal(set_alias(s, a, "line:U:0", false), ST_OK);
}

static void
expenses_and_a_link_exclude_each_other(void **state)
{
	struct suite *s = *state;
	struct new_expense new = suite_new_expense(today, 2000);
	struct message_entry entry = suite_entry(b, &new, 1);
	struct expense_batch batch = { .sign_up = entry.sign_up, .expense_count = 1, .expenses = &new, .now_ms = suite_now_ms() };
	struct write_answer answer;

	link_b_to_a(s);
	assert_int_equal(suite_record(s, &entry, &answer), ST_STALE);
	assert_int_equal(suite_put(s, b, &batch, &answer), ST_STALE);
	assert_int_equal(set_link(s, b, a, true), ST_OK);
	assert_int_equal(suite_record(s, &entry, &answer), ST_OK);
	assert_int_equal(set_link(s, b, a, false), ST_CONFLICT);
}

static void
a_message_and_its_link_are_one_transaction(void **state)
{
	struct suite *s = *state;
	struct message_change changes[1] = { { .kind = CHANGE_LINK, .link = { .user_id = slice_of(a), .now_ms = suite_now_ms() } } };
	struct message_entry entry = suite_entry(b, NULL, 0);
	struct write_answer answer;

	entry.changes = changes;
	entry.change_count = 1;
	assert_int_equal(suite_record(s, &entry, &answer), ST_OK);
	assert_true(answer.is_new_user);
	assert_true(slice_equal(linked_to(s, b), slice_of(a)));
	assert_int_equal(suite_record(s, &entry, &answer), ST_OK);
	assert_true(answer.is_replay);
}

/* --- messages ------------------------------------------------------------------------------------ */

static void
what_an_alias_says_is_for_the_ledger_of_that_time(void **state)
{
	struct suite *s = *state;
	struct inbox_entry before = entry_of(b, "1"), after;
	struct write_answer answer;

	sign_up(s, b);
	assert_int_equal(suite_put_inbox(s, &before, &answer), ST_OK);
	assert_int_equal(answer.linked_to.len, 0);
	assert_int_equal(first_of(s, b).linked_to.len, 0);
	link_b_to_a(s);
	assert_true(slice_equal(first_of(s, b).linked_to, slice_of(a)));           /* it waited behind the link */
	assert_int_equal(set_link(s, b, a, true), ST_OK);
	assert_true(slice_equal(first_of(s, b).linked_to, slice_of(a)));
	after = entry_of(b, "2");
	assert_int_equal(suite_put_inbox(s, &after, &answer), ST_OK);
	assert_int_equal(answer.linked_to.len, 0);
	assert_int_equal(suite_put_inbox(s, &before, &answer), ST_OK);
	assert_true(answer.is_replay);
}

static void
a_ledger_takes_messages_of_its_aliases_alone_and_once(void **state)
{
	struct suite *s = *state;
	struct inbox_entry entry = entry_of(a, "");
	struct write_answer answer;

	entry.sender = slice_of(b);
	link_b_to_a(s);
	assert_int_equal(suite_put_inbox(s, &entry, &answer), ST_OK);
	assert_int_equal(answer.linked_to.len, 0);
	assert_int_equal(set_alias(s, a, b, true), ST_OK);
	assert_int_equal(suite_put_inbox(s, &entry, &answer), ST_OK);
	assert_true(answer.is_replay);
	entry.message_id = uuid7_next(suite_now_ms());
	assert_int_equal(suite_put_inbox(s, &entry, &answer), ST_NOT_FOUND);
}

static void
a_message_that_nobody_takes_is_kept(void **state)
{
	struct suite *s = *state;
	struct inbox_entry entry = entry_of(b, "1");
	struct write_answer answer;

	link_b_to_a(s);
	assert_int_equal(suite_put_inbox(s, &entry, &answer), ST_OK);
	assert_true(slice_equal(answer.linked_to, slice_of(a)));
	assert_int_equal(change(s, store_set_link, b, a, true, &entry.message_id), ST_OK);
	assert_int_equal(linked_to(s, b).len, 0);
	assert_int_equal(first_of(s, b).st, ST_OK);
	assert_int_equal(first_of(s, b).linked_to.len, 0);
}

const struct CMUnitTest suite_link_tests[] = {
	cmocka_unit_test_setup_teardown(a_code_opens_a_ledger_once, suite_setup, suite_teardown),
	cmocka_unit_test_setup_teardown(a_code_is_good_for_ten_minutes_and_until_the_next_one, suite_setup, suite_teardown),
	cmocka_unit_test_setup_teardown(wrong_codes_are_counted_for_each_user, suite_setup, suite_teardown),
	cmocka_unit_test_setup_teardown(wrong_codes_are_counted_for_all, suite_setup, suite_teardown),
	cmocka_unit_test_setup_teardown(a_link_is_made_and_ended_as_often_as_one_likes, suite_setup, suite_teardown),
	cmocka_unit_test_setup_teardown(the_end_of_another_link_changes_nothing, suite_setup, suite_teardown),
	cmocka_unit_test_setup_teardown(links_make_no_chain_and_no_ring, suite_setup, suite_teardown),
	cmocka_unit_test_setup_teardown(a_ledger_has_no_more_aliases_than_it_may, suite_setup, suite_teardown),
	cmocka_unit_test_setup_teardown(expenses_and_a_link_exclude_each_other, suite_setup, suite_teardown),
	cmocka_unit_test_setup_teardown(a_message_and_its_link_are_one_transaction, suite_setup, suite_teardown),
	cmocka_unit_test_setup_teardown(what_an_alias_says_is_for_the_ledger_of_that_time, suite_setup, suite_teardown),
	cmocka_unit_test_setup_teardown(a_ledger_takes_messages_of_its_aliases_alone_and_once, suite_setup, suite_teardown),
	cmocka_unit_test_setup_teardown(a_message_that_nobody_takes_is_kept, suite_setup, suite_teardown),
};
const size_t suite_link_test_count = sizeof suite_link_tests / sizeof suite_link_tests[0];
