/* SPDX-License-Identifier: MIT */
/* What the pool promises to those who have replies sent and keys fetched, against workers that the test plays itself. */
#include "config.h"

#include "pool_scene.h"

#include "ai/pool/ai_delivery.h"
#include "ai/pool/job_delivery.h"
#include "messenger/parts.h"

static struct arena arena;
static struct send_outcome told;
static char told_ref[64], told_why[64];
static struct outgoing sent;                 /* what the worker was asked to send, last */
static struct reply_button sent_buttons[REPLY_BUTTONS_MAX];
static struct slice told_keys;

/* What the worker does. */
static enum { ANSWERS, ANSWERS_NONSENSE, PROGRESSES_AND_CLOSES, IS_SILENT } conduct;

static void
answer(struct fake_worker *worker, uint64_t id)
{
	struct frame head = { JOB_DELIVERED, id, PRIORITY_HIGH, 0, SLICE_EMPTY };
	msgpack_packer pk = channel_begin(worker->channel, &head);
	struct send_outcome outcome = { .result = SEND_RETRY, .step = 3, .ref = SLICE_LITERAL("m1"), .after_ms = 30000, .why = "busy" };

	if (conduct == ANSWERS_NONSENSE)
		outcome.result = SEND_NEXT;          /* which is the worker's own business */
	job_outcome_pack(&pk, &outcome);
	assert_true(channel_end(worker->channel));
}

static void
progress_and_close(struct fake_worker *worker, uint64_t id)
{
	struct frame head = { JOB_PROGRESS, id, PRIORITY_HIGH, 0, SLICE_EMPTY };
	msgpack_packer pk = channel_begin(worker->channel, &head);

	msgpack_pack_unsigned_int(&pk, 2);
	assert_true(channel_end(worker->channel));
	event_base_loop(worker->scene->base, EVLOOP_NONBLOCK);       /* so that it leaves */
	channel_close(worker->channel);
	worker->channel = NULL;
}

static void
answer_keys(struct fake_worker *worker, uint64_t id)
{
	struct frame head = { JOB_KEYS_ANSWER, id, PRIORITY_HIGH, 0, SLICE_EMPTY };
	msgpack_packer pk = channel_begin(worker->channel, &head);

	job_keys_answer_pack(&pk, ST_OK, SLICE_LITERAL("{\"keys\":[]}"));
	assert_true(channel_end(worker->channel));
}

static void
on_fake_frame(struct channel *ch, const struct frame *frame, void *arg)
{
	struct fake_worker *worker = arg;

	(void)ch;
	worker->ids[worker->count++] = frame->id;
	if (frame->kind == JOB_KEYS) {
		assert_string_equal(job_keys_unpack(frame->body)->name, "teams");
		answer_keys(worker, frame->id);
		return;
	}
	assert_int_equal(frame->kind, JOB_DELIVER);
	assert_true(job_deliver_unpack((struct slice){ arena_copy(&arena, frame->body).ptr, frame->body.len }, &sent, sent_buttons));
	if (conduct == ANSWERS || conduct == ANSWERS_NONSENSE)
		answer(worker, frame->id);
	else if (conduct == PROGRESSES_AND_CLOSES)
		worker->closes = true;
}

static void
on_told(enum status st, const struct send_outcome *outcome, void *arg)
{
	struct scene *scene = arg;

	scene->answered++;
	scene->ok += st == ST_OK;
	scene->unavailable += st == ST_UNAVAILABLE;
	told = *outcome;
	snprintf(told_ref, sizeof told_ref, "%.*s", SLICE_ARGS(outcome->ref));
	snprintf(told_why, sizeof told_why, "%s", outcome->why);
}

static void
on_keys(enum status st, struct slice keys, void *arg)
{
	struct scene *scene = arg;

	scene->answered++;
	scene->ok += st == ST_OK;
	scene->unavailable += st == ST_UNAVAILABLE;
	told_keys = arena_copy(&arena, keys);
}

static enum status
deliver_to(struct scene *scene, struct slice destination, unsigned step, int64_t patience_ms)
{
	static const struct reply_button undo = { { "Undo", 4 }, { "undo:1", 6 } };
	struct outgoing outgoing = { .text = SLICE_LITERAL("Recorded."), .buttons = &undo, .button_count = 1, .step = step,
		.message_id = { { 1, 2, 3 } }, .deliver_to = destination };

	return ai_pool_deliver(scene->pool, &outgoing, clock_mono_ms() + patience_ms, on_told, scene);
}

/* To LINE, by a token for a reply that has just come. */
static enum status
deliver(struct scene *scene, unsigned step, int64_t patience_ms)
{
	return deliver_to(scene, DESTINATION(&arena, SLICE_LITERAL("line"), SLICE_LITERAL("U1"), SLICE_LITERAL("token"), SLICE_EMPTY,
	    text_of_int(&arena, clock_wall_ms() / 1000)), step, patience_ms);
}

static void
await_answers(struct scene *scene, unsigned count)
{
	while (scene->answered < count) {
		event_base_loop(scene->base, EVLOOP_ONCE);
		for (int i = 0; i < WORKERS; i++) {
			struct fake_worker *worker = &scene->workers[i];

			if (worker->closes && worker->channel != NULL)
				progress_and_close(worker, worker->ids[worker->count - 1]);
			worker->closes = false;
		}
	}
}

static unsigned
jobs_seen(const struct scene *scene)
{
	return scene->workers[0].count + scene->workers[1].count;
}

static int
open_delivery(void **state)
{
	conduct = ANSWERS;
	return open_scene(state);
}

static int
close_delivery(void **state)
{
	arena_fini(&arena);
	return close_scene(state);
}

static void
a_worker_gets_the_whole_reply_and_its_outcome_comes_back(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(deliver(scene, 1, 10000), ST_OK);
	await_answers(scene, 1);
	assert_int_equal(scene->ok, 1);
	assert_string_equal(messenger_of(sent.deliver_to)->name, "line");
	assert_true(slice_equal(sent.text, SLICE_LITERAL("Recorded.")));
	assert_int_equal(sent.button_count, 1);
	assert_true(slice_equal(sent.buttons[0].data, SLICE_LITERAL("undo:1")));
	assert_int_equal(sent.message_id.bytes[2], 3);
	assert_int_equal(sent.step, 1);
	assert_int_equal(told.result, SEND_RETRY);
	assert_int_equal(told.step, 3);
	assert_int_equal(told.after_ms, 30000);
	assert_string_equal(told_ref, "m1");
	assert_string_equal(told_why, "busy");
}

static void
a_delivery_whose_worker_dies_is_not_given_to_another(void **state)
{
	struct scene *scene = *state;

	conduct = PROGRESSES_AND_CLOSES;
	assert_int_equal(deliver(scene, 0, 10000), ST_OK);
	await_answers(scene, 1);
	assert_int_equal(scene->unavailable, 1);
	assert_int_equal(jobs_seen(scene), 1);
	assert_int_equal(told.result, SEND_RETRY);
}

static void
what_was_sent_before_the_worker_died_is_not_sent_again(void **state)
{
	struct scene *scene = *state;

	conduct = PROGRESSES_AND_CLOSES;
	assert_int_equal(deliver_to(scene, DESTINATION(&arena, SLICE_LITERAL("telegram"), SLICE_LITERAL("1"), SLICE_LITERAL("2"),
	    SLICE_EMPTY), 0, 10000), ST_OK);
	await_answers(scene, 1);
	assert_int_equal(told.step, 2);                                  /* as far as the worker said it was */
}

static void
a_reply_that_may_have_arrived_is_gone_on_with_as_such(void **state)
{
	struct scene *scene = *state;

	conduct = IS_SILENT;
	assert_int_equal(deliver(scene, 0, 150), ST_OK);
	await_answers(scene, 1);
	assert_int_equal(scene->unavailable, 1);
	assert_int_equal(jobs_seen(scene), 1);
	assert_int_equal(told.step, 2);                                  /* LINE's step for a reply token that may be used up */
}

static void
a_delivery_that_no_worker_took_is_as_it_was(void **state)
{
	struct scene *scene = *state;

	scene->workers[0].says_hello = scene->workers[1].says_hello = false;
	assert_int_equal(deliver(scene, 0, 100), ST_OK);
	await_answers(scene, 1);
	assert_int_equal(scene->unavailable, 1);
	assert_int_equal(told.step, 0);
	assert_string_equal(told_why, "no worker took it");
}

static void
an_outcome_that_is_none_ends_the_connection_and_the_delivery(void **state)
{
	struct scene *scene = *state;

	conduct = ANSWERS_NONSENSE;
	assert_int_equal(deliver(scene, 0, 10000), ST_OK);
	await_answers(scene, 1);
	assert_int_equal(scene->unavailable, 1);
	assert_int_equal(jobs_seen(scene), 1);
}

static void
deliveries_that_wait_for_a_platform_keep_no_message_from_being_understood(void **state)
{
	struct scene *scene = *state;

	scene->workers[1].says_hello = false;
	conduct = IS_SILENT;
	for (int i = 0; i < 150; i++)
		assert_int_equal(deliver(scene, 0, 10000), ST_OK);
	assert_int_equal(ai_pool_fetch_keys(scene->pool, messenger_find(SLICE_LITERAL("teams")), clock_mono_ms() + 10000, on_keys, scene),
	    ST_OK);
	await_answers(scene, 1);
	assert_int_equal(scene->ok, 1);
	assert_int_equal(scene->workers[0].count, 151);
}

static void
keys_are_fetched(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(ai_pool_fetch_keys(scene->pool, messenger_find(SLICE_LITERAL("teams")), clock_mono_ms() + 10000, on_keys, scene),
	    ST_OK);
	await_answers(scene, 1);
	assert_int_equal(scene->ok, 1);
	assert_true(slice_equal(told_keys, SLICE_LITERAL("{\"keys\":[]}")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_worker_gets_the_whole_reply_and_its_outcome_comes_back, open_delivery, close_delivery),
		cmocka_unit_test_setup_teardown(a_delivery_whose_worker_dies_is_not_given_to_another, open_delivery, close_delivery),
		cmocka_unit_test_setup_teardown(what_was_sent_before_the_worker_died_is_not_sent_again, open_delivery, close_delivery),
		cmocka_unit_test_setup_teardown(a_reply_that_may_have_arrived_is_gone_on_with_as_such, open_delivery, close_delivery),
		cmocka_unit_test_setup_teardown(a_delivery_that_no_worker_took_is_as_it_was, open_delivery, close_delivery),
		cmocka_unit_test_setup_teardown(an_outcome_that_is_none_ends_the_connection_and_the_delivery, open_delivery, close_delivery),
		cmocka_unit_test_setup_teardown(deliveries_that_wait_for_a_platform_keep_no_message_from_being_understood, open_delivery,
		    close_delivery),
		cmocka_unit_test_setup_teardown(keys_are_fetched, open_delivery, close_delivery),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
