/* SPDX-License-Identifier: MIT */
/*
 * How often something may happen, counted by all processes together: a table
 * in shared memory, made before the first fork, with a bucket for each key
 * that is in use (an address, a token, a user).
 *
 * A bucket is one 64-bit word that holds the generic cell rate algorithm's
 * theoretical arrival time (ITU-T I.371), so each step is one compare and swap:
 * there is no lock that a process could die with, and a limit of COUNT in a
 * PERIOD is a bucket that takes COUNT at once and fills up again within PERIOD.
 *
 * Memory is bounded.  Keys that share a place are told apart by 20 bits of a
 * keyed hash, so nobody can choose to share a bucket.  When all eight places
 * of a set are taken by buckets that are not full again, the fullest one is
 * given to the newcomer.
 */
#ifndef RATE_LIMIT_H
#define RATE_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* COUNT in each PERIOD; count 0 is no limit. */
struct rate {
	uint32_t count;
	uint32_t period_ms;
};

enum { RATE_COUNT_MAX = 1000000, RATE_PERIOD_MAX_MS = 24 * 3600 * 1000 };

struct rate_table;

/* What a limit comes to. */
struct rate_state {
	bool     is_allowed;
	uint32_t limit, remaining;
	uint32_t full_ms;              /* until nothing is used up any more */
	uint32_t retry_ms;             /* until one more is allowed; 0 when it is now */
	bool     has_evicted;          /* another one's bucket was given up for this one */
};

/* Shared with whoever is forked later.  NULL after logging. */
struct rate_table *rate_table_create(size_t bytes);
void rate_table_destroy(struct rate_table *table);

/* Have keys that are those of every table with this secret.  Before the first key is made. */
void rate_table_use_secret(struct rate_table *table, const uint8_t secret[16]);

/* The key for what is limited.  kind keeps those apart that have the same bytes. */
uint64_t rate_key(const struct rate_table *table, unsigned kind, const void *bytes, size_t len);

/* Count one, unless that is too many.  now_us: of the monotonic clock; a little late does no harm.  rate->count is not 0. */
struct rate_state rate_take(struct rate_table *table, const struct rate *rate, uint64_t key, uint64_t now_us);

/* What rate_take would come to, without counting. */
struct rate_state rate_look(struct rate_table *table, const struct rate *rate, uint64_t key, uint64_t now_us);

/* Others have counted as well: the bucket is full again in so long a time, unless it takes longer already. */
void rate_raise(struct rate_table *table, const struct rate *rate, uint64_t key, uint64_t now_us, uint64_t full_us);

/* How long one takes to be forgotten, and the longest time to a full bucket. */
uint64_t rate_interval_us(const struct rate *rate);
uint64_t rate_whole_us(const struct rate *rate);

#endif
