/* SPDX-License-Identifier: MIT */
/* What holds for every engine of the store about the operator's metrics. */
#include "config.h"

#include "metrics_rows.h"

#include <stdio.h>

#include "arena.h"

enum { USERS = 6, EXPENSES = 120, EDITS = 150 };

static void
on_day(const struct day_metrics *row, void *arg)
{
	struct rows *rows = arg;
	struct day_metrics *day = &rows->days[row->day - TODAY + 4];

	assert_in_range(row->day, TODAY - 4, TODAY + 3);
	day->active_users += row->active_users;
	day->new_users += row->new_users;
	day->deleted_users += row->deleted_users;
	day->messages += row->messages;
}

static void
on_expenses(const struct expense_metrics *row, void *arg)
{
	struct rows *rows = arg;

	assert_true(rows->expense_count < ROWS_MAX);
	rows->expenses[rows->expense_count] = *row;
	rows->expenses[rows->expense_count++].category_key = arena_copy(rows->s->arena, row->category_key);
}

static void
on_ai_cost(const struct ai_metrics *row, void *arg)
{
	struct rows *rows = arg;

	rows->ai[rows->ai_count] = *row;
	rows->ai[rows->ai_count++].name = arena_copy(rows->s->arena, row->name);
}

static void
on_ai_model(const struct ai_metrics *row, void *arg)
{
	struct rows *rows = arg;

	rows->models[rows->model_count] = *row;
	rows->models[rows->model_count++].name = arena_copy(rows->s->arena, row->name);
}

static void
on_end(enum status st, void *arg)
{
	struct rows *rows = arg;

	rows->st = st;
}

struct rows *
metrics_rows(struct suite *s)
{
	static const struct metrics_callbacks callbacks = { on_day, on_expenses, on_ai_cost, on_ai_model, on_end };
	struct rows *rows = arena_alloc(s->arena, sizeof *rows);

	rows->s = s;
	store_list_metrics(s->store, TODAY - 4, TODAY + 3, &callbacks, rows);
	assert_int_equal(rows->st, ST_OK);
	return rows;
}

static const struct day_metrics *
day_of(const struct rows *rows, day_t day)
{
	return &rows->days[day - TODAY + 4];
}

int64_t
metrics_ms(day_t day)
{
	return (int64_t)day * DAY_MS + DAY_MS / 2;
}

/* A message without expenses. */
static void
say(struct suite *s, const char *user, day_t day)
{
	struct message_entry entry = suite_entry(user, NULL, 0);

	entry.now_ms = metrics_ms(day);
	assert_int_equal(suite_record(s, &entry, NULL), ST_OK);
}

/* --- users -------------------------------------------------------------------------- */

static void
a_user_is_active_once_a_day_however_much_is_done(void **state)
{
	struct suite *s = *state;
	struct rows *rows;

	for (int i = 0; i < 3; i++) {
		say(s, "line:U1", TODAY);
		say(s, "line:U2", TODAY);
		say(s, "line:U2", TODAY + 1);
	}
	rows = metrics_rows(s);
	assert_int_equal(day_of(rows, TODAY)->active_users, 2);
	assert_int_equal(day_of(rows, TODAY)->new_users, 2);
	assert_int_equal(day_of(rows, TODAY)->messages, 6);
	assert_int_equal(day_of(rows, TODAY + 1)->active_users, 1);
	assert_int_equal(day_of(rows, TODAY + 1)->new_users, 0);
	assert_int_equal(day_of(rows, TODAY + 1)->messages, 3);
}

static void
a_message_that_comes_late_over_midnight_is_of_its_day(void **state)
{
	struct suite *s = *state;
	struct rows *rows;

	say(s, "line:U1", TODAY - 3);
	say(s, "line:U1", TODAY + 1);
	say(s, "line:U1", TODAY);
	say(s, "line:U1", TODAY);
	say(s, "line:U1", TODAY + 1);
	rows = metrics_rows(s);
	for (day_t day = TODAY - 4; day <= TODAY + 3; day++)
		assert_int_equal(day_of(rows, day)->active_users, day == TODAY - 3 || day == TODAY || day == TODAY + 1);
}

static void
what_is_sent_again_is_counted_once(void **state)
{
	struct suite *s = *state;
	struct new_expense new = suite_new_expense(TODAY, 700);
	struct message_entry entry = suite_entry("line:U1", &new, 1);
	struct expense_change change = { .change_id = uuid7_next(suite_now_ms()), .action = EXPENSE_DELETED, .now_ms = metrics_ms(TODAY),
		.expense = new.expense };
	struct rows *rows;

	entry.now_ms = new.expense.created_ms = metrics_ms(TODAY);
	assert_int_equal(suite_record(s, &entry, NULL), ST_OK);
	assert_int_equal(suite_record(s, &entry, NULL), ST_OK);
	rows = metrics_rows(s);
	assert_int_equal(day_of(rows, TODAY)->messages, 1);
	assert_int_equal(rows->expense_count, 1);
	assert_int_equal(rows->expenses[0].count, 1);
	assert_true(rows->expenses[0].sum_minor == 700);
	assert_true(slice_equal(rows->expenses[0].category_key, slice_of("food")));
	assert_int_equal(suite_change(s, "line:U1", &change, NULL), ST_OK);
	assert_int_equal(suite_change(s, "line:U1", &change, NULL), ST_OK);
	assert_int_equal(metrics_rows(s)->expense_count, 0);
}

static void
signing_up_and_changing_things_makes_active(void **state)
{
	struct suite *s = *state;
	struct category_name name = { .id = uuid7_next(suite_now_ms()), .is_new = true, .name = SLICE_LITERAL("Pets"),
		.now_ms = metrics_ms(TODAY + 1) };
	struct new_expense new = suite_new_expense(TODAY, 700);
	struct expense_batch batch = { .now_ms = metrics_ms(TODAY + 2), .expense_count = 1, .expenses = &new };
	struct expense_change change = { .change_id = uuid7_next(suite_now_ms()), .action = EXPENSE_DELETED,
		.now_ms = metrics_ms(TODAY + 3), .expense = new.expense };
	struct rows *rows;

	name.id.bytes[10] ^= 0xff;
	say(s, "line:U1", TODAY - 1);
	assert_int_equal(suite_name(s, "line:U1", &name, NULL), ST_OK);
	assert_int_equal(suite_put(s, "line:U1", &batch, NULL), ST_OK);
	assert_int_equal(suite_change(s, "line:U1", &change, NULL), ST_OK);
	rows = metrics_rows(s);
	for (day_t day = TODAY + 1; day <= TODAY + 3; day++)
		assert_int_equal(day_of(rows, day)->active_users, 1);
	assert_int_equal(day_of(rows, TODAY - 1)->new_users, 1);
}

/* --- expenses ------------------------------------------------------------------------- */

struct model {
	struct suite  *s;
	char           users[USERS][16];
	struct uuid    categories[USERS][6];
	struct expense expenses[EXPENSES];
	int            user[EXPENSES], category[EXPENSES];
	bool           is_there[EXPENSES];
};

static const char *const keys[] = { "food", "transport", "shopping", "entertainment", "other", "own" };

static void
sign_up_users(struct model *m)
{
	for (int i = 0; i < USERS; i++) {
		struct category_name name = { .id = uuid7_next(suite_now_ms()), .is_new = true, .name = SLICE_LITERAL("Pets"),
			.now_ms = metrics_ms(TODAY) };
		struct person person;

		snprintf(m->users[i], sizeof m->users[i], "line:M%d", i);
		name.id.bytes[10] ^= 0xff;
		assert_int_equal(suite_sign_up(m->s, m->users[i], NULL), ST_OK);
		assert_int_equal(suite_person(m->s, m->users[i], &person), ST_OK);
		assert_int_equal(suite_name(m->s, m->users[i], &name, NULL), ST_OK);
		for (int k = 0; k < 5; k++)
			m->categories[i][k] = person.categories[k].id;
		m->categories[i][5] = name.id;
	}
}

static void
randomize(struct model *m, int i)
{
	m->category[i] = rand() % 6;
	m->expenses[i].category_id = m->categories[m->user[i]][m->category[i]];
	m->expenses[i].amount_minor = rand() % 10000 - 2000;
	memcpy(m->expenses[i].currency.code, rand() % 2 ? "TWD" : "USD", 4);
	m->expenses[i].day = TODAY + rand() % 100;
}

static void
create(struct model *m, int i)
{
	struct new_expense new = suite_new_expense(TODAY, 0);
	struct expense_batch batch = { .now_ms = metrics_ms(TODAY + 3), .expense_count = 1, .expenses = &new };

	m->user[i] = rand() % USERS;
	m->expenses[i] = new.expense;
	m->expenses[i].created_ms = metrics_ms(TODAY + rand() % 3);
	randomize(m, i);
	new.expense = m->expenses[i];
	assert_int_equal(suite_put(m->s, m->users[m->user[i]], &batch, NULL), ST_OK);
	m->is_there[i] = true;
}

static void
edit(struct model *m, int i)
{
	struct expense_change change = { .change_id = uuid7_next(suite_now_ms()), .now_ms = metrics_ms(TODAY + 3),
		.action = !m->is_there[i] ? EXPENSE_RESTORED : rand() % 2 == 0 ? EXPENSE_DELETED : EXPENSE_CHANGED };

	if (change.action == EXPENSE_CHANGED)
		randomize(m, i);
	change.expense = m->expenses[i];
	assert_int_equal(suite_change(m->s, m->users[m->user[i]], &change, NULL), ST_OK);
	m->is_there[i] = change.action != EXPENSE_DELETED;
}

/* What the metrics say of one day, currency and category must be what adding up says. */
static void
check_sums(const struct model *m, const struct rows *rows, day_t day, const char *currency, int category)
{
	money_wide_t sum = 0;
	int64_t count = 0;

	for (size_t i = 0; i < rows->expense_count; i++) {
		const struct expense_metrics *row = &rows->expenses[i];

		if (row->day == day && strcmp(row->currency.code, currency) == 0
		    && slice_equal(row->category_key, slice_of(keys[category]))) {
			sum += row->sum_minor;
			count += row->count;
		}
	}
	for (int i = 0; i < EXPENSES; i++)
		if (m->is_there[i] && m->expenses[i].created_ms == metrics_ms(day) && m->category[i] == category
		    && strcmp(m->expenses[i].currency.code, currency) == 0) {
			sum -= m->expenses[i].amount_minor;
			count--;
		}
	assert_true(sum == 0);
	assert_int_equal(count, 0);
}

static void
the_sums_of_a_day_are_those_of_what_it_recorded_after_random_edits(void **state)
{
	struct model *m = calloc(1, sizeof *m);
	struct rows *rows;

	srand(3);
	m->s = *state;
	sign_up_users(m);
	for (int i = 0; i < EXPENSES; i++)
		create(m, i);
	for (int i = 0; i < EDITS; i++)
		edit(m, rand() % EXPENSES);
	rows = metrics_rows(m->s);
	for (day_t day = TODAY; day < TODAY + 3; day++)
		for (int category = 0; category < 6; category++) {
			check_sums(m, rows, day, "TWD", category);
			check_sums(m, rows, day, "USD", category);
		}
	free(m);
}

static void
no_amount_of_all_users_together_is_too_large(void **state)
{
	struct suite *s = *state;
	struct new_expense new[BATCH_EXPENSES_MAX];
	struct expense_batch batch = { .now_ms = metrics_ms(TODAY), .expense_count = BATCH_EXPENSES_MAX, .expenses = new };
	money_wide_t sum = 0;
	struct rows *rows;
	char user[16];

	for (int i = 0; i < 400; i++) {
		snprintf(user, sizeof user, "line:R%d", i % 100);
		for (size_t k = 0; k < BATCH_EXPENSES_MAX; k++) {
			new[k] = suite_new_expense(TODAY, MONEY_MINOR_MAX);
			new[k].expense.created_ms = metrics_ms(TODAY);
		}
		if (i < 100)
			assert_int_equal(suite_sign_up(s, user, NULL), ST_OK);
		assert_int_equal(suite_put(s, user, &batch, NULL), ST_OK);
	}
	rows = metrics_rows(s);
	for (size_t i = 0; i < rows->expense_count; i++)
		sum += rows->expenses[i].sum_minor;
	assert_true(sum == (money_wide_t)40000 * MONEY_MINOR_MAX);
}

/* --- AI costs --------------------------------------------------------------------------- */

enum status
metrics_add_cost(struct suite *s, const char *user, const struct ai_cost *cost)
{
	struct ledger ledger = suite_ledger(s, user);
	struct suite_outcome wait = { .is_done = false };

	store_add_ai_cost(s->store, &ledger, cost, suite_done, &wait);
	suite_wait(s, &wait.is_done);
	return wait.st;
}

struct ai_cost
metrics_cost(int64_t micros, const char *operation)
{
	return (struct ai_cost){ .call_id = uuid7_next(suite_now_ms()), .now_ms = metrics_ms(TODAY), .operation = slice_of(operation),
		.currency = { "USD" }, .usage = { 1, 100, 20, micros, 0 }, .result = "ok" };
}

static void
on_user(const struct ai_user_cost *cost, void *arg)
{
	struct rows *rows = arg;

	rows->users[rows->user_count] = *cost;
	rows->users[rows->user_count++].user_id = arena_copy(rows->s->arena, cost->user_id);
}

struct rows *
metrics_top_users(struct suite *s, unsigned limit)
{
	static const struct ai_user_callbacks callbacks = { on_user, on_end };
	struct rows *rows = arena_alloc(s->arena, sizeof *rows);

	rows->s = s;
	store_list_ai_users(s->store, TODAY, (struct currency){ "USD" }, limit, &callbacks, rows);
	assert_int_equal(rows->st, ST_OK);
	return rows;
}

static void
a_call_is_counted_once_for_its_day_and_its_user(void **state)
{
	struct suite *s = *state;
	struct ai_cost first = metrics_cost(1500, "parse"), second = metrics_cost(2500, "parse"), other = metrics_cost(9, "suggest");
	struct rows *rows;

	assert_int_equal(suite_sign_up(s, "line:U1", NULL), ST_OK);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(metrics_add_cost(s, "line:U1", &first), ST_OK);
		assert_int_equal(metrics_add_cost(s, "line:U1", &second), ST_OK);
	}
	rows = metrics_rows(s);
	assert_int_equal(rows->ai_count, 1);
	assert_int_equal(rows->ai[0].usage.calls, 2);
	assert_int_equal(rows->ai[0].usage.input_tokens, 200);
	assert_int_equal(rows->ai[0].usage.cost_micros, 4000);
	assert_true(slice_equal(rows->ai[0].name, slice_of("parse")));
	rows = metrics_top_users(s, 10);
	assert_int_equal(rows->user_count, 1);
	assert_true(slice_equal(rows->users[0].user_id, slice_of("line:U1")));
	assert_int_equal(rows->users[0].usage.cost_micros, 4000);
	assert_int_equal(metrics_add_cost(s, "line:nobody", &other), ST_OK);
	assert_int_equal(metrics_top_users(s, 10)->user_count, 1);
	assert_int_equal(metrics_rows(s)->ai_count, 2);
}

static void
what_a_model_used_is_told_apart_from_calls_without_a_price(void **state)
{
	struct suite *s = *state;
	struct ai_cost priced = metrics_cost(1500, "parse"), unpriced = metrics_cost(0, "parse"), other = metrics_cost(5, "parse");
	struct rows *rows;

	priced.provider = unpriced.provider = other.provider = slice_of("local");
	priced.model = unpriced.model = slice_of("m:7b");
	other.model = slice_of("n");
	unpriced.is_unpriced = true;
	assert_int_equal(suite_sign_up(s, "line:U1", NULL), ST_OK);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(metrics_add_cost(s, "line:U1", &priced), ST_OK);
		assert_int_equal(metrics_add_cost(s, "line:U1", &unpriced), ST_OK);
		assert_int_equal(metrics_add_cost(s, "line:U1", &other), ST_OK);
	}
	rows = metrics_rows(s);
	assert_int_equal(rows->model_count, 3);
	assert_true(slice_equal(rows->models[0].name, slice_of("local/m:7b")));
	assert_int_equal(rows->models[0].usage.cost_micros, 1500);
	assert_true(slice_equal(rows->models[1].name, slice_of("local/m:7b, unpriced")));
	assert_int_equal(rows->models[1].usage.calls, 1);
	assert_int_equal(rows->models[0].usage.unpriced, 0);
	assert_int_equal(rows->models[1].usage.unpriced, 1);
	assert_true(slice_equal(rows->models[2].name, slice_of("local/n")));
	rows = metrics_top_users(s, 10);
	assert_int_equal(rows->users[0].usage.calls, 3);
	assert_int_equal(rows->users[0].usage.unpriced, 1);
	priced.call_id = uuid7_next(suite_now_ms());
	priced.model = (struct slice){ memset(arena_alloc(s->arena, 200), 'x', 200), AI_MODEL_MAX + 1 };
	assert_int_equal(metrics_add_cost(s, "line:U1", &priced), ST_BAD_VALUE);
}

static void
each_shard_gives_its_most_expensive_users_first(void **state)
{
	struct suite *s = *state;
	struct rows *rows;
	char user[16];

	for (int i = 0; i < 12; i++) {
		snprintf(user, sizeof user, "line:A%d", i);
		assert_int_equal(suite_sign_up(s, user, NULL), ST_OK);
		for (int call = 0; call < 3; call++) {
			struct ai_cost cost = metrics_cost((i * 7 % 12 + 1) * 1000, "parse");

			assert_int_equal(metrics_add_cost(s, user, &cost), ST_OK);
		}
	}
	rows = metrics_top_users(s, 1);
	assert_in_range(rows->user_count, 1, 4);
	for (size_t i = 0; i < rows->user_count; i++)
		if (rows->users[i].usage.cost_micros == 36000)
			return;
	fail_msg("the most expensive user is not among the first of the shards");
}

static void
a_cost_that_cannot_be_is_refused(void **state)
{
	struct suite *s = *state;
	struct ai_cost cost = metrics_cost(-1, "parse");

	assert_int_equal(metrics_add_cost(s, "line:U1", &cost), ST_OUT_OF_RANGE);
	cost = metrics_cost(1, "");
	assert_int_equal(metrics_add_cost(s, "line:U1", &cost), ST_BAD_VALUE);
	cost = metrics_cost(1, "parse");
	memset(&cost.call_id, 0, sizeof cost.call_id);
	assert_int_equal(metrics_add_cost(s, "line:U1", &cost), ST_BAD_VALUE);
	assert_int_equal(metrics_rows(s)->ai_count, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, suite_setup, suite_teardown)

const struct CMUnitTest suite_metrics_tests[] = {
	CASE(a_user_is_active_once_a_day_however_much_is_done),
	CASE(a_message_that_comes_late_over_midnight_is_of_its_day),
	CASE(what_is_sent_again_is_counted_once),
	CASE(signing_up_and_changing_things_makes_active),
	CASE(the_sums_of_a_day_are_those_of_what_it_recorded_after_random_edits),
	CASE(no_amount_of_all_users_together_is_too_large),
	CASE(a_call_is_counted_once_for_its_day_and_its_user),
	CASE(what_a_model_used_is_told_apart_from_calls_without_a_price),
	CASE(each_shard_gives_its_most_expensive_users_first),
	CASE(a_cost_that_cannot_be_is_refused),
};
const size_t suite_metrics_test_count = sizeof suite_metrics_tests / sizeof suite_metrics_tests[0];
