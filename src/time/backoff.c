/* SPDX-License-Identifier: MIT */
/* See backoff.h. */
#include "config.h"

#include "backoff.h"

#include <event2/util.h>

int64_t
backoff_pause_ms(const struct backoff *backoff, uint32_t attempts)
{
	uint32_t doublings = attempts > 0 ? attempts - 1 : 0;
	int64_t pause = backoff->first_ms << (doublings < backoff->doublings_max ? doublings : backoff->doublings_max);
	uint16_t random;

	evutil_secure_rng_get_bytes(&random, sizeof random);
	return pause + pause * random / UINT16_MAX / 2;
}
