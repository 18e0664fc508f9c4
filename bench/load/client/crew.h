/* SPDX-License-Identifier: MIT */
/*
 * A crew sends requests on connections of its own, one for each member, in one
 * of two ways:
 *
 * closed loop  a member sends its next request when the last one is answered,
 *              as the original's goroutines do.  A server that stalls is then
 *              asked less, which hides most of the stall.
 * open loop    requests have times at which they are to start, at a set rate.
 *              A member that is held up sends the ones it owes as soon as it
 *              can; latency counts from the intended start, so a stall counts
 *              for every request that it delayed.
 */
#ifndef CREW_H
#define CREW_H

#include <stdbool.h>
#include <stdint.h>

#include "http_client.h"

enum { CREW_ANSWER_LIMIT_MS = 10000 };   /* a request that is not answered by then has failed */

struct crew;

struct crew_member {
	struct crew *crew;
	unsigned     index;        /* of the member, from 0 */
	unsigned     number;       /* of its request, from 0 */
};

struct crew_plan {
	unsigned members;
	double   rate;             /* requests a second of all members; 0: closed loop */
	int64_t  limit_ns;         /* from the start: no request begins later; 0: none */

	/* The member's next request appended to out; false: it has none left. */
	bool   (*next)(struct crew_member *member, void *arg, struct buf *out);

	/* answer is NULL when there was none. */
	void   (*answered)(struct crew_member *member, void *arg, const struct http_answer *answer, uint64_t latency_ns);
	void    *arg;
};

/*
 * Open the connections, each with a request to /healthz that nobody counts,
 * then begin, all at once.  The plan is copied, the target is not.  NULL without memory.
 */
struct crew *crew_start(struct event_base *base, const struct http_target *target, const struct crew_plan *plan);

/* No more requests: it is done when those on their way are answered. */
void crew_stop(struct crew *crew);

/* Run the loop until the crew is done; false when somebody broke the loop off (event_base_loopbreak). */
bool crew_wait(struct crew *crew);

/* clock_mono_ns; 0 before the connections are open. */
int64_t crew_started_ns(const struct crew *crew);

void crew_free(struct crew *crew);

#endif
