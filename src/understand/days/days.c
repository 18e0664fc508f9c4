/* SPDX-License-Identifier: MIT */
/* Days by weekday and by month: last Friday, 28. Dezember, first Monday of October. */
#include "config.h"

#include "days.h"

#include "days_parts.h"

enum { NEAR_DAYS = 31 };

static bool
has_plain_end(const struct reading *r, size_t i)
{
	const struct token *t = token_at(r, i);

	return !token_is(t, WORD_CURRENCY) || t->is_spaced;
}

/* The year behind a date, perhaps behind a comma or an "of"; -1 for none.  at becomes what is behind it. */
static int
read_year(const struct reading *r, size_t *at)
{
	size_t next = days_skip_links(r, days_skip_pause(r, *at));
	int year;

	if (!is_year(token_at(r, next)) || token_is(token_at(r, next + 1), WORD_CURRENCY))
		return -1;
	year = (int)token_at(r, next)->value;
	*at = next + 1 + token_is(token_at(r, next + 1), WORD_YEAR_MARK);
	return year;
}

/* Month and day, then perhaps a year; the token behind them is at. */
static size_t
finish_month_day(const struct reading *r, size_t i, size_t at, int month, int mday, day_t *day)
{
	int year;

	at += token_at(r, at)->kind == TOKEN_TIME && is_year(token_at(r, at + 1));       /* as the date command prints it */
	year = read_year(r, &at);
	if (year == -1 && !has_plain_end(r, at))
		return 0;
	*day = days_month_day(r, year, month, mday);
	return at - i;
}

static size_t
skip_full_stop(const struct reading *r, size_t i)
{
	const struct token *t = token_at(r, i);

	return i + (t->kind == TOKEN_BREAK && !t->is_spaced && token_is_mark(r->tokens, t, '.') && i > 0 && token_is(token_at(r, i - 1), WORD_MONTH));
}

/* "25 on Nov 3": the number behind the month is its day, not the one before the "on". */
static bool
has_day_of_its_own(const struct reading *r, size_t link, size_t month)
{
	int mday;

	return token_is(token_at(r, link), WORD_WITH) && days_read_day_number(r, skip_full_stop(r, month + 1), &mday) > 0;
}

/* "Nov 30, 2024", "30th of November", "28. Dezember 2012" */
static size_t
read_month_name(const struct reading *r, size_t i, size_t reduced, day_t *day)
{
	const struct sense *month = token_sense(token_at(r, i), WORD_MONTH);
	size_t used, at;
	int mday;

	(void)reduced;
	if (month != NULL) {
		at = days_skip_links(r, skip_full_stop(r, i + 1));
		used = days_read_day_number(r, at, &mday);
		return used == 0 ? 0 : finish_month_day(r, i, at + used, month->value, mday, day);
	}
	used = days_read_day_number(r, i, &mday);
	if (used == 0)
		return 0;
	at = i + used;
	at += token_is(token_at(r, at), WORD_PREPOSITION);
	at = days_skip_links(r, at);
	month = token_sense(token_at(r, at), WORD_MONTH);
	if (month == NULL || has_day_of_its_own(r, i + used, at))
		return 0;
	return finish_month_day(r, i, skip_full_stop(r, at + 1), month->value, mday, day);
}

/* 2-Oct, Sep/23/2020, 2020-sep-1: two or three parts with the same mark between them. */
static size_t
read_dashed(const struct reading *r, size_t i, size_t reduced, day_t *day)
{
	int year = -1, mday = 0, month = 0;
	size_t at = i;

	(void)reduced;
	for (int part = 0; part < 3; part++) {
		const struct token *t = token_at(r, at), *mark = token_at(r, at + 1);
		const struct sense *s = token_sense(t, WORD_MONTH);

		if (s != NULL && month == 0)
			month = s->value;
		else if (is_year(t) && year == -1)
			year = (int)t->value;
		else if (is_whole(t, 1, 31) && mday == 0)
			mday = (int)t->value;
		else
			return 0;
		at++;
		if (part == 2 || mark->is_spaced || token_at(r, at + 1)->is_spaced ||
		    !(token_is_mark(r->tokens, mark, '-') || token_is_mark(r->tokens, mark, '/')))
			break;
		at++;
	}
	if (month == 0 || mday == 0 || at < i + 3)
		return 0;
	if (year != -1 ? !day_from_civil(year, month, mday, day) : !days_latest_month_day(r->today, month, mday, day))
		return 0;
	return at - i;
}

/* "24 12 2014", "2016 10 16" */
static size_t
read_blank_separated(const struct reading *r, size_t i, size_t reduced, day_t *day)
{
	const struct token *a = token_at(r, i), *b = token_at(r, i + 1), *c = token_at(r, i + 2);

	(void)reduced;
	if (a->is_in_words || !is_whole(b, 1, 12) || b->is_in_words || token_is(token_at(r, i + 3), WORD_CURRENCY))
		return 0;
	if (is_year(a) && is_whole(c, 1, 31) && c->end - c->begin == 2)
		return day_from_civil((int)a->value, (int)b->value, (int)c->value, day) ? 3 : 0;
	if (is_whole(a, 1, 31) && is_year(c) && c->end - c->begin == 4)
		return day_from_civil((int)c->value, (int)b->value, (int)a->value, day) ? 3 : 0;
	return 0;
}

static day_t
nth_weekday(int year, int month, int nth, int weekday)
{
	day_t first = 0, last = 0;

	(void)day_from_civil(year, month, 1, &first);
	(void)day_from_civil(year, month, day_month_length(year, month), &last);
	if (weekday == -1)
		return nth > 0 ? first + nth - 1 : last;
	if (nth < 0)
		return last - (day_weekday(last) - weekday + 7) % 7;
	return first + (weekday - day_weekday(first) + 7) % 7 + 7 * (nth - 1);
}

/* "of October 2015", "of last month", "of the month"; how many tokens. */
static size_t
read_month_of(const struct reading *r, size_t i, int *year, int *month)
{
	size_t at = days_skip_links(r, i), used;
	const struct sense *s = token_sense(token_at(r, at), WORD_MONTH);
	day_t day;
	int mday;

	if (s != NULL) {
		*month = s->value;
		at = skip_full_stop(r, at + 1);
		*year = read_year(r, &at);
		return at - i;
	}
	used = days_read_which_month(r, at, &day);
	if (used == 0 && at > i && token_is(token_at(r, at), WORD_PERIOD) && token_sense(token_at(r, at), WORD_PERIOD)->value == PERIOD_MONTH) {
		day = r->today;
		used = 1;
	}
	if (used == 0)
		return 0;
	day_to_civil(day, year, month, &mday);
	return at + used - i;
}

/* "third", "last"; 0 for none. */
static int
nth_of(const struct token *t)
{
	const struct sense *s = token_sense(t, WORD_NTH), *last = token_sense(t, WORD_LAST);

	if (s != NULL)
		return s->value <= 5 ? s->value : 0;
	if (t->kind == TOKEN_NUMBER && t->is_nth)
		return t->value <= 5 ? (int)t->value : 0;
	return last != NULL && last->value == -1 ? -1 : 0;
}

/* The weekday of "first Monday", -1 for "last day", -2 for neither. */
static int
weekday_of_nth(const struct token *t)
{
	const struct sense *weekday = token_sense(t, WORD_WEEKDAY), *period = token_sense(t, WORD_PERIOD);

	if (weekday != NULL)
		return weekday->value;
	return period != NULL && period->value == PERIOD_DAY ? -1 : -2;
}

static bool
nth_day(const struct reading *r, int year, int month, int nth, int weekday, day_t *day)
{
	int this_year, this_month, mday;

	day_to_civil(r->today, &this_year, &this_month, &mday);
	if (year != -1) {
		*day = nth_weekday(year, month, nth, weekday);
		return true;
	}
	*day = nth_weekday(this_year, month, nth, weekday);
	if (*day > r->today)
		*day = nth_weekday(this_year - 1, month, nth, weekday);
	return true;
}

/* "second Sunday": of this month, or of the last one while it is to come. */
static size_t
read_nth_of_this_month(const struct reading *r, int nth, int weekday, day_t *day)
{
	int year, month, mday;

	day_to_civil(r->today, &year, &month, &mday);
	*day = nth_weekday(year, month, nth, weekday);
	if (*day > r->today) {
		days_month_back(&year, &month);
		*day = nth_weekday(year, month, nth, weekday);
	}
	return 2;
}

/* "first Monday of last month", "last day of October 2015", 10月の第一水曜日 */
static size_t
read_nth_weekday(const struct reading *r, size_t i, size_t reduced, day_t *day)
{
	int nth = nth_of(token_at(r, i)), weekday, year, month;
	size_t at = i + 1, used;

	(void)reduced;
	if (nth != 0) {
		weekday = weekday_of_nth(token_at(r, at));
		used = weekday == -2 ? 0 : read_month_of(r, at + 1, &year, &month);
		if (used == 0 && weekday >= 0 && nth > 1 && token_sense(token_at(r, at + 1), WORD_LAST) == NULL)
			return read_nth_of_this_month(r, nth, weekday, day);
		return used > 0 && nth_day(r, year, month, nth, weekday, day) ? used + 2 : 0;
	}
	used = token_is(token_at(r, i), WORD_MONTH) || token_is(token_at(r, i), WORD_MONTHS) || token_is(token_at(r, i), WORD_LAST) ?
	    read_month_of(r, i, &year, &month) : 0;
	if (used == 0)
		return 0;
	at = days_skip_links(r, i + used);
	nth = nth_of(token_at(r, at));
	weekday = weekday_of_nth(token_at(r, at + 1));
	return nth != 0 && weekday != -2 && nth_day(r, year, month, nth, weekday, day) ? at + 2 - i : 0;
}

/* Three letters that are an ordinary word too count only next to what makes them a day. */
static bool
is_doubtful_weekday(const struct reading *r, size_t i, size_t reduced)
{
	const struct token *t = token_at(r, i), *next = token_at(r, i + 1), *before = reduced > 0 ? &r->tokens->at[reduced - 1] : &nothing;

	if (t->end - t->begin > 3 || !token_is_letters(r->tokens, t) || token_is(before, WORD_PREPOSITION))
		return false;
	return next->kind == TOKEN_TEXT || token_is(next, WORD_PREPOSITION) || token_is(next, WORD_BE) || before->kind == TOKEN_TEXT || t->end - t->begin < 3;
}

static day_t
weekday_near(const struct reading *r, bool is_by_week, int which, int weekday)
{
	day_t latest = r->today - (day_weekday(r->today) - weekday + 7) % 7;

	if (is_by_week || which >= 0)
		return days_day_of_week(r->today, which, weekday);
	return latest == r->today ? latest - 7 : latest;
}

/* "friday last week", "viernes de la próxima semana", "mittwoch vor zwei wochen" */
static size_t
read_weekday_of_week(const struct reading *r, size_t i, int weekday, day_t *day)
{
	size_t next = days_skip_links(r, i), used;
	struct lapse lapse;
	const struct sense *lead = token_sense(token_at(r, next), WORD_IN);
	int weeks;

	used = days_read_which_week(r, next, &weeks);
	if (used > 0) {
		*day = days_day_of_week(r->today, weeks, weekday);
		return next + used - i;
	}
	used = lead == NULL ? 0 : days_read_lapse(r, next + 1, &lapse);
	if (used < 2 || lapse.period[0] != PERIOD_WEEK)
		return 0;
	*day = days_day_of_week(r->today, lead->value * lapse.count[0], weekday);
	return next + 1 + used - i;
}

/* A Tuesday the 11th of next month, when the last one was long ago. */
static day_t
nearer_day(const struct reading *r, int mday, int weekday, day_t latest)
{
	day_t day = r->today;
	int year, month, d;

	if (latest >= r->today - NEAR_DAYS)
		return latest;
	for (int ahead = 1; ahead <= NEAR_DAYS; ahead++) {
		day_to_civil(++day, &year, &month, &d);
		if (d == mday && day_weekday(day) == weekday)
			return day;
	}
	return latest;
}

/* The number behind a weekday is the day's when it is marked as one, or when such a day was just now. */
static size_t
read_weekday_and_number(const struct reading *r, size_t i, int weekday, size_t reduced, day_t *day)
{
	size_t next = days_skip_links(r, days_skip_pause(r, i)), used;
	const struct token *n = token_at(r, next), *before = reduced > 0 ? &r->tokens->at[reduced - 1] : &nothing, *after;
	int mday;

	next += next == i && token_is(n, WORD_FILLER);
	used = days_read_day_number(r, next, &mday);
	after = token_at(r, next + used);
	if (used == 0 || !days_latest_day_of_month(r->today, mday, weekday, day))
		return 0;
	if (used > 1 || token_is(token_at(r, next), WORD_NTH) || token_at(r, next)->is_nth || (next > i && !token_is(token_at(r, i), WORD_FILLER)) ||
	    (next > i && token_is(token_at(r, next), WORD_NUMBER))) {
		*day = nearer_day(r, mday, weekday, *day);
		return next + used - i;
	}
	if (*day < r->today - NEAR_DAYS || before->kind == TOKEN_TEXT || token_is(before, WORD_THING) || token_is(after, WORD_CURRENCY) || token_is(after, WORD_UNIT))
		return 0;
	return r->tokens->chars->language == words_language((struct slice)SLICE_LITERAL("en")) ? 0 : next + used - i;
}

/* "last friday", "vendredi dernier", "on Tuesday", "Wed 13th", "Monday, Oct 26" */
static size_t
read_weekday(const struct reading *r, size_t i, size_t reduced, day_t *day)
{
	const struct sense *which = token_sense(token_at(r, i), WORD_LAST);
	size_t at = i + (which != NULL), next, used;
	const struct token *t = token_at(r, at);
	const struct sense *s = token_sense(t, WORD_WEEKDAY), *behind;

	if (s == NULL)
		return 0;
	behind = which == NULL ? token_sense(token_at(r, at + 1), WORD_LAST) : NULL;
	if (behind != NULL && days_read_which_week(r, at + 1, &(int){ 0 }) == 0 && !token_is(token_at(r, at + 2), WORD_WEEKDAY)) {
		*day = weekday_near(r, false, behind->value, s->value);
		return 2;
	}
	if (which != NULL && token_at(r, at + 1)->kind == TOKEN_DAY)
		return 0;
	if (which != NULL) {
		*day = weekday_near(r, !token_is_letters(r->tokens, t), which->value, s->value);
		return 2;
	}
	next = days_skip_links(r, days_skip_pause(r, skip_full_stop(r, at + 1)));
	used = read_month_name(r, next, reduced, day);
	if (used == 0)
		used = read_dashed(r, next, reduced, day);
	if (used > 0)
		return next + used - i;
	if (token_at(r, next)->kind == TOKEN_DAY || days_read_marked(r, next, reduced, day) > 0)
		return 0;
	used = read_weekday_of_week(r, at + 1, s->value, day);
	if (used > 0)
		return at + 1 + used - i;
	if (is_doubtful_weekday(r, i, reduced))
		return 0;
	used = read_weekday_and_number(r, at + 1, s->value, reduced, day);
	if (used > 0)
		return at + 1 + used - i;
	*day = r->today - (day_weekday(r->today) - s->value + 7) % 7;
	return 1;
}

/* "the 8th", "am 15.", "el 15" before what does not count by it */
static size_t
read_ordinal_day(const struct reading *r, size_t i, size_t reduced, day_t *day)
{
	const struct token *before = reduced > 0 ? &r->tokens->at[reduced - 1] : &nothing, *t = token_at(r, i), *after;
	size_t used;
	int mday;

	if (!token_is(before, WORD_FILLER) && !token_is(before, WORD_WITH) && !token_is(before, WORD_DAY_LEAD))
		return 0;
	used = days_read_day_number(r, i, &mday);
	after = token_at(r, i + used);
	if (used == 0 || after->kind == TOKEN_TEXT || after->kind == TOKEN_NUMBER || token_is(after, WORD_UNIT) || token_is(after, WORD_CURRENCY) ||
	    token_is(after, WORD_MAGNITUDE) || token_is(after, WORD_PERCENT))
		return 0;
	if ((used < 2 || t->kind != TOKEN_NUMBER) && (!token_is(before, WORD_DAY_LEAD) || token_is(after, WORD_THING)))
		return 0;
	return days_latest_day_of_month(r->today, mday, -1, day) ? used : 0;
}

size_t
days_read(const struct reading *r, size_t i, size_t reduced, day_t *day)
{
	static size_t (*const readers[])(const struct reading *, size_t, size_t, day_t *) = {
		days_read_day_word, days_read_ago, days_read_weekdays_ago, read_nth_weekday, days_read_week, days_read_months, days_read_years, read_weekday, days_read_marked,
		read_month_name, read_dashed, read_blank_separated, days_read_other_period, read_ordinal_day };
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
