/* SPDX-License-Identifier: MIT */
/* The seven scenarios of the performance report, with the counts of the original's load tests. */
#ifndef SCENARIOS_H
#define SCENARIOS_H

#include <stdbool.h>

#include "kinds.h"

enum { STAGES_MAX = 4 };

struct scenario {
	const char *name;
	const char *original;            /* the name of the original's test */
	const char *user;                /* its users are called this with their number behind */
	const char *description;         /* of an expense, before worker and number */
	const char *help;
	unsigned    stages[STAGES_MAX];  /* workers that run at the same time; most have one stage */
	unsigned    requests;            /* of each worker in each stage; 0: as many as there is time for */
	unsigned    seconds;             /* 0: until the requests are done */
	unsigned    users;               /* of worker g it is number g % users; 0: each request signs up a user of its own */
	unsigned    stored;              /* expenses that each user has before */
	unsigned    creates_of_ten;      /* of ten requests in a row the first so many create, the others list */
	unsigned    amount_cycle;        /* an expense costs 20 and the number of its request modulo this */
	double      least_success;       /* share of the requests that must succeed */
};

enum { SCENARIOS = 7 };
extern const struct scenario scenarios[SCENARIOS];

/* By either name, in any case; NULL when there is none. */
const struct scenario *scenario_find(const char *name);

/* The numbers as a run has them: shorter, or multiplied. */
struct scenario scenario_adapt(const struct scenario *scenario, bool is_short, unsigned scale);

/* Requests that it sends; 0 when only time bounds it. */
unsigned long scenario_requests(const struct scenario *scenario);

enum kind scenario_kind(const struct scenario *scenario, unsigned number);

/* The expense that a worker creates with its request of this number. */
void scenario_expense(const struct scenario *scenario, unsigned worker, unsigned number, struct expense_text *expense);

#endif
