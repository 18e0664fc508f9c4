/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <malloc.h>
#include <string.h>

#include "export/zip_out.h"

enum { TIMES = 20, PIECES = 10 };

enum stage { NEW, BEGUN, WRITTEN, ENDED_FILE, ENDED, STAGES };

static size_t
memory_in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* Hardly to be compressed, and the same each time. */
static void
fill(char *data, size_t size)
{
	uint32_t x = 1;

	for (size_t i = 0; i < size; i++) {
		x = x * 1103515245 + 12345;
		data[i] = (char)(x >> 24);
	}
}

static void
write_until(enum stage stage, struct buf *out)
{
	static char data[16384];
	struct zip_out *zip = zip_out_new();

	fill(data, sizeof data);
	buf_clear(out);
	assert_non_null(zip);
	if (stage >= BEGUN)
		assert_true(zip_out_begin_file(zip, out, "expenses.csv", 1000));
	for (unsigned i = 0; stage >= WRITTEN && i < PIECES; i++)
		assert_true(zip_out_write(zip, out, (struct slice){ data, sizeof data }));
	if (stage >= ENDED_FILE)
		assert_true(zip_out_end_file(zip, out));
	if (stage >= ENDED)
		assert_true(zip_out_end(zip, out));
	zip_out_free(zip);
}

static void
one_that_is_given_up_anywhere_holds_nothing(void **state)
{
	struct buf out = { 0 };

	(void)state;
	for (enum stage stage = NEW; stage < STAGES; stage++) {
		size_t before = 0;

		for (unsigned i = 0; i < 2 * TIMES; i++) {
			if (i == TIMES)                /* by when the C library has its own small reserves */
				before = memory_in_use();
			write_until(stage, &out);
		}
		assert_int_equal(memory_in_use(), before);
	}
	buf_fini(&out);
}

static void
write_without_room(void)
{
	struct buf out = { 0 }, none = { .has_failed = true };
	struct zip_out *zip = zip_out_new();
	static char data[1 << 20];

	fill(data, sizeof data);
	assert_true(zip_out_begin_file(zip, &out, "expenses.csv", 1000));
	assert_false(zip_out_write(zip, &none, (struct slice){ data, sizeof data }));
	zip_out_free(zip);
	buf_fini(&out);
}

static void
one_whose_output_has_no_room_says_so_and_holds_nothing(void **state)
{
	size_t before = 0;

	(void)state;
	for (unsigned i = 0; i < 2 * TIMES; i++) {
		if (i == TIMES)
			before = memory_in_use();
		write_without_room();
	}
	assert_int_equal(memory_in_use(), before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_is_given_up_anywhere_holds_nothing),
		cmocka_unit_test(one_whose_output_has_no_room_says_so_and_holds_nothing),
	};

	return cmocka_run_group_tests_name("zip_out", tests, NULL, NULL);
}
