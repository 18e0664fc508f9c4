/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "ai/pool/fair_queue.h"

enum { ITEMS_MAX = 2000 };

struct item {
	struct fair_entry entry;
	unsigned          number;
};

static struct fair_queue queue;
static struct item items[ITEMS_MAX];
static unsigned item_count;

static int
setup(void **state)
{
	(void)state;
	fair_queue_init(&queue);
	item_count = 0;
	return 0;
}

static void
put(enum priority priority, uint64_t flow, unsigned count)
{
	while (count-- > 0) {
		struct item *item = &items[item_count];

		*item = (struct item){ { .priority = priority, .flow = flow }, item_count++ };
		fair_queue_put(&queue, &item->entry);
	}
}

static struct item *
take(void)
{
	return (struct item *)fair_queue_take(&queue);
}

/* The flows of the next ones, one digit each. */
static const char *
flows_of_next(size_t count)
{
	static char text[64];

	memset(text, 0, sizeof text);
	for (size_t i = 0; i < count; i++) {
		struct item *item = take();

		text[i] = item != NULL ? (char)('0' + item->entry.flow) : '-';
	}
	return text;
}

static void
entries_of_one_flow_leave_in_their_order(void **state)
{
	(void)state;
	put(PRIORITY_HIGH, 1, 5);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(take()->number, i);
	assert_null(take());
}

static void
flows_take_turns_however_much_one_of_them_has(void **state)
{
	(void)state;
	put(PRIORITY_HIGH, 1, 1000);
	put(PRIORITY_HIGH, 2, 2);
	put(PRIORITY_HIGH, 3, 3);
	assert_string_equal(flows_of_next(8), "12312313");
	put(PRIORITY_HIGH, 4, 1);                /* one who comes later waits for one turn of each */
	assert_string_equal(flows_of_next(3), "141");
}

static void
every_eighth_turn_goes_to_the_priorities_below(void **state)
{
	unsigned turns[PRIORITY_LEVELS] = { 0 };

	(void)state;
	put(PRIORITY_HIGH, 1, 600);
	put(PRIORITY_MEDIUM, 2, 600);
	put(PRIORITY_LOW, 3, 600);
	for (int i = 0; i < 512; i++)
		turns[take()->entry.priority]++;
	assert_int_equal(turns[PRIORITY_HIGH], 448);
	assert_int_equal(turns[PRIORITY_MEDIUM], 56);
	assert_int_equal(turns[PRIORITY_LOW], 8);
}

static void
a_turn_that_nobody_below_wants_is_not_lost(void **state)
{
	(void)state;
	put(PRIORITY_HIGH, 1, 20);
	assert_string_equal(flows_of_next(21), "11111111111111111111-");
}

static void
what_is_put_back_comes_first_again(void **state)
{
	struct item *first;

	(void)state;
	put(PRIORITY_HIGH, 1, 2);
	put(PRIORITY_HIGH, 2, 2);
	first = take();
	fair_queue_put_back(&queue, &first->entry);
	assert_int_equal(take()->number, first->number);
	assert_string_equal(flows_of_next(4), "212-");
}

static bool
is_even(const struct fair_entry *entry, const void *arg)
{
	(void)arg;
	return ((const struct item *)entry)->number % 2 == 0;
}

static void
all_that_match_can_be_taken_and_the_others_keep_their_turns(void **state)
{
	struct fair_list out = TAILQ_HEAD_INITIALIZER(out);
	struct fair_entry *entry;
	unsigned count = 0;

	(void)state;
	put(PRIORITY_HIGH, 1, 3);
	put(PRIORITY_LOW, 2, 3);
	put(PRIORITY_LOW, 3, 1);
	fair_queue_take_all(&queue, is_even, NULL, &out);
	TAILQ_FOREACH(entry, &out, link)
		count++;
	assert_int_equal(count, 4);
	assert_string_equal(flows_of_next(4), "122-");
}

/* Random puts and takes: nothing is lost or comes twice. */
static void
everything_leaves_once(void **state)
{
	static bool has_left[ITEMS_MAX];
	unsigned seed = 1, left = 0;
	struct item *item;

	(void)state;
	memset(has_left, 0, sizeof has_left);
	while (item_count < ITEMS_MAX || left < ITEMS_MAX) {
		seed = seed * 1664525 + 1013904223;
		if (item_count < ITEMS_MAX && seed >> 31 == 0) {
			put((enum priority)((seed >> 8) % PRIORITY_LEVELS), (seed >> 12) % 600, 1);
		} else if ((item = take()) != NULL) {
			assert_false(has_left[item->number]);
			has_left[item->number] = true;
			left++;
		}
	}
	assert_null(take());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(entries_of_one_flow_leave_in_their_order, setup),
		cmocka_unit_test_setup(flows_take_turns_however_much_one_of_them_has, setup),
		cmocka_unit_test_setup(every_eighth_turn_goes_to_the_priorities_below, setup),
		cmocka_unit_test_setup(a_turn_that_nobody_below_wants_is_not_lost, setup),
		cmocka_unit_test_setup(what_is_put_back_comes_first_again, setup),
		cmocka_unit_test_setup(all_that_match_can_be_taken_and_the_others_keep_their_turns, setup),
		cmocka_unit_test_setup(everything_leaves_once, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
