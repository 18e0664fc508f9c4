/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <stdlib.h>

#include "mp.h"

static void
what_is_packed_is_read_back(void **state)
{
	static const int64_t numbers[] = { 0, 1, -1, 127, 128, -32, -33, -128, -129, 255, 256, 65535, 65536, -32768, -32769,
		INT32_MAX, INT32_MIN, UINT32_MAX, INT64_MAX, INT64_MIN };
	struct buf b = BUF_INIT;
	msgpack_packer pk = mp_packer(&b);
	struct mp mp;

	(void)state;
	msgpack_pack_array(&pk, sizeof numbers / sizeof numbers[0]);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		msgpack_pack_int64(&pk, numbers[i]);
	mp_put_str(&pk, SLICE_LITERAL("早餐"));
	mp_put_bin(&pk, "\0\1", 2);
	mp_put_bool(&pk, true);
	mp = mp_of(buf_slice(&b));
	assert_int_equal(mp_array(&mp), sizeof numbers / sizeof numbers[0]);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		assert_true(mp_int(&mp) == numbers[i]);
	assert_true(slice_equal(mp_str(&mp), SLICE_LITERAL("早餐")));
	assert_int_equal(mp_bin(&mp).len, 2);
	assert_true(mp_bool(&mp));
	assert_true(mp_end(&mp));
	buf_fini(&b);
}

static void
a_claimed_length_beyond_the_input_is_refused(void **state)
{
	static const char *const bad[] = { "\xdd\xff\xff\xff\xff", "\xdc\x00\x05\x01", "\xdb\xff\xff\xff\xff" "ab",
		"\xc6\x7f\xff\xff\xff", "\xd9\x05" "abc", "\x95\x01", "\xc9\xff\xff\xff\xff\x01" };
	static const size_t sizes[] = { 5, 4, 7, 5, 5, 2, 6 };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct mp mp = mp_of((struct slice){ bad[i], sizes[i] });

		mp_skip(&mp, 1);
		assert_false(mp_end(&mp));
	}
	for (size_t i = 0; i < 2; i++) {         /* the arrays of the table, asked for as such */
		struct mp mp = mp_of((struct slice){ bad[i], sizes[i] });

		assert_int_equal(mp_array(&mp), 0);
		assert_true(mp.is_bad);
	}
}

static void
nesting_deeper_than_eight_is_refused(void **state)
{
	char deep[32];
	struct mp mp = mp_of((struct slice){ deep, sizeof deep });

	(void)state;
	memset(deep, 0x91, sizeof deep);
	deep[sizeof deep - 1] = 1;
	mp_skip(&mp, 1);
	assert_true(mp.is_bad);
}

static void
a_value_of_another_type_is_an_error_that_stays(void **state)
{
	struct mp mp = mp_of(SLICE_LITERAL("\xa1x\x05"));

	(void)state;
	assert_int_equal(mp_uint(&mp), 0);
	assert_int_equal(mp_uint(&mp), 0);
	assert_false(mp_end(&mp));
}

static void
any_bytes_are_skipped_or_refused_within_their_bounds(void **state)
{
	char *bytes;

	(void)state;
	srandom(1);
	for (int round = 0; round < 20000; round++) {
		size_t size = (size_t)(random() % 24);
		struct mp mp;

		bytes = malloc(size + 1);        /* so that a sanitizer sees a read behind the end */
		assert_non_null(bytes);
		for (size_t i = 0; i < size; i++)
			bytes[i] = (char)random();
		mp = mp_of((struct slice){ bytes, size });
		mp_skip(&mp, 2);
		assert_true(mp.at <= mp.end);
		free(bytes);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_packed_is_read_back),
		cmocka_unit_test(a_claimed_length_beyond_the_input_is_refused),
		cmocka_unit_test(nesting_deeper_than_eight_is_refused),
		cmocka_unit_test(a_value_of_another_type_is_an_error_that_stays),
		cmocka_unit_test(any_bytes_are_skipped_or_refused_within_their_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
