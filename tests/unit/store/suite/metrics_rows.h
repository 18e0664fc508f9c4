/* SPDX-License-Identifier: MIT */
/* What the cases about metrics, and about calls of AI providers, have in common: metrics.c. */
#ifndef METRICS_ROWS_H
#define METRICS_ROWS_H

#include "store_suite.h"

enum { TODAY = 20780, DAY_MS = 86400000, ROWS_MAX = 600 };

struct rows {
	struct suite          *s;
	enum status            st;
	struct day_metrics     days[8];               /* TODAY - 4 to TODAY + 3 */
	struct expense_metrics expenses[ROWS_MAX];
	size_t                 expense_count;
	struct ai_metrics      ai[16], models[16];
	size_t                 ai_count, model_count;
	struct ai_user_cost    users[16];
	size_t                 user_count;
};

/* Of all users; texts are in the suite's arena. */
struct rows *metrics_rows(struct suite *s);

/* The users of today's month with the highest cost in USD. */
struct rows *metrics_top_users(struct suite *s, unsigned limit);

/* Noon of a day. */
int64_t metrics_ms(day_t day);

/* A call of today with 100 tokens of input and 20 of output, in USD; it is not listed. */
struct ai_cost metrics_cost(int64_t micros, const char *operation);
enum status metrics_add_cost(struct suite *s, const char *user, const struct ai_cost *cost);

#endif
