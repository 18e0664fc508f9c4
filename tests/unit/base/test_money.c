/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <string.h>

#include "money.h"

static struct currency
currency(const char *code)
{
	struct currency c = { "" };

	memcpy(c.code, code, 3);
	return c;
}

static void
currencies_have_the_decimals_of_iso_4217(void **state)
{
	static const struct { const char *code; int digits; } rows[] = { { "TWD", 2 }, { "JPY", 0 }, { "KRW", 0 }, { "HUF", 2 },
		{ "IDR", 2 }, { "VND", 0 }, { "BHD", 3 }, { "KWD", 3 }, { "CLF", 4 }, { "USD", 2 }, { "ISK", 0 }, { "TND", 3 },
		{ "XXX", -1 }, { "XAU", -1 }, { "ABC", -1 }, { "usd", -1 }, { "U1D", -1 }, { "\0\0\0", -1 } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(currency_digits(currency(rows[i].code)), rows[i].digits);
}

static void
a_code_is_read_in_either_case_and_only_whole(void **state)
{
	struct currency c;

	(void)state;
	assert_true(currency_parse(slice_of("tWd"), &c));
	assert_string_equal(c.code, "TWD");
	assert_false(currency_parse(slice_of("TW"), &c));
	assert_false(currency_parse(slice_of("TWDX"), &c));
	assert_false(currency_parse(slice_of(""), &c));
	assert_false(currency_parse(SLICE_LITERAL("T\0D"), &c));
	assert_false(currency_parse(slice_of("QQQ"), &c));
}

static void
an_amount_is_written_as_it_was_read(void **state)
{
	static const struct { const char *code, *text, *written; int64_t minor; } rows[] = {
		{ "TWD", "20.5", "20.50", 2050 }, { "TWD", "-12.5", "-12.50", -1250 }, { "JPY", "1000", "1000", 1000 },
		{ "JPY", "-1000.00", "-1000", -1000 }, { "KWD", "0.001", "0.001", 1 }, { "CLF", "0", "0.0000", 0 },
		{ "USD", "0.07", "0.07", 7 }, { "USD", "-0.5", "-0.50", -50 }, { "USD", "007", "7.00", 700 },
		{ "USD", "10000000000000", "10000000000000.00", MONEY_MINOR_MAX }, { "USD", "1.2300", "1.23", 123 },
		{ "JPY", "-1000000000000000", "-1000000000000000", -MONEY_MINOR_MAX }, { "USD", "-0", "0.00", 0 } };
	char text[MONEY_TEXT_MAX];
	int64_t minor;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct currency c = currency(rows[i].code);

		assert_int_equal(money_parse(slice_of(rows[i].text), c, &minor), ST_OK);
		assert_int_equal(minor, rows[i].minor);
		assert_int_equal(money_format(minor, c, text), strlen(rows[i].written));
		assert_string_equal(text, rows[i].written);
	}
}

static void
what_is_not_a_plain_decimal_is_refused(void **state)
{
	static const char *const bad[] = { "", "-", ".", "1.", ".5", "+1", "1e3", "1,000", " 1", "1 ", "--1", "1.2.3", "0x1", "１", "nan" };
	int64_t minor;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(money_parse(slice_of(bad[i]), currency("USD"), &minor), ST_BAD_VALUE);
	assert_int_equal(money_parse(slice_of("1"), currency("QQQ"), &minor), ST_BAD_VALUE);
}

static void
too_many_decimals_or_too_much_money_is_out_of_range(void **state)
{
	int64_t minor;

	(void)state;
	assert_int_equal(money_parse(slice_of("0.001"), currency("USD"), &minor), ST_OUT_OF_RANGE);
	assert_int_equal(money_parse(slice_of("1.5"), currency("JPY"), &minor), ST_OUT_OF_RANGE);
	assert_int_equal(money_parse(slice_of("10000000000000.01"), currency("USD"), &minor), ST_OUT_OF_RANGE);
	assert_int_equal(money_parse(slice_of("1000000000000001"), currency("JPY"), &minor), ST_OUT_OF_RANGE);
	assert_int_equal(money_parse(slice_of("99999999999999999999999999999999"), currency("JPY"), &minor), ST_OUT_OF_RANGE);
}

static void
the_extremes_of_64_bits_fit_the_buffer(void **state)
{
	char text[MONEY_TEXT_MAX];

	(void)state;
	money_format(INT64_MIN, currency("CLF"), text);
	assert_string_equal(text, "-922337203685477.5808");
	money_format(INT64_MAX, currency("JPY"), text);
	assert_string_equal(text, "9223372036854775807");
}

static void
sums_beyond_64_bits_are_written_exactly(void **state)
{
	char text[MONEY_WIDE_TEXT_MAX];
	money_wide_t n = (money_wide_t)INT64_MAX * 1000 + 7;

	(void)state;
	money_format_wide(n, currency("USD"), text);
	assert_string_equal(text, "92233720368547758070.07");
	money_format_wide(-n, currency("JPY"), text);
	assert_string_equal(text, "-9223372036854775807007");
	decimal_format(0, 2, text);
	assert_string_equal(text, "0.00");
	decimal_format(-5, 6, text);
	assert_string_equal(text, "-0.000005");
	n = (money_wide_t)1 << 126;
	decimal_format(-n - (n - 1) - 1, 1, text);
	assert_string_equal(text, "-17014118346046923173168730371588410572.8");
}

static void
a_quotient_is_rounded_half_to_even(void **state)
{
	static const struct { int n, by, quotient; } cases[] = {
		{ 5, 2, 2 }, { 7, 2, 4 }, { -5, 2, -2 }, { -7, 2, -4 }, { 10, 3, 3 }, { 11, 3, 4 }, { -11, 3, -4 }, { 0, 9, 0 }, { 1, 3, 0 }
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_true(decimal_divide(cases[i].n, cases[i].by) == cases[i].quotient);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(currencies_have_the_decimals_of_iso_4217),
		cmocka_unit_test(a_code_is_read_in_either_case_and_only_whole),
		cmocka_unit_test(an_amount_is_written_as_it_was_read),
		cmocka_unit_test(what_is_not_a_plain_decimal_is_refused),
		cmocka_unit_test(too_many_decimals_or_too_much_money_is_out_of_range),
		cmocka_unit_test(the_extremes_of_64_bits_fit_the_buffer),
		cmocka_unit_test(sums_beyond_64_bits_are_written_exactly),
		cmocka_unit_test(a_quotient_is_rounded_half_to_even),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
