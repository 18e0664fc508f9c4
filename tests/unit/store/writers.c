/* SPDX-License-Identifier: MIT */
/* See writers.h. */
#include "config.h"

#include "writers.h"

#include "unit.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "master/child.h"
#include "sockets.h"
#include "store.h"

static void
set_text(char **field, const char *text)
{
	free(*field);
	*field = strdup(text);
}

void
writers_options(struct options *options, char dir[64], unsigned shards, uint64_t map_size)
{
	char path[128];

	memset(options, 0, sizeof *options);
	assert_true(options_init(options));
	strcpy(dir, "/tmp/aiexpense-test-XXXXXX");
	assert_non_null(mkdtemp(dir));
	set_text(&options->run_directory, dir);
	snprintf(path, sizeof path, "%s/store", dir);
	set_text(&options->store_path, path);
	snprintf(path, sizeof path, "%s/internal", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	options->store_shards = shards;
	options->store_map_size_bytes = map_size;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	(void)st, (void)kind, (void)ftw;
	return remove(path);
}

void
writers_remove(struct options *options, const char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	options_fini(options);
}

/* --- the process between -------------------------------------------------------------- */

struct between {
	struct writers *w;
	int             listeners[WRITERS_MAX];
	int             life[2];
	int             status_fd;
};

static pid_t
fork_writer(const struct between *b, unsigned index, int life_write)
{
	struct inherited in = { .options = &b->w->options, .segment = b->w->segment, .slot = &b->w->segment->slots[index],
		.internal_listener = b->listeners[index], .stats_listener = -1, .control_listener = -1,
		.status_fd = b->status_fd, .life_fd = b->life[0], .lock_fd = -1 };
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	close(life_write);
	exit(writer_run(&in, index));
}

/* Whether all writers ended by themselves and well, or were killed by the test. */
static bool
reap(void)
{
	bool is_good = true;
	int status;

	while (wait(&status) != -1)
		if (!(WIFEXITED(status) && WEXITSTATUS(status) == 0) && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)) {
			fprintf(stderr, "# a writer ended with status 0x%x\n", (unsigned)status);
			is_good = false;
		}
	return is_good;
}

static void
serve(struct between *b, int control)
{
	unsigned index;

	while (read(control, &index, sizeof index) == sizeof index) {
		pid_t pid = fork_writer(b, index, b->life[1]);

		if (write(control, &pid, sizeof pid) != sizeof pid)
			break;
	}
	close(b->life[1]);
	_exit(reap() ? 0 : 1);
}

static void
make_between(struct writers *w)
{
	struct between b = { .w = w };
	char path[INTERNAL_PATH_MAX];
	int pair[2], ready[2];

	assert_int_equal(pipe(b.life), 0);
	assert_int_equal(pipe(ready), 0);
	b.status_fd = ready[1];
	for (unsigned i = 0; i <= w->options.store_shards; i++) {
		writer_socket_path(&w->options, i, path);
		b.listeners[i] = unix_listen(path, 0600, 64);
		assert_true(b.listeners[i] >= 0);
	}
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	fflush(NULL);
	w->master = fork();
	if (w->master == 0) {
		close(pair[0]);
		serve(&b, pair[1]);
	}
	assert_true(w->master > 0);
	close(pair[1]);
	close(b.life[0]);
	close(b.life[1]);
	close(ready[0]);
	close(ready[1]);
	for (unsigned i = 0; i <= w->options.store_shards; i++)
		close(b.listeners[i]);
	w->control = pair[0];
}

static void
start_one(struct writers *w, unsigned index)
{
	assert_int_equal(write(w->control, &index, sizeof index), sizeof index);
	assert_int_equal(read(w->control, &w->pids[index], sizeof w->pids[index]), sizeof w->pids[index]);
	assert_true(w->pids[index] > 0);
}

struct writers *
writers_start(unsigned shards, uint64_t map_size)
{
	struct writers *w = calloc(1, sizeof *w);

	log_set_level(LOG_LEVEL_ERROR);
	signal(SIGPIPE, SIG_IGN);                /* as in every child of the daemon */
	writers_options(&w->options, w->dir, shards, map_size);
	w->segment = counters_create(WRITERS_MAX + 1, &w->segment_fd);
	assert_non_null(w->segment);
	assert_int_equal(store_prepare(&w->options), 0);
	make_between(w);
	for (unsigned i = 0; i <= shards; i++)
		start_one(w, i);
	return w;
}

bool
writers_stop(struct writers *w)
{
	int status;

	close(w->control);
	if (waitpid(w->master, &status, 0) != w->master)
		status = -1;
	counters_destroy(w->segment, w->segment_fd);
	writers_remove(&w->options, w->dir);
	free(w);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void
writers_kill(struct writers *w, unsigned index)
{
	assert_int_equal(kill(w->pids[index], SIGKILL), 0);
	start_one(w, index);
}

struct counters *
writers_counters(struct writers *w, unsigned index)
{
	return &w->segment->slots[index].counters;
}
