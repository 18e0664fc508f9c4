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

/* A number of a day.  What other instances say of it (shared.h) only makes it larger. */
struct tally {
	_Atomic int64_t count;
	_Atomic int64_t untold;        /* the part of it that they were not told */
	_Atomic int64_t known;         /* the largest that they said */
};

struct spent {
	_Atomic uint64_t day;
	struct tally     tallies[BUDGET_NUMBERS];
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

	if (day == (uint64_t)today || !atomic_compare_exchange_strong(&spent->day, &day, (uint64_t)today))
		return spent;
	for (int i = 0; i < BUDGET_NUMBERS; i++) {
		atomic_store(&spent->tallies[i].count, 0);
		atomic_store(&spent->tallies[i].untold, 0);
		atomic_store(&spent->tallies[i].known, 0);
	}
	return spent;
}

static int64_t
count_of(struct spent *spent, enum budget_number number)
{
	return atomic_load(&spent->tallies[number].count);
}

static void
raise(_Atomic int64_t *value, int64_t least)
{
	int64_t seen = atomic_load(value);

	while (seen < least && !atomic_compare_exchange_weak(value, &seen, least))
		;
}

/* How much it would hurt to give this place to another one. */
static uint64_t
worth(struct user_spent *user, day_t today)
{
	return atomic_load(&user->spent.day) == (uint64_t)today ? (uint64_t)count_of(&user->spent, BUDGET_CALLS) + 1 : 0;
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

/* What it was before. */
static int64_t
add(struct spent *spent, enum budget_number number, int64_t more)
{
	struct tally *tally = &spent->tallies[number];

	atomic_fetch_add(&tally->untold, more);
	return atomic_fetch_add(&tally->count, more);
}

static bool
take(struct spent *spent, uint64_t calls_max, int64_t cost_max_micros)
{
	if (cost_max_micros > 0 && count_of(spent, BUDGET_COST) >= cost_max_micros)
		return false;
	if ((uint64_t)add(spent, BUDGET_CALLS, 1) < calls_max || calls_max == 0)
		return true;
	add(spent, BUDGET_CALLS, -1);
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
	add(user, BUDGET_CALLS, -1);
	return false;
}

void
budget_spend(struct budget *budget, const struct budget_limits *limits, uint64_t whose, day_t today, struct currency currency,
    int64_t cost_micros)
{
	if (memcmp(&currency, &limits->currency, sizeof currency) != 0)
		return;
	add(of_user(budget, whose, today), BUDGET_COST, cost_micros);
	add(of_day(&budget->all, today), BUDGET_COST, cost_micros);
}

void
budget_resume(struct budget *budget, day_t today, const struct budget_used *used)
{
	const int64_t before[BUDGET_NUMBERS] = { [BUDGET_CALLS] = (int64_t)used->calls, [BUDGET_COST] = used->cost_micros };
	struct spent *all = of_day(&budget->all, today);

	if (atomic_exchange(&budget->is_resumed, true))
		return;
	for (int i = 0; i < BUDGET_NUMBERS; i++)
		raise(&all->tallies[i].count, before[i] + atomic_load(&all->tallies[i].untold));
}

struct budget_used
budget_used_in_all(struct budget *budget, day_t today)
{
	struct spent *all = of_day(&budget->all, today);

	return (struct budget_used){ (uint64_t)count_of(all, BUDGET_CALLS), count_of(all, BUDGET_COST) };
}

/* --- telling other instances ------------------------------------------------------------------- */

static struct tally *
find_tally(struct budget *budget, const struct budget_key *key)
{
	return &(key->is_of_all ? of_day(&budget->all, key->day) : of_user(budget, key->whose, key->day))->tallies[key->number];
}

struct budget_news
budget_tell(struct budget *budget, const struct budget_key *key)
{
	struct tally *tally = find_tally(budget, key);

	return (struct budget_news){ .more = atomic_exchange(&tally->untold, 0), .known = atomic_load(&tally->known) };
}

void
budget_told(struct budget *budget, const struct budget_key *key, int64_t total)
{
	struct tally *tally = find_tally(budget, key);

	raise(&tally->known, total);
	raise(&tally->count, total);
}

void
budget_not_told(struct budget *budget, const struct budget_key *key, int64_t more)
{
	atomic_fetch_add(&find_tally(budget, key)->untold, more);
}
