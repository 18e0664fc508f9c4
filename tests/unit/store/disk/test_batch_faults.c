/* SPDX-License-Identifier: MIT */
/* A batch of commands with one call that fails: each is answered by what became of it. */
#include "config.h"

#include "writer_scene.h"

#include <errno.h>

#include "arena.h"
#include "failing.h"
#include "kv/kv_lmdb.h"
#include "log.h"
#include "store/command/command.h"
#include "store/writer/batch.h"

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
	struct writer_scene *f = *state;
	struct lmdb_env *env = writer_scene_shard(f);
	bool is_over = false;

	for (unsigned at = 1; !is_over && at < WRITER_SCENE_CALLS_MAX; at++) {
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
	struct writer_scene *f = *state;
	struct lmdb_env *env = writer_scene_shard(f);
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
	static const enum command_kind adding[] = { COMMAND_RECORD_MESSAGE, COMMAND_PUT_EXPENSES, COMMAND_SIGN_UP, COMMAND_PUT_INBOX,
		COMMAND_PUT_PICTURE_PART };
	enum { ADDING = sizeof adding / sizeof adding[0] };
	struct writer_scene *f = *state;
	struct lmdb_env *env = writer_scene_shard(f);
	struct batch b = { .is_low = true };

	for (size_t i = 0; i < ADDING; i++)
		add(&b, adding[i], 1);
	add(&b, COMMAND_REVOKE_TOKEN, 1);
	batch_run(&b, 0, ADDING + 1, env, f->segment->slots);
	for (size_t i = 0; i < ADDING; i++)
		assert_int_equal(answer_of(&b, i), ST_STORE_FULL);
	assert_int_equal(answer_of(&b, ADDING), ST_FAILED);       /* its body is none */
	batch_fini(&b);
	lmdb_env_close(env);
}

static void
after_the_disk_has_failed_nothing_is_tried_again(void **state)
{
	struct writer_scene *f = *state;
	struct lmdb_env *env = writer_scene_shard(f);
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

#define CASE(name) cmocka_unit_test_setup_teardown(name, writer_scene_setup, writer_scene_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_batch_without_memory_takes_no_more_and_keeps_what_it_has),
		CASE(each_command_is_answered_by_what_became_of_it),
		CASE(a_batch_that_cannot_begin_is_told_so),
		CASE(with_little_room_left_nothing_is_added),
		CASE(after_the_disk_has_failed_nothing_is_tried_again),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
