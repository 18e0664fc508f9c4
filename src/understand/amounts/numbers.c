/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "numbers.h"

#include <strings.h>

#include "understand/text/tokens.h"

bool
number_scale(int64_t *value, uint8_t *decimals, int power)
{
	for (; power > 0 && *decimals > 0; power--)
		(*decimals)--;
	for (; power > 0; power--) {
		if (*value > NUMBER_MAX / 10)
			return false;
		*value *= 10;
	}
	return true;
}

static size_t
count_digits(const struct chars *chars, size_t at)
{
	size_t n = 0;

	while (char_is_digit(chars->folded[at + n]))
		n++;
	return n;
}

static bool
append_digits(const struct chars *chars, size_t at, size_t count, struct number *n)
{
	for (size_t i = 0; i < count; i++) {
		if (n->value > NUMBER_MAX / 10)
			return false;
		n->value = n->value * 10 + (chars->folded[at + i] - '0');
	}
	return true;
}

/* The separator at a position, as ',' '.' or '\''; 0 for none. */
static char
separator_at(const struct chars *chars, size_t at)
{
	uint16_t c = chars->folded[at];

	if (!char_is_digit(chars->folded[at + 1]))
		return 0;
	if (c == CHAR_WIDE_COMMA)
		return chars_is_wide(chars, at + 1) ? ',' : 0;
	return c == ',' || c == '.' || c == '\'' ? (char)c : 0;
}

static bool
is_any_of(struct slice locale, const char *const *tags, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (locale.len >= 2 && strncasecmp(locale.ptr, tags[i], 2) == 0 && (locale.len == 2 || locale.ptr[2] == '-'))
			return true;
	return false;
}

/* Where 1.234 is a thousand and more. */
static bool
locale_groups_with_points(struct slice locale)
{
	static const char *const tags[] = { "de", "es", "it", "pt", "nl", "id", "tr", "da", "nb", "no", "sv", "fi", "vi", "el", "ca", "ro", "hr",
		"sl", "fr", "pl", "cs", "hu", "bg", "ru", "uk" };

	return is_any_of(locale, tags, sizeof tags / sizeof tags[0]);
}

/* Where 1 234 567 is one number, if what follows the blanks is always three digits. */
static bool
locale_groups_with_blanks(struct slice locale)
{
	static const char *const tags[] = { "fr", "de", "it", "es", "pt", "sv", "nb", "no", "da", "fi", "ru", "uk", "bg", "pl", "cs", "hu", "ro", "ca",
		"hr", "sl", "ka", "mn" };

	return is_any_of(locale, tags, sizeof tags / sizeof tags[0]);
}

/* The length of ".. 000 000" with blanks, behind at most three digits. */
static bool
read_blank_groups(const struct chars *chars, size_t first_len, struct slice locale, struct number *n)
{
	size_t end = n->end;

	if (first_len > 3 || n->value == 0 || chars->folded[end] != ' ' || count_digits(chars, end + 1) != 3 || !locale_groups_with_blanks(locale))
		return false;
	for (; chars->folded[end] == ' ' && count_digits(chars, end + 1) == 3; end += 4)
		if (!append_digits(chars, end + 1, 3, n))
			return false;
	n->end = end;
	return true;
}

/* Whether the separator before the group is between thousands, as what stands around it tells. */
static bool
is_grouping(const struct chars *chars, size_t at, char separator, size_t first_len, char grouped_with, struct slice locale)
{
	size_t len = count_digits(chars, at + 1);
	char after;

	if (grouped_with != 0 && separator != grouped_with)
		return false;
	if (len == 2 && separator == ',' && separator_at(chars, at + 3) == ',')    /* 1,25,000 */
		return first_len <= 2;
	if (len != 3 || first_len > 3)
		return false;
	if (grouped_with != 0 || separator != '.')
		return true;
	after = separator_at(chars, at + 4);
	return after == ',' || after == '.' || locale_groups_with_points(locale);
}

static void
read_decimals(const struct chars *chars, char separator, struct slice locale, struct number *n)
{
	size_t len = count_digits(chars, n->end + 1), most = separator == '.' ? DECIMALS_MAX : separator == ',' ? 2 : 0;

	if (separator == ',' && len > 3 && locale_groups_with_points(locale))
		most = DECIMALS_MAX;
	if (len == 0 || len > most || n->value > NUMBER_MAX / 10000000)       /* room for DECIMALS_MAX of them */
		return;
	(void)append_digits(chars, n->end + 1, len, n);
	n->decimals = (uint8_t)len;
	n->end += 1 + len;
}

/* "1 . 6", as texts have it that were cut into words before. */
static void
read_spaced_decimals(const struct chars *chars, struct number *n)
{
	const uint16_t *c = chars->folded + n->end;
	size_t len;

	if (n->decimals > 0 || c[0] != ' ' || c[1] != '.' || c[2] != ' ' || !char_is_digit(c[3]))
		return;
	len = count_digits(chars, n->end + 3);
	if (len > 4 || n->value > NUMBER_MAX / 100000)
		return;
	(void)append_digits(chars, n->end + 3, len, n);
	n->decimals = (uint8_t)len;
	n->end += 3 + len;
}

bool
numbers_read_digits(const struct chars *chars, size_t at, struct slice locale, struct number *out)
{
	size_t first_len = count_digits(chars, at), end = at + first_len;
	char grouped_with = 0, separator;

	*out = (struct number){ 0 };
	if (!append_digits(chars, at, first_len, out))
		return false;
	while ((separator = separator_at(chars, end)) != 0 &&
	    is_grouping(chars, end, separator, chars->folded[at] == '0' ? 9 : first_len, grouped_with, locale)) {
		size_t len = count_digits(chars, end + 1);

		if (!append_digits(chars, end + 1, len, out))
			return false;
		grouped_with = separator;
		end += 1 + len;
	}
	out->end = end;
	if (grouped_with == 0 && read_blank_groups(chars, first_len, locale, out))
		separator = separator_at(chars, out->end);
	if (separator != grouped_with)
		read_decimals(chars, separator, locale, out);
	read_spaced_decimals(chars, out);
	return true;
}

/* 0 to 9, a power of ten from 10 on, or -1. */
static int
han_value(uint16_t c)
{
	static const struct { uint16_t c; int value; } values[] = { { 0x96F6, 0 }, { 0x3007, 0 }, { 0x4E00, 1 }, { 0x4E8C, 2 }, { 0x4E09, 3 },
		{ 0x56DB, 4 }, { 0x4E94, 5 }, { 0x516D, 6 }, { 0x4E03, 7 }, { 0x516B, 8 }, { 0x4E5D, 9 }, { 0x5169, 2 }, { 0x4E24, 2 },
		{ 0x5341, 10 }, { 0x767E, 100 }, { 0x5343, 1000 }, { 0x842C, 10000 }, { 0x4E07, 10000 }, { 0x5104, 100000000 },
		{ 0x4EBF, 100000000 }, { 0x58F9, 1 }, { 0x8CB3, 2 }, { 0x53C1, 3 }, { 0x8086, 4 }, { 0x4F0D, 5 }, { 0x62FE, 10 }, { 0x4F70, 100 } };

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		if (values[i].c == c)
			return values[i].value;
	return -1;
}

struct han {
	int64_t total;          /* of the ten thousands done with */
	int64_t section;        /* below ten thousand */
	int64_t digit;          /* read and waiting for its unit; -1 is none */
	int64_t last_unit;      /* what the last unit was worth, for the short form 三百五 */
	bool    has_zero;
	int     digits_in_row;
};

enum { HAN_PART_MAX = 1000000000 };

static bool
han_digit(struct han *h, int value)
{
	h->has_zero |= value == 0;
	h->digit = h->digits_in_row > 0 ? h->digit * 10 + value : value;       /* 二〇二六 */
	h->digits_in_row++;
	return h->digit < HAN_PART_MAX;
}

static bool
han_unit(struct han *h, int unit)
{
	if (unit < 10000) {
		h->section += (h->digit <= 0 ? 1 : h->digit) * unit;
	} else {
		h->section += h->digit < 0 ? 0 : h->digit;
		if (h->total + h->section > NUMBER_MAX / unit)
			return false;
		if (unit == 10000)
			h->total += h->section * unit;
		else
			h->total = (h->total + h->section) * unit;
		h->section = 0;
	}
	h->digit = -1;
	h->digits_in_row = 0;
	h->last_unit = unit;
	h->has_zero = false;
	return h->section < HAN_PART_MAX;
}

static int64_t
han_result(const struct han *h)
{
	int64_t rest = h->digit < 0 ? 0 : h->digit;

	if (h->last_unit >= 100 && !h->has_zero && h->digits_in_row == 1)
		rest *= h->last_unit / 10;
	return h->total + h->section + rest;
}

bool
numbers_read_han(const struct chars *chars, size_t at, struct number *out)
{
	struct han h = { .digit = -1 };
	size_t end = at;
	int value;

	while (end < at + 16 && (value = han_value(chars->folded[end])) >= 0) {
		if (!(value < 10 ? han_digit(&h, value) : han_unit(&h, value)))
			return false;
		end++;
	}
	if (end == at || (end == at + 1 && h.last_unit > 10))      /* 百 alone is a name's beginning more often */
		return false;
	*out = (struct number){ .end = end, .value = han_result(&h), .is_in_words = true, .is_scaled = h.last_unit >= 10 && end > at + 1 };
	return out->value >= 0 && out->value <= NUMBER_MAX;
}
