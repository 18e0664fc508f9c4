/* SPDX-License-Identifier: MIT */
/* How long to wait before what failed is tried again. */
#ifndef BACKOFF_H
#define BACKOFF_H

#include <stdint.h>

struct backoff {
	int64_t  first_ms;       /* after the first failure; twice as long after each further one ... */
	unsigned doublings_max;  /* ... so many times */
};

/* Between one and one and a half times the pause, so that what failed together does not come back together. */
int64_t backoff_pause_ms(const struct backoff *backoff, uint32_t attempts);
int64_t backoff_longest_ms(const struct backoff *backoff, uint32_t attempts);

#endif
