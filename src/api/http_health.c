/* SPDX-License-Identifier: MIT */
/* /healthz: this process answers.  /readyz: the processes that it needs do. */
#include "config.h"

#include "handlers.h"

#include "clock.h"
#include "http/reply.h"
#include "master/child.h"
#include "services.h"

enum { HEARTBEAT_LATE_MS = 3000 };

enum status
get_health(struct request *req)
{
	struct buf *body = reply_begin(req, ST_OK, "application/json");

	buf_append_literal(body, "{\"status\":\"ok\"}");
	reply_end(req);
	return ST_OK;
}

static bool
is_alive(const struct process_slot *slot)
{
	int64_t heartbeat_ms = atomic_load_explicit(&slot->heartbeat_ms, memory_order_relaxed);

	return heartbeat_ms != 0 && clock_mono_ms() - heartbeat_ms <= HEARTBEAT_LATE_MS;
}

/* How many processes are not there, or do not stamp their heartbeat.  One that is only coming or going, by a reload, is not missed. */
static unsigned
count_missing(const struct counter_segment *segment)
{
	unsigned missing = 0;

	for (uint32_t i = 0; i < atomic_load_explicit(&segment->used, memory_order_relaxed); i++) {
		const struct process_slot *slot = &segment->slots[i];

		if (slot->is_taken && slot->started_ms != 0 && slot->role != ROLE_MASTER && !is_alive(slot))
			missing++;
	}
	return missing;
}

enum status
get_ready(struct request *req)
{
	const struct services *services = req->services;
	unsigned missing = count_missing(services->segment);
	struct buf *body;

	if (missing > 0) {
		reply_problem(req, ST_UNAVAILABLE, NULL, "Not all processes are at work.");
		return ST_OK;
	}
	body = reply_begin(req, ST_OK, "application/json");
	buf_append_literal(body, "{\"status\":\"ready\"}");
	reply_end(req);
	return ST_OK;
}
