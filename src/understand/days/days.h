/* SPDX-License-Identifier: MIT */
/*
 * Days as they are named: yesterday, 上週三, 3 days ago, 5/3, 12月24日.  A day
 * without its year, month or week is the latest one that is not in the future.
 */
#ifndef DAYS_H
#define DAYS_H

#include <stdbool.h>
#include <stddef.h>

#include "understand/text/tokens.h"

/* 2024-01-02, 5/3, 1/2/2024, 13.5.2015 at a position; false when there is no such day. */
bool days_read_numeric(const struct reading *r, const struct chars *chars, size_t at, size_t *end, day_t *day);

/*
 * What is written like a day and names none that exists ("2025-02-29", "2/30").
 * It is no amount either.
 */
bool days_skip_impossible(const struct chars *chars, size_t at, size_t *end);

/* The latest one that is not in the future; 29 February may be years ago. */
bool days_latest_month_day(day_t today, int month, int mday, day_t *out);

/* 10:30 */
bool days_read_clock(const struct chars *chars, size_t at, size_t *end);

/* What days_read sets for words that name a day which no year has: 2月30日, "Feb 30". */
#define DAY_IMPOSSIBLE INT32_MIN

/* How many tokens from i on name a day; 0 for none. */
size_t days_read(const struct reading *r, size_t i, size_t reduced, day_t *day);

/* The same for a time of day, which says nothing: 3點半, "at 10". */
size_t days_read_time(const struct reading *r, size_t i);

#endif
