/* SPDX-License-Identifier: MIT */
/*
 * See ai_pool.h.  A job is in one list at a time: waiting by priority, or in
 * flight on one link.  A link is the connection to one worker; it is used once
 * the worker has said hello, so that jobs do not wait behind a worker that is
 * only starting.
 */
#include "config.h"

#include "ai_pool.h"

#include <stdlib.h>
#include <string.h>

#include <event2/event.h>

#include "ai_pool_parts.h"
#include "channel.h"
#include "clock.h"
#include "counters.h"
#include "job.h"
#include "log.h"
#include "master/child.h"
#include "sockets.h"

enum {
	WINDOW = 64,             /* jobs in flight on one link: enough to keep a worker busy between two turns */
	BLAME_MAX = 5,           /* a job over which this many workers stalled or crashed is given up */
	TICK_MS = 20,
	MINUTE_MS = 60000
};

static void dispatch(struct ai_pool *pool);

static void
start_tick(struct ai_pool *pool)
{
	struct timeval interval = { 0, TICK_MS * 1000 };

	if (!event_pending(pool->tick, EV_TIMEOUT, NULL))
		event_add(pool->tick, &interval);
}

static void
finish(struct ai_pool *pool, struct job *job, enum status st, const struct understanding *result)
{
	ai_answer_fn *fn = job->fn;
	void *arg = job->arg;

	buf_fini(&job->body);
	free(job);
	pool->job_count--;
	fn(st, result, arg);
}

static void
wait_again(struct ai_pool *pool, struct job *job)
{
	TAILQ_INSERT_HEAD(&pool->waiting[job->priority], job, entry);
	counter_add(&pool->counters->ai_jobs_waiting, 1);
}

/* How often AI workers have ended by their own fault. */
static uint32_t
count_crashes(const struct ai_pool *pool)
{
	uint32_t crashes = 0, used;

	if (pool->segment == NULL)
		return 0;
	used = atomic_load_explicit(&pool->segment->used, memory_order_relaxed);
	for (uint32_t i = 0; i < used; i++) {
		const struct process_slot *slot = &pool->segment->slots[i];

		if (strcmp(role_name(slot->role), "ai") == 0)
			crashes += atomic_load_explicit(&slot->crashes, memory_order_relaxed);
	}
	return crashes;
}

/*
 * A worker that somebody else killed blames no job.  The master may not have
 * seen the last crashes yet, so that a few less of them than losses are enough.
 */
static bool
is_poison(const struct ai_pool *pool, const struct job *job)
{
	return job->losses + job->stalls >= BLAME_MAX &&
	    job->stalls + (count_crashes(pool) - job->crashes_before) >= BLAME_MAX - 2;
}

/* The job's worker died or is slow: another one gets it, unless it is the job that breaks them. */
static void
take_back(struct link *link, struct job *job)
{
	struct ai_pool *pool = link->pool;

	TAILQ_REMOVE(&link->in_flight, job, entry);
	link->count--;
	if (is_poison(pool, job)) {
		log_warn("a job was given up after %u workers failed on it", job->losses + job->stalls);
		finish(pool, job, ST_FAILED, NULL);
		return;
	}
	counter_add(&pool->counters->ai_redispatched, 1);
	wait_again(pool, job);
}

/* Their worker is gone, and they are like any others. */
static void
put_back_asking(struct link *link)
{
	struct job *job;

	while ((job = TAILQ_FIRST(&link->asking)) != NULL) {
		TAILQ_REMOVE(&link->asking, job, entry);
		TAILQ_INSERT_TAIL(&link->in_flight, job, entry);
		link->count++;
	}
}

static struct job *
find_job(struct job_list *list, uint64_t id)
{
	struct job *job;

	TAILQ_FOREACH(job, list, entry)
		if (job->id == id)
			break;
	return job;
}

static void
on_link_lost(struct channel *ch, void *arg)
{
	struct link *link = arg;
	struct job *job;

	channel_close(ch);
	link->channel = NULL;
	link->is_ready = link->is_slow = false;
	put_back_asking(link);
	while ((job = TAILQ_LAST(&link->in_flight, job_list)) != NULL) {   /* so that they wait in their old order */
		job->losses++;
		take_back(link, job);
	}
	dispatch(link->pool);
	start_tick(link->pool);
}

static void
on_answer(struct link *link, const struct frame *frame)
{
	struct ai_pool *pool = link->pool;
	struct job *job = find_job(&link->in_flight, frame->id);
	bool is_asking = job == NULL;
	enum status st;

	link->is_slow = false;
	if (is_asking)
		job = find_job(&link->asking, frame->id);
	if (job == NULL)
		return;          /* another worker has it by now */
	if (!job_answer_unpack(frame->body, &st, &pool->answer)) {
		log_error("ai worker %u: an answer that is none; its connection is closed", link->index);
		on_link_lost(link->channel, link);
		return;
	}
	if (is_asking) {
		TAILQ_REMOVE(&link->asking, job, entry);
	} else {
		TAILQ_REMOVE(&link->in_flight, job, entry);
		link->count--;
	}
	counter_add(&pool->counters->ai_jobs, 1);
	finish(pool, job, st, &pool->answer);
}

/* A worker that says this works: only its answer may take its time. */
static void
on_patience(struct link *link, const struct frame *frame)
{
	struct job *job = find_job(&link->in_flight, frame->id);
	struct mp mp = mp_of(frame->body);
	uint64_t wait_ms = mp_uint(&mp);

	link->is_slow = false;
	if (job == NULL || !mp_end(&mp))
		return;
	TAILQ_REMOVE(&link->in_flight, job, entry);
	link->count--;
	TAILQ_INSERT_TAIL(&link->asking, job, entry);
	job->attempt_ends_ms += (int64_t)(wait_ms < MINUTE_MS ? wait_ms : MINUTE_MS);
	if (job->attempt_ends_ms > job->deadline_ms)
		job->attempt_ends_ms = job->deadline_ms;
}

static void
on_link_frame(struct channel *ch, const struct frame *frame, void *arg)
{
	struct link *link = arg;

	(void)ch;
	if (frame->kind == JOB_HELLO)
		link->is_ready = true;
	else if (frame->kind == JOB_ANSWER)
		on_answer(link, frame);
	else if (frame->kind == JOB_PATIENCE)
		on_patience(link, frame);
}

static void
on_link_drained(struct channel *ch, void *arg)
{
	struct link *link = arg;

	(void)ch;
	dispatch(link->pool);
}

static const struct channel_callbacks link_callbacks = { on_link_frame, on_link_drained, on_link_lost };

static void
connect_link(struct link *link)
{
	char path[INTERNAL_PATH_MAX];
	int fd;

	ai_socket_path(link->pool->options, link->index, path);
	fd = unix_connect(path);
	if (fd != -1)
		link->channel = channel_open(link->pool->base, fd, &link_callbacks, link);
}

/* The ready link with the least to do, or NULL when all are full, slow or away. */
static struct link *
best_link(struct ai_pool *pool)
{
	struct link *best = NULL;

	for (unsigned i = 0; i < pool->link_count; i++) {
		struct link *link = &pool->links[i];

		if (link->is_ready && !link->is_slow && link->count < WINDOW && (best == NULL || link->count < best->count))
			best = link;
	}
	return best;
}

static struct job *
next_waiting(struct ai_pool *pool)
{
	for (int priority = 0; priority < PRIORITY_LEVELS; priority++) {
		struct job *job = TAILQ_FIRST(&pool->waiting[priority]);

		if (job != NULL)
			return job;
	}
	return NULL;
}

static void
send_job(struct link *link, struct job *job)
{
	struct ai_pool *pool = link->pool;
	struct frame frame = { JOB_UNDERSTAND, job->id, job->priority, job->deadline_ms, buf_slice(&job->body) };

	TAILQ_REMOVE(&pool->waiting[job->priority], job, entry);
	counter_sub(&pool->counters->ai_jobs_waiting, 1);
	if (job->losses + job->stalls == 0)
		job->crashes_before = count_crashes(pool);
	job->attempt_ends_ms = clock_mono_ms() + pool->options->ai_attempt_timeout_ms;
	if (job->attempt_ends_ms > job->deadline_ms)
		job->attempt_ends_ms = job->deadline_ms;
	TAILQ_INSERT_TAIL(&link->in_flight, job, entry);
	link->count++;
	channel_send(link->channel, &frame);      /* without memory the attempt runs out */
}

static void
dispatch(struct ai_pool *pool)
{
	struct job *job;
	struct link *link;

	if (pool->is_dispatching)
		return;
	pool->is_dispatching = true;
	while ((job = next_waiting(pool)) != NULL && (link = best_link(pool)) != NULL)
		send_job(link, job);
	pool->is_dispatching = false;
}

static void
check_attempts(struct link *link, int64_t now_ms)
{
	struct job *job;

	while ((job = TAILQ_FIRST(&link->in_flight)) != NULL && job->attempt_ends_ms <= now_ms) {
		link->is_slow = true;
		job->stalls++;
		take_back(link, job);
	}
}

/* The worker said that it would give up by then, and has not. */
static void
check_asking(struct link *link, int64_t now_ms)
{
	struct job *job, *next;

	for (job = TAILQ_FIRST(&link->asking); job != NULL; job = next) {
		next = TAILQ_NEXT(job, entry);
		if (job->attempt_ends_ms > now_ms)
			continue;
		TAILQ_REMOVE(&link->asking, job, entry);
		TAILQ_INSERT_HEAD(&link->in_flight, job, entry);
		link->count++;
	}
}

/* Deadlines lie some seconds off and all jobs wait the same time, so a look at each list's jobs is rare and short. */
static void
check_deadlines(struct ai_pool *pool, int64_t now_ms)
{
	for (int priority = 0; priority < PRIORITY_LEVELS; priority++) {
		struct job *job, *next;

		for (job = TAILQ_FIRST(&pool->waiting[priority]); job != NULL; job = next) {
			next = TAILQ_NEXT(job, entry);
			if (job->deadline_ms > now_ms)
				continue;
			TAILQ_REMOVE(&pool->waiting[priority], job, entry);
			counter_sub(&pool->counters->ai_jobs_waiting, 1);
			counter_add(&pool->counters->ai_timeouts, 1);
			finish(pool, job, ST_UNAVAILABLE, NULL);
		}
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
		check_asking(&pool->links[i], now_ms);
		check_attempts(&pool->links[i], now_ms);
		if (pool->links[i].channel == NULL)
			connect_link(&pool->links[i]);
		is_needed |= !pool->links[i].is_ready;
	}
	check_deadlines(pool, now_ms);
	dispatch(pool);
	if (is_needed || pool->job_count > 0)
		start_tick(pool);
}

enum status
ai_pool_ask(struct ai_pool *pool, const struct understand_input *input, enum priority priority, int64_t deadline_ms,
    ai_answer_fn *fn, void *arg)
{
	struct job *job;

	if (pool->job_count >= pool->options->ai_queue_max)
		goto overloaded;
	job = calloc(1, sizeof *job);
	if (job == NULL)
		goto overloaded;
	job_pack(&job->body, input);
	if (job->body.has_failed) {
		buf_fini(&job->body);
		free(job);
		goto overloaded;
	}
	job->id = ++pool->last_id;
	job->priority = priority;
	job->deadline_ms = deadline_ms;
	job->fn = fn;
	job->arg = arg;
	TAILQ_INSERT_TAIL(&pool->waiting[priority], job, entry);
	counter_add(&pool->counters->ai_jobs_waiting, 1);
	pool->job_count++;
	dispatch(pool);
	start_tick(pool);
	return ST_OK;
overloaded:
	counter_add(&pool->counters->ai_overloads, 1);
	return ST_OVERLOADED;
}

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
	for (int priority = 0; priority < PRIORITY_LEVELS; priority++)
		TAILQ_INIT(&pool->waiting[priority]);
	for (unsigned i = 0; i < pool->link_count; i++) {
		pool->links[i] = (struct link){ .pool = pool, .index = i };
		TAILQ_INIT(&pool->links[i].in_flight);
		TAILQ_INIT(&pool->links[i].asking);
		connect_link(&pool->links[i]);
	}
	start_tick(pool);
	return pool;
}

static void
finish_all(struct ai_pool *pool, struct job_list *list)
{
	struct job *job;

	while ((job = TAILQ_FIRST(list)) != NULL) {
		TAILQ_REMOVE(list, job, entry);
		finish(pool, job, ST_UNAVAILABLE, NULL);
	}
}

void
ai_pool_close(struct ai_pool *pool)
{
	for (unsigned i = 0; i < pool->link_count; i++) {
		if (pool->links[i].channel != NULL)
			channel_close(pool->links[i].channel);
		finish_all(pool, &pool->links[i].in_flight);
		finish_all(pool, &pool->links[i].asking);
	}
	for (int priority = 0; priority < PRIORITY_LEVELS; priority++)
		finish_all(pool, &pool->waiting[priority]);
	event_free(pool->tick);
	free(pool);
}
