/* SPDX-License-Identifier: MIT */
/* The life of the master; see master.h. */
#include "config.h"

#include "master.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "ai/ai_shared.h"
#include "ai/answer/answer_cache.h"
#include "clock.h"
#include "latest_id.h"
#include "log.h"
#include "profile/profile.h"
#include "sandbox/sandbox.h"
#include "store.h"
#include "sockets.h"
#include "understand.h"
#include "understand/keywords/keyword_map.h"

enum { TURN_MS = 500, START_LIMIT_MS = 10000, OOM_SCORE = -500 };

static const int watched_signals[] = { SIGTERM, SIGINT, SIGQUIT, SIGCHLD, SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH, SIGTTIN,
	SIGTTOU };

/* Blocked over the fork too: a child takes them once its loop can. */
static bool
open_signals(struct master *m)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof watched_signals / sizeof watched_signals[0]; i++)
		sigaddset(&set, watched_signals[i]);
	signal(SIGPIPE, SIG_IGN);
	m->signal_fd = sigprocmask(SIG_BLOCK, &set, NULL) == -1 ? -1 : signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (m->signal_fd == -1)
		log_errno("cannot watch signals");
	return m->signal_fd != -1;
}

static bool
open_life_pipe(struct master *m)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) == -1) {
		log_errno("cannot make a pipe");
		return false;
	}
	m->life_read = fds[0];
	m->life_write = fds[1];
	return true;
}

/* What instances hash alike, so that they can count together (shared.h). */
static void
take_secrets(struct master *m)
{
	uint8_t secret[32];

	store_shared_secret("rates", secret);
	rate_table_use_secret(m->rates, secret);
	store_shared_secret("answers", secret);
	if (m->ai->answers != NULL)
		answer_cache_use_secret(m->ai->answers, secret);
	store_shared_secret("keywords", secret);
	keyword_map_use_secret(m->ai->keywords, secret);
}

/* The store is made by the user that will use it, hence after the privileges are gone. */
static bool
start(struct master *m)
{
	store_adopt(m->options);
	understand_init();             /* before the forks: children share the pages */
	if (!upgrade_take(m) || !place_take(m) || !place_listen(m) || !spawn_prepare(m) || !open_life_pipe(m) ||
	    !place_drop_privileges(m) || store_prepare(m->options) == -1)
		return false;
	take_secrets(m);
	m->latest_id_fd = latest_id_open(m->options->store_path, clock_wall_ms());
	if (!open_signals(m) || !logs_open(m->options))
		return false;
	sandbox_enter(m->options, "master");
	return true;
}

static void
on_stop_signal(struct master *m, enum child_stop how)
{
	if (m->phase != PHASE_STOPPING) {
		log_info(how != STOP_FAST ? "stopping gracefully" : "stopping");
		stop_begin(m, how == STOP_GRACEFUL && m->upgrade_pid != 0 ? STOP_REPLACED : how, 0);
	} else if (how == STOP_FAST && m->serving->how != STOP_FAST) {
		log_info("stopping without waiting for requests");
		stop_begin(m, how, 0);
	} else if (how == STOP_FAST) {
		log_warn("told to stop a second time, killing");
		for (const struct generation *g = m->serving; g != NULL; g = generation_next(m, g))
			stop_kill(g);
	}
}

static void
on_signal(struct master *m, const struct signalfd_siginfo *info)
{
	switch (info->ssi_signo) {
	case SIGCHLD:
		break;
	case SIGTERM:
	case SIGINT:
		on_stop_signal(m, STOP_FAST);
		break;
	case SIGQUIT:
		on_stop_signal(m, STOP_GRACEFUL);
		break;
	case SIGHUP:
		if (m->phase == PHASE_READY)
			reload_begin(m);
		else
			log_warn("not ready, so there is no reload");
		break;
	case SIGTTIN:
		if (m->phase == PHASE_READY)
			generation_add_worker(m, m->serving);
		break;
	case SIGTTOU:
		if (m->phase == PHASE_READY)
			generation_remove_worker(m->serving);
		break;
	case SIGUSR1:
		logs_reopen(m);
		break;
	case SIGUSR2:
		upgrade_begin(m);
		break;
	case SIGWINCH:
		upgrade_rest(m);
		break;
	}
}

static void
read_signals(struct master *m)
{
	struct signalfd_siginfo info;

	while (read(m->signal_fd, &info, sizeof info) == (ssize_t)sizeof info)
		on_signal(m, &info);
}

static size_t
count_ready(const struct master *m, unsigned role)
{
	size_t count = 0;

	for (size_t i = 0; i < m->serving->child_count; i++) {
		const struct child *child = &m->serving->children[i];

		count += child->is_ready && child->pid != 0 && child->role <= role;
	}
	return count;
}

static void
announce_ready(struct master *m)
{
	char text[256];
	size_t len = 0, below = 0;
	ssize_t written;

	for (unsigned role = 0; role < role_count; role++) {
		size_t up_to = count_ready(m, role);

		len += (size_t)snprintf(text + len, sizeof text - len, "%s%zu %s", role > 0 ? ", " : "", up_to - below,
		    roles[role].name);
		below = up_to;
	}
	m->phase = PHASE_READY;
	m->serving->state = GENERATION_SERVING;
	log_info("ready: %s; listening on %s%s", text, m->options->http_listen.items[0],
	    m->http_fd_count > 1 ? " and more" : "");
	if (!m->has_pid_file)
		place_write_pid(m);
	notify_manager("READY=1");
	if (m->detached_fd != -1) {
		written = write(m->detached_fd, "R", 1);
		(void)written;   /* whoever started us may be gone */
		fd_close(&m->detached_fd);
	}
}

static void
check_start(struct master *m, int64_t now_ms)
{
	size_t ready = count_ready(m, role_count);

	if (ready == m->serving->child_count) {
		announce_ready(m);
	} else if (ready == 0 && now_ms - m->started_ms > START_LIMIT_MS) {
		log_error("no process became ready within 10 s, ending");
		stop_begin(m, STOP_FAST, 1);
	}
}

static int
turn_ms(const struct master *m, int64_t now_ms)
{
	int64_t until_ms = now_ms + TURN_MS;

	for (struct generation *g = m->serving; g != NULL; g = generation_next(m, g)) {
		for (size_t i = 0; i < g->child_count; i++) {
			int64_t at_ms = spawn_due_ms(m, g, &g->children[i]);

			if (at_ms != 0 && at_ms < until_ms)
				until_ms = at_ms;
		}
	}
	return until_ms > now_ms ? (int)(until_ms - now_ms) : 0;
}

/* The signals, another master, then the children in the order of the generations. */
static void
wait_for_events(struct master *m, struct pollfd *fds)
{
	nfds_t count = 0;

	fds[count++] = (struct pollfd){ .fd = m->signal_fd, .events = POLLIN };
	fds[count++] = (struct pollfd){ .fd = m->upgrade_fd, .events = POLLIN };
	for (struct generation *g = m->serving; g != NULL; g = generation_next(m, g))
		for (size_t i = 0; i < g->child_count; i++)
			fds[count++] = (struct pollfd){ .fd = g->children[i].status_fd, .events = POLLIN };
	if (poll(fds, count, turn_ms(m, clock_mono_ms())) == -1 && errno != EINTR)
		fatal(CHILD_EXIT_ASSERT, "poll failed");
}

static void
read_statuses(struct master *m, const struct pollfd *fds)
{
	if ((++fds)->revents != 0)
		upgrade_read(m);
	for (struct generation *g = m->serving; g != NULL; g = generation_next(m, g))
		for (size_t i = 0; i < g->child_count; i++)
			if ((++fds)->revents != 0 && g->children[i].status_fd != -1)
				spawn_read_status(&g->children[i]);
}

static bool
is_over(struct master *m)
{
	for (struct generation *g = m->serving; g != NULL; g = generation_next(m, g))
		if (!stop_is_done(g))
			return false;
	return m->phase == PHASE_STOPPING;
}

static void
loop(struct master *m, struct pollfd *fds)
{
	m->last_turn_ms = clock_mono_ms();
	while (!is_over(m)) {
		int64_t now_ms;

		spawn_due(m, clock_mono_ms());
		wait_for_events(m, fds);
		now_ms = clock_mono_ms();
		read_statuses(m, fds);
		read_signals(m);
		spawn_reap(m, now_ms);
		watch_children(m, now_ms);
		profile_beat(m->profile);
		m->last_turn_ms = now_ms;
		if (m->phase == PHASE_STARTING)
			check_start(m, now_ms);
		for (struct generation *g = m->serving; g != NULL; g = generation_next(m, g))
			if (g->state == GENERATION_STOPPING)
				stop_step(g, now_ms);
		place_own_lock(m);
		if (m->phase == PHASE_READY) {
			reload_step(m, now_ms);
			notify_alive(m, now_ms);
		}
	}
}

static void
release(struct master *m)
{
	generation_free(m, m->serving);
	generation_free(m, m->other);
	place_leave(m);
	fd_close(&m->signal_fd);
	fd_close(&m->upgrade_fd);
	fd_close(&m->life_read);
	fd_close(&m->life_write);
	if (m->slot != NULL) {
		counters_retire(m->slot);
		counters_release_slot(m->slot);
	}
	counters_destroy(m->segment, m->segment_fd);
	rate_table_destroy(m->rates);
	ai_shared_destroy(m->ai);
	profile_destroy(m->profile);
	fd_close(&m->latest_id_fd);
	free(m->http_fds);
}

int
master_run(const struct config_source *source, struct options *options, int detached_fd)
{
	struct master m = { .source = source, .options = options, .segment_fd = -1, .stats_fd = -1, .control_fd = -1, .metrics_fd = -1, .lock_fd = -1,
		.latest_id_fd = -1, .upgrade_fd = -1,
		.signal_fd = -1, .life_read = -1, .life_write = -1, .detached_fd = detached_fd,
		.started_ms = clock_mono_ms(), .exit_code = 1 };
	struct pollfd *fds = NULL;

	prctl(PR_SET_NAME, "aiexp-master");
	log_set_process("master");
	process_set_oom_score(OOM_SCORE);
	if (start(&m))
		fds = calloc(m.process_max + 1, sizeof *fds);
	if (fds != NULL)
		loop(&m, fds);
	free(fds);
	release(&m);
	if (fds != NULL)
		log_info("stopped");
	return m.exit_code;
}
