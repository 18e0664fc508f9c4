/* SPDX-License-Identifier: MIT */
/*
 * The watchdog.  A child that no longer turns its loop is ended with SIGABRT,
 * which leaves a core where those are kept, and a second later with SIGKILL.
 */
#include "config.h"

#include "master.h"

#include <signal.h>

#include "log.h"

enum {
	READY_LIMIT_MS = 10000,
	HEARTBEAT_LIMIT_MS = 5000,
	TXN_LIMIT_MS = 2000,
	STOPPED_LIMIT_MS = 1000,
	ABORT_LIMIT_MS = 1000,
	GAP_MS = 2000,               /* the master turns its own loop at least every 500 ms */
	GRACE_MS = 5000
};

static bool
is_in_long_transaction(const struct process_slot *slot, int64_t now_ms)
{
	int64_t since_ms = atomic_load_explicit(&slot->txn_started_ms, memory_order_relaxed);

	return since_ms != 0 && now_ms - since_ms > TXN_LIMIT_MS;
}

/* Why the child is taken for stuck, or NULL. */
static const char *
stall_of(const struct child *child, int64_t now_ms)
{
	/* A commit waits for the disk, however long that takes, and others for its end, which is a heartbeat of theirs. */
	uint32_t stage = atomic_load_explicit(&child->slot->stage, memory_order_acquire);
	int64_t heartbeat_ms = atomic_load_explicit(&child->slot->heartbeat_ms, memory_order_relaxed);

	if (child->stopped_ms != 0 && now_ms - child->stopped_ms >= STOPPED_LIMIT_MS)
		return "was stopped by a signal";
	if (!child->is_ready && now_ms - child->started_ms > READY_LIMIT_MS)
		return "is not ready after 10 s";
	if (stage == STAGE_COMMITTING || stage == STAGE_WAITING)
		return NULL;
	if (heartbeat_ms != 0 && now_ms - heartbeat_ms > HEARTBEAT_LIMIT_MS)
		return "has not turned its loop for 5 s";
	if (is_in_long_transaction(child->slot, now_ms))
		return "is in a write transaction for more than 2 s";
	return NULL;
}

static void
watch_child(struct master *m, struct child *child, int64_t now_ms)
{
	const char *stall;
	char text[48];

	if (child->aborted_ms != 0) {
		if (now_ms - child->aborted_ms >= ABORT_LIMIT_MS)
			kill(child->pid, SIGKILL);
		return;
	}
	stall = stall_of(child, now_ms);
	if (stall == NULL)
		return;
	log_error("%s %s, ending it", child_text(child, text), stall);
	kill(child->pid, SIGABRT);
	child->aborted_ms = now_ms;
	counter_add(&m->slot->counters.children_killed_stalled, 1);
}

static bool
has_worker(const struct generation *g, unsigned role)
{
	for (size_t i = 0; i < g->child_count; i++) {
		const struct child *child = &g->children[i];

		if (child->role == role && child->pid != 0 && child->is_ready && child->aborted_ms == 0 && child->stopped_ms == 0)
			return true;
	}
	return false;
}

bool
watch_is_healthy(const struct master *m)
{
	for (unsigned role = 0; role < role_count; role++)
		if (roles[role].count(m->serving->options) > 0 && !has_worker(m->serving, role))
			return false;
	return true;
}

/* After the whole machine or group slept, the children are late through no fault of theirs. */
void
watch_children(struct master *m, int64_t now_ms)
{
	if (now_ms - m->last_turn_ms > GAP_MS)
		m->watch_from_ms = now_ms + GRACE_MS;
	if (now_ms < m->watch_from_ms)
		return;
	for (struct generation *g = m->serving; g != NULL; g = generation_next(m, g))
		for (size_t i = 0; i < g->child_count && g->state != GENERATION_STOPPING; i++)
			if (g->children[i].pid != 0)
				watch_child(m, &g->children[i], now_ms);
}
