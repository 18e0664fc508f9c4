/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <time.h>

#include "day.h"

static void
every_day_from_1900_to_2200_agrees_with_the_c_library(void **state)
{
	(void)state;
	for (day_t day = DAY_MIN; day < 84371; day++) {
		time_t seconds = (time_t)day * 86400;
		struct tm tm;
		int year, month, mday;
		day_t back;

		gmtime_r(&seconds, &tm);
		day_to_civil(day, &year, &month, &mday);
		assert_int_equal(year, tm.tm_year + 1900);
		assert_int_equal(month, tm.tm_mon + 1);
		assert_int_equal(mday, tm.tm_mday);
		assert_int_equal((day_weekday(day) + 1) % 7, tm.tm_wday);
		assert_true(day_from_civil(year, month, mday, &back));
		assert_int_equal(back, day);
	}
}

static void
a_day_that_does_not_exist_is_refused(void **state)
{
	static const char *const bad[] = { "2025-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-04-31",
		"2026-1-01", "2026/01/01", "26-01-01", "2026-01-01 ", "", "1899-12-31", "+026-01-01" };
	day_t day;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(day_parse(slice_of(bad[i]), &day));
}

static void
a_day_is_written_as_it_was_read(void **state)
{
	static const char *const good[] = { "1900-01-01", "1970-01-01", "2024-02-29", "2026-11-23", "9999-12-31" };
	char text[DAY_TEXT_LEN];
	day_t day;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_true(day_parse(slice_of(good[i]), &day));
		day_format(day, text);
		assert_memory_equal(text, good[i], DAY_TEXT_LEN);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_day_from_1900_to_2200_agrees_with_the_c_library),
		cmocka_unit_test(a_day_that_does_not_exist_is_refused),
		cmocka_unit_test(a_day_is_written_as_it_was_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
