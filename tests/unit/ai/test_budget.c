/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ai/budget.h"
#include "options.h"

enum { TODAY = 20784 };

static const struct currency usd = { "USD" };

static int
setup(void **state)
{
	*state = budget_create();
	return *state == NULL;
}

static int
teardown(void **state)
{
	budget_destroy(*state);
	return 0;
}

static unsigned
take_up_to(struct budget *budget, const struct budget_limits *limits, uint64_t whose, day_t day, unsigned count)
{
	unsigned taken = 0;

	while (count-- > 0)
		taken += budget_take(budget, limits, whose, day);
	return taken;
}

static void
without_limits_every_call_may_be_made(void **state)
{
	static const struct budget_limits none = { .currency = { "USD" } };

	assert_int_equal(take_up_to(*state, &none, 1, TODAY, 1000), 1000);
	assert_int_equal(budget_used_in_all(*state, TODAY).calls, 1000);
}

static void
calls_beyond_a_user_s_are_refused_and_take_nothing_from_others(void **state)
{
	static const struct budget_limits limits = { .calls = 5, .calls_per_user = 3, .currency = { "USD" } };

	assert_int_equal(take_up_to(*state, &limits, 1, TODAY, 10), 3);
	assert_int_equal(take_up_to(*state, &limits, 2, TODAY, 10), 2);          /* what is left in all */
	assert_int_equal(take_up_to(*state, &limits, 3, TODAY, 10), 0);
	assert_int_equal(budget_used_in_all(*state, TODAY).calls, 5);
}

static void
a_new_day_has_a_new_budget(void **state)
{
	static const struct budget_limits limits = { .calls = 4, .calls_per_user = 2, .currency = { "USD" } };

	assert_int_equal(take_up_to(*state, &limits, 1, TODAY, 10), 2);
	assert_int_equal(take_up_to(*state, &limits, 1, TODAY + 1, 10), 2);
	assert_int_equal(budget_used_in_all(*state, TODAY + 1).calls, 2);
}

static void
what_was_spent_ends_the_asking(void **state)
{
	static const struct budget_limits limits = { .cost_micros = 1000, .cost_per_user_micros = 600, .currency = { "USD" } };
	static const struct currency twd = { "TWD" };

	assert_true(budget_take(*state, &limits, 1, TODAY));
	budget_spend(*state, &limits, 1, TODAY, twd, 5000);
	budget_spend(*state, &limits, 1, TODAY, usd, 599);
	assert_true(budget_take(*state, &limits, 1, TODAY));
	budget_spend(*state, &limits, 1, TODAY, usd, 1);
	assert_false(budget_take(*state, &limits, 1, TODAY));
	assert_true(budget_take(*state, &limits, 2, TODAY));
	budget_spend(*state, &limits, 2, TODAY, usd, 400);
	assert_false(budget_take(*state, &limits, 3, TODAY));
}

static void
what_was_used_before_a_start_counts_once(void **state)
{
	static const struct budget_limits limits = { .calls = 10, .currency = { "USD" } };
	const struct budget_used used = { 7, 70 };

	budget_resume(*state, TODAY, &used);
	budget_resume(*state, TODAY, &used);
	assert_int_equal(take_up_to(*state, &limits, 1, TODAY, 10), 3);
	assert_int_equal(budget_used_in_all(*state, TODAY).cost_micros, 70);
}

static void
processes_together_take_no_more_than_there_is(void **state)
{
	static const struct budget_limits limits = { .calls = 5000, .calls_per_user = 1000, .currency = { "USD" } };
	pid_t pids[3];
	int status;

	for (int i = 0; i < 3; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			for (uint64_t whose = 0; whose < 20; whose++)
				take_up_to(*state, &limits, whose, TODAY, 600);
			_exit(0);
		}
	}
	for (int i = 0; i < 3; i++)
		waitpid(pids[i], &status, 0);
	assert_int_equal(budget_used_in_all(*state, TODAY).calls, 5000);
}

static void
more_users_than_there_are_places_do_no_harm(void **state)
{
	static const struct budget_limits limits = { .calls_per_user = 2, .currency = { "USD" } };

	assert_int_equal(take_up_to(*state, &limits, 5, TODAY, 3), 2);
	for (uint64_t i = 1; i <= 100; i++)              /* all of the same set */
		assert_true(budget_take(*state, &limits, 5 + i * 8192, TODAY));
	assert_false(budget_take(*state, &limits, 5, TODAY));    /* who used most is remembered longest */
}

static void
limits_are_read_from_the_options(void **state)
{
	struct options options;
	struct budget_limits limits;
	struct buf errors = BUF_INIT;

	(void)state;
	assert_true(options_init(&options));
	assert_true(budget_limits_read(&options, &limits, &errors));
	assert_int_equal(limits.cost_micros, 0);
	assert_true(options_override(&options, "ai.budget_cost=2.5", &errors));
	assert_true(budget_limits_read(&options, &limits, &errors));
	assert_int_equal(limits.cost_micros, 2500000);
	assert_true(options_override(&options, "ai.budget_cost_per_user=-1", &errors));
	assert_false(budget_limits_read(&options, &limits, &errors));
	assert_true(errors.len > 0);
	buf_fini(&errors);
	options_fini(&options);
}

/* As between two instances, with what Redis has as one number. */
static int64_t
tell(struct budget *budget, const struct budget_key *key, int64_t *all)
{
	struct budget_news news = budget_tell(budget, key);

	*all = (*all > news.known ? *all : news.known) + news.more;
	budget_told(budget, key, *all);
	return *all;
}

static void
instances_count_together_and_what_is_lost_between_them_comes_back(void **state)
{
	static const struct budget_limits limits = { .calls = 10, .currency = { "USD" } };
	const struct budget_key calls = { .is_of_all = true, .day = TODAY, .number = BUDGET_CALLS };
	struct budget *other = budget_create();
	int64_t all = 0;

	assert_int_equal(take_up_to(*state, &limits, 1, TODAY, 4), 4);
	assert_int_equal(tell(*state, &calls, &all), 4);
	assert_int_equal(take_up_to(other, &limits, 2, TODAY, 3), 3);
	assert_int_equal(tell(other, &calls, &all), 7);
	assert_int_equal(budget_used_in_all(other, TODAY).calls, 7);
	all = 0;                                         /* it was lost */
	assert_int_equal(take_up_to(*state, &limits, 1, TODAY, 1), 1);
	assert_int_equal(tell(*state, &calls, &all), 5);
	assert_int_equal(take_up_to(other, &limits, 2, TODAY, 10), 3);
	assert_int_equal(tell(other, &calls, &all), 10);
	assert_int_equal(tell(*state, &calls, &all), 10);
	assert_int_equal(take_up_to(*state, &limits, 1, TODAY, 10), 0);
	budget_destroy(other);
}

static void
what_nobody_heard_is_told_again(void **state)
{
	static const struct budget_limits none = { .currency = { "USD" } };
	const struct budget_key calls = { .whose = 1, .day = TODAY, .number = BUDGET_CALLS };
	struct budget_news news;

	take_up_to(*state, &none, 1, TODAY, 4);
	news = budget_tell(*state, &calls);
	assert_int_equal(news.more, 4);
	assert_int_equal(budget_tell(*state, &calls).more, 0);
	budget_not_told(*state, &calls, news.more);
	assert_int_equal(budget_tell(*state, &calls).more, 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_limits_every_call_may_be_made, setup, teardown),
		cmocka_unit_test_setup_teardown(calls_beyond_a_user_s_are_refused_and_take_nothing_from_others, setup, teardown),
		cmocka_unit_test_setup_teardown(a_new_day_has_a_new_budget, setup, teardown),
		cmocka_unit_test_setup_teardown(what_was_spent_ends_the_asking, setup, teardown),
		cmocka_unit_test_setup_teardown(what_was_used_before_a_start_counts_once, setup, teardown),
		cmocka_unit_test_setup_teardown(processes_together_take_no_more_than_there_is, setup, teardown),
		cmocka_unit_test_setup_teardown(instances_count_together_and_what_is_lost_between_them_comes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(what_nobody_heard_is_told_again, setup, teardown),
		cmocka_unit_test_setup_teardown(more_users_than_there_are_places_do_no_harm, setup, teardown),
		cmocka_unit_test(limits_are_read_from_the_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
