/* SPDX-License-Identifier: MIT */
/*
 * Does the jobs that wait in the store (store_job.h), a few at a time: claims
 * one, does it by its kind, and stores what came of it.  What fails is tried
 * again after a growing pause for a day; what crashed its process three times, or
 * every AI worker that had it, goes to the dead letters.
 */
#ifndef JOBS_H
#define JOBS_H

#include "message.h"
#include "store_job.h"

struct jobs;

/* The service outlives it.  crash_mark: as in struct inbox_claim.  NULL when there is no memory. */
struct jobs *jobs_open(const struct message_service *service, uint32_t crash_mark);

/* Behind the store and the pool, so that nobody calls back any more. */
void jobs_close(struct jobs *jobs);

/* Copy a job with what it points to; false: no memory. */
bool queued_job_copy(struct arena *arena, const struct queued_job *job, struct queued_job *copy);

/* Until when somebody who takes a job now has it. */
int64_t jobs_claim_until(const struct jobs *jobs, int64_t now_ms);

/* The latest time that this one is put off to at this moment, by a claim or a failure. */
int64_t jobs_latest_ms(const struct jobs *jobs, const struct queued_job *job, int64_t now_ms);

/*
 * One whose time has come; it is copied.  Nothing happens when it is under way
 * already, when there is no room, and when one that may have crashed a process
 * is under way or waits for that: such a one is done alone.
 */
void jobs_take(struct jobs *jobs, const struct queued_job *job);

#endif
