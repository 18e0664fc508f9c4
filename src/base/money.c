/* SPDX-License-Identifier: MIT */
/*
 * A currency is found by its three letters read as a number in base 26.  The
 * table of 17,576 bytes is filled at first use.
 */
#include "config.h"

#include "money.h"

enum { LETTERS = 26, CODES = LETTERS * LETTERS * LETTERS };

static const struct {
	char code[4];
	int8_t digits;
} currencies[] = {
#define CURRENCY(code, digits) { #code, digits },
#include "tables/currency.def"
#undef CURRENCY
};

static int
code_index(const char *code)
{
	int index = 0;

	for (int i = 0; i < 3; i++) {
		if (code[i] < 'A' || code[i] > 'Z')
			return -1;
		index = index * LETTERS + (code[i] - 'A');
	}
	return index;
}

static int
look_up_digits(struct currency c)
{
	static int8_t digits_plus_one[CODES];
	static bool is_filled;
	int index = code_index(c.code);

	if (!is_filled) {
		for (size_t i = 0; i < sizeof currencies / sizeof currencies[0]; i++)
			digits_plus_one[code_index(currencies[i].code)] = (int8_t)(currencies[i].digits + 1);
		is_filled = true;
	}
	return index == -1 || c.code[3] != '\0' ? -1 : digits_plus_one[index] - 1;
}

/* One follows another of the same nearly always. */
int
currency_digits(struct currency c)
{
	static struct currency last;
	static int last_digits = -1;

	if (memcmp(&c, &last, sizeof c) != 0) {
		last_digits = look_up_digits(c);
		last = c;
	}
	return last_digits;
}

bool
currency_parse(struct slice code, struct currency *out)
{
	struct currency c = { "" };

	if (code.len != 3)
		return false;
	for (size_t i = 0; i < 3; i++) {
		char letter = code.ptr[i];

		c.code[i] = (char)(letter >= 'a' && letter <= 'z' ? letter - 'a' + 'A' : letter);
	}
	if (currency_digits(c) == -1)
		return false;
	*out = c;
	return true;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

__int128
money_ten_thousandths(int64_t minor, int digits)
{
	__int128 n = minor;

	for (; digits < MONEY_DIGITS_MAX; digits++)
		n *= 10;
	return n;
}

/* Exactly one optional minus, digits, and optionally a point with digits behind it. */
static bool
is_plain_decimal(struct slice text)
{
	const char *p = text.ptr, *end = text.ptr + text.len;

	if (p < end && *p == '-')
		p++;
	if (p == end || !is_digit(*p))
		return false;
	while (p < end && is_digit(*p))
		p++;
	if (p == end)
		return true;
	if (*p++ != '.' || p == end)
		return false;
	while (p < end && is_digit(*p))
		p++;
	return p == end;
}

static bool
push_digit(int64_t *n, int digit)
{
	*n = *n * 10 + digit;
	return *n <= MONEY_MINOR_MAX;
}

enum status
money_parse(struct slice text, struct currency c, int64_t *minor)
{
	int missing = currency_digits(c);
	bool is_fraction = false;
	int64_t n = 0;

	if (missing == -1 || text.len == 0 || !is_plain_decimal(text))
		return ST_BAD_VALUE;
	for (size_t i = text.ptr[0] == '-'; i < text.len; i++) {
		char digit = text.ptr[i];

		if (digit == '.') {
			is_fraction = true;
			continue;
		}
		if (is_fraction && missing == 0) {
			if (digit != '0')
				return ST_OUT_OF_RANGE;
			continue;
		}
		missing -= is_fraction;
		if (!push_digit(&n, digit - '0'))
			return ST_OUT_OF_RANGE;
	}
	for (; missing > 0; missing--)
		if (!push_digit(&n, 0))
			return ST_OUT_OF_RANGE;
	*minor = text.ptr[0] == '-' ? -n : n;
	return ST_OK;
}

int
decimal_format(money_wide_t n, int decimals, char out[static MONEY_WIDE_TEXT_MAX])
{
	__extension__ unsigned __int128 rest = n < 0 ? -(unsigned __int128)n : (unsigned __int128)n;
	int written = 0, len;
	char backwards[MONEY_WIDE_TEXT_MAX];

	do {
		if (written == decimals && written > 0)
			backwards[written++] = '.';
		backwards[written++] = (char)('0' + (int)(rest % 10));
		rest /= 10;
	} while (rest > 0 || (decimals > 0 && written <= decimals + 1));
	if (n < 0)
		backwards[written++] = '-';
	for (len = 0; len < written; len++)
		out[len] = backwards[written - 1 - len];
	out[len] = '\0';
	return len;
}

money_wide_t
decimal_divide(money_wide_t n, money_wide_t by)
{
	money_wide_t quotient = n / by, rest = n % by, twice = 2 * (rest < 0 ? -rest : rest);

	if (twice > by || (twice == by && quotient % 2 != 0))
		quotient += n < 0 ? -1 : 1;
	return quotient;
}

int
money_format_wide(money_wide_t minor, struct currency c, char out[static MONEY_WIDE_TEXT_MAX])
{
	return decimal_format(minor, currency_digits(c), out);
}

int
money_format(int64_t minor, struct currency c, char out[static MONEY_TEXT_MAX])
{
	uint64_t rest = minor < 0 ? -(uint64_t)minor : (uint64_t)minor;
	int decimals = currency_digits(c), len;
	char backwards[MONEY_TEXT_MAX], *end = backwards + sizeof backwards, *p = end;

	*--p = '\0';
	for (int written = 0; rest > 0 || written <= decimals || written == 0; written++, rest /= 10) {
		if (written == decimals && written > 0)
			*--p = '.';
		*--p = (char)('0' + rest % 10);
	}
	if (minor < 0)
		*--p = '-';
	len = (int)(end - p);
	memcpy(out, p, (size_t)len);
	return len - 1;
}
