/* SPDX-License-Identifier: MIT */
/*
 * Backups by the clock.  Whether one is due is told by the newest one that is
 * there, also after a restart, and whoever made it.  A process of its own makes
 * it, which the caller's loop does not wait for and which ends with the caller.
 * Of several keepers at one directory one has them made, by a lock.
 */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include <stdint.h>

struct counters;
struct event_base;
struct options;
struct schedule;

/* NULL without memory. */
struct schedule *schedule_open(struct event_base *base, const struct options *options, struct counters *counters);

/* What is being made is given up. */
void schedule_close(struct schedule *schedule);

/* Begin a backup if one is due; to be called every second or so. */
void schedule_look(struct schedule *schedule, int64_t wall_ms);

#endif
