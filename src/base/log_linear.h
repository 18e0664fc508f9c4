/* SPDX-License-Identifier: MIT */
/*
 * Cells of a histogram whose width grows with the value, as those of
 * HdrHistogram: each power of two is cut into 2^precision cells of the same
 * width, so a value is known to within 1/2^precision of itself.
 */
#ifndef LOG_LINEAR_H
#define LOG_LINEAR_H

#include <stddef.h>
#include <stdint.h>

/* How many cells values below 2^value_bits take. */
#define LOG_LINEAR_CELLS(value_bits, precision) (((value_bits) - (precision) + 1) << (precision))

/* A larger value than the cells hold belongs to the last one. */
static inline size_t
log_linear_cell(uint64_t value, unsigned value_bits, unsigned precision)
{
	uint64_t most = (UINT64_C(1) << value_bits) - 1;
	unsigned bits, width_bits;

	if (value > most)
		value = most;
	bits = 64 - (unsigned)__builtin_clzll(value | 1);
	width_bits = bits > precision + 1 ? bits - precision - 1 : 0;
	return ((size_t)width_bits << precision) + (size_t)(value >> width_bits);
}

/* The largest value of a cell. */
static inline uint64_t
log_linear_end(size_t cell, unsigned precision)
{
	size_t power = cell >> precision;
	unsigned width_bits = power > 1 ? (unsigned)power - 1 : 0;
	uint64_t first = cell - ((size_t)width_bits << precision);

	return ((first + 1) << width_bits) - 1;
}

#endif
