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
is_alive_up_to(const struct generation *g, unsigned stage)
{
	for (size_t i = 0; i < g->child_count; i++)
		if (g->children[i].pid != 0 && roles[g->children[i].role].stop_stage <= stage)
			return true;
	return false;
}

static void
signal_stages(const struct generation *g, unsigned up_to, int sig)
{
	for (size_t i = 0; i < g->child_count; i++)
		if (g->children[i].pid != 0 && roles[g->children[i].role].stop_stage <= up_to)
			kill(g->children[i].pid, sig);
}

static void
tell_stage(struct generation *g, int64_t now_ms)
{
	static const int signals[] = { [STOP_FAST] = SIGTERM, [STOP_GRACEFUL] = SIGQUIT, [STOP_REPLACED] = SIGUSR2 };

	signal_stages(g, g->stop_stage, signals[g->how]);
	g->stage_until_ms = g->how != STOP_FAST ? g->stop_until_ms : now_ms + FAST_STAGE_MS;
}

void
stop_generation(struct generation *g, enum child_stop how)
{
	int64_t now_ms = clock_mono_ms();

	if (g->state != GENERATION_STOPPING)
		g->stop_stage = 0;
	g->state = GENERATION_STOPPING;
	g->how = how;
	g->stop_until_ms = now_ms + (how != STOP_FAST ? g->options->run_shutdown_timeout_ms : FAST_STOP_MS);
	tell_stage(g, now_ms);
}

void
stop_begin(struct master *m, enum child_stop how, int exit_code)
{
	if (m->phase != PHASE_STOPPING) {
		notify_manager("STOPPING=1");
		m->exit_code = exit_code;
	}
	m->phase = PHASE_STOPPING;
	for (struct generation *g = m->serving; g != NULL; g = generation_next(m, g))
		stop_generation(g, how);
}

void
stop_kill(const struct generation *g)
{
	signal_stages(g, STOP_STAGES - 1, SIGKILL);
}

void
stop_step(struct generation *g, int64_t now_ms)
{
	while (g->stop_stage + 1 < STOP_STAGES && (!is_alive_up_to(g, g->stop_stage) || now_ms >= g->stage_until_ms)) {
		g->stop_stage++;
		tell_stage(g, now_ms);
	}
	if (now_ms < g->stop_until_ms || stop_is_done(g))
		return;
	if (g->how != STOP_FAST) {
		log_warn("not all requests ended within the time for stopping, ending them");
		stop_generation(g, STOP_FAST);
	} else {
		log_warn("not all processes ended in time, killing them");
		stop_kill(g);
		g->stop_until_ms = now_ms + FAST_STOP_MS;
	}
}

bool
stop_is_done(const struct generation *g)
{
	return g->state == GENERATION_STOPPING && !is_alive_up_to(g, STOP_STAGES - 1);
}
