/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "zone.h"
#include "zone_rule.h"

/* Far and near, north and south, half hours, changes of side of the date line, the negative summer time of Dublin. */
static const char *const names[] = { "UTC", "Asia/Taipei", "Asia/Tokyo", "Asia/Shanghai", "Asia/Kolkata", "Asia/Kathmandu",
	"Asia/Tehran", "Asia/Gaza", "Africa/Casablanca", "Africa/Cairo", "Europe/London", "Europe/Dublin", "Europe/Paris",
	"Europe/Moscow", "America/New_York", "America/Los_Angeles", "America/Sao_Paulo", "America/Santiago", "America/St_Johns",
	"America/Nuuk", "America/Argentina/Buenos_Aires", "Australia/Sydney", "Australia/Lord_Howe", "Pacific/Auckland",
	"Pacific/Chatham", "Pacific/Apia", "Pacific/Kwajalein", "Pacific/Kiritimati", "Antarctica/Troll", "Etc/GMT+12", "EST5EDT" };

static void
use_zone(const char *name)
{
	setenv("TZ", name, 1);
	tzset();
}

static void
assert_agrees(const char *name, time_t instant)
{
	int32_t offset_s;
	struct tm tm;
	day_t day, expected;

	localtime_r(&instant, &tm);
	assert_true(zone_offset(name, (int64_t)instant * 1000, &offset_s));
	if (offset_s != tm.tm_gmtoff)
		fail_msg("%s at %lld: %d, the C library says %ld", name, (long long)instant, offset_s, tm.tm_gmtoff);
	assert_true(zone_local_day(name, (int64_t)instant * 1000 + 999, &day));
	assert_true(day_from_civil(tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, &expected));
	assert_int_equal(day, expected);
}

/* The last second with the offset of low, between low and high. */
static time_t
edge_between(time_t low, time_t high)
{
	struct tm tm;
	long offset_s;

	localtime_r(&low, &tm);
	offset_s = tm.tm_gmtoff;
	while (high - low > 1) {
		time_t middle = low + (high - low) / 2;

		localtime_r(&middle, &tm);
		if (tm.tm_gmtoff == offset_s)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static void
offsets_and_days_agree_with_the_c_library_from_1970_to_2100(void **state)
{
	const time_t step = 5 * 86400 + 12345, end = 4102444800;

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		long previous_s = 0;

		assert_true(zone_exists(names[i]));
		use_zone(names[i]);
		for (time_t t = 0; t < end; t += step) {
			struct tm tm;

			assert_agrees(names[i], t);
			localtime_r(&t, &tm);
			if (t > 0 && tm.tm_gmtoff != previous_s) {
				time_t edge = edge_between(t - step, t);

				assert_agrees(names[i], edge);
				assert_agrees(names[i], edge + 1);
			}
			previous_s = tm.tm_gmtoff;
		}
	}
}

static void
a_name_that_leaves_the_directory_is_no_zone(void **state)
{
	static const char *const bad[] = { "", "/etc/passwd", "../zoneinfo/UTC", "Asia/../UTC", "Asia/", "Asia", "Asia/Nowhere", "zone.tab",
		"Asia/Taipei ", "Asia/Tai\npei", "tzdata.zi",
		"A/very/long/name/that/no/zone/has/and/that/would/not/fit/into/any/buffer/of/ours" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(zone_exists(bad[i]));
}

static void
more_zones_than_are_cached_still_answer(void **state)
{
	int32_t offset_s;

	(void)state;
	for (int round = 0; round < 3; round++)
		for (int hours = -14; hours <= 12; hours++) {
			char name[ZONE_NAME_MAX];

			snprintf(name, sizeof name, "Etc/GMT%+d", hours);
			assert_true(zone_offset(name, 0, &offset_s));
			assert_int_equal(offset_s, -hours * 3600);
			for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
				assert_true(zone_exists(names[i]));
		}
}

static void
a_damaged_rule_is_refused(void **state)
{
	static const char *const bad[] = { "", "A", "CE-1", "CET", "CET-1CEST", "CET-1CEST,", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
		"CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-1CEST,J0,J10", "CET-1CEST,366,1", "CET-1CEST,M3.5.0,M10.5.0x",
		"<+03-3", "CET-999999999999999999999", "CET-1CEST,M3.5.0/168,M10.5.0" };
	struct zone_rule rule;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(zone_rule_parse(slice_of(bad[i]), &rule));
	assert_true(zone_rule_parse(slice_of("<+0330>-3:30:15"), &rule));
	assert_int_equal(zone_rule_offset(&rule, 0), 12615);
}

static void
all_forms_of_a_rule_agree_with_the_c_library(void **state)
{
	static const char *const rules[] = { "AAA3BBB,J60,J300", "AAA3BBB,59,299/0", "AAA-10BBB,M10.1.0,M4.1.0/3", "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
		"IST-2IDT,M3.4.4/26,M10.5.0" };

	(void)state;
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		struct zone_rule rule;

		use_zone(rules[i]);
		assert_true(zone_rule_parse(slice_of(rules[i]), &rule));
		for (time_t t = 86400 * 30; t < 4102444800; t += 3 * 86400 + 4321) {
			struct tm tm;

			localtime_r(&t, &tm);
			assert_int_equal(zone_rule_offset(&rule, t), tm.tm_gmtoff);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offsets_and_days_agree_with_the_c_library_from_1970_to_2100),
		cmocka_unit_test(a_name_that_leaves_the_directory_is_no_zone),
		cmocka_unit_test(more_zones_than_are_cached_still_answer),
		cmocka_unit_test(a_damaged_rule_is_refused),
		cmocka_unit_test(all_forms_of_a_rule_agree_with_the_c_library),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
