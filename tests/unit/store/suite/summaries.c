/* SPDX-License-Identifier: MIT */
/* What holds for every engine of the store when sums are asked for. */
#include "config.h"

#include "store_suite.h"

#include "arena.h"

enum { FIRST = 20780, DAYS = 100, EXPENSES = 300, EDITS = 150, QUERIES = 300, PAGE_MAX = 512 };

struct page {
	struct suite        *s;
	enum status          st;
	size_t               count;
	struct summary_group groups[PAGE_MAX];
	struct summary       summary;
	struct summary_group totals[8];
};

static void
on_group(const struct summary_group *group, void *arg)
{
	struct page *page = arg;

	assert_true(page->count < PAGE_MAX);
	page->groups[page->count] = *group;
	page->groups[page->count++].account = arena_copy(page->s->arena, group->account);
}

static void
on_end(enum status st, const struct summary *summary, void *arg)
{
	struct page *page = arg;

	page->st = st;
	page->summary = *summary;
	if (st != ST_OK)
		return;
	assert_true(summary->total_count <= 8);
	if (summary->total_count > 0)
		memcpy(page->totals, summary->totals, summary->total_count * sizeof page->totals[0]);
	page->summary.totals = page->totals;
	page->summary.next.account = arena_copy(page->s->arena, summary->next.account);
}

static enum status
summarize(struct suite *s, const struct summary_query *query, struct page *page)
{
	static const struct summary_callbacks callbacks = { on_group, on_end };
	struct ledger ledger = suite_ledger(s, "line:U1");

	page->s = s;
	page->count = 0;
	store_summarize(s->store, &ledger, query, &callbacks, page);
	return page->st;
}

/* --- the same by adding up ---------------------------------------------------------- */

struct model {
	struct suite  *s;
	struct person  person;
	struct expense expenses[EXPENSES];
	bool           is_there[EXPENSES];
};

static void
randomize(const struct model *m, struct expense *expense)
{
	static const char *const accounts[] = { "cash", "visa", "" };
	static const char *const currencies[] = { "TWD", "USD", "JPY" };

	expense->day = FIRST + rand() % DAYS;
	expense->amount_minor = rand() % 10000 - 2000;
	expense->account = slice_of(accounts[rand() % 3]);
	memcpy(expense->currency.code, currencies[rand() % 3], 4);
	expense->category_id = m->person.categories[rand() % 5].id;
}

static void
fill(struct model *m, struct suite *s)
{
	m->s = s;
	assert_int_equal(suite_sign_up(s, "line:U1", NULL), ST_OK);
	assert_int_equal(suite_person(s, "line:U1", &m->person), ST_OK);
	for (size_t i = 0; i < EXPENSES; i++) {
		struct new_expense new = suite_new_expense(FIRST, 0);
		struct expense_batch batch = { .now_ms = suite_now_ms(), .expense_count = 1, .expenses = &new };

		randomize(m, &new.expense);
		assert_int_equal(suite_put(s, "line:U1", &batch, NULL), ST_OK);
		m->expenses[i] = new.expense;
		m->is_there[i] = true;
	}
}

static void
edit(struct model *m, size_t i)
{
	struct expense_change change = { .change_id = uuid7_next(suite_now_ms()), .now_ms = suite_now_ms(),
		.action = !m->is_there[i] ? EXPENSE_RESTORED : rand() % 2 == 0 ? EXPENSE_DELETED : EXPENSE_CHANGED };

	if (change.action == EXPENSE_CHANGED)
		randomize(m, &m->expenses[i]);
	change.expense = m->expenses[i];
	assert_int_equal(suite_change(m->s, "line:U1", &change, NULL), ST_OK);
	m->is_there[i] = change.action != EXPENSE_DELETED;
}

static day_t
period_of(unsigned by, day_t day)
{
	int year, month, mday;

	day_to_civil(day, &year, &month, &mday);
	return (by & SUMMARY_DAY) != 0 ? day : (by & SUMMARY_WEEK) != 0 ? day - day_weekday(day) :
	    (by & SUMMARY_MONTH) != 0 ? day - mday + 1 : 0;
}

static bool
is_wanted(const struct summary_query *query, const struct expense *expense)
{
	return expense->day >= query->from && expense->day <= query->to
	    && (uuid_is_nil(&query->category_id) || uuid_equal(&query->category_id, &expense->category_id))
	    && (query->currency.code[0] == '\0' || strcmp(query->currency.code, expense->currency.code) == 0)
	    && (query->account.ptr == NULL || slice_equal(query->account, expense->account));
}

static bool
is_in(unsigned by, const struct summary_group *group, const struct expense *expense)
{
	return group->period == period_of(by, expense->day) && strcmp(group->currency.code, expense->currency.code) == 0
	    && ((by & SUMMARY_CATEGORY) == 0 || uuid_equal(&group->category_id, &expense->category_id))
	    && ((by & SUMMARY_ACCOUNT) == 0 || slice_equal(group->account, expense->account));
}

/* How many expenses are in the group; its sum must be theirs. */
static int64_t
check_group(const struct model *m, const struct summary_query *query, unsigned by, const struct summary_group *group)
{
	int64_t sum = 0, count = 0;

	for (size_t i = 0; i < EXPENSES; i++)
		if (m->is_there[i] && is_wanted(query, &m->expenses[i]) && is_in(by, group, &m->expenses[i])) {
			sum += m->expenses[i].amount_minor;
			count++;
		}
	assert_true(count > 0);
	assert_int_equal(group->sum_minor, sum);
	assert_int_equal(group->count, count);
	return count;
}

static int64_t
count_wanted(const struct model *m, const struct summary_query *query)
{
	int64_t count = 0;

	for (size_t i = 0; i < EXPENSES; i++)
		count += m->is_there[i] && is_wanted(query, &m->expenses[i]);
	return count;
}

static void
random_query(const struct model *m, struct summary_query *query)
{
	static const unsigned periods[] = { 0, SUMMARY_DAY, SUMMARY_WEEK, SUMMARY_MONTH };
	static const char *const accounts[] = { "cash", "visa", "" };

	*query = (struct summary_query){ .from = FIRST - 10 + rand() % DAYS, .limit = 1 + (unsigned)rand() % 60 };
	query->to = query->from + rand() % DAYS;
	query->by = periods[rand() % 4] | (rand() % 2 ? SUMMARY_CATEGORY : 0u) | (rand() % 2 ? SUMMARY_ACCOUNT : 0u);
	if (rand() % 4 == 0)
		query->category_id = m->person.categories[rand() % 5].id;
	if (rand() % 4 == 0)
		memcpy(query->currency.code, rand() % 2 ? "TWD" : "USD", 4);
	if (rand() % 4 == 0)
		query->account = slice_of(accounts[rand() % 3]);
}

/* All pages together have each wanted expense in one group. */
static void
check_query(const struct model *m, struct summary_query *query)
{
	struct page *page = calloc(1, sizeof *page);
	int64_t counted = 0;

	do {
		int64_t in_totals = 0;

		assert_int_equal(summarize(m->s, query, page), ST_OK);
		assert_true(page->count <= query->limit);
		for (size_t i = 0; i < page->summary.total_count; i++)
			in_totals += check_group(m, query, 0, &page->totals[i]);
		assert_int_equal(in_totals, count_wanted(m, query));
		for (size_t i = 0; i < page->count; i++)
			counted += check_group(m, query, query->by, &page->groups[i]);
		query->has_after = true;
		query->after = page->summary.next;
	} while (page->summary.has_more);
	assert_int_equal(counted, count_wanted(m, query));
	free(page);
}

static void
a_summary_is_what_adding_up_gives_after_random_edits(void **state)
{
	struct model *m = calloc(1, sizeof *m);
	struct summary_query query;

	srand(7);
	fill(m, *state);
	for (int i = 0; i < EDITS; i++)
		edit(m, (size_t)rand() % EXPENSES);
	for (int i = 0; i < QUERIES; i++) {
		random_query(m, &query);
		check_query(m, &query);
	}
	free(m);
}

/* --- what is read ----------------------------------------------------------------------- */

static void
put_days(struct suite *s, day_t first, int days, int64_t amount_minor, const char *account)
{
	struct new_expense new[BATCH_EXPENSES_MAX];
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expenses = new };

	for (int day = 0; day < days; day++) {
		new[batch.expense_count] = suite_new_expense(first + day, amount_minor);
		if (account != NULL)
			new[batch.expense_count].expense.account = slice_of(account);
		if (++batch.expense_count < BATCH_EXPENSES_MAX && day < days - 1)
			continue;
		assert_int_equal(suite_put(s, "line:U1", &batch, NULL), ST_OK);
		batch.expense_count = 0;
	}
}

static void
ten_times_the_expenses_are_summed_up_from_as_many_rows(void **state)
{
	struct summary_query query = { .from = FIRST + 3, .to = FIRST + 360, .by = SUMMARY_CATEGORY, .limit = 10 };
	struct suite *s = *state;
	struct page *page = calloc(1, sizeof *page);
	unsigned rows;

	assert_int_equal(suite_sign_up(s, "line:U1", NULL), ST_OK);
	put_days(s, FIRST, 365, 100, NULL);
	assert_int_equal(summarize(s, &query, page), ST_OK);
	assert_int_equal(page->groups[0].count, 358);
	rows = page->summary.rows_read;
	assert_in_range(rows, 1, 2 * (11 + 60));
	for (int i = 0; i < 9; i++)
		put_days(s, FIRST, 365, 100, NULL);
	assert_int_equal(summarize(s, &query, page), ST_OK);
	assert_int_equal(page->groups[0].count, 3580);
	assert_int_equal(page->groups[0].sum_minor, 358000);
	assert_int_equal(page->summary.rows_read, rows);
	free(page);
}

static void
a_page_of_days_reads_no_further_than_its_last_day(void **state)
{
	struct summary_query query = { .from = FIRST, .to = FIRST + 999, .by = SUMMARY_DAY, .limit = 10 };
	struct suite *s = *state;
	struct page *page = calloc(1, sizeof *page);

	assert_int_equal(suite_sign_up(s, "line:U1", NULL), ST_OK);
	put_days(s, FIRST, 1000, 100, NULL);
	assert_int_equal(summarize(s, &query, page), ST_OK);
	assert_true(page->summary.has_more);
	assert_int_equal(page->count, 10);
	assert_in_range(page->summary.rows_read, 10, 12 + 34 + 60);
	query.has_after = true;
	query.after = page->summary.next;
	assert_int_equal(summarize(s, &query, page), ST_OK);
	assert_int_equal(page->groups[0].period, FIRST + 10);
	assert_in_range(page->summary.rows_read, 10, 12 + 34 + 60);
	free(page);
}

/* The 40 days are as many rows of days, and ten rows for the totals. */
static void
a_page_ends_early_where_it_would_read_too_much(void **state)
{
	struct summary_query query = { .from = FIRST, .to = FIRST + 39, .by = SUMMARY_WEEK, .limit = 100, .rows_max = 35 };
	struct suite *s = *state;
	struct page *page = calloc(1, sizeof *page);
	int64_t counted = 0;
	int pages = 0;

	assert_int_equal(suite_sign_up(s, "line:U1", NULL), ST_OK);
	put_days(s, FIRST, 40, 100, NULL);
	do {
		assert_int_equal(summarize(s, &query, page), ST_OK);
		for (size_t i = 0; i < page->count; i++)
			counted += page->groups[i].count;
		query.has_after = true;
		query.after = page->summary.next;
		pages++;
	} while (page->summary.has_more);
	assert_int_equal(counted, 40);
	assert_int_equal(pages, 2);
	query.has_after = false;
	query.rows_max = 5;
	assert_int_equal(summarize(s, &query, page), ST_TOO_BROAD);
	query.by = 0;
	assert_int_equal(summarize(s, &query, page), ST_TOO_BROAD);
	free(page);
}

static void
a_sum_that_does_not_fit_is_refused(void **state)
{
	struct summary_query query = { .from = FIRST, .to = FIRST + 40, .limit = 10 };
	struct suite *s = *state;
	struct page *page = calloc(1, sizeof *page);

	assert_int_equal(suite_sign_up(s, "line:U1", NULL), ST_OK);
	for (int i = 0; i < 240; i++)
		put_days(s, FIRST, 20, MONEY_MINOR_MAX, "a");
	for (int i = 0; i < 240; i++)
		put_days(s, FIRST, 20, MONEY_MINOR_MAX, "b");
	assert_int_equal(summarize(s, &query, page), ST_OUT_OF_RANGE);
	query.account = slice_of("a");
	assert_int_equal(summarize(s, &query, page), ST_OK);
	assert_true(page->groups[0].sum_minor == 4800 * MONEY_MINOR_MAX);
	free(page);
}

static void
a_summary_without_expenses_is_empty(void **state)
{
	struct summary_query query = { .from = DAY_MIN, .to = DAY_MAX, .by = SUMMARY_MONTH | SUMMARY_CATEGORY, .limit = 1 };
	struct suite *s = *state;
	struct page *page = calloc(1, sizeof *page);

	assert_int_equal(suite_sign_up(s, "line:U1", NULL), ST_OK);
	assert_int_equal(summarize(s, &query, page), ST_OK);
	assert_int_equal(page->count, 0);
	assert_int_equal(page->summary.total_count, 0);
	assert_false(page->summary.has_more);
	query.by = SUMMARY_MONTH | SUMMARY_WEEK;
	assert_int_equal(summarize(s, &query, page), ST_BAD_VALUE);
	free(page);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, suite_setup, suite_teardown)

const struct CMUnitTest suite_summary_tests[] = {
	CASE(a_summary_is_what_adding_up_gives_after_random_edits),
	CASE(ten_times_the_expenses_are_summed_up_from_as_many_rows),
	CASE(a_page_of_days_reads_no_further_than_its_last_day),
	CASE(a_page_ends_early_where_it_would_read_too_much),
	CASE(a_sum_that_does_not_fit_is_refused),
	CASE(a_summary_without_expenses_is_empty),
};
const size_t suite_summary_test_count = sizeof suite_summary_tests / sizeof suite_summary_tests[0];
