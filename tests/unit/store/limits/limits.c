/* SPDX-License-Identifier: MIT */
/* See limits.h. */
#include "config.h"

#include "limits.h"

#include "arena.h"

const char limits_user[] = "line:U1";
struct suite *limits_suite;
struct ledger limits_ledger;
struct uuid limits_category;

int
limits_setup(void **state)
{
	limits_suite = calloc(1, sizeof *limits_suite);
	limits_suite->arena = calloc(1, sizeof *limits_suite->arena);
	limits_suite->store = store_open_memory(1);
	limits_ledger = suite_ledger(limits_suite, limits_user);
	*state = limits_suite;
	return suite_sign_up(limits_suite, limits_user, NULL) == ST_OK ? 0 : -1;
}

int
limits_teardown(void **state)
{
	(void)state;
	store_close(limits_suite->store);
	arena_fini(limits_suite->arena);
	free(limits_suite->arena);
	free(limits_suite);
	return 0;
}

void
limits_done(enum status st, void *arg)
{
	*(enum status *)arg = st;
}

void
limits_written(enum status st, const struct write_answer *answer, void *arg)
{
	(void)answer;
	limits_done(st, arg);
}

struct uuid
limits_fresh_id(void)
{
	return uuid7_next(suite_now_ms());
}

enum status
limits_put_inbox(void *entry)
{
	enum status st = ST_FAILED;

	((struct inbox_entry *)entry)->message_id = limits_fresh_id();
	store_put_inbox(limits_suite->store, &limits_ledger, entry, limits_written, &st);
	return st;
}

enum status
limits_put_expense(void *expense)
{
	struct new_expense new = { .expense = *(struct expense *)expense, .category_key = SLICE_LITERAL("food") };
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expense_count = 1, .expenses = &new };

	new.expense.id = limits_fresh_id();
	return suite_put(limits_suite, limits_user, &batch, NULL);
}

struct uuid
limits_stored_expense(void)
{
	struct new_expense new = suite_new_expense(20780, 5);
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expense_count = 1, .expenses = &new };

	assert_int_equal(suite_put(limits_suite, limits_user, &batch, NULL), ST_OK);
	return new.expense.id;
}

enum status
limits_name_category(void *name)
{
	((struct category_name *)name)->id = limits_fresh_id();
	return suite_name(limits_suite, limits_user, name, NULL);
}

enum status
limits_add_keyword(void *keyword)
{
	struct keyword_change *k = keyword;

	k->id = limits_fresh_id();
	k->category_id = limits_category;
	return suite_keyword(limits_suite, limits_user, k, NULL);
}

void
limits_make_category(void)
{
	struct category_name name = { .is_new = true, .name = SLICE_LITERAL("Pets") };

	assert_int_equal(limits_name_category(&name), ST_OK);
	limits_category = name.id;
}

enum status
limits_put_token(void *token)
{
	struct uuid id = limits_fresh_id();

	memcpy(((struct token *)token)->key_id, id.bytes + 8, TOKEN_KEY_SIZE);
	return suite_put_token(limits_suite, token);
}

enum status
limits_put_policy(void *policy)
{
	enum status st = ST_FAILED;

	store_put_policy(limits_suite->store, policy, limits_done, &st);
	return st;
}

struct ai_cost
limits_good_cost(void)
{
	return (struct ai_cost){ .call_id = limits_fresh_id(), .now_ms = suite_now_ms(), .operation = SLICE_LITERAL("parse"),
		.provider = SLICE_LITERAL("gemini"), .model = SLICE_LITERAL("flash"), .currency = { "USD" }, .usage = { .calls = 1 }, .result = "ok" };
}

enum status
limits_add_cost(void *cost)
{
	enum status st = ST_FAILED;

	store_add_ai_cost(limits_suite->store, &limits_ledger, cost, limits_done, &st);
	return st;
}

enum status
limits_finish_job(void *outcome)
{
	enum status st = ST_FAILED;

	((struct queued_outcome *)outcome)->id = limits_fresh_id();           /* done already: nothing changes */
	store_finish_job(limits_suite->store, &limits_ledger, outcome, limits_done, &st);
	return st;
}
