/* SPDX-License-Identifier: MIT */
/*
 * Removes what is kept for a time only: idempotency keys and messages, pictures, the
 * trash, the marks of deleted users; also in ledgers that nobody uses any more.
 *
 * Each shard is walked by reading, a bounded part at a time; the walk's place
 * is kept in memory alone, and a new keeper begins anew.  The writer gets the keys of
 * what was found, one command at a time and not before the one before was
 * answered: what users ask for waits for one of them at most, and
 * since a writer commits all that waits together, the walk always gets on.
 */
#ifndef RETENTION_H
#define RETENTION_H

#include <stdint.h>

struct counters;
struct options;
struct retention;
struct store;

/* NULL without memory. */
struct retention *retention_open(struct store *store, const struct options *options, struct counters *counters);

/* After the store is closed, which ends what is under way. */
void retention_close(struct retention *retention);

/* Look at the next part of each shard.  At its end a shard rests for an hour. */
void retention_look(struct retention *retention, int64_t wall_ms, int64_t mono_ms);

#endif
