/* SPDX-License-Identifier: MIT */
/*
 * The job that suggests categories: asks a provider about a message that the
 * rules have answered, and makes a notice of what it would file elsewhere.
 */
#ifndef SUGGEST_H
#define SUGGEST_H

#include "message.h"
#include "store_job.h"

/* result, costs and notice are set, valid until the return: DONE, LATER with why, or DEAD. */
typedef void suggest_done_fn(struct queued_outcome *outcome, void *arg);

/* All outlives the call of fn, which comes once, perhaps before the return. */
void suggest_run(const struct message_service *service, const struct ledger *ledger, const struct queued_job *job,
    struct arena *arena, suggest_done_fn *fn, void *arg);

#endif
