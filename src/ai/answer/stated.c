/* SPDX-License-Identifier: MIT */
/* See stated.h. */
#include "config.h"

#include "stated.h"

#include <unictype.h>
#include <unistr.h>

enum { DIGITS_MAX = 14 };      /* so that ten-thousandths fit */

/* One run: its digits, and how many of them stand behind the last separator. */
struct run {
	int64_t  number;
	unsigned digits, behind;
	bool     has_separator;
};

static bool
is_separator(ucs4_t c)
{
	return c == '.' || c == ',' || c == '\'' || c == 0xFF0E || c == 0xFF0C || c == 0xA0 || c == 0x202F || c == 0x2019 || c == 0x66B || c == 0x66C;
}

static int64_t
scaled(int64_t number, unsigned decimals)
{
	for (; decimals < 4; decimals++)
		number *= 10;
	return number;
}

static void
end_run(struct stated *out, const struct run *run)
{
	int64_t *readings = out->readings[out->count];

	if (run->digits == 0 || run->digits > DIGITS_MAX || out->count == STATED_MAX)
		return;
	readings[0] = scaled(run->number, 0);
	readings[1] = run->has_separator && run->behind <= 4 ? scaled(run->number, run->behind) : readings[0];
	out->count++;
}

static void
add_digit(struct run *run, int digit)
{
	if (run->digits++ < DIGITS_MAX)
		run->number = run->number * 10 + digit;
	run->behind += run->has_separator;
}

/* The value of the digit at the beginning of the text, or -1. */
static int
digit_at(struct slice text)
{
	ucs4_t c;

	if (text.len == 0)
		return -1;
	u8_mbtouc(&c, (const uint8_t *)text.ptr, text.len);
	return uc_decimal_value(c);
}

void
stated_read(struct slice text, struct stated *out)
{
	struct run run = { 0 };
	ucs4_t c;

	out->count = 0;
	while (text.len > 0) {
		size_t len = (size_t)u8_mbtouc(&c, (const uint8_t *)text.ptr, text.len);
		int digit = uc_decimal_value(c);

		text = (struct slice){ text.ptr + len, text.len - len };
		if (digit >= 0) {
			add_digit(&run, digit);
		} else if (run.digits > 0 && is_separator(c) && digit_at(text) >= 0) {
			run.has_separator = true;
			run.behind = 0;
		} else {
			end_run(out, &run);
			run = (struct run){ 0 };
		}
	}
	end_run(out, &run);
}

int64_t
stated_value(int64_t minor, struct currency currency)
{
	int digits = currency_digits(currency);

	if (digits < 0 || minor > MONEY_MINOR_MAX / 100 || minor < -MONEY_MINOR_MAX / 100)
		return -1;
	return (int64_t)money_ten_thousandths(minor < 0 ? -minor : minor, digits);
}

static unsigned
most(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

unsigned
stated_times(const struct stated *stated, const struct understanding *rules, int64_t value)
{
	unsigned digits = 0, amounts = 0, expenses = 0;

	if (value <= 0)
		return 0;
	for (size_t i = 0; i < stated->count; i++)
		digits += stated->readings[i][0] == value || stated->readings[i][1] == value;
	for (size_t i = 0; i < rules->amount_count; i++)
		amounts += stated_value(rules->amounts[i].minor, rules->amounts[i].currency) == value;
	for (size_t i = 0; i < rules->expense_count; i++)
		expenses += stated_value(rules->expenses[i].amount_minor, rules->expenses[i].currency) == value;
	return most(digits, most(amounts, expenses));
}
