/* SPDX-License-Identifier: MIT */
/* See reply.h; the sentences are in texts.def. */
#include "config.h"

#include "reply.h"

#include <stdio.h>
#include <string.h>

enum text_name {
#define TEXT(name, en, zh_hant, zh_hans, ja) TEXT_##name,
#include "texts.def"
#undef TEXT
	TEXTS
};

static const char *const texts[TEXTS][LANGUAGES] = {
#define TEXT(name, en, zh_hant, zh_hans, ja) { en, zh_hant, zh_hans, ja },
#include "texts.def"
#undef TEXT
};

enum { VALUES_MAX = 4 };

/* Append a text with its {1} to {4} filled in. */
static void
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

void
reply_amount(struct buf *out, int64_t minor, struct currency currency)
{
	char digits[MONEY_TEXT_MAX];
	size_t len = (size_t)money_format(minor < 0 ? -minor : minor, currency, digits);
	const char *sign = sign_of(currency);

	if (minor < 0)
		buf_append_char(out, '-');
	if (sign != NULL)
		buf_append_text(out, sign);
	say_grouped(out, digits, length_without_zeros(digits, len));
	if (sign == NULL) {
		buf_append_char(out, ' ');
		buf_append_text(out, currency.code);
	}
}

/* The day and the account, each after a separator. */
static void
say_details(struct buf *out, enum language language, const struct reply_expense *expense, day_t today)
{
	char day[DAY_TEXT_LEN];

	if (expense->day != today) {
		say(out, language, TEXT_detail_separator, NULL);
		day_format(expense->day, day);
		buf_append(out, day, sizeof day);
	}
	if (expense->account.len > 0) {
		say(out, language, TEXT_detail_separator, NULL);
		buf_append_slice(out, expense->account);
	}
}

static void
say_expense(struct buf *out, enum language language, enum text_name form, const struct reply_expense *expense, day_t today)
{
	struct buf amount = BUF_INIT, details = BUF_INIT;
	struct slice values[VALUES_MAX] = { expense->description };

	reply_amount(&amount, expense->amount_minor, expense->currency);
	say_details(&details, language, expense, today);
	values[1] = buf_slice(&amount);
	values[2] = expense->category;
	values[3] = buf_slice(&details);
	say(out, language, form, values);
	buf_fini(&amount);
	buf_fini(&details);
}

/* Whether an earlier expense has the same currency, so that its total was said there. */
static bool
has_earlier(const struct reply_expense *expenses, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(expenses[i].currency.code, expenses[at].currency.code) == 0)
			return true;
	return false;
}

/* "NT$250 + US$12": the sum in each currency, in the order of their first expense. */
static void
say_totals(struct buf *out, const struct reply_expense *expenses, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int64_t sum = 0;         /* at most 20 amounts of at most 10^15 */

		if (has_earlier(expenses, i))
			continue;
		for (size_t j = i; j < count; j++)
			if (strcmp(expenses[j].currency.code, expenses[i].currency.code) == 0)
				sum += expenses[j].amount_minor;
		if (i > 0)
			buf_append_literal(out, " + ");
		reply_amount(out, sum, expenses[i].currency);
	}
}

void
reply_recorded(struct buf *out, enum language language, const struct reply_expense *expenses, size_t count, day_t today)
{
	struct buf number = BUF_INIT, totals = BUF_INIT;
	struct slice values[VALUES_MAX];

	if (count == 1) {
		say_expense(out, language, TEXT_recorded_one, &expenses[0], today);
		return;
	}
	buf_append_uint(&number, count);
	say_totals(&totals, expenses, count);
	values[0] = buf_slice(&number);
	values[1] = buf_slice(&totals);
	say(out, language, TEXT_recorded_many, values);
	for (size_t i = 0; i < count; i++) {
		buf_append_char(out, '\n');
		say_expense(out, language, TEXT_recorded_line, &expenses[i], today);
	}
	buf_fini(&number);
	buf_fini(&totals);
}

static void
ask_thing(struct buf *out, const struct understanding *result, struct currency home)
{
	struct buf amount = BUF_INIT;
	struct slice value;

	if (result->amount_count > 0) {
		struct currency named = result->amounts[0].currency;

		reply_amount(&amount, result->amounts[0].minor, named.code[0] != '\0' ? named : home);
	}
	value = buf_slice(&amount);
	say(out, result->language, TEXT_ask_thing, &value);
	buf_fini(&amount);
}

static void
say_too_many(struct buf *out, enum language language)
{
	struct buf number = BUF_INIT;
	struct slice value;

	buf_append_uint(&number, UNDERSTAND_EXPENSES_MAX);
	value = buf_slice(&number);
	say(out, language, TEXT_too_many, &value);
	buf_fini(&number);
}

void
reply_verdict(struct buf *out, const struct understanding *result, struct currency home)
{
	switch (result->verdict) {
	case VERDICT_NO_THING:
		ask_thing(out, result, home);
		break;
	case VERDICT_NO_AMOUNT:
		say(out, result->language, TEXT_ask_amount, &result->subject);
		break;
	case VERDICT_TOO_MANY:
		say_too_many(out, result->language);
		break;
	case VERDICT_EXPENSES:
	case VERDICT_NOTHING:
		say(out, result->language, TEXT_nothing, NULL);
		break;
	}
}

void
reply_waiting(struct buf *out, enum language language)
{
	say(out, language, TEXT_waiting, NULL);
}

void
reply_failed(struct buf *out, enum language language)
{
	say(out, language, TEXT_failed, NULL);
}
