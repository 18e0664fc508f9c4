/* SPDX-License-Identifier: MIT */
/* What the handlers of the operator's metrics share: the range that is asked for, and sums by several keys. */
#ifndef METRICS_SUMS_H
#define METRICS_SUMS_H

#include "arena.h"
#include "api/expense/range.h"
#include "store.h"

struct json_out;

enum { METRICS_DAYS_MAX = 366, METRICS_DAYS = 30, CATEGORY_KEY_MAX = 24 };

/* The parameters from and to, by default the last METRICS_DAYS days in UTC.  false after answering. */
bool metrics_read_range(struct request *req, struct range *range);

/* The store that the handlers read. */
struct store *metrics_store(const struct request *req);

/* One sum. */
struct cell {
	day_t           period;
	struct currency currency;
	char            category[CATEGORY_KEY_MAX];
	money_wide_t    sum;
	int64_t         count;
};

/* Sums, one for each key once they are sorted. */
struct cells {
	struct arena *arena;
	struct cell  *list;
	size_t        count, capacity;
	bool          has_failed;      /* there was no memory */
};

void cells_add(struct cells *cells, const struct cell *cell);

/* By period, currency and category, those with the same key added up. */
void cells_sort(struct cells *cells);

/* Members "amount", "currency" and "count". */
void cell_write(struct json_out *out, const struct cell *cell);

/* A member that is an amount, or null when by is 0. */
void json_member_quotient(struct json_out *out, const char *key, money_wide_t sum, int64_t by, struct currency currency);

/* A member with 100 * part / whole to two decimals, rounded half to even; null when the whole is not above 0. */
void json_member_percent(struct json_out *out, const char *key, money_wide_t part, money_wide_t whole);

/*
 * Hundredths of a percent for each part, which add up to exactly 10000: what
 * rounding down leaves goes to those that lost most.  false when there is no
 * such thing: a part is below 0 or they add up to 0.
 */
bool percent_shares(const money_wide_t *parts, size_t count, int *shares);

/* A member with hundredths of a percent as "12.34". */
void json_member_hundredths(struct json_out *out, const char *key, money_wide_t hundredths);

#endif
