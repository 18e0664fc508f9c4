/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "days.h"

#include <strings.h>

enum { YEARS_BACK = 8, MONTHS_BACK = 48 };

/* Behind the last token everything is a break. */
static const struct token nothing = { .kind = TOKEN_BREAK };

static const struct token *
token_at(const struct reading *r, size_t i)
{
	return i < r->tokens->count ? &r->tokens->at[i] : &nothing;
}

static bool
is_whole(const struct token *t, int64_t min, int64_t max)
{
	return t->kind == TOKEN_NUMBER && t->decimals == 0 && t->value >= min && t->value <= max;
}

static bool
is_year(const struct token *t)
{
	return is_whole(t, 1900, 2200);
}

/* The latest one that is not in the future; 29 February may be years ago. */
static bool
latest_month_day(day_t today, int month, int mday, day_t *out)
{
	int year, m, d;

	day_to_civil(today, &year, &m, &d);
	for (int back = 0; back <= YEARS_BACK; back++)
		if (day_from_civil(year - back, month, mday, out) && *out <= today)
			return true;
	return false;
}

static void
month_back(int *year, int *month)
{
	if (--*month == 0) {
		*month = 12;
		--*year;
	}
}

/* The latest day of that number, and of that weekday unless it is -1. */
static bool
latest_day_of_month(day_t today, int mday, int weekday, day_t *out)
{
	int year, month, d;

	day_to_civil(today, &year, &month, &d);
	for (int back = 0; back < MONTHS_BACK; back++, month_back(&year, &month))
		if (day_from_civil(year, month, mday, out) && *out <= today && (weekday == -1 || day_weekday(*out) == weekday))
			return true;
	return false;
}

/* The same day of another month, or that month's last one. */
static day_t
add_months(day_t day, int months)
{
	int year, month, mday, total;

	day_to_civil(day, &year, &month, &mday);
	total = year * 12 + month - 1 + months;
	if (total < 1900 * 12 || total >= 9999 * 12)
		return day;
	year = total / 12;
	month = total % 12 + 1;
	if (mday > day_month_length(year, month))
		mday = day_month_length(year, month);
	(void)day_from_civil(year, month, mday, &day);
	return day;
}

static day_t
add_periods(day_t day, enum period period, int count)
{
	switch (period) {
	case PERIOD_DAY: return day + count;
	case PERIOD_WEEK: return day + 7 * count;
	case PERIOD_MONTH: return add_months(day, count);
	case PERIOD_YEAR: return add_months(day, 12 * count);
	default: return day;
	}
}

static day_t
day_of_week(day_t today, int weeks, int weekday)
{
	return today - day_weekday(today) + 7 * weeks + weekday;
}

/* ---- numeric forms ---- */

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

		if (year == -1 ? latest_month_day(r->today, month, mday, day) : day_from_civil(year, month, mday, day))
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

/* ---- words ---- */

static size_t
skip_particle(const struct reading *r, size_t i)
{
	return i + token_is(token_at(r, i), WORD_PARTICLE);
}

static size_t
skip_pause(const struct reading *r, size_t i)
{
	return i + (token_at(r, i)->kind == TOKEN_PAUSE);
}

static size_t
read_day_word(const struct reading *r, size_t i, size_t reduced, day_t *day)
{
	const struct sense *s = token_sense(token_at(r, i), WORD_DAY);

	(void)reduced;
	if (s == NULL)
		return 0;
	*day = r->today + s->value;
	return 1u + token_is(token_at(r, i + 1), WORD_PART_OF_DAY);
}

/* The weekday that stands behind "上週": 三, 日, 月曜日, friday; -1 for none. */
static int
weekday_behind_week(const struct reading *r, size_t i)
{
	const struct token *t = token_at(r, i);
	const struct sense *s = token_sense(t, WORD_WEEKDAY), *period = token_sense(t, WORD_PERIOD);

	if (s != NULL)
		return s->value;
	if (t->is_spaced || t->end != t->begin + 1)
		return -1;
	if (t->is_in_words && is_whole(t, 1, 6))
		return (int)t->value - 1;
	return period != NULL && period->value == PERIOD_DAY ? 6 : -1;
}

static size_t
read_week(const struct reading *r, size_t i, size_t reduced, day_t *day)
{
	const struct sense *s = token_sense(token_at(r, i), WORD_WEEK);
	size_t next = skip_particle(r, i + 1);
	int weekday;

	(void)reduced;
	if (s == NULL)
		return 0;
	weekday = weekday_behind_week(r, next);
	*day = weekday == -1 ? r->today + 7 * s->value : day_of_week(r->today, s->value, weekday);
	return weekday == -1 ? 1 : next + 1 - i;
}

/* N日, N號: two tokens. */
static bool
is_marked_day(const struct reading *r, size_t i)
{
	return is_whole(token_at(r, i), 1, 31) && token_is(token_at(r, i + 1), WORD_DAY_MARK) && !token_at(r, i + 1)->is_spaced;
}

static size_t
read_months(const struct reading *r, size_t i, size_t reduced, day_t *day)
{
	const struct sense *s = token_sense(token_at(r, i), WORD_MONTHS);
	size_t next = skip_particle(r, i + 1);
	int year, month, mday;

	(void)reduced;
	if (s == NULL)
		return 0;
	*day = add_months(r->today, s->value);
	day_to_civil(*day, &year, &month, &mday);
	if (is_marked_day(r, next) && day_from_civil(year, month, (int)token_at(r, next)->value, day))
		return next + 2 - i;
	return 1;
}

/* N月N日, with the year given or -1; how many tokens. */
static size_t
read_marked_month(const struct reading *r, size_t i, int year, day_t *day)
{
	const struct token *month = token_at(r, i), *mark = token_at(r, i + 1), *mday = token_at(r, i + 2);

	if (!is_whole(month, 1, 12) || !token_is(mark, WORD_MONTH_MARK) || mark->is_spaced || !is_whole(mday, 1, 31))
		return 0;
	if (!token_is(token_at(r, i + 3), WORD_DAY_MARK))
		return 0;
	if (year == -1)
		return latest_month_day(r->today, (int)month->value, (int)mday->value, day) ? 4 : 0;
	return day_from_civil(year, (int)month->value, (int)mday->value, day) ? 4 : 0;
}

static size_t
read_marked(const struct reading *r, size_t i, size_t reduced, day_t *day)
{
	size_t used;

	(void)reduced;
	if (is_year(token_at(r, i)) && token_is(token_at(r, i + 1), WORD_YEAR_MARK)) {
		used = read_marked_month(r, i + 2, (int)token_at(r, i)->value, day);
		return used == 0 ? 0 : used + 2;
	}
	used = read_marked_month(r, i, -1, day);
	if (used == 0 && is_marked_day(r, i) && latest_day_of_month(r->today, (int)token_at(r, i)->value, -1, day))
		return 2;
	return used;
}

static size_t
read_years(const struct reading *r, size_t i, size_t reduced, day_t *day)
{
	const struct sense *s = token_sense(token_at(r, i), WORD_YEARS);
	int year, month, mday;
	size_t used;

	(void)reduced;
	if (s == NULL)
		return 0;
	*day = add_months(r->today, 12 * s->value);
	day_to_civil(*day, &year, &month, &mday);
	used = read_marked_month(r, i + 1, year, day);
	return 1 + used;
}

/* 8, "8th", "third", "twenty third": the day of a month and how many tokens; 0 for none. */
static size_t
read_day_number(const struct reading *r, size_t i, int *mday)
{
	const struct token *t = token_at(r, i);
	const struct sense *tens = token_sense(t, WORD_NUMBER), *s;
	size_t at = i;

	if (is_whole(t, 1, 31) && !t->is_in_words) {
		*mday = (int)t->value;
		return 1u + (token_is(token_at(r, i + 1), WORD_ORDINAL) && !token_at(r, i + 1)->is_spaced);
	}
	at += tens != NULL && (tens->value == 20 || tens->value == 30);
	s = token_sense(token_at(r, at), WORD_NTH);
	if (s == NULL || (at > i && s->value > 9))
		return 0;
	*mday = s->value + (at > i ? tens->value : 0);
	return *mday <= 31 ? at + 1 - i : 0;
}

/* How many of what: 3, 三, "a", "two"; 0 for none. */
static int
count_of(const struct token *t)
{
	const struct sense *s;

	if (is_whole(t, 1, 999))
		return (int)t->value;
	s = token_sense(t, WORD_NUMBER);
	return s == NULL ? 0 : s->value;
}

static size_t
read_ago(const struct reading *r, size_t i, size_t reduced, day_t *day)
{
	const struct token *first = token_at(r, i);
	const struct sense *lead = token_sense(first, WORD_IN);
	size_t at = i + (lead != NULL);
	int count = count_of(token_at(r, at));
	const struct sense *period = token_sense(token_at(r, at + 1), WORD_PERIOD), *ago = token_sense(token_at(r, at + 2), WORD_AGO);

	(void)reduced;
	if (count == 0 || period == NULL)
		return 0;
	if (ago != NULL) {
		*day = add_periods(r->today, (enum period)period->value, count * ago->value);
		return at + 3 - i;
	}
	if (lead == NULL || (lead->value > 0 && period->value == PERIOD_YEAR))
		return 0;
	*day = add_periods(r->today, (enum period)period->value, count * lead->value);
	return at + 2 - i;
}

/* An optional "th" behind a day's number. */
static size_t
skip_ordinal(const struct reading *r, size_t i)
{
	const struct token *t = token_at(r, i);

	return i + (token_is(t, WORD_ORDINAL) && !t->is_spaced);
}

static bool
has_plain_end(const struct reading *r, size_t i)
{
	const struct token *t = token_at(r, i);

	return !token_is(t, WORD_CURRENCY) || t->is_spaced;
}

/* Month and day, then perhaps a year; the token behind them is at. */
static size_t
finish_month_day(const struct reading *r, size_t i, size_t at, int month, int mday, day_t *day)
{
	size_t after_pause = skip_pause(r, at);

	if (is_year(token_at(r, after_pause)))
		return day_from_civil((int)token_at(r, after_pause)->value, month, mday, day) ? after_pause + 1 - i : 0;
	if (!has_plain_end(r, at) || !latest_month_day(r->today, month, mday, day))
		return 0;
	return at - i;
}

/* "Nov 30, 2024", "30th of November" */
static size_t
read_month_name(const struct reading *r, size_t i, size_t reduced, day_t *day)
{
	const struct token *first = token_at(r, i);
	const struct sense *month = token_sense(first, WORD_MONTH);
	size_t used;
	int mday;

	(void)reduced;
	if (month != NULL) {
		used = read_day_number(r, i + 1, &mday);
		return used == 0 ? 0 : finish_month_day(r, i, i + 1 + used, month->value, mday, day);
	}
	used = read_day_number(r, i, &mday);
	if (used == 0)
		return 0;
	used += token_is(token_at(r, i + used), WORD_PREPOSITION);
	month = token_sense(token_at(r, i + used), WORD_MONTH);
	return month == NULL ? 0 : finish_month_day(r, i, i + used + 1, month->value, mday, day);
}

/* Three letters that are an ordinary word too count only next to what makes them a day. */
static bool
is_doubtful_weekday(const struct reading *r, size_t i, size_t reduced)
{
	const struct token *t = token_at(r, i), *next = token_at(r, i + 1);
	bool is_led = reduced > 0 && token_is(&r->tokens->at[reduced - 1], WORD_PREPOSITION);

	if (t->end - t->begin != 3 || !token_is_letters(r->tokens, t) || is_led)
		return false;
	return next->kind == TOKEN_TEXT || token_is(next, WORD_PREPOSITION) || (reduced > 0 && r->tokens->at[reduced - 1].kind == TOKEN_TEXT);
}

static day_t
weekday_near(const struct reading *r, bool is_by_week, int which, int weekday)
{
	day_t latest = r->today - (day_weekday(r->today) - weekday + 7) % 7;

	if (is_by_week || which >= 0)
		return day_of_week(r->today, which, weekday);
	return latest == r->today ? latest - 7 : latest;
}

/* "last friday", "friday last week", "on Tuesday", "Wed 13th", "Monday, Oct 26" */
static size_t
read_weekday(const struct reading *r, size_t i, size_t reduced, day_t *day)
{
	const struct sense *which = token_sense(token_at(r, i), WORD_LAST);
	size_t at = i + (which != NULL), next;
	const struct token *t = token_at(r, at);
	const struct sense *s = token_sense(t, WORD_WEEKDAY), *week;
	size_t used;
	int mday;

	if (s == NULL)
		return 0;
	if (which != NULL) {
		*day = weekday_near(r, !token_is_letters(r->tokens, t), which->value, s->value);
		return 2;
	}
	next = skip_pause(r, at + 1);
	if (read_month_name(r, next, reduced, day) > 0)
		return next + read_month_name(r, next, reduced, day) - i;
	if (token_at(r, next)->kind == TOKEN_DAY || read_marked(r, next, reduced, day) > 0)
		return 0;
	week = token_sense(token_at(r, at + 1), WORD_WEEK);
	if (week != NULL) {
		*day = day_of_week(r->today, week->value, s->value);
		return 2;
	}
	if (is_doubtful_weekday(r, i, reduced))
		return 0;
	next = at + 1 + token_is(token_at(r, at + 1), WORD_FILLER);
	used = read_day_number(r, next, &mday);
	if (used > 0 && (used > 1 || token_is(token_at(r, next), WORD_NTH)) && latest_day_of_month(r->today, mday, s->value, day))
		return next + used - i;
	*day = r->today - (day_weekday(r->today) - s->value + 7) % 7;
	return 1;
}

/* "the 8th" */
static size_t
read_ordinal_day(const struct reading *r, size_t i, size_t reduced, day_t *day)
{
	const struct token *before = reduced > 0 ? &r->tokens->at[reduced - 1] : &nothing, *after = token_at(r, i + 2);

	if (!is_whole(token_at(r, i), 1, 31) || skip_ordinal(r, i + 1) == i + 1 || !(token_is(before, WORD_FILLER) || token_is(before, WORD_WITH)))
		return 0;
	if (after->kind == TOKEN_TEXT || token_is(after, WORD_UNIT))
		return 0;
	return latest_day_of_month(r->today, (int)token_at(r, i)->value, -1, day) ? 2 : 0;
}

size_t
days_read(const struct reading *r, size_t i, size_t reduced, day_t *day)
{
	static size_t (*const readers[])(const struct reading *, size_t, size_t, day_t *) = { read_day_word, read_ago, read_week, read_months,
		read_years, read_weekday, read_marked, read_month_name, read_ordinal_day };
	const struct token *t = token_at(r, i);

	if (t->kind != TOKEN_NUMBER && t->kind != TOKEN_WORD)
		return 0;
	for (size_t k = 0; k < sizeof readers / sizeof readers[0]; k++) {
		size_t used = readers[k](r, i, reduced, day);

		if (used > 0)
			return used;
	}
	return 0;
}

/* "at 10", where nothing follows that could be counted. */
static bool
is_hour_behind_at(const struct reading *r, size_t i)
{
	const struct token *next = token_at(r, i + 2);

	if (!token_is(token_at(r, i), WORD_AT) || !is_whole(token_at(r, i + 1), 0, 24))
		return false;
	return next->kind == TOKEN_BREAK || next->kind == TOKEN_PAUSE || next->kind == TOKEN_DAY || token_is(next, WORD_DAY) ||
	    token_is(next, WORD_CLOCK);
}

size_t
days_read_time(const struct reading *r, size_t i)
{
	const struct token *first = token_at(r, i);
	size_t at;

	if (is_hour_behind_at(r, i))
		return 2u + token_is(token_at(r, i + 2), WORD_CLOCK);
	if (first->kind != TOKEN_NUMBER || first->value > 24 || first->decimals > 0 || !token_is(token_at(r, i + 1), WORD_CLOCK))
		return 0;
	at = i + 2;
	if (is_whole(token_at(r, at), 0, 59) && !token_at(r, at)->is_spaced)
		at += 1u + token_is(token_at(r, at + 1), WORD_PERIOD) + token_is(token_at(r, at + 1), WORD_UNIT);
	return at - i;
}
