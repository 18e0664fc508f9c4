/* SPDX-License-Identifier: MIT */
/* Jobs that wait for their time; see op_queue.h. */
#include "config.h"

#include "op_queue.h"

static enum status
job_get(struct op *op, const struct uuid *id, struct queued_job *job)
{
	struct key key = queue_key(op->ledger, id);
	struct slice value;

	if (!op_get(op, TABLE_JOBS, &key, &value))
		return kv_status(op->kv, ST_NOT_FOUND);
	job->id = *id;
	return job_record_unpack(value, job);
}

void
job_put(struct op *op, const struct queued_job *job)
{
	struct key key = queue_key(op->ledger, &job->id);

	job_record_pack(op->scratch, job);
	op_put_scratch(op, TABLE_JOBS, &key);
}

static bool
count_job(const struct kv_cursor *cursor, bool *wants_next, void *arg)
{
	(void)cursor;
	*wants_next = ++*(unsigned *)arg < JOBS_PER_LEDGER_MAX;
	return true;
}

void
job_put_new(struct op *op, const struct queued_job *job)
{
	unsigned count = 0;

	queue_walk_ledger(op, TABLE_JOBS, count_job, &count);
	if (count < JOBS_PER_LEDGER_MAX)
		job_put(op, job);
}

enum status
op_claim_job(struct op *op, const struct inbox_claim *claim)
{
	struct queued_job job;
	enum status st = job_get(op, &claim->message_id, &job);

	if (st != ST_OK)
		return st;
	if (job.not_before_ms > claim->now_ms)
		return ST_CONFLICT;
	job.blames = queued_job_blames(&job, claim->crash_mark);
	job.crash_mark = claim->crash_mark;
	job.attempts++;
	job.not_before_ms = claim->until_ms;
	job_put(op, &job);
	return kv_status(op->kv, ST_OK);
}

enum status
job_bring_forward(struct op *op, const struct bringing_forward *change)
{
	struct queued_job job;
	enum status st = job_get(op, &change->id, &job);

	if (st != ST_OK || job.not_before_ms != change->from_ms)
		return st;
	job.not_before_ms = change->to_ms;
	job_put(op, &job);
	return kv_status(op->kv, ST_OK);
}

static enum status
check_outcome(const struct queued_outcome *outcome)
{
	const struct outbox_entry *notice = &outcome->notice;

	if (outcome->cost_count > MESSAGE_COSTS_MAX || (outcome->has_notice && uuid_is_nil(&notice->message_id)))
		return ST_BAD_VALUE;
	for (size_t i = 0; i < outcome->cost_count; i++)
		if (ai_cost_check(&outcome->costs[i]) != ST_OK)
			return ST_BAD_VALUE;
	if (outcome->why.len > WHY_MAX || notice->text.len > REPLY_MAX || notice->deliver_to.len > DELIVER_TO_MAX
	    || notice->conversation.len > CONVERSATION_MAX)
		return ST_TEXT_TOO_LONG;
	return ST_OK;
}

static void
put_off(struct op *op, struct queued_job *job, const struct queued_outcome *outcome)
{
	job->not_before_ms = outcome->not_before_ms;
	job->why = outcome->why;
	job->crash_mark = 0;               /* it came to an end: what crashes from now on is not this attempt's fault */
	job_put(op, job);
}

static void
end(struct op *op, const struct queued_job *job, const struct queued_outcome *outcome)
{
	struct dead_letter letter = { .kind = LETTER_JOB, .dead_ms = outcome->now_ms, .why = outcome->why, .job = *job };
	struct outbox_entry notice = outcome->notice;
	struct key key = queue_key(op->ledger, &job->id);

	notice.is_notice = true;
	if (outcome->result == QUEUED_DEAD)
		dead_letter_put(op, &letter);
	else if (outcome->has_notice)
		notice_put(op, &notice);
	kv_del(op->kv, TABLE_JOBS, key_slice(&key));
}

enum status
op_finish_job(struct op *op, const struct queued_outcome *outcome)
{
	enum status st = check_outcome(outcome);
	struct queued_job job;

	if (st == ST_OK)
		st = job_get(op, &outcome->id, &job);
	if (st != ST_OK && st != ST_NOT_FOUND)
		return st;
	if (st == ST_OK && outcome->result == QUEUED_LATER)
		put_off(op, &job, outcome);
	else if (st == ST_OK)
		end(op, &job, outcome);
	for (size_t i = 0; i < outcome->cost_count; i++)
		op_add_ai_cost(op, &outcome->costs[i]);
	return kv_status(op->kv, ST_OK);
}

/* --- reading --------------------------------------------------------------------------------- */

struct listing {
	int64_t now_ms, far_ms;
	void  (*on_job)(const struct queued_job *job, void *arg);
	void   *arg;
};

static enum status
read_job(const struct kv_cursor *cursor, struct queued_job *job)
{
	return queue_read_key(cursor->key, &job->id) ? job_record_unpack(cursor->value, job) : ST_BAD_RECORD;
}

static bool
give_due(const struct kv_cursor *cursor, bool *wants_next, void *arg)
{
	const struct listing *listing = arg;
	struct queued_job job;

	if (read_job(cursor, &job) != ST_OK)
		return false;
	*wants_next = job.not_before_ms > listing->now_ms;
	if (!*wants_next || queue_is_far(job.not_before_ms, listing->far_ms))
		listing->on_job(&job, listing->arg);
	return true;
}

enum status
op_list_due_jobs(struct op *op, const struct due_query *query, void (*on_job)(const struct queued_job *job, void *arg), void *arg,
    struct slice *next)
{
	struct listing listing = { query->now_ms, query->far_ms, on_job, arg };

	return queue_walk(op, TABLE_JOBS, query, give_due, &listing, next);
}

static bool
give(const struct kv_cursor *cursor, bool *wants_next, void *arg)
{
	const struct listing *listing = arg;
	struct queued_job job;

	if (read_job(cursor, &job) != ST_OK)
		return false;
	listing->on_job(&job, listing->arg);
	*wants_next = true;
	return true;
}

enum status
op_list_jobs(struct op *op, void (*on_job)(const struct queued_job *job, void *arg), void *arg)
{
	struct listing listing = { .on_job = on_job, .arg = arg };

	queue_walk_ledger(op, TABLE_JOBS, give, &listing);
	return kv_status(op->kv, ST_OK);
}
