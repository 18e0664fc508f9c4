/* SPDX-License-Identifier: MIT */
/*
 * Carries deletions of users to their end.  The store knows which have begun,
 * so one that a keeper left behind is taken up by the next one, from its first step.
 */
#ifndef DELETION_H
#define DELETION_H

struct counters;
struct deletions;
struct event_base;
struct options;
struct store;

/* NULL without memory. */
struct deletions *deletions_open(struct event_base *base, struct store *store, const struct options *options, struct counters *counters);

/* After the store is closed, which ends what is under way. */
void deletions_close(struct deletions *deletions);

/*
 * Look for deletions that wait and begin with them, one in each shard at a time.
 * Each has one command under way, 0.2 ms of work as measured, and sends the next some
 * time after it is answered: what users ask for waits for one of them at most, and
 * the writer has most of its time for it.
 */
void deletions_look(struct deletions *deletions);

#endif
