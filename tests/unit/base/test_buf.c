/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include "arena.h"
#include "buf.h"

static void
nothing_can_be_appended_to_an_empty_buffer(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	buf_append(&b, NULL, 0);
	buf_append_slice(&b, SLICE_EMPTY);
	assert_int_equal(b.len, 0);
	assert_false(b.has_failed);
	buf_fini(&b);
}

static void
numbers_are_written_to_their_limits(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	buf_append_int(&b, INT64_MIN);
	buf_append_char(&b, ' ');
	buf_append_uint(&b, UINT64_MAX);
	buf_append_char(&b, ' ');
	buf_append_int(&b, 0);
	buf_printf(&b, " %s%d", "x", 7);
	assert_true(slice_equal(buf_slice(&b), SLICE_LITERAL("-9223372036854775808 18446744073709551615 0 x7")));
	buf_fini(&b);
}

static void
what_does_not_fit_into_memory_is_told_and_the_rest_kept(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	buf_append_text(&b, "kept");
	assert_false(buf_reserve(&b, SIZE_MAX - 100));
	assert_true(b.has_failed);
	buf_append_char(&b, '!');
	assert_int_equal(b.len, 5);         /* room that is there is still used; the caller looks at has_failed */
	buf_clear(&b);
	assert_false(b.has_failed);
	buf_fini(&b);
}

static void
consuming_moves_what_is_left_to_the_front(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	buf_append_text(&b, "headtail");
	buf_consume(&b, 4);
	assert_true(slice_equal(buf_slice(&b), SLICE_LITERAL("tail")));
	buf_consume(&b, 4);
	buf_trim(&b, 0);
	assert_int_equal(b.cap, 0);
	buf_fini(&b);
}

static void
an_arena_gives_zeroed_memory_of_any_size_and_keeps_a_block(void **state)
{
	struct arena arena = ARENA_INIT;
	char *large;

	(void)state;
	for (int round = 0; round < 3; round++) {
		large = arena_alloc(&arena, 100000);
		assert_non_null(large);
		assert_int_equal(large[0] | large[99999], 0);
		large[99999] = 1;
		assert_true(slice_equal(arena_copy(&arena, SLICE_LITERAL("text")), SLICE_LITERAL("text")));
		assert_non_null(arena_copy(&arena, SLICE_EMPTY).ptr);
		arena_reset(&arena);
	}
	assert_null(arena_alloc(&arena, SIZE_MAX - 8));
	arena_fini(&arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_can_be_appended_to_an_empty_buffer),
		cmocka_unit_test(numbers_are_written_to_their_limits),
		cmocka_unit_test(what_does_not_fit_into_memory_is_told_and_the_rest_kept),
		cmocka_unit_test(consuming_moves_what_is_left_to_the_front),
		cmocka_unit_test(an_arena_gives_zeroed_memory_of_any_size_and_keeps_a_block),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
