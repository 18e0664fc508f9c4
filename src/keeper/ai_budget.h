/* SPDX-License-Identifier: MIT */
/* What AI providers may still cost today, when the daemon is started anew. */
#ifndef AI_BUDGET_H
#define AI_BUDGET_H

struct ai_shared;
struct options;
struct store;

/* Let the budget begin with what the store knows of this day; the first time only. */
void ai_budget_resume(const struct ai_shared *shared, const struct options *options, struct store *store);

#endif
