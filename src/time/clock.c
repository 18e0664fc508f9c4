/* SPDX-License-Identifier: MIT */
/* See clock.h. */
#include "config.h"

#include "clock.h"

#include <time.h>

static int64_t turn_started_ns;          /* 0: the clock was not read in this turn */

static int64_t
read_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int64_t
clock_mono_ns(void)
{
	int64_t now_ns = read_ns(CLOCK_MONOTONIC);

	if (turn_started_ns == 0)
		turn_started_ns = now_ns;
	return now_ns;
}

int64_t
clock_mono_ms(void)
{
	return clock_mono_ns() / 1000000;
}

int64_t
clock_turn_ns(void)
{
	int64_t took_ns = turn_started_ns != 0 ? read_ns(CLOCK_MONOTONIC) - turn_started_ns : 0;

	turn_started_ns = 0;
	return took_ns;
}

int64_t
clock_wall_ms(void)
{
	return read_ns(CLOCK_REALTIME) / 1000000;
}
