/* SPDX-License-Identifier: MIT */
/* Days told from today or by their own number: yesterday, last week, 先月, 3 days ago. */
#include "config.h"

#include "days_parts.h"

#include "understand/amounts/number_words.h"

enum { MONTHS_BACK = 48, LINKS_MAX = 3, COUNT_MAX = 999 };

void
days_month_back(int *year, int *month)
{
	if (--*month == 0) {
		*month = 12;
		--*year;
	}
}

/* The latest day of that number, and of that weekday unless it is -1. */
bool
days_latest_day_of_month(day_t today, int mday, int weekday, day_t *out)
{
	int year, month, d;

	day_to_civil(today, &year, &month, &d);
	for (int back = 0; back < MONTHS_BACK; back++, days_month_back(&year, &month))
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

day_t
days_day_of_week(day_t today, int weeks, int weekday)
{
	return today - day_weekday(today) + 7 * weeks + weekday;
}

size_t
days_skip_pause(const struct reading *r, size_t i)
{
	return i + (token_at(r, i)->kind == TOKEN_PAUSE);
}

/* Articles and prepositions between the parts of a date: "of the", "del", "im". */
size_t
days_skip_links(const struct reading *r, size_t i)
{
	size_t at = i;

	while (at < i + LINKS_MAX && (token_is(token_at(r, at), WORD_DAY_OF) || token_is(token_at(r, at), WORD_PARTICLE)))
		at++;
	return at;
}

size_t
days_read_day_word(const struct reading *r, size_t i, size_t reduced, day_t *day)
{
	const struct sense *s = token_sense(token_at(r, i), WORD_DAY);

	(void)reduced;
	if (s == NULL)
		return 0;
	*day = r->today + s->value;
	return 1u + token_is(token_at(r, i + 1), WORD_PART_OF_DAY);
}

/* "last", and the period behind or before it: "letzte Woche", "semana pasada"; how many tokens. */
static size_t
read_last_period(const struct reading *r, size_t i, enum period *period, int *count)
{
	const struct sense *last = token_sense(token_at(r, i), WORD_LAST), *s;

	s = token_sense(token_at(r, i + (last != NULL)), WORD_PERIOD);
	if (last == NULL && s != NULL)
		last = token_sense(token_at(r, i + 1), WORD_LAST);
	if (last == NULL || s == NULL)
		return 0;
	*period = (enum period)s->value;
	*count = last->value;
	return 2;
}

/* A week that is not this one, or this one: how many tokens. */
size_t
days_read_which_week(const struct reading *r, size_t i, int *weeks)
{
	const struct sense *s = token_sense(token_at(r, i), WORD_WEEK);
	enum period period;
	size_t used;

	if (s != NULL) {
		*weeks = s->value;
		return 1;
	}
	used = read_last_period(r, i, &period, weeks);
	return used > 0 && period == PERIOD_WEEK ? used : 0;
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

size_t
days_read_week(const struct reading *r, size_t i, size_t reduced, day_t *day)
{
	int weekday, weeks;
	size_t used = days_read_which_week(r, i, &weeks), next;

	(void)reduced;
	if (used == 0)
		return 0;
	next = days_skip_links(r, days_skip_pause(r, i + used));
	weekday = weekday_behind_week(r, next);
	*day = weekday == -1 ? r->today + 7 * weeks : days_day_of_week(r->today, weeks, weekday);
	return weekday == -1 ? used : next + 1 - i;
}

/* N日, N號: two tokens. */
static bool
is_marked_day(const struct reading *r, size_t i)
{
	return is_whole(token_at(r, i), 1, 31) && token_is(token_at(r, i + 1), WORD_DAY_MARK) && !token_at(r, i + 1)->is_spaced;
}

/* 先月, "last month", "el mes pasado": months from this one, or of a year; how many tokens. */
size_t
days_read_which_month(const struct reading *r, size_t i, day_t *day)
{
	const struct sense *s = token_sense(token_at(r, i), WORD_MONTHS);
	enum period period;
	int count;
	size_t used;

	if (s != NULL) {
		*day = add_months(r->today, s->value);
		return 1;
	}
	used = read_last_period(r, i, &period, &count);
	if (used == 0 || period != PERIOD_MONTH)
		return 0;
	*day = add_months(r->today, count);
	return used;
}

size_t
days_read_months(const struct reading *r, size_t i, size_t reduced, day_t *day)
{
	size_t used = days_read_which_month(r, i, day), next = days_skip_links(r, i + used);
	int year, month, mday;

	(void)reduced;
	if (used == 0)
		return 0;
	day_to_civil(*day, &year, &month, &mday);
	if (is_marked_day(r, next) && day_from_civil(year, month, (int)token_at(r, next)->value, day))
		return next + 2 - i;
	return used;
}

/* "letztes Jahr", "jour suivant" */
size_t
days_read_other_period(const struct reading *r, size_t i, size_t reduced, day_t *day)
{
	enum period period;
	int count;
	size_t used = read_last_period(r, i, &period, &count);

	(void)reduced;
	if (used == 0 || period == PERIOD_MINUTE)
		return 0;
	*day = add_periods(r->today, period, count);
	return used;
}

day_t
days_month_day(const struct reading *r, int year, int month, int mday)
{
	day_t day;

	if (year == -1 ? days_latest_month_day(r->today, month, mday, &day) : day_from_civil(year, month, mday, &day))
		return day;
	return DAY_IMPOSSIBLE;
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
	*day = days_month_day(r, year, (int)month->value, (int)mday->value);
	return 4;
}

size_t
days_read_marked(const struct reading *r, size_t i, size_t reduced, day_t *day)
{
	size_t used;

	(void)reduced;
	if (is_year(token_at(r, i)) && token_is(token_at(r, i + 1), WORD_YEAR_MARK)) {
		used = read_marked_month(r, i + 2, (int)token_at(r, i)->value, day);
		return used == 0 ? 0 : used + 2;
	}
	used = read_marked_month(r, i, -1, day);
	if (used == 0 && is_marked_day(r, i) && days_latest_day_of_month(r->today, (int)token_at(r, i)->value, -1, day))
		return 2;
	return used;
}

size_t
days_read_years(const struct reading *r, size_t i, size_t reduced, day_t *day)
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

/* 8, "8th", "8.", "third", "twenty third", "veintiuno": the day of a month and how many tokens; 0 for none. */
size_t
days_read_day_number(const struct reading *r, size_t i, int *mday)
{
	const struct token *t = token_at(r, i), *next = token_at(r, i + 1);
	const struct sense *tens = token_sense(t, WORD_NUMBER), *s;
	struct token n = { 0 };
	size_t at = i, used;

	if (t->kind == TOKEN_NUMBER && t->decimals == 0 && t->value >= 1 && t->value <= 31) {
		*mday = (int)t->value;
		return 1u + (!next->is_spaced && (token_is(next, WORD_ORDINAL) || (next->kind == TOKEN_BREAK && token_is_mark(r->tokens, next, '.') &&
		    token_is(token_at(r, i + 2), WORD_MONTH))));
	}
	if (t->sense == 0)
		return 0;
	at += tens != NULL && (tens->value == 20 || tens->value == 30);
	s = token_sense(token_at(r, at), WORD_NTH);
	if (s != NULL && (at == i || s->value <= 9)) {
		*mday = s->value + (at > i ? tens->value : 0);
		return *mday <= 31 ? at + 1 - i : 0;
	}
	used = tens == NULL || tens->value == 1 ? 0 : number_words_read(r, i, false, &n);
	*mday = (int)(n.value <= 31 ? n.value : 0);
	return *mday > 0 && n.decimals == 0 ? used : 0;
}

/* How many of what: 3, 三, "a", "two"; 0 for none. */
static size_t
read_count(const struct reading *r, size_t i, int *count)
{
	const struct token *t = token_at(r, i);
	struct token n = { 0 };
	size_t used;

	*count = 0;
	if (t->kind == TOKEN_NUMBER && is_whole(t, 1, COUNT_MAX)) {
		*count = (int)t->value;
		return 1;
	}
	used = t->sense == 0 || !token_is(t, WORD_NUMBER) ? 0 : number_words_read(r, i, false, &n);
	if (used == 0 || n.decimals > 0 || n.value < 1 || n.value > COUNT_MAX)
		return 0;
	*count = (int)n.value;
	return used;
}


size_t
days_read_lapse(const struct reading *r, size_t i, struct lapse *lapse)
{
	size_t at = i, used, k = 0;

	*lapse = (struct lapse){ { PERIOD_DAY }, { 0 } };
	for (; k < LAPSE_PARTS; k++) {
		size_t from = k > 0 && (token_is(token_at(r, at), WORD_JOIN) || token_is(token_at(r, at), WORD_NUMBER_JOIN)) ? at + 1 : at;
		const struct sense *period;

		used = read_count(r, from, &lapse->count[k]);
		if (used == 0 && k == 0 && token_is(token_at(r, from), WORD_PERIOD) && !token_is(token_at(r, from), WORD_DAY_MARK))
			lapse->count[k] = 1;                                  /* "неделю назад" */
		period = token_sense(token_at(r, from + used), WORD_PERIOD);
		if (lapse->count[k] == 0 || period == NULL) {
			lapse->count[k] = 0;
			break;
		}
		lapse->period[k] = (enum period)period->value;
		at = from + used + 1;
	}
	return k == 0 ? 0 : at - i;
}

static day_t
add_lapse(day_t day, const struct lapse *lapse, int direction)
{
	for (size_t k = 0; k < LAPSE_PARTS && lapse->count[k] > 0; k++)
		day = add_periods(day, lapse->period[k], direction * lapse->count[k]);
	return day;
}

/* "from tomorrow", "before yesterday" behind the lapse. */
static size_t
read_base(const struct reading *r, size_t at, const struct lapse *lapse, day_t *day)
{
	const struct sense *from = token_sense(token_at(r, at), WORD_FROM), *base = token_sense(token_at(r, at + 1), WORD_DAY);

	if (from != NULL && token_at(r, at + 1)->kind == TOKEN_DAY) {
		*day = add_lapse((day_t)token_at(r, at + 1)->value, lapse, from->value);
		return 2;
	}
	if (from == NULL || base == NULL)
		return 0;
	*day = add_lapse(r->today + base->value, lapse, from->value);
	return 2;
}

size_t
days_read_ago(const struct reading *r, size_t i, size_t reduced, day_t *day)
{
	const struct sense *lead = token_sense(token_at(r, i), WORD_IN), *ago;
	size_t at = i + (lead != NULL), used, more;
	struct lapse lapse;

	(void)reduced;
	used = days_read_lapse(r, at, &lapse);
	if (used == 0)
		return 0;
	at += used;
	more = read_base(r, at, &lapse, day);
	if (more > 0)
		return at + more - i;
	ago = token_sense(token_at(r, at), WORD_AGO);
	if (ago != NULL) {
		*day = add_lapse(r->today, &lapse, ago->value);
		return at + 1 - i;
	}
	if (lead == NULL || (lead->value > 0 && lapse.period[0] == PERIOD_YEAR) || (used == 1 && lapse.count[0] == 1))
		return 0;
	*day = add_lapse(r->today, &lapse, lead->value);
	return at - i;
}

/* "2 thursdays ago" */
size_t
days_read_weekdays_ago(const struct reading *r, size_t i, size_t reduced, day_t *day)
{
	int count;
	size_t used = token_at(r, i)->kind == TOKEN_NUMBER || token_is(token_at(r, i), WORD_NUMBER) ? read_count(r, i, &count) : 0;
	const struct sense *weekday, *ago;
	int back;

	(void)reduced;
	if (used == 0)
		return 0;
	weekday = token_sense(token_at(r, i + used), WORD_WEEKDAY);
	ago = token_sense(token_at(r, i + used + 1), WORD_AGO);
	if (weekday == NULL || ago == NULL || count > 60)
		return 0;
	back = (day_weekday(r->today) - weekday->value + 7) % 7;
	*day = ago->value < 0 ? r->today - (back == 0 ? 7 : back) - 7 * (count - 1) : r->today - back + 7 * count;
	return used + 2;
}
