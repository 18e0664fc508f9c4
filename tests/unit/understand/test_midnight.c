/* SPDX-License-Identifier: MIT */
/* "today" and "yesterday" around midnight and where the clock changes, in the user's zone. */
#include "config.h"

#include "unit.h"

#include <string.h>

#include "understand.h"
#include "zone.h"

struct row {
	const char *zone, *utc_day;
	int         hour, minute, second;       /* UTC */
	const char *text, *day;
};

static void
check(const struct row *row)
{
	static struct understanding out;
	struct understand_input input = { .text = slice_of(row->text), .locale = SLICE_LITERAL("en"), .home = { "EUR" } };
	char day[DAY_TEXT_LEN + 1] = "";
	day_t utc_day;

	assert_true(day_parse(slice_of(row->utc_day), &utc_day));
	assert_true(zone_local_day(row->zone, ((int64_t)utc_day * 86400 + row->hour * 3600 + row->minute * 60 + row->second) * 1000, &input.today));
	understand(&input, &out);
	assert_int_equal(out.expense_count, 1);
	day_format(out.expenses[0].day, day);
	if (strncmp(day, row->day, DAY_TEXT_LEN) != 0)
		fail_msg("%s at %s %02d:%02d:%02d UTC: \"%s\" is %s, not %s", row->zone, row->utc_day, row->hour, row->minute, row->second,
		    row->text, day, row->day);
}

#define CHECK(rows) for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) check(&rows[i])

static void
a_day_begins_at_the_users_midnight(void **state)
{
	static const struct row rows[] = {
		{ "Asia/Taipei", "2026-11-23", 15, 59, 59, "tea 3", "2026-11-23" }, { "Asia/Taipei", "2026-11-23", 16, 0, 0, "tea 3", "2026-11-24" },
		{ "Asia/Taipei", "2026-11-23", 15, 59, 59, "tea 3 yesterday", "2026-11-22" }, { "Asia/Taipei", "2026-11-23", 16, 0, 0, "tea 3 yesterday", "2026-11-23" },
		{ "America/Los_Angeles", "2026-11-23", 7, 59, 59, "tea 3 today", "2026-11-22" }, { "Pacific/Kiritimati", "2026-11-23", 10, 0, 0, "tea 3", "2026-11-24" },
		{ "Asia/Kathmandu", "2026-11-23", 18, 14, 59, "tea 3", "2026-11-23" }, { "Asia/Kathmandu", "2026-11-23", 18, 15, 0, "tea 3", "2026-11-24" } };

	(void)state;
	CHECK(rows);
}

static void
a_day_of_23_or_25_hours_is_one_day(void **state)
{
	static const struct row rows[] = {
		{ "Europe/Berlin", "2026-03-28", 22, 59, 59, "tea 3", "2026-03-28" }, { "Europe/Berlin", "2026-03-28", 23, 0, 0, "tea 3", "2026-03-29" },
		{ "Europe/Berlin", "2026-03-29", 21, 59, 59, "tea 3", "2026-03-29" }, { "Europe/Berlin", "2026-03-29", 22, 0, 0, "tea 3 yesterday", "2026-03-29" },
		{ "America/New_York", "2026-11-01", 4, 0, 0, "tea 3", "2026-11-01" }, { "America/New_York", "2026-11-02", 4, 30, 0, "tea 3", "2026-11-01" },
		{ "America/New_York", "2026-11-02", 5, 0, 0, "tea 3 yesterday", "2026-11-01" } };

	(void)state;
	CHECK(rows);
}

static void
a_midnight_that_the_clock_leaves_out_and_a_day_that_never_was_are_passed_over(void **state)
{
	static const struct row rows[] = {
		{ "America/Santiago", "2026-09-06", 3, 59, 59, "tea 3", "2026-09-05" }, { "America/Santiago", "2026-09-06", 4, 0, 0, "tea 3", "2026-09-06" },
		{ "Pacific/Apia", "2011-12-30", 9, 59, 59, "tea 3", "2011-12-29" }, { "Pacific/Apia", "2011-12-30", 10, 0, 0, "tea 3", "2011-12-31" } };

	(void)state;
	CHECK(rows);
}

static void
days_before_cross_ends_of_months_and_leap_days(void **state)
{
	static const struct row rows[] = {
		{ "UTC", "2028-03-01", 12, 0, 0, "tea 3 yesterday", "2028-02-29" }, { "UTC", "2026-03-01", 12, 0, 0, "tea 3 yesterday", "2026-02-28" },
		{ "UTC", "2026-01-01", 0, 0, 0, "tea 3 yesterday", "2025-12-31" }, { "UTC", "2026-03-31", 12, 0, 0, "tea 3 one month ago", "2026-02-28" },
		{ "UTC", "2028-02-29", 12, 0, 0, "tea 3 one year ago", "2027-02-28" }, { "UTC", "2026-01-02", 12, 0, 0, "tea 3 on December 31", "2025-12-31" } };

	(void)state;
	CHECK(rows);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_day_begins_at_the_users_midnight),
		cmocka_unit_test(a_day_of_23_or_25_hours_is_one_day),
		cmocka_unit_test(a_midnight_that_the_clock_leaves_out_and_a_day_that_never_was_are_passed_over),
		cmocka_unit_test(days_before_cross_ends_of_months_and_leap_days),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
