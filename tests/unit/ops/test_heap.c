/* SPDX-License-Identifier: MIT */
/* Where memory was allocated that is held, told of blocks that are none. */
#include "config.h"

#include "unit.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "profile/heap.h"
#include "profile/profile.h"

enum { SMALL = 100, SMALL_COUNT = 200000, THREADS = 4 };

static struct profile *profile;

static int
begin(void **state)
{
	(void)state;
	profile = calloc(1, sizeof *profile);
	assert_non_null(profile);
	assert_true(heap_begin());
	return 0;
}

static int
end(void **state)
{
	(void)state;
	heap_end(NULL);
	free(profile);
	return 0;
}

/* Addresses as an allocator gives them. */
static void *
block(size_t n)
{
	return (void *)(uintptr_t)(0x10000 + 16 * n);
}

static __attribute__((noinline)) void
allocate(size_t n, size_t size)
{
	heap_note(block(n), size, __builtin_return_address(0));
}

static __attribute__((noinline)) void
one_place(size_t n)
{
	allocate(n, HEAP_WHOLE);
	__asm__ volatile("" : : "i"(1));     /* no last call, and not the same function as the other one */
}

static __attribute__((noinline)) void
another_place(size_t n)
{
	allocate(n, HEAP_WHOLE);
	__asm__ volatile("" : : "i"(2));
}

static uint64_t
held(void)
{
	uint64_t bytes = 0;

	heap_end(profile);
	for (uint32_t i = 0; i < profile->count; i++)
		bytes += profile->samples[i].bytes;
	return bytes;
}

static bool
is_one_place(const void *place)
{
	uintptr_t at = (uintptr_t)place, one = (uintptr_t)one_place, another = (uintptr_t)another_place;

	return at > one && at < one + 256 && (another < one || at < another);
}

static void
what_is_held_is_told_by_the_place_that_allocated_it(void **state)
{
	(void)state;
	for (size_t n = 0; n < 10; n++) {
		one_place(2 * n);
		another_place(2 * n + 1);
	}
	for (size_t n = 0; n < 10; n++)
		assert_int_equal(heap_take(block(2 * n + 1)).bytes, HEAP_WHOLE);
	assert_int_equal(held(), 10 * HEAP_WHOLE);
	assert_int_equal(profile->count, 1);
	assert_true(is_one_place(profile->samples[0].frames[0]));
	assert_int_equal(profile->heap_samples, 20);
	assert_int_equal(profile->heap_lost, 0);
}

static void
places_are_told_apart(void **state)
{
	uint64_t bytes = 0;

	(void)state;
	for (size_t n = 0; n < 3; n++)
		one_place(n);
	another_place(3);
	assert_int_equal(held(), 4 * HEAP_WHOLE);
	for (uint32_t i = 0; i < profile->count; i++)
		if (is_one_place(profile->samples[i].frames[0]))
			bytes += profile->samples[i].bytes;
	assert_int_equal(bytes, 3 * HEAP_WHOLE);
}

static void
small_blocks_are_told_by_samples_that_stand_for_all_of_them(void **state)
{
	uint64_t bytes;

	(void)state;
	for (size_t n = 0; n < SMALL_COUNT; n++)
		allocate(n, SMALL);
	bytes = held();
	assert_in_range(bytes, SMALL * SMALL_COUNT / 10 * 8, SMALL * SMALL_COUNT / 10 * 12);
	assert_in_range(profile->heap_samples, 1000, 5000);
	assert_int_equal(profile->heap_lost, 0);
}

static void
small_blocks_that_are_freed_are_not_told(void **state)
{
	(void)state;
	for (size_t n = 0; n < SMALL_COUNT; n++)
		allocate(n, SMALL);
	for (size_t n = 0; n < SMALL_COUNT; n++)
		heap_take(block(n));
	assert_int_equal(held(), 0);
	assert_int_equal(profile->count, 0);
}

static void
a_block_that_could_not_be_moved_is_held(void **state)
{
	struct heap_block taken;

	(void)state;
	one_place(1);
	taken = heap_take(block(1));
	assert_int_equal(heap_take(block(1)).bytes, 0);
	heap_put_back(block(1), taken);
	heap_put_back(block(2), (struct heap_block){ 0, 0 });
	assert_int_equal(held(), HEAP_WHOLE);
}

static void
more_blocks_than_there_is_place_for_are_counted(void **state)
{
	uint64_t bytes;

	(void)state;
	for (size_t n = 0; n < 2 * HEAP_BLOCKS_MAX; n++)
		one_place(n);
	bytes = held();
	assert_int_equal(profile->heap_samples, 2 * HEAP_BLOCKS_MAX);
	assert_true(profile->heap_lost >= HEAP_BLOCKS_MAX);
	assert_int_equal(bytes, (profile->heap_samples - profile->heap_lost) * HEAP_WHOLE);
}

static void
each_look_begins_with_nothing(void **state)
{
	(void)state;
	one_place(1);
	assert_false(heap_begin());
	heap_end(NULL);
	assert_true(heap_begin());
	assert_int_equal(held(), 0);
	assert_int_equal(profile->heap_samples, 0);
}

static void
the_child_of_a_fork_is_not_looked_at(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	one_place(1);
	pid = fork();
	if (pid == 0)
		_exit(heap_looks() || !heap_begin() || held() != 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_true(heap_looks());
	assert_int_equal(held(), HEAP_WHOLE);
}

static void *
allocate_and_free(void *arg)
{
	size_t first = *(const size_t *)arg;

	for (unsigned round = 0; round < 20; round++) {
		for (size_t n = first; n < first + 1000; n++)
			one_place(n);
		for (size_t n = first; n < first + 1000; n++)
			heap_take(block(n));
	}
	one_place(first);
	return NULL;
}

static void
threads_keep_each_their_own(void **state)
{
	pthread_t threads[THREADS];
	size_t firsts[THREADS];

	(void)state;
	for (size_t i = 0; i < THREADS; i++) {
		firsts[i] = 1000 * i;
		assert_int_equal(pthread_create(&threads[i], NULL, allocate_and_free, &firsts[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(held(), THREADS * HEAP_WHOLE);
	assert_int_equal(profile->heap_samples, THREADS * 20001);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_held_is_told_by_the_place_that_allocated_it, begin, end),
		cmocka_unit_test_setup_teardown(places_are_told_apart, begin, end),
		cmocka_unit_test_setup_teardown(small_blocks_are_told_by_samples_that_stand_for_all_of_them, begin, end),
		cmocka_unit_test_setup_teardown(small_blocks_that_are_freed_are_not_told, begin, end),
		cmocka_unit_test_setup_teardown(a_block_that_could_not_be_moved_is_held, begin, end),
		cmocka_unit_test_setup_teardown(more_blocks_than_there_is_place_for_are_counted, begin, end),
		cmocka_unit_test_setup_teardown(each_look_begins_with_nothing, begin, end),
		cmocka_unit_test_setup_teardown(the_child_of_a_fork_is_not_looked_at, begin, end),
		cmocka_unit_test_setup_teardown(threads_keep_each_their_own, begin, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
