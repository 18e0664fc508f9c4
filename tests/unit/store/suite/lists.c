/* SPDX-License-Identifier: MIT */
/* What holds for every engine of the store when expenses are listed with filters and in orders. */
#include "config.h"

#include "store_suite.h"

#include <stdio.h>

enum { EXPENSES = 400, QUERIES = 300 };

static const day_t today = 20780;
static const char *const things[] = { "Lunch with Ann", "豚骨拉麵", "ＴＡＸＩ home", "lunch", "Café crème" };
static const char *const folded[] = { "lunch with ann", "豚骨拉麵", "taxi home", "lunch", "café crème" };

struct model {
	struct suite  *s;
	struct person  person;
	size_t         count;
	struct expense expenses[EXPENSES];
	unsigned       thing[EXPENSES];
};

static void
store_random(struct model *m)
{
	static const char *const accounts[] = { "cash", "visa" };
	static const char *const currencies[] = { "TWD", "JPY", "KWD" };
	struct new_expense new = suite_new_expense(today + rand() % 60, rand() % 40 * 100 - 1000);
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expense_count = 1, .expenses = &new };

	m->thing[m->count] = (unsigned)rand() % 5;
	new.expense.description = slice_of(things[m->thing[m->count]]);
	new.expense.account = slice_of(accounts[rand() % 2]);
	memcpy(new.expense.currency.code, currencies[rand() % 3], 4);
	new.expense.category_id = m->person.categories[rand() % 5].id;
	assert_int_equal(suite_put(m->s, "line:U1", &batch, NULL), ST_OK);
	m->expenses[m->count++] = new.expense;
}

static void
fill(struct model *m, struct suite *s)
{
	struct write_answer answer;

	m->s = s;
	m->count = 0;
	srand(11);
	assert_int_equal(suite_sign_up(s, "line:U1", &answer), ST_OK);
	assert_int_equal(suite_person(s, "line:U1", &m->person), ST_OK);
	while (m->count < EXPENSES)
		store_random(m);
}

/* --- what a list must be ------------------------------------------------------------- */

static int64_t
number_of(const struct expense *expense)
{
	return (int64_t)money_ten_thousandths(expense->amount_minor, currency_digits(expense->currency));
}

static bool
matches(const struct model *m, size_t i, const struct expense_query *query)
{
	const struct expense *expense = &m->expenses[i];

	for (size_t w = 0; w < query->word_count; w++)
		if (strstr(folded[m->thing[i]], query->words[w].ptr) == NULL)
			return false;
	return expense->day >= query->from && expense->day <= query->to
	    && (uuid_is_nil(&query->category_id) || uuid_equal(&query->category_id, &expense->category_id))
	    && (query->account.ptr == NULL || slice_equal(query->account, expense->account))
	    && (query->currency.code[0] == '\0' || strcmp(query->currency.code, expense->currency.code) == 0)
	    && (!query->has_least || number_of(expense) >= query->least) && (!query->has_most || number_of(expense) <= query->most);
}

static bool sorts_by_amount;

static int
compare(const void *a, const void *b)
{
	const struct expense *x = a, *y = b;

	if (sorts_by_amount && number_of(x) != number_of(y))
		return number_of(x) < number_of(y) ? -1 : 1;
	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return memcmp(x->id.bytes, y->id.bytes, sizeof x->id.bytes);
}

static size_t
expect(const struct model *m, const struct expense_query *query, struct expense *wanted)
{
	size_t count = 0;

	for (size_t i = 0; i < m->count; i++)
		if (matches(m, i, query))
			wanted[count++] = m->expenses[i];
	sorts_by_amount = query->by_amount;
	qsort(wanted, count, sizeof *wanted, compare);
	for (size_t i = 0; query->is_newest_first && i < count / 2; i++) {
		struct expense other = wanted[i];

		wanted[i] = wanted[count - 1 - i];
		wanted[count - 1 - i] = other;
	}
	return count;
}

static void
go_on_behind(struct expense_query *query, const struct expense_place *place)
{
	query->has_after = true;
	query->after_day = place->day;
	query->after_id = place->id;
	query->after_minor = place->amount_minor;
	query->after_digits = place->digits;
}

static void
check(struct model *m, struct expense_query query)
{
	static struct expense wanted[EXPENSES];
	static struct expense_page page;
	struct expense_place stopped_at = { .day = 0 };
	size_t count = expect(m, &query, wanted), given = 0;

	query.stopped_at = &stopped_at;
	do {
		suite_list(m->s, "line:U1", &query, &page);
		assert_int_equal(page.st, ST_OK);
		assert_true(page.count == query.limit || !page.has_more);
		for (size_t i = 0; i < page.count; i++, given++) {
			assert_true(given < count);
			assert_true(uuid_equal(&page.expenses[i].id, &wanted[given].id));
		}
		go_on_behind(&query, &stopped_at);
	} while (page.has_more);
	assert_int_equal(given, count);
}

static void
pages_of_any_query_make_up_what_matches_in_its_order(void **state)
{
	static const struct slice words[] = { { "lunch", 5 }, { "ann", 3 }, { "拉麵", 6 }, { "taxi", 4 }, { "fé", 3 }, { "no such", 7 } };
	struct model *m = malloc(sizeof *m);

	assert_non_null(m);
	fill(m, *state);
	for (int n = 0; n < QUERIES; n++) {
		struct expense_query query = { .from = DAY_MIN, .to = DAY_MAX, .limit = 1 + (unsigned)rand() % 120 };

		query.is_newest_first = rand() % 2;
		query.by_amount = rand() % 2;
		if (rand() % 2) {
			query.from = today + rand() % 40;
			query.to = query.from + rand() % 30;
		}
		if (rand() % 3 == 0)
			query.category_id = m->person.categories[rand() % 5].id;
		if (rand() % 4 == 0)
			query.account = slice_of("visa");
		if (rand() % 4 == 0)
			query.currency = (struct currency){ "JPY" };
		query.has_least = rand() % 4 == 0;
		query.has_most = rand() % 4 == 0;
		query.least = number_of(&m->expenses[rand() % EXPENSES]);
		query.most = number_of(&m->expenses[rand() % EXPENSES]);
		if (rand() % 3 == 0) {
			query.words = &words[rand() % 5];
			query.word_count = 1 + (unsigned)rand() % 2;
		}
		check(m, query);
	}
	free(m);
}

static void
what_is_stored_meanwhile_neither_repeats_nor_hides_an_expense(void **state)
{
	struct model *m = malloc(sizeof *m);
	struct expense_page *page = malloc(sizeof *page);

	assert_true(m != NULL && page != NULL);
	fill(m, *state);
	for (int order = 0; order < 4; order++) {
		struct expense_place stopped_at = { .day = 0 };
		struct expense_query query = { .from = DAY_MIN, .to = DAY_MAX, .limit = 50, .is_newest_first = order % 2,
			.by_amount = order / 2, .stopped_at = &stopped_at };
		size_t seen[EXPENSES] = { 0 };

		do {
			suite_list(m->s, "line:U1", &query, page);
			for (size_t i = 0; i < page->count; i++)
				for (size_t k = 0; k < EXPENSES; k++)
					seen[k] += uuid_equal(&page->expenses[i].id, &m->expenses[k].id);
			if (order == 0)
				for (int more = 0; more < 3; more++) {
					struct new_expense new = suite_new_expense(today + rand() % 60, rand() % 4000);
					struct expense_batch batch = { .now_ms = suite_now_ms(), .expense_count = 1, .expenses = &new };

					assert_int_equal(suite_put(m->s, "line:U1", &batch, NULL), ST_OK);
				}
			go_on_behind(&query, &stopped_at);
		} while (page->has_more);
		for (size_t k = 0; k < EXPENSES; k++)
			assert_int_equal(seen[k], 1);
	}
	free(page);
	free(m);
}

static void
a_search_stops_after_some_work_and_goes_on_where_it_stopped(void **state)
{
	static const struct slice word = { "needle", 6 };
	struct suite *s = *state;
	struct new_expense new[100];
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expense_count = 100, .expenses = new };
	struct expense_place stopped_at = { .day = 0 };
	struct expense_query query = { .from = DAY_MIN, .to = DAY_MAX, .limit = 10, .words = &word, .word_count = 1,
		.stopped_at = &stopped_at };
	struct expense_page *page = malloc(sizeof *page);
	struct write_answer answer;
	unsigned pages = 0, found = 0;

	assert_int_equal(suite_sign_up(s, "line:U1", &answer), ST_OK);
	for (int n = 0; n < 30; n++) {
		for (int i = 0; i < 100; i++) {
			new[i] = suite_new_expense(today + n, 100);
			if (n == 29 && i == 99)
				new[i].expense.description = slice_of("針 Needle");
		}
		assert_int_equal(suite_put(s, "line:U1", &batch, NULL), ST_OK);
	}
	do {
		suite_list(s, "line:U1", &query, page);
		assert_int_equal(page->st, ST_OK);
		found += (unsigned)page->count;
		pages++;
		go_on_behind(&query, &stopped_at);
	} while (page->has_more);
	assert_int_equal(found, 1);
	assert_true(pages > 1);
	query.has_after = false;
	query.by_amount = true;
	suite_list(s, "line:U1", &query, page);
	assert_int_equal(page->st, ST_OUT_OF_RANGE);
	query.from = today + 29;
	suite_list(s, "line:U1", &query, page);
	assert_int_equal(page->st, ST_OK);
	assert_int_equal(page->count, 1);
	free(page);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, suite_setup, suite_teardown)

const struct CMUnitTest suite_list_tests[] = {
	CASE(pages_of_any_query_make_up_what_matches_in_its_order),
	CASE(what_is_stored_meanwhile_neither_repeats_nor_hides_an_expense),
	CASE(a_search_stops_after_some_work_and_goes_on_where_it_stopped),
};
const size_t suite_list_test_count = sizeof suite_list_tests / sizeof suite_list_tests[0];
