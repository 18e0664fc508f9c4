/* SPDX-License-Identifier: MIT */
/*
 * Writers killed under load.  Built a second time with a writer that answers
 * before it commits, to see that what this looks for would be found.
 */
#include "config.h"

#include "sabotage.h"
#include "suite/store_suite.h"

#include <event2/event.h>
#include <stdio.h>

#include "writers.h"

enum { USERS = 20, SHARDS = 2, IN_FLIGHT = 64, ACKS_PER_KILL = 150, KILLS = 20 };

static struct writers *writers;
static struct event_base *base;

static struct store *
open_store(struct event_base **out)
{
	writers = writers_start(SHARDS, 64 << 20);
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

struct load {
	struct suite *s;
	unsigned      submitted, acknowledged, failed, kills;
	unsigned      acknowledged_of[USERS];
};

struct write {
	struct load *load;
	unsigned     user;
};

static void submit(struct load *load);

static void
on_recorded(enum status st, const struct write_answer *answer, void *arg)
{
	struct write *write = arg;
	struct load *load = write->load;

	if (st == ST_OK && answer->expense_count == 1) {
		load->acknowledged++;
		load->acknowledged_of[write->user]++;
	} else {
		load->failed++;
	}
	free(write);
	submit(load);
}

static void
user_name(unsigned user, char name[16])
{
	snprintf(name, 16, "line:U%u", user);
}

static void
submit(struct load *load)
{
	struct new_expense new = suite_new_expense(20780, 1);
	struct write *write;
	struct message_entry entry;
	struct ledger ledger;
	char name[16];

	if (load->kills >= KILLS)
		return;
	write = malloc(sizeof *write);
	*write = (struct write){ load, load->submitted++ % USERS };
	user_name(write->user, name);
	entry = suite_entry(name, &new, 1);
	ledger = suite_ledger(load->s, name);
	store_record_message(load->s->store, &ledger, &entry, on_recorded, write);
}

static void
kill_writers_under_load(struct load *load)
{
	unsigned next_kill = ACKS_PER_KILL;

	for (int i = 0; i < IN_FLIGHT; i++)
		submit(load);
	while (load->acknowledged + load->failed < load->submitted) {
		event_base_loop(base, EVLOOP_ONCE);
		if (load->acknowledged < next_kill || load->kills >= KILLS)
			continue;
		writers_kill(writers, load->kills++ % SHARDS);
		next_kill = load->acknowledged + ACKS_PER_KILL;
	}
}

/* How many acknowledged expenses are missing from the store, or are there twice. */
static unsigned
count_lost(struct load *load)
{
	struct expense_query query = { .from = DAY_MIN, .to = DAY_MAX, .limit = 512 };
	struct expense_page *page = malloc(sizeof *page);
	unsigned wrong = 0;
	char name[16];

	for (unsigned user = 0; user < USERS; user++) {
		unsigned count = load->acknowledged_of[user];

		user_name(user, name);
		suite_list(load->s, name, &query, page);
		assert_false(page->has_more);
		wrong += page->count > count ? (unsigned)page->count - count : count - (unsigned)page->count;
	}
	free(page);
	return wrong;
}

#if SABOTAGE == SABOTAGE_EARLY_ACK
static void
answering_before_the_commit_is_found_out(void **state)
{
	struct load load = { .s = *state };

	kill_writers_under_load(&load);
	assert_int_not_equal(count_lost(&load), 0);
}
#else
/* The counts in the categories are kept in the same transactions, so they must agree as well. */
static void
check_counts(struct load *load)
{
	char name[16];

	for (unsigned user = 0; user < USERS; user++) {
		struct person person;

		user_name(user, name);
		assert_int_equal(suite_person(load->s, name, &person), ST_OK);
		assert_int_equal(person.categories[0].expense_count, load->acknowledged_of[user]);
	}
}

static void
a_killed_writer_loses_nothing_and_records_nothing_twice(void **state)
{
	struct load load = { .s = *state };

	kill_writers_under_load(&load);
	assert_int_equal(load.failed, 0);
	assert_true(load.acknowledged >= KILLS * ACKS_PER_KILL);
	assert_int_equal(count_lost(&load), 0);
	check_counts(&load);
}
#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
#if SABOTAGE == SABOTAGE_EARLY_ACK
		cmocka_unit_test_setup_teardown(answering_before_the_commit_is_found_out, suite_setup, suite_teardown),
#else
		cmocka_unit_test_setup_teardown(a_killed_writer_loses_nothing_and_records_nothing_twice, suite_setup, suite_teardown),
#endif
	};

	suite_engine = &engine;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
