/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "counters.h"

static uint64_t
value(const char *name, const struct process_slot *slots, size_t count)
{
	const struct counter_row *row = counter_find(name);

	assert_non_null(row);
	return counter_read(row, slots, count);
}

static void
totals_and_levels_are_summed_over_the_processes(void **state)
{
	struct process_slot slots[3] = { 0 };

	(void)state;
	counter_add(&slots[0].counters.http_requests, 5);
	counter_add(&slots[2].counters.http_requests, 7);
	counter_add(&slots[1].counters.http_in_flight, 4);
	counter_sub(&slots[1].counters.http_in_flight, 1);
	assert_int_equal(value("http_requests", slots, 3), 12);
	assert_int_equal(value("http_in_flight", slots, 3), 3);
}

static void
a_peak_is_that_of_the_largest_process(void **state)
{
	struct process_slot slots[2] = { 0 };

	(void)state;
	counter_peak(&slots[0].counters.store_write_peak_us, 7);
	counter_peak(&slots[1].counters.store_write_peak_us, 9);
	counter_peak(&slots[1].counters.store_write_peak_us, 8);
	assert_int_equal(value("store_write_peak_us", slots, 2), 9);
}

/* As during an upgrade, when two keepers look at one store. */
static void
what_two_processes_see_of_the_whole_counts_once(void **state)
{
	struct process_slot slots[2] = { 0 };

	(void)state;
	counter_set(&slots[0].counters.queue_messages, 7);
	counter_set(&slots[1].counters.queue_messages, 7);
	assert_int_equal(value("queue_messages", slots, 2), 7);
	counters_retire(&slots[0]);
	counters_retire(&slots[1]);
	assert_int_equal(value("queue_messages", slots, 2), 0);
}

static void
a_floor_is_that_of_the_smallest_process_that_has_one(void **state)
{
	static const struct counter_row row = { "x", "", COUNTER_FLOOR, offsetof(struct counters, http_requests) };
	struct process_slot slots[3] = { 0 };

	(void)state;
	assert_int_equal(counter_read(&row, slots, 3), 0);
	counter_floor(&slots[1].counters.http_requests, 30);
	counter_floor(&slots[1].counters.http_requests, 40);
	assert_int_equal(counter_read(&row, slots, 3), 30);
	counter_floor(&slots[2].counters.http_requests, 0);
	assert_int_equal(counter_read(&row, slots, 3), 1);
}

static void
a_dead_process_leaves_its_totals_and_takes_its_levels(void **state)
{
	struct process_slot slot = { .pid = 12, .heartbeat_ms = 5, .txn_started_ms = 6, .stage = STAGE_WRITING };

	(void)state;
	counter_add(&slot.counters.http_requests, 5);
	counter_add(&slot.counters.http_in_flight, 5);
	counter_peak(&slot.counters.store_batch_peak, 5);
	operation_record(&slot.counters, OPERATION_total, 100, true);
	counters_retire(&slot);
	assert_int_equal(value("http_requests", &slot, 1), 5);
	assert_int_equal(value("http_in_flight", &slot, 1), 0);
	assert_int_equal(value("store_batch_peak", &slot, 1), 5);
	assert_int_equal(operation_read(OPERATION_total, &slot, 1, 1).total_requests, 1);
	assert_int_equal(slot.pid + slot.heartbeat_ms + slot.txn_started_ms + slot.stage, 0);
}

static void
operations_are_summed_and_what_follows_is_computed(void **state)
{
	struct process_slot slots[2] = { 0 };
	struct operation_totals totals;

	(void)state;
	operation_record(&slots[0].counters, OPERATION_create_expense, 300, true);
	operation_record(&slots[1].counters, OPERATION_create_expense, 100, true);
	operation_record(&slots[1].counters, OPERATION_create_expense, 200, true);
	operation_record(&slots[1].counters, OPERATION_create_expense, 400, false);
	totals = operation_read(OPERATION_create_expense, slots, 2, 2000);
	assert_int_equal(totals.total_requests, 4);
	assert_int_equal(totals.success_requests, 3);
	assert_int_equal(totals.failed_requests, 1);
	assert_int_equal(totals.min_duration_ns, 100);
	assert_int_equal(totals.max_duration_ns, 400);
	assert_int_equal(totals.average_duration_ns, 250);
	assert_true(totals.success_rate == 0.75);
	assert_true(totals.requests_per_second == 2.0);
}

static void
an_operation_that_never_happened_is_all_zero(void **state)
{
	static const struct operation_totals none;
	struct process_slot slot = { 0 };
	struct operation_totals totals = operation_read(OPERATION_get_expenses, &slot, 1, 0);

	(void)state;
	assert_memory_equal(&totals, &none, sizeof none);
}

/* Their share of all values lies at or below it, and it is at most a sixteenth too large. */
static void
quantiles_are_within_a_sixteenth_over_all_processes(void **state)
{
	static struct process_slot slots[2];
	struct distribution_totals totals;

	(void)state;
	memset(slots, 0, sizeof slots);
	for (uint64_t us = 1; us <= 1000; us++)
		distribution_record(&slots[us % 2].counters, DISTRIBUTION_store_commit_ns, us * 1000);
	distribution_read(DISTRIBUTION_store_commit_ns, slots, 2, &totals);
	assert_int_equal(totals.count, 1000);
	assert_int_equal(totals.sum, 500500000);
	assert_in_range(totals.quantiles.p50, 500000, 500000 * 17 / 16);
	assert_in_range(totals.quantiles.p90, 900000, 900000 * 17 / 16);
	assert_in_range(totals.quantiles.p95, 950000, 1000000);
	assert_in_range(totals.quantiles.p99, 990000, 1000000);
	assert_in_range(totals.quantiles.p99_9, 999000, 1000000);
	assert_int_equal(totals.max, 1000000);
}

static void
a_value_beyond_the_cells_is_known_by_the_largest(void **state)
{
	static struct process_slot slot;
	struct distribution_totals totals;

	(void)state;
	distribution_record(&slot.counters, DISTRIBUTION_store_commit_ns, UINT64_C(1) << 50);
	distribution_read(DISTRIBUTION_store_commit_ns, &slot, 1, &totals);
	assert_int_equal(totals.quantiles.p50, UINT64_C(1) << 50);
}

static void
slots_are_given_out_until_there_is_none_and_again_when_one_is_free(void **state)
{
	struct counter_segment *segment;
	struct process_slot *slots[3];
	int fd;

	(void)state;
	segment = counters_create(3, &fd);
	assert_non_null(segment);
	for (int i = 0; i < 3; i++)
		slots[i] = counters_take_slot(segment);
	assert_int_equal((uintptr_t)slots[1] % 64, 0);
	assert_null(counters_take_slot(segment));
	counters_release_slot(slots[1]);
	assert_ptr_equal(counters_take_slot(segment), slots[1]);
	assert_int_equal(segment->used, 3);
	counters_destroy(segment, fd);
}

static void
what_a_child_counts_is_seen_by_its_parent(void **state)
{
	struct counter_segment *segment;
	struct process_slot *slot;
	int fd, status;
	pid_t pid;

	(void)state;
	segment = counters_create(1, &fd);
	slot = counters_take_slot(segment);
	pid = fork();
	if (pid == 0) {
		counter_add(&slot->counters.http_requests, 3);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(value("http_requests", segment->slots, segment->used), 3);
	counters_destroy(segment, fd);
}

/* A daemon that takes over from one of another version has its own tables. */
static void
counters_of_another_form_begin_anew(void **state)
{
	int fd, copy;
	struct counter_segment *segment = counters_create(2, &fd), *same;

	(void)state;
	assert_non_null(segment);
	counter_add(&segment->slots[0].counters.http_requests, 5);
	copy = dup(fd);
	same = counters_adopt(&copy);
	assert_non_null(same);
	assert_int_equal(same->slots[0].counters.http_requests, 5);
	counters_destroy(same, copy);
	segment->version++;
	copy = dup(fd);
	assert_null(counters_adopt(&copy));
	assert_int_equal(copy, -1);
	segment->version--;
	segment->capacity++;
	copy = dup(fd);
	assert_null(counters_adopt(&copy));
	segment->capacity--;
	counters_destroy(segment, -1);
	assert_int_equal(ftruncate(fd, 1), 0);
	assert_null(counters_adopt(&fd));
	assert_int_equal(fd, -1);
	assert_null(counters_adopt(&fd));
}

static void
without_a_descriptor_there_are_no_counters(void **state)
{
	struct rlimit before, none;
	int fd;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_null(counters_create(2, &fd));
	assert_int_equal(fd, -1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

static void
a_name_without_a_row_is_not_found(void **state)
{
	(void)state;
	assert_null(counter_find("http_request"));
	assert_null(counter_find(""));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(totals_and_levels_are_summed_over_the_processes),
		cmocka_unit_test(a_peak_is_that_of_the_largest_process),
		cmocka_unit_test(what_two_processes_see_of_the_whole_counts_once),
		cmocka_unit_test(a_floor_is_that_of_the_smallest_process_that_has_one),
		cmocka_unit_test(a_dead_process_leaves_its_totals_and_takes_its_levels),
		cmocka_unit_test(operations_are_summed_and_what_follows_is_computed),
		cmocka_unit_test(an_operation_that_never_happened_is_all_zero),
		cmocka_unit_test(quantiles_are_within_a_sixteenth_over_all_processes),
		cmocka_unit_test(a_value_beyond_the_cells_is_known_by_the_largest),
		cmocka_unit_test(slots_are_given_out_until_there_is_none_and_again_when_one_is_free),
		cmocka_unit_test(what_a_child_counts_is_seen_by_its_parent),
		cmocka_unit_test(counters_of_another_form_begin_anew),
		cmocka_unit_test(without_a_descriptor_there_are_no_counters),
		cmocka_unit_test(a_name_without_a_row_is_not_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
