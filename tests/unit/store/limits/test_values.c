/* SPDX-License-Identifier: MIT */
/* What is too much or no value at all is refused by the store itself, whoever asked and whatever was checked before. */
#include "config.h"

#include "limits.h"

#include "log.h"
#include "store_dialogue.h"

static void
an_expense_has_a_day_an_amount_a_currency_and_an_id(void **state)
{
	struct expense good = suite_new_expense(20780, 5).expense, bad;
	struct new_expense new = suite_new_expense(20780, 5);
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expense_count = 1, .expenses = &new };

	(void)state;
	assert_int_equal(limits_put_expense(&good), ST_OK);
	bad = good;
	bad.day = DAY_MIN - 1;
	assert_int_equal(limits_put_expense(&bad), ST_BAD_DATE);
	bad.day = DAY_MAX + 1;
	assert_int_equal(limits_put_expense(&bad), ST_BAD_DATE);
	bad = good;
	bad.amount_minor = MONEY_MINOR_MAX + 1;
	assert_int_equal(limits_put_expense(&bad), ST_OUT_OF_RANGE);
	bad.amount_minor = -MONEY_MINOR_MAX - 1;
	assert_int_equal(limits_put_expense(&bad), ST_OUT_OF_RANGE);
	bad = good;
	bad.currency = (struct currency){ "US" };
	assert_int_equal(limits_put_expense(&bad), ST_BAD_VALUE);
	new.expense.id = (struct uuid){ { 0 } };
	assert_int_equal(suite_put(limits_suite, limits_user, &batch, NULL), ST_BAD_VALUE);
}

static void
a_batch_has_some_expenses_each_with_its_own_id(void **state)
{
	static struct new_expense many[BATCH_EXPENSES_MAX + 1];
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expenses = many };

	(void)state;
	for (size_t i = 0; i <= BATCH_EXPENSES_MAX; i++)
		many[i] = suite_new_expense(20780, 5);
	assert_int_equal(suite_put(limits_suite, limits_user, &batch, NULL), ST_BAD_VALUE);
	batch.expense_count = BATCH_EXPENSES_MAX + 1;
	assert_int_equal(suite_put(limits_suite, limits_user, &batch, NULL), ST_BAD_VALUE);
	batch.expense_count = 2;
	many[1].expense.id = many[0].expense.id;
	assert_int_equal(suite_put(limits_suite, limits_user, &batch, NULL), ST_CONFLICT);
	many[1] = suite_new_expense(20780, 5);
	assert_int_equal(suite_put(limits_suite, limits_user, &batch, NULL), ST_OK);
}

static void
a_message_has_an_id_and_no_more_of_anything_than_it_may(void **state)
{
	static struct new_expense expenses[MESSAGE_EXPENSES_MAX + 1];
	static struct message_change changes[MESSAGE_CHANGES_MAX + 1];
	struct ai_cost costs[MESSAGE_COSTS_MAX + 1];
	struct reply_button buttons[REPLY_BUTTONS_MAX + 1] = { { .label = SLICE_EMPTY } };
	struct message_entry good = suite_entry(limits_user, NULL, 0), bad = good;

	(void)state;
	bad.id = (struct uuid){ { 0 } };
	assert_int_equal(suite_record(limits_suite, &bad, NULL), ST_BAD_VALUE);
	bad = good;
	bad.status = MESSAGE_WAITING;
	assert_int_equal(suite_record(limits_suite, &bad, NULL), ST_BAD_VALUE);
	bad = good;
	bad.expense_count = MESSAGE_EXPENSES_MAX + 1;
	bad.expenses = expenses;
	assert_int_equal(suite_record(limits_suite, &bad, NULL), ST_BAD_VALUE);
	bad = good;
	bad.change_count = MESSAGE_CHANGES_MAX + 1;
	bad.changes = changes;
	assert_int_equal(suite_record(limits_suite, &bad, NULL), ST_BAD_VALUE);
	for (size_t i = 0; i <= MESSAGE_COSTS_MAX; i++)
		costs[i] = limits_good_cost();
	bad = good;
	bad.costs = costs;
	bad.cost_count = MESSAGE_COSTS_MAX + 1;
	assert_int_equal(suite_record(limits_suite, &bad, NULL), ST_BAD_VALUE);
	bad.cost_count = 1;
	costs[0].operation = SLICE_EMPTY;
	assert_int_equal(suite_record(limits_suite, &bad, NULL), ST_BAD_VALUE);
	costs[0] = limits_good_cost();
	costs[0].is_failed = true;
	costs[0].usage.output_tokens = 1;
	assert_int_equal(suite_record(limits_suite, &bad, NULL), ST_BAD_VALUE);
	bad = good;
	bad.button_count = REPLY_BUTTONS_MAX + 1;
	bad.buttons = buttons;
	assert_int_equal(suite_record(limits_suite, &bad, NULL), ST_BAD_VALUE);
	assert_int_equal(suite_record(limits_suite, &good, NULL), ST_OK);
}

static void
what_an_ai_cost_is_a_number_within_bounds(void **state)
{
	const int64_t beyond = (INT64_C(1) << 50) + 1;
	static const size_t numbers[] = { offsetof(struct ai_cost, usage.calls), offsetof(struct ai_cost, usage.input_tokens),
		offsetof(struct ai_cost, usage.output_tokens), offsetof(struct ai_cost, usage.cost_micros) };
	struct ai_cost cost = limits_good_cost();

	(void)state;
	cost.usage.calls = 0;
	assert_int_equal(limits_add_cost(&cost), ST_OUT_OF_RANGE);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		const int64_t bad[2] = { -1, beyond };

		for (int which = 0; which < 2; which++) {
			cost = limits_good_cost();
			memcpy((char *)&cost + numbers[i], &bad[which], sizeof bad[which]);
			assert_int_equal(limits_add_cost(&cost), ST_OUT_OF_RANGE);
		}
	}
	cost = limits_good_cost();
	cost.call_id = (struct uuid){ { 0 } };
	assert_int_equal(limits_add_cost(&cost), ST_BAD_VALUE);
	cost = limits_good_cost();
	cost.operation = SLICE_EMPTY;
	assert_int_equal(limits_add_cost(&cost), ST_BAD_VALUE);
	cost = limits_good_cost();
	cost.currency = (struct currency){ "ZZZ" };
	assert_int_equal(limits_add_cost(&cost), ST_BAD_VALUE);
	cost = limits_good_cost();
	assert_int_equal(limits_add_cost(&cost), ST_OK);
}

static void
a_call_ends_in_a_way_that_has_a_name_and_one_that_failed_has_used_nothing(void **state)
{
	static const struct ai_usage used[] = { { .calls = 2 }, { .calls = 1, .input_tokens = 1 }, { .calls = 1, .output_tokens = 1 },
		{ .calls = 1, .cost_micros = 1 } };
	struct ai_cost cost = limits_good_cost();

	(void)state;
	cost.result = NULL;
	assert_int_equal(limits_add_cost(&cost), ST_BAD_VALUE);
	for (size_t i = 0; i < sizeof used / sizeof used[0]; i++) {
		cost = limits_good_cost();
		cost.usage = used[i];
		assert_int_equal(limits_add_cost(&cost), ST_OK);
		cost = limits_good_cost();
		cost.usage = used[i];
		cost.is_failed = true;
		assert_int_equal(limits_add_cost(&cost), ST_BAD_VALUE);
	}
	cost = limits_good_cost();
	cost.is_failed = true;
	assert_int_equal(limits_add_cost(&cost), ST_OK);
}

static void
a_job_ends_with_costs_and_a_notice_that_are_whole(void **state)
{
	struct ai_cost costs[MESSAGE_COSTS_MAX + 1];
	struct queued_outcome good = { .result = QUEUED_DONE, .now_ms = suite_now_ms(), .costs = costs }, bad = good;

	(void)state;
	for (size_t i = 0; i <= MESSAGE_COSTS_MAX; i++)
		costs[i] = limits_good_cost();
	bad.cost_count = MESSAGE_COSTS_MAX + 1;
	assert_int_equal(limits_finish_job(&bad), ST_BAD_VALUE);
	bad.cost_count = 1;
	costs[0].call_id = (struct uuid){ { 0 } };
	assert_int_equal(limits_finish_job(&bad), ST_BAD_VALUE);
	bad = good;
	bad.has_notice = true;
	assert_int_equal(limits_finish_job(&bad), ST_BAD_VALUE);
	assert_int_equal(limits_finish_job(&good), ST_OK);
}

static void
what_waits_has_an_id_and_a_user(void **state)
{
	struct inbox_entry entry = { .text = SLICE_LITERAL("tea 5") };
	enum status st = ST_FAILED;

	(void)state;
	assert_int_equal(limits_put_inbox(&entry), ST_BAD_VALUE);
	entry.user_id = slice_of(limits_user);
	entry.message_id = (struct uuid){ { 0 } };
	store_put_inbox(limits_suite->store, &limits_ledger, &entry, limits_written, &st);
	assert_int_equal(st, ST_BAD_VALUE);
}

static void
a_change_has_an_id_and_an_expense(void **state)
{
	struct expense_change change = { .change_id = limits_fresh_id(), .action = EXPENSE_DELETED };

	(void)state;
	assert_int_equal(suite_change(limits_suite, limits_user, &change, NULL), ST_BAD_VALUE);
	change.expense.id = limits_stored_expense();
	change.change_id = (struct uuid){ { 0 } };
	assert_int_equal(suite_change(limits_suite, limits_user, &change, NULL), ST_BAD_VALUE);
}

static void
a_category_and_a_keyword_have_an_id_and_a_text(void **state)
{
	static const char grows[] = "ﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺ";
	struct category_name name = { .is_new = true, .name = SLICE_LITERAL("Tools") };
	struct category_deletion deletion = { .deletion_id = limits_fresh_id() };
	struct keyword_change keyword = { .action = KEYWORD_ADDED, .category_id = limits_category, .text = SLICE_LITERAL("saw") };

	(void)state;
	limits_make_category();
	assert_int_equal(suite_name(limits_suite, limits_user, &name, NULL), ST_BAD_VALUE);
	name.name = SLICE_EMPTY;
	assert_int_equal(limits_name_category(&name), ST_BAD_VALUE);
	assert_int_equal(suite_delete_category(limits_suite, limits_user, &deletion, NULL), ST_BAD_VALUE);
	deletion = (struct category_deletion){ .id = limits_category };
	assert_int_equal(suite_delete_category(limits_suite, limits_user, &deletion, NULL), ST_BAD_VALUE);
	assert_int_equal(suite_keyword(limits_suite, limits_user, &keyword, NULL), ST_BAD_VALUE);
	keyword.text = SLICE_EMPTY;
	assert_int_equal(limits_add_keyword(&keyword), ST_BAD_VALUE);
	keyword.text = slice_of(grows);
	assert_int_equal(limits_add_keyword(&keyword), ST_TEXT_TOO_LONG);
}

static void
a_token_of_a_user_names_the_user_and_no_other_does(void **state)
{
	struct token token = { .kind = TOKEN_USER, .label = SLICE_LITERAL("phone") };

	(void)state;
	assert_int_equal(limits_put_token(&token), ST_BAD_VALUE);
	token.kind = TOKEN_SERVICE;
	token.user_id = slice_of(limits_user);
	assert_int_equal(limits_put_token(&token), ST_BAD_VALUE);
	token.kind = TOKEN_USER;
	assert_int_equal(limits_put_token(&token), ST_OK);
}

static void
a_policy_has_a_key_a_title_a_text_an_id_and_a_version(void **state)
{
	const struct policy good = { .key = SLICE_LITERAL("terms"), .version = 1, .change_id = limits_fresh_id(), .title = SLICE_LITERAL("Terms"),
		.text = SLICE_LITERAL("Be kind.") };
	struct policy bad = good;

	(void)state;
	bad.key = SLICE_EMPTY;
	assert_int_equal(limits_put_policy(&bad), ST_BAD_VALUE);
	bad = good;
	bad.title = SLICE_EMPTY;
	assert_int_equal(limits_put_policy(&bad), ST_BAD_VALUE);
	bad = good;
	bad.text = SLICE_EMPTY;
	assert_int_equal(limits_put_policy(&bad), ST_BAD_VALUE);
	bad = good;
	bad.change_id = (struct uuid){ { 0 } };
	assert_int_equal(limits_put_policy(&bad), ST_BAD_VALUE);
	bad = good;
	bad.version = 0;
	assert_int_equal(limits_put_policy(&bad), ST_BAD_VALUE);
	bad.version = (uint32_t)INT32_MAX + 1;
	assert_int_equal(limits_put_policy(&bad), ST_BAD_VALUE);
	bad = good;
	assert_int_equal(limits_put_policy(&bad), ST_OK);
}

static void
on_policy(enum status st, const struct policy *policy, void *arg)
{
	(void)policy;
	*(enum status *)arg = st;
}

static void
no_policy_has_a_key_that_is_empty_or_too_long(void **state)
{
	static char key[POLICY_KEY_MAX + 1];
	enum status st = ST_FAILED;

	(void)state;
	store_get_policy(limits_suite->store, SLICE_EMPTY, 0, on_policy, &st);
	assert_int_equal(st, ST_NOT_FOUND);
	st = ST_FAILED;
	store_get_policy(limits_suite->store, (struct slice){ memset(key, 'k', sizeof key), sizeof key }, 0, on_policy, &st);
	assert_int_equal(st, ST_NOT_FOUND);
}

static void
on_group(const struct summary_group *group, void *arg)
{
	(void)group, (void)arg;
}

static void
on_summary(enum status st, const struct summary *summary, void *arg)
{
	(void)summary;
	*(enum status *)arg = st;
}

static enum status
summarize(const struct summary_query *query)
{
	static const struct summary_callbacks callbacks = { on_group, on_summary };
	enum status st = ST_FAILED;

	store_summarize(limits_suite->store, &limits_ledger, query, &callbacks, &st);
	return st;
}

static void
a_summary_is_by_one_period_of_days_that_exist(void **state)
{
	const struct summary_query good = { .from = DAY_MIN, .to = DAY_MAX, .by = SUMMARY_CATEGORY, .limit = 1 };
	struct summary_query bad = good;

	(void)state;
	assert_int_equal(summarize(&good), ST_OK);
	bad.by = SUMMARY_DAY | SUMMARY_WEEK;
	assert_int_equal(summarize(&bad), ST_BAD_VALUE);
	bad = good;
	bad.limit = 0;
	assert_int_equal(summarize(&bad), ST_BAD_VALUE);
	bad = good;
	bad.from = DAY_MIN - 1;
	assert_int_equal(summarize(&bad), ST_BAD_VALUE);
	bad = good;
	bad.to = DAY_MAX + 1;
	assert_int_equal(summarize(&bad), ST_BAD_VALUE);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, limits_setup, limits_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_expense_has_a_day_an_amount_a_currency_and_an_id),
		CASE(a_batch_has_some_expenses_each_with_its_own_id),
		CASE(a_message_has_an_id_and_no_more_of_anything_than_it_may),
		CASE(what_an_ai_cost_is_a_number_within_bounds),
		CASE(a_call_ends_in_a_way_that_has_a_name_and_one_that_failed_has_used_nothing),
		CASE(a_job_ends_with_costs_and_a_notice_that_are_whole),
		CASE(what_waits_has_an_id_and_a_user),
		CASE(a_change_has_an_id_and_an_expense),
		CASE(a_category_and_a_keyword_have_an_id_and_a_text),
		CASE(a_token_of_a_user_names_the_user_and_no_other_does),
		CASE(a_policy_has_a_key_a_title_a_text_an_id_and_a_version),
		CASE(no_policy_has_a_key_that_is_empty_or_too_long),
		CASE(a_summary_is_by_one_period_of_days_that_exist),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
