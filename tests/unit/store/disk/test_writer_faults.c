/* SPDX-License-Identifier: MIT */
/* A writer and those who ask it, each with one call that fails: what was answered is stored, and what was not is answered the next time. */
#include "config.h"

#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <event2/event.h>

#include "arena.h"
#include "channel.h"
#include "clock.h"
#include "failing.h"
#include "kv/kv_lmdb.h"
#include "log.h"
#include "master/child.h"
#include "sockets.h"
#include "store/writer/batch.h"
#include "store/command/command.h"
#include "store/writer/writer_link.h"
#include "writers.h"

enum { MAP_SIZE = 16 << 20, CALLS_MAX = 1000, NOTHING_FAILED = 99, PATIENCE_MS = 20000 };

struct fixture {
	struct options    options;
	char              dir[64], path[INTERNAL_PATH_MAX];
	struct counter_segment *segment;
	int               segment_fd, listener;
	struct event_base *base;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	signal(SIGPIPE, SIG_IGN);
	writers_options(&f->options, f->dir, 1, MAP_SIZE);
	f->options.store_batch_max = 2;
	f->segment = counters_create(2, &f->segment_fd);
	f->base = event_base_new();
	writer_socket_path(&f->options, 0, f->path);
	f->listener = unix_listen(f->path, 0600, 64);
	*state = f;
	return store_prepare(&f->options);
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	failing_disarm();
	close(f->listener);
	event_base_free(f->base);
	counters_destroy(f->segment, f->segment_fd);
	writers_remove(&f->options, f->dir);
	free(f);
	return 0;
}

/* --- what is asked ------------------------------------------------------------------------- */

struct asked {
	unsigned    answers;
	enum status st;                    /* the worst */
};

static void
on_write(enum status st, const struct write_answer *answer, void *arg)
{
	struct asked *asked = arg;

	(void)answer;
	asked->answers++;
	if (st != ST_OK)
		asked->st = st;
}

/* Somebody who signs up. */
static void
ask(struct writer_link *link, uint8_t who, struct asked *asked)
{
	struct command command = { .kind = COMMAND_SIGN_UP, .ledger = { 1, who }, .sign_up = { .sign_up.user_id = SLICE_LITERAL("line:U"), .now_ms = 1 } };

	writer_link_submit(link, &command, &(struct asker){ .on_write = on_write, .arg = asked });
}

static bool
is_stored(struct fixture *f, uint8_t who)
{
	char path[160];
	struct arena arena = ARENA_INIT;
	struct lmdb_env *env;
	struct op op = { .arena = &arena, .ledger = { 1, who } };
	struct user user;
	enum status st;

	snprintf(path, sizeof path, "%s/shard-000", f->options.store_path);
	env = lmdb_env_open(path, MAP_SIZE, LMDB_SHARD_TABLES, LMDB_READ);
	op.kv = lmdb_read_begin(env, &st);
	st = user_get(&op, &user);
	lmdb_read_end(env);
	lmdb_env_close(env);
	arena_fini(&arena);
	return st == ST_OK;
}

/* --- a writer in which one call fails --------------------------------------------------------- */

struct writer_process {
	pid_t pid;
	int   life;
};

static struct writer_process
start_writer(struct fixture *f, unsigned at, int error)
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
		if (at > 0)
			failing_arm(ANY_CALL, at, error);
		code = writer_run(&in, 0);
		exit(code == CHILD_EXIT_OK && at > 0 && !failing_disarm() ? NOTHING_FAILED : code);
	}
	close(life[0]);
	w.life = life[1];
	return w;
}

/* Its exit code, if it has ended. */
static bool
has_ended(struct writer_process *w, int *code, int options)
{
	int status;

	if (waitpid(w->pid, &status, options) != w->pid)
		return false;
	assert_true(WIFEXITED(status));
	*code = WEXITSTATUS(status);
	return true;
}

/* Until all were answered, or the writer has ended before. */
static bool
turn(struct fixture *f, struct writer_process *w, const struct asked *asked, unsigned answers, int *code)
{
	int64_t end_ms = clock_mono_ms() + PATIENCE_MS;

	while (asked->answers < answers) {
		assert_true(clock_mono_ms() < end_ms);
		event_base_loop(f->base, EVLOOP_NONBLOCK);
		if (has_ended(w, code, WNOHANG))
			return false;
		usleep(200);
	}
	return true;
}

static void
a_writer_with_a_call_that_fails_answers_or_ends(void **state)
{
	enum { ASKED = 5 };
	struct fixture *f = *state;
	int code = 0;
	unsigned at;

	for (at = 1; code != NOTHING_FAILED && at < CALLS_MAX; at++) {
		struct writer_process w = start_writer(f, at, ENOMEM);
		struct writer_link *link = writer_link_new(f->base, f->path, 100, &f->segment->slots[1].counters);
		struct asked asked = { 0 };
		bool is_answered;

		for (unsigned i = 0; i < ASKED; i++)
			ask(link, (uint8_t)(at + i), &asked);
		is_answered = turn(f, &w, &asked, ASKED, &code);
		if (is_answered)
			assert_true(asked.st == ST_OK || asked.st == ST_UNAVAILABLE || asked.st == ST_FAILED);
		writer_link_free(link);
		close(w.life);
		if (is_answered)
			assert_true(has_ended(&w, &code, 0));
		if (is_answered && asked.st == ST_OK)
			assert_true(is_stored(f, (uint8_t)at));
	}
	assert_int_equal(code, NOTHING_FAILED);
}

static void
a_writer_ends_at_once_when_it_is_told_to(void **state)
{
	struct fixture *f = *state;
	struct writer_process w = start_writer(f, 0, 0);
	struct writer_link *link = writer_link_new(f->base, f->path, 100, &f->segment->slots[1].counters);
	struct asked asked = { 0 };
	int code;

	ask(link, 1, &asked);
	assert_true(turn(f, &w, &asked, 1, &code));
	kill(w.pid, SIGTERM);
	assert_true(has_ended(&w, &code, 0));
	assert_int_equal(code, CHILD_EXIT_OK);
	writer_link_free(link);
	close(w.life);
}

/* --- one who asks, with a call that fails ------------------------------------------------------ */

static void
one_who_asks_is_told_once_whatever_fails(void **state)
{
	enum { ASKED = 12 };
	struct fixture *f = *state;
	struct writer_process w = start_writer(f, 0, 0);
	bool is_over = false;
	int code;

	for (unsigned at = 1; !is_over && at < CALLS_MAX; at++) {
		struct asked asked = { 0 };
		struct writer_link *link;

		failing_arm(ANY_CALL, at, ENOMEM);
		link = writer_link_new(f->base, f->path, 100, &f->segment->slots[1].counters);
		if (link != NULL) {
			for (unsigned i = 0; i < ASKED; i++)
				ask(link, (uint8_t)i, &asked);
			failing_later_ms += 1000;
			assert_true(turn(f, &w, &asked, ASKED, &code));
			assert_int_equal(asked.answers, ASKED);
		}
		is_over = !failing_disarm();
		assert_true(link != NULL || !is_over);
		writer_link_free(link);
		assert_true(link == NULL || asked.answers == ASKED);
	}
	assert_true(is_over);
	close(w.life);
	assert_true(has_ended(&w, &code, 0));
	assert_int_equal(code, CHILD_EXIT_OK);
}

static void
commands_are_given_up_when_no_writer_comes(void **state)
{
	enum { LONG_MS = 6000 };
	struct fixture *f = *state;
	struct writer_link *link = writer_link_new(f->base, "/nowhere/writer.sock", 100, &f->segment->slots[1].counters);
	struct asked asked = { 0 };

	ask(link, 1, &asked);
	ask(link, 2, &asked);
	assert_int_equal(asked.answers, 0);
	event_base_loop(f->base, EVLOOP_ONCE);
	assert_int_equal(asked.answers, 0);
	failing_later_ms += LONG_MS;
	while (asked.answers < 2)
		event_base_loop(f->base, EVLOOP_ONCE);
	assert_int_equal(asked.st, ST_UNAVAILABLE);
	writer_link_free(link);
}

static struct writer_link *again_link;

static void
on_write_again(enum status st, const struct write_answer *answer, void *arg)
{
	on_write(st, answer, arg);
	if (((struct asked *)arg)->answers == 1)
		ask(again_link, 9, arg);
}

static void
what_is_asked_while_others_are_given_up_waits_for_a_writer(void **state)
{
	enum { LONG_MS = 6000 };
	struct fixture *f = *state;
	struct command command = { .kind = COMMAND_SIGN_UP, .sign_up = { .sign_up.user_id = SLICE_LITERAL("line:U"), .now_ms = 1 } };
	struct asked asked = { 0 };

	again_link = writer_link_new(f->base, "/nowhere/writer.sock", 100, &f->segment->slots[1].counters);
	writer_link_submit(again_link, &command, &(struct asker){ .on_write = on_write_again, .arg = &asked });
	failing_later_ms += LONG_MS;
	event_base_loop(f->base, EVLOOP_ONCE);
	assert_int_equal(asked.answers, 1);
	event_base_loop(f->base, EVLOOP_ONCE);
	assert_int_equal(asked.answers, 1);
	writer_link_free(again_link);
	assert_int_equal(asked.answers, 2);
}

static void
without_a_timer_nobody_waits(void **state)
{
	struct fixture *f = *state;
	struct writer_link *link = writer_link_new(f->base, "/nowhere/writer.sock", 100, &f->segment->slots[1].counters);
	struct asked asked = { 0 };

	failing_arm(CALL_event_add, 1, ENOMEM);
	ask(link, 1, &asked);
	assert_true(failing_disarm());
	assert_int_equal(asked.answers, 1);
	assert_int_equal(asked.st, ST_UNAVAILABLE);
	writer_link_free(link);
}

/* --- a writer that answers what it should not ----------------------------------------------------- */

struct odd_writer {
	struct fixture *f;
	struct channel *channel;
};

static void
on_command(struct channel *ch, const struct frame *frame, void *arg)
{
	struct frame unknown = { .kind = frame->kind, .id = frame->id + 100, .body = SLICE_LITERAL("\xc0") };
	struct frame garbage = { .kind = frame->kind, .id = frame->id, .body = SLICE_LITERAL("\xc0") };

	(void)arg;
	assert_true(channel_send(ch, &unknown));
	assert_true(channel_send(ch, &garbage));
}

static void
on_lost(struct channel *ch, void *arg)
{
	channel_close(ch);
	((struct odd_writer *)arg)->channel = NULL;
}

static void
on_connection(evutil_socket_t listener, short what, void *arg)
{
	static const struct channel_callbacks callbacks = { on_command, NULL, on_lost };
	struct odd_writer *odd = arg;

	(void)what;
	odd->channel = channel_open(odd->f->base, accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), &callbacks, odd);
}

static void
an_answer_that_is_none_or_for_nobody_harms_nobody(void **state)
{
	struct fixture *f = *state;
	struct odd_writer odd = { .f = f };
	struct event *event = event_new(f->base, f->listener, EV_READ | EV_PERSIST, on_connection, &odd);
	struct writer_link *link = writer_link_new(f->base, f->path, 100, &f->segment->slots[1].counters);
	struct asked asked = { 0 };

	event_add(event, NULL);
	ask(link, 1, &asked);
	ask(link, 2, &asked);
	while (asked.answers < 2)
		event_base_loop(f->base, EVLOOP_ONCE);
	assert_int_equal(asked.st, ST_FAILED);
	writer_link_free(link);
	channel_close(odd.channel);
	event_free(event);
}

/* --- a batch --------------------------------------------------------------------------------------------- */

static void
add(struct batch *b, enum command_kind kind, uint8_t who)
{
	struct buf body = BUF_INIT;
	struct command command = { .kind = kind, .ledger = { 1, who }, .sign_up = { .sign_up.user_id = SLICE_LITERAL("line:U"), .now_ms = 1 } };

	if (kind == COMMAND_SIGN_UP)
		command_pack(&body, &command);
	assert_true(batch_add(b, NULL, &(struct frame){ .kind = kind, .id = who, .body = buf_slice(&body) }));
	buf_fini(&body);
}

static enum status
answer_of(const struct batch *b, size_t i)
{
	struct arena arena = ARENA_INIT;
	struct write_answer answer;
	enum status st;

	assert_true(answer_unpack(batch_answer(b, &b->entries[i]), &arena, &st, &answer));
	arena_fini(&arena);
	return st;
}

static struct lmdb_env *
open_shard(struct fixture *f)
{
	char path[160];

	snprintf(path, sizeof path, "%s/shard-000", f->options.store_path);
	return lmdb_env_open(path, MAP_SIZE, LMDB_SHARD_TABLES, LMDB_WRITE);
}

static void
a_batch_without_memory_takes_no_more_and_keeps_what_it_has(void **state)
{
	static char large[5000];
	struct batch b = { 0 };
	struct frame frame = { .kind = COMMAND_SIGN_UP, .body = { large, sizeof large } };

	(void)state;
	failing_arm(CALL_realloc, 1, ENOMEM);
	assert_false(batch_add(&b, NULL, &frame));
	failing_arm(CALL_realloc, 2, ENOMEM);
	assert_false(batch_add(&b, NULL, &frame));
	assert_true(batch_add(&b, NULL, &frame));
	assert_int_equal(b.count, 1);
	batch_fini(&b);
}

static void
each_command_is_answered_by_what_became_of_it(void **state)
{
	struct fixture *f = *state;
	struct lmdb_env *env = open_shard(f);
	bool is_over = false;

	for (unsigned at = 1; !is_over && at < CALLS_MAX; at++) {
		struct batch b = { 0 };

		add(&b, COMMAND_SIGN_UP, (uint8_t)at);
		add(&b, COMMAND_SIGN_UP, (uint8_t)(at + 1));
		failing_arm(ANY_CALL, at, ENOMEM);
		batch_run(&b, 0, 2, env, f->segment->slots);
		is_over = !failing_disarm();
		for (size_t i = 0; i < 2; i++)
			assert_int_equal(answer_of(&b, i), ST_OK);          /* it was run again */
		batch_fini(&b);
	}
	assert_true(is_over);
	lmdb_env_close(env);
}

static void
a_batch_that_cannot_begin_is_told_so(void **state)
{
	struct fixture *f = *state;
	struct lmdb_env *env = open_shard(f);
	struct batch b = { 0 };

	add(&b, COMMAND_SIGN_UP, 1);
	failing_arm(CALL_mdb_txn_begin, 1, ENOMEM);
	failing_arm_also(CALL_mdb_txn_begin, 1, ENOMEM);
	batch_run(&b, 0, 2, env, f->segment->slots);
	assert_true(failing_disarm());
	assert_int_equal(answer_of(&b, 0), ST_UNAVAILABLE);
	batch_fini(&b);
	lmdb_env_close(env);
}

static void
with_little_room_left_nothing_is_added(void **state)
{
	static const enum command_kind adding[] = { COMMAND_RECORD_MESSAGE, COMMAND_PUT_EXPENSES, COMMAND_SIGN_UP, COMMAND_PUT_INBOX };
	struct fixture *f = *state;
	struct lmdb_env *env = open_shard(f);
	struct batch b = { .is_low = true };

	for (size_t i = 0; i < 4; i++)
		add(&b, adding[i], 1);
	add(&b, COMMAND_REVOKE_TOKEN, 1);
	batch_run(&b, 0, 5, env, f->segment->slots);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(answer_of(&b, i), ST_STORE_FULL);
	assert_int_equal(answer_of(&b, 4), ST_FAILED);       /* its body is none */
	batch_fini(&b);
	lmdb_env_close(env);
}

static void
after_the_disk_has_failed_nothing_is_tried_again(void **state)
{
	struct fixture *f = *state;
	struct lmdb_env *env = open_shard(f);
	struct batch b = { 0 };

	add(&b, COMMAND_SIGN_UP, 1);
	add(&b, COMMAND_SIGN_UP, 2);
	failing_arm(CALL_mdb_txn_commit, 1, EIO);
	batch_run(&b, 0, 2, env, f->segment->slots);
	assert_int_equal(answer_of(&b, 0), ST_UNAVAILABLE);
	assert_int_equal(answer_of(&b, 1), ST_UNAVAILABLE);
	batch_fini(&b);
	lmdb_env_close(env);
	assert_false(is_stored(f, 1));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_writer_with_a_call_that_fails_answers_or_ends),
		CASE(a_writer_ends_at_once_when_it_is_told_to),
		CASE(one_who_asks_is_told_once_whatever_fails),
		CASE(commands_are_given_up_when_no_writer_comes),
		CASE(what_is_asked_while_others_are_given_up_waits_for_a_writer),
		CASE(without_a_timer_nobody_waits),
		CASE(an_answer_that_is_none_or_for_nobody_harms_nobody),
		CASE(a_batch_without_memory_takes_no_more_and_keeps_what_it_has),
		CASE(each_command_is_answered_by_what_became_of_it),
		CASE(a_batch_that_cannot_begin_is_told_so),
		CASE(with_little_room_left_nothing_is_added),
		CASE(after_the_disk_has_failed_nothing_is_tried_again),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
