/* SPDX-License-Identifier: MIT */
/* See ai_delivery.h. */
#include "config.h"

#include "ai_delivery.h"

#include "ai_pool_parts.h"
#include "arena.h"
#include "clock.h"
#include "siphash.h"

/* --- replies --------------------------------------------------------------------------------- */

static bool
read_delivered(struct slice body, enum status *st, struct pool_answer *answer)
{
	*st = ST_OK;
	return job_outcome_unpack(body, &answer->delivered, answer->why);
}

/* A worker had it and said no more: as if the platform had not answered the part that was under way. */
static void
judge_silence(const struct ai_pool *pool, const struct job *job, struct arena *arena, struct send_outcome *outcome)
{
	struct reply_button buttons[REPLY_BUTTONS_MAX];
	struct outgoing outgoing;

	if (!job_deliver_unpack(buf_slice(&job->body), &outgoing, buttons))
		return;
	outgoing.step = job->step;
	outgoing.options = pool->options;
	outgoing.now_s = clock_wall_ms() / 1000;
	messenger_judge_silence(&outgoing, arena, outcome);
}

static void
tell_delivered(const struct ai_pool *pool, const struct job *job, enum status st, const struct pool_answer *answer)
{
	struct send_outcome outcome = { .result = SEND_RETRY, .step = job->step };
	struct arena arena = ARENA_INIT;

	if (st == ST_OK) {
		job->fn.delivered(st, &answer->delivered, job->arg);
		return;
	}
	if (job->is_sent)
		judge_silence(pool, job, &arena, &outcome);
	outcome.why = job->is_sent ? "the worker that sent it went away" : "no worker took it";
	job->fn.delivered(ST_UNAVAILABLE, &outcome, job->arg);
	arena_fini(&arena);
}

static const struct job_kind delivery = { JOB_DELIVER, JOB_DELIVERED, .is_outside = true, .is_once = true,
	.read = read_delivered, .tell = tell_delivered };

/* Chats take turns; their addresses are chosen by the platforms. */
static uint64_t
flow_of(struct slice deliver_to)
{
	static const uint8_t no_secret[16];

	return siphash(no_secret, deliver_to.ptr, deliver_to.len);
}

enum status
ai_pool_deliver(struct ai_pool *pool, const struct outgoing *outgoing, int64_t deadline_ms, deliver_fn *fn, void *arg)
{
	struct job *job = pool_job_new(pool, &delivery, outgoing->is_notice ? PRIORITY_LOW : PRIORITY_HIGH, flow_of(outgoing->deliver_to), deadline_ms);

	if (job == NULL)
		return ST_OVERLOADED;
	job_deliver_pack(&job->body, outgoing);
	job->step = outgoing->step;
	job->fn.delivered = fn;
	job->arg = arg;
	return pool_job_submit(pool, job);
}

/* --- keys ------------------------------------------------------------------------------------ */

static bool
read_keys(struct slice body, enum status *st, struct pool_answer *answer)
{
	return job_keys_answer_unpack(body, st, &answer->keys);
}

static void
tell_keys(const struct ai_pool *pool, const struct job *job, enum status st, const struct pool_answer *answer)
{
	(void)pool;
	job->fn.fetched(st == ST_OK ? ST_OK : ST_UNAVAILABLE, st == ST_OK ? answer->keys : SLICE_EMPTY, job->arg);
}

static const struct job_kind key_fetching = { JOB_KEYS, JOB_KEYS_ANSWER, .is_outside = true, .read = read_keys, .tell = tell_keys };

enum status
ai_pool_fetch_keys(struct ai_pool *pool, const struct messenger *messenger, int64_t deadline_ms, keys_fn *fn, void *arg)
{
	struct job *job = pool_job_new(pool, &key_fetching, PRIORITY_HIGH, 0, deadline_ms);

	if (job == NULL)
		return ST_OVERLOADED;
	job_keys_pack(&job->body, messenger);
	job->fn.fetched = fn;
	job->arg = arg;
	return pool_job_submit(pool, job);
}
