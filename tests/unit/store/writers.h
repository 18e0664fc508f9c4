/* SPDX-License-Identifier: MIT */
/*
 * A store in LMDB in a directory of its own, with real writer processes.  A
 * small process between the test and the writers forks them, since a process
 * with an open environment may not.
 */
#ifndef WRITERS_H
#define WRITERS_H

#include <sys/types.h>

#include "counters.h"
#include "options.h"

enum { WRITERS_MAX = 8 };

struct writers {
	struct options          options;
	struct counter_segment *segment;
	int                     segment_fd;
	char                    dir[64];
	int                     control;
	pid_t                   master;
	pid_t                   pids[WRITERS_MAX];
};

/* An options struct whose paths are in a new directory. */
void writers_options(struct options *options, char dir[64], unsigned shards, uint64_t map_size);
void writers_remove(struct options *options, const char *dir);

/* Make a store and start its writers; ends the test when that fails. */
struct writers *writers_start(unsigned shards, uint64_t map_size);

/* Stop them, gracefully; whether each ended as it should.  The directory is gone. */
bool writers_stop(struct writers *w);

/* Kill a writer the hard way and start another in its place. */
void writers_kill(struct writers *w, unsigned index);

struct counters *writers_counters(struct writers *w, unsigned index);

#endif
