/* SPDX-License-Identifier: MIT */
/* A writer that is told to end, or whose disk fails or is full: what those who asked have of it. */
#include "config.h"

#include "writer_scene.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include <event2/event.h>

#include "clock.h"
#include "failing.h"
#include "log.h"
#include "master/child.h"

enum { PATIENCE_MS = 20000 };

/* --- those who have gone ---------------------------------------------------------------------------- */

/* Before there is a writer, which reads it at once, and that nobody waits for an answer. */
static void
ask_and_go(struct writer_scene *f, uint8_t who)
{
	struct writer_link *link = writer_scene_link(f);
	struct asked asked = { 0 };

	ask(link, who, &asked);
	event_base_loop(f->base, EVLOOP_NONBLOCK);
	writer_link_free(link);
	assert_int_equal(asked.st, ST_UNAVAILABLE);
}

static void
wait_until_stored(struct writer_scene *f, uint8_t who)
{
	int64_t end_ms = clock_mono_ms() + PATIENCE_MS;

	while (!is_stored(f, who)) {
		assert_true(clock_mono_ms() < end_ms);
		usleep(1000);
	}
}

static void
assert_ends(struct writer_process *w, int expected)
{
	int code;

	assert_true(writer_has_ended(w, &code, 0));
	assert_int_equal(code, expected);
	close(w->life);
}

static void
what_one_who_has_gone_asked_for_is_carried_out(void **state)
{
	struct writer_scene *f = *state;
	struct writer_process w;

	ask_and_go(f, 1);
	w = writer_start(f, NULL);
	wait_until_stored(f, 1);
	kill(w.pid, SIGQUIT);
	assert_ends(&w, CHILD_EXIT_OK);
}

static void
be_told_to_end_when_one_has_gone(void)
{
	failing_signal_at_close = SIGTERM;
}

static void
what_one_who_has_gone_asked_for_is_carried_out_before_an_end(void **state)
{
	struct writer_scene *f = *state;
	struct writer_process w;

	ask_and_go(f, 1);
	w = writer_start(f, be_told_to_end_when_one_has_gone);
	assert_ends(&w, CHILD_EXIT_OK);
	assert_true(is_stored(f, 1));
}

/* Its time for that is over at once. */
static void
have_no_time_to_end_when_one_has_gone(void)
{
	failing_signal_at_close = SIGQUIT;
	failing_has_no_patience = true;
}

static void
a_writer_whose_time_is_over_leaves_what_it_has_not_committed(void **state)
{
	struct writer_scene *f = *state;
	struct writer_process w;

	ask_and_go(f, 1);
	w = writer_start(f, have_no_time_to_end_when_one_has_gone);
	assert_ends(&w, CHILD_EXIT_OK);
	assert_false(is_stored(f, 1));
}

/* --- told more than once ---------------------------------------------------------------------------------- */

static void
a_writer_that_waits_for_those_who_ask_ends_when_it_is_told_to_at_once(void **state)
{
	struct writer_scene *f = *state;
	struct writer_process w = writer_start(f, NULL);
	struct writer_link *link = writer_scene_link(f);
	struct asked asked = { 0 };
	int code;

	ask(link, 1, &asked);
	assert_true(writer_turn(f, &w, &asked, 1, &code));
	kill(w.pid, SIGQUIT);
	ask(link, 2, &asked);
	assert_true(writer_turn(f, &w, &asked, 2, &code));
	assert_int_equal(asked.st, ST_OK);
	kill(w.pid, SIGTERM);
	assert_ends(&w, CHILD_EXIT_OK);
	assert_true(is_stored(f, 2));
	writer_link_free(link);
}

/* Both come when its loop begins, as after a long write. */
static void
be_told_to_end_twice(void)
{
	sigset_t both;

	sigemptyset(&both);
	sigaddset(&both, SIGQUIT);
	sigaddset(&both, SIGTERM);
	sigprocmask(SIG_BLOCK, &both, NULL);
	raise(SIGQUIT);
	raise(SIGTERM);
}

static void
a_writer_that_is_told_twice_ends_once(void **state)
{
	struct writer_scene *f = *state;
	struct writer_process w = writer_start(f, be_told_to_end_twice);

	assert_ends(&w, CHILD_EXIT_OK);
}

/* --- the disk ------------------------------------------------------------------------------------------ */

/* What a writer that was started so answers to somebody who signs up. */
static enum status
answer_of(struct writer_scene *f, uint8_t who, void (*begin)(void))
{
	struct writer_process w = writer_start(f, begin);
	struct writer_link *link = writer_scene_link(f);
	struct asked asked = { 0 };
	int code;

	ask(link, who, &asked);
	assert_true(writer_turn(f, &w, &asked, 1, &code));
	kill(w.pid, SIGTERM);
	assert_ends(&w, CHILD_EXIT_OK);
	writer_link_free(link);
	return asked.st;
}

static void
have_a_full_disk(void)
{
	failing_is_disk_full = true;
}

static void
have_a_disk_that_tells_nothing(void)
{
	failing_arm(CALL_statvfs64, 1, EIO);
}

static void
on_a_disk_with_less_than_the_reserve_nobody_signs_up(void **state)
{
	struct writer_scene *f = *state;

	f->options.store_reserve_bytes = 1;
	assert_int_equal(answer_of(f, 1, have_a_full_disk), ST_STORE_FULL);
	assert_false(is_stored(f, 1));
	assert_int_equal(answer_of(f, 2, have_a_disk_that_tells_nothing), ST_OK);
	assert_int_equal(answer_of(f, 3, NULL), ST_OK);
	f->options.store_reserve_bytes = 0;                /* none is wanted */
	assert_int_equal(answer_of(f, 4, have_a_full_disk), ST_OK);
}

/* The first ones are of opening the shard, without which there is no writer. */
static unsigned failing_commit = 1;

static void
have_a_disk_that_fails(void)
{
	failing_arm(CALL_mdb_txn_commit, failing_commit, EIO);
}

static void
end_by_the_disk(struct writer_scene *f)
{
	int code;

	for (code = CHILD_EXIT_FATAL; code == CHILD_EXIT_FATAL && failing_commit < WRITER_SCENE_CALLS_MAX; failing_commit++) {
		struct writer_process w = writer_start(f, have_a_disk_that_fails);

		assert_true(writer_has_ended(&w, &code, 0));
		close(w.life);
	}
	assert_int_equal(code, CHILD_EXIT_IO);
	failing_commit--;
}

static void
a_writer_whose_disk_has_failed_answers_and_ends(void **state)
{
	struct writer_scene *f = *state;

	for (unsigned count = 1; count <= f->options.store_batch_max; count++) {         /* the last one fills a batch */
		struct writer_link *link = writer_scene_link(f);
		struct asked asked = { 0 };

		for (unsigned i = 0; i < count; i++)
			ask(link, (uint8_t)(10 * count + i), &asked);
		event_base_loop(f->base, EVLOOP_NONBLOCK);
		end_by_the_disk(f);
		event_base_loop(f->base, EVLOOP_NONBLOCK);
		assert_int_equal(asked.answers, count);
		assert_int_equal(asked.st, ST_UNAVAILABLE);
		assert_false(is_stored(f, (uint8_t)(10 * count)));
		writer_link_free(link);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, writer_scene_setup, writer_scene_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_one_who_has_gone_asked_for_is_carried_out),
		CASE(what_one_who_has_gone_asked_for_is_carried_out_before_an_end),
		CASE(a_writer_whose_time_is_over_leaves_what_it_has_not_committed),
		CASE(a_writer_that_waits_for_those_who_ask_ends_when_it_is_told_to_at_once),
		CASE(a_writer_that_is_told_twice_ends_once),
		CASE(on_a_disk_with_less_than_the_reserve_nobody_signs_up),
		CASE(a_writer_whose_disk_has_failed_answers_and_ends),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
