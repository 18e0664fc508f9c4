/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <stdlib.h>

#include "../../../bench/load/figures/histogram.h"

static void
an_empty_one_is_all_zero(void **state)
{
	static struct histogram h;

	(void)state;
	assert_int_equal(histogram_quantile_ns(&h, 0.5), 0);
	assert_int_equal(histogram_mean_ns(&h), 0);
}

static void
small_values_are_exact(void **state)
{
	static struct histogram h;

	(void)state;
	for (unsigned ns = 1; ns <= 100; ns++)
		histogram_record(&h, ns);
	assert_int_equal(histogram_quantile_ns(&h, 0.5), 50);
	assert_int_equal(histogram_quantile_ns(&h, 0.99), 99);
	assert_int_equal(histogram_quantile_ns(&h, 1), 100);
	assert_int_equal(histogram_quantile_ns(&h, 0), 1);
	assert_int_equal(histogram_mean_ns(&h), 50);
}

static int
ascending(const void *a, const void *b)
{
	const uint64_t *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

/* Against sorting, over nine orders of magnitude. */
static void
a_quantile_is_within_one_part_in_128_and_never_below(void **state)
{
	enum { VALUES = 20000 };
	static uint64_t values[VALUES];
	static struct histogram h;

	(void)state;
	srand(1);
	for (size_t i = 0; i < VALUES; i++) {
		values[i] = (uint64_t)rand() >> rand() % 31;
		histogram_record(&h, values[i]);
	}
	qsort(values, VALUES, sizeof *values, ascending);
	for (size_t rank = 1; rank <= VALUES; rank += 7) {
		uint64_t exact = values[rank - 1], found = histogram_quantile_ns(&h, (double)rank / VALUES);

		assert_true(found >= exact);
		assert_true(found - exact <= exact / 128);
	}
	assert_int_equal(h.min_ns, values[0]);
	assert_int_equal(h.max_ns, values[VALUES - 1]);
}

static void
a_value_beyond_the_cells_counts_and_is_kept_as_the_largest(void **state)
{
	static struct histogram h;

	(void)state;
	histogram_record(&h, UINT64_MAX);
	assert_int_equal(h.count, 1);
	assert_true(h.max_ns == UINT64_MAX);
	assert_int_equal(histogram_quantile_ns(&h, 1), (UINT64_C(1) << HISTOGRAM_VALUE_BITS) - 1);
}

static void
a_sum_is_as_if_all_had_been_recorded_in_one(void **state)
{
	static struct histogram parts[2], sum, all, none;

	(void)state;
	srand(2);
	for (int i = 0; i < 1000; i++) {
		uint64_t value = (uint64_t)rand();

		histogram_record(&parts[i % 2], value);
		histogram_record(&all, value);
	}
	histogram_add(&sum, &parts[0]);
	histogram_add(&sum, &none);
	histogram_add(&sum, &parts[1]);
	assert_memory_equal(&sum, &all, sizeof sum);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_one_is_all_zero),
		cmocka_unit_test(small_values_are_exact),
		cmocka_unit_test(a_quantile_is_within_one_part_in_128_and_never_below),
		cmocka_unit_test(a_value_beyond_the_cells_counts_and_is_kept_as_the_largest),
		cmocka_unit_test(a_sum_is_as_if_all_had_been_recorded_in_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
