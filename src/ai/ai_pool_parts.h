/* SPDX-License-Identifier: MIT */
/* What the files of the pool share, and nobody else includes. */
#ifndef AI_POOL_PARTS_H
#define AI_POOL_PARTS_H

#include <sys/queue.h>

#include "ai_pool.h"
#include "buf.h"

struct channel;
struct event;

struct job {
	TAILQ_ENTRY(job) entry;
	uint64_t         id;
	enum priority    priority;
	int64_t          deadline_ms, attempt_ends_ms;
	unsigned         losses, stalls;         /* workers that went away, or did not answer in time */
	uint32_t         crashes_before;         /* of all workers, when it was first sent */
	ai_answer_fn    *fn;
	void            *arg;
	struct buf       body;
};

TAILQ_HEAD(job_list, job);

struct link {
	struct ai_pool *pool;
	unsigned        index;
	struct channel *channel;         /* NULL: not connected */
	bool            is_ready;        /* it said hello */
	bool            is_slow;         /* it let an attempt run out and has answered nothing since */
	struct job_list in_flight;       /* in the order of sending */
	unsigned        count;
	struct job_list asking;          /* of the worker's jobs those that wait for a provider: they take no place */
};

struct ai_pool {
	struct event_base      *base;
	const struct options   *options;
	struct counters        *counters;
	const struct counter_segment *segment;
	struct event           *tick;
	struct job_list         waiting[PRIORITY_LEVELS];
	size_t                  job_count;       /* waiting and in flight */
	uint64_t                last_id;
	bool                    is_dispatching;
	struct understanding    answer;
	unsigned                link_count;
	struct link             links[];
};

#endif
