/* SPDX-License-Identifier: MIT */
/* A writer and those who ask it, each with one call that fails: what was answered is stored, and what was not is answered the next time. */
#include "config.h"

#include "writer_scene.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "channel.h"
#include "failing.h"
#include "log.h"
#include "master/child.h"
#include "store/command/command.h"

/* --- a writer in which one call fails --------------------------------------------------------- */

static void
a_writer_with_a_call_that_fails_answers_or_ends(void **state)
{
	enum { ASKED = 5 };
	struct writer_scene *f = *state;
	int code = 0;
	unsigned at;

	for (at = 1; code != NOTHING_FAILED && at < WRITER_SCENE_CALLS_MAX; at++) {
		struct writer_process w = writer_start_failing(f, at, ENOMEM);
		struct writer_link *link = writer_scene_link(f);
		struct asked asked = { 0 };
		bool is_answered;

		for (unsigned i = 0; i < ASKED; i++)
			ask(link, (uint8_t)(at + i), &asked);
		is_answered = writer_turn(f, &w, &asked, ASKED, &code);
		if (is_answered)
			assert_true(asked.st == ST_OK || asked.st == ST_UNAVAILABLE || asked.st == ST_FAILED);
		writer_link_free(link);
		close(w.life);
		if (is_answered)
			assert_true(writer_has_ended(&w, &code, 0));
		if (is_answered && asked.st == ST_OK)
			assert_true(is_stored(f, (uint8_t)at));
	}
	assert_int_equal(code, NOTHING_FAILED);
}

static void
a_writer_ends_at_once_when_it_is_told_to(void **state)
{
	struct writer_scene *f = *state;
	struct writer_process w = writer_start(f, NULL);
	struct writer_link *link = writer_scene_link(f);
	struct asked asked = { 0 };
	int code;

	ask(link, 1, &asked);
	assert_true(writer_turn(f, &w, &asked, 1, &code));
	kill(w.pid, SIGTERM);
	assert_true(writer_has_ended(&w, &code, 0));
	assert_int_equal(code, CHILD_EXIT_OK);
	writer_link_free(link);
	close(w.life);
}

/* --- one who asks, with a call that fails ------------------------------------------------------ */

static void
one_who_asks_is_told_once_whatever_fails(void **state)
{
	enum { ASKED = 12 };
	struct writer_scene *f = *state;
	struct writer_process w = writer_start(f, NULL);
	bool is_over = false;
	int code;

	for (unsigned at = 1; !is_over && at < WRITER_SCENE_CALLS_MAX; at++) {
		struct asked asked = { 0 };
		struct writer_link *link;

		failing_arm(ANY_CALL, at, ENOMEM);
		link = writer_scene_link(f);
		if (link != NULL) {
			for (unsigned i = 0; i < ASKED; i++)
				ask(link, (uint8_t)i, &asked);
			failing_later_ms += 1000;
			assert_true(writer_turn(f, &w, &asked, ASKED, &code));
			assert_int_equal(asked.answers, ASKED);
		}
		is_over = !failing_disarm();
		assert_true(link != NULL || !is_over);
		writer_link_free(link);
		assert_true(link == NULL || asked.answers == ASKED);
	}
	assert_true(is_over);
	close(w.life);
	assert_true(writer_has_ended(&w, &code, 0));
	assert_int_equal(code, CHILD_EXIT_OK);
}

static void
commands_are_given_up_when_no_writer_comes(void **state)
{
	enum { LONG_MS = 6000 };
	struct writer_scene *f = *state;
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
	asked_written(st, answer, arg);
	if (((struct asked *)arg)->answers == 1)
		ask(again_link, 9, arg);
}

static void
what_is_asked_while_others_are_given_up_waits_for_a_writer(void **state)
{
	enum { LONG_MS = 6000 };
	struct writer_scene *f = *state;
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
	struct writer_scene *f = *state;
	struct writer_link *link = writer_link_new(f->base, "/nowhere/writer.sock", 100, &f->segment->slots[1].counters);
	struct asked asked = { 0 };

	failing_arm(CALL_event_add, 1, ENOMEM);
	ask(link, 1, &asked);
	assert_true(failing_disarm());
	assert_int_equal(asked.answers, 1);
	assert_int_equal(asked.st, ST_UNAVAILABLE);
	writer_link_free(link);
}

/* As a writer that dies of what it is given. */
static void
on_doomed_connection(evutil_socket_t listener, short what, void *arg)
{
	(void)what;
	close(accept(listener, NULL, NULL));
	++*(unsigned *)arg;
}

static void
nobody_looks_for_a_writer_when_the_last_command_was_given_up(void **state)
{
	struct writer_scene *f = *state;
	unsigned connections = 0, before;
	struct event *event = event_new(f->base, f->listener, EV_READ | EV_PERSIST, on_doomed_connection, &connections);
	struct writer_link *link = writer_scene_link(f);
	struct asked asked = { 0 };

	failing_has_no_patience = true;
	event_add(event, NULL);
	ask(link, 1, &asked);
	while (asked.answers == 0)
		event_base_loop(f->base, EVLOOP_ONCE);
	assert_int_equal(asked.st, ST_UNAVAILABLE);
	before = connections;
	while (event_base_get_num_events(f->base, EVENT_BASE_COUNT_ADDED) > 1)          /* the listener's stays */
		event_base_loop(f->base, EVLOOP_ONCE);
	failing_has_no_patience = false;
	assert_int_equal(connections, before);
	writer_link_free(link);
	event_free(event);
}

/* --- a writer that answers what it should not ----------------------------------------------------- */

struct odd_writer {
	struct writer_scene *f;
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
	struct writer_scene *f = *state;
	struct odd_writer odd = { .f = f };
	struct event *event = event_new(f->base, f->listener, EV_READ | EV_PERSIST, on_connection, &odd);
	struct writer_link *link = writer_scene_link(f);
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

#define CASE(name) cmocka_unit_test_setup_teardown(name, writer_scene_setup, writer_scene_teardown)

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
		CASE(nobody_looks_for_a_writer_when_the_last_command_was_given_up),
		CASE(an_answer_that_is_none_or_for_nobody_harms_nobody),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
