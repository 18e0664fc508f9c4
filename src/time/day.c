/* SPDX-License-Identifier: MIT */
/*
 * Calendar arithmetic on days.  The conversions count in eras of 400 years
 * that begin on 1 March, so that the leap day is the last of its year.
 */
#include "config.h"

#include "day.h"

enum { ERA_DAYS = 146097, EPOCH_OFFSET = 719468 /* days from 0000-03-01 to 1970-01-01 */ };

static bool
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int
day_month_length(int year, int month)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return month == 2 && is_leap(year) ? 29 : lengths[month - 1];
}

bool
day_from_civil(int year, int month, int day, day_t *out)
{
	int march_year, era, year_of_era, day_of_year, result;

	if (year < 1900 || year > 9999 || month < 1 || month > 12)
		return false;
	if (day < 1 || day > day_month_length(year, month))
		return false;
	march_year = month > 2 ? year : year - 1;
	era = march_year / 400;
	year_of_era = march_year % 400;
	day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	result = era * ERA_DAYS + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - EPOCH_OFFSET;
	*out = result;
	return true;
}

void
day_to_civil(day_t day, int *year, int *month, int *mday)
{
	int since = day + EPOCH_OFFSET;
	int era = (since >= 0 ? since : since - ERA_DAYS + 1) / ERA_DAYS;
	int day_of_era = since - era * ERA_DAYS;
	int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / (ERA_DAYS - 1)) / 365;
	int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int shifted = (5 * day_of_year + 2) / 153;

	*mday = day_of_year - (153 * shifted + 2) / 5 + 1;
	*month = shifted < 10 ? shifted + 3 : shifted - 9;
	*year = year_of_era + era * 400 + (*month <= 2);
}

int
day_weekday(day_t day)
{
	int n = (day + 3) % 7;      /* 1970-01-01 was a Thursday */

	return n < 0 ? n + 7 : n;
}

static bool
digits(const char *p, int count, int *out)
{
	*out = 0;
	for (; count > 0; count--, p++) {
		if (*p < '0' || *p > '9')
			return false;
		*out = *out * 10 + (*p - '0');
	}
	return true;
}

bool
day_parse(struct slice text, day_t *out)
{
	const char *p = text.ptr;
	int year, month, day;

	return text.len == DAY_TEXT_LEN && p[4] == '-' && p[7] == '-' && digits(p, 4, &year) &&
	    digits(p + 5, 2, &month) && digits(p + 8, 2, &day) && day_from_civil(year, month, day, out);
}

static void
put_two(char *out, int n)
{
	out[0] = (char)('0' + n / 10);
	out[1] = (char)('0' + n % 10);
}

void
day_format(day_t day, char *out)
{
	int year, month, mday;

	day_to_civil(day, &year, &month, &mday);
	put_two(out, year / 100);
	put_two(out + 2, year % 100);
	out[4] = '-';
	put_two(out + 5, month);
	out[7] = '-';
	put_two(out + 8, mday);
}
