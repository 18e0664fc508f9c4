/* SPDX-License-Identifier: MIT */
/*
 * The numbers that stand in a text, whatever they count: what a provider says
 * was paid must be one of them.
 */
#ifndef STATED_H
#define STATED_H

#include "understand.h"

enum { STATED_MAX = 64 };

struct stated {
	size_t  count;
	int64_t readings[STATED_MAX][2];   /* of each number, in ten-thousandths: its separators between thousands, or the last one a point */
};

/* Runs of digits of any script with single separators in them; those beyond STATED_MAX or too large are passed over. */
void stated_read(struct slice text, struct stated *out);

/* How often so many ten-thousandths stand in the text, as digits or as an amount that the rules read. */
unsigned stated_times(const struct stated *stated, const struct understanding *rules, int64_t value);

/* An amount in ten-thousandths without its sign; -1 when it is too large. */
int64_t stated_value(int64_t minor, struct currency currency);

#endif
