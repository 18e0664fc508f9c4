/* SPDX-License-Identifier: MIT */
/* What holds for every engine of the store when users are deleted and when what is old goes. */
#include "config.h"

#include "store_suite.h"
#include "uuid_shared.h"

#include <stdio.h>

#include "arena.h"

#define DAY_MS INT64_C(86400000)

enum { OLD_DAYS = 31 };

/* --- steps of a deletion ----------------------------------------------------------------- */

static enum status
begin_deletion_at(struct suite *s, const char *user, int64_t now_ms)
{
	struct deletion deletion = { .user_id = slice_of(user), .created_ms = suite_now_ms(), .now_ms = now_ms };
	struct ledger ledger = suite_ledger(s, user);
	struct suite_outcome w = { .is_done = false };

	store_begin_deletion(s->store, &ledger, &deletion, suite_done, &w);
	suite_wait(s, &w.is_done);
	return w.st;
}

/* So long ago that nobody waits for replies. */
static enum status
begin_deletion(struct suite *s, const char *user, int64_t now_ms)
{
	return begin_deletion_at(s, user, now_ms - FAREWELL_MS);
}

/* Steps from where the last one left off to the end, or to what stops them. */
static enum status
go_on_deleting(struct suite *s, const char *user, int64_t now_ms, struct suite_outcome *last)
{
	struct ledger ledger = suite_ledger(s, user);

	do {
		char from[300];
		size_t len = last->next_len;

		memcpy(from, last->next, len);
		last->is_done = false;
		store_delete_step(s->store, &ledger, (struct slice){ from, len }, now_ms, suite_written, last);
		suite_wait(s, &last->is_done);
	} while (last->st == ST_OK && last->next_len > 0);
	return last->st;
}

static enum status
try_to_delete_rows(struct suite *s, const char *user, int64_t now_ms)
{
	struct suite_outcome last = { .is_done = false };

	return go_on_deleting(s, user, now_ms, &last);
}

/* Steps, each of them done twice as after a writer's death; how many there were. */
static unsigned
delete_rows(struct suite *s, const char *user, int64_t now_ms, unsigned steps_max)
{
	struct ledger ledger = suite_ledger(s, user);
	struct suite_outcome w = { .is_done = false };
	unsigned steps = 0;

	do {
		char from[300];
		size_t len = w.next_len;

		memcpy(from, w.next, len);
		for (int i = 0; i < 2; i++) {
			w.is_done = false;
			store_delete_step(s->store, &ledger, (struct slice){ from, len }, now_ms, suite_written, &w);
			suite_wait(s, &w.is_done);
			assert_int_equal(w.st, ST_OK);
		}
		steps++;
	} while (w.next_len > 0 && steps < steps_max);
	return steps;
}

static void
remove_tokens(struct suite *s, const char *user)
{
	struct suite_outcome w = { .is_done = false };

	do {
		char from[300];
		size_t len = w.next_len;

		memcpy(from, w.next, len);
		w.is_done = false;
		store_remove_tokens(s->store, slice_of(user), (struct slice){ from, len }, suite_written, &w);
		suite_wait(s, &w.is_done);
		assert_int_equal(w.st, ST_OK);
	} while (w.next_len > 0);
}

/* A user with something of every kind; the id of the first message and of its expense. */
static void
fill(struct suite *s, const char *user, struct uuid *message_id, struct uuid *expense_id)
{
	for (int i = 0; i < 40; i++) {
		struct new_expense new = suite_new_expense(20780 + i % 7, 100 + i);
		struct message_entry entry = suite_entry(user, &new, 1);
		struct expense_change change = { .change_id = uuid7_next(suite_now_ms()), .action = i % 2 ? EXPENSE_DELETED : EXPENSE_CHANGED,
			.now_ms = suite_now_ms(), .expense = new.expense };
		struct write_answer answer;
		char key[16];

		snprintf(key, sizeof key, "key %d", i);
		entry.idempotency_key = slice_of(key);
		entry.request_hash[0] = 7;
		entry.deliver_to = slice_of("somewhere");
		entry.wants_suggestion = true;
		assert_int_equal(suite_record(s, &entry, &answer), ST_OK);
		if (i == 0) {
			*message_id = entry.id;
			*expense_id = new.expense.id;
		}
		change.expense.category_id = answer.expenses[0].category_id;
		change.expense.amount_minor++;
		if (i % 4 > 0)
			assert_int_equal(suite_change(s, user, &change, NULL), ST_OK);
	}
	for (int i = 0; i < 70; i++) {
		struct inbox_entry waiting = { .message_id = uuid7_next(suite_now_ms()), .user_id = slice_of(user),
			.text = slice_of("wait"), .received_ms = suite_now_ms() };

		assert_int_equal(suite_put_inbox(s, &waiting, NULL), ST_OK);
	}
}

static void
count_entry(const struct inbox_entry *entry, void *arg)
{
	(void)entry;
	++*(unsigned *)arg;
}

static void
on_walked(enum status st, struct slice next, void *arg)
{
	(void)arg;
	assert_int_equal(st, ST_OK);
	assert_int_equal(next.len, 0);
}

static void
on_end(enum status st, void *arg)
{
	(void)arg;
	assert_int_equal(st, ST_OK);
}

/* People who have messages that wait. */
static unsigned
waiting_count(struct suite *s)
{
	static const struct due_message_callbacks callbacks = { count_entry, on_walked };
	static const struct due_query query = { .now_ms = INT64_MAX, .looks = 1000 };
	unsigned count = 0;

	for (unsigned shard = 0; shard < store_shard_count(s->store); shard++)
		store_list_due_messages(s->store, shard, &query, &callbacks, &count);
	return count;
}

static void
count_job(const struct queued_job *job, void *arg)
{
	(void)job;
	++*(unsigned *)arg;
}

/* People who have jobs that wait. */
static unsigned
with_jobs_count(struct suite *s)
{
	static const struct due_job_callbacks callbacks = { count_job, on_walked };
	static const struct due_query query = { .now_ms = INT64_MAX, .looks = 1000 };
	unsigned count = 0;

	for (unsigned shard = 0; shard < store_shard_count(s->store); shard++)
		store_list_due_jobs(s->store, shard, &query, &callbacks, &count);
	return count;
}

static void
count_deletion(struct slice user_id, void *arg)
{
	assert_true(user_id.len > 0);
	++*(unsigned *)arg;
}

static unsigned
deletion_count(struct suite *s)
{
	static const struct deletion_list_callbacks callbacks = { count_deletion, on_end };
	unsigned count = 0;

	for (unsigned shard = 0; shard < store_shard_count(s->store); shard++)
		store_list_deletions(s->store, shard, 100, &callbacks, &count);
	return count;
}

static unsigned
expense_count(struct suite *s, const char *user)
{
	struct expense_query query = { .from = DAY_MIN, .to = DAY_MAX, .limit = 500 };
	struct expense_page *page = calloc(1, sizeof *page);
	unsigned count;

	suite_list(s, user, &query, page);
	assert_int_equal(page->st, ST_OK);
	count = (unsigned)page->count;
	free(page);
	return count;
}

/* --- deleting users ------------------------------------------------------------------------ */

static void
a_deleted_user_leaves_nothing_and_others_stay(void **state)
{
	struct suite *s = *state;
	struct uuid message, expense, other_message, other_expense;
	struct person person;
	struct message told;
	struct history history;

	fill(s, "line:U1", &message, &expense);
	fill(s, "line:U2", &other_message, &other_expense);
	assert_int_equal(begin_deletion(s, "line:U1", suite_now_ms() + 10), ST_OK);
	assert_int_equal(suite_person(s, "line:U1", &person), ST_NO_USER);
	assert_int_equal(suite_message(s, "line:U1", &message, &told), ST_NOT_FOUND);
	assert_int_equal(deletion_count(s), 1);
	assert_in_range(delete_rows(s, "line:U1", suite_now_ms() + 20, 1000), 3, 8);      /* each step was done twice */
	assert_int_equal(deletion_count(s), 0);
	assert_int_equal(expense_count(s, "line:U1"), 0);
	assert_int_equal(suite_history(s, "line:U1", &expense, 0, 16, &history), ST_NOT_FOUND);
	assert_int_equal(suite_message(s, "line:U1", &message, &told), ST_NOT_FOUND);
	assert_int_equal(waiting_count(s), 1);
	assert_int_equal(with_jobs_count(s), 1);
	assert_int_equal(expense_count(s, "line:U2"), 20);
	assert_int_equal(suite_message(s, "line:U2", &other_message, &told), ST_OK);
}

static enum status
send_reply(struct suite *s, const char *user, const struct uuid *message_id)
{
	struct reply_claim claim = { *message_id, suite_now_ms(), suite_now_ms() + 1000 };
	struct reply_outcome sent = { .message_id = *message_id, .result = REPLY_SENT, .ref = SLICE_LITERAL("1"), .now_ms = suite_now_ms() };
	struct ledger ledger = suite_ledger(s, user);
	struct suite_outcome w = { .is_done = false };

	store_claim_reply(s->store, &ledger, &claim, suite_done, &w);
	suite_wait(s, &w.is_done);
	if (w.st != ST_OK)
		return w.st;
	w.is_done = false;
	store_finish_reply(s->store, &ledger, &sent, suite_done, &w);
	suite_wait(s, &w.is_done);
	return w.st;
}

/* Somebody who has older replies, which go, and two that may be sent yet; the ids of these. */
static void
delete_with_two_replies(struct suite *s, const char *user, struct uuid ids[2])
{
	struct uuid expense;

	fill(s, user, &ids[0], &expense);
	for (int i = 0; i < 2; i++) {
		struct message_entry entry = suite_entry(user, NULL, 0);

		entry.deliver_to = slice_of("somewhere");
		entry.now_ms = suite_now_ms() + 5;
		ids[i] = entry.id;
		assert_int_equal(suite_record(s, &entry, NULL), ST_OK);
	}
	assert_int_equal(begin_deletion_at(s, user, suite_now_ms() + 5), ST_OK);
}

static void
a_reply_may_be_sent_for_a_minute_while_its_user_is_deleted(void **state)
{
	struct suite *s = *state;
	struct uuid one[2], two[2];

	delete_with_two_replies(s, "line:U1", one);
	delete_with_two_replies(s, "line:U2", two);
	assert_int_equal(try_to_delete_rows(s, "line:U1", suite_now_ms()), ST_CONFLICT);
	for (int i = 0; i < 2; i++)
		assert_int_equal(send_reply(s, "line:U1", &one[i]), ST_OK);
	assert_int_equal(try_to_delete_rows(s, "line:U1", suite_now_ms()), ST_OK);
	assert_int_equal(try_to_delete_rows(s, "line:U2", suite_now_ms() + 5 + FAREWELL_MS - 1), ST_CONFLICT);
	assert_int_equal(try_to_delete_rows(s, "line:U2", suite_now_ms() + 5 + FAREWELL_MS), ST_OK);
	assert_int_equal(deletion_count(s), 0);
	assert_int_not_equal(send_reply(s, "line:U2", &two[0]), ST_OK);
}

static void
a_deletion_that_goes_on_passes_over_no_reply_that_waits(void **state)
{
	struct suite *s = *state;
	struct suite_outcome last = { .is_done = false };
	struct uuid ids[2];

	delete_with_two_replies(s, "line:U1", ids);
	assert_int_equal(go_on_deleting(s, "line:U1", suite_now_ms(), &last), ST_CONFLICT);
	assert_int_equal(send_reply(s, "line:U1", &ids[1]), ST_OK);
	assert_int_equal(go_on_deleting(s, "line:U1", suite_now_ms(), &last), ST_CONFLICT);
	assert_int_equal(send_reply(s, "line:U1", &ids[0]), ST_OK);
	assert_int_equal(go_on_deleting(s, "line:U1", suite_now_ms(), &last), ST_OK);
	assert_int_equal(deletion_count(s), 0);
}

static void
nothing_is_taken_while_a_user_is_being_deleted(void **state)
{
	struct suite *s = *state;
	struct uuid message, expense;
	struct new_expense new = suite_new_expense(20780, 5);
	struct message_entry entry = suite_entry("line:U1", &new, 1);
	struct expense_batch batch = { .sign_up = entry.sign_up, .now_ms = suite_now_ms(), .expense_count = 1, .expenses = &new };
	struct inbox_entry waiting = { .message_id = uuid7_next(suite_now_ms()), .user_id = slice_of("line:U1"),
		.text = slice_of("x"), .received_ms = suite_now_ms() };
	struct category_name name = { .id = uuid7_next(suite_now_ms()), .is_new = true, .name = slice_of("Pets") };

	fill(s, "line:U1", &message, &expense);
	assert_int_equal(begin_deletion(s, "line:U1", suite_now_ms()), ST_OK);
	assert_int_equal(begin_deletion(s, "line:U1", suite_now_ms()), ST_OK);
	for (unsigned steps = 0; steps < 3; steps++) {
		assert_int_equal(suite_record(s, &entry, NULL), ST_BEING_DELETED);
		assert_int_equal(suite_put(s, "line:U1", &batch, NULL), ST_BEING_DELETED);
		assert_int_equal(suite_put_inbox(s, &waiting, NULL), ST_BEING_DELETED);
		assert_int_equal(suite_name(s, "line:U1", &name, NULL), ST_BEING_DELETED);
		assert_int_equal(suite_sign_up(s, "line:U1", NULL), ST_BEING_DELETED);
		delete_rows(s, "line:U1", suite_now_ms(), steps + 1);      /* begins anew each time, as another keeper would */
	}
}

static void
what_came_before_the_end_brings_nobody_back(void **state)
{
	struct suite *s = *state;
	struct uuid message, expense;
	struct message_entry late, used;
	struct write_answer answer;
	struct person person;

	fill(s, "line:U1", &message, &expense);
	late = suite_entry("line:U1", NULL, 0);
	late.was_in_inbox = true;
	assert_int_equal(begin_deletion(s, "line:U1", suite_now_ms()), ST_OK);
	delete_rows(s, "line:U1", suite_now_ms(), 1000);
	assert_int_equal(suite_record(s, &late, NULL), ST_GONE);
	used = suite_entry("line:U1", NULL, 0);
	used.id = uuid7_next(suite_now_ms() + 1000);
	used.received_ms = suite_now_ms() + 1000;
	used.idempotency_key = slice_of("key 3");
	used.request_hash[0] = 7;
	assert_int_equal(suite_record(s, &used, NULL), ST_KEY_REUSED);
	assert_int_equal(suite_person(s, "line:U1", &person), ST_NO_USER);
	used.idempotency_key = slice_of("another key");
	used.received_ms -= DAY_MS;                  /* the clock was set back; ids go on */
	assert_int_equal(suite_record(s, &used, &answer), ST_OK);
	assert_true(answer.is_new_user);
	assert_int_equal(expense_count(s, "line:U1"), 0);
	assert_int_equal(suite_record(s, &late, NULL), ST_GONE);
}

static void
a_user_can_sign_up_anew_and_be_deleted_again(void **state)
{
	struct suite *s = *state;
	struct uuid message, expense;
	struct write_answer answer;
	struct person person;

	assert_int_equal(begin_deletion(s, "line:U1", suite_now_ms()), ST_NO_USER);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(suite_sign_up(s, "line:U1", &answer), ST_OK);
		assert_true(answer.is_new_user);
		assert_int_equal(suite_person(s, "line:U1", &person), ST_OK);
		assert_int_equal(person.category_count, 5);
		assert_int_equal(begin_deletion(s, "line:U1", suite_now_ms() + i), ST_OK);
		delete_rows(s, "line:U1", suite_now_ms() + i, 1000);
		assert_int_equal(begin_deletion(s, "line:U1", suite_now_ms() + i), ST_NO_USER);
	}
	fill(s, "line:U2", &message, &expense);
	assert_int_equal(expense_count(s, "line:U2"), 20);
}

static void
on_token(enum status st, const struct token *token, void *arg)
{
	(void)token;
	*(enum status *)arg = st;
}

static void
only_the_tokens_of_the_user_go(void **state)
{
	struct suite *s = *state;

	for (unsigned i = 0; i < 600; i++) {
		struct token token = { .key_id = { (uint8_t)(i * 37), (uint8_t)(i >> 8), (uint8_t)i }, .kind = TOKEN_USER,
			.user_id = i % 3 ? SLICE_LITERAL("line:U2") : SLICE_LITERAL("line:U1"), .created_ms = suite_now_ms() };

		assert_int_equal(suite_put_token(s, &token), ST_OK);
	}
	remove_tokens(s, "line:U1");
	for (unsigned i = 0; i < 600; i++) {
		uint8_t key_id[8] = { (uint8_t)(i * 37), (uint8_t)(i >> 8), (uint8_t)i };
		enum status st = ST_FAILED;

		store_get_token(s->store, key_id, on_token, &st);
		assert_int_equal(st, i % 3 ? ST_OK : ST_NOT_FOUND);
	}
}

/* --- what is kept for a time ------------------------------------------------------------------- */

struct found {
	size_t count;
	struct slice rows[EXPIRED_MAX];
	struct slice next;
	struct arena *arena;
};

static void
on_row(struct slice row, void *arg)
{
	struct found *found = arg;

	found->rows[found->count++] = arena_copy(found->arena, row);
}

static void
on_rows_end(enum status st, struct slice next, void *arg)
{
	struct found *found = arg;

	assert_int_equal(st, ST_OK);
	found->next = next.len > 0 ? arena_copy(found->arena, next) : SLICE_EMPTY;
}

/* Walk all shards in small parts and remove what is found; twice, as after a writer's death. */
static void
sweep(struct suite *s, int64_t now_ms, uint32_t removed[REMOVED_KINDS])
{
	static const struct expired_list_callbacks callbacks = { on_row, on_rows_end };

	memset(removed, 0, REMOVED_KINDS * sizeof removed[0]);
	for (unsigned shard = 0; shard < store_shard_count(s->store); shard++) {
		struct found found = { .arena = s->arena };

		do {
			struct expired_query query = { .now_ms = now_ms, .from = found.next, .looks = 7, .limit = 5 };

			found.count = 0;
			store_list_expired(s->store, shard, &query, &callbacks, &found);
			for (int twice = 0; twice < 2; twice++) {
				struct suite_outcome w = { .is_done = false };

				store_remove_expired(s->store, shard, &query, found.rows, found.count, suite_written, &w);
				suite_wait(s, &w.is_done);
				assert_int_equal(w.st, ST_OK);
				for (int kind = 0; kind < REMOVED_KINDS; kind++)
					removed[kind] += w.answer.removed[kind];
			}
		} while (found.next.len > 0);
	}
}

static void
what_is_old_goes_and_what_is_young_stays(void **state)
{
	struct suite *s = *state;
	struct uuid message, expense;
	struct message told;
	uint32_t removed[REMOVED_KINDS];

	fill(s, "line:U1", &message, &expense);
	fill(s, "line:U2", &message, &expense);
	sweep(s, suite_now_ms() + (KEPT_DAYS - 1) * DAY_MS, removed);
	for (int kind = 0; kind < REMOVED_KINDS; kind++)
		assert_int_equal(removed[kind], 0);
	assert_int_equal(suite_message(s, "line:U2", &message, &told), ST_OK);
	sweep(s, suite_now_ms() + OLD_DAYS * DAY_MS, removed);
	assert_int_equal(removed[REMOVED_KEY], 80);
	assert_int_equal(removed[REMOVED_MESSAGE], 80);
	assert_int_equal(removed[REMOVED_TRASH], 40);
	assert_int_equal(suite_message(s, "line:U2", &message, &told), ST_NOT_FOUND);
	assert_int_equal(expense_count(s, "line:U1"), 20);
	assert_int_equal(expense_count(s, "line:U2"), 20);
	sweep(s, suite_now_ms() + OLD_DAYS * DAY_MS, removed);
	for (int kind = 0; kind < REMOVED_KINDS; kind++)
		assert_int_equal(removed[kind], 0);
}

static void
a_tombstone_goes_once_nothing_can_come_late(void **state)
{
	struct suite *s = *state;
	struct message_entry late;
	struct uuid message, expense;
	uint32_t removed[REMOVED_KINDS];
	int64_t end_ms;

	fill(s, "line:U1", &message, &expense);
	late = suite_entry("line:U1", NULL, 0);
	assert_int_equal(begin_deletion(s, "line:U1", suite_now_ms()), ST_OK);
	sweep(s, suite_now_ms() + OLD_DAYS * DAY_MS, removed);
	assert_int_equal(removed[REMOVED_TOMBSTONE], 0);
	assert_int_equal(deletion_count(s), 1);
	delete_rows(s, "line:U1", suite_now_ms() + OLD_DAYS * DAY_MS, 1000);
	end_ms = uuid7_latest_ms();                  /* behind all ids, those of other cases too */
	sweep(s, end_ms + (OLD_DAYS - 2) * DAY_MS, removed);
	assert_int_equal(removed[REMOVED_TOMBSTONE], 0);
	assert_int_equal(suite_record(s, &late, NULL), ST_GONE);
	sweep(s, end_ms + OLD_DAYS * DAY_MS, removed);
	assert_int_equal(removed[REMOVED_TOMBSTONE], 1);
}

static void
what_was_restored_meanwhile_is_not_removed(void **state)
{
	static const struct expired_list_callbacks callbacks = { on_row, on_rows_end };
	struct suite *s = *state;
	struct new_expense new = suite_new_expense(20780, 5);
	struct message_entry entry = suite_entry("line:U1", &new, 1);
	struct expense_change change = { .change_id = uuid7_next(suite_now_ms()), .action = EXPENSE_DELETED, .now_ms = suite_now_ms(),
		.expense = { .id = new.expense.id } };
	struct expired_query query = { .now_ms = suite_now_ms() + OLD_DAYS * DAY_MS, .looks = 1000, .limit = EXPIRED_MAX };
	struct found found = { .arena = s->arena };
	struct ledger ledger = suite_ledger(s, "line:U1");
	struct history history;
	struct suite_outcome w = { .is_done = false };

	assert_int_equal(suite_record(s, &entry, NULL), ST_OK);
	assert_int_equal(suite_change(s, "line:U1", &change, NULL), ST_OK);
	store_list_expired(s->store, ledger.shard, &query, &callbacks, &found);
	assert_int_equal(found.count, 2);      /* the message, and the place in the trash */
	change.action = EXPENSE_RESTORED;
	change.change_id = uuid7_next(suite_now_ms());
	assert_int_equal(suite_change(s, "line:U1", &change, NULL), ST_OK);
	store_remove_expired(s->store, ledger.shard, &query, found.rows, found.count, suite_written, &w);
	suite_wait(s, &w.is_done);
	assert_int_equal(w.answer.removed[REMOVED_TRASH], 0);
	assert_int_equal(suite_history(s, "line:U1", &new.expense.id, 0, 16, &history), ST_OK);
	assert_int_equal(history.count, 2);
	assert_int_equal(expense_count(s, "line:U1"), 1);
}

static void
a_key_that_was_used_anew_is_not_removed(void **state)
{
	static const struct expired_list_callbacks callbacks = { on_row, on_rows_end };
	struct suite *s = *state;
	struct message_entry entry = suite_entry("line:U1", NULL, 0);
	struct expired_query query = { .now_ms = suite_now_ms() + OLD_DAYS * DAY_MS, .looks = 1000, .limit = EXPIRED_MAX };
	struct found found = { .arena = s->arena };
	struct ledger ledger = suite_ledger(s, "line:U1");
	struct message told;

	entry.idempotency_key = slice_of("key");
	assert_int_equal(suite_record(s, &entry, NULL), ST_OK);
	store_list_expired(s->store, ledger.shard, &query, &callbacks, &found);
	assert_int_equal(found.count, 2);
	for (uint32_t removed = 1; removed <= 1; removed--) {          /* then again, as another keeper that found the same */
		struct suite_outcome w = { .is_done = false };

		store_remove_expired(s->store, ledger.shard, &query, found.rows, found.count, suite_written, &w);
		suite_wait(s, &w.is_done);
		assert_int_equal(w.answer.removed[REMOVED_KEY], removed);
		assert_int_equal(w.answer.removed[REMOVED_MESSAGE], removed);
		entry.id = uuid7_next(query.now_ms);
		entry.now_ms = query.now_ms;
		assert_int_equal(suite_record(s, &entry, NULL), ST_OK);
	}
	assert_int_equal(suite_replay(s, "line:U1", "key", entry.request_hash, &told), ST_OK);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, suite_setup, suite_teardown)

const struct CMUnitTest suite_removal_tests[] = {
	CASE(a_deleted_user_leaves_nothing_and_others_stay),
	CASE(a_reply_may_be_sent_for_a_minute_while_its_user_is_deleted),
	CASE(a_deletion_that_goes_on_passes_over_no_reply_that_waits),
	CASE(nothing_is_taken_while_a_user_is_being_deleted),
	CASE(what_came_before_the_end_brings_nobody_back),
	CASE(a_user_can_sign_up_anew_and_be_deleted_again),
	CASE(only_the_tokens_of_the_user_go),
	CASE(what_is_old_goes_and_what_is_young_stays),
	CASE(a_tombstone_goes_once_nothing_can_come_late),
	CASE(what_was_restored_meanwhile_is_not_removed),
	CASE(a_key_that_was_used_anew_is_not_removed),
};
const size_t suite_removal_test_count = sizeof suite_removal_tests / sizeof suite_removal_tests[0];
