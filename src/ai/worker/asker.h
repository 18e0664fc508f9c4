/* SPDX-License-Identifier: MIT */
/*
 * Asks the configured providers about messages, in an AI worker: one after
 * another in their order, each within its time limit and once more where that
 * may do, all within the message's deadline.  Whatever becomes of it, there is an
 * answer in time: that of the rules.
 */
#ifndef ASKER_H
#define ASKER_H

#include "understand.h"

/* By the place in the choices of ai.when. */
enum ai_when { AI_NEVER, AI_UNSURE, AI_ALWAYS };

struct ai_shared;
struct asker;
struct counters;
struct curl_loop;
struct event_base;
struct options;
struct shared;

/* instances: what they share, may be NULL.  NULL after logging why. */
struct asker *asker_open(struct event_base *base, struct curl_loop *curl, const struct options *options,
    const struct ai_shared *shared, struct shared *instances, struct counters *counters);

/* What is under way ends at once: its fn is called with NULL. */
void asker_close(struct asker *asker);

/* Whether a provider should be asked about what the rules made of this. */
bool asker_wants(const struct asker *asker, const struct understand_input *input, const struct understanding *rules);

/*
 * Whether a provider answered the very same question of late.  Then result, what
 * the rules made of the input, is changed as by that answer, and valid until the
 * asker's next call.
 */
bool asker_knows(struct asker *asker, const struct understand_input *input, struct understanding *result);

/* The result is valid until the return; NULL: the asker is closed. */
typedef void asker_done_fn(const struct understanding *result, void *arg);

/* A picture that the job is about. */
struct asker_picture {
	struct slice file;           /* copied */
	const char  *type;           /* of picture_type */
};

/*
 * job: the body of the job's frame, copied; picture: NULL when it is about a text.  true: fn is called exactly once,
 * later, and before deadline_ms.  false: nobody can be asked now.
 */
bool asker_ask(struct asker *asker, struct slice job, const struct asker_picture *picture, int64_t deadline_ms, asker_done_fn *fn, void *arg);

#endif
