/* SPDX-License-Identifier: MIT */
/*
 * What waits, so that nobody waits for ever behind others: a higher priority
 * goes first, but every eighth turn of it goes to those below; within a priority
 * flows (users) take turns, each with its oldest entry.
 *
 * Flows are told apart by some bits of their number, as in stochastic fairness
 * queueing (McKenney, 1990): two that fall together share a turn.
 */
#ifndef FAIR_QUEUE_H
#define FAIR_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "frame.h"

enum { FAIR_FLOWS = 256, FAIR_PASS = 8 };

/* In what is to wait. */
struct fair_entry {
	TAILQ_ENTRY(fair_entry) link;
	enum priority           priority;
	uint64_t                flow;
};

TAILQ_HEAD(fair_list, fair_entry);

struct fair_flow {
	TAILQ_ENTRY(fair_flow) link;           /* while it has entries */
	struct fair_list       entries;
};

struct fair_level {
	TAILQ_HEAD(, fair_flow) active;        /* whose turn it is comes first */
	struct fair_flow        flows[FAIR_FLOWS];
	unsigned                turns;
};

struct fair_queue {
	struct fair_level levels[PRIORITY_LEVELS];
};

void fair_queue_init(struct fair_queue *queue);

/* Priority and flow of the entry are set. */
void fair_queue_put(struct fair_queue *queue, struct fair_entry *entry);

/* Its turn was in vain: it comes before all others of its priority. */
void fair_queue_put_back(struct fair_queue *queue, struct fair_entry *entry);

/* The next one, which waits no longer; NULL: none waits. */
struct fair_entry *fair_queue_take(struct fair_queue *queue);

/* Move all that match to the end of out. */
void fair_queue_take_all(struct fair_queue *queue, bool (*matches)(const struct fair_entry *entry, const void *arg), const void *arg,
    struct fair_list *out);

#endif
