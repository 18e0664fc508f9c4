/* SPDX-License-Identifier: MIT */
/*
 * See ai_pool.h.  A job is in one list at a time: waiting by priority, or one
 * worker's (ai_pool_link.c).
 */
#include "config.h"

#include "ai_pool.h"

#include <stdlib.h>

#include <event2/event.h>

#include "ai_pool_parts.h"
#include "clock.h"
#include "counters.h"

enum {
	TICK_MS = 20,
	HEAD_MAX = 64            /* what a frame needs beside its body */
};

/* --- jobs ----------------------------------------------------------------------------------- */

static void
free_job(struct job *job)
{
	buf_fini(&job->body);
	buf_fini(&job->fetched);
	free(job);
}

struct job *
pool_job_new(struct ai_pool *pool, const struct job_kind *kind, enum priority priority, uint64_t flow, int64_t deadline_ms)
{
	struct job *job = pool->job_count < pool->options->ai_queue_max ? calloc(1, sizeof *job) : NULL;

	if (job == NULL) {
		counter_add(&pool->counters->ai_overloads, 1);
		return NULL;
	}
	job->kind = kind;
	job->id = ++pool->last_id;
	job->waiting.priority = priority;
	job->waiting.flow = flow;
	job->deadline_ms = deadline_ms;
	pool->job_count++;
	return job;
}

enum status
pool_job_submit(struct ai_pool *pool, struct job *job)
{
	if (job->body.has_failed || job->body.len > FRAME_MAX - HEAD_MAX) {
		pool->job_count--;
		free_job(job);
		counter_add(&pool->counters->ai_overloads, 1);
		return ST_OVERLOADED;
	}
	fair_queue_put(&pool->waiting, &job->waiting);
	counter_add(&pool->counters->ai_jobs_waiting, 1);
	pool_dispatch(pool);
	pool_start_tick(pool);
	return ST_OK;
}

/* What somebody is told who may wait meanwhile: the answer is his own, and lies in the job's body. */
struct telling {
	struct ai_pool    *pool;
	struct job        *job;
	enum status        st;
	struct pool_answer answer;
};

static void
tell(void *arg)
{
	struct telling *telling = arg;
	struct job *job = telling->job;

	job->kind->tell(telling->pool, job, telling->st, &telling->answer);
	free_job(job);
	free(telling);
}

static struct telling *
telling_new(struct ai_pool *pool, struct job *job, enum status st)
{
	struct telling *telling = pool->enter != NULL ? malloc(sizeof *telling) : NULL;

	if (telling != NULL) {
		telling->pool = pool;
		telling->job = job;
		telling->st = st;
	}
	return telling;
}

/* Told without waiting, or by somebody who can do no better without memory. */
static void
tell_at_once(struct ai_pool *pool, struct job *job, enum status st)
{
	job->kind->tell(pool, job, st, &pool->answer);
	free_job(job);
}

/* Empty without memory for all of it. */
static struct slice
fetched_of(const struct job *job)
{
	return job->fetched.has_failed ? SLICE_EMPTY : buf_slice(&job->fetched);
}

void
pool_job_answered(struct ai_pool *pool, struct job *job, enum status st, struct slice body)
{
	struct telling *telling = telling_new(pool, job, st);

	pool->job_count--;               /* whoever is told may ask again */
	if (telling == NULL) {
		pool->answer.understood.file = fetched_of(job);
		tell_at_once(pool, job, st);
		return;
	}
	buf_clear(&job->body);
	buf_append_slice(&job->body, body);
	if (!job->kind->read(buf_slice(&job->body), &telling->st, &telling->answer))
		telling->st = ST_UNAVAILABLE;        /* without memory */
	telling->answer.understood.file = fetched_of(job);
	pool->enter(pool->enter_arg, tell, telling);
}

void
pool_job_finish(struct ai_pool *pool, struct job *job, enum status st)
{
	struct telling *telling = telling_new(pool, job, st);

	pool->job_count--;
	if (telling != NULL)
		pool->enter(pool->enter_arg, tell, telling);
	else
		tell_at_once(pool, job, st);
}

void
pool_job_wait_again(struct ai_pool *pool, struct job *job)
{
	fair_queue_put_back(&pool->waiting, &job->waiting);
	counter_add(&pool->counters->ai_jobs_waiting, 1);
}

struct job *
pool_job_next(struct ai_pool *pool)
{
	struct fair_entry *entry = fair_queue_take(&pool->waiting);

	if (entry != NULL)
		counter_sub(&pool->counters->ai_jobs_waiting, 1);
	return (struct job *)entry;
}

/* --- time ----------------------------------------------------------------------------------- */

void
pool_start_tick(struct ai_pool *pool)
{
	struct timeval interval = { 0, TICK_MS * 1000 };

	if (!event_pending(pool->tick, EV_TIMEOUT, NULL))
		event_add(pool->tick, &interval);
}

static bool
is_over(const struct fair_entry *entry, const void *now_ms)
{
	return ((const struct job *)entry)->deadline_ms <= *(const int64_t *)now_ms;
}

static void
check_deadlines(struct ai_pool *pool, int64_t now_ms)
{
	struct fair_list late = TAILQ_HEAD_INITIALIZER(late);
	struct fair_entry *entry;

	fair_queue_take_all(&pool->waiting, is_over, &now_ms, &late);
	while ((entry = TAILQ_FIRST(&late)) != NULL) {
		TAILQ_REMOVE(&late, entry, link);
		counter_sub(&pool->counters->ai_jobs_waiting, 1);
		counter_add(&pool->counters->ai_timeouts, 1);
		pool_job_finish(pool, (struct job *)entry, ST_UNAVAILABLE);
	}
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct ai_pool *pool = arg;
	int64_t now_ms = clock_mono_ms();
	bool is_needed = false;

	(void)fd;
	(void)what;
	for (unsigned i = 0; i < pool->link_count; i++) {
		link_tick(&pool->links[i], now_ms);
		is_needed |= !pool->links[i].is_ready;
	}
	check_deadlines(pool, now_ms);
	pool_dispatch(pool);
	if (is_needed || pool->job_count > 0)
		pool_start_tick(pool);
}

/* --- understanding ------------------------------------------------------------------------- */

static bool
read_understood(struct slice body, enum status *st, struct pool_answer *answer)
{
	return job_answer_unpack(body, st, &answer->understood);
}

static void
tell_understood(const struct ai_pool *pool, const struct job *job, enum status st, const struct pool_answer *answer)
{
	(void)pool;
	job->fn.understood(st, st == ST_OK ? &answer->understood : NULL, job->arg);
}

static const struct job_kind understanding = { JOB_UNDERSTAND, JOB_ANSWER, .read = read_understood, .tell = tell_understood };

enum status
ai_pool_ask(struct ai_pool *pool, const struct understand_input *input, enum priority priority, int64_t deadline_ms,
    ai_answer_fn *fn, void *arg)
{
	struct job *job = pool_job_new(pool, &understanding, priority, input->whose, deadline_ms);

	if (job == NULL)
		return ST_OVERLOADED;
	job_pack(&job->body, input);
	job->picture = input->picture;
	job->fn.understood = fn;
	job->arg = arg;
	return pool_job_submit(pool, job);
}

/* --- the pool ------------------------------------------------------------------------------- */

struct ai_pool *
ai_pool_open(struct event_base *base, const struct options *options, struct counters *counters,
    const struct counter_segment *segment)
{
	struct ai_pool *pool = calloc(1, sizeof *pool + options->ai_workers * sizeof pool->links[0]);

	if (pool == NULL)
		return NULL;
	pool->base = base;
	pool->options = options;
	pool->counters = counters;
	pool->segment = segment;
	pool->link_count = options->ai_workers;
	pool->tick = evtimer_new(base, on_tick, pool);
	if (pool->tick == NULL) {
		free(pool);
		return NULL;
	}
	fair_queue_init(&pool->waiting);
	for (unsigned i = 0; i < pool->link_count; i++)
		link_init(&pool->links[i], pool, i);
	pool_start_tick(pool);
	return pool;
}

void
ai_pool_tell_by(struct ai_pool *pool, void (*enter)(void *arg, void (*fn)(void *arg), void *fn_arg), void *arg)
{
	pool->enter = enter;
	pool->enter_arg = arg;
}

void
ai_pool_close(struct ai_pool *pool)
{
	struct job *job;

	for (unsigned i = 0; i < pool->link_count; i++)
		link_fini(&pool->links[i]);
	while ((job = pool_job_next(pool)) != NULL)
		pool_job_finish(pool, job, ST_UNAVAILABLE);
	event_free(pool->tick);
	free(pool);
}
