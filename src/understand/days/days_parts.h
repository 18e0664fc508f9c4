/* SPDX-License-Identifier: MIT */
/* What the readers of days share; not for others. */
#ifndef DAYS_PARTS_H
#define DAYS_PARTS_H

#include "days.h"

/* Behind the last token everything is a break. */
static const struct token nothing = { .kind = TOKEN_BREAK };

static inline const struct token *
token_at(const struct reading *r, size_t i)
{
	return i < r->tokens->count ? &r->tokens->at[i] : &nothing;
}

static inline bool
is_whole(const struct token *t, int64_t min, int64_t max)
{
	return t->kind == TOKEN_NUMBER && t->decimals == 0 && t->value >= min && t->value <= max;
}

static inline bool
is_year(const struct token *t)
{
	return is_whole(t, 1900, 2200);
}

enum { LAPSE_PARTS = 4 };

/* "3 weeks and 2 days": which way they go is told only behind them. */
struct lapse {
	enum period period[LAPSE_PARTS];
	int         count[LAPSE_PARTS];
};

/* The day of a month in a year, or with year -1 the latest one; DAY_IMPOSSIBLE when there is none. */
day_t days_month_day(const struct reading *r, int year, int month, int mday);

/* A reader answers how many tokens from i on it took, 0 for none; reduced is as in days_read. */
void days_month_back(int *year, int *month);
bool days_latest_day_of_month(day_t today, int mday, int weekday, day_t *out);
day_t days_day_of_week(day_t today, int weeks, int weekday);
size_t days_skip_pause(const struct reading *r, size_t i);
size_t days_skip_links(const struct reading *r, size_t i);
size_t days_read_day_word(const struct reading *r, size_t i, size_t reduced, day_t *day);
size_t days_read_which_week(const struct reading *r, size_t i, int *weeks);
size_t days_read_which_month(const struct reading *r, size_t i, day_t *day);
size_t days_read_week(const struct reading *r, size_t i, size_t reduced, day_t *day);
size_t days_read_months(const struct reading *r, size_t i, size_t reduced, day_t *day);
size_t days_read_other_period(const struct reading *r, size_t i, size_t reduced, day_t *day);
size_t days_read_marked(const struct reading *r, size_t i, size_t reduced, day_t *day);
size_t days_read_years(const struct reading *r, size_t i, size_t reduced, day_t *day);
size_t days_read_day_number(const struct reading *r, size_t i, int *mday);
size_t days_read_ago(const struct reading *r, size_t i, size_t reduced, day_t *day);
size_t days_read_weekdays_ago(const struct reading *r, size_t i, size_t reduced, day_t *day);
size_t days_read_lapse(const struct reading *r, size_t i, struct lapse *lapse);

#endif
