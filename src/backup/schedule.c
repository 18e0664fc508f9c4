/* SPDX-License-Identifier: MIT */
/* See schedule.h. */
#include "config.h"

#include "schedule.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "backup.h"
#include "clock.h"
#include "counters.h"
#include "kv/kv_lmdb.h"
#include "log.h"
#include "options.h"
#include "sockets.h"
#include "store.h"
#include "store_dir.h"

/* How often the directory is looked at, and how soon a failure is tried again, if the interval is not shorter. */
enum { LOOK_MS = 60000, AGAIN_MS = 600000 };

struct schedule {
	struct event_base    *base;
	const struct options *options;
	struct counters      *counters;
	int64_t               interval_ms;
	int64_t               look_ms;         /* when to look at the directory; 0: now */
	int64_t               newest_ms;       /* when the newest backup was made; 0: there is none */
	pid_t                 pid;             /* of the process that makes one; 0: none */
	int64_t               began_ms;
	int                   lock;            /* held by the keeper that has backups made; -1: the directory is not there yet */
	int                   life;            /* read end of a pipe that ends with it */
	struct event         *ended;
};

/* --- the process that makes one -------------------------------------------------------- */

/* Nothing of the caller's is used: neither its signals, nor its descriptors (daemon.lock is one), nor its environments. */
static void __attribute__((noreturn))
make_one(const struct options *options, pid_t caller, int life)
{
	static const int taken[] = { SIGTERM, SIGQUIT, SIGINT, SIGUSR1, SIGPIPE };
	sigset_t none;
	FILE *out;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != caller)
		_exit(1);
	for (size_t i = 0; i < sizeof taken / sizeof taken[0]; i++)
		signal(taken[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	dup2(life, STDERR_FILENO + 1);
	close_range(STDERR_FILENO + 2, ~0U, 0);
	lmdb_forget_environments();
	log_set_process("backup");
	out = fopen("/dev/null", "we");
	_exit(out != NULL && backup_make(options, options->backup_directory, options->backup_keep, out) ? 0 : 1);
}

/* --- waiting for it -------------------------------------------------------------------- */

static void
forget_process(struct schedule *s)
{
	if (s->ended != NULL)
		event_free(s->ended);
	s->ended = NULL;
	fd_close(&s->life);
	s->pid = 0;
}

/* What it has begun is removed by the next one. */
static void
end_process(struct schedule *s)
{
	if (s->pid > 0) {
		kill(s->pid, SIGKILL);
		waitpid(s->pid, NULL, 0);
	}
	forget_process(s);
}

static void
note_failure(struct schedule *s)
{
	int64_t again_ms = s->interval_ms < AGAIN_MS ? s->interval_ms : AGAIN_MS;

	counter_add(&s->counters->backups_failed, 1);
	log_error("no backup was made; trying again in %lld s", (long long)again_ms / 1000);
	s->look_ms = clock_wall_ms() + again_ms;
}

static void
on_end(evutil_socket_t fd, short what, void *arg)
{
	struct schedule *s = arg;
	int status = -1;

	(void)fd, (void)what;
	waitpid(s->pid, &status, 0);
	forget_process(s);
	if (WIFSIGNALED(status))
		log_error("the process that makes a backup was ended by signal %d", WTERMSIG(status));
	if (status != 0) {
		note_failure(s);
		return;
	}
	counter_add(&s->counters->backups_made, 1);
	log_info("a backup was made in %s, in %lld ms", s->options->backup_directory, (long long)(clock_mono_ms() - s->began_ms));
	s->look_ms = 0;
}

static void
begin(struct schedule *s)
{
	pid_t caller = getpid();
	int life[2];

	s->began_ms = clock_mono_ms();
	if (pipe2(life, O_CLOEXEC) == -1) {
		note_failure(s);
		return;
	}
	s->pid = fork();
	if (s->pid == 0)
		make_one(s->options, caller, life[1]);
	fd_close(&life[1]);
	s->life = life[0];
	s->ended = event_new(s->base, s->life, EV_READ, on_end, s);
	if (s->pid != -1 && s->ended != NULL && event_add(s->ended, NULL) == 0)
		return;
	log_errno("begin a backup");
	end_process(s);
	note_failure(s);
}

/* --- when ------------------------------------------------------------------------------ */

/* During an upgrade there is a keeper of each master, for as long as the operator takes. */
static bool
is_of_another_keeper(struct schedule *s)
{
	char path[PATH_MAX];

	if (s->lock == -1 && store_dir_path(path, "%s/.schedule", s->options->backup_directory))
		s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	return s->lock != -1 && flock(s->lock, LOCK_EX | LOCK_NB) == -1 && errno == EWOULDBLOCK;
}

void
schedule_look(struct schedule *s, int64_t wall_ms)
{
	int64_t age_ms;

	if (s->interval_ms == 0)
		return;
	if (s->look_ms > wall_ms + AGAIN_MS)       /* the clock was set back */
		s->look_ms = wall_ms;
	if (s->pid == 0 && wall_ms >= s->look_ms && !is_of_another_keeper(s)) {
		s->newest_ms = backup_newest_ms(s->options->backup_directory);
		s->look_ms = wall_ms + LOOK_MS;
		if (s->newest_ms + s->interval_ms < s->look_ms)
			s->look_ms = s->newest_ms + s->interval_ms;
		if (wall_ms >= s->look_ms)
			begin(s);
	}
	age_ms = s->newest_ms > 0 && s->newest_ms < wall_ms ? wall_ms - s->newest_ms : 0;
	counter_set(&s->counters->backup_age_seconds, (uint64_t)age_ms / 1000);
}

struct schedule *
schedule_open(struct event_base *base, const struct options *options, struct counters *counters)
{
	struct schedule *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	*s = (struct schedule){ .base = base, .options = options, .counters = counters, .lock = -1, .life = -1 };
	if (options->backup_directory[0] == '\0')
		return s;
	if (options->store_engine == STORE_LMDB)
		s->interval_ms = (int64_t)options->backup_interval_s * 1000;
	else
		log_error("backup.directory is not used: PostgreSQL's own tools look after the data, as pg_dump");
	return s;
}

void
schedule_close(struct schedule *s)
{
	end_process(s);
	fd_close(&s->lock);
	free(s);
}
