/* SPDX-License-Identifier: MIT */
/* Days in questions: numbers, dates, months, names of periods; see question_parts.h. */
#include "config.h"

#include "question_parts.h"

/* 0 to 9, or -1. */
static int
han_digit(uint16_t c)
{
	static const uint16_t digits[] = u"〇一二三四五六七八九";

	if (c == u'兩' || c == u'两')
		return 2;
	for (int i = 0; i < 10; i++)
		if (digits[i] == c)
			return i;
	return -1;
}

/* 三, 十二, 三十, 二十八: up to 99. */
static bool
read_han_number(const struct reader *r, size_t *at, int *number)
{
	size_t i = *at;
	int digit = i < r->end ? han_digit(r->chars->folded[i]) : -1;
	bool has_tens;

	*number = digit < 0 ? 0 : digit;
	i += digit >= 0;
	has_tens = i < r->end && r->chars->folded[i] == u'十';
	if (has_tens) {
		*number = digit < 0 ? 10 : digit * 10;
		digit = ++i < r->end ? han_digit(r->chars->folded[i]) : -1;
		*number += digit < 0 ? 0 : digit;
		i += digit >= 0;
	}
	has_tens = i > *at;
	*at = i;
	return has_tens;
}

bool
question_read_number(const struct reader *r, size_t *at, int *number)
{
	size_t i = *at;

	while (i < r->end && r->chars->folded[i] == ' ')
		i++;
	*at = i;
	if (i < r->end && !char_is_digit(r->chars->folded[i]))
		return read_han_number(r, at, number);
	*number = 0;
	while (i < r->end && char_is_digit(r->chars->folded[i]) && i - *at < 4)
		*number = *number * 10 + r->chars->folded[i++] - '0';
	if (i == *at || (i < r->end && char_is_digit(r->chars->folded[i])))
		return false;
	*at = i;
	return true;
}

void
question_add_range(struct reader *r, day_t from, day_t to)
{
	if (r->range_count == 0) {
		r->from = from;
		r->to = to;
	} else {
		r->other_from = from;
		r->other_to = to;
	}
	r->range_count++;
	if (r->range_count > 2)
		r->is_bad = true;
	r->is_name_over = r->name_end > r->name_begin;
}

/* A whole year, month or day; month and day may be 0. */
static bool
add_date(struct reader *r, int year, int month, int mday)
{
	day_t from, to;
	bool is_sound;

	if (mday > 0) {
		is_sound = day_from_civil(year, month, mday, &from);
		to = from;
	} else if (month > 0) {
		is_sound = day_from_civil(year, month, 1, &from);
		to = is_sound ? from + day_month_length(year, month) - 1 : 0;
	} else {
		is_sound = day_from_civil(year, 1, 1, &from) && day_from_civil(year, 12, 31, &to);
	}
	if (is_sound)
		question_add_range(r, from, to);
	return is_sound;
}

/* Without a year it is the last one that there was. */
static bool
add_date_of_late(struct reader *r, int month, int mday)
{
	int year, this_month, this_mday;
	bool is_to_come;

	day_to_civil(r->today, &year, &this_month, &this_mday);
	is_to_come = month > this_month || (month == this_month && mday > this_mday);
	return add_date(r, is_to_come ? year - 1 : year, month, mday);
}

static bool
is_separator(const struct reader *r, size_t at)
{
	uint16_t c = at < r->end ? r->chars->folded[at] : 0;

	return c == '-' || c == '/' || c == '.';
}

/* 2026-11-03, 2026/11, 11/3. */
static bool
read_separated(struct reader *r, size_t at, int first)
{
	int second, third = 0;
	bool has_third;

	at++;
	if (!question_read_number(r, &at, &second))
		return false;
	has_third = is_separator(r, at) && question_read_number(r, &(size_t){ at + 1 }, &third);
	if (has_third) {
		at++;
		question_read_number(r, &at, &third);
	}
	r->at = at;
	if (first >= 1000)
		return add_date(r, first, second, third);
	return !has_third && add_date_of_late(r, first, second);
}

/* The 15日 of 11月1日到15日. */
static bool
add_day_of_month(struct reader *r, int mday)
{
	int year, month, unused;

	day_to_civil(r->from, &year, &month, &unused);
	return add_date(r, year, month, mday);
}

/* 2026年, 2026年11月, 11月3日: from the number that was read. */
static bool
read_marked(struct reader *r, size_t at, int number)
{
	int year = 0, month, mday = 0;
	size_t behind, next;

	if (question_word_of_kind(r, at, YEAR_MARK, &behind) != NULL) {
		year = number;
		r->at = next = behind;
		if (!question_read_number(r, &next, &number) || question_word_of_kind(r, next, MONTH_MARK, &behind) == NULL)
			return add_date(r, year, 0, 0);
		at = next;
	}
	if (r->range_count == 1 && r->from == r->to && question_word_of_kind(r, at, DAY_MARK, &behind) != NULL) {
		r->at = behind;
		return add_day_of_month(r, number);
	}
	if (question_word_of_kind(r, at, MONTH_MARK, &behind) == NULL)
		return false;
	month = number;
	r->at = next = behind;
	if (question_read_number(r, &next, &number) && question_word_of_kind(r, next, DAY_MARK, &behind) != NULL) {
		mday = number;
		r->at = behind;
	}
	return year > 0 ? add_date(r, year, month, mday) : add_date_of_late(r, month, mday);
}

/* "1 Nov", "1 Nov 2026": from the number that was read. */
static bool
read_day_and_month(struct reader *r, size_t at, int mday)
{
	size_t behind, next;
	const struct word *month = question_word_of_kind(r, at, MONTH, &behind);
	int year;

	if (month == NULL)
		return false;
	r->at = next = behind;
	if (!question_read_number(r, &next, &year) || year < 1900)
		return add_date_of_late(r, month->value, mday);
	r->at = next;
	return add_date(r, year, month->value, mday);
}

bool
question_read_date(struct reader *r)
{
	size_t at = r->at;
	int number;

	if (!question_read_number(r, &at, &number))
		return false;
	if (is_separator(r, at))
		return read_separated(r, at, number);
	if (read_marked(r, at, number) || read_day_and_month(r, at, number))
		return true;
	if (!r->is_year_next || number < 1900)
		return false;
	r->at = at;
	return add_date(r, number, 0, 0);
}

bool
question_read_month(struct reader *r, int month, size_t behind)
{
	size_t next = behind;
	int number;

	r->at = behind;
	if (!question_read_number(r, &next, &number))
		return add_date_of_late(r, month, 0);
	r->at = next;
	return number >= 1900 ? add_date(r, number, month, 0) : add_date_of_late(r, month, number);
}

bool
question_read_past(struct reader *r, size_t behind, bool may_stand_alone)
{
	const struct word *unit;
	size_t at = behind;
	int number;
	bool has_number = question_read_number(r, &at, &number) && number > 0;

	r->at = has_number ? at : behind;
	unit = question_word_of_kind(r, r->at, UNIT, &at);
	if (unit != NULL) {
		r->at = at;
		question_add_range(r, r->today - (has_number ? number : 1) * unit->value + 1, r->today);
		return true;
	}
	r->asked |= 1U << NOUN;
	if (!has_number && question_word_of_kind(r, r->at, ONE, &at) != NULL) {
		r->at = at;
		r->limit = 1;
		return true;
	}
	if (has_number)
		r->limit = (unsigned)number;
	return has_number || may_stand_alone;
}

/* The value says which one: 0 to 6 the last Monday to Sunday that there was, from 7 on that of last week, from 14 on before today. */
void
question_add_weekday(struct reader *r, int value)
{
	day_t monday = r->today - day_weekday(r->today), day = monday + value % 7;

	if (value >= 14)
		day -= day >= r->today ? 7 : 0;
	else if (value >= 7 || day > r->today)
		day -= 7;
	question_add_range(r, day, day);
}

void
question_period(enum period_name name, day_t today, day_t *from, day_t *to)
{
	int year, month, mday;
	day_t monday = today - day_weekday(today);

	day_to_civil(today, &year, &month, &mday);
	*from = *to = today;
	switch (name) {
	case PERIOD_TODAY:
		break;
	case PERIOD_YESTERDAY:
		*from = *to = today - 1;
		break;
	case PERIOD_BEFORE_YESTERDAY:
		*from = *to = today - 2;
		break;
	case PERIOD_THIS_WEEK:
		*from = monday;
		*to = monday + 6;
		break;
	case PERIOD_LAST_WEEK:
		*from = monday - 7;
		*to = monday - 1;
		break;
	case PERIOD_LAST_MONTH:
		*to = today - mday;
		*from = *to - (month == 1 ? day_month_length(year - 1, 12) : day_month_length(year, month - 1)) + 1;
		break;
	case PERIOD_THIS_MONTH:
		*from = today - mday + 1;
		*to = *from + day_month_length(year, month) - 1;
		break;
	case PERIOD_THIS_YEAR:
	case PERIOD_LAST_YEAR:
		year -= name == PERIOD_LAST_YEAR;
		day_from_civil(year, 1, 1, from);
		day_from_civil(year, 12, 31, to);
		break;
	case PERIOD_EVER:
		*from = DAY_MIN;
		*to = DAY_MAX;
		break;
	}
}
