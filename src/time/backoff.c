/* SPDX-License-Identifier: MIT */
/* See backoff.h. */
#include "config.h"

#include "backoff.h"

#include <event2/util.h>

static int64_t
shortest_ms(const struct backoff *backoff, uint32_t attempts)
{
	uint32_t doublings = attempts > 0 ? attempts - 1 : 0;

	return backoff->first_ms << (doublings < backoff->doublings_max ? doublings : backoff->doublings_max);
}

int64_t
backoff_pause_ms(const struct backoff *backoff, uint32_t attempts)
{
	int64_t pause = shortest_ms(backoff, attempts);
	uint16_t random;

	evutil_secure_rng_get_bytes(&random, sizeof random);
	return pause + pause * random / UINT16_MAX / 2;
}

int64_t
backoff_longest_ms(const struct backoff *backoff, uint32_t attempts)
{
	int64_t pause = shortest_ms(backoff, attempts);

	return pause + pause / 2;
}
