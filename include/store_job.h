/* SPDX-License-Identifier: MIT */
/*
 * Work of low priority that follows a message and keeps nobody waiting: a job
 * is put by the transaction that records its message and lies in the same shard.
 * What it has to say goes to the outbox as a notice, with the job's end in one
 * transaction.  The jobs of a ledger are independent of each other: one that
 * waits for its time keeps no other back.
 */
#ifndef STORE_JOB_H
#define STORE_JOB_H

#include "store_queue.h"

enum { JOBS_PER_LEDGER_MAX = 100 };   /* that wait; what comes beyond them is not put */

enum queued_kind {
	QUEUED_SUGGESTION,            /* ask a provider where the expenses of the message belong */
	QUEUED_KINDS
};

struct queued_job {
	struct uuid      id;          /* of the message that it follows */
	enum queued_kind kind;
	struct slice     user_id, text, deliver_to, conversation;   /* text: of the message */
	int64_t          created_ms;
	int64_t          not_before_ms;
	uint32_t         attempts, blames, crash_mark;              /* as in struct inbox_entry */
	struct slice     why;         /* the last attempt failed; empty: none did */
};

/* The entry's blames once it is claimed. */
static inline uint32_t
queued_job_blames(const struct queued_job *job, uint32_t crash_mark)
{
	return job->blames + (job->crash_mark > 0 && crash_mark > job->crash_mark ? 1 : 0);
}

/* claim->message_id: the job's id.  ST_CONFLICT: somebody else has it, or it is not time; ST_NOT_FOUND: it is done. */
void store_claim_job(struct store *store, const struct ledger *ledger, const struct inbox_claim *claim, store_done_fn *fn,
    void *arg);

enum queued_result { QUEUED_DONE, QUEUED_LATER, QUEUED_DEAD, QUEUED_RESULTS };

struct queued_outcome {
	struct uuid                id;
	enum queued_result         result;
	int64_t                    now_ms;
	int64_t                    not_before_ms;  /* of LATER */
	struct slice               why;            /* of LATER and DEAD, at most WHY_MAX bytes */
	size_t                     cost_count;     /* at most MESSAGE_COSTS_MAX */
	const struct ai_cost      *costs;
	bool                       has_notice;     /* of DONE */
	struct outbox_entry        notice;         /* due at its not_before_ms; it is a notice, whatever it says of that */
};

/* What came of it.  Of one that is done already nothing changes. */
void store_finish_job(struct store *store, const struct ledger *ledger, const struct queued_outcome *outcome, store_done_fn *fn,
    void *arg);

/* Of each ledger the first job whose time has come. */
struct due_job_callbacks {
	void (*on_job)(const struct queued_job *job, void *arg);
	void (*on_end)(enum status st, struct slice next, void *arg);
};

void store_list_due_jobs(struct store *store, unsigned shard, const struct due_query *query,
    const struct due_job_callbacks *callbacks, void *arg);

/* All of a ledger. */
struct job_list_callbacks {
	void (*on_job)(const struct queued_job *job, void *arg);
	void (*on_end)(enum status st, void *arg);
};

void store_list_jobs(struct store *store, const struct ledger *ledger, const struct job_list_callbacks *callbacks, void *arg);

#endif
