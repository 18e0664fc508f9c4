/* SPDX-License-Identifier: MIT */
/*
 * The daemon's place in the file system: its directories, the lock that keeps
 * a second daemon off the store, the pid file and the sockets; and the user it
 * becomes once it has them.
 *
 * daemon.lock carries two locks.  The flock belongs to the open file, which
 * every child inherits, so it lasts until the last process of a daemon is
 * gone.  The record lock belongs to the master alone, and tells a living
 * daemon from the children of one that died.
 */
#include "config.h"

#include "master.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "listener.h"
#include "log.h"
#include "sockets.h"

enum { ORPHANS_LIMIT_MS = 10000, ORPHANS_LOOK_MS = 50, COMMANDS_BACKLOG = 64, PATH_ROOM = 4200 };

/* The directory and those above it. */
static bool
make_directory(const char *path, mode_t mode)
{
	char part[PATH_ROOM];
	struct stat st;

	snprintf(part, sizeof part, "%s", path);
	for (char *slash = strchr(part + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(part, 0755);
		*slash = '/';
	}
	if (mkdir(path, mode) == -1 && errno != EEXIST) {
		log_errno("cannot make the directory %s", path);
		return false;
	}
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return true;
	log_error("%s is not a directory", path);
	return false;
}

static bool
make_directories(const struct options *options)
{
	char internal[PATH_ROOM];

	snprintf(internal, sizeof internal, "%s/internal", options->run_directory);
	return make_directory(options->store_path, 0700) && make_directory(options->run_directory, 0755) &&
	    make_directory(internal, 0700);
}

/* The pid of a master that lives, or 0. */
static pid_t
living_master(int lock_fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(lock_fd, F_GETLK, &lock) == -1 || lock.l_type == F_UNLCK)
		return 0;
	return lock.l_pid;
}

static void
sleep_ms(int64_t ms)
{
	struct timespec time = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	nanosleep(&time, NULL);
}

/* false with the reason logged; the children of a dead master end by themselves, so they are waited for. */
static bool
wait_for_lock(const struct master *m)
{
	const char *path = m->options->store_path;
	int64_t until_ms = 0;
	pid_t pid;

	while (flock(m->lock_fd, LOCK_EX | LOCK_NB) == -1) {
		pid = living_master(m->lock_fd);
		if (pid != 0) {
			log_error("store %s is in use by pid %d", path, (int)pid);
			return false;
		}
		if (until_ms == 0) {
			log_warn("store %s: waiting for the processes of a daemon that died to end", path);
			until_ms = clock_mono_ms() + ORPHANS_LIMIT_MS;
		}
		if (clock_mono_ms() >= until_ms) {
			log_error("store %s is in use by processes of a daemon that died", path);
			return false;
		}
		sleep_ms(ORPHANS_LOOK_MS);
	}
	return true;
}

static bool
write_pid(int fd)
{
	char text[16];
	int len = snprintf(text, sizeof text, "%d\n", (int)getpid());

	return ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)len, 0) == len;
}

bool
place_own_lock(struct master *m)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	m->has_lock = m->has_lock || (fcntl(m->lock_fd, F_SETLK, &lock) == 0 && write_pid(m->lock_fd));
	return m->has_lock;
}

static bool
take_lock(struct master *m)
{
	char path[PATH_ROOM];

	snprintf(path, sizeof path, "%s/daemon.lock", m->options->store_path);
	m->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (m->lock_fd == -1) {
		log_errno("cannot open %s", path);
		return false;
	}
	if (!wait_for_lock(m))
		return false;
	if (place_own_lock(m))
		return true;
	log_errno("cannot lock %s", path);
	return false;
}

static void
run_path(const struct options *options, const char *name, char path[PATH_ROOM])
{
	snprintf(path, PATH_ROOM, "%s/%s", options->run_directory, name);
}

bool
place_take(struct master *m)
{
	return make_directories(m->options) && (m->lock_fd != -1 || take_lock(m));
}

static void
pid_paths(const struct options *options, char path[PATH_ROOM], char aside[PATH_ROOM])
{
	run_path(options, "aiexpensed.pid", path);
	run_path(options, "aiexpensed.pid.oldbin", aside);
}

void
place_step_aside(struct master *m)
{
	char path[PATH_ROOM], aside[PATH_ROOM];

	pid_paths(m->options, path, aside);
	if (rename(path, aside) == -1)
		log_errno("cannot rename %s", path);
}

void
place_step_back(struct master *m)
{
	char path[PATH_ROOM], aside[PATH_ROOM];

	pid_paths(m->options, path, aside);
	if (rename(aside, path) == -1)
		log_errno("cannot rename %s", aside);
}

bool
place_write_pid(struct master *m)
{
	char path[PATH_ROOM];
	int fd;

	run_path(m->options, "aiexpensed.pid", path);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	m->has_pid_file = fd != -1 && write_pid(fd);
	if (!m->has_pid_file)
		log_errno("cannot write %s", path);
	fd_close(&fd);
	return m->has_pid_file;
}

static bool
listen_for_requests(struct master *m)
{
	const struct option_list *list = &m->options->http_listen;

	if (m->elder_pid != 0 && m->http_fd_count != list->count)
		log_error("http.listen has changed, which needs a restart");
	if (m->elder_pid != 0)
		return m->http_fd_count == list->count;
	m->http_fds = calloc(list->count, sizeof *m->http_fds);
	if (m->http_fds == NULL)
		return false;
	for (; m->http_fd_count < list->count; m->http_fd_count++) {
		int fd = listener_open(list->items[m->http_fd_count]);

		if (fd == -1)
			return false;
		m->http_fds[m->http_fd_count] = fd;
	}
	return true;
}

static bool
listen_for_metrics(struct master *m)
{
	const char *where = m->options->metrics_listen;

	if (m->metrics_fd == -1 && where[0] != '\0')
		m->metrics_fd = listener_open(where);
	return m->metrics_fd != -1 || where[0] == '\0';
}

static bool
listen_for_commands(const struct options *options, const char *name, mode_t mode, int *fd)
{
	char path[PATH_ROOM];

	if (*fd != -1)
		return true;
	run_path(options, name, path);
	*fd = unix_listen(path, mode, COMMANDS_BACKLOG);
	if (*fd == -1)
		log_errno("cannot listen on %s", path);
	return *fd != -1;
}

bool
place_listen(struct master *m)
{
	return listen_for_requests(m) && listen_for_metrics(m) && listen_for_commands(m->options, "stats.sock", 0660, &m->stats_fd) &&
	    listen_for_commands(m->options, "control.sock", 0600, &m->control_fd) &&
	    (m->elder_pid != 0 || place_write_pid(m));
}

static void
give_to(const struct passwd *user, const char *path)
{
	if (lchown(path, user->pw_uid, user->pw_gid) == -1 && errno != ENOENT)
		log_errno("give %s to user %s", path, user->pw_name);
}

static void
give_socket_away(const char *path, const void *user)
{
	give_to(user, path);
}

/* What root made and the user will have to write, connect to or remove. */
static void
give_files_away(const struct master *m, const struct passwd *user)
{
	static const char *const names[] = { "", "internal", "aiexpensed.pid", "stats.sock", "control.sock" };
	const struct option_list *list = &m->options->http_listen;
	char path[PATH_ROOM];

	give_to(user, m->options->store_path);
	snprintf(path, sizeof path, "%s/daemon.lock", m->options->store_path);
	give_to(user, path);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		run_path(m->options, names[i], path);
		give_to(user, path);
	}
	for (size_t i = 0; i < list->count; i++)
		if (strncmp(list->items[i], "unix:", 5) == 0)
			give_to(user, list->items[i] + 5);
	generation_each_socket(m->serving, give_socket_away, user);
}

bool
place_drop_privileges(struct master *m)
{
	const char *name = m->options->run_user;
	const struct passwd *user;

	if (geteuid() != 0 || name[0] == '\0')
		return true;
	user = getpwnam(name);
	if (user == NULL) {
		log_warn("there is no user %s, staying root", name);
		return true;
	}
	give_files_away(m, user);
	if (initgroups(name, user->pw_gid) == -1 || setgid(user->pw_gid) == -1 || setuid(user->pw_uid) == -1) {
		log_errno("cannot become user %s", name);
		return false;
	}
	prctl(PR_SET_DUMPABLE, 1);   /* setuid took core dumps and /proc/self away */
	return true;
}

static void
remove_run_file(const struct options *options, const char *name)
{
	char path[PATH_ROOM];

	run_path(options, name, path);
	unlink(path);
}

/* Only what this daemon made: another one may own the rest. */
static void
remove_files(const struct master *m)
{
	for (size_t i = 0; i < m->http_fd_count; i++)
		listener_unlink(m->options->http_listen.items[i]);
	if (m->metrics_fd != -1)
		listener_unlink(m->options->metrics_listen);
	if (m->stats_fd != -1)
		remove_run_file(m->options, "stats.sock");
	if (m->control_fd != -1)
		remove_run_file(m->options, "control.sock");
}

/* The sockets stay for another master that serves on them. */
void
place_leave(struct master *m)
{
	bool is_alone = m->upgrade_pid == 0 && !upgrade_has_elder(m);

	if (is_alone)
		remove_files(m);
	if (m->has_pid_file)
		remove_run_file(m->options, m->upgrade_pid == 0 ? "aiexpensed.pid" : "aiexpensed.pid.oldbin");
	for (size_t i = 0; i < m->http_fd_count; i++)
		fd_close(&m->http_fds[i]);
	fd_close(&m->metrics_fd);
	fd_close(&m->stats_fd);
	fd_close(&m->control_fd);
	fd_close(&m->lock_fd);
}
