/* SPDX-License-Identifier: MIT */
/* What holds for every engine of the store. */
#include "config.h"

#include "store_suite.h"

#include <endian.h>
#include <stdio.h>

#include "arena.h"

static const day_t today = 20780;

static void
signing_up_twice_makes_one_user_with_five_categories(void **state)
{
	struct suite *s = *state;
	struct write_answer answer;
	struct person person, again;

	assert_int_equal(suite_person(s, "line:U1", &person), ST_NO_USER);
	assert_int_equal(suite_sign_up(s, "line:U1", &answer), ST_OK);
	assert_true(answer.is_new_user);
	assert_int_equal(suite_person(s, "line:U1", &person), ST_OK);
	assert_int_equal(suite_sign_up(s, "line:U1", &answer), ST_OK);
	assert_false(answer.is_new_user);
	assert_int_equal(suite_person(s, "line:U1", &again), ST_OK);
	assert_int_equal(again.category_count, 5);
	assert_true(slice_equal(again.user.id, slice_of("line:U1")));
	assert_string_equal(again.user.home.code, "TWD");
	for (size_t i = 0; i < 5; i++)
		assert_true(uuid_equal(&person.categories[i].id, &again.categories[i].id));
	assert_true(slice_equal(again.categories[0].key, slice_of("food")));
	assert_true(slice_equal(again.categories[4].key, slice_of("other")));
}

static void
a_message_is_recorded_with_its_expenses(void **state)
{
	struct suite *s = *state;
	struct new_expense new[2] = { suite_new_expense(today, 2000), suite_new_expense(today - 1, -350) };
	struct message_entry entry = suite_entry("line:U1", new, 2);
	struct write_answer answer;
	struct expense expense;
	struct message message;
	struct person person;

	assert_int_equal(suite_record(s, &entry, &answer), ST_OK);
	assert_true(answer.is_new_user);
	assert_false(answer.is_replay);
	assert_int_equal(answer.expense_count, 2);
	assert_int_equal(suite_expense(s, "line:U1", &new[1].expense.id, &expense), ST_OK);
	assert_int_equal(expense.amount_minor, -350);
	assert_int_equal(expense.day, today - 1);
	assert_int_equal(expense.version, 1);
	assert_true(slice_equal(expense.description, slice_of("早餐")));
	assert_true(uuid_equal(&expense.message_id, &entry.id));
	assert_int_equal(suite_person(s, "line:U1", &person), ST_OK);
	assert_true(uuid_equal(&expense.category_id, &person.categories[0].id));
	assert_int_equal(person.categories[0].expense_count, 2);
	assert_int_equal(person.categories[1].expense_count, 0);
	assert_int_equal(suite_message(s, "line:U1", &entry.id, &message), ST_OK);
	assert_int_equal(message.status, MESSAGE_RECORDED);
	assert_int_equal(message.expense_count, 2);
	assert_true(slice_equal(message.reply, entry.reply));
	assert_true(uuid_equal(&message.expense_ids[0], &new[0].expense.id));
}

static void
the_same_message_again_is_answered_as_the_first_time(void **state)
{
	struct suite *s = *state;
	struct new_expense new[2] = { suite_new_expense(today, 2000), suite_new_expense(today, 3000) };
	struct message_entry entry = suite_entry("line:U1", new, 2);
	struct write_answer first, second;
	struct person person;

	assert_int_equal(suite_record(s, &entry, &first), ST_OK);
	entry.reply = slice_of("another text");
	assert_int_equal(suite_record(s, &entry, &second), ST_OK);
	assert_true(second.is_replay);
	assert_int_equal(second.is_new_user, first.is_new_user);
	assert_true(slice_equal(second.message.reply, first.message.reply));
	assert_int_equal(second.expense_count, 2);
	assert_true(uuid_equal(&second.expenses[1].id, &first.expenses[1].id));
	assert_int_equal(second.expenses[1].amount_minor, 3000);
	assert_int_equal(suite_person(s, "line:U1", &person), ST_OK);
	assert_int_equal(person.categories[0].expense_count, 2);
}

static void
an_idempotency_key_records_one_request(void **state)
{
	struct suite *s = *state;
	struct new_expense new = suite_new_expense(today, 2000), other = suite_new_expense(today, 2000);
	struct message_entry entry = suite_entry("line:U1", &new, 1), repeat = suite_entry("line:U1", &other, 1);
	struct write_answer answer;
	struct message message;
	struct expense expense;

	entry.idempotency_key = repeat.idempotency_key = slice_of("key 1");
	memset(entry.request_hash, 7, 32);
	memset(repeat.request_hash, 7, 32);
	assert_int_equal(suite_replay(s, "line:U1", "key 1", entry.request_hash, &message), ST_NOT_FOUND);
	assert_int_equal(suite_record(s, &entry, &answer), ST_OK);
	assert_int_equal(suite_record(s, &repeat, &answer), ST_OK);
	assert_true(answer.is_replay);
	assert_true(uuid_equal(&answer.message.id, &entry.id));
	assert_true(uuid_equal(&answer.expenses[0].id, &new.expense.id));
	assert_int_equal(suite_expense(s, "line:U1", &other.expense.id, &expense), ST_NOT_FOUND);
	assert_int_equal(suite_replay(s, "line:U1", "key 1", entry.request_hash, &message), ST_OK);
	assert_true(uuid_equal(&message.id, &entry.id));
	repeat.request_hash[31] = 8;
	assert_int_equal(suite_record(s, &repeat, &answer), ST_KEY_REUSED);
	assert_int_equal(suite_replay(s, "line:U1", "key 1", repeat.request_hash, &message), ST_KEY_REUSED);
	assert_int_equal(suite_expense(s, "line:U1", &other.expense.id, &expense), ST_NOT_FOUND);
}

static void
an_unknown_category_refuses_the_whole_message(void **state)
{
	struct suite *s = *state;
	struct new_expense new[2] = { suite_new_expense(today, 2000), suite_new_expense(today, 3000) };
	struct message_entry entry = suite_entry("line:U1", new, 2);
	struct expense expense;
	struct person person;
	struct message message;

	new[1].category_key = slice_of("yachts");
	assert_int_equal(suite_record(s, &entry, NULL), ST_BAD_VALUE);
	assert_int_equal(suite_person(s, "line:U1", &person), ST_NO_USER);
	assert_int_equal(suite_expense(s, "line:U1", &new[0].expense.id, &expense), ST_NOT_FOUND);
	assert_int_equal(suite_message(s, "line:U1", &entry.id, &message), ST_NOT_FOUND);
	new[1].expense.category_id = entry.id;
	assert_int_equal(suite_record(s, &entry, NULL), ST_BAD_VALUE);
}

static void
an_expense_outside_its_limits_is_refused(void **state)
{
	struct suite *s = *state;
	static char long_text[DESCRIPTION_MAX + 1];
	struct new_expense new = suite_new_expense(today, MONEY_MINOR_MAX + 1);
	struct message_entry entry = suite_entry("line:U1", &new, 1);

	assert_int_equal(suite_record(s, &entry, NULL), ST_OUT_OF_RANGE);
	new.expense.amount_minor = -MONEY_MINOR_MAX;
	new.expense.day = DAY_MAX + 1;
	assert_int_equal(suite_record(s, &entry, NULL), ST_BAD_DATE);
	new.expense.day = DAY_MAX;
	new.expense.description = (struct slice){ memset(long_text, 'x', sizeof long_text), sizeof long_text };
	assert_int_equal(suite_record(s, &entry, NULL), ST_TEXT_TOO_LONG);
	new.expense.description.len--;
	assert_int_equal(suite_record(s, &entry, NULL), ST_OK);
}

static struct expense_batch
batch_of(const char *user, const struct new_expense *new, size_t count)
{
	return (struct expense_batch){ .sign_up = suite_entry(user, NULL, 0).sign_up, .now_ms = suite_now_ms(),
		.expense_count = count, .expenses = new };
}

static void
expenses_without_a_message_are_stored_once(void **state)
{
	struct suite *s = *state;
	struct new_expense new[3] = { suite_new_expense(today, 1), suite_new_expense(today, 2), suite_new_expense(today, 3) };
	struct expense_batch batch = batch_of("line:U1", new, 2), none = batch;
	struct write_answer answer;
	struct person person;

	none.sign_up.user_id = SLICE_EMPTY;
	assert_int_equal(suite_put(s, "line:U1", &none, NULL), ST_NO_USER);
	assert_int_equal(suite_put(s, "line:U1", &batch, &answer), ST_OK);
	assert_true(answer.is_new_user);
	assert_int_equal(suite_put(s, "line:U1", &none, &answer), ST_OK);
	assert_true(answer.is_replay);
	assert_int_equal(answer.expense_count, 2);
	batch.expense_count = 3;
	assert_int_equal(suite_put(s, "line:U1", &batch, NULL), ST_CONFLICT);
	assert_int_equal(suite_person(s, "line:U1", &person), ST_OK);
	assert_int_equal(person.categories[0].expense_count, 2);
}

static void
a_batch_with_the_key_of_another_answers_what_that_one_stored(void **state)
{
	struct suite *s = *state;
	struct new_expense new[2] = { suite_new_expense(today, 1), suite_new_expense(today, 2) };
	struct expense_batch first = batch_of("line:U1", &new[0], 1), second = batch_of("line:U1", &new[1], 1);
	struct write_answer answer;

	first.idempotency_key = second.idempotency_key = slice_of("k");
	assert_int_equal(suite_put(s, "line:U1", &first, NULL), ST_OK);
	assert_int_equal(suite_put(s, "line:U1", &second, &answer), ST_OK);
	assert_true(answer.is_replay);
	assert_true(uuid_equal(&answer.expenses[0].id, &new[0].expense.id));
	second.request_hash[0] = 1;
	assert_int_equal(suite_put(s, "line:U1", &second, NULL), ST_KEY_REUSED);
}

static void
a_list_gives_the_days_asked_for_in_order(void **state)
{
	struct suite *s = *state;
	struct expense_query query = { .from = today - 3, .to = today, .limit = 500 };
	struct expense_page *page = malloc(sizeof *page);
	struct new_expense new[10] = { 0 };
	struct expense_batch batch = batch_of("line:U1", new, 10);

	for (int i = 0; i < 10; i++)
		new[i] = suite_new_expense(today - 8 + i, i);
	assert_int_equal(suite_put(s, "line:U1", &batch, NULL), ST_OK);
	suite_list(s, "line:U1", &query, page);
	assert_int_equal(page->count, 4);
	assert_false(page->has_more);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(page->expenses[i].day, today - 3 + (int)i);
	query.is_newest_first = true;
	query.limit = 3;
	suite_list(s, "line:U1", &query, page);
	assert_int_equal(page->count, 3);
	assert_true(page->has_more);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(page->expenses[i].day, today - (int)i);
	query.limit = 4;
	suite_list(s, "line:U1", &query, page);
	assert_false(page->has_more);
	free(page);
}

/* Whether a list in pages of 7 gives each of the expenses that were there at its start exactly once. */
static void
check_pages_under_inserts(struct suite *s, bool is_newest_first)
{
	struct expense_query query = { .from = DAY_MIN, .to = DAY_MAX, .limit = 7, .is_newest_first = is_newest_first };
	const char *user = is_newest_first ? "line:U1" : "line:U2";
	struct expense_page *page = malloc(sizeof *page);
	struct new_expense new[50] = { 0 }, late = { 0 };
	struct expense_batch batch = batch_of(user, new, 50), more = batch_of(user, &late, 1);
	unsigned seen[50] = { 0 };

	for (int i = 0; i < 50; i++)
		new[i] = suite_new_expense(today + i % 5, i);
	assert_int_equal(suite_put(s, user, &batch, NULL), ST_OK);
	do {
		suite_list(s, user, &query, page);
		assert_int_equal(page->st, ST_OK);
		assert_true(page->count > 0);
		for (size_t i = 0; i < page->count; i++)
			if (page->expenses[i].amount_minor < 50)
				seen[page->expenses[i].amount_minor]++;
		query.has_after = true;
		query.after_day = page->expenses[page->count - 1].day;
		query.after_id = page->expenses[page->count - 1].id;
		late = suite_new_expense(today + 2, 1000);
		assert_int_equal(suite_put(s, user, &more, NULL), ST_OK);
	} while (page->has_more);
	for (int i = 0; i < 50; i++)
		assert_int_equal(seen[i], 1);
	free(page);
}

static void
a_cursor_stands_while_expenses_come_in(void **state)
{
	check_pages_under_inserts(*state, true);
	check_pages_under_inserts(*state, false);
}

/* --- totals --------------------------------------------------------------------------- */

struct sums {
	size_t  count;
	int64_t sum, expenses, day_sum;
	day_t   first;
	enum status st;
};

static void
on_total(const struct total *total, void *arg)
{
	struct sums *sums = arg;

	if (sums->count++ == 0)
		sums->first = total->day;
	sums->sum += total->sum_minor;
	sums->expenses += total->count;
	assert_true(slice_equal(total->account, slice_of("cash")) || slice_equal(total->account, slice_of("visa")));
	assert_string_equal(total->currency.code, "TWD");
}

static void
on_total_end(enum status st, void *arg)
{
	((struct sums *)arg)->st = st;
}

static struct sums
sums_of(struct suite *s, const char *user, bool by_month, day_t from, day_t to)
{
	static const struct total_list_callbacks callbacks = { on_total, on_total_end };
	struct ledger ledger = suite_ledger(s, user);
	struct sums sums = { 0 };

	store_list_totals(s->store, &ledger, by_month, from, to, &callbacks, &sums);
	assert_int_equal(sums.st, ST_OK);
	return sums;
}

static void
totals_equal_the_sum_over_the_expenses(void **state)
{
	struct suite *s = *state;
	static const char *const keys[] = { "food", "transport", "other" };
	struct expense_query query = { .limit = 500 };
	struct expense_page *page = malloc(sizeof *page);
	struct new_expense new[20] = { 0 };
	int64_t sum = 0;

	srand(1);
	for (int batch_no = 0; batch_no < 20; batch_no++) {
		struct expense_batch batch = batch_of("line:U1", new, 20);

		for (int i = 0; i < 20; i++) {
			new[i] = suite_new_expense(today + rand() % 90, rand() % 10000 - 2000);
			new[i].category_key = slice_of(keys[rand() % 3]);
			new[i].expense.account = slice_of(rand() % 2 ? "cash" : "visa");
		}
		assert_int_equal(suite_put(s, "line:U1", &batch, NULL), ST_OK);
	}
	query.from = today + 20;
	query.to = today + 60;
	suite_list(s, "line:U1", &query, page);
	for (size_t i = 0; i < page->count; i++)
		sum += page->expenses[i].amount_minor;
	assert_true(page->count > 0);
	assert_int_equal(sums_of(s, "line:U1", false, today + 20, today + 60).sum, sum);
	assert_int_equal(sums_of(s, "line:U1", false, today + 20, today + 60).expenses, page->count);
	query.from = DAY_MIN;
	query.to = DAY_MAX;
	suite_list(s, "line:U1", &query, page);
	assert_int_equal(page->count, 400);
	sum = 0;
	for (size_t i = 0; i < page->count; i++)
		sum += page->expenses[i].amount_minor;
	assert_int_equal(sums_of(s, "line:U1", false, DAY_MIN, DAY_MAX).sum, sum);
	assert_int_equal(sums_of(s, "line:U1", true, DAY_MIN, DAY_MAX).sum, sum);
	free(page);
}

static void
a_month_has_one_total_from_its_first_to_its_last_day(void **state)
{
	struct suite *s = *state;
	struct new_expense new[3] = { 0 };
	struct expense_batch batch = batch_of("line:U1", new, 3);
	day_t first, last, next;

	assert_true(day_from_civil(2026, 2, 1, &first));
	assert_true(day_from_civil(2026, 2, 28, &last));
	next = last + 1;
	new[0] = suite_new_expense(first, 1);
	new[1] = suite_new_expense(last, 10);
	new[2] = suite_new_expense(next, 100);
	assert_int_equal(suite_put(s, "line:U1", &batch, NULL), ST_OK);
	assert_int_equal(sums_of(s, "line:U1", true, first + 9, last).sum, 11);
	assert_int_equal(sums_of(s, "line:U1", true, first + 9, last).count, 1);
	assert_int_equal(sums_of(s, "line:U1", true, first + 9, last).first, first);
	assert_int_equal(sums_of(s, "line:U1", true, first, next).sum, 111);
}

static void
a_total_that_would_overflow_refuses_the_expense(void **state)
{
	struct suite *s = *state;
	struct new_expense new[100] = { 0 }, one = { 0 };
	struct expense_batch batch = batch_of("line:U1", new, 100), small = batch_of("line:U1", &one, 1);
	enum status st = ST_OK;
	int64_t stored = 0;

	while (st == ST_OK && stored < 20000) {
		for (int i = 0; i < 100; i++)
			new[i] = suite_new_expense(today, MONEY_MINOR_MAX);
		st = suite_put(s, "line:U1", &batch, NULL);
		stored += st == ST_OK ? 100 : 0;
	}
	assert_int_equal(st, ST_OUT_OF_RANGE);
	assert_int_equal(stored, INT64_MAX / MONEY_MINOR_MAX / 100 * 100);
	assert_int_equal(sums_of(s, "line:U1", false, today, today).expenses, stored);
	one = suite_new_expense(today, 5);
	assert_int_equal(suite_put(s, "line:U1", &small, NULL), ST_OK);
	assert_int_equal(sums_of(s, "line:U1", true, today, today).sum, stored * MONEY_MINOR_MAX + 5);
}

/* --- whose data ----------------------------------------------------------------------------- */

static void
two_users_do_not_see_each_other(void **state)
{
	struct suite *s = *state;
	struct expense_query query = { .from = DAY_MIN, .to = DAY_MAX, .limit = 500 };
	struct expense_page *page = malloc(sizeof *page);
	char user[32];
	struct expense expense;
	struct uuid ids[12];

	for (int i = 0; i < 12; i++) {
		struct new_expense new = suite_new_expense(today, 100 + i);
		struct message_entry entry;

		snprintf(user, sizeof user, "line:U%d", i);
		entry = suite_entry(user, &new, 1);
		ids[i] = new.expense.id;
		assert_int_equal(suite_record(s, &entry, NULL), ST_OK);
	}
	for (int i = 0; i < 12; i++) {
		snprintf(user, sizeof user, "line:U%d", i);
		for (int newest = 0; newest < 2; newest++) {
			query.is_newest_first = newest;
			suite_list(s, user, &query, page);
			assert_int_equal(page->count, 1);
			assert_int_equal(page->expenses[0].amount_minor, 100 + i);
		}
		assert_int_equal(sums_of(s, user, false, DAY_MIN, DAY_MAX).sum, 100 + i);
		assert_int_equal(suite_expense(s, user, &ids[(i + 1) % 12], &expense), ST_NOT_FOUND);
	}
	free(page);
}

/* --- tokens ------------------------------------------------------------------------------------ */

struct token_page {
	size_t      count, revoked;
	enum status st;
	bool        has_next;
	uint8_t     next[TOKEN_KEY_SIZE], last[TOKEN_KEY_SIZE];
};

static void
on_token(const struct token *token, void *arg)
{
	struct token_page *page = arg;

	page->count++;
	page->revoked += token->is_revoked;
	memcpy(page->last, token->key_id, sizeof page->last);
}

static void
on_token_end(enum status st, const uint8_t *next, void *arg)
{
	struct token_page *page = arg;

	page->st = st;
	page->has_next = next != NULL;
	if (next != NULL)
		memcpy(page->next, next, sizeof page->next);
}

static struct token_page
list_tokens(struct suite *s, const struct token_query *query)
{
	static const struct token_list_callbacks callbacks = { on_token, on_token_end };
	struct token_page page = { 0 };

	store_list_tokens(s->store, query, &callbacks, &page);
	assert_int_equal(page.st, ST_OK);
	return page;
}

static void
on_found_token(enum status st, const struct token *token, void *arg)
{
	struct token *out = arg;

	assert_int_equal(st, ST_OK);
	*out = *token;
	out->user_id = out->label = SLICE_EMPTY;
}

static void
on_no_token(enum status st, const struct token *token, void *arg)
{
	(void)arg;
	assert_int_equal(st, ST_NOT_FOUND);
	assert_null(token);
}

static struct token
new_token(uint8_t first, const char *user)
{
	struct token token = { .key_id = { first, 2, 3, 4, 5, 6, 7, 8 }, .kind = TOKEN_USER, .user_id = slice_of(user),
		.label = SLICE_LITERAL("phone"), .expires_ms = 5, .scopes = 6 };

	memset(token.secret_hash, first, sizeof token.secret_hash);
	return token;
}

static void
a_token_is_kept_and_can_be_revoked_for_good(void **state)
{
	struct suite *s = *state;
	struct token token = new_token(1, "line:U1"), found;

	store_get_token(s->store, token.key_id, on_no_token, NULL);
	assert_int_equal(suite_revoke_token(s, token.key_id), ST_NOT_FOUND);
	assert_int_equal(suite_put_token(s, &token), ST_OK);
	store_get_token(s->store, token.key_id, on_found_token, &found);
	assert_int_equal(found.kind, TOKEN_USER);
	assert_int_equal(found.expires_ms, 5);
	assert_int_equal(found.scopes, 6);
	assert_int_equal(found.last_used, 0);
	assert_memory_equal(found.secret_hash, token.secret_hash, 32);
	assert_int_equal(suite_revoke_token(s, token.key_id), ST_OK);
	assert_int_equal(suite_revoke_token(s, token.key_id), ST_OK);
	assert_int_equal(suite_put_token(s, &token), ST_OK);            /* sent again by a writer's death */
	store_get_token(s->store, token.key_id, on_found_token, &found);
	assert_true(found.is_revoked);
	token.secret_hash[0] ^= 1;
	assert_int_equal(suite_put_token(s, &token), ST_CONFLICT);
	token.user_id = SLICE_EMPTY;
	assert_int_equal(suite_put_token(s, &token), ST_BAD_VALUE);
}

static void
a_token_remembers_the_last_day_it_was_used_on(void **state)
{
	struct suite *s = *state;
	struct token token = new_token(1, "line:U1"), found;

	assert_int_equal(suite_note_token_used(s, token.key_id, 20000), ST_NOT_FOUND);
	assert_int_equal(suite_put_token(s, &token), ST_OK);
	assert_int_equal(suite_note_token_used(s, token.key_id, 20000), ST_OK);
	assert_int_equal(suite_note_token_used(s, token.key_id, 19999), ST_OK);
	assert_int_equal(suite_revoke_token(s, token.key_id), ST_OK);
	store_get_token(s->store, token.key_id, on_found_token, &found);
	assert_int_equal(found.last_used, 20000);
	assert_int_equal(found.scopes, 6);
	assert_int_equal(suite_note_token_used(s, token.key_id, 20001), ST_OK);
	store_get_token(s->store, token.key_id, on_found_token, &found);
	assert_int_equal(found.last_used, 20001);
	assert_true(found.is_revoked);
}

static void
tokens_are_listed_page_by_page(void **state)
{
	struct token_query query = { .limit = 2 }, of_user = { .limit = 500, .user_id = SLICE_LITERAL("line:U1") };
	struct suite *s = *state;
	struct token_page page;
	size_t count = 0;

	assert_int_equal(list_tokens(s, &query).count, 0);
	for (uint8_t i = 0; i < 5; i++) {
		struct token token = new_token((uint8_t)(50 * i), i % 2 == 0 ? "line:U1" : "line:U2");

		assert_int_equal(suite_put_token(s, &token), ST_OK);
	}
	do {
		page = list_tokens(s, &query);
		assert_int_equal(page.count, page.has_next ? 2 : 1);
		assert_memory_equal(page.next, page.has_next ? page.last : page.next, sizeof page.next);
		count += page.count;
		query.has_after = true;
		memcpy(query.after, page.next, sizeof query.after);
	} while (page.has_next);
	assert_int_equal(count, 5);
	page = list_tokens(s, &of_user);
	assert_int_equal(page.count, 3);
	assert_false(page.has_next);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, suite_setup, suite_teardown)

const struct CMUnitTest suite_tests[] = {
	CASE(signing_up_twice_makes_one_user_with_five_categories),
	CASE(a_message_is_recorded_with_its_expenses),
	CASE(the_same_message_again_is_answered_as_the_first_time),
	CASE(an_idempotency_key_records_one_request),
	CASE(an_unknown_category_refuses_the_whole_message),
	CASE(an_expense_outside_its_limits_is_refused),
	CASE(expenses_without_a_message_are_stored_once),
	CASE(a_batch_with_the_key_of_another_answers_what_that_one_stored),
	CASE(a_list_gives_the_days_asked_for_in_order),
	CASE(a_cursor_stands_while_expenses_come_in),
	CASE(totals_equal_the_sum_over_the_expenses),
	CASE(a_month_has_one_total_from_its_first_to_its_last_day),
	CASE(a_total_that_would_overflow_refuses_the_expense),
	CASE(two_users_do_not_see_each_other),
	CASE(a_token_is_kept_and_can_be_revoked_for_good),
	CASE(a_token_remembers_the_last_day_it_was_used_on),
	CASE(tokens_are_listed_page_by_page),
};
const size_t suite_test_count = sizeof suite_tests / sizeof suite_tests[0];
