/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <sys/wait.h>
#include <unistd.h>

#include "hex.h"
#include "uuid.h"

static void
ids_ascend_within_a_millisecond_and_when_the_clock_goes_back(void **state)
{
	struct uuid last = uuid7_next(1000000), next;

	(void)state;
	for (int i = 0; i < 10000; i++) {
		next = uuid7_next(i % 100 == 0 ? 999000 : 1000000);
		assert_true(memcmp(last.bytes, next.bytes, sizeof last.bytes) < 0);
		last = next;
	}
}

static void
an_id_has_the_version_the_variant_and_the_time_of_rfc_9562(void **state)
{
	struct uuid id = uuid7_next(INT64_C(1800000000123));

	(void)state;
	assert_int_equal(id.bytes[6] >> 4, 7);
	assert_int_equal(id.bytes[8] >> 6, 2);
	assert_true(uuid7_time_ms(&id) == INT64_C(1800000000123));
}

static void
processes_forked_from_one_never_make_the_same_id(void **state)
{
	enum { CHILDREN = 3, EACH = 2 };
	struct uuid ids[CHILDREN][EACH];
	int pipes[2];

	(void)state;
	uuid7_next(1);
	for (int child = 0; child < CHILDREN; child++) {
		assert_int_equal(pipe(pipes), 0);
		if (fork() == 0) {
			for (int i = 0; i < EACH; i++)
				ids[child][i] = uuid7_next(INT64_C(1800000000000) + i);
			_exit(write(pipes[1], ids[child], sizeof ids[child]) == sizeof ids[child] ? 0 : 1);
		}
		assert_int_equal(read(pipes[0], ids[child], sizeof ids[child]), sizeof ids[child]);
		close(pipes[0]);
		close(pipes[1]);
		assert_true(wait(NULL) > 0);
	}
	for (int child = 1; child < CHILDREN; child++)
		for (int i = 0; i < EACH; i++)
			assert_false(uuid_equal(&ids[0][i], &ids[child][i]));
}

static void
an_id_is_read_as_it_was_written(void **state)
{
	struct uuid id = uuid7_next(INT64_C(1800000000456)), back;
	char text[UUID_TEXT_LEN];

	(void)state;
	uuid_format(&id, text);
	assert_true(uuid_parse((struct slice){ text, sizeof text }, &back));
	assert_true(uuid_equal(&id, &back));
	assert_true(uuid_parse(SLICE_LITERAL("0199A0B1-C2D3-7E4F-8A5B-6C7D8E9FA0B1"), &back));
}

static void
what_is_no_id_is_refused(void **state)
{
	static const char *const bad[] = { "", "0199a0b1c2d37e4f8a5b6c7d8e9fa0b1", "0199a0b1-c2d3-7e4f-8a5b-6c7d8e9fa0bg",
		"0199a0b1-c2d3-7e4f-8a5b-6c7d8e9fa0b12", "0199a0b1-c2d3-7e4f-8a5b_6c7d8e9fa0b1", "{0199a0b1-c2d3-7e4f-8a5b-6c7d8e9fa0}" };
	struct uuid id;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(uuid_parse(slice_of(bad[i]), &id));
}

static void
hexadecimal_text_goes_both_ways(void **state)
{
	uint8_t bytes[256], back[256];
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)i;
	hex_encode(bytes, sizeof bytes, text);
	assert_true(hex_decode(text, sizeof back, back));
	assert_memory_equal(bytes, back, sizeof bytes);
	assert_false(hex_decode("0g", 1, back));
}

static void
hexadecimal_text_has_lower_case_letters_and_no_end(void **state)
{
	static const uint8_t bytes[] = { 0x00, 0x0f, 0x9a, 0xa9, 0xff, 0x10, 0xf0 };
	static const char text[] = "000f9aa9ff10f0";

	(void)state;
	for (size_t size = 0; size <= sizeof bytes; size++) {
		char out[2 * sizeof bytes + 1] = "..............";

		hex_encode(bytes, size, out);
		assert_memory_equal(out, text, 2 * size);
		assert_memory_equal(out + 2 * size, "..............", 2 * (sizeof bytes - size));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_ascend_within_a_millisecond_and_when_the_clock_goes_back),
		cmocka_unit_test(an_id_has_the_version_the_variant_and_the_time_of_rfc_9562),
		cmocka_unit_test(processes_forked_from_one_never_make_the_same_id),
		cmocka_unit_test(an_id_is_read_as_it_was_written),
		cmocka_unit_test(what_is_no_id_is_refused),
		cmocka_unit_test(hexadecimal_text_goes_both_ways),
		cmocka_unit_test(hexadecimal_text_has_lower_case_letters_and_no_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
