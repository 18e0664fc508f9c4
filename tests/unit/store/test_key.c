/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <string.h>

#include "ledger/key.h"
#include "store/ledger_hash.h"

static const uint8_t ledger[16] = "0123456789abcdef";

static int
order(struct key a, struct key b)
{
	return key_compare(key_slice(&a), key_slice(&b));
}

static void
expenses_are_ordered_by_day_and_then_by_id(void **state)
{
	static const day_t days[] = { DAY_MIN, -256, -1, 0, 1, 255, 256, 20780, DAY_MAX };
	struct uuid low = { { 1 } }, high = { { 2 } };

	(void)state;
	for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
		assert_true(order(key_expense(ledger, days[i], &low), key_expense(ledger, days[i], &high)) < 0);
		assert_true(order(key_day(ledger, ROW_EXPENSE, days[i]), key_expense(ledger, days[i], &low)) < 0);
		if (i > 0)
			assert_true(order(key_expense(ledger, days[i - 1], &high), key_expense(ledger, days[i], &low)) < 0);
	}
}

static void
keys_are_laid_out_as_documented(void **state)
{
	struct uuid id = { { 0xaa } };
	struct key key = key_expense(ledger, 1, &id);
	struct key name = key_default_category(ledger, slice_of("food"));

	(void)state;
	assert_int_equal(key.len, 16 + 1 + 4 + 16);
	assert_memory_equal(key.bytes, "0123456789abcdefE\x80\0\0\1\xaa", 22);
	assert_int_equal(key_in_category(ledger, &id, -1, &id).len, 16 + 1 + 16 + 4 + 16);
	assert_memory_equal(name.bytes, "0123456789abcdefN\0food", 22);
	assert_int_equal(name.len, 22);
	name = key_category_name(ledger, slice_of("pets"));
	assert_memory_equal(name.bytes, "0123456789abcdefN\1pets", 22);
	key = key_history(ledger, &id, 2);
	assert_int_equal(key.len, 16 + 1 + 16 + 4);
	assert_memory_equal(key.bytes, "0123456789abcdefH\xaa", 18);
	assert_memory_equal(key.bytes + 33, "\x80\0\0\2", 4);
	key = key_trash(ledger, 1, &id);
	assert_memory_equal(key.bytes, "0123456789abcdefX\x80\0\0\1\xaa", 22);
	assert_int_equal(key_dedupe(ledger, slice_of("abc")).len, 33);
	assert_memory_equal(key_dedupe(ledger, slice_of("abc")).bytes + 17,
	    "\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde\x5d\xae\x22\x23", 16);
}

static void
what_a_key_says_can_be_read_back(void **state)
{
	struct uuid id = { { 1, 2, 3 } }, category = { { 9 } }, back;
	struct key key = key_expense(ledger, -77, &id);
	struct currency twd = { "TWD" };
	struct total_key total;
	day_t day;

	(void)state;
	assert_true(key_read_expense(key_slice(&key), &day, &back));
	assert_int_equal(day, -77);
	assert_true(uuid_equal(&back, &id));
	assert_false(key_read_id(key_slice(&key), &back));
	key = key_total(ledger, ROW_DAY_TOTAL, 20780, &category, twd, slice_of("visa"));
	assert_true(key_read_total(key_slice(&key), &total));
	assert_int_equal(total.day, 20780);
	assert_string_equal(total.currency.code, "TWD");
	assert_true(slice_equal(total.account, slice_of("visa")));
	assert_true(uuid_equal(&total.category_id, &category));
	key.len = 17 + 4 + 16 + 2;
	assert_false(key_read_total(key_slice(&key), &total));
}

static void
every_day_of_a_month_has_the_months_key(void **state)
{
	struct uuid id = { { 1 } };
	struct currency twd = { "TWD" };
	struct total_key total;
	day_t first;

	(void)state;
	assert_true(day_from_civil(1900, 1, 1, &first));
	for (int month = 0; month < 3000; month++) {
		int year = 1900 + month / 12, length = day_month_length(year, month % 12 + 1);
		struct key key = key_total(ledger, ROW_MONTH_TOTAL, first + length - 1, &id, twd, slice_of("cash"));

		assert_true(key_read_total(key_slice(&key), &total));
		assert_int_equal(total.day, first);
		assert_int_equal(order(key_day(ledger, ROW_MONTH_TOTAL, first), key_day(ledger, ROW_MONTH_TOTAL, first + length - 1)), 0);
		assert_true(order(key_day(ledger, ROW_MONTH_TOTAL, first), key_day(ledger, ROW_MONTH_TOTAL, first + length)) < 0);
		first += length;
	}
}

static void
the_end_of_a_range_is_behind_all_that_start_with_it(void **state)
{
	struct uuid all = { { 0 } };
	struct key end, key;

	(void)state;
	memset(all.bytes, 0xff, sizeof all.bytes);
	end = key_day(ledger, ROW_EXPENSE, 255 - 256);   /* the last byte is 0xff */
	key_to_end(&end);
	assert_true(order(key_expense(ledger, -1, &all), end) < 0);
	assert_true(order(key_day(ledger, ROW_EXPENSE, 0), end) >= 0);
	key = (struct key){ .len = 2, .bytes = { 0xff, 0xff } };
	key_to_end(&key);
	assert_int_equal(key.len, 0);
}

static void
a_key_too_long_is_cut_and_does_not_run_over(void **state)
{
	static char text[1000];
	struct uuid id = { { 1 } };
	struct currency twd = { "TWD" };

	(void)state;
	memset(text, 'x', sizeof text);
	assert_int_equal(key_total(ledger, ROW_DAY_TOTAL, 1, &id, twd, (struct slice){ text, sizeof text }).len, KEY_MAX);
}

/* The vector of the paper's reference implementation for 128 bits, for 0 and for 15 bytes of input. */
static void
ledgers_are_placed_by_siphash_2_4_128(void **state)
{
	static const uint8_t of_none[16] = { 0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6, 0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55,
		0x02, 0x93 };
	static const uint8_t of_one[16] = { 0xda, 0x87, 0xc1, 0xd8, 0x6b, 0x99, 0xaf, 0x44, 0x34, 0x76, 0x59, 0x11, 0x9b, 0x22,
		0xfc, 0x45 };
	uint8_t secret[16];
	struct ledger_hash *hash;

	(void)state;
	for (uint8_t i = 0; i < 16; i++)
		secret[i] = i;
	hash = ledger_hash_new(secret, 7);
	for (int again = 0; again < 2; again++) {
		assert_memory_equal(ledger_hash_place(hash, SLICE_EMPTY).key, of_none, 16);
		assert_memory_equal(ledger_hash_place(hash, SLICE_LITERAL("\0")).key, of_one, 16);
	}
	assert_int_equal(ledger_hash_place(hash, SLICE_EMPTY).shard, UINT64_C(0xe6a825ba047f81a3) % 7);
	ledger_hash_free(hash);
}

static void
a_total_of_a_month_that_is_none_is_not_read(void **state)
{
	static const struct uuid category;
	struct key row = key_total(ledger, ROW_MONTH_TOTAL, 20780, &category, (struct currency){ "TWD" }, SLICE_LITERAL("cash"));
	struct total_key total;

	(void)state;
	assert_true(key_read_total(key_slice(&row), &total));
	row.bytes[LEDGER_KEY_SIZE + 2] = 0x7f;
	assert_false(key_read_total(key_slice(&row), &total));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_total_of_a_month_that_is_none_is_not_read),
		cmocka_unit_test(expenses_are_ordered_by_day_and_then_by_id),
		cmocka_unit_test(keys_are_laid_out_as_documented),
		cmocka_unit_test(what_a_key_says_can_be_read_back),
		cmocka_unit_test(every_day_of_a_month_has_the_months_key),
		cmocka_unit_test(the_end_of_a_range_is_behind_all_that_start_with_it),
		cmocka_unit_test(a_key_too_long_is_cut_and_does_not_run_over),
		cmocka_unit_test(ledgers_are_placed_by_siphash_2_4_128),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
