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
#include "currency.def"
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

int
currency_digits(struct currency c)
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
money_format(int64_t minor, struct currency c, char out[static MONEY_TEXT_MAX])
{
	uint64_t rest = minor < 0 ? -(uint64_t)minor : (uint64_t)minor;
	int decimals = currency_digits(c), written = 0, len;
	char backwards[MONEY_TEXT_MAX];

	do {
		if (written == decimals && written > 0)
			backwards[written++] = '.';
		backwards[written++] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0 || (decimals > 0 && written <= decimals + 1));
	if (minor < 0)
		backwards[written++] = '-';
	for (len = 0; len < written; len++)
		out[len] = backwards[written - 1 - len];
	out[len] = '\0';
	return len;
}
