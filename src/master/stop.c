/* SPDX-License-Identifier: MIT */
/*
 * Stopping in stages: those that take requests end first, so that the ones
 * they ask are there for them until the last answer.
 */
#include "config.h"

#include "master.h"

#include <signal.h>

#include "clock.h"
#include "log.h"

enum { FAST_STOP_MS = 5000, FAST_STAGE_MS = 2500 };

static bool
is_alive_up_to(const struct master *m, unsigned stage)
{
	for (size_t i = 0; i < m->child_count; i++)
		if (m->children[i].pid != 0 && roles[m->children[i].role].stop_stage <= stage)
			return true;
	return false;
}

static void
signal_stages(const struct master *m, unsigned up_to, int sig)
{
	for (size_t i = 0; i < m->child_count; i++)
		if (m->children[i].pid != 0 && roles[m->children[i].role].stop_stage <= up_to)
			kill(m->children[i].pid, sig);
}

static void
tell_stage(struct master *m, int64_t now_ms)
{
	signal_stages(m, m->stop_stage, m->is_graceful ? SIGQUIT : SIGTERM);
	m->stage_until_ms = m->is_graceful ? m->stop_until_ms : now_ms + FAST_STAGE_MS;
}

void
stop_begin(struct master *m, bool is_graceful, int exit_code)
{
	int64_t now_ms = clock_mono_ms();

	if (m->phase != PHASE_STOPPING) {
		notify_manager("STOPPING=1");
		m->exit_code = exit_code;
		m->stop_stage = 0;
	}
	m->phase = PHASE_STOPPING;
	m->is_graceful = is_graceful;
	m->stop_until_ms = now_ms + (is_graceful ? m->options->run_shutdown_timeout_ms : FAST_STOP_MS);
	tell_stage(m, now_ms);
}

void
stop_kill(struct master *m)
{
	signal_stages(m, STOP_STAGES - 1, SIGKILL);
}

void
stop_step(struct master *m, int64_t now_ms)
{
	while (m->stop_stage + 1 < STOP_STAGES &&
	    (!is_alive_up_to(m, m->stop_stage) || now_ms >= m->stage_until_ms)) {
		m->stop_stage++;
		tell_stage(m, now_ms);
	}
	if (now_ms < m->stop_until_ms || stop_is_done(m))
		return;
	if (m->is_graceful) {
		log_warn("not all requests ended within the time for stopping, ending them");
		stop_begin(m, false, m->exit_code);
	} else {
		log_warn("not all processes ended in time, killing them");
		stop_kill(m);
		m->stop_until_ms = now_ms + FAST_STOP_MS;
	}
}

bool
stop_is_done(const struct master *m)
{
	return m->phase == PHASE_STOPPING && !is_alive_up_to(m, STOP_STAGES - 1);
}
