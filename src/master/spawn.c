/* SPDX-License-Identifier: MIT */
/* Starting children, seeing them end, and when to start them again. */
#include "config.h"

#include "master.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ai/ai_shared.h"
#include "clock.h"
#include "log.h"
#include "profile/profile.h"
#include "sockets.h"
#include "uuid_shared.h"

enum {
	BACKOFF_FIRST_MS = 100,
	BACKOFF_MAX_MS = 10000,
	HEALTHY_MS = 60000,
	SLOTS_TO_SPARE = 64
};

const char *
child_text(const struct child *child, char text[48])
{
	snprintf(text, 48, "%s %u (pid %d)", roles[child->role].name, child->index, (int)child->pid);
	return text;
}

bool
spawn_prepare(struct master *m)
{
	size_t count = generation_size(m->options);

	if (m->segment_fd != -1)
		m->segment = counters_adopt(&m->segment_fd);
	if (m->segment == NULL)
		m->segment = counters_create((uint32_t)(1 + 2 * count + SLOTS_TO_SPARE), &m->segment_fd);
	m->rates = rate_table_create(m->options->limit_table_bytes);
	m->ai = ai_shared_create(m->options);
	if (!uuid7_share())
		return false;
	if (m->options->run_profiling)
		m->profile = profile_create();
	if (m->segment == NULL || m->rates == NULL || m->ai == NULL || (m->options->run_profiling && m->profile == NULL))
		return false;
	m->process_max = m->segment->capacity;
	m->slot = counters_take_slot(m->segment);
	if (m->slot == NULL)
		return false;
	atomic_store(&m->slot->role, ROLE_MASTER);
	atomic_store(&m->slot->pid, getpid());
	atomic_store(&m->slot->started_ms, m->started_ms);
	m->serving = generation_new(m, m->options);
	return m->serving != NULL;
}

static struct inherited
inherited_by(const struct master *m, const struct generation *g, const struct child *child, int status_fd)
{
	const struct role *role = &roles[child->role];
	struct inherited in = { .options = g->options, .segment = m->segment, .rates = m->rates, .ai = m->ai, .profile = m->profile, .slot = child->slot,
		.internal_listener = child->internal_listener, .stats_listener = -1, .control_listener = -1,
		.metrics_listener = -1, .latest_id_fd = -1,
		.status_fd = status_fd, .life_fd = m->life_read, .lock_fd = m->lock_fd };

	if (role->takes_requests) {
		in.http_listeners = m->http_fds;
		in.http_listener_count = m->http_fd_count;
	}
	if (role->takes_commands) {
		in.stats_listener = m->stats_fd;
		in.control_listener = m->control_fd;
		in.metrics_listener = m->metrics_fd;
		in.latest_id_fd = m->latest_id_fd;
	}
	return in;
}

static void
note_started(struct child *child, pid_t pid, int64_t now_ms)
{
	child->pid = pid;
	child->started_ms = now_ms;
	child->respawn_at_ms = 0;
	child->is_ready = false;
	child->stopped_ms = child->aborted_ms = 0;
	atomic_store(&child->slot->pid, pid);
	atomic_store(&child->slot->started_ms, now_ms);
}

/* A failed fork is tried again: the machine is short of something. */
static void
spawn(struct master *m, const struct generation *g, struct child *child, int64_t now_ms)
{
	struct inherited in;
	int status[2];
	pid_t pid;

	if (pipe2(status, O_CLOEXEC | O_NONBLOCK) == -1) {
		log_errno("start %s %u, trying again in 1 s", roles[child->role].name, child->index);
		child->respawn_at_ms = now_ms + 1000;
		return;
	}
	in = inherited_by(m, g, child, status[1]);
	pid = fork();
	if (pid == 0)
		child_main(&in, child->role, child->index);
	fd_close(&status[1]);
	if (pid == -1) {
		log_errno("start %s %u, trying again in 1 s", roles[child->role].name, child->index);
		fd_close(&status[0]);
		child->respawn_at_ms = now_ms + 1000;
		return;
	}
	child->status_fd = status[0];
	note_started(child, pid, now_ms);
}

/* One process at a time takes commands. */
static bool
waits_for_another(const struct master *m, const struct generation *g, const struct child *child)
{
	const struct generation *other = g == m->serving ? m->other : m->serving;

	if (!roles[child->role].takes_commands || other == NULL)
		return false;
	for (size_t i = 0; i < other->child_count; i++)
		if (other->children[i].role == child->role && other->children[i].pid != 0)
			return true;
	return false;
}

int64_t
spawn_due_ms(const struct master *m, const struct generation *g, const struct child *child)
{
	return g->state == GENERATION_STOPPING || waits_for_another(m, g, child) ? 0 : child->respawn_at_ms;
}

static void
spawn_due_of(struct master *m, struct generation *g, int64_t now_ms)
{
	for (size_t i = 0; i < g->child_count; i++) {
		struct child *child = &g->children[i];
		int64_t due_ms = spawn_due_ms(m, g, child);
		bool is_first = child->started_ms == 0;

		if (due_ms == 0 || due_ms > now_ms)
			continue;
		spawn(m, g, child, now_ms);
		if (is_first || child->pid == 0)
			continue;
		counter_add(&m->slot->counters.children_respawned, 1);
		atomic_fetch_add(&child->slot->restarts, 1);
	}
}

void
spawn_due(struct master *m, int64_t now_ms)
{
	for (struct generation *g = m->serving; g != NULL; g = generation_next(m, g))
		spawn_due_of(m, g, now_ms);
}

void
spawn_read_status(struct child *child)
{
	char told[16];
	ssize_t n = read(child->status_fd, told, sizeof told);

	if (n > 0)
		child->is_ready = true;
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		fd_close(&child->status_fd);
}

/* Deaths that are no fault of the child's are not held against it. */
enum death { DEATH_ASKED, DEATH_CRASH, DEATH_FATAL };

static enum death
death_of(const struct child *child, int status)
{
	if (child->aborted_ms != 0)
		return DEATH_CRASH;
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGKILL || WTERMSIG(status) == SIGTERM ? DEATH_ASKED : DEATH_CRASH;
	switch (WEXITSTATUS(status)) {
	case CHILD_EXIT_OK:    return DEATH_ASKED;
	case CHILD_EXIT_FATAL: return DEATH_FATAL;
	default:               return DEATH_CRASH;
	}
}

/* 0, 100, 200, 400 ms ... 10 s. */
static int64_t
backoff_ms(unsigned crashes)
{
	int64_t delay = BACKOFF_FIRST_MS;

	if (crashes <= 1)
		return 0;
	for (unsigned i = 2; i < crashes && delay < BACKOFF_MAX_MS; i++)
		delay *= 2;
	return delay < BACKOFF_MAX_MS ? delay : BACKOFF_MAX_MS;
}

static void
plan_respawn(struct child *child, enum death death, int64_t now_ms)
{
	if (child->is_ready && now_ms - child->started_ms >= HEALTHY_MS)
		child->crashes = 0;
	if (death == DEATH_CRASH) {
		child->respawn_at_ms = now_ms + backoff_ms(++child->crashes);
		atomic_fetch_add(&child->slot->crashes, 1);
	} else   /* at once, but not in a tight circle when it never comes to be ready */
		child->respawn_at_ms = now_ms + (child->is_ready ? 0 : BACKOFF_FIRST_MS);
}

static void
log_death(const struct child *child, int status, const char *consequence)
{
	char text[48];

	if (WIFSIGNALED(status))
		log_warn("%s was ended by signal %d (%s), %s", child_text(child, text), WTERMSIG(status),
		    strsignal(WTERMSIG(status)), consequence);
	else
		log_warn("%s ended with code %d, %s", child_text(child, text), WEXITSTATUS(status), consequence);
}

static bool
is_everyone_given_up(const struct generation *g)
{
	for (size_t i = 0; i < g->child_count; i++)
		if (!g->children[i].is_given_up)
			return false;
	return true;
}

/* In a generation that a reload starts, the reload fails of it. */
static void
give_up(struct master *m, struct generation *g, struct child *child)
{
	child->is_given_up = true;
	if (g == m->serving && (m->phase == PHASE_STARTING || is_everyone_given_up(g))) {
		log_error("%s %u cannot work with this configuration, ending", roles[child->role].name, child->index);
		stop_begin(m, STOP_FAST, 1);
	}
}

static void
note_ended(struct master *m, struct generation *g, struct child *child, int status, int64_t now_ms)
{
	enum death death = death_of(child, status);
	bool is_missed = g->state != GENERATION_STOPPING && !child->is_leaving;

	spawn_read_status(child);   /* "ready" may still be in the pipe */
	if (is_missed) {
		counter_add(&m->slot->counters.children_died, 1);
		log_death(child, status, death == DEATH_FATAL ? "not replacing it" : "replacing it");
		if (death != DEATH_FATAL)
			plan_respawn(child, death, now_ms);
	} else if (death != DEATH_ASKED) {
		log_death(child, status, "while stopping");
	}
	counters_retire(child->slot);
	if (!is_missed)
		atomic_store(&child->slot->started_ms, 0);
	fd_close(&child->status_fd);
	child->pid = 0;
	if (child->is_leaving)
		generation_drop(g, child);
	else if (is_missed && death == DEATH_FATAL)
		give_up(m, g, child);
}

static struct child *
child_with_pid(const struct generation *g, pid_t pid)
{
	for (size_t i = 0; i < g->child_count; i++)
		if (g->children[i].pid == pid)
			return &g->children[i];
	return NULL;
}

static void
note_change(struct master *m, pid_t pid, int status, int64_t now_ms)
{
	if (pid == m->upgrade_pid && !WIFSTOPPED(status) && !WIFCONTINUED(status))
		upgrade_note_ended(m, status);
	for (struct generation *g = m->serving; g != NULL; g = generation_next(m, g)) {
		struct child *child = child_with_pid(g, pid);

		if (child == NULL)
			continue;
		if (WIFSTOPPED(status))
			child->stopped_ms = now_ms;
		else if (WIFCONTINUED(status))
			child->stopped_ms = 0;
		else
			note_ended(m, g, child, status, now_ms);
		return;
	}
}

/*
 * In every turn and not only after a SIGCHLD: signals of one kind collapse
 * into one, and a turn is cheap.
 */
void
spawn_reap(struct master *m, int64_t now_ms)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)) > 0)
		note_change(m, pid, status, now_ms);
}
