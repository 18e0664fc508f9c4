/* SPDX-License-Identifier: MIT */
/* The two clocks: one for durations and deadlines, one for what is stored. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* Nanoseconds and milliseconds of CLOCK_MONOTONIC. */
int64_t clock_mono_ns(void);
int64_t clock_mono_ms(void);

/*
 * For an event loop, at the end of each turn: nanoseconds since the first
 * reading of CLOCK_MONOTONIC in this turn, or 0 when nothing read it.  What a
 * loop calls reads the clock before anything else, so this is what the turn took.
 */
int64_t clock_turn_ns(void);

/* Milliseconds since 1970-01-01T00:00Z. */
int64_t clock_wall_ms(void);

#endif
