/* SPDX-License-Identifier: MIT */
/*
 * What the files of the pool share, and nobody else includes: jobs of several
 * kinds (ai_pool.c, ai_delivery.c), and the links to the workers that have them
 * (ai_pool_link.c).
 */
#ifndef AI_POOL_PARTS_H
#define AI_POOL_PARTS_H

#include <sys/queue.h>

#include "ai_delivery.h"
#include "ai_pool.h"
#include "buf.h"
#include "fair_queue.h"
#include "job.h"
#include "job_delivery.h"

struct channel;
struct event;
struct job;

/* The answer to a job, by its kind. */
struct pool_answer {
	struct understanding understood;
	struct send_outcome  delivered;
	char                 why[SEND_WHY_MAX];        /* of delivered */
	struct slice         keys;
};

struct job_kind {
	enum job_frame asks, answers;
	bool           is_outside;       /* an outside service has until the deadline to answer */
	bool           is_once;          /* it is not known what a lost worker did, so that no other one is asked */

	/* An answer's body.  false: it is none. */
	bool (*read)(struct slice body, enum status *st, struct pool_answer *answer);

	/* Tell whoever asked.  answer is looked at with ST_OK only. */
	void (*tell)(const struct ai_pool *pool, const struct job *job, enum status st, const struct pool_answer *answer);
};

struct job {
	struct fair_entry      waiting;        /* with its priority; the first member */
	TAILQ_ENTRY(job)       entry;
	const struct job_kind *kind;
	uint64_t               id;
	int64_t                deadline_ms, attempt_ends_ms;
	unsigned               losses, stalls;         /* workers that went away, or did not answer in time */
	uint32_t               crashes_before;         /* of all workers, when it was first sent */
	bool                   is_sent;                /* a worker has it, or had it */
	unsigned               step;                   /* of a delivery: how far it is known to have come */
	union {
		ai_answer_fn  *understood;
		deliver_fn    *delivered;
		keys_fn       *fetched;
	} fn;
	void                  *arg;
	struct buf             body;
	struct slice           picture;                /* sent before it; the asker's; empty: none */
	struct buf             fetched;                /* the picture that came before its answer */
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
	struct job_list asking;          /* of the worker's jobs those that wait for an outside service: they take no place */
};

struct ai_pool {
	struct event_base      *base;
	const struct options   *options;
	struct counters        *counters;
	const struct counter_segment *segment;
	struct event           *tick;
	struct fair_queue       waiting;
	size_t                  job_count;       /* waiting and in flight */
	uint64_t                last_id;
	bool                    is_dispatching;
	void                  (*enter)(void *arg, void (*fn)(void *arg), void *fn_arg);   /* NULL: answers are told at once */
	void                   *enter_arg;
	struct pool_answer      answer;
	unsigned                link_count;
	struct link             links[];
};

/* --- ai_pool.c: jobs ----------------------------------------------------------------------- */

/*
 * A job whose body is to be packed and which is then to be submitted.  flow: a number of whom it is for, since users
 * take turns.  NULL: there are too many, which is counted.
 */
struct job *pool_job_new(struct ai_pool *pool, const struct job_kind *kind, enum priority priority, uint64_t flow,
    int64_t deadline_ms);

/* ST_OK, or ST_OVERLOADED without a call, when its body could not be packed. */
enum status pool_job_submit(struct ai_pool *pool, struct job *job);

/* It has this answer, which pool->answer was read from: as pool_job_finish. */
void pool_job_answered(struct ai_pool *pool, struct job *job, enum status st, struct slice body);

/* Tell whoever asked; frees the job, which is in no list any more. */
void pool_job_finish(struct ai_pool *pool, struct job *job, enum status st);

/* Before all others of its priority. */
void pool_job_wait_again(struct ai_pool *pool, struct job *job);

/* The next one to be sent, taken from the waiting ones; NULL: there is none. */
struct job *pool_job_next(struct ai_pool *pool);

void pool_start_tick(struct ai_pool *pool);

/* --- ai_pool_link.c: workers --------------------------------------------------------------- */

void link_init(struct link *link, struct ai_pool *pool, unsigned index);

/* Take jobs back that were not answered in time, and connect when it is not. */
void link_tick(struct link *link, int64_t now_ms);

/* Close it; its jobs are answered ST_UNAVAILABLE. */
void link_fini(struct link *link);

/* Send waiting jobs to workers that have place for them. */
void pool_dispatch(struct ai_pool *pool);

#endif
