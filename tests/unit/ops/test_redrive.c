/* SPDX-License-Identifier: MIT */
/* What waits and nobody is at, in a store in memory; the pool has no workers, so that no message gets through. */
#include "config.h"

#include "unit.h"

#include <stdlib.h>

#include <event2/event.h>

#include "clock.h"
#include "counters.h"
#include "delivery/delivery.h"
#include "keeper/redrive.h"
#include "no_memory.h"

enum { LONG_AGO_MS = 60000, HOUR_MS = 3600000, CRASH_MARK = 5 };

struct scene {
	struct event_base     *base;
	struct options         options;
	struct counters        counters;
	struct message_service service;
	struct delivery       *delivery;
	struct inbox          *inbox;
	struct jobs           *jobs;
	struct redrive        *redrive;
	struct inbox_entry     waiting;        /* as it is in the inbox, without its texts */
	enum status            st;
	enum message_status    message_status;
	unsigned               dead;
	bool                   has_reply;
	unsigned               letters[LETTER_KINDS], kept_jobs;
	int64_t                reply_not_before_ms, job_claimed_until_ms;
};

static int
open_scene(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);

	assert_true(options_init(&scene->options));
	scene->options.ai_workers = 0;
	scene->options.ai_message_timeout_ms = 1;
	scene->base = event_base_new();
	scene->service = (struct message_service){ .store = store_open_memory(1),
		.pool = ai_pool_open(scene->base, &scene->options, &scene->counters, NULL), .options = &scene->options,
		.counters = &scene->counters };
	scene->delivery = delivery_open(&scene->service);
	scene->inbox = inbox_open(&scene->service, scene->delivery, CRASH_MARK);
	scene->jobs = jobs_open(&scene->service, CRASH_MARK);
	scene->redrive = redrive_open(&scene->service, scene->inbox, scene->delivery, scene->jobs, CRASH_MARK);
	*state = scene;
	return 0;
}

static int
close_scene(void **state)
{
	struct scene *scene = *state;

	ai_pool_close(scene->service.pool);
	store_close(scene->service.store);
	redrive_close(scene->redrive);
	jobs_close(scene->jobs);
	inbox_close(scene->inbox);
	delivery_close(scene->delivery);
	event_base_free(scene->base);
	options_fini(&scene->options);
	free(scene);
	return 0;
}

static void
on_put(enum status st, const struct write_answer *answer, void *arg)
{
	(void)answer;
	((struct scene *)arg)->st = st;
}

/* A message of long ago; blames of keepers that crashed before. */
static struct uuid
put(struct scene *scene, const char *user, int64_t not_before_ms, uint32_t blames)
{
	struct inbox_entry entry = { .user_id = slice_of(user), .text = SLICE_LITERAL("lunch 5"), .deliver_to = SLICE_LITERAL("chat"),
		.received_ms = clock_wall_ms() - LONG_AGO_MS, .not_before_ms = not_before_ms, .blames = blames, .crash_mark = CRASH_MARK };
	struct ledger ledger = store_ledger(scene->service.store, entry.user_id);

	entry.message_id = uuid7_next(entry.received_ms);
	store_put_inbox(scene->service.store, &ledger, &entry, on_put, scene);
	assert_int_equal(scene->st, ST_OK);
	return entry.message_id;
}

static void
on_first(enum status st, const struct inbox_entry *entry, void *arg)
{
	struct scene *scene = arg;

	scene->st = st;
	if (st == ST_OK)
		scene->waiting = *entry;
}

/* Whether a message of this person waits, which is then scene->waiting. */
static bool
is_waiting(struct scene *scene, const char *user)
{
	struct ledger ledger = store_ledger(scene->service.store, slice_of(user));

	store_first_message(scene->service.store, &ledger, on_first, scene);
	return scene->st == ST_OK;
}

static uint32_t
attempts(struct scene *scene, const char *user)
{
	assert_true(is_waiting(scene, user));
	return scene->waiting.attempts;
}

/* Until the pool has given up what is under way. */
static void
wait_in_vain(struct scene *scene)
{
	while (inbox_under_way(scene->inbox) > 0)
		event_base_loop(scene->base, EVLOOP_ONCE);
}

static void
a_message_that_nobody_is_at_is_taken_once_for_the_time_of_a_claim(void **state)
{
	struct scene *scene = *state;

	put(scene, "line:U1", 0, 0);
	for (int i = 0; i < 3; i++) {
		redrive_look(scene->redrive);
		wait_in_vain(scene);
	}
	assert_int_equal(attempts(scene, "line:U1"), 1);
	assert_true(scene->waiting.not_before_ms > clock_wall_ms());
}

static void
a_message_that_its_driver_may_still_finish_is_left_alone(void **state)
{
	struct scene *scene = *state;

	put(scene, "line:U1", clock_wall_ms() + LONG_AGO_MS, 0);
	redrive_look(scene->redrive);
	assert_int_equal(inbox_under_way(scene->inbox), 0);
	assert_int_equal(attempts(scene, "line:U1"), 0);
}

static void
on_message(enum status st, const struct message *message, void *arg)
{
	struct scene *scene = arg;

	scene->st = st;
	if (st == ST_OK)
		scene->message_status = message->status;
}

static void
on_letter(const struct dead_letter *letter, void *arg)
{
	assert_int_equal(letter->kind, LETTER_MESSAGE);
	((struct scene *)arg)->dead++;
}

static void
on_job_letter(const struct dead_letter *letter, void *arg)
{
	assert_int_equal(letter->kind, LETTER_JOB);
	((struct scene *)arg)->dead++;
}

static void
on_end(enum status st, struct slice next, void *arg)
{
	(void)next;
	((struct scene *)arg)->st = st;
}

static void
on_reply(enum status st, const struct outbox_entry *entry, void *arg)
{
	(void)entry;
	((struct scene *)arg)->has_reply = st == ST_OK;
}

static void
on_claimed_job(enum status st, void *arg)
{
	(void)arg;
	assert_int_equal(st, ST_OK);
}

static void
put_job(struct scene *scene, uint32_t blames)
{
	struct ledger ledger = store_ledger(scene->service.store, SLICE_LITERAL("line:U1"));
	struct message_entry record = { .id = uuid7_next(clock_wall_ms()), .now_ms = clock_wall_ms(), .text = SLICE_LITERAL("zorbl 5"),
		.wants_suggestion = true, .deliver_to = SLICE_LITERAL("chat") };
	struct inbox_claim claim = { .message_id = record.id, .until_ms = scene->job_claimed_until_ms };

	record.sign_up = message_profile(&scene->options, SLICE_LITERAL("line:U1"), NULL);
	store_record_message(scene->service.store, &ledger, &record, on_put, scene);
	assert_int_equal(scene->st, ST_OK);
	for (claim.crash_mark = CRASH_MARK - blames; claim.crash_mark < CRASH_MARK; claim.crash_mark++)
		store_claim_job(scene->service.store, &ledger, &claim, on_claimed_job, scene);
}

static void
a_claim_that_a_clock_took_which_was_set_back_ends_after_the_time_of_one(void **state)
{
	struct scene *scene = *state;
	int64_t until_ms;

	put(scene, "line:U1", clock_wall_ms() + HOUR_MS, 0);
	redrive_look(scene->redrive);
	assert_int_equal(attempts(scene, "line:U1"), 0);       /* who has it may be alive */
	until_ms = inbox_claim_until(scene->inbox, &scene->waiting.incoming, clock_wall_ms());
	assert_true(scene->waiting.not_before_ms <= until_ms && scene->waiting.not_before_ms > clock_wall_ms());
	redrive_look(scene->redrive);
	assert_int_equal(scene->counters.queue_brought_forward, 1);
}

static void
on_reply_kept(enum status st, const struct outbox_entry *entry, void *arg)
{
	assert_int_equal(st, ST_OK);
	((struct scene *)arg)->reply_not_before_ms = entry->not_before_ms;
}

static void
on_reply_written(enum status st, void *arg)
{
	(void)arg;
	assert_int_equal(st, ST_OK);
}

/* A reply that an hour later somebody took, and told of a failure or not. */
static struct ledger
put_reply(struct scene *scene, bool is_told)
{
	struct ledger ledger = store_ledger(scene->service.store, SLICE_LITERAL("line:U1"));
	int64_t then_ms = clock_wall_ms() + HOUR_MS;
	struct message_entry record = { .id = uuid7_next(clock_wall_ms()), .now_ms = then_ms, .text = SLICE_LITERAL("zorbl 5"),
		.reply = SLICE_LITERAL("ok"), .deliver_to = SLICE_LITERAL("chat") };
	struct reply_claim claim = { record.id, then_ms, then_ms + 20000 };
	struct reply_outcome failed = { .message_id = record.id, .result = REPLY_LATER, .now_ms = then_ms, .not_before_ms = then_ms + 2000,
		.why = SLICE_LITERAL("busy") };

	record.sign_up = message_profile(&scene->options, SLICE_LITERAL("line:U1"), NULL);
	store_record_message(scene->service.store, &ledger, &record, on_put, scene);
	store_claim_reply(scene->service.store, &ledger, &claim, on_reply_written, scene);
	if (is_told)
		store_finish_reply(scene->service.store, &ledger, &failed, on_reply_written, scene);
	return ledger;
}

static void
a_reply_that_somebody_may_have_gets_the_time_of_a_claim_and_one_that_failed_none(void **state)
{
	for (int is_told = 0; is_told < 2; is_told++) {
		struct scene *scene;
		struct ledger ledger;

		open_scene(state);
		scene = *state;
		ledger = put_reply(scene, is_told);
		redrive_look(scene->redrive);
		store_first_reply(scene->service.store, &ledger, clock_wall_ms(), on_reply_kept, scene);
		assert_true(scene->reply_not_before_ms <= clock_wall_ms() + (is_told ? 0 : 20000));
		assert_true(scene->reply_not_before_ms > clock_wall_ms() + (is_told ? -20000 : 10000));
		assert_int_equal(scene->counters.queue_brought_forward, 1);
		close_scene(state);
	}
}

static void
a_job_that_a_clock_put_off_which_was_set_back_is_done_after_the_time_of_a_claim(void **state)
{
	struct scene *scene = *state;

	scene->job_claimed_until_ms = clock_wall_ms() + HOUR_MS;
	put_job(scene, 1);
	redrive_look(scene->redrive);
	redrive_look(scene->redrive);
	assert_int_equal(scene->counters.queue_brought_forward, 1);
	assert_int_equal(scene->counters.queue_jobs_done, 0);
}

static void
a_message_that_crashed_three_keepers_is_recorded_as_failed_and_kept_as_a_dead_letter(void **state)
{
	static const struct dead_letter_callbacks callbacks = { on_letter, on_end };
	static const struct due_query query = { .looks = 100 };
	struct scene *scene = *state;
	struct uuid id = put(scene, "line:U1", 0, 3);
	struct ledger ledger = store_ledger(scene->service.store, SLICE_LITERAL("line:U1"));

	redrive_look(scene->redrive);
	assert_false(is_waiting(scene, "line:U1"));
	store_get_message(scene->service.store, &ledger, &id, on_message, scene);
	assert_int_equal(scene->message_status, MESSAGE_FAILED);
	store_list_dead(scene->service.store, 0, &query, &callbacks, scene);
	assert_int_equal(scene->dead, 1);
	store_first_reply(scene->service.store, &ledger, clock_wall_ms(), on_reply, scene);
	assert_true(scene->has_reply);
	assert_int_equal(scene->counters.queue_dead, 1);
}

static void
a_message_that_may_have_crashed_a_keeper_is_worked_on_alone(void **state)
{
	static const char *const users[] = { "line:U1", "line:U2", "line:U3", "line:U4" };
	struct scene *scene = *state;
	unsigned looks = 0, taken;

	for (size_t i = 0; i < 4; i++)
		put(scene, users[i], 0, i == 2);
	do {
		uint32_t before = attempts(scene, users[2]);

		assert_true(looks++ < 4);
		redrive_look(scene->redrive);
		if (attempts(scene, users[2]) > before)
			assert_int_equal(inbox_under_way(scene->inbox), 1);
		wait_in_vain(scene);
		taken = 0;
		for (size_t i = 0; i < 4; i++)
			taken += attempts(scene, users[i]);
	} while (taken < 4);
}

static void
a_job_that_crashed_three_keepers_is_kept_as_a_dead_letter(void **state)
{
	static const struct dead_letter_callbacks callbacks = { on_job_letter, on_end };
	static const struct due_query query = { .looks = 100 };
	struct scene *scene = *state;

	put_job(scene, 3);
	redrive_look(scene->redrive);
	store_list_dead(scene->service.store, 0, &query, &callbacks, scene);
	assert_int_equal(scene->dead, 1);
	assert_int_equal(scene->counters.queue_dead, 1);
}

static void
a_job_about_what_is_not_there_any_more_is_done(void **state)
{
	struct scene *scene = *state;

	put_job(scene, 0);
	redrive_look(scene->redrive);
	assert_int_equal(scene->counters.queue_jobs_done, 1);
	redrive_look(scene->redrive);
	assert_int_equal(scene->counters.queue_jobs_done, 1);
}

/* --- memory that runs out ------------------------------------------------------------------- */

static void
on_any_letter(const struct dead_letter *letter, void *arg)
{
	((struct scene *)arg)->letters[letter->kind]++;
}

static void
on_kept_job(const struct queued_job *job, void *arg)
{
	(void)job;
	((struct scene *)arg)->kept_jobs++;
}

static void
on_jobs_end(enum status st, void *arg)
{
	(void)arg;
	assert_int_equal(st, ST_OK);
}

/* Of two people a message and a job that are to be given up, and of the latter a reply that is to be delivered. */
static void
check_that_nothing_is_lost(struct scene *scene, const struct uuid *id)
{
	static const struct dead_letter_callbacks letters = { on_any_letter, on_end };
	static const struct job_list_callbacks jobs = { on_kept_job, on_jobs_end };
	static const struct due_query query = { .looks = 100 };
	struct store *store = scene->service.store;
	struct ledger one = store_ledger(store, SLICE_LITERAL("line:U1")), two = store_ledger(store, SLICE_LITERAL("line:U2"));

	store_list_dead(store, 0, &query, &letters, scene);
	store_list_jobs(store, &one, &jobs, scene);
	assert_int_equal(scene->kept_jobs + scene->letters[LETTER_JOB], 1);
	if (is_waiting(scene, "line:U2")) {
		assert_int_equal(scene->letters[LETTER_MESSAGE], 0);
	} else {
		store_get_message(store, &two, id, on_message, scene);
		assert_int_equal(scene->message_status, MESSAGE_FAILED);
		assert_int_equal(scene->letters[LETTER_MESSAGE], 1);
		store_first_reply(store, &two, clock_wall_ms(), on_reply, scene);
		assert_true(scene->has_reply);
	}
	store_first_reply(store, &one, clock_wall_ms(), on_reply, scene);
	assert_true(scene->has_reply);
}

static void
whatever_allocation_fails_in_a_look_nothing_is_lost(void **state)
{
	enum { MOST = 5000 };
	bool is_whole = false;
	int n = 0;

	while (!is_whole && n < MOST) {
		struct scene *scene;
		struct uuid id;

		open_scene(state);
		scene = *state;
		put_job(scene, 3);
		put_reply(scene, false);
		id = put(scene, "line:U2", 0, 3);
		no_memory_at(++n);
		redrive_look(scene->redrive);
		wait_in_vain(scene);
		is_whole = no_memory_end();
		check_that_nothing_is_lost(scene, &id);
		close_scene(state);
	}
	assert_true(n > 20 && n < MOST);
}

static void
the_age_of_the_oldest_that_waits_is_told(void **state)
{
	struct scene *scene = *state;

	redrive_look(scene->redrive);
	assert_int_equal(scene->counters.queue_oldest_ms, 0);
	put(scene, "line:U1", 0, 0);
	redrive_look(scene->redrive);
	assert_true(scene->counters.queue_oldest_ms >= LONG_AGO_MS);
	wait_in_vain(scene);
	redrive_look(scene->redrive);
	assert_int_equal(scene->counters.queue_oldest_ms, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_message_that_nobody_is_at_is_taken_once_for_the_time_of_a_claim, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(a_message_that_its_driver_may_still_finish_is_left_alone, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(a_claim_that_a_clock_took_which_was_set_back_ends_after_the_time_of_one, open_scene, close_scene),
		cmocka_unit_test(a_reply_that_somebody_may_have_gets_the_time_of_a_claim_and_one_that_failed_none),
		cmocka_unit_test_setup_teardown(a_job_that_a_clock_put_off_which_was_set_back_is_done_after_the_time_of_a_claim, open_scene,
		    close_scene),
		cmocka_unit_test_setup_teardown(a_message_that_crashed_three_keepers_is_recorded_as_failed_and_kept_as_a_dead_letter, open_scene,
		    close_scene),
		cmocka_unit_test_setup_teardown(a_message_that_may_have_crashed_a_keeper_is_worked_on_alone, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(a_job_that_crashed_three_keepers_is_kept_as_a_dead_letter, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(a_job_about_what_is_not_there_any_more_is_done, open_scene, close_scene),
		cmocka_unit_test(whatever_allocation_fails_in_a_look_nothing_is_lost),
		cmocka_unit_test_setup_teardown(the_age_of_the_oldest_that_waits_is_told, open_scene, close_scene),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
