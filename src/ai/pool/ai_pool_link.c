/* SPDX-License-Identifier: MIT */
/*
 * See ai_pool.h.  A link is the connection to one worker; it is used once the
 * worker has said hello, so that jobs do not wait behind a worker that is only
 * starting.
 */
#include "config.h"

#include "ai_pool_parts.h"

#include <string.h>

#include "channel.h"
#include "clock.h"
#include "counters.h"
#include "log.h"
#include "master/child.h"
#include "sockets.h"

enum {
	WINDOW = 64,             /* jobs in flight on one link: enough to keep a worker busy between two turns */
	KILLS_MAX = 3,           /* a job that crashed this many workers is given up ... */
	BLAME_MAX = 5,           /* ... and one over which this many stalled or crashed */
	MINUTE_MS = 60000
};

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
	uint32_t crashes = count_crashes(pool) - job->crashes_before;

	return (job->losses >= KILLS_MAX && crashes >= KILLS_MAX - 2) ||
	    (job->losses + job->stalls >= BLAME_MAX && job->stalls + crashes >= BLAME_MAX - 2);
}

static void
place_take(struct link *link, struct job *job)
{
	TAILQ_REMOVE(&link->in_flight, job, entry);
	link->count--;
}

/* The job's worker died or is slow: another one gets it, unless it may not or it is the job that breaks them. */
static void
take_back(struct link *link, struct job *job)
{
	struct ai_pool *pool = link->pool;

	place_take(link, job);
	buf_fini(&job->fetched);
	if (job->kind->is_once) {
		pool_job_finish(pool, job, ST_UNAVAILABLE);
	} else if (is_poison(pool, job)) {
		log_warn("a job was given up after %u workers failed on it", job->losses + job->stalls);
		pool_job_finish(pool, job, ST_FAILED);
	} else {
		counter_add(&pool->counters->ai_redispatched, 1);
		pool_job_wait_again(pool, job);
	}
}

/* It takes a place again, and is like any others. */
static void
put_back(struct link *link, struct job *job, bool is_first)
{
	TAILQ_REMOVE(&link->asking, job, entry);
	if (is_first)
		TAILQ_INSERT_HEAD(&link->in_flight, job, entry);
	else
		TAILQ_INSERT_TAIL(&link->in_flight, job, entry);
	link->count++;
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
disconnect(struct link *link)
{
	channel_close(link->channel);
	link->channel = NULL;
	link->is_ready = link->is_slow = false;
}

static void
on_link_lost(struct channel *ch, void *arg)
{
	struct link *link = arg;
	struct job *job;

	(void)ch;
	disconnect(link);
	while ((job = TAILQ_FIRST(&link->asking)) != NULL)
		put_back(link, job, false);
	while ((job = TAILQ_LAST(&link->in_flight, job_list)) != NULL) {   /* so that they wait in their old order */
		job->losses++;
		take_back(link, job);
	}
	pool_dispatch(link->pool);
	pool_start_tick(link->pool);
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
	if (frame->kind != job->kind->answers || !job->kind->read(frame->body, &st, &pool->answer)) {
		log_error("ai worker %u: an answer that is none; its connection is closed", link->index);
		job->stalls++;          /* the worker lives: it is the job that is to blame */
		on_link_lost(link->channel, link);
		return;
	}
	if (is_asking)
		TAILQ_REMOVE(&link->asking, job, entry);
	else
		place_take(link, job);
	counter_add(&pool->counters->ai_jobs, 1);
	pool_job_answered(pool, job, st, frame->body);
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
	place_take(link, job);
	TAILQ_INSERT_TAIL(&link->asking, job, entry);
	job->attempt_ends_ms += (int64_t)(wait_ms < MINUTE_MS ? wait_ms : MINUTE_MS);
	if (job->attempt_ends_ms > job->deadline_ms)
		job->attempt_ends_ms = job->deadline_ms;
}

/* Of one that is too long nothing is kept. */
static void
on_picture(struct link *link, const struct frame *frame)
{
	struct job *job = find_job(&link->asking, frame->id);
	struct mp mp = mp_of(frame->body);
	struct slice part = mp_bin(&mp);

	if (job == NULL || !mp_end(&mp))
		return;
	if (job->fetched.len + part.len <= link->pool->options->ai_image_bytes)
		buf_append_slice(&job->fetched, part);
	else
		job->fetched.has_failed = true;
}

static void
on_progress(struct link *link, const struct frame *frame)
{
	struct job *job = find_job(&link->asking, frame->id);
	struct mp mp = mp_of(frame->body);
	uint64_t step = mp_uint(&mp);

	if (job != NULL && mp_end(&mp) && step <= UINT16_MAX)
		job->step = (unsigned)step;
}

static void
on_link_frame(struct channel *ch, const struct frame *frame, void *arg)
{
	struct link *link = arg;

	(void)ch;
	if (frame->kind == JOB_HELLO) {
		link->is_ready = true;
		link->is_slow = false;
		pool_dispatch(link->pool);
	} else if (frame->kind == JOB_PATIENCE)
		on_patience(link, frame);
	else if (frame->kind == JOB_PROGRESS)
		on_progress(link, frame);
	else if (frame->kind == JOB_PICTURE)
		on_picture(link, frame);
	else
		on_answer(link, frame);
}

static void
on_link_drained(struct channel *ch, void *arg)
{
	struct link *link = arg;

	(void)ch;
	pool_dispatch(link->pool);
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

/* It was with a worker that failed: it is given out alone, so that the next failure blames no other. */
static bool
is_suspect(const struct job *job)
{
	return job->losses + job->stalls > 0;
}

static bool
has_suspect(const struct link *link)
{
	const struct job *first = TAILQ_FIRST(&link->in_flight);

	return first != NULL && is_suspect(first);
}

/* The ready link with the least to do, or NULL when all are full, slow or away. */
static struct link *
best_link(struct ai_pool *pool)
{
	struct link *best = NULL;

	for (unsigned i = 0; i < pool->link_count; i++) {
		struct link *link = &pool->links[i];

		if (link->is_ready && !link->is_slow && link->count < WINDOW && !has_suspect(link) && (best == NULL || link->count < best->count))
			best = link;
	}
	return best;
}

/* false: there is no memory for it.  What may have left of its picture is of a number that no job has any more. */
static bool
send_frames(struct ai_pool *pool, struct link *link, struct job *job)
{
	struct frame frame = { job->kind->asks, job->id, job->waiting.priority, job->deadline_ms, buf_slice(&job->body) };
	struct frame part = { JOB_PICTURE, job->id, job->waiting.priority, job->deadline_ms, SLICE_EMPTY };

	if (job_send_picture(link->channel, &part, job->picture) && channel_send(link->channel, &frame))
		return true;
	job->id = ++pool->last_id;
	return false;
}

static bool
send_job(struct link *link, struct job *job)
{
	struct ai_pool *pool = link->pool;

	if (!send_frames(pool, link, job))
		return false;
	if (!job->is_sent)
		job->crashes_before = count_crashes(pool);
	job->is_sent = true;
	job->attempt_ends_ms = clock_mono_ms() + pool->options->ai_attempt_timeout_ms;
	if (job->attempt_ends_ms > job->deadline_ms || job->kind->is_outside)
		job->attempt_ends_ms = job->deadline_ms;
	if (job->kind->is_outside) {
		TAILQ_INSERT_TAIL(&link->asking, job, entry);
	} else {
		TAILQ_INSERT_TAIL(&link->in_flight, job, entry);
		link->count++;
	}
	return true;
}

void
pool_dispatch(struct ai_pool *pool)
{
	struct link *link;
	struct job *job;

	if (pool->is_dispatching)
		return;
	pool->is_dispatching = true;
	while ((link = best_link(pool)) != NULL && (job = pool_job_next(pool)) != NULL) {
		if ((is_suspect(job) && link->count > 0) || !send_job(link, job)) {
			pool_job_wait_again(pool, job);      /* until one has nothing to do, or for memory: the next tick looks */
			break;
		}
	}
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

/* The worker was to give up by then, and has not. */
static void
check_asking(struct link *link, int64_t now_ms)
{
	struct job *job, *next;

	for (job = TAILQ_FIRST(&link->asking); job != NULL; job = next) {
		next = TAILQ_NEXT(job, entry);
		if (job->attempt_ends_ms <= now_ms)
			put_back(link, job, true);
	}
}

/* Nothing was asked of it that it has not let run out. */
static bool
is_silent(const struct link *link)
{
	return link->is_slow && link->count == 0 && TAILQ_EMPTY(&link->asking);
}

/* An answer may be lost where memory runs out, so that one that is silent is not waited for: it says hello once more when it works. */
void
link_tick(struct link *link, int64_t now_ms)
{
	check_asking(link, now_ms);
	check_attempts(link, now_ms);
	if (is_silent(link))
		disconnect(link);
	if (link->channel == NULL)
		connect_link(link);
}

void
link_init(struct link *link, struct ai_pool *pool, unsigned index)
{
	*link = (struct link){ .pool = pool, .index = index };
	TAILQ_INIT(&link->in_flight);
	TAILQ_INIT(&link->asking);
	connect_link(link);
}

static void
finish_all(struct ai_pool *pool, struct job_list *list)
{
	struct job *job;

	while ((job = TAILQ_FIRST(list)) != NULL) {
		TAILQ_REMOVE(list, job, entry);
		pool_job_finish(pool, job, ST_UNAVAILABLE);
	}
}

void
link_fini(struct link *link)
{
	if (link->channel != NULL)
		channel_close(link->channel);
	finish_all(link->pool, &link->in_flight);
	finish_all(link->pool, &link->asking);
}
