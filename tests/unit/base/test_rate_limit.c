/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rate_limit.h"
#include "siphash.h"

enum { BYTES = 65536, SECOND_US = 1000000 };

static const struct rate ten_a_second = { 10, 1000 };

static int
setup(void **state)
{
	*state = rate_table_create(BYTES);
	return *state == NULL;
}

static int
teardown(void **state)
{
	rate_table_destroy(*state);
	return 0;
}

static unsigned
take_all(struct rate_table *table, const struct rate *rate, uint64_t key, uint64_t now_us)
{
	unsigned taken = 0;

	while (taken < 1000 && rate_take(table, rate, key, now_us).is_allowed)
		taken++;
	return taken;
}

static void
a_burst_is_allowed_and_then_one_for_each_interval(void **state)
{
	uint64_t key = rate_key(*state, 0, "a", 1), now_us = 5 * SECOND_US;

	assert_int_equal(take_all(*state, &ten_a_second, key, now_us), 10);
	assert_int_equal(take_all(*state, &ten_a_second, key, now_us + 87000), 0);
	assert_int_equal(take_all(*state, &ten_a_second, key, now_us + 100000), 1);
	assert_int_equal(take_all(*state, &ten_a_second, key, now_us + 450000), 3);
	assert_int_equal(take_all(*state, &ten_a_second, key, now_us + 60 * (uint64_t)SECOND_US), 10);
}

static void
the_state_says_what_is_left_and_when_more_is_allowed(void **state)
{
	uint64_t key = rate_key(*state, 0, "a", 1), now_us = 5 * SECOND_US;
	struct rate_state s = rate_take(*state, &ten_a_second, key, now_us);

	assert_int_equal(s.limit, 10);
	assert_int_equal(s.remaining, 9);
	assert_int_equal(s.full_ms, 100);
	assert_int_equal(s.retry_ms, 0);
	take_all(*state, &ten_a_second, key, now_us);
	s = rate_take(*state, &ten_a_second, key, now_us + 30000);
	assert_false(s.is_allowed);
	assert_int_equal(s.remaining, 0);
	assert_int_equal(s.full_ms, 970);
	assert_int_equal(s.retry_ms, 58);      /* it is allowed an eighth of an interval early */
}

static void
requests_that_are_out_of_order_are_counted_all_the_same(void **state)
{
	uint64_t key = rate_key(*state, 0, "a", 1), now_us = 90 * (uint64_t)SECOND_US;

	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(rate_take(*state, &ten_a_second, key, now_us - 100 * i).remaining, 9 - i);
	assert_int_equal(take_all(*state, &ten_a_second, key, now_us), 0);
	assert_int_equal(take_all(*state, &ten_a_second, key, now_us - 30 * (uint64_t)SECOND_US), 0);
}

static void
looking_counts_nothing(void **state)
{
	uint64_t key = rate_key(*state, 0, "a", 1), now_us = 5 * SECOND_US;

	for (int i = 0; i < 20; i++)
		assert_true(rate_look(*state, &ten_a_second, key, now_us).is_allowed);
	assert_int_equal(take_all(*state, &ten_a_second, key, now_us), 10);
	assert_false(rate_look(*state, &ten_a_second, key, now_us).is_allowed);
}

static void
keys_and_kinds_are_counted_apart(void **state)
{
	uint64_t now_us = 5 * SECOND_US;

	assert_int_equal(take_all(*state, &ten_a_second, rate_key(*state, 0, "a", 1), now_us), 10);
	assert_int_equal(take_all(*state, &ten_a_second, rate_key(*state, 0, "b", 1), now_us), 10);
	assert_int_equal(take_all(*state, &ten_a_second, rate_key(*state, 1, "a", 1), now_us), 10);
}

/* What two processes share beside the table. */
struct meeting {
	_Atomic unsigned here, taken;
};

static void
take_together(struct rate_table *table, struct meeting *meeting)
{
	static const struct rate rate = { 200000, 1000 };
	uint64_t key = rate_key(table, 0, "a", 1);
	unsigned taken = 0;

	atomic_fetch_add(&meeting->here, 1);
	while (atomic_load(&meeting->here) < 2)
		sched_yield();
	while (rate_take(table, &rate, key, 5 * SECOND_US).is_allowed)
		taken++;
	atomic_fetch_add(&meeting->taken, taken);
}

static void
processes_together_have_one_limit(void **state)
{
	struct meeting *meeting = mmap(NULL, sizeof *meeting, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid = fork();

	take_together(*state, meeting);
	if (pid == 0)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(meeting->taken, 200000);
	munmap(meeting, sizeof *meeting);
}

static void
a_full_table_forgets_the_one_that_used_up_least(void **state)
{
	static const struct rate rate = { 100, 10000 };
	uint64_t now_us = 5 * SECOND_US, key, heavy = rate_key(*state, 0, "heavy", 5);
	unsigned evicted = 0;

	assert_int_equal(take_all(*state, &rate, heavy, now_us), 100);
	for (uint32_t i = 0; i < 100000; i++) {
		key = rate_key(*state, 1, &i, sizeof i);
		evicted += rate_take(*state, &rate, key, now_us).has_evicted;
	}
	assert_true(evicted > 0);
	assert_false(rate_take(*state, &rate, heavy, now_us).is_allowed);
	evicted = 0;
	for (uint32_t i = 0; i < 1000; i++) {
		key = rate_key(*state, 2, &i, sizeof i);
		evicted += rate_take(*state, &rate, key, now_us + 20 * (uint64_t)SECOND_US).has_evicted;
	}
	assert_int_equal(evicted, 0);
}

static void
a_time_of_long_ago_is_past_when_its_bits_come_round(void **state)
{
	uint64_t key = rate_key(*state, 0, "a", 1), now_us = 5 * SECOND_US, late = UINT64_MAX - 200 * (uint64_t)SECOND_US;

	take_all(*state, &ten_a_second, key, now_us);
	for (unsigned bits = 27; bits < 44; bits++)
		assert_true(rate_look(*state, &ten_a_second, key, now_us + (UINT64_C(1) << bits)).is_allowed);
	assert_int_equal(take_all(*state, &ten_a_second, key, late), 10);
	assert_int_equal(take_all(*state, &ten_a_second, key, late), 0);
}

static void
what_others_counted_only_takes_away(void **state)
{
	uint64_t key = rate_key(*state, 0, "a", 1), now_us = 5 * SECOND_US;

	rate_raise(*state, &ten_a_second, key, now_us, 600000);
	assert_int_equal(rate_look(*state, &ten_a_second, key, now_us).remaining, 4);
	rate_raise(*state, &ten_a_second, key, now_us, 300000);
	assert_int_equal(rate_look(*state, &ten_a_second, key, now_us).remaining, 4);
	rate_raise(*state, &ten_a_second, key, now_us, UINT64_MAX);
	assert_false(rate_look(*state, &ten_a_second, key, now_us).is_allowed);
	assert_int_equal(rate_look(*state, &ten_a_second, key, now_us + SECOND_US).remaining, 10);
}

static void
tables_with_one_secret_have_the_same_keys(void **state)
{
	static const uint8_t secret[16] = "the same for all";
	struct rate_table *other = rate_table_create(BYTES);

	assert_true(rate_key(*state, 0, "a", 1) != rate_key(other, 0, "a", 1));
	rate_table_use_secret(*state, secret);
	rate_table_use_secret(other, secret);
	assert_true(rate_key(*state, 0, "a", 1) == rate_key(other, 0, "a", 1));
	rate_table_destroy(other);
}

static void
the_hash_is_siphash_2_4(void **state)
{
	uint8_t secret[16], data[15];

	(void)state;
	for (uint8_t i = 0; i < 16; i++)
		secret[i] = i;
	for (uint8_t i = 0; i < 15; i++)
		data[i] = i;
	assert_true(siphash(secret, data, 0) == UINT64_C(0x726fdb47dd0e0e31));
	assert_true(siphash(secret, data, 1) == UINT64_C(0x74f839c593dc67fd));
	assert_true(siphash(secret, data, 15) == UINT64_C(0xa129ca6149be45e5));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_burst_is_allowed_and_then_one_for_each_interval),
		CASE(the_state_says_what_is_left_and_when_more_is_allowed),
		CASE(requests_that_are_out_of_order_are_counted_all_the_same),
		CASE(looking_counts_nothing),
		CASE(keys_and_kinds_are_counted_apart),
		CASE(processes_together_have_one_limit),
		CASE(a_full_table_forgets_the_one_that_used_up_least),
		CASE(a_time_of_long_ago_is_past_when_its_bits_come_round),
		CASE(what_others_counted_only_takes_away),
		CASE(tables_with_one_secret_have_the_same_keys),
		cmocka_unit_test(the_hash_is_siphash_2_4),
	};

	return cmocka_run_group_tests_name("rate_limit", tests, NULL, NULL);
}
