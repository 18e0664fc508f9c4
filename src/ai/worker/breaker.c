/* SPDX-License-Identifier: MIT */
/* See breaker.h. */
#include "config.h"

#include "breaker.h"

#include <stddef.h>
#include <sys/mman.h>

#include "log.h"

struct breaker *
breakers_create(unsigned count)
{
	struct breaker *breakers = mmap(NULL, count * sizeof *breakers, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (breakers != MAP_FAILED)
		return breakers;
	log_errno("make the shared memory of the providers' state");
	return NULL;
}

void
breakers_destroy(struct breaker *breakers, unsigned count)
{
	if (breakers != NULL)
		munmap(breakers, count * sizeof *breakers);
}

bool
breaker_may_ask(struct breaker *breaker, int64_t now_ms, int64_t call_ms)
{
	int64_t until_ms = atomic_load(&breaker->no_calls_until_ms);

	if (until_ms == 0)
		return true;
	return until_ms <= now_ms && atomic_compare_exchange_strong(&breaker->no_calls_until_ms, &until_ms, now_ms + call_ms);
}

void
breaker_not_asked(struct breaker *breaker, int64_t now_ms, int64_t call_ms)
{
	int64_t claimed_ms = now_ms + call_ms;

	atomic_compare_exchange_strong(&breaker->no_calls_until_ms, &claimed_ms, now_ms);
}

bool
breaker_is_closed_at(const struct breaker *breaker, int64_t at_ms)
{
	return atomic_load(&breaker->no_calls_until_ms) <= at_ms;
}

void
breaker_succeeded(struct breaker *breaker)
{
	if (atomic_load_explicit(&breaker->failures, memory_order_relaxed) != 0)
		atomic_store(&breaker->failures, 0);
	if (atomic_load_explicit(&breaker->no_calls_until_ms, memory_order_relaxed) != 0)
		atomic_store(&breaker->no_calls_until_ms, 0);
}

bool
breaker_failed(struct breaker *breaker, int64_t now_ms, uint32_t jitter)
{
	uint32_t failures = atomic_fetch_add(&breaker->failures, 1) + 1;

	if (failures < BREAKER_FAILURES)
		return false;
	atomic_store(&breaker->no_calls_until_ms, now_ms + BREAKER_PAUSE_MS + jitter % (BREAKER_PAUSE_MS / 2));
	return failures == BREAKER_FAILURES;
}
