/* SPDX-License-Identifier: MIT */
/*
 * Whether a provider is worth asking: after so many failures in a row nobody
 * asks it for some seconds, then one asks to see, and its success lets all ask
 * again.  The state is shared by all workers and holds no lock, so that no death
 * leaves it stuck.  Times are of the monotonic clock.
 */
#ifndef BREAKER_H
#define BREAKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { BREAKER_FAILURES = 5, BREAKER_PAUSE_MS = 2000 };

/* All zero is closed: ask. */
struct breaker {
	_Atomic uint32_t failures;         /* since the last success */
	_Atomic int64_t  no_calls_until_ms;  /* 0: everybody may ask */
};

/* So many in memory that is shared with whoever is forked later; NULL after logging. */
struct breaker *breakers_create(unsigned count);
void breakers_destroy(struct breaker *breakers, unsigned count);

/* Whether to ask now.  Of those that ask when the pause is over, one is told to, and no other one for call_ms. */
bool breaker_may_ask(struct breaker *breaker, int64_t now_ms, int64_t call_ms);

/* Whoever was told to ask at now_ms, for call_ms, does not: the next one may. */
void breaker_not_asked(struct breaker *breaker, int64_t now_ms, int64_t call_ms);

/* Whether it would be asked at that time, if nothing comes between. */
bool breaker_is_closed_at(const struct breaker *breaker, int64_t at_ms);

void breaker_succeeded(struct breaker *breaker);

/* jitter: any number, so that pauses differ.  Whether this is what stopped the asking. */
bool breaker_failed(struct breaker *breaker, int64_t now_ms, uint32_t jitter);

#endif
