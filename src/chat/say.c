/* SPDX-License-Identifier: MIT */
/* See say.h; the sentences are in texts.def. */
#include "config.h"

#include "say.h"

#include <stdio.h>
#include <string.h>

static const char *const texts[TEXTS][LANGUAGES] = {
#define TEXT(name, en, zh_hant, zh_hans, ja) { en, zh_hant, zh_hans, ja },
#include "texts.def"
#undef TEXT
};

const char *
say_text(enum language language, enum text_name name)
{
	return texts[name][language];
}

void
say(struct buf *out, enum language language, enum text_name name, const struct slice *values)
{
	const char *text = texts[name][language];
	const char *brace;

	while ((brace = strchr(text, '{')) != NULL && brace[1] >= '1' && brace[1] <= '0' + VALUES_MAX && brace[2] == '}') {
		buf_append(out, text, (size_t)(brace - text));
		buf_append_slice(out, values[brace[1] - '1']);
		text = brace + 3;
	}
	buf_append_text(out, text);
}

void
say_with(struct buf *out, enum language language, enum text_name name, struct slice value)
{
	struct slice values[VALUES_MAX] = { value };

	say(out, language, name, values);
}

struct slice
category_kind_name(enum category_kind kind, enum language language)
{
	static const enum text_name names[CATEGORY_KINDS] = {
		[CATEGORY_FOOD] = TEXT_category_food, [CATEGORY_TRANSPORT] = TEXT_category_transport,
		[CATEGORY_SHOPPING] = TEXT_category_shopping, [CATEGORY_ENTERTAINMENT] = TEXT_category_entertainment,
		[CATEGORY_OTHER] = TEXT_category_other,
	};

	return slice_of(texts[names[kind]][language]);
}

/* The signs that name one currency wherever they are read; the others are shown by code. */
static const struct {
	char        code[4];
	const char *sign;
} signs[] = {
	{ "TWD", "NT$" }, { "USD", "US$" }, { "HKD", "HK$" }, { "SGD", "S$" }, { "EUR", "€" }, { "GBP", "£" },
	{ "JPY", "¥" }, { "CNY", "CN¥" }, { "KRW", "₩" }, { "AUD", "A$" }, { "CAD", "CA$" }, { "INR", "₹" },
	{ "THB", "฿" }, { "VND", "₫" },
};

static const char *
sign_of(struct currency currency)
{
	for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
		if (strcmp(signs[i].code, currency.code) == 0)
			return signs[i].sign;
	return NULL;
}

/* The length of "20.00" without decimals that are all zero. */
static size_t
length_without_zeros(const char *text, size_t len)
{
	const char *point = memchr(text, '.', len);

	if (point == NULL || strspn(point + 1, "0") != len - (size_t)(point + 1 - text))
		return len;
	return (size_t)(point - text);
}

/* "35000.50" with a comma before every three digits of its whole part. */
static void
say_grouped(struct buf *out, const char *digits, size_t len)
{
	size_t whole = strcspn(digits, ".");

	if (whole > len)
		whole = len;
	for (size_t i = 0; i < whole; i++) {
		if (i > 0 && (whole - i) % 3 == 0)
			buf_append_char(out, ',');
		buf_append_char(out, digits[i]);
	}
	buf_append(out, digits + whole, len - whole);
}

/* What people write behind their own money's numbers; NULL for other money. */
static const char *
unit_of(enum language language, struct currency currency)
{
	if (language == LANGUAGE_JA && strcmp(currency.code, "JPY") == 0)
		return "円";
	return language == LANGUAGE_ZH_HANS && strcmp(currency.code, "CNY") == 0 ? "元" : NULL;
}

void
say_amount(struct buf *out, enum language language, int64_t minor, struct currency currency)
{
	char digits[MONEY_TEXT_MAX];
	size_t len = (size_t)money_format(minor < 0 ? -minor : minor, currency, digits);
	const char *unit = unit_of(language, currency), *sign = unit == NULL ? sign_of(currency) : NULL;

	if (minor < 0)
		buf_append_char(out, '-');
	if (sign != NULL)
		buf_append_text(out, sign);
	say_grouped(out, digits, length_without_zeros(digits, len));
	if (unit != NULL) {
		buf_append_text(out, unit);
	} else if (sign == NULL) {
		buf_append_char(out, ' ');
		buf_append_text(out, currency.code);
	}
}

static void
say_year(struct buf *out, enum language language, int year)
{
	buf_append_uint(out, (uint64_t)year);
	if (language != LANGUAGE_EN)
		buf_append_literal(out, "年");
}

void
say_day(struct buf *out, enum language language, day_t day, day_t today)
{
	static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	int year, month, mday, this_year, unused;

	day_to_civil(day, &year, &month, &mday);
	day_to_civil(today, &this_year, &unused, &unused);
	if (language == LANGUAGE_EN) {
		buf_printf(out, "%s %d", months[month - 1], mday);
		if (year != this_year)
			buf_append_literal(out, ", ");
	}
	if (year != this_year)
		say_year(out, language, year);
	if (language != LANGUAGE_EN)
		buf_printf(out, "%d月%d日", month, mday);
}
