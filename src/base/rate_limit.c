/* SPDX-License-Identifier: MIT */
/*
 * See rate_limit.h.  A word is 20 bits of the key's hash and, below them, the
 * theoretical arrival time: when the bucket will be full, in microseconds
 * modulo 2^44, some 200 days.  A time further ahead than the bucket can be is
 * taken for past, and the bucket for full.  A word of 0 is free.
 */
#include "config.h"

#include "rate_limit.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "log.h"
#include "siphash.h"

enum { WAYS = 8, TIME_BITS = 44 };

#define TIME_MASK ((UINT64_C(1) << TIME_BITS) - 1)

/* A request's time is when it was read, so that of the next one may be earlier: how much, at most. */
#define SKEW_MAX_US (UINT64_C(60) * 1000000)
#define AHEAD_MAX_US ((uint64_t)RATE_PERIOD_MAX_MS * 1000 + SKEW_MAX_US)

struct rate_set {
	alignas(64) _Atomic uint64_t words[WAYS];      /* a cache line */
};

struct rate_table {
	size_t          bytes;
	uint64_t        set_count;
	uint8_t         secret[16];
	struct rate_set sets[];
};

struct rate_table *
rate_table_create(size_t bytes)
{
	struct rate_table *table = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (table == MAP_FAILED) {
		log_errno("make the shared memory of the rate limits");
		return NULL;
	}
	table->bytes = bytes;
	table->set_count = (bytes - sizeof *table) / sizeof table->sets[0];
	if (getrandom(table->secret, sizeof table->secret, 0) == (ssize_t)sizeof table->secret)
		return table;
	log_errno("getrandom");
	rate_table_destroy(table);
	return NULL;
}

void
rate_table_destroy(struct rate_table *table)
{
	if (table != NULL)
		munmap(table, table->bytes);
}

void
rate_table_use_secret(struct rate_table *table, const uint8_t secret[16])
{
	memcpy(table->secret, secret, sizeof table->secret);
}

uint64_t
rate_key(const struct rate_table *table, unsigned kind, const void *bytes, size_t len)
{
	uint8_t secret[sizeof table->secret];

	memcpy(secret, table->secret, sizeof secret);
	secret[0] ^= (uint8_t)kind;
	return siphash(secret, bytes, len);
}

/* How far the time in a word lies ahead; 0 when it is past. */
static uint64_t
ahead_us(uint64_t word, uint64_t now_us, uint64_t max_us)
{
	uint64_t ahead = (word - now_us) & TIME_MASK;

	return ahead <= max_us ? ahead : 0;
}

/* A key's bucket, or the one that it may have. */
struct place {
	_Atomic uint64_t *word;
	uint64_t          seen;
	uint64_t          ahead_us;        /* of the key's own bucket */
	bool              is_harmless;     /* nobody else's time is lost by writing it */
};

/* Two that see a new key at the same moment may each give it a place: the first one counts from then on. */
static struct place
find_place(struct rate_set *set, uint64_t tag, uint64_t max_us, uint64_t now_us)
{
	struct place place = { .word = NULL };
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < WAYS; i++) {
		uint64_t seen = atomic_load_explicit(&set->words[i], memory_order_relaxed);
		uint64_t ahead;

		if (seen != 0 && (seen & ~TIME_MASK) == tag)
			return (struct place){ &set->words[i], seen, ahead_us(seen, now_us, max_us), true };
		ahead = seen != 0 ? ahead_us(seen, now_us, AHEAD_MAX_US) : 0;
		if (ahead >= least)
			continue;
		least = ahead;
		place = (struct place){ &set->words[i], seen, 0, ahead == 0 };
	}
	return place;
}

uint64_t
rate_interval_us(const struct rate *rate)
{
	uint64_t interval = (uint64_t)rate->period_ms * 1000 / rate->count;

	return interval > 0 ? interval : 1;
}

/*
 * How far ahead a bucket that is used up may be: COUNT intervals, and less than
 * one more for what requests of several processes are out of order.
 */
uint64_t
rate_whole_us(const struct rate *rate)
{
	uint64_t interval = rate_interval_us(rate);

	return interval * rate->count + interval / 8;
}

static uint32_t
up_to_ms(uint64_t us)
{
	return (uint32_t)((us + 999) / 1000);
}

/* The state of a bucket that is full so far ahead, after one was counted or not. */
static struct rate_state
state_of(const struct rate *rate, uint64_t ahead, bool is_allowed)
{
	uint64_t interval = rate_interval_us(rate), whole = rate_whole_us(rate);
	struct rate_state state = { .is_allowed = is_allowed, .limit = rate->count, .full_ms = up_to_ms(ahead) };

	if (ahead + interval > whole)
		state.retry_ms = up_to_ms(ahead + interval - whole);
	else
		state.remaining = (uint32_t)((whole - ahead) / interval);
	return state;
}

static struct rate_set *
set_of(struct rate_table *table, uint64_t key)
{
	return &table->sets[(key & TIME_MASK) % table->set_count];
}

struct rate_state
rate_take(struct rate_table *table, const struct rate *rate, uint64_t key, uint64_t now_us)
{
	uint64_t tag = key & ~TIME_MASK, interval = rate_interval_us(rate), whole = rate_whole_us(rate);

	for (;;) {
		struct place place = find_place(set_of(table, key), tag, whole + SKEW_MAX_US, now_us);
		uint64_t ahead = place.ahead_us + interval;
		struct rate_state state;

		if (ahead > whole)
			return state_of(rate, place.ahead_us, false);
		if (!atomic_compare_exchange_weak_explicit(place.word, &place.seen, tag | ((now_us + ahead) & TIME_MASK),
		    memory_order_relaxed, memory_order_relaxed))
			continue;
		state = state_of(rate, ahead, true);
		state.has_evicted = !place.is_harmless;
		return state;
	}
}

struct rate_state
rate_look(struct rate_table *table, const struct rate *rate, uint64_t key, uint64_t now_us)
{
	uint64_t whole = rate_whole_us(rate);
	struct place place = find_place(set_of(table, key), key & ~TIME_MASK, whole + SKEW_MAX_US, now_us);

	return state_of(rate, place.ahead_us, place.ahead_us + rate_interval_us(rate) <= whole);
}

void
rate_raise(struct rate_table *table, const struct rate *rate, uint64_t key, uint64_t now_us, uint64_t full_us)
{
	uint64_t tag = key & ~TIME_MASK, whole = rate_whole_us(rate);
	uint64_t ahead = full_us < whole ? full_us : whole;
	struct place place;

	do {
		place = find_place(set_of(table, key), tag, whole + SKEW_MAX_US, now_us);
		if (place.ahead_us >= ahead)
			return;
	} while (!atomic_compare_exchange_weak_explicit(place.word, &place.seen, tag | ((now_us + ahead) & TIME_MASK),
	    memory_order_relaxed, memory_order_relaxed));
}
