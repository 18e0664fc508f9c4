/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <unistd.h>

#include "keeper/alerts.h"
#include "keeper/keeper.h"

enum { HOLD_S = 10, LIMIT_S = 100 };

static struct options options;
static struct inherited in = { .options = &options };
static struct keeper keeper = { .in = &in };
static struct alerts *alerts;
static int64_t now_s = 1000;

static int
set_up(void **state)
{
	int fd;

	(void)state;
	if (!options_init(&options))
		return -1;
	options.alert_hold_s = HOLD_S;
	options.alert_queue_age_s = LIMIT_S;
	options.alert_disk_free = 0;
	in.segment = counters_create(2, &fd);
	close(fd);
	in.slot = counters_take_slot(in.segment);
	alerts = alerts_open(&keeper);
	return alerts != NULL ? 0 : -1;
}

static int
tear_down(void **state)
{
	(void)state;
	alerts_close(alerts);
	counters_destroy(in.segment, -1);
	options_fini(&options);
	return 0;
}

/* So long the queue is that old. */
static void
wait_with(unsigned age_s, int seconds)
{
	counter_set(&in.slot->counters.queue_oldest_ms, (uint64_t)age_s * 1000);
	for (int i = 0; i < seconds; i++)
		alerts_look(alerts, ++now_s * 1000);
}

static bool
is_raised(void)
{
	return in.slot->counters.alerts_active == 1;
}

static void
an_alert_is_raised_when_the_limit_was_passed_for_long_enough(void **state)
{
	(void)state;
	wait_with(LIMIT_S + 1, HOLD_S);
	assert_false(is_raised());
	wait_with(LIMIT_S + 1, 1);
	assert_true(is_raised());
	assert_int_equal(in.slot->counters.alerts_raised, 1);
}

static void
what_comes_and_goes_raises_and_clears_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++) {
		wait_with(LIMIT_S + 1, HOLD_S - 1);
		wait_with(LIMIT_S - 1, 1);
	}
	assert_false(is_raised());
	wait_with(LIMIT_S + 1, HOLD_S + 1);
	for (int i = 0; i < 5; i++) {
		wait_with(LIMIT_S - 1, HOLD_S - 1);
		wait_with(LIMIT_S + 1, 1);
	}
	assert_true(is_raised());
	assert_int_equal(in.slot->counters.alerts_raised, 1);
}

static void
an_alert_is_cleared_when_all_was_well_for_as_long(void **state)
{
	(void)state;
	wait_with(LIMIT_S + 1, HOLD_S + 1);
	wait_with(LIMIT_S, HOLD_S + 1);
	assert_false(is_raised());
}

static void
a_process_that_stalled_is_told_of_at_once(void **state)
{
	(void)state;
	counter_set(&in.slot->counters.children_killed_stalled, 1);
	wait_with(0, 1);
	assert_true(is_raised());
	wait_with(0, 60 + HOLD_S);
	assert_false(is_raised());
}

static void
a_limit_of_zero_is_none(void **state)
{
	(void)state;
	options.alert_queue_age_s = 0;
	wait_with(1000000, HOLD_S + 1);
	assert_false(is_raised());
}

/* What the keeper that died last counted is its slot's still, but for levels and states. */
static void
replace_the_keeper(void)
{
	alerts_close(alerts);
	counters_retire(in.slot);
	alerts = alerts_open(&keeper);
	assert_non_null(alerts);
}

static void
the_next_keeper_raises_nothing_again_and_clears_what_has_ended(void **state)
{
	(void)state;
	wait_with(LIMIT_S + 1, HOLD_S + 1);
	replace_the_keeper();
	wait_with(LIMIT_S + 1, 1);
	assert_true(is_raised());
	wait_with(LIMIT_S + 1, HOLD_S + 1);
	assert_int_equal(in.slot->counters.alerts_raised, 1);
	replace_the_keeper();
	wait_with(0, 2 * HOLD_S + 1);
	assert_false(is_raised());
}

static void
the_time_that_a_limit_is_passed_goes_on_over_the_death_of_a_keeper(void **state)
{
	(void)state;
	wait_with(LIMIT_S + 1, HOLD_S);
	replace_the_keeper();
	wait_with(LIMIT_S + 1, 1);
	assert_true(is_raised());
}

static void
the_next_keeper_clears_nothing_before_it_has_looked_at_the_queue(void **state)
{
	(void)state;
	options.alert_hold_s = 0;
	wait_with(LIMIT_S + 1, 1);
	replace_the_keeper();
	wait_with(0, 5);
	assert_true(is_raised());
	wait_with(LIMIT_S + 1, 60);
	assert_int_equal(in.slot->counters.alerts_raised, 1);
	wait_with(0, 1);
	assert_false(is_raised());
}

static void
the_next_keeper_tells_that_the_one_before_stalled(void **state)
{
	(void)state;
	wait_with(0, 1);
	counter_set(&in.slot->counters.children_killed_stalled, 1);
	replace_the_keeper();
	wait_with(0, 1);
	assert_true(is_raised());
}

static void
of_two_keepers_the_other_changes_something_only_when_the_first_looks_no_more(void **state)
{
	struct alert_memory *memory = &in.segment->alerts;

	(void)state;
	options.alert_hold_s = 0;
	memory->owner = getpid() + 1;
	for (int i = 0; i < 10; i++) {
		memory->looked_ms = now_s * 1000;
		wait_with(LIMIT_S + 1, 1);
	}
	assert_false(is_raised());
	wait_with(LIMIT_S + 1, 3);
	assert_true(is_raised());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_alert_is_raised_when_the_limit_was_passed_for_long_enough, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_comes_and_goes_raises_and_clears_nothing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_alert_is_cleared_when_all_was_well_for_as_long, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_process_that_stalled_is_told_of_at_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_limit_of_zero_is_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_next_keeper_raises_nothing_again_and_clears_what_has_ended, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_time_that_a_limit_is_passed_goes_on_over_the_death_of_a_keeper, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_next_keeper_clears_nothing_before_it_has_looked_at_the_queue, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_next_keeper_tells_that_the_one_before_stalled, set_up, tear_down),
		cmocka_unit_test_setup_teardown(of_two_keepers_the_other_changes_something_only_when_the_first_looks_no_more, set_up,
		    tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
