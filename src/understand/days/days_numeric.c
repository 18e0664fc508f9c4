/* SPDX-License-Identifier: MIT */
/* Days in digits alone: 2024-01-02, 5/3, 13.5.2015. */
#include "config.h"

#include <strings.h>

#include "days.h"

enum { YEARS_BACK = 8 };

bool
days_latest_month_day(day_t today, int month, int mday, day_t *out)
{
	int year, m, d;

	day_to_civil(today, &year, &m, &d);
	for (int back = 0; back <= YEARS_BACK; back++)
		if (day_from_civil(year - back, month, mday, out) && *out <= today)
			return true;
	return false;
}

struct digits {
	size_t len;
	int    value;
};

static struct digits
digits_at(const struct chars *chars, size_t at)
{
	struct digits d = { 0, 0 };

	while (d.len < 9 && char_is_digit(chars->folded[at + d.len]))
		d.value = d.value * 10 + (chars->folded[at + d.len++] - '0');
	return d;
}

static bool
is_any_tag(struct slice locale, const char *const *tags, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(tags[i]);

		if (locale.len >= len && strncasecmp(locale.ptr, tags[i], len) == 0 && (locale.len == len || locale.ptr[len] == '-'))
			return true;
	}
	return false;
}

static bool
month_comes_first(struct slice locale)
{
	static const char *const day_first[] = { "en-GB", "en-AU", "en-NZ", "en-IN", "en-IE", "en-ZA", "en-SG", "en-HK" };
	static const char *const month_first[] = { "en", "zh", "ja", "ko", "hu" };

	if (is_any_tag(locale, day_first, sizeof day_first / sizeof day_first[0]))
		return false;
	return locale.len == 0 || is_any_tag(locale, month_first, sizeof month_first / sizeof month_first[0]);
}

/* The locale's order first, then the other one, if only that gives a day.  year is -1 when not written. */
static bool
day_of_pair(const struct reading *r, int year, int first, int second, day_t *day)
{
	bool month_first = month_comes_first(r->locale);

	for (int attempt = 0; attempt < 2; attempt++, month_first = !month_first) {
		int month = month_first ? first : second, mday = month_first ? second : first;

		if (year == -1 ? days_latest_month_day(r->today, month, mday, day) : day_from_civil(year, month, mday, day))
			return true;
	}
	return false;
}

static int
full_year(struct digits d)
{
	return d.len == 4 ? d.value : 2000 + d.value;
}

static bool
may_begin_date(const struct chars *chars, size_t at)
{
	enum char_class before = at == 0 ? CHAR_SPACE : char_class(chars->folded[at - 1]);

	return before != CHAR_SIGN && before != CHAR_DIGIT && before != CHAR_LETTER && (at == 0 || chars->folded[at - 1] != '-');
}

static bool
read_year_month_day(const struct chars *chars, size_t at, size_t *end, day_t *day)
{
	struct digits year = digits_at(chars, at), month, mday;
	uint16_t separator = chars->folded[at + year.len];

	if (year.len != 4 || (separator != '-' && separator != '/' && separator != '.'))
		return false;
	at += 5;
	month = digits_at(chars, at);
	if (month.len == 0 || month.len > 2 || chars->folded[at + month.len] != separator)
		return false;
	at += month.len + 1;
	mday = digits_at(chars, at);
	*end = at + mday.len;
	return mday.len > 0 && mday.len <= 2 && day_from_civil(year.value, month.value, mday.value, day);
}

/* With points or hyphens only together with a year of four digits: 5-3 is more often something else. */
static bool
read_pair_and_year(const struct reading *r, const struct chars *chars, size_t at, size_t *end, day_t *day)
{
	struct digits first = digits_at(chars, at), second, year;
	uint16_t separator = chars->folded[at + first.len];

	if (first.len > 2 || (separator != '/' && separator != '.' && separator != '-'))
		return false;
	at += first.len + 1;
	second = digits_at(chars, at);
	at += second.len;
	if (second.len == 0 || second.len > 2)
		return false;
	year = digits_at(chars, at + 1);
	if (chars->folded[at] == separator && (year.len == 4 || (year.len == 2 && separator == '/'))) {
		*end = at + 1 + year.len;
		return day_of_pair(r, full_year(year), first.value, second.value, day);
	}
	*end = at;
	if (separator != '/' || chars->folded[at] == '/' || (chars->folded[at] == '.' && char_is_digit(chars->folded[at + 1])))
		return false;
	return day_of_pair(r, -1, first.value, second.value, day);
}

bool
days_read_numeric(const struct reading *r, const struct chars *chars, size_t at, size_t *end, day_t *day)
{
	if (!may_begin_date(chars, at))
		return false;
	return read_year_month_day(chars, at, end, day) || read_pair_and_year(r, chars, at, end, day);
}

/* Two numbers of one or two digits with a separator between them; *at moves behind them. */
static bool
skip_pair(const struct chars *chars, size_t *at, uint16_t separator)
{
	struct digits first = digits_at(chars, *at), second;

	if (first.len == 0 || first.len > 2 || chars->folded[*at + first.len] != separator)
		return false;
	*at += first.len + 1;
	second = digits_at(chars, *at);
	*at += second.len;
	return second.len > 0 && second.len <= 2;
}

bool
days_skip_impossible(const struct chars *chars, size_t at, size_t *end)
{
	struct digits first = digits_at(chars, at), year;
	uint16_t separator = chars->folded[at + first.len];

	if (!may_begin_date(chars, at) || (separator != '-' && separator != '/' && separator != '.'))
		return false;
	if (first.len == 4) {
		at += 5;
		*end = at;
		return skip_pair(chars, end, separator);
	}
	*end = at;
	if (!skip_pair(chars, end, separator))
		return false;
	year = digits_at(chars, *end + 1);
	if (chars->folded[*end] == separator && year.len == 4)
		*end += 5;
	else if (separator != '/' || chars->folded[*end] == '/')
		return false;
	return true;
}

bool
days_read_clock(const struct chars *chars, size_t at, size_t *end)
{
	struct digits hour = digits_at(chars, at), minute;

	if (hour.len > 2 || hour.value > 24 || chars->folded[at + hour.len] != ':')
		return false;
	at += hour.len + 1;
	minute = digits_at(chars, at);
	if (minute.len != 2 || minute.value > 59)
		return false;
	*end = at + 2;
	if (chars->folded[*end] == ':' && digits_at(chars, *end + 1).len == 2)
		*end += 3;
	return true;
}
