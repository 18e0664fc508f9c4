/* SPDX-License-Identifier: MIT */
/*
 * The asking side of the AI workers: one per process that drives messages.
 * Jobs wait here by priority, go to the worker with the least to do, and are
 * given to another one when theirs dies or does not answer in time.
 */
#ifndef AI_POOL_H
#define AI_POOL_H

#include "frame.h"
#include "options.h"
#include "status.h"
#include "understand.h"

struct ai_pool;
struct counter_segment;
struct counters;
struct event_base;

/*
 * ST_OK with the result, valid until the return; ST_UNAVAILABLE: nobody
 * answered before the deadline; ST_FAILED: the job broke every worker that had it.
 */
typedef void ai_answer_fn(enum status st, const struct understanding *result, void *arg);

/*
 * Connects in the background.  segment tells how often AI workers crashed by
 * their own fault, which is what a job is blamed for; may be NULL.  NULL when
 * there is no memory.
 */
struct ai_pool *ai_pool_open(struct event_base *base, const struct options *options, struct counters *counters,
    const struct counter_segment *segment);

/* Have whoever asked told by enter(arg, fn, fn_arg), which calls fn, in which he may wait while the loop goes on. */
void ai_pool_tell_by(struct ai_pool *pool, void (*enter)(void *arg, void (*fn)(void *arg), void *fn_arg), void *arg);

/* Jobs that are not answered are answered ST_UNAVAILABLE now. */
void ai_pool_close(struct ai_pool *pool);

/*
 * Ask.  The job is copied, but for the picture, which must stay until fn is called.  With ST_OK fn will be called exactly once, from
 * the loop, at the latest at deadline_ms (clock_mono_ms).  ST_OVERLOADED: too
 * many jobs wait, fn is not called.
 */
enum status ai_pool_ask(struct ai_pool *pool, const struct understand_input *job, enum priority priority,
    int64_t deadline_ms, ai_answer_fn *fn, void *arg);

#endif
