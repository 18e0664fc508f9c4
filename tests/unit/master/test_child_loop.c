/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <event2/event.h>
#include <fcntl.h>
#include <unistd.h>

#include "clock.h"
#include "master/child_loop.h"

enum { LONG_NS = 8000000 };          /* more than what counts as a stall */

static void
work_long_and_end(evutil_socket_t fd, short what, void *arg)
{
	int64_t until_ns = clock_mono_ns() + LONG_NS;

	(void)fd, (void)what;
	while (clock_mono_ns() < until_ns)
		continue;
	child_loop_end(arg, 7);
}

/* A loop that is called once, works long in that turn and ends. */
static void
run_a_long_turn(struct process_slot *slot, bool waits_for_disk)
{
	struct timeval soon = { .tv_usec = 1000 };
	int life[2], null = open("/dev/null", O_WRONLY);
	struct inherited in = { .slot = slot, .status_fd = null };
	struct child_loop loop;

	assert_int_equal(pipe(life), 0);
	in.life_fd = life[0];
	assert_true(child_loop_init(&loop, &in, NULL, NULL));
	loop.waits_for_disk = waits_for_disk;
	assert_int_equal(event_base_once(loop.base, -1, EV_TIMEOUT, work_long_and_end, &loop, &soon), 0);
	child_loop_ready(&loop);
	assert_int_equal(child_loop_run(&loop), 7);
	child_loop_fini(&loop);
	close(life[0]);
	close(life[1]);
	close(null);
}

static void
a_long_turn_is_counted_with_all_of_its_time(void **state)
{
	struct process_slot slot = { 0 };

	(void)state;
	run_a_long_turn(&slot, false);
	assert_true(slot.counters.loop_stall_ns_total >= LONG_NS);
	assert_true(slot.counters.loop_turn_peak_us >= LONG_NS / 1000);
}

static void
the_turns_of_a_writer_are_not_counted(void **state)
{
	struct process_slot slot = { 0 };

	(void)state;
	run_a_long_turn(&slot, true);
	assert_int_equal(slot.counters.loop_stall_ns_total, 0);
	assert_int_equal(slot.counters.loop_turn_peak_us, 0);
}

static void
a_turn_begins_with_the_first_reading_of_the_clock(void **state)
{
	int64_t start_ns, end_ns, turn_ns;

	(void)state;
	clock_turn_ns();
	assert_int_equal(clock_turn_ns(), 0);
	start_ns = clock_mono_ns();
	while ((end_ns = clock_mono_ns()) == start_ns)
		continue;
	turn_ns = clock_turn_ns();
	assert_true(turn_ns >= end_ns - start_ns);
	assert_int_equal(clock_turn_ns(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_long_turn_is_counted_with_all_of_its_time),
		cmocka_unit_test(the_turns_of_a_writer_are_not_counted),
		cmocka_unit_test(a_turn_begins_with_the_first_reading_of_the_clock),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
