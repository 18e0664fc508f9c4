/* SPDX-License-Identifier: MIT */
/* Messages left behind, in a store in memory; the pool has no workers, so that no message gets through. */
#include "config.h"

#include "unit.h"

#include <stdlib.h>

#include <event2/event.h>

#include "clock.h"
#include "counters.h"
#include "ops/redrive.h"

enum { LONG_AGO_MS = 60000 };

struct scene {
	struct event_base     *base;
	struct options         options;
	struct counters        counters;
	struct message_service service;
	struct redrive        *redrive;
	struct ledger          ledger;
	struct uuid            id;
	unsigned               listed;
	uint32_t               attempts;
	enum status            st;
	enum message_status    message_status;
};

static void
on_done(enum status st, void *arg)
{
	((struct scene *)arg)->st = st;
}

static void
on_entry(const struct inbox_entry *entry, void *arg)
{
	struct scene *scene = arg;

	scene->listed++;
	scene->attempts = entry->attempts;
}

static void
on_end(enum status st, void *arg)
{
	(void)arg;
	assert_int_equal(st, ST_OK);
}

/* What is in the inbox now. */
static void
look(struct scene *scene)
{
	static const struct inbox_list_callbacks callbacks = { on_entry, on_end };

	scene->listed = 0;
	store_list_inbox(scene->service.store, 0, INT64_MAX, 10, &callbacks, scene);
}

static void
on_message(enum status st, const struct message *message, void *arg)
{
	struct scene *scene = arg;

	scene->st = st;
	if (st == ST_OK)
		scene->message_status = message->status;
}

static int
open_scene(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);
	struct inbox_entry entry = { .user_id = SLICE_LITERAL("line:U1"), .text = SLICE_LITERAL("lunch 5"),
		.received_ms = clock_wall_ms() - LONG_AGO_MS };

	assert_true(options_init(&scene->options));
	scene->options.ai_workers = 0;
	scene->options.ai_message_timeout_ms = 1;
	scene->base = event_base_new();
	scene->service = (struct message_service){ store_open_memory(1), ai_pool_open(scene->base, &scene->options, &scene->counters, NULL),
		&scene->options, &scene->counters };
	scene->redrive = redrive_open(&scene->service);
	scene->ledger = store_ledger(scene->service.store, entry.user_id);
	scene->id = entry.message_id = uuid7_next(entry.received_ms);
	store_put_inbox(scene->service.store, &scene->ledger, &entry, on_done, scene);
	assert_int_equal(scene->st, ST_OK);
	*state = scene;
	return 0;
}

static int
close_scene(void **state)
{
	struct scene *scene = *state;

	ai_pool_close(scene->service.pool);
	redrive_close(scene->redrive);
	store_close(scene->service.store);
	event_base_free(scene->base);
	options_fini(&scene->options);
	free(scene);
	return 0;
}

/* One look of the keeper, until the pool has given the message up. */
static void
drive_in_vain(struct scene *scene)
{
	uint64_t timeouts = scene->counters.ai_timeouts;

	redrive_look(scene->redrive);
	while (scene->counters.ai_timeouts == timeouts)
		event_base_loop(scene->base, EVLOOP_ONCE);
}

static void
a_keeper_that_lives_counts_a_message_once_however_often_it_tries(void **state)
{
	struct scene *scene = *state;

	for (int i = 0; i < 8; i++)
		drive_in_vain(scene);
	look(scene);
	assert_int_equal(scene->listed, 1);
	assert_int_equal(scene->attempts, 1);
}

static void
a_message_is_given_up_and_recorded_as_failed_after_five_keepers(void **state)
{
	struct scene *scene = *state;

	for (int keeper = 0; keeper < 5; keeper++) {
		drive_in_vain(scene);
		redrive_close(scene->redrive);
		scene->redrive = redrive_open(&scene->service);
	}
	look(scene);
	assert_int_equal(scene->attempts, 5);
	redrive_look(scene->redrive);
	look(scene);
	assert_int_equal(scene->listed, 0);
	store_get_message(scene->service.store, &scene->ledger, &scene->id, on_message, scene);
	assert_int_equal(scene->st, ST_OK);
	assert_int_equal(scene->message_status, MESSAGE_FAILED);
}

static void
a_message_that_its_driver_may_still_finish_is_left_alone(void **state)
{
	struct scene *scene = *state;

	scene->options.ai_message_timeout_ms = LONG_AGO_MS;
	redrive_look(scene->redrive);
	look(scene);
	assert_int_equal(scene->listed, 1);
	assert_int_equal(scene->attempts, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_keeper_that_lives_counts_a_message_once_however_often_it_tries, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(a_message_is_given_up_and_recorded_as_failed_after_five_keepers, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(a_message_that_its_driver_may_still_finish_is_left_alone, open_scene, close_scene),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
