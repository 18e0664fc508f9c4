/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include "ai/worker/breaker.h"

static void
fail_times(struct breaker *breaker, int count, int64_t now_ms)
{
	for (int i = 0; i < count; i++)
		breaker_failed(breaker, now_ms, 0);
}

static void
failures_in_a_row_stop_the_asking_and_others_do_not(void **state)
{
	struct breaker breaker = { 0 };

	(void)state;
	fail_times(&breaker, BREAKER_FAILURES - 1, 1000);
	assert_true(breaker_may_ask(&breaker, 1000, 500));
	breaker_succeeded(&breaker);
	fail_times(&breaker, BREAKER_FAILURES - 1, 1000);
	assert_true(breaker_may_ask(&breaker, 1000, 500));
	assert_true(breaker_failed(&breaker, 1000, 0));
	assert_false(breaker_may_ask(&breaker, 1000, 500));
	assert_false(breaker_failed(&breaker, 1000, 0));          /* told once */
}

static void
after_the_pause_one_asks_and_its_success_lets_all_ask(void **state)
{
	struct breaker breaker = { 0 };
	int64_t later = 1000 + BREAKER_PAUSE_MS;

	(void)state;
	assert_true(breaker_is_closed_at(&breaker, 1000));
	fail_times(&breaker, BREAKER_FAILURES, 1000);
	assert_false(breaker_is_closed_at(&breaker, later - 1));
	assert_true(breaker_is_closed_at(&breaker, later));
	assert_false(breaker_may_ask(&breaker, later - 1, 500));
	assert_true(breaker_may_ask(&breaker, later, 500));
	assert_false(breaker_may_ask(&breaker, later, 500));
	breaker_succeeded(&breaker);
	assert_true(breaker_may_ask(&breaker, later, 500));
	assert_true(breaker_may_ask(&breaker, later, 500));
}

static void
who_does_not_ask_after_all_leaves_it_to_the_next_one(void **state)
{
	struct breaker breaker = { 0 };
	int64_t later = 1000 + BREAKER_PAUSE_MS;

	(void)state;
	breaker_not_asked(&breaker, 1000, 500);
	assert_true(breaker_may_ask(&breaker, 1000, 500));
	fail_times(&breaker, BREAKER_FAILURES, 1000);
	breaker_not_asked(&breaker, 900, 500);                    /* it was told to before the failures */
	assert_false(breaker_may_ask(&breaker, later - 1, 500));
	assert_true(breaker_may_ask(&breaker, later, 500));
	breaker_not_asked(&breaker, later, 500);
	assert_true(breaker_may_ask(&breaker, later, 500));
	assert_false(breaker_may_ask(&breaker, later, 500));
}

static void
a_probe_that_fails_begins_another_pause(void **state)
{
	struct breaker breaker = { 0 };
	int64_t later = 1000 + BREAKER_PAUSE_MS;

	(void)state;
	fail_times(&breaker, BREAKER_FAILURES, 1000);
	assert_true(breaker_may_ask(&breaker, later, 500));
	breaker_failed(&breaker, later + 10, 0);
	assert_false(breaker_may_ask(&breaker, later + BREAKER_PAUSE_MS, 500));
	assert_true(breaker_may_ask(&breaker, later + 10 + BREAKER_PAUSE_MS, 500));
}

static void
a_probe_that_died_is_made_again(void **state)
{
	struct breaker breaker = { 0 };
	int64_t later = 1000 + BREAKER_PAUSE_MS;

	(void)state;
	fail_times(&breaker, BREAKER_FAILURES, 1000);
	assert_true(breaker_may_ask(&breaker, later, 500));
	assert_false(breaker_may_ask(&breaker, later + 499, 500));
	assert_true(breaker_may_ask(&breaker, later + 500, 500));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failures_in_a_row_stop_the_asking_and_others_do_not),
		cmocka_unit_test(after_the_pause_one_asks_and_its_success_lets_all_ask),
		cmocka_unit_test(who_does_not_ask_after_all_leaves_it_to_the_next_one),
		cmocka_unit_test(a_probe_that_fails_begins_another_pause),
		cmocka_unit_test(a_probe_that_died_is_made_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
