/* SPDX-License-Identifier: MIT */
/*
 * What providers may cost in a UTC day, in all and for each user: counted by all
 * AI workers together, in shared memory that the master makes before it forks.
 * It holds no lock, so that no death leaves it stuck; at midnight, or when more
 * users ask in a day than it has places for, some of what was spent may be
 * forgotten.  What other instances used is learnt by telling them what was used
 * here: shared.h does.
 */
#ifndef BUDGET_H
#define BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "day.h"
#include "money.h"

struct budget;
struct buf;
struct options;

/* 0: no limit. */
struct budget_limits {
	uint64_t        calls, calls_per_user;
	int64_t         cost_micros, cost_per_user_micros;
	struct currency currency;              /* calls that cost another one, or nobody knows what, count as calls only */
};

/* What was used on a day. */
struct budget_used {
	uint64_t calls;
	int64_t  cost_micros;
};

/* false: lines in errors say which option is none. */
bool budget_limits_read(const struct options *options, struct budget_limits *limits, struct buf *errors);

/* Shared with whoever is forked later; NULL after logging. */
struct budget *budget_create(void);
void budget_destroy(struct budget *budget);

/* Count a call of this user, unless that is too many, or too much is spent already. */
bool budget_take(struct budget *budget, const struct budget_limits *limits, uint64_t whose, day_t today);

/* The call cost that much. */
void budget_spend(struct budget *budget, const struct budget_limits *limits, uint64_t whose, day_t today, struct currency currency,
    int64_t cost_micros);

/* What had been used on this day before the daemon began; counts once. */
void budget_resume(struct budget *budget, day_t today, const struct budget_used *used);

struct budget_used budget_used_in_all(struct budget *budget, day_t today);

enum budget_number { BUDGET_CALLS, BUDGET_COST, BUDGET_NUMBERS };

/* One of the numbers that are counted. */
struct budget_key {
	bool               is_of_all;      /* else of one user: */
	uint64_t           whose;
	day_t              day;
	enum budget_number number;
};

/* What came to it here since it was last told, which may be less than nothing, and what all instances had then at least. */
struct budget_news {
	int64_t more, known;
};

/* To be told now; afterwards the total of all instances, or that nobody heard of it. */
struct budget_news budget_tell(struct budget *budget, const struct budget_key *key);
void budget_told(struct budget *budget, const struct budget_key *key, int64_t total);
void budget_not_told(struct budget *budget, const struct budget_key *key, int64_t more);

#endif
