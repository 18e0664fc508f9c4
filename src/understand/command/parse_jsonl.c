/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "parse_jsonl.h"

#include <stdlib.h>

#include <jansson.h>

#include "parse_input.h"

static const char *const category_names[CATEGORY_KINDS] = { "Food", "Transport", "Shopping", "Entertainment", "Other" };
static const char *const verdict_names[] = { "expenses", "no_thing", "no_amount", "nothing", "too_many" };

static json_t *
json_of(struct slice s)
{
	return s.len == 0 ? json_null() : json_stringn(s.ptr, s.len);
}

static json_t *
json_of_amount(int64_t minor, struct currency currency)
{
	char text[MONEY_TEXT_MAX];

	return json_stringn(text, (size_t)money_format(minor, currency, text));
}

/* More decimals than the currency has: an exchange rate, a price of shares. */
static json_t *
json_of_decimal(int64_t value, unsigned decimals)
{
	char text[32], *p = text + sizeof text - 1;
	uint64_t rest = value < 0 ? (uint64_t)-value : (uint64_t)value;

	*p = '\0';
	for (unsigned i = 0; i <= decimals || rest > 0; i++, rest /= 10) {
		if (i == decimals && decimals > 0)
			*--p = '.';
		*--p = (char)('0' + rest % 10);
	}
	if (value < 0)
		*--p = '-';
	return json_string(p);
}

static json_t *
json_of_day(day_t day)
{
	char text[DAY_TEXT_LEN];

	day_format(day, text);
	return json_stringn(text, sizeof text);
}

static json_t *
json_of_expense(const struct understood_expense *e, bool is_currency_named, const struct parse_input *input)
{
	return json_pack("{s:o, s:o, s:o, s:b, s:o, s:s, s:i, s:s*, s:o, s:b}",
	    "description", json_of(e->description),
	    "amount", json_of_amount(e->amount_minor, e->currency),
	    "currency", is_currency_named ? json_string(e->currency.code) : json_null(),
	    "currency_is_guess", (int)e->is_currency_guessed,
	    "date", json_of_day(e->day),
	    "category", category_names[e->category],
	    "category_confidence", (int)e->category_confidence,
	    "own_category", e->own_category == 0 ? NULL : input->categories[e->own_category - 1],
	    "account", json_of(e->account),
	    "account_is_own", (int)(e->own_account > 0));
}

static json_t *
json_of_bare_amount(const struct understood_amount *a)
{
	bool is_exact = (int)a->decimals <= currency_digits(a->currency);

	return json_pack("{s:o, s:o, s:b}", "amount", is_exact ? json_of_amount(a->minor, a->currency) : json_of_decimal(a->value, a->decimals),
	    "currency", a->is_currency_named ? json_string(a->currency.code) : json_null(), "currency_is_guess", (int)a->is_currency_guessed);
}

static json_t *
json_of_understanding(const struct understanding *u, const struct parse_input *input)
{
	json_t *expenses = json_array(), *amounts = json_array();
	enum category_kind kind = u->expense_count > 0 ? u->expenses[0].category : understand_category(input->understand.text, NULL);

	for (size_t i = 0; i < u->expense_count; i++)
		json_array_append_new(expenses, json_of_expense(&u->expenses[i], u->named_currencies >> i & 1, input));
	for (size_t i = 0; i < u->amount_count; i++)
		json_array_append_new(amounts, json_of_bare_amount(&u->amounts[i]));
	return json_pack("{s:o, s:o, s:o*, s:s, s:s, s:s, s:i, s:o}",
	    "expenses", expenses,
	    "amounts", amounts,
	    "date", u->has_day ? json_of_day(u->day) : NULL,
	    "category", category_names[kind],
	    "verdict", verdict_names[u->verdict],
	    "language", language_tag(u->language),
	    "confidence", (int)u->confidence,
	    "subject", json_of(u->subject));
}

static json_t *
error_of(const char *text)
{
	return json_pack("{s:s}", "error", text);
}

static json_t *
answer(const char *line, size_t len)
{
	static struct understanding understanding;
	static struct parse_input input;
	json_t *object = json_loadb(line, len, 0, NULL), *result;

	if (!parse_input_read(object, &input)) {
		result = error_of("not a JSON object with a text");
	} else if (input.understand.text.len > UNDERSTAND_TEXT_MAX) {
		result = error_of("the text is too long");
	} else {
		understand(&input.understand, &understanding);
		result = json_of_understanding(&understanding, &input);
	}
	json_decref(object);
	return result;
}

int
parse_jsonl_run(FILE *in, FILE *out)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t len;

	while ((len = getline(&line, &cap, in)) > 0) {
		json_t *result = answer(line, (size_t)len);

		json_dumpf(result, out, JSON_COMPACT);
		json_decref(result);
		fputc('\n', out);
		fflush(out);
	}
	free(line);
	return ferror(out) ? 1 : 0;
}
