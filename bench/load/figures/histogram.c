/* SPDX-License-Identifier: MIT */
/* See histogram.h. */
#include "config.h"

#include "histogram.h"

#include <math.h>
#include <stddef.h>

#include "log_linear.h"

static uint64_t
smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void
histogram_record(struct histogram *h, uint64_t ns)
{
	h->min_ns = h->count > 0 ? smaller(h->min_ns, ns) : ns;
	h->max_ns = ns > h->max_ns ? ns : h->max_ns;
	h->count++;
	h->sum_ns += ns;
	h->cells[log_linear_cell(ns, HISTOGRAM_VALUE_BITS, HISTOGRAM_PRECISION_BITS)]++;
}

void
histogram_add(struct histogram *sum, const struct histogram *h)
{
	if (h->count == 0)
		return;
	sum->min_ns = sum->count > 0 ? smaller(sum->min_ns, h->min_ns) : h->min_ns;
	sum->max_ns = h->max_ns > sum->max_ns ? h->max_ns : sum->max_ns;
	sum->count += h->count;
	sum->sum_ns += h->sum_ns;
	for (size_t i = 0; i < HISTOGRAM_CELLS; i++)
		sum->cells[i] += h->cells[i];
}

uint64_t
histogram_quantile_ns(const struct histogram *h, double share)
{
	/* Less a trifle, since 0.07 * 100 is a little more than 7. */
	uint64_t rank = (uint64_t)fmax(1, ceil(share * (double)h->count - 1e-6)), seen = 0;

	for (size_t i = 0; i < HISTOGRAM_CELLS; i++) {
		seen += h->cells[i];
		if (seen >= rank)
			return smaller(log_linear_end(i, HISTOGRAM_PRECISION_BITS), h->max_ns);
	}
	return h->max_ns;
}

uint64_t
histogram_mean_ns(const struct histogram *h)
{
	return h->count > 0 ? h->sum_ns / h->count : 0;
}
