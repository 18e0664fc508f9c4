/* SPDX-License-Identifier: MIT */
/* See ai_delivery.h.  No worker sends yet: everything is answered that nobody could. */
#include "config.h"

#include "ai_delivery.h"

#include <stdlib.h>

#include <event2/event.h>

#include "ai_pool_parts.h"

struct refusal {
	unsigned    step;
	deliver_fn *delivered;
	keys_fn    *fetched;
	void       *arg;
};

static void
on_refused(evutil_socket_t fd, short what, void *arg)
{
	struct refusal *refusal = arg;
	struct send_outcome outcome = { .result = SEND_RETRY, .step = refusal->step, .why = "no worker sends" };

	(void)fd;
	(void)what;
	if (refusal->delivered != NULL)
		refusal->delivered(ST_UNAVAILABLE, &outcome, refusal->arg);
	else
		refusal->fetched(ST_UNAVAILABLE, SLICE_EMPTY, refusal->arg);
	free(refusal);
}

static enum status
refuse(struct ai_pool *pool, struct refusal refusal)
{
	struct timeval now = { 0, 0 };
	struct refusal *later = malloc(sizeof *later);

	if (later == NULL)
		return ST_OVERLOADED;
	*later = refusal;
	if (event_base_once(pool->base, -1, EV_TIMEOUT, on_refused, later, &now) == 0)
		return ST_OK;
	free(later);
	return ST_OVERLOADED;
}

enum status
ai_pool_deliver(struct ai_pool *pool, const struct outgoing *outgoing, int64_t deadline_ms, deliver_fn *fn, void *arg)
{
	(void)deadline_ms;
	return refuse(pool, (struct refusal){ .step = outgoing->step, .delivered = fn, .arg = arg });
}

enum status
ai_pool_fetch_keys(struct ai_pool *pool, const struct messenger *messenger, int64_t deadline_ms, keys_fn *fn, void *arg)
{
	(void)messenger;
	(void)deadline_ms;
	return refuse(pool, (struct refusal){ .fetched = fn, .arg = arg });
}
