/* SPDX-License-Identifier: MIT */
/* A range of days in a query: the parameters from and to, both included. */
#ifndef RANGE_H
#define RANGE_H

#include "day.h"
#include "http/request.h"

struct json_out;

struct range {
	day_t from, to;
};

/* false after answering that it ends before it begins. */
bool range_check(struct request *req, const struct range *range);

/* The month of a day. */
day_t range_month_begin(day_t day);
day_t range_month_end(day_t day);

/* Members "from" and "to". */
void range_write(struct json_out *out, const struct range *range);

/* "2026-11", "2026-W48" (ISO 8601); writes at most DAY_TEXT_LEN bytes and returns how many. */
size_t range_format_month(day_t day, char *out);
size_t range_format_week(day_t day, char *out);

#endif
