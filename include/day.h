/* SPDX-License-Identifier: MIT */
/*
 * A day of the proleptic Gregorian calendar, without a time or a zone: the
 * number of days since 1970-01-01.
 */
#ifndef DAY_H
#define DAY_H

#include <stdbool.h>
#include <stdint.h>

#include "slice.h"

typedef int32_t day_t;

enum {
	DAY_MIN = -25567,          /* 1900-01-01 */
	DAY_MAX = 2932896,         /* 9999-12-31 */
	DAY_TEXT_LEN = 10          /* "2026-11-23" */
};

/* False when there is no such day ("2025-02-29") or it is outside DAY_MIN to DAY_MAX. */
bool day_from_civil(int year, int month, int day, day_t *out);

void day_to_civil(day_t day, int *year, int *month, int *mday);

/* Monday is 0, Sunday is 6. */
int day_weekday(day_t day);

int day_month_length(int year, int month);

/* Exactly YYYY-MM-DD; false for anything else and for a day that does not exist. */
bool day_parse(struct slice text, day_t *out);

/* Writes DAY_TEXT_LEN bytes and no NUL. */
void day_format(day_t day, char *out);

#endif
