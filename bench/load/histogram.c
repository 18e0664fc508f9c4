/* SPDX-License-Identifier: MIT */
/*
 * Values below 256 have a cell each; from there on, each power of two is cut
 * into 128 cells of the same width.
 */
#include "config.h"

#include "histogram.h"

#include <math.h>
#include <stddef.h>

static const uint64_t value_max = (UINT64_C(1) << HISTOGRAM_VALUE_BITS) - 1;

static size_t
cell_of(uint64_t ns)
{
	unsigned bits, width_bits;

	if (ns > value_max)
		ns = value_max;
	bits = 64 - (unsigned)__builtin_clzll(ns | 1);
	width_bits = bits > HISTOGRAM_PRECISION_BITS + 1 ? bits - HISTOGRAM_PRECISION_BITS - 1 : 0;
	return ((size_t)width_bits << HISTOGRAM_PRECISION_BITS) + (size_t)(ns >> width_bits);
}

static uint64_t
cell_end(size_t cell)
{
	size_t power = cell >> HISTOGRAM_PRECISION_BITS;
	unsigned width_bits = power > 1 ? (unsigned)power - 1 : 0;
	uint64_t first = cell - ((size_t)width_bits << HISTOGRAM_PRECISION_BITS);

	return ((first + 1) << width_bits) - 1;
}

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
	h->cells[cell_of(ns)]++;
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
			return smaller(cell_end(i), h->max_ns);
	}
	return h->max_ns;
}

uint64_t
histogram_mean_ns(const struct histogram *h)
{
	return h->count > 0 ? h->sum_ns / h->count : 0;
}
