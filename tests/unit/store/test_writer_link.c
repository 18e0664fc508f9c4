/* SPDX-License-Identifier: MIT */
/* What a client of a writer sees when there is too much, too little room, or nobody. */
#include "config.h"

#include "suite/store_suite.h"

#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "arena.h"
#include "sockets.h"
#include "store/writer/writer_link.h"
#include "writers.h"

static struct writers *writers;
static struct event_base *base;
static uint64_t map_size;
static unsigned queue_max;

static struct store *
open_store(struct event_base **out)
{
	writers = writers_start(1, map_size);
	writers->options.store_queue_max = queue_max;
	*out = base = event_base_new();
	return store_open(&writers->options, base, &writers->segment->slots[WRITERS_MAX].counters);
}

static void
close_store(struct store *store)
{
	store_close(store);
	event_base_free(base);
	assert_true(writers_stop(writers));
}

static const struct suite_engine engine = { open_store, close_store };

static int
setup_small_map(void **state)
{
	map_size = 1 << 20;
	queue_max = 4096;
	return suite_setup(state);
}

static int
setup_short_queue(void **state)
{
	map_size = 16 << 20;
	queue_max = 4;
	return suite_setup(state);
}

static void
a_full_store_says_so_and_goes_on_reading(void **state)
{
	static char text[DESCRIPTION_MAX];
	struct suite *s = *state;
	enum status st = ST_OK;
	pid_t pid = writers->pids[0];
	struct new_expense new, stored = { 0 };
	struct expense expense;

	memset(text, 'x', sizeof text);
	for (int i = 0; i < 100000 && st == ST_OK; i++) {
		struct message_entry entry;

		new = suite_new_expense(20780, 5);
		new.expense.description = (struct slice){ text, sizeof text };
		entry = suite_entry("line:U1", &new, 1);
		st = suite_record(s, &entry, NULL);
		if (st == ST_OK)
			stored = new;
		arena_reset(s->arena);
	}
	assert_int_equal(st, ST_STORE_FULL);
	assert_int_equal(suite_expense(s, "line:U1", &stored.expense.id, &expense), ST_OK);
	assert_int_equal(suite_expense(s, "line:U1", &new.expense.id, &expense), ST_NOT_FOUND);
	assert_int_equal(kill(pid, 0), 0);
	assert_true(writers_counters(writers, 0)->store_full >= 1);
	assert_int_equal(suite_sign_up(s, "line:U1", NULL), ST_OK);   /* changes nothing, so it needs no room */
}

struct answers {
	unsigned count, overloaded, ok;
	bool     is_complete;
};

static void
on_put(enum status st, const struct write_answer *answer, void *arg)
{
	struct answers *answers = arg;

	(void)answer;

	answers->overloaded += st == ST_OVERLOADED;
	answers->ok += st == ST_OK;
	answers->is_complete = ++answers->count == 6;
}

static void
commands_beyond_the_queue_are_refused_at_once(void **state)
{
	struct suite *s = *state;
	struct ledger ledger = suite_ledger(s, "line:U1");
	struct answers answers = { 0 };

	for (int i = 0; i < 6; i++) {
		struct inbox_entry entry = { .message_id = uuid7_next(1), .user_id = slice_of("line:U1") };

		store_put_inbox(s->store, &ledger, &entry, on_put, &answers);
	}
	assert_int_equal(answers.overloaded, 2);
	suite_wait(s, &answers.is_complete);
	assert_int_equal(answers.ok, 4);
	assert_int_equal(writers->segment->slots[WRITERS_MAX].counters.store_refused, 2);
}

static void
on_too_large(enum status st, const struct write_answer *answer, void *arg)
{
	(void)answer;
	*(enum status *)arg = st;
}

static void
a_command_too_large_for_a_frame_is_refused(void **state)
{
	struct suite *s = *state;
	static char text[300000];
	struct ledger ledger = suite_ledger(s, "line:U1");
	struct message_entry entry = suite_entry("line:U1", NULL, 0);
	enum status st = ST_OK;

	memset(text, 'x', sizeof text);
	entry.reply = (struct slice){ text, sizeof text };
	store_record_message(s->store, &ledger, &entry, on_too_large, &st);
	assert_int_equal(st, ST_TOO_LARGE);
	entry.reply.len = REPLY_MAX + 1;
	assert_int_equal(suite_record(s, &entry, NULL), ST_TEXT_TOO_LONG);
}

static void
closing_the_store_tells_those_who_wait(void **state)
{
	struct suite *s = *state;
	struct ledger ledger = suite_ledger(s, "line:U1");
	struct message_entry entry = suite_entry("line:U1", NULL, 0);
	enum status st = ST_OK;

	store_record_message(s->store, &ledger, &entry, on_too_large, &st);
	store_close(s->store);
	assert_int_equal(st, ST_UNAVAILABLE);
	s->store = store_open(&writers->options, base, &writers->segment->slots[WRITERS_MAX].counters);
	assert_non_null(s->store);
}

/* A writer that is killed while nothing is under way is not missed by the next command. */
static void
an_idle_link_finds_the_next_writer(void **state)
{
	struct suite *s = *state;

	assert_int_equal(suite_sign_up(s, "line:U1", NULL), ST_OK);
	for (int i = 0; i < 5; i++) {
		writers_kill(writers, 0);
		assert_int_equal(suite_sign_up(s, "line:U1", NULL), ST_OK);
	}
}

/* --- a writer that always dies ------------------------------------------------- */

struct dying {
	unsigned connections;
	bool     is_answered;
	enum status st;
};

static void
on_connection(evutil_socket_t listener, short what, void *arg)
{
	struct dying *dying = arg;
	int fd = accept(listener, NULL, NULL);

	(void)what;
	if (fd == -1)
		return;
	dying->connections++;
	close(fd);
}

static void
on_given_up(enum status st, void *arg)
{
	struct dying *dying = arg;

	dying->st = st;
	dying->is_answered = true;
}

static void
a_command_that_no_writer_survives_is_given_up(void **state)
{
	struct suite *s = *state;
	struct command command = { .kind = COMMAND_CLAIM_MESSAGE };
	struct dying dying = { 0 };
	char path[100];
	int listener;
	struct event *event;
	struct writer_link *link;

	snprintf(path, sizeof path, "%s/dying.sock", writers->dir);
	listener = unix_listen(path, 0600, 8);
	event = event_new(base, listener, EV_READ | EV_PERSIST, on_connection, &dying);
	event_add(event, NULL);
	link = writer_link_new(base, path, 4, writers_counters(writers, WRITERS_MAX));
	writer_link_submit(link, &command, &(struct asker){ .on_done = on_given_up, .arg = &dying });
	suite_wait(s, &dying.is_answered);
	assert_int_equal(dying.st, ST_UNAVAILABLE);
	assert_in_range(dying.connections, 9, 11);
	writer_link_free(link);
	event_free(event);
	close(listener);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_full_store_says_so_and_goes_on_reading, setup_small_map, suite_teardown),
		cmocka_unit_test_setup_teardown(commands_beyond_the_queue_are_refused_at_once, setup_short_queue, suite_teardown),
		cmocka_unit_test_setup_teardown(a_command_too_large_for_a_frame_is_refused, setup_short_queue, suite_teardown),
		cmocka_unit_test_setup_teardown(closing_the_store_tells_those_who_wait, setup_short_queue, suite_teardown),
		cmocka_unit_test_setup_teardown(a_command_that_no_writer_survives_is_given_up, setup_short_queue, suite_teardown),
		cmocka_unit_test_setup_teardown(an_idle_link_finds_the_next_writer, setup_short_queue, suite_teardown),
	};

	suite_engine = &engine;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
