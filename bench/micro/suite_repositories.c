/* SPDX-License-Identifier: MIT */
/* The store's own operations, one at a time. */
#include "config.h"

#include "suite.h"

#include <stdlib.h>

#include "bench_data.h"

enum { USERS = 100, EXPENSES = 1000, DAYS = 365, MANY_CATEGORIES = 50, FEW_CATEGORIES = 20 };

static void
free_data(void *arg)
{
	bench_data_free(arg);
}

static void *
empty(void)
{
	return bench_data_new();
}

static void *
with_categories(size_t categories)
{
	struct bench_data *data = bench_data_new();

	bench_add_user(data, categories);
	return data;
}

static void *
one_user(void)
{
	return with_categories(0);
}

/* --- users ---------------------------------------------------------------------------- */

static void
user_create(void *arg, size_t n)
{
	for (size_t i = 0; i < n; i++)
		bench_add_user(arg, 0);
}

static void *
hundred_users(void)
{
	struct bench_data *data = bench_data_new();

	for (size_t i = 0; i < USERS; i++)
		bench_add_user(data, 0);
	return data;
}

static void
on_user(enum status st, const struct person *person, void *arg)
{
	(void)person, (void)arg;
	bench_must(st, "finding a user");
}

static void
user_exists(void *arg, size_t n)
{
	struct bench_data *data = arg;

	for (size_t i = 0; i < n; i++) {
		struct ledger ledger = store_ledger(data->store, bench_user_id(i % USERS));

		store_get_person(data->store, &ledger, on_user, NULL);
	}
}

/* --- expenses --------------------------------------------------------------------------- */

static void
expense_create(void *arg, size_t n)
{
	struct bench_data *data = arg;

	for (size_t i = 0; i < n; i++) {
		struct new_expense new = bench_expense(data->expenses, DAYS);

		bench_put(data, &data->ledger, &new, 1);
	}
}

static void *
thousand_expenses(void)
{
	struct bench_data *data = one_user();

	bench_fill(data, EXPENSES, DAYS);
	return data;
}

struct counting {
	size_t  seen;
	int64_t sum_minor;             /* so that all of each expense is read */
	struct expense_query query;
	bool    has_more;
};

static void
on_expense(const struct expense *expense, void *arg)
{
	struct counting *counting = arg;

	counting->seen++;
	counting->sum_minor += expense->amount_minor;
	counting->query.after_day = expense->day;
	counting->query.after_id = expense->id;
}

static void
on_end(enum status st, bool has_more, void *arg)
{
	struct counting *counting = arg;

	bench_must(st, "listing");
	counting->has_more = has_more;
}

static void
list(struct bench_data *data, day_t from, size_t expected)
{
	static const struct expense_list_callbacks callbacks = { on_expense, on_end };
	struct counting counting = { .query = { .from = from, .to = BENCH_TODAY, .limit = 500, .is_newest_first = true } };

	do {
		store_list_expenses(data->store, &data->ledger, &counting.query, &callbacks, &counting);
		counting.query.has_after = true;
	} while (counting.has_more);
	bench_must(counting.seen == expected && counting.sum_minor > 0 ? ST_OK : ST_FAILED, "the expenses expected");
}

static void
get_by_user(void *arg, size_t n)
{
	for (size_t i = 0; i < n; i++)
		list(arg, DAY_MIN, EXPENSES);
}

/* The last 31 days, with three expenses on most of them. */
static void
get_by_date_range(void *arg, size_t n)
{
	enum { RANGE = 31 };
	size_t expected = 0;

	for (size_t i = 0; i < EXPENSES; i++)
		expected += i % DAYS < RANGE;
	for (size_t i = 0; i < n; i++)
		list(arg, BENCH_TODAY - RANGE + 1, expected);
}

/* --- create, read, update, delete ---------------------------------------------------------- */

static void
on_read(enum status st, const struct expense *expense, void *arg)
{
	bench_must(st, "reading an expense");
	*(int64_t *)arg = expense->amount_minor;
}

static void
on_changed(enum status st, const struct write_answer *answer, void *arg)
{
	(void)answer;
	bench_must(st, arg);
}

static void
sequence(struct bench_data *data)
{
	struct new_expense new = bench_expense(data->expenses, DAYS);
	struct expense_change change = { .by = TOKEN_SERVICE, .now_ms = 1 };
	int64_t amount_minor = 0;

	bench_put(data, &data->ledger, &new, 1);
	store_get_expense(data->store, &data->ledger, &new.expense.id, on_read, &amount_minor);
	change.change_id = uuid7_next(1);
	change.action = EXPENSE_CHANGED;
	change.expense = new.expense;
	change.expense.category_id = data->person.categories[0].id;
	change.expense.amount_minor = amount_minor + 1;
	store_change_expense(data->store, &data->ledger, &change, on_changed, "changing an expense");
	change.change_id = uuid7_next(1);
	change.action = EXPENSE_DELETED;
	store_change_expense(data->store, &data->ledger, &change, on_changed, "deleting an expense");
}

static void *
known_user(void)
{
	struct bench_data *data = one_user();

	bench_person(data, &data->ledger, &data->person_arena, &data->person);
	return data;
}

static void
sequential(void *arg, size_t n)
{
	for (size_t i = 0; i < n; i++)
		sequence(arg);
}

/* --- categories ----------------------------------------------------------------------------- */

static void *
fifty_categories(void)
{
	return with_categories(MANY_CATEGORIES);
}

static void
on_categories(enum status st, const struct person *person, void *arg)
{
	(void)arg;
	bench_must(st == ST_OK && person->category_count != MANY_CATEGORIES ? ST_FAILED : st, "reading categories");
}

static void
categories_get_by_user(void *arg, size_t n)
{
	struct bench_data *data = arg;

	for (size_t i = 0; i < n; i++)
		store_get_person(data->store, &data->ledger, on_categories, NULL);
}

static void *
twenty_categories(void)
{
	return with_categories(FEW_CATEGORIES);
}

static void
on_named(enum status st, const struct person *person, void *arg)
{
	struct bench_data *data = arg;

	bench_must(st, "reading categories");
	if (bench_category(&data->arena, person, SLICE_LITERAL("category 12")) == NULL)
		bench_must(ST_NOT_FOUND, "a category");
}

static void
category_get_by_name(void *arg, size_t n)
{
	struct bench_data *data = arg;

	for (size_t i = 0; i < n; i++) {
		store_get_person(data->store, &data->ledger, on_named, data);
		arena_reset(&data->arena);
	}
}

const struct benchmark suite_repositories[SUITE_EACH] = {
	{ "BenchmarkUserRepositoryCreate", empty, user_create, free_data },
	{ "BenchmarkUserRepositoryExists", hundred_users, user_exists, free_data },
	{ "BenchmarkExpenseRepositoryCreate", one_user, expense_create, free_data },
	{ "BenchmarkExpenseRepositoryGetByUserID", thousand_expenses, get_by_user, free_data },
	{ "BenchmarkExpenseRepositoryGetByDateRange", thousand_expenses, get_by_date_range, free_data },
	{ "BenchmarkExpenseRepositorySequential", known_user, sequential, free_data },
	{ "BenchmarkCategoryRepositoryGetByUserID", fifty_categories, categories_get_by_user, free_data },
	{ "BenchmarkCategoryRepositoryGetByName", twenty_categories, category_get_by_name, free_data },
};
