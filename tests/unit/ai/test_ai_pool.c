/* SPDX-License-Identifier: MIT */
/* The pool against workers that the test plays itself, so that they can fail in every way. */
#include "config.h"

#include "pool_scene.h"

static unsigned sends_left;          /* until the frame that there is no memory for; 0: there is for all */

bool __real_channel_send(struct channel *ch, const struct frame *frame);
bool __wrap_channel_send(struct channel *ch, const struct frame *frame);

bool
__wrap_channel_send(struct channel *ch, const struct frame *frame)
{
	return (sends_left == 0 || --sends_left > 0) && __real_channel_send(ch, frame);
}

static void
fake_answer(struct fake_worker *worker, uint64_t id)
{
	struct frame head = { JOB_ANSWER, id, PRIORITY_HIGH, 0, SLICE_EMPTY };
	struct understanding *result = calloc(1, sizeof *result);
	msgpack_packer pk = channel_begin(worker->channel, &head);

	result->verdict = worker->talks_nonsense ? VERDICT_EXPENSES : VERDICT_NOTHING;     /* of which there are none */
	job_answer_pack(&pk, ST_OK, result);
	assert_true(channel_end(worker->channel));
	free(result);
}

static void
fake_patience(struct fake_worker *worker, uint64_t id)
{
	struct frame head = { JOB_PATIENCE, id, PRIORITY_HIGH, 0, SLICE_EMPTY };
	msgpack_packer pk = channel_begin(worker->channel, &head);

	msgpack_pack_uint64(&pk, 5000);
	assert_true(channel_end(worker->channel));
}

static void
crash(struct fake_worker *worker)
{
	struct channel *ch = worker->channel;

	if (worker->crashes)
		atomic_fetch_add(&worker->scene->segment->slots[0].crashes, 1);
	worker->channel = NULL;
	channel_close(ch);
}

static void
on_fake_frame(struct channel *ch, const struct frame *frame, void *arg)
{
	struct fake_worker *worker = arg;
	struct understand_input input;
	static struct job_words words;

	(void)ch;
	if (frame->kind == JOB_PICTURE) {
		struct mp mp = mp_of(frame->body);

		if (worker->picture_of != frame->id)
			buf_clear(&worker->picture);
		worker->picture_of = frame->id;
		buf_append_slice(&worker->picture, mp_bin(&mp));
		assert_true(mp_end(&mp));
		return;
	}
	assert_true(job_unpack(frame->body, &input, &words));
	assert_int_equal(input.picture.len, worker->picture.len);
	snprintf(worker->texts[worker->count], sizeof worker->texts[0], "%.*s", SLICE_ARGS(input.text));
	worker->ids[worker->count++] = frame->id;
	if (worker->poison != NULL && strcmp(worker->texts[worker->count - 1], worker->poison) == 0) {
		crash(worker);
	} else if (worker->waits) {
		fake_patience(worker, frame->id);
	} else if (worker->answers) {
		fake_answer(worker, frame->id);
	} else if (worker->closes) {
		crash(worker);
	}
}

static void
on_answer(enum status st, const struct understanding *result, void *arg)
{
	struct scene *scene = arg;

	(void)result;
	scene->answered++;
	scene->ok += st == ST_OK;
	scene->unavailable += st == ST_UNAVAILABLE;
	scene->failed += st == ST_FAILED;
}

static enum status
ask_for(struct scene *scene, uint64_t whose, const char *text, enum priority priority, int64_t patience_ms)
{
	struct understand_input job = { .text = slice_of(text), .home = { "TWD" }, .today = 20000, .whose = whose };

	return ai_pool_ask(scene->pool, &job, priority, clock_mono_ms() + patience_ms, on_answer, scene);
}

static enum status
ask(struct scene *scene, const char *text, enum priority priority, int64_t patience_ms)
{
	return ask_for(scene, 1, text, priority, patience_ms);
}

/* Turn the loop until as many are answered; the patience of each job bounds it. */
static void
await_answers(struct scene *scene, unsigned count)
{
	while (scene->answered < count)
		event_base_loop(scene->base, EVLOOP_ONCE);
}

static void
every_job_is_answered_once(void **state)
{
	struct scene *scene = *state;

	for (int i = 0; i < 150; i++)
		assert_int_equal(ask(scene, "lunch 5", PRIORITY_HIGH, 10000), ST_OK);
	await_answers(scene, 150);
	assert_int_equal(scene->ok, 150);
	assert_int_equal(scene->workers[0].count + scene->workers[1].count, 150);
}

static void
a_job_whose_worker_dies_goes_to_another(void **state)
{
	struct scene *scene = *state;

	scene->workers[0].answers = false;
	scene->workers[0].closes = true;
	for (int i = 0; i < 10; i++)
		assert_int_equal(ask(scene, "lunch 5", PRIORITY_HIGH, 10000), ST_OK);
	await_answers(scene, 10);
	assert_int_equal(scene->ok, 10);
}

static void
a_job_whose_worker_stalls_goes_to_another_and_the_late_answer_is_dropped(void **state)
{
	struct scene *scene = *state;
	struct fake_worker *stalled = &scene->workers[0];

	stalled->answers = false;
	for (int i = 0; i < 100; i++)
		assert_int_equal(ask(scene, "lunch 5", PRIORITY_HIGH, 10000), ST_OK);
	await_answers(scene, 100);
	assert_int_equal(scene->ok, 100);
	assert_true(stalled->count > 0);
	for (unsigned i = 0; i < stalled->count; i++)
		fake_answer(stalled, stalled->ids[i]);
	assert_int_equal(ask(scene, "dinner 9", PRIORITY_HIGH, 10000), ST_OK);
	await_answers(scene, 101);
	event_base_loop(scene->base, EVLOOP_NONBLOCK);
	assert_int_equal(scene->answered, 101);
}

static void
fake_hello(struct fake_worker *worker)
{
	struct frame head = { JOB_HELLO, 0, PRIORITY_HIGH, 0, SLICE_EMPTY };
	msgpack_packer pk = channel_begin(worker->channel, &head);

	msgpack_pack_nil(&pk);
	assert_true(channel_end(worker->channel));
}

static void
workers_that_answered_nothing_in_time_are_asked_again_once_they_say_hello(void **state)
{
	struct scene *scene = *state;

	scene->workers[0].answers = scene->workers[1].answers = false;
	assert_int_equal(ask(scene, "lunch 5", PRIORITY_HIGH, 500), ST_OK);
	while (scene->workers[0].count + scene->workers[1].count < 1)
		event_base_loop(scene->base, EVLOOP_ONCE);
	scene->workers[0].says_hello = scene->workers[1].says_hello = false;
	await_answers(scene, 1);
	assert_int_equal(scene->unavailable, 1);
	assert_in_range(scene->workers[0].count + scene->workers[1].count, 1, 3);
	for (int i = 0; i < 2; i++) {
		scene->workers[i].answers = true;
		fake_hello(&scene->workers[i]);
	}
	assert_int_equal(ask(scene, "dinner 9", PRIORITY_HIGH, 10000), ST_OK);
	await_answers(scene, 2);
	assert_int_equal(scene->ok, 1);
}

/* The answer was lost: a worker that had no memory for it has nothing more to say. */
static void
a_worker_that_is_silent_and_says_hello_on_a_new_connection_is_asked_again(void **state)
{
	struct scene *scene = *state;

	scene->workers[1].says_hello = false;
	assert_int_equal(ask(scene, "lunch 5", PRIORITY_HIGH, 10000), ST_OK);
	await_answers(scene, 1);
	scene->workers[0].answers = false;
	assert_int_equal(ask(scene, "lunch 6", PRIORITY_HIGH, 10000), ST_OK);
	while (scene->workers[0].count < 2)
		event_base_loop(scene->base, EVLOOP_ONCE);
	scene->workers[0].answers = true;
	await_answers(scene, 2);
	assert_int_equal(scene->ok, 2);
}

static void
a_job_that_there_is_no_memory_to_send_is_sent_a_moment_later(void **state)
{
	struct scene *scene = *state;
	struct understand_input job = { .text = slice_of("beside"), .home = { "TWD" }, .today = 20000, .picture = slice_of("a picture") };

	scene->options.ai_attempt_timeout_ms = 10000;
	for (unsigned i = 1; i <= 20; i++) {
		sends_left = 1;
		assert_int_equal(ai_pool_ask(scene->pool, &job, PRIORITY_HIGH, clock_mono_ms() + 5000, on_answer, scene), ST_OK);
		await_answers(scene, i);
	}
	assert_int_equal(sends_left, 0);
	assert_int_equal(scene->ok, 20);
	assert_int_equal(scene->counters.ai_redispatched, 0);
}

static void
jobs_that_wait_for_a_provider_take_no_place_and_are_not_given_to_another(void **state)
{
	struct scene *scene = *state;
	struct fake_worker *waiting = &scene->workers[0];
	int64_t until_ms;

	scene->workers[1].says_hello = false;
	waiting->waits = true;
	for (int i = 0; i < 100; i++)
		assert_int_equal(ask(scene, "zorbl 5", PRIORITY_HIGH, 10000), ST_OK);
	while (waiting->count < 100)
		event_base_loop(scene->base, EVLOOP_ONCE);
	until_ms = clock_mono_ms() + 3 * scene->options.ai_attempt_timeout_ms;
	while (clock_mono_ms() < until_ms)
		event_base_loop(scene->base, EVLOOP_ONCE);
	assert_int_equal(scene->counters.ai_redispatched, 0);
	for (unsigned i = 0; i < waiting->count; i++)
		fake_answer(waiting, waiting->ids[i]);
	await_answers(scene, 100);
	assert_int_equal(scene->ok, 100);
}

static void
a_job_that_waits_for_a_provider_goes_to_another_worker_when_its_own_dies(void **state)
{
	struct scene *scene = *state;

	scene->workers[0].waits = scene->workers[1].waits = true;
	assert_int_equal(ask(scene, "zorbl 5", PRIORITY_HIGH, 10000), ST_OK);
	while (scene->workers[0].count + scene->workers[1].count == 0)
		event_base_loop(scene->base, EVLOOP_ONCE);
	for (int i = 0; i < WORKERS; i++) {
		scene->workers[i].waits = false;
		if (scene->workers[i].count > 0) {
			channel_close(scene->workers[i].channel);
			scene->workers[i].channel = NULL;
		}
	}
	await_answers(scene, 1);
	assert_int_equal(scene->ok, 1);
}

static void
jobs_over_the_bound_are_refused_and_the_others_answered(void **state)
{
	struct scene *scene = *state;

	scene->options.ai_queue_max = 5;
	for (int i = 0; i < 5; i++)
		assert_int_equal(ask(scene, "lunch 5", PRIORITY_HIGH, 10000), ST_OK);
	assert_int_equal(ask(scene, "lunch 5", PRIORITY_HIGH, 10000), ST_OVERLOADED);
	await_answers(scene, 5);
	assert_int_equal(ask(scene, "lunch 5", PRIORITY_HIGH, 10000), ST_OK);
	await_answers(scene, 6);
	assert_int_equal(scene->counters.ai_overloads, 1);
}

static void
jobs_of_higher_priority_are_sent_first(void **state)
{
	struct scene *scene = *state;

	scene->workers[1].says_hello = false;
	ask(scene, "low", PRIORITY_LOW, 10000);
	ask(scene, "medium", PRIORITY_MEDIUM, 10000);
	ask(scene, "high", PRIORITY_HIGH, 10000);
	await_answers(scene, 3);
	assert_string_equal(scene->workers[0].texts[0], "high");
	assert_string_equal(scene->workers[0].texts[1], "medium");
	assert_string_equal(scene->workers[0].texts[2], "low");
}

static void
a_user_who_says_much_does_not_keep_others_waiting(void **state)
{
	struct scene *scene = *state;

	scene->workers[1].says_hello = false;
	for (int i = 0; i < 50; i++)
		ask_for(scene, 1, "much", PRIORITY_HIGH, 10000);
	ask_for(scene, 2, "little", PRIORITY_HIGH, 10000);
	await_answers(scene, 51);
	assert_string_equal(scene->workers[0].texts[1], "little");
}

static void
a_job_that_breaks_every_worker_is_given_up(void **state)
{
	struct scene *scene = *state;

	for (int i = 0; i < WORKERS; i++) {
		scene->workers[i].answers = false;
		scene->workers[i].closes = scene->workers[i].crashes = true;
	}
	ask(scene, "poison", PRIORITY_HIGH, 10000);
	await_answers(scene, 1);
	assert_int_equal(scene->failed, 1);
	assert_int_equal(scene->workers[0].count + scene->workers[1].count, 3);
}

/* A real worker would answer those before it reads on; here the first of them breaks it, and all are lost with it. */
static void
jobs_that_were_with_one_that_breaks_workers_are_answered(void **state)
{
	struct scene *scene = *state;

	for (int i = 0; i < WORKERS; i++) {
		scene->workers[i].poison = "poison";
		scene->workers[i].crashes = true;
	}
	ask(scene, "poison", PRIORITY_HIGH, 10000);
	for (int i = 0; i < 20; i++)
		ask(scene, "lunch 5", PRIORITY_HIGH, 10000);
	await_answers(scene, 21);
	assert_int_equal(scene->failed, 1);
	assert_int_equal(scene->ok, 20);
}

static void
a_job_whose_answer_no_worker_can_give_is_given_up(void **state)
{
	struct scene *scene = *state;

	scene->workers[0].talks_nonsense = scene->workers[1].talks_nonsense = true;
	ask(scene, "poison", PRIORITY_HIGH, 10000);
	await_answers(scene, 1);
	assert_int_equal(scene->failed, 1);
	assert_in_range(scene->workers[0].count + scene->workers[1].count, 1, 5);
}

static void
a_job_whose_workers_are_killed_from_outside_is_not_given_up(void **state)
{
	struct scene *scene = *state;

	for (int i = 0; i < WORKERS; i++) {
		scene->workers[i].answers = false;
		scene->workers[i].closes = true;
	}
	ask(scene, "lunch 5", PRIORITY_HIGH, 10000);
	while (scene->workers[0].count + scene->workers[1].count < 12)
		event_base_loop(scene->base, EVLOOP_ONCE);
	scene->workers[0].answers = scene->workers[1].answers = true;
	await_answers(scene, 1);
	assert_int_equal(scene->ok, 1);
}

static void
a_picture_goes_in_parts_before_its_job_and_to_the_next_worker_as_well(void **state)
{
	struct scene *scene = *state;
	struct understand_input job = { .text = slice_of("beside"), .home = { "TWD" }, .today = 20000 };
	size_t size = 2 * FRAME_MAX + 1;
	char *picture = malloc(size);

	for (size_t i = 0; i < size; i++)
		picture[i] = (char)(i * 31 >> 3);
	job.picture = (struct slice){ picture, size };
	scene->workers[0].answers = scene->workers[1].answers = false;
	scene->workers[0].closes = scene->workers[1].closes = true;
	assert_int_equal(ai_pool_ask(scene->pool, &job, PRIORITY_HIGH, clock_mono_ms() + 10000, on_answer, scene), ST_OK);
	while (scene->workers[0].count + scene->workers[1].count < 1)
		event_base_loop(scene->base, EVLOOP_ONCE);
	for (unsigned i = 0; i < WORKERS; i++) {
		struct fake_worker *worker = &scene->workers[i];

		if (worker->count > 0) {
			assert_int_equal(worker->picture_of, worker->ids[0]);
			assert_memory_equal(worker->picture.data, picture, size);
		}
		buf_clear(&worker->picture);
		worker->closes = false;
		worker->answers = true;
	}
	await_answers(scene, 1);
	assert_int_equal(scene->ok, 1);
	for (unsigned i = 0; i < WORKERS; i++)
		if (scene->workers[i].picture.len > 0)
			assert_memory_equal(scene->workers[i].picture.data, picture, size);
	assert_int_equal(scene->workers[0].picture.len + scene->workers[1].picture.len, size);
	free(picture);
}

static void
a_job_that_nobody_takes_is_unavailable_at_its_deadline(void **state)
{
	struct scene *scene = *state;
	int64_t started_ms = clock_mono_ms();

	scene->workers[0].says_hello = scene->workers[1].says_hello = false;
	ask(scene, "lunch 5", PRIORITY_HIGH, 120);
	await_answers(scene, 1);
	assert_int_equal(scene->unavailable, 1);
	assert_true(clock_mono_ms() - started_ms >= 120);
	assert_int_equal(scene->counters.ai_jobs_waiting, 0);
}

static void
jobs_that_wait_when_the_pool_closes_are_answered(void **state)
{
	struct scene *scene = *state;

	scene->workers[0].answers = scene->workers[1].answers = false;
	for (int i = 0; i < 10; i++)
		ask(scene, "lunch 5", PRIORITY_HIGH, 10000);
	ai_pool_close(scene->pool);
	assert_int_equal(scene->unavailable, 10);
	scene->pool = ai_pool_open(scene->base, &scene->options, &scene->counters, scene->segment);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(every_job_is_answered_once, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(a_job_whose_worker_dies_goes_to_another, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(a_job_whose_worker_stalls_goes_to_another_and_the_late_answer_is_dropped,
		    open_scene, close_scene),
		cmocka_unit_test_setup_teardown(workers_that_answered_nothing_in_time_are_asked_again_once_they_say_hello,
		    open_scene, close_scene),
		cmocka_unit_test_setup_teardown(a_worker_that_is_silent_and_says_hello_on_a_new_connection_is_asked_again, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(a_job_that_there_is_no_memory_to_send_is_sent_a_moment_later, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(jobs_that_wait_for_a_provider_take_no_place_and_are_not_given_to_another, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(a_job_that_waits_for_a_provider_goes_to_another_worker_when_its_own_dies, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(jobs_over_the_bound_are_refused_and_the_others_answered, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(jobs_of_higher_priority_are_sent_first, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(a_user_who_says_much_does_not_keep_others_waiting, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(a_job_that_breaks_every_worker_is_given_up, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(jobs_that_were_with_one_that_breaks_workers_are_answered, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(a_job_whose_answer_no_worker_can_give_is_given_up, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(a_job_whose_workers_are_killed_from_outside_is_not_given_up, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(a_picture_goes_in_parts_before_its_job_and_to_the_next_worker_as_well, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(a_job_that_nobody_takes_is_unavailable_at_its_deadline, open_scene, close_scene),
		cmocka_unit_test_setup_teardown(jobs_that_wait_when_the_pool_closes_are_answered, open_scene, close_scene),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
