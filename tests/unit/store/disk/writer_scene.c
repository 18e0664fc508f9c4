/* SPDX-License-Identifier: MIT */
/* See writer_scene.h. */
#include "config.h"

#include "writer_scene.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "arena.h"
#include "clock.h"
#include "failing.h"
#include "kv/kv_lmdb.h"
#include "ledger/op/op.h"
#include "sockets.h"
#include "store/command/command.h"

enum { PATIENCE_MS = 20000 };

int
writer_scene_setup(void **state)
{
	struct writer_scene *f = calloc(1, sizeof *f);

	signal(SIGPIPE, SIG_IGN);
	writers_options(&f->options, f->dir, 1, WRITER_SCENE_MAP);
	f->options.store_batch_max = 2;
	f->segment = counters_create(2, &f->segment_fd);
	f->base = event_base_new();
	writer_socket_path(&f->options, 0, f->path);
	f->listener = unix_listen(f->path, 0600, 64);
	*state = f;
	return store_prepare(&f->options);
}

int
writer_scene_teardown(void **state)
{
	struct writer_scene *f = *state;

	failing_disarm();
	close(f->listener);
	event_base_free(f->base);
	counters_destroy(f->segment, f->segment_fd);
	writers_remove(&f->options, f->dir);
	free(f);
	return 0;
}

struct writer_link *
writer_scene_link(struct writer_scene *f)
{
	return writer_link_new(f->base, f->path, 100, &f->segment->slots[1].counters);
}

struct lmdb_env *
writer_scene_shard(struct writer_scene *f)
{
	char path[160];

	snprintf(path, sizeof path, "%s/shard-000", f->options.store_path);
	return lmdb_env_open(path, WRITER_SCENE_MAP, LMDB_SHARD_TABLES, LMDB_WRITE);
}

/* --- what is asked ------------------------------------------------------------------------- */

void
asked_written(enum status st, const struct write_answer *answer, void *arg)
{
	struct asked *asked = arg;

	(void)answer;
	asked->answers++;
	if (st != ST_OK)
		asked->st = st;
}

void
ask(struct writer_link *link, uint8_t who, struct asked *asked)
{
	struct command command = { .kind = COMMAND_SIGN_UP, .ledger = { 1, who }, .sign_up = { .sign_up.user_id = SLICE_LITERAL("line:U"), .now_ms = 1 } };

	writer_link_submit(link, &command, &(struct asker){ .on_write = asked_written, .arg = asked });
}

bool
is_stored(struct writer_scene *f, uint8_t who)
{
	char path[160];
	struct arena arena = ARENA_INIT;
	struct lmdb_env *env;
	struct op op = { .arena = &arena, .ledger = { 1, who } };
	struct user user;
	enum status st;

	snprintf(path, sizeof path, "%s/shard-000", f->options.store_path);
	env = lmdb_env_open(path, WRITER_SCENE_MAP, LMDB_SHARD_TABLES, LMDB_READ);
	op.kv = lmdb_read_begin(env, &st);
	st = user_get(&op, &user);
	lmdb_read_end(env);
	lmdb_env_close(env);
	arena_fini(&arena);
	return st == ST_OK;
}

/* --- a writer -------------------------------------------------------------------------------- */

static struct writer_process
start(struct writer_scene *f, void (*begin)(void), unsigned at, int error)
{
	struct writer_process w;
	int life[2], code;

	assert_int_equal(pipe(life), 0);
	fflush(NULL);
	w.pid = fork();
	if (w.pid == 0) {
		struct inherited in = { .options = &f->options, .segment = f->segment, .slot = &f->segment->slots[0], .internal_listener = f->listener,
			.stats_listener = -1, .control_listener = -1, .status_fd = open("/dev/null", O_WRONLY), .life_fd = life[0], .lock_fd = -1 };

		close(life[1]);
		if (begin != NULL)
			begin();
		if (at > 0)
			failing_arm(ANY_CALL, at, error);
		code = writer_run(&in, 0);
		exit(code == CHILD_EXIT_OK && at > 0 && !failing_disarm() ? NOTHING_FAILED : code);
	}
	close(life[0]);
	w.life = life[1];
	return w;
}

struct writer_process
writer_start(struct writer_scene *f, void (*begin)(void))
{
	return start(f, begin, 0, 0);
}

struct writer_process
writer_start_failing(struct writer_scene *f, unsigned at, int error)
{
	return start(f, NULL, at, error);
}

bool
writer_has_ended(struct writer_process *w, int *code, int options)
{
	int status;

	if (waitpid(w->pid, &status, options) != w->pid)
		return false;
	assert_true(WIFEXITED(status));
	*code = WEXITSTATUS(status);
	return true;
}

bool
writer_turn(struct writer_scene *f, struct writer_process *w, const struct asked *asked, unsigned answers, int *code)
{
	int64_t end_ms = clock_mono_ms() + PATIENCE_MS;

	while (asked->answers < answers) {
		assert_true(clock_mono_ms() < end_ms);
		event_base_loop(f->base, EVLOOP_NONBLOCK);
		if (writer_has_ended(w, code, WNOHANG))
			return false;
		usleep(200);
	}
	return true;
}
