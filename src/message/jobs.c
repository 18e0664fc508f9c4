/* SPDX-License-Identifier: MIT */
/* See jobs.h. */
#include "config.h"

#include "jobs.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "backoff.h"
#include "clock.h"
#include "counters.h"
#include "log.h"
#include "suggest.h"

enum {
	BLAMES_MAX = 3,
	GRACE_MS = 5000,                 /* of a claim, beyond the time that understanding may take */
	LIFETIME_MS = 24 * 3600 * 1000
};

static const struct backoff pauses = { .first_ms = 15000, .doublings_max = 8 };       /* 15 s to some 64 min */

struct work {
	LIST_ENTRY(work)  link;
	struct jobs      *jobs;
	struct arena      arena;         /* of all that it makes */
	struct ledger     ledger;
	struct queued_job job;
};

struct jobs {
	const struct message_service *service;
	uint32_t                      crash_mark;
	unsigned                      under_way;
	bool                          is_suspect_under_way, does_suspect_wait;
	LIST_HEAD(, work)             works;
};

bool
queued_job_copy(struct arena *arena, const struct queued_job *job, struct queued_job *copy)
{
	*copy = *job;
	copy->user_id = arena_copy(arena, job->user_id);
	copy->text = arena_copy(arena, job->text);
	copy->conversation = arena_copy(arena, job->conversation);
	copy->why = arena_copy(arena, job->why);
	copy->deliver_to = arena_copy(arena, job->deliver_to);
	return copy->deliver_to.ptr != NULL;
}

static void
end_work(struct work *work)
{
	if (--work->jobs->under_way == 0)
		work->jobs->is_suspect_under_way = false;
	LIST_REMOVE(work, link);
	arena_fini(&work->arena);
	free(work);
}

/* Unless it is stored the claim ends, and the job is found again. */
static void
on_finished(enum status st, void *arg)
{
	(void)st;
	end_work(arg);
}

static void
finish(struct work *work, struct queued_outcome *outcome)
{
	outcome->id = work->job.id;
	outcome->now_ms = clock_wall_ms();
	store_finish_job(work->jobs->service->store, &work->ledger, outcome, on_finished, work);
}

static void
bury(struct work *work, struct queued_outcome *outcome, const char *why)
{
	log_error("a job was given up: %s", why);
	counter_add(&work->jobs->service->counters->queue_dead, 1);
	outcome->result = QUEUED_DEAD;
	outcome->why = slice_of(why);
	finish(work, outcome);
}

static void
put_off(struct work *work, struct queued_outcome *outcome)
{
	struct counters *counters = work->jobs->service->counters;
	int64_t now_ms = clock_wall_ms();

	outcome->not_before_ms = now_ms + backoff_pause_ms(&pauses, work->job.attempts);
	if (outcome->not_before_ms > work->job.created_ms + LIFETIME_MS) {
		counter_add(&counters->queue_jobs_expired, 1);
		outcome->result = QUEUED_DONE;
	} else {
		counter_add(&counters->queue_jobs_put_off, 1);
	}
	finish(work, outcome);
}

static void
on_done(struct queued_outcome *outcome, void *arg)
{
	struct work *work = arg;
	struct counters *counters = work->jobs->service->counters;

	if (outcome->result == QUEUED_LATER) {
		put_off(work, outcome);
		return;
	}
	if (outcome->result == QUEUED_DEAD) {
		bury(work, outcome, "it broke every worker that had it");
		return;
	}
	counter_add(&counters->queue_jobs_done, 1);
	counter_add(&counters->queue_notices, outcome->has_notice);
	finish(work, outcome);
}

static void
on_claimed(enum status st, void *arg)
{
	struct work *work = arg;
	struct jobs *jobs = work->jobs;
	struct queued_outcome outcome = { .cost_count = 0 };

	if (st != ST_OK) {
		end_work(work);          /* somebody else has it, or it is done */
	} else if (queued_job_blames(&work->job, jobs->crash_mark) >= BLAMES_MAX) {
		bury(work, &outcome, "it crashed the process that worked on it again and again");
	} else {
		work->job.attempts++;
		suggest_run(jobs->service, &work->ledger, &work->job, &work->arena, on_done, work);
	}
}

static bool
is_under_way(const struct jobs *jobs, const struct uuid *id)
{
	const struct work *work;

	LIST_FOREACH(work, &jobs->works, link)
		if (uuid_equal(&work->job.id, id))
			return true;
	return false;
}

static struct work *
new_work(struct jobs *jobs, const struct queued_job *job)
{
	struct work *work = calloc(1, sizeof *work);

	if (work == NULL)
		return NULL;
	work->jobs = jobs;
	jobs->under_way++;
	LIST_INSERT_HEAD(&jobs->works, work, link);
	if (queued_job_copy(&work->arena, job, &work->job))
		return work;
	end_work(work);
	return NULL;
}

static bool
may_take(struct jobs *jobs, bool is_suspect)
{
	if (is_suspect && jobs->under_way > 0)
		jobs->does_suspect_wait = true;
	if (jobs->under_way == 0)
		return is_suspect || !jobs->does_suspect_wait;
	return !is_suspect && !jobs->is_suspect_under_way && !jobs->does_suspect_wait &&
	    jobs->under_way < jobs->service->options->ai_jobs_max;
}

int64_t
jobs_claim_until(const struct jobs *jobs, int64_t now_ms)
{
	return now_ms + jobs->service->options->ai_message_timeout_ms + GRACE_MS;
}

int64_t
jobs_latest_ms(const struct jobs *jobs, const struct queued_job *job, int64_t now_ms)
{
	int64_t claim_ms = jobs_claim_until(jobs, now_ms), pause_ms = job->attempts > 0 ? now_ms + backoff_longest_ms(&pauses, job->attempts) : 0;

	return pause_ms > claim_ms ? pause_ms : claim_ms;
}

void
jobs_take(struct jobs *jobs, const struct queued_job *job)
{
	int64_t now_ms = clock_wall_ms();
	struct inbox_claim claim = { job->id, now_ms, jobs_claim_until(jobs, now_ms), jobs->crash_mark };
	bool is_suspect = queued_job_blames(job, jobs->crash_mark) > 0;
	struct work *work = !is_under_way(jobs, &job->id) && may_take(jobs, is_suspect) ? new_work(jobs, job) : NULL;

	if (work == NULL)
		return;
	if (is_suspect) {
		jobs->is_suspect_under_way = true;
		jobs->does_suspect_wait = false;
	}
	work->ledger = store_ledger(jobs->service->store, work->job.user_id);
	store_claim_job(jobs->service->store, &work->ledger, &claim, on_claimed, work);
}

struct jobs *
jobs_open(const struct message_service *service, uint32_t crash_mark)
{
	struct jobs *jobs = calloc(1, sizeof *jobs);

	if (jobs == NULL)
		return NULL;
	jobs->service = service;
	jobs->crash_mark = crash_mark;
	LIST_INIT(&jobs->works);
	return jobs;
}

void
jobs_close(struct jobs *jobs)
{
	while (!LIST_EMPTY(&jobs->works))
		end_work(LIST_FIRST(&jobs->works));
	free(jobs);
}
