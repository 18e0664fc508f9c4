/* SPDX-License-Identifier: MIT */
/* See ai_budget.h. */
#include "config.h"

#include "ai_budget.h"

#include "ai/ai_shared.h"
#include "ai/budget.h"
#include "clock.h"
#include "log.h"
#include "options.h"
#include "store.h"

enum { MS_PER_DAY = 86400000 };

struct reading {
	struct currency    currency;
	struct budget_used used;
};

static void
on_ai_cost(const struct ai_metrics *row, void *arg)
{
	struct reading *reading = arg;

	reading->used.calls += (uint64_t)row->usage.calls;
	if (memcmp(&row->currency, &reading->currency, sizeof row->currency) == 0)
		reading->used.cost_micros += row->usage.cost_micros;
}

static void
on_end(enum status st, void *arg)
{
	(void)arg;
	if (st != ST_OK)
		log_warn("what providers cost today cannot be read, and the budgets begin anew: %s", status_title(st));
}

void
ai_budget_resume(const struct ai_shared *shared, const struct options *options, struct store *store)
{
	static const struct metrics_callbacks callbacks = { .on_ai_cost = on_ai_cost, .on_end = on_end };
	day_t today = (day_t)(clock_wall_ms() / MS_PER_DAY);
	struct reading reading = { .used = { 0, 0 } };

	currency_parse(slice_of(options->ai_budget_currency), &reading.currency);
	store_list_metrics(store, today, today, &callbacks, &reading);
	budget_resume(shared->budget, today, &reading.used);
}
