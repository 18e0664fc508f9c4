/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ai/answer/answer_cache.h"

enum {
	BYTES = 65536, LATER_MS = 1000,
	HEAD_BYTES = 128               /* of the cache's own fields, before index and ring */
};

static int
setup(void **state)
{
	*state = answer_cache_create(BYTES);
	return *state == NULL;
}

static int
teardown(void **state)
{
	answer_cache_destroy(*state);
	return 0;
}

static struct answer_key
key_of(const struct answer_cache *cache, unsigned number)
{
	return answer_cache_key(cache, (struct slice){ (const char *)&number, sizeof number });
}

/* Differs in bytes and in length from that of any other number. */
static struct slice
answer_of(unsigned number)
{
	static char text[4096];
	size_t len = 100 + number % 1000;

	memset(text, 'a' + (int)(number % 26), len);
	snprintf(text, sizeof text, "%08u", number);
	return (struct slice){ text, len };
}

static void
put(struct answer_cache *cache, unsigned number)
{
	struct answer_key key = key_of(cache, number);

	answer_cache_put(cache, &key, answer_of(number), LATER_MS);
}

enum found { NOT_FOUND, FOUND, WRONG };

static enum found
get(const struct answer_cache *cache, unsigned number, int64_t now_ms)
{
	struct answer_key key = key_of(cache, number);
	struct buf out = BUF_INIT;
	enum found found = NOT_FOUND;

	if (answer_cache_get(cache, &key, now_ms, &out))
		found = slice_equal(buf_slice(&out), answer_of(number)) ? FOUND : WRONG;
	buf_fini(&out);
	return found;
}

static void
an_answer_is_found_by_its_question_until_its_time_is_over(void **state)
{
	assert_int_equal(get(*state, 1, 0), NOT_FOUND);
	put(*state, 1);
	assert_int_equal(get(*state, 1, LATER_MS - 1), FOUND);
	assert_int_equal(get(*state, 2, LATER_MS - 1), NOT_FOUND);
	assert_int_equal(get(*state, 1, LATER_MS), NOT_FOUND);
}

/* With a secret of its own, since by chance one of the newest fifty may share its few places with too many of the others. */
static void
the_newest_answers_take_the_place_of_the_oldest(void **state)
{
	static const uint8_t secret[32] = { 1 };
	unsigned found = 0;

	answer_cache_use_secret(*state, secret);
	for (unsigned i = 0; i < 10000; i++)
		put(*state, i);
	for (unsigned i = 9950; i < 10000; i++)
		found += get(*state, i, 0) == FOUND;
	assert_int_equal(found, 50);
	for (unsigned i = 0; i < 9800; i++)
		assert_int_equal(get(*state, i, 0), NOT_FOUND);
}

static void
a_newer_answer_to_a_question_is_the_one_that_is_found(void **state)
{
	struct answer_key key = key_of(*state, 7);

	put(*state, 1);
	answer_cache_put(*state, &key, answer_of(1), LATER_MS);
	answer_cache_put(*state, &key, answer_of(7), LATER_MS);
	assert_int_equal(get(*state, 7, 0), FOUND);
}

static void
an_answer_that_is_too_long_is_not_kept(void **state)
{
	static char text[ANSWER_MAX + 1];
	struct answer_key key = key_of(*state, 1);
	struct buf out = BUF_INIT;

	answer_cache_put(*state, &key, (struct slice){ text, ANSWER_MAX + 1 }, LATER_MS);
	assert_false(answer_cache_get(*state, &key, 0, &out));
	answer_cache_put(*state, &key, (struct slice){ text, ANSWER_MAX }, LATER_MS);
	assert_true(answer_cache_get(*state, &key, 0, &out));
	assert_int_equal(out.len, ANSWER_MAX);
	buf_fini(&out);
}

/* What a process left that died, or another one overwrites at this moment. */
static void
bytes_that_do_not_belong_together_are_no_answer(void **state)
{
	unsigned lost = 0;

	put(*state, 1);
	for (size_t at = HEAD_BYTES; at < BYTES; at++) {
		char *byte = (char *)*state + at;
		enum found found;

		*byte ^= 0x10;
		found = get(*state, 1, 0);
		*byte ^= 0x10;
		assert_int_not_equal(found, WRONG);
		lost += found == NOT_FOUND;
	}
	assert_true(lost > 100);
	assert_int_equal(get(*state, 1, 0), FOUND);
}

static int
put_and_get_many(struct answer_cache *cache, unsigned seed)
{
	for (unsigned i = 0; i < 20000; i++) {
		seed = seed * 1664525 + 1013904223;
		put(cache, seed >> 25);
		if (get(cache, (seed >> 18) & 127, 0) == WRONG)
			return 1;
	}
	return 0;
}

/* 128 answers of some 600 bytes do not fit, so that each overwrites what others read. */
static void
processes_that_use_it_at_once_never_get_a_wrong_answer(void **state)
{
	pid_t pids[3];
	int status;

	for (unsigned i = 0; i < 3; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(put_and_get_many(*state, i));
	}
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	put(*state, 5);
	assert_int_equal(get(*state, 5, 0), FOUND);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(an_answer_is_found_by_its_question_until_its_time_is_over, setup, teardown),
		cmocka_unit_test_setup_teardown(the_newest_answers_take_the_place_of_the_oldest, setup, teardown),
		cmocka_unit_test_setup_teardown(a_newer_answer_to_a_question_is_the_one_that_is_found, setup, teardown),
		cmocka_unit_test_setup_teardown(an_answer_that_is_too_long_is_not_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(bytes_that_do_not_belong_together_are_no_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(processes_that_use_it_at_once_never_get_a_wrong_answer, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
