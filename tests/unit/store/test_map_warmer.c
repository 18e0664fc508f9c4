/* SPDX-License-Identifier: MIT */
/* The page faults of a process that comes to a map's pages for the first time. */
#include "config.h"

#include "unit.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "disk/failing.h"
#include "kv/map_warmer.h"

enum { LEN = 9 << 20, PAGE = 4096 };

/* Written just now, so it is in the page cache, unless it is dropped from there. */
static struct slice
map_new_file(bool is_dropped)
{
	char path[] = "/tmp/aiexpense-map-XXXXXX", page[PAGE] = "x";
	int fd = mkstemp(path);
	void *map;

	assert_int_not_equal(fd, -1);
	unlink(path);
	for (int i = 0; i < LEN / PAGE; i++)
		assert_int_equal(write(fd, page, sizeof page), PAGE);
	if (is_dropped) {
		assert_int_equal(fsync(fd), 0);
		assert_int_equal(posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED), 0);
	}
	map = mmap(NULL, LEN, PROT_READ, MAP_SHARED, fd, 0);
	assert_true(map != MAP_FAILED);
	close(fd);
	return (struct slice){ map, LEN };
}

static size_t
count_resident(struct slice map)
{
	unsigned char resident[LEN / PAGE];
	size_t count = 0;

	assert_int_equal(mincore((void *)(uintptr_t)map.ptr, map.len, resident), 0);
	for (size_t i = 0; i < LEN / PAGE; i++)
		count += resident[i] & 1;
	return count;
}

/* Nobody looks at shadows of the map meanwhile, which would be faults of their own. */
__attribute__((no_sanitize("address"))) static long
faults_of_reading(struct slice map)
{
	struct rusage before, after;
	volatile char sum = 0;

	getrusage(RUSAGE_SELF, &before);
	for (size_t i = 0; i < map.len; i += PAGE)
		sum = (char)(sum + map.ptr[i]);
	getrusage(RUSAGE_SELF, &after);
	return after.ru_minflt - before.ru_minflt;
}

static void
pages_that_were_warmed_are_read_without_a_fault(void **state)
{
	struct slice cold = map_new_file(false), warm = map_new_file(false);
	struct event_base *base = event_base_new();
	struct map_warmer *warmer = map_warmer_new(base, warm, WARM_CACHED);

	(void)state;
	assert_non_null(warmer);
	event_base_dispatch(base);
	if (map_warmer_done(warmer) == 0) {
		print_message("# not tested: a kernel before 5.14\n");
		return;
	}
	assert_int_equal(map_warmer_done(warmer), LEN);
	assert_true(faults_of_reading(cold) > LEN / PAGE / 64);
	assert_true(faults_of_reading(warm) < 4);
	map_warmer_free(warmer);
	event_base_free(base);
	munmap((void *)(uintptr_t)cold.ptr, LEN);
	munmap((void *)(uintptr_t)warm.ptr, LEN);
}

/* All of its first look. */
static struct map_warmer *
look_once(struct event_base *base, struct slice map, enum map_warmth warmth)
{
	struct map_warmer *warmer = map_warmer_new(base, map, warmth);

	assert_non_null(warmer);
	do
		event_base_loop(base, EVLOOP_ONCE);
	while (map_warmer_done(warmer) > 0 && map_warmer_done(warmer) < LEN);
	return warmer;
}

static void
what_is_not_in_the_page_cache_is_entered_once_another_process_has_read_it(void **state)
{
	struct slice map = map_new_file(true), again = { mremap((void *)(uintptr_t)map.ptr, 0, LEN, MREMAP_MAYMOVE), LEN };
	size_t before = count_resident(map);
	struct map_warmer *warmer, *reader;
	struct event_base *base;

	(void)state;
	assert_true(again.ptr != MAP_FAILED);
	if (before > LEN / PAGE / 2) {
		print_message("# not tested: a file system in memory\n");
		return;
	}
	base = event_base_new();
	warmer = look_once(base, map, WARM_CACHED);
	if (map_warmer_done(warmer) == 0) {
		print_message("# not tested: a kernel before 5.14\n");
		return;
	}
	assert_int_equal(count_resident(map), before);
	reader = look_once(base, again, WARM_ALL);
	assert_int_equal(count_resident(map), LEN / PAGE);
	event_base_dispatch(base);
	assert_true(faults_of_reading(map) < 4);
	map_warmer_free(warmer);
	map_warmer_free(reader);
	event_base_free(base);
	munmap((void *)(uintptr_t)map.ptr, LEN);
	munmap((void *)(uintptr_t)again.ptr, LEN);
}

/* Turn the loop until it has nothing more to do. */
static size_t
warm_to_the_end(struct slice map, enum map_warmth warmth)
{
	struct event_base *base = event_base_new();
	struct map_warmer *warmer = map_warmer_new(base, map, warmth);
	size_t done = 0;

	failing_has_no_patience = true;
	event_base_dispatch(base);
	failing_has_no_patience = false;
	if (warmer != NULL)
		done = map_warmer_done(warmer);
	map_warmer_free(warmer);
	event_base_free(base);
	return done;
}

static void
what_never_comes_into_the_page_cache_is_looked_for_some_times_only(void **state)
{
	struct slice map = map_new_file(false);

	(void)state;
	failing_is_half_resident = true;
	assert_int_equal(warm_to_the_end(map, WARM_CACHED), LEN);
	failing_is_half_resident = false;
	munmap((void *)(uintptr_t)map.ptr, LEN);
}

/* It is only for speed: what cannot be warmed is left as it is. */
static void
a_system_that_cannot_warm_is_left_alone(void **state)
{
	struct slice map = map_new_file(false);
	bool is_over = false;

	(void)state;
	for (int warmth = WARM_CACHED; warmth <= WARM_ALL; warmth++, is_over = false)
		for (unsigned at = 1; !is_over; at++) {
			size_t done;

			failing_arm(ANY_CALL, at + 1, ENOSYS);         /* the first is the base */
			done = warm_to_the_end(map, (enum map_warmth)warmth);
			is_over = !failing_disarm();
			assert_true(done == LEN || !is_over);
		}
	munmap((void *)(uintptr_t)map.ptr, LEN);
}

static void
an_empty_map_needs_no_warmer(void **state)
{
	(void)state;
	assert_null(map_warmer_new(NULL, SLICE_EMPTY, WARM_ALL));
	map_warmer_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_that_were_warmed_are_read_without_a_fault),
		cmocka_unit_test(what_is_not_in_the_page_cache_is_entered_once_another_process_has_read_it),
		cmocka_unit_test(what_never_comes_into_the_page_cache_is_looked_for_some_times_only),
		cmocka_unit_test(a_system_that_cannot_warm_is_left_alone),
		cmocka_unit_test(an_empty_map_needs_no_warmer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
