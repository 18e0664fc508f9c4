/* SPDX-License-Identifier: MIT */
/* The functions of store_job.h. */
#include "config.h"

#include "store_job.h"

#include "engine.h"
#include "ledger/queue/op_queue.h"
#include "reading.h"

void
store_list_due_jobs(struct store *store, unsigned shard, const struct due_query *query, const struct due_job_callbacks *callbacks,
    void *arg)
{
	struct slice next = SLICE_EMPTY;
	struct reading r;

	if (reading_begin(&r, store, shard, NULL))
		r.st = op_list_due_jobs(&r.op, query, callbacks->on_job, arg, &next);
	reading_end(&r, DISTRIBUTION_read_other_ns);
	callbacks->on_end(r.st, next, arg);
	reading_fini(&r);
}

void
store_list_jobs(struct store *store, const struct ledger *ledger, const struct job_list_callbacks *callbacks, void *arg)
{
	struct reading r;

	if (reading_begin(&r, store, ledger->shard, ledger))
		r.st = op_list_jobs(&r.op, callbacks->on_job, arg);
	reading_end(&r, DISTRIBUTION_read_other_ns);
	callbacks->on_end(r.st, arg);
	reading_fini(&r);
}

void
store_claim_job(struct store *store, const struct ledger *ledger, const struct inbox_claim *claim, store_done_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_CLAIM_JOB, .message_claim = *claim };

	store_submit(store, ledger, &command, &(struct asker){ .on_done = fn, .arg = arg });
}

void
store_finish_job(struct store *store, const struct ledger *ledger, const struct queued_outcome *outcome, store_done_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_FINISH_JOB, .job_outcome = *outcome };

	store_submit(store, ledger, &command, &(struct asker){ .on_done = fn, .arg = arg });
}
