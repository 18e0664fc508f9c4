/* SPDX-License-Identifier: MIT */
/* See price.h. */
#include "config.h"

#include "price.h"

#include <string.h>

#include "options.h"

enum { MICRO_DIGITS = 6, MILLION = 1000000 };
static const int64_t MICROS_MAX = (int64_t)MILLION * MILLION;

/* The next word of the text, between single blanks. */
static struct slice
next_word(const char **text)
{
	struct slice word = { *text, strcspn(*text, " ") };

	*text += word.len + ((*text)[word.len] == ' ');
	return word;
}

bool
price_read_micros(struct slice word, int64_t *micros)
{
	size_t at = 0, places = 0;
	bool has_point = false;

	*micros = 0;
	for (; at < word.len; at++) {
		char c = word.ptr[at];

		if (c == '.' && !has_point && at > 0) {
			has_point = true;
			continue;
		}
		if (c < '0' || c > '9' || (places += has_point) > MICRO_DIGITS || *micros > MICROS_MAX)
			return false;
		*micros = *micros * 10 + (c - '0');
	}
	for (; places < MICRO_DIGITS && *micros <= MICROS_MAX; places++)
		*micros *= 10;
	return word.len > 0 && word.ptr[word.len - 1] != '.' && *micros <= MICROS_MAX;
}

bool
price_parse(const char *text, struct price *price)
{
	return day_parse(next_word(&text), &price->from) && currency_parse(next_word(&text), &price->currency) &&
	    price_read_micros(next_word(&text), &price->input_micros) && price_read_micros(next_word(&text), &price->output_micros) && *text == '\0';
}

bool
price_on(const struct option_list *prices, day_t day, struct price *price)
{
	bool is_known = false;

	for (size_t i = 0; i < prices->count; i++) {
		struct price candidate;

		if (!price_parse(prices->items[i], &candidate) || candidate.from > day || (is_known && candidate.from < price->from))
			continue;
		*price = candidate;
		is_known = true;
	}
	return is_known;
}

int64_t
price_of(const struct price *price, int64_t input_tokens, int64_t output_tokens)
{
	money_wide_t cost = (money_wide_t)price->input_micros * input_tokens + (money_wide_t)price->output_micros * output_tokens;

	return (int64_t)decimal_divide(cost, MILLION);
}
