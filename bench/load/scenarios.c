/* SPDX-License-Identifier: MIT */
/* See scenarios.h. */
#include "config.h"

#include "scenarios.h"

#include <stdio.h>
#include <strings.h>

const struct scenario scenarios[SCENARIOS] = {
	{ .name = "signups", .original = "TestLoadConcurrentSignups", .user = "load_user", .description = "",
	  .help = "first contacts of new users", .stages = { 50 }, .requests = 20, .least_success = 1 },
	{ .name = "creation", .original = "TestLoadConcurrentExpenseCreation", .user = "load_test_user", .description = "Expense",
	  .help = "expenses of one user", .stages = { 30 }, .requests = 15, .users = 1, .creates_of_ten = 10,
	  .amount_cycle = 1000000, .least_success = 1 },
	{ .name = "retrieval", .original = "TestLoadConcurrentRetrieval", .user = "retrieval_user", .description = "Stored",
	  .help = "lists of all of one user's 500 expenses", .stages = { 40 }, .requests = 25, .users = 1, .stored = 500, .amount_cycle = 1,
	  .least_success = 1 },
	{ .name = "mixed", .original = "TestLoadConcurrentMixedOperations", .user = "mixed_user", .description = "Mixed",
	  .help = "60 % creates and 40 % lists of 5 users", .stages = { 30 }, .requests = 40, .users = 5, .creates_of_ten = 6,
	  .amount_cycle = 30, .least_success = 0.99 },
	{ .name = "stress", .original = "TestLoadConcurrentStress", .user = "stress_user", .description = "Stress",
	  .help = "creates of 10 users at high concurrency", .stages = { 100 }, .requests = 10, .users = 10, .creates_of_ten = 10,
	  .amount_cycle = 1, .least_success = 0.98 },
	{ .name = "ramp-up", .original = "TestLoadRampUp", .user = "rampup_user", .description = "RampUp",
	  .help = "creates of one user, more workers in each stage", .stages = { 5, 10, 20, 50 }, .requests = 10, .users = 1,
	  .creates_of_ten = 10, .amount_cycle = 1, .least_success = 0.98 },
	{ .name = "sustained", .original = "TestLoadSustainedLoad", .user = "sustained_user", .description = "Sustained",
	  .help = "creates of 5 users for a while", .stages = { 20 }, .seconds = 5, .users = 5, .creates_of_ten = 10,
	  .amount_cycle = 1, .least_success = 0.99 },
};

const struct scenario *
scenario_find(const char *name)
{
	for (unsigned i = 0; i < SCENARIOS; i++)
		if (strcasecmp(name, scenarios[i].name) == 0 || strcasecmp(name, scenarios[i].original) == 0)
			return &scenarios[i];
	return NULL;
}

struct scenario
scenario_adapt(const struct scenario *scenario, bool is_short, unsigned scale)
{
	struct scenario adapted = *scenario;

	if (is_short) {
		adapted.requests = (scenario->requests + 4) / 5;
		adapted.seconds = scenario->seconds > 0 ? 2 : 0;
		adapted.stored = scenario->stored / 5;
	}
	adapted.requests *= scale;
	adapted.seconds *= scale;
	return adapted;
}

unsigned long
scenario_requests(const struct scenario *scenario)
{
	unsigned long workers = 0;

	for (unsigned i = 0; i < STAGES_MAX; i++)
		workers += scenario->stages[i];
	return workers * scenario->requests;
}

enum kind
scenario_kind(const struct scenario *scenario, unsigned number)
{
	if (scenario->users == 0)
		return KIND_SIGN_UP;
	return number % 10 < scenario->creates_of_ten ? KIND_CREATE : KIND_LIST;
}

void
scenario_expense(const struct scenario *scenario, unsigned worker, unsigned number, struct expense_text *expense)
{
	snprintf(expense->description, sizeof expense->description, "%s_%u_%u", scenario->description, worker, number);
	snprintf(expense->amount, sizeof expense->amount, "%u.00", 20 + number % scenario->amount_cycle);
}
