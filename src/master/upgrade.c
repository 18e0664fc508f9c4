/* SPDX-License-Identifier: MIT */
/*
 * Another binary takes over: USR2 starts it with our sockets, lock and
 * counters, and both serve until the operator ends this master with QUIT (or
 * the other one, when it is no good).  What is handed over stands as numbers in
 * the environment, in the order of struct inheritance.
 */
#include "config.h"

#include "master.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"
#include "log.h"
#include "sockets.h"

#define VARIABLE "AIEXPENSED_FDS"

struct inheritance {
	long pid, generation, lock, segment, stats, control, metrics, ready;   /* then the listeners of http.listen */
};
enum {
	FIXED = sizeof(struct inheritance) / sizeof(long),
	LISTENERS_MAX = 64,
	ROOM_FOR_RELOADS = 1000      /* of the master of before, while it lives: sockets have the generation's number in their names */
};

/* --- the master of before ------------------------------------------------------------- */

static void
keep_over_exec(int fd)
{
	int flags = fcntl(fd, F_GETFD);

	if (flags != -1)
		fcntl(fd, F_SETFD, flags & ~FD_CLOEXEC);
}

static void __attribute__((noreturn))
become_other(const struct master *m, int ready_fd)
{
	const int fds[] = { m->lock_fd, m->segment_fd, m->stats_fd, m->control_fd, m->metrics_fd, ready_fd };
	struct buf list = BUF_INIT;
	sigset_t none;

	buf_printf(&list, "%d,%u", (int)getppid(), m->serving->options->generation);
	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
		buf_printf(&list, ",%d", fds[i]);
		keep_over_exec(fds[i]);
	}
	for (size_t i = 0; i < m->http_fd_count; i++) {
		buf_printf(&list, ",%d", m->http_fds[i]);
		keep_over_exec(m->http_fds[i]);
	}
	buf_append_char(&list, '\0');
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (!list.has_failed && setenv(VARIABLE, list.data, 1) == 0)
		execv(m->source->program, m->source->argv);
	log_errno("cannot run %s", m->source->program);
	_exit(CHILD_EXIT_FATAL);
}

static bool
is_possible(const struct master *m)
{
	if (m->upgrade_pid != 0)
		log_warn("pid %d is taking over already", (int)m->upgrade_pid);
	else if (upgrade_has_elder(m))
		log_warn("the master of before, pid %d, is still there", (int)m->elder_pid);
	else if (m->other != NULL || m->phase != PHASE_READY || m->serving->state != GENERATION_SERVING)
		log_warn("this is no time for an upgrade");
	else
		return true;
	return false;
}

void
upgrade_begin(struct master *m)
{
	int ready[2];

	if (!is_possible(m))
		return;
	if (pipe2(ready, O_CLOEXEC | O_NONBLOCK) == -1) {
		log_errno("cannot start another master");
		return;
	}
	place_step_aside(m);
	m->upgrade_pid = fork();
	if (m->upgrade_pid == 0)
		become_other(m, ready[1]);
	fd_close(&ready[1]);
	if (m->upgrade_pid == -1) {
		log_errno("cannot start another master");
		fd_close(&ready[0]);
		m->upgrade_pid = 0;
		place_step_back(m);
		return;
	}
	m->upgrade_fd = ready[0];
	log_info("starting %s as pid %d beside this one", m->source->program, (int)m->upgrade_pid);
}

void
upgrade_read(struct master *m)
{
	char told, text[48];
	ssize_t n = read(m->upgrade_fd, &told, 1);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	fd_close(&m->upgrade_fd);
	if (n <= 0)
		return;
	log_info("pid %d is ready: QUIT to this master, pid %d, completes the upgrade", (int)m->upgrade_pid, (int)getpid());
	snprintf(text, sizeof text, "MAINPID=%d", (int)m->upgrade_pid);
	notify_manager(text);
}

void
upgrade_note_ended(struct master *m, int status)
{
	log_warn("pid %d, which was to take over, has ended with %s %d; this master goes on", (int)m->upgrade_pid,
	    WIFSIGNALED(status) ? "signal" : "code", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	fd_close(&m->upgrade_fd);
	m->upgrade_pid = 0;
	place_step_back(m);
}

void
upgrade_rest(struct master *m)
{
	if (m->upgrade_pid == 0 || m->phase != PHASE_READY || m->serving->state != GENERATION_SERVING)
		return;          /* a terminal that is resized sends the signal too */
	log_info("pid %d serves alone, HUP to this master brings its processes back", (int)m->upgrade_pid);
	stop_generation(m->serving, STOP_REPLACED);
}

/* --- the master that takes over ---------------------------------------------------------- */

static bool
is_listening(int fd)
{
	int is_it = 0;
	socklen_t len = sizeof is_it;

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &is_it, &len) == 0 && is_it;
}

static size_t
read_numbers(const char *text, long *numbers, size_t max)
{
	size_t count = 0;
	char *end;

	for (; count < max; text = end + 1) {
		numbers[count++] = strtol(text, &end, 10);
		if (*end != ',')
			break;
	}
	return count;
}

static bool
take_listeners(struct master *m, const long *numbers, size_t count)
{
	m->http_fds = calloc(count, sizeof *m->http_fds);
	if (m->http_fds == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		m->http_fds[i] = (int)numbers[i];
		if (!is_listening(m->http_fds[i]))
			return false;
		m->http_fd_count++;
	}
	return true;
}

bool
upgrade_is_one(void)
{
	return getenv(VARIABLE) != NULL;
}

bool
upgrade_take(struct master *m)
{
	long numbers[FIXED + LISTENERS_MAX];
	struct inheritance in;
	size_t count;

	if (!upgrade_is_one())
		return true;
	count = read_numbers(getenv(VARIABLE), numbers, FIXED + LISTENERS_MAX);
	unsetenv(VARIABLE);
	memcpy(&in, numbers, sizeof in);
	if (count <= FIXED || !is_listening((int)in.stats) || !is_listening((int)in.control) ||
	    !take_listeners(m, numbers + FIXED, count - FIXED)) {
		log_error(VARIABLE " does not name the sockets of a master");
		return false;
	}
	m->elder_pid = (pid_t)in.pid;
	m->lock_fd = (int)in.lock;
	m->segment_fd = (int)in.segment;
	m->stats_fd = (int)in.stats;
	m->control_fd = (int)in.control;
	m->metrics_fd = (int)in.metrics;
	m->detached_fd = (int)in.ready;
	m->options->generation = generation_after((unsigned)in.generation, ROOM_FOR_RELOADS);
	return true;
}

bool
upgrade_has_elder(const struct master *m)
{
	return m->elder_pid != 0 && getppid() == m->elder_pid;
}
