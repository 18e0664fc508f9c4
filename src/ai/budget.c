/* SPDX-License-Identifier: MIT */
/* See budget.h. */
#include "config.h"

#include "budget.h"

#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>

#include "ai/provider/price.h"
#include "log.h"
#include "options.h"

enum { SETS = 8192, WAYS = 8 };        /* 65,536 users a day; memory that nobody touches is none */

struct spent {
	_Atomic uint64_t day;
	_Atomic uint64_t calls;
	_Atomic int64_t  cost_micros;
};

struct user_spent {
	_Atomic uint64_t whose;
	struct spent     spent;
};

struct budget {
	struct spent      all;
	_Atomic bool      is_resumed;
	struct user_spent users[SETS][WAYS];
};

/* --- limits ----------------------------------------------------------------------------------- */

static bool
read_cost(const char *name, const char *text, int64_t *micros, struct buf *errors)
{
	if (price_read_micros(slice_of(text), micros))
		return true;
	buf_printf(errors, "ai.%s: \"%s\" is no amount of money, as 2.50\n", name, text);
	return false;
}

bool
budget_limits_read(const struct options *options, struct budget_limits *limits, struct buf *errors)
{
	bool is_sound = true;

	*limits = (struct budget_limits){ .calls = options->ai_budget_calls, .calls_per_user = options->ai_budget_calls_per_user };
	is_sound &= read_cost("budget_cost", options->ai_budget_cost, &limits->cost_micros, errors);
	is_sound &= read_cost("budget_cost_per_user", options->ai_budget_cost_per_user, &limits->cost_per_user_micros, errors);
	if (!currency_parse(slice_of(options->ai_budget_currency), &limits->currency)) {
		buf_printf(errors, "ai.budget_currency: \"%s\" is no currency\n", options->ai_budget_currency);
		is_sound = false;
	}
	return is_sound;
}

/* --- the memory ------------------------------------------------------------------------------- */

struct budget *
budget_create(void)
{
	struct budget *budget = mmap(NULL, sizeof *budget, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (budget != MAP_FAILED)
		return budget;
	log_errno("make the shared memory of the budgets");
	return NULL;
}

void
budget_destroy(struct budget *budget)
{
	if (budget != NULL)
		munmap(budget, sizeof *budget);
}

/* A new day begins with nothing. */
static struct spent *
of_day(struct spent *spent, day_t today)
{
	uint64_t day = atomic_load(&spent->day);

	if (day != (uint64_t)today && atomic_compare_exchange_strong(&spent->day, &day, (uint64_t)today)) {
		atomic_store(&spent->calls, 0);
		atomic_store(&spent->cost_micros, 0);
	}
	return spent;
}

/* How much it would hurt to give this place to another one. */
static uint64_t
worth(struct user_spent *user, day_t today)
{
	return atomic_load(&user->spent.day) == (uint64_t)today ? atomic_load(&user->spent.calls) + 1 : 0;
}

static struct spent *
of_user(struct budget *budget, uint64_t whose, day_t today)
{
	struct user_spent *set = budget->users[whose % SETS];

	for (;;) {
		struct user_spent *least = &set[0];
		uint64_t before;

		for (int i = 0; i < WAYS; i++) {
			if (atomic_load(&set[i].whose) == whose)
				return of_day(&set[i].spent, today);
			if (worth(&set[i], today) < worth(least, today))
				least = &set[i];
		}
		before = atomic_load(&least->whose);
		if (!atomic_compare_exchange_strong(&least->whose, &before, whose))
			continue;
		atomic_store(&least->spent.day, 0);
		return of_day(&least->spent, today);
	}
}

/* --- counting --------------------------------------------------------------------------------- */

static bool
take(struct spent *spent, uint64_t calls_max, int64_t cost_max_micros)
{
	if (cost_max_micros > 0 && atomic_load(&spent->cost_micros) >= cost_max_micros)
		return false;
	if (atomic_fetch_add(&spent->calls, 1) < calls_max || calls_max == 0)
		return true;
	atomic_fetch_sub(&spent->calls, 1);
	return false;
}

bool
budget_take(struct budget *budget, const struct budget_limits *limits, uint64_t whose, day_t today)
{
	struct spent *user = of_user(budget, whose, today);

	if (!take(user, limits->calls_per_user, limits->cost_per_user_micros))
		return false;
	if (take(of_day(&budget->all, today), limits->calls, limits->cost_micros))
		return true;
	atomic_fetch_sub(&user->calls, 1);
	return false;
}

void
budget_spend(struct budget *budget, const struct budget_limits *limits, uint64_t whose, day_t today, struct currency currency,
    int64_t cost_micros)
{
	if (memcmp(&currency, &limits->currency, sizeof currency) != 0)
		return;
	atomic_fetch_add(&of_user(budget, whose, today)->cost_micros, cost_micros);
	atomic_fetch_add(&of_day(&budget->all, today)->cost_micros, cost_micros);
}

void
budget_resume(struct budget *budget, day_t today, const struct budget_used *used)
{
	struct spent *all = of_day(&budget->all, today);

	if (atomic_exchange(&budget->is_resumed, true))
		return;
	atomic_fetch_add(&all->calls, used->calls);
	atomic_fetch_add(&all->cost_micros, used->cost_micros);
}

struct budget_used
budget_used_in_all(struct budget *budget, day_t today)
{
	struct spent *all = of_day(&budget->all, today);

	return (struct budget_used){ atomic_load(&all->calls), atomic_load(&all->cost_micros) };
}
