/* SPDX-License-Identifier: MIT */
/* Sums by several keys, and percentages that add up. */
#include "config.h"

#include "unit.h"

#include <stdlib.h>

#include "api/metrics/metrics_sums.h"

static void
shares_add_up_to_a_hundred_percent(void **state)
{
	money_wide_t parts[40];
	int shares[40];

	(void)state;
	srand(5);
	for (int round = 0; round < 2000; round++) {
		size_t count = 1 + (size_t)rand() % 40;
		money_wide_t whole = 0;
		int sum = 0;

		for (size_t i = 0; i < count; i++)
			whole += parts[i] = (money_wide_t)(rand() % 3) * rand() * rand() + (i == 0);
		assert_true(percent_shares(parts, count, shares));
		for (size_t i = 0; i < count; i++) {
			money_wide_t off = parts[i] * 10000 - shares[i] * whole;

			assert_true(off > -whole && off < whole);
			sum += shares[i];
		}
		assert_int_equal(sum, 10000);
	}
}

static void
of_nothing_and_of_refunds_there_are_no_shares(void **state)
{
	money_wide_t nothing[] = { 0, 0 }, refund[] = { 5, -1 };
	int shares[2];

	(void)state;
	assert_false(percent_shares(nothing, 2, shares));
	assert_false(percent_shares(refund, 2, shares));
	assert_false(percent_shares(refund, 0, shares));
}

static void
what_has_the_same_key_is_added_up(void **state)
{
	struct arena arena = ARENA_INIT;
	struct cells cells = { .arena = &arena };

	(void)state;
	for (int i = 0; i < 10000; i++) {
		struct cell cell = { .period = i % 7, .currency = { "TWD" }, .sum = i, .count = 1 };

		cell.category[0] = (char)('a' + i % 11);
		cells_add(&cells, &cell);
	}
	assert_in_range(cells.capacity, 77, 512);
	cells_sort(&cells);
	assert_int_equal(cells.count, 77);
	for (size_t i = 0; i < cells.count; i++) {
		money_wide_t sum = 0;
		int64_t count = 0;

		for (int k = 0; k < 10000; k++)
			if (k % 7 == cells.list[i].period && 'a' + k % 11 == cells.list[i].category[0]) {
				sum += k;
				count++;
			}
		assert_true(cells.list[i].sum == sum);
		assert_int_equal(cells.list[i].count, count);
	}
	arena_fini(&arena);
}

static void
a_week_belongs_to_the_year_of_its_thursday(void **state)
{
	static const struct { const char *day, *week; } cases[] = {
		{ "2026-12-31", "2026-W53" }, { "2027-01-03", "2026-W53" }, { "2027-01-04", "2027-W01" }, { "2024-12-30", "2025-W01" },
		{ "2021-01-01", "2020-W53" }, { "2000-02-29", "2000-W09" }, { "1969-12-29", "1970-W01" }
	};
	char text[DAY_TEXT_LEN + 1];
	day_t day;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_true(day_parse(slice_of(cases[i].day), &day));
		text[range_format_week(day, text)] = '\0';
		assert_string_equal(text, cases[i].week);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares_add_up_to_a_hundred_percent),
		cmocka_unit_test(of_nothing_and_of_refunds_there_are_no_shares),
		cmocka_unit_test(what_has_the_same_key_is_added_up),
		cmocka_unit_test(a_week_belongs_to_the_year_of_its_thursday),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
