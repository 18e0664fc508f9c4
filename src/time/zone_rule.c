/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "zone_rule.h"

#include "day.h"

enum { DAY_S = 86400, HOUR_S = 3600, DEFAULT_CHANGE_S = 2 * HOUR_S };

struct cursor {
	const char *p, *end;
};

static bool
at(const struct cursor *c, char wanted)
{
	return c->p < c->end && *c->p == wanted;
}

static bool
take(struct cursor *c, char wanted)
{
	if (!at(c, wanted))
		return false;
	c->p++;
	return true;
}

static bool
take_number(struct cursor *c, int min, int max, int *out)
{
	const char *start = c->p;
	int n = 0;

	while (c->p < c->end && *c->p >= '0' && *c->p <= '9' && n <= max)
		n = n * 10 + (*c->p++ - '0');
	*out = n;
	return c->p > start && n >= min && n <= max;
}

/* [+-]hours[:minutes[:seconds]] */
static bool
take_time(struct cursor *c, int32_t *seconds)
{
	int hours, minutes = 0, rest = 0, sign = 1;

	if (take(c, '-'))
		sign = -1;
	else
		(void)take(c, '+');
	if (!take_number(c, 0, 167, &hours))
		return false;
	if (take(c, ':') && !take_number(c, 0, 59, &minutes))
		return false;
	if (take(c, ':') && !take_number(c, 0, 59, &rest))
		return false;
	*seconds = sign * (hours * HOUR_S + minutes * 60 + rest);
	return true;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "CET" or "<+0330>"; nobody asks for it. */
static bool
skip_name(struct cursor *c)
{
	const char *start = c->p;

	if (take(c, '<')) {
		while (c->p < c->end && *c->p != '>')
			c->p++;
		return take(c, '>');
	}
	while (c->p < c->end && is_letter(*c->p))
		c->p++;
	return c->p - start >= 3;
}

static bool
take_date(struct cursor *c, struct zone_change *out)
{
	if (take(c, 'J')) {
		out->form = ZONE_DATE_JULIAN;
		return take_number(c, 1, 365, &out->day);
	}
	if (!take(c, 'M')) {
		out->form = ZONE_DATE_ZERO_BASED;
		return take_number(c, 0, 365, &out->day);
	}
	out->form = ZONE_DATE_WEEKDAY;
	return take_number(c, 1, 12, &out->month) && take(c, '.') && take_number(c, 1, 5, &out->week) && take(c, '.') &&
	    take_number(c, 0, 6, &out->day);
}

static bool
take_change(struct cursor *c, struct zone_change *out)
{
	if (!take(c, ',') || !take_date(c, out))
		return false;
	out->time_s = DEFAULT_CHANGE_S;
	return !take(c, '/') || take_time(c, &out->time_s);
}

bool
zone_rule_parse(struct slice text, struct zone_rule *out)
{
	struct cursor c = { text.ptr, text.ptr + text.len };
	int32_t west;

	*out = (struct zone_rule){ 0 };
	if (text.len == 0 || !skip_name(&c) || !take_time(&c, &west))
		return false;
	out->offset_s = -west;
	if (c.p == c.end)
		return true;
	out->has_summer = true;
	out->summer_offset_s = out->offset_s + HOUR_S;
	if (!skip_name(&c))
		return false;
	if (!at(&c, ',')) {
		if (!take_time(&c, &west))
			return false;
		out->summer_offset_s = -west;
	}
	return take_change(&c, &out->to_summer) && take_change(&c, &out->to_standard) && c.p == c.end;
}

static day_t
nth_weekday(int year, const struct zone_change *change)
{
	day_t first = 0;
	int mday;

	(void)day_from_civil(year, change->month, 1, &first);
	mday = (change->day - (day_weekday(first) + 1) % 7 + 7) % 7 + (change->week - 1) * 7;
	if (mday >= day_month_length(year, change->month))
		mday -= 7;
	return first + mday;
}

static day_t
change_day(int year, const struct zone_change *change)
{
	day_t january = 0;

	if (change->form == ZONE_DATE_WEEKDAY)
		return nth_weekday(year, change);
	(void)day_from_civil(year, 1, 1, &january);
	if (change->form == ZONE_DATE_ZERO_BASED)
		return january + change->day;
	return january + change->day - 1 + (change->day > 59 && day_month_length(year, 2) == 29);
}

static int64_t
change_instant(int year, const struct zone_change *change, int32_t offset_before_s)
{
	return (int64_t)change_day(year, change) * DAY_S + change->time_s - offset_before_s;
}

static int
year_of(int64_t local_s)
{
	int64_t day = local_s / DAY_S - (local_s % DAY_S < 0);
	int year, month, mday;

	if (day < DAY_MIN)
		return 1900;
	day_to_civil(day > DAY_MAX ? DAY_MAX : (day_t)day, &year, &month, &mday);
	return year;
}

int32_t
zone_rule_offset(const struct zone_rule *rule, int64_t unix_s)
{
	int64_t to_summer, to_standard;
	bool is_summer;
	int year;

	if (!rule->has_summer)
		return rule->offset_s;
	year = year_of(unix_s + rule->offset_s);
	to_summer = change_instant(year, &rule->to_summer, rule->offset_s);
	to_standard = change_instant(year, &rule->to_standard, rule->summer_offset_s);
	if (to_summer < to_standard)
		is_summer = unix_s >= to_summer && unix_s < to_standard;
	else
		is_summer = unix_s >= to_summer || unix_s < to_standard;
	return is_summer ? rule->summer_offset_s : rule->offset_s;
}
