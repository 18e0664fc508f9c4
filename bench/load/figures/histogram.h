/* SPDX-License-Identifier: MIT */
/*
 * Durations in nanoseconds, counted in cells whose width grows with the value,
 * as HdrHistogram does: any value up to about 73 minutes is kept to within
 * 1/128 of itself, in memory that does not grow.  Count, sum, smallest and
 * largest are exact.
 */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>

#include "log_linear.h"

enum {
	HISTOGRAM_PRECISION_BITS = 7,
	HISTOGRAM_VALUE_BITS = 42,
	HISTOGRAM_CELLS = LOG_LINEAR_CELLS(HISTOGRAM_VALUE_BITS, HISTOGRAM_PRECISION_BITS)
};

struct histogram {
	uint64_t count, sum_ns;
	uint64_t min_ns, max_ns;             /* 0 as long as there is none */
	uint64_t cells[HISTOGRAM_CELLS];
};

/* A larger value than the cells hold counts in the last one. */
void histogram_record(struct histogram *h, uint64_t ns);

void histogram_add(struct histogram *sum, const struct histogram *h);

/*
 * The value that this share of all, 0 to 1, does not exceed: the upper end of
 * its cell, and never more than the largest.  0 without values.
 */
uint64_t histogram_quantile_ns(const struct histogram *h, double share);

/* 0 without values. */
uint64_t histogram_mean_ns(const struct histogram *h);

#endif
