/* SPDX-License-Identifier: MIT */
/*
 * Enters the pages of a file's map that lie in the page cache into the page
 * table of this process, a piece at a time between its other work: else the
 * first request that comes to a page after a start faults for it, which in a
 * large store is nearly every request of the first seconds.  One process may
 * read from the disk what is missing there; the others look again some times
 * for what it read.  Needs Linux 5.14; before it nothing happens.
 */
#ifndef MAP_WARMER_H
#define MAP_WARMER_H

#include "slice.h"

struct event_base;
struct map_warmer;

enum map_warmth {
	WARM_CACHED,                       /* only what is in the page cache */
	WARM_ALL                           /* from the disk as well, which takes the process that long */
};

/* NULL: there is nothing to do.  map stays as it is until the warmer is freed. */
struct map_warmer *map_warmer_new(struct event_base *base, struct slice map, enum map_warmth warmth);

/* May be NULL. */
void map_warmer_free(struct map_warmer *warmer);

/* What was looked at, in bytes; the map's length, or the most that is looked at, when it has ended. */
size_t map_warmer_done(const struct map_warmer *warmer);

#endif
