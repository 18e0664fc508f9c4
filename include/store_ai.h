/* SPDX-License-Identifier: MIT */
/* What one user used of AI providers: each call as long as it is kept, and the sums of the months. */
#ifndef STORE_AI_H
#define STORE_AI_H

#include "store.h"

/* Calls of one ledger, the oldest first. */
struct own_call_query {
	day_t       after_day;         /* go on behind the call of this day (UTC) with this id ... */
	struct uuid after_id;          /* ... nil: from the first */
	unsigned    limit;             /* 1 to OWN_CALLS_MAX */
};

enum { OWN_CALLS_MAX = 100 };

struct own_call_callbacks {
	void (*on_call)(const struct ai_call *call, void *arg);
	/* has_more: there are calls behind the last one given. */
	void (*on_end)(enum status st, bool has_more, void *arg);
};

void store_list_own_calls(struct store *store, const struct ledger *ledger, const struct own_call_query *query,
    const struct own_call_callbacks *callbacks, void *arg);

struct ai_month_cost {
	day_t           month;         /* its first day */
	struct currency currency;
	struct ai_usage usage;
};

struct ai_month_callbacks {
	void (*on_month)(const struct ai_month_cost *cost, void *arg);
	void (*on_end)(enum status st, void *arg);
};

/* The sums of one ledger by month and currency, the oldest first. */
void store_list_ai_months(struct store *store, const struct ledger *ledger, const struct ai_month_callbacks *callbacks, void *arg);

#endif
