/* SPDX-License-Identifier: MIT */
/* Numbers that are no money: counts, parts of names, codes. */
#include "config.h"

#include "amounts_parts.h"

#include "number_words.h"

enum { PHONE_DIGITS = 8, JOINED_DIGITS = 7, COUNTER_MAX = 10, SERIES_MAX = 50 };

static uint16_t
char_behind(const struct reading *r, const struct token *t)
{
	return r->tokens->chars->folded[t->end];
}

static size_t
make_count(const struct reading *r, size_t i, size_t used, int64_t count, bool is_countable, struct token *out)
{
	if (used > r->tokens->count - i)         /* the row of tokens was full */
		used = r->tokens->count - i;
	*out = *token_at(r, i);
	out->kind = TOKEN_COUNT;
	out->sense = 0;
	out->value = count;
	out->is_countable = is_countable;
	out->end = token_at(r, i + used - 1)->end;
	return used;
}

/* "x2", "2x" */
static size_t
read_times(const struct reading *r, size_t i, struct token *out)
{
	const struct token *first = token_at(r, i), *second = token_at(r, i + 1);

	if (token_is(first, WORD_TIMES) && is_number(second) && second->decimals == 0)
		return make_count(r, i, 2, second->value, true, out);
	if (!is_number(first) || first->decimals > 0 || is_number(token_at(r, i + 2)))
		return 0;
	if (token_is(second, WORD_TIMES) && !second->is_spaced)
		return make_count(r, i, 2, first->value, true, out);
	return 0;
}

/* 3塊 and 3 dollars are money, unless a few pieces of what follows at once. */
static bool
is_counted(const struct reading *r, size_t at, int64_t value)
{
	const struct token *unit = token_at(r, at), *next = token_at(r, at + 1);

	if (!token_is(unit, WORD_CURRENCY))
		return true;
	return value < COUNTER_MAX && !next->is_spaced && (next->kind == TOKEN_TEXT || token_is(next, WORD_THING));
}

static size_t
read_count_words(const struct reading *r, size_t i, int64_t *value)
{
	struct token n = { 0 };
	size_t used = token_at(r, i)->sense == 0 ? 0 : number_words_read(r, i, false, &n);

	*value = n.value;
	return n.decimals > 0 ? 0 : used;
}

static size_t
read_with_unit(const struct reading *r, size_t i, struct token *out)
{
	size_t used = 1;
	int64_t value = token_at(r, i)->value;
	const struct sense *s;

	if (!is_number(token_at(r, i)))
		used = read_count_words(r, i, &value);
	s = used == 0 ? NULL : token_sense(token_at(r, i + used), WORD_UNIT);
	if (s == NULL || !is_counted(r, i + used, value))
		return 0;
	if (used == 1 && token_at(r, i)->decimals > 0 && (s->value == 1 || token_is(token_at(r, i + 1), WORD_CLOCK)))
		return 0;
	used = make_count(r, i, used + 1, value, s->value == 1, out);
	out->is_people = s->value == 2;
	return used;
}

/* "12-pack", "4K", "50%" */
static bool
is_part_of_word(const struct reading *r, size_t i)
{
	const struct token *t = token_at(r, i), *next = token_at(r, i + 1);
	uint16_t c = char_behind(r, t);

	if (c == '%' || token_is_mark(r->tokens, next, '%') || token_is(next, WORD_PERCENT))
		return true;
	if (c == '-' && char_class(r->tokens->chars->folded[t->end + 1]) == CHAR_LETTER)
		return true;
	return char_class(c) == CHAR_LETTER && next->kind == TOKEN_TEXT && next->end - next->begin <= 2 &&
	    !token_is(next, WORD_MAGNITUDE) && !token_is(next, WORD_CURRENCY);
}

/* "2024-1101", "555-1234": how many tokens are one number of many parts that is no amount; 0 for none. */
static size_t
read_joined_digits(const struct reading *r, size_t i)
{
	size_t at = i, digits = 0;

	for (;; at += 2) {
		const struct token *t = token_at(r, at), *mark = token_at(r, at + 1), *next = token_at(r, at + 2);

		if (!is_number(t) || t->decimals > 0 || t->is_in_words)
			return 0;
		digits += (size_t)(t->end - t->begin);
		if (!token_is_mark(r->tokens, mark, '-') || mark->is_spaced || next->is_spaced || !is_number(next))
			break;
	}
	return at > i && digits >= JOINED_DIGITS ? at + 1 - i : 0;
}

/* Leading zeros, or more digits than an amount without separators has. */
static bool
is_code(const struct reading *r, const struct token *t)
{
	const uint16_t *c = r->tokens->chars->folded + t->begin;
	size_t len = (size_t)(t->end - t->begin);

	if (t->is_in_words)
		return false;
	if (len >= PHONE_DIGITS)
		return t->decimals == 0 && c[1] != ',' && c[2] != ',' && c[3] != ',';
	return len > 1 && c[0] == '0' && char_is_digit(c[1]);
}

/* "iPhone 15" is a name and "iPhone 900" a price; a room is always a name. */
static bool
is_in_series(const struct token *before, const struct token *t)
{
	return token_is(before, WORD_SERIES) && t->decimals == 0 && (t->value < SERIES_MAX || !token_is(before, WORD_THING));
}

static bool
is_led_by_mark(const struct reading *r, size_t reduced, const struct token *t)
{
	const struct token *before = reduced > 0 ? &r->tokens->at[reduced - 1] : &nothing;

	if ((token_is(before, WORD_IN) || token_is(before, WORD_YEAR_LEAD)) && t->value >= 1900 && t->value <= 2100)       /* "in 2025" */
		return true;
	return token_is(before, WORD_ORDINAL) || token_is_mark(r->tokens, before, '#') || is_in_series(before, t);
}

size_t
amounts_read_count(const struct reading *r, size_t i, size_t reduced, struct token *out)
{
	const struct token *t = token_at(r, i);
	bool is_money = reduced > 0 && token_is(&r->tokens->at[reduced - 1], WORD_CURRENCY);
	size_t used = read_times(r, i, out);

	if (used > 0 || is_money)
		return used;
	used = read_with_unit(r, i, out);
	if (used > 0 || !is_number(t))
		return used;
	used = read_joined_digits(r, i);
	if (used > 0)
		return make_count(r, i, used, t->value, false, out);
	if (is_part_of_word(r, i))
		return make_count(r, i, char_behind(r, t) == '-' ? 3 : 2, t->value, false, out);
	if (t->is_in_words || token_is(token_at(r, i + 1), WORD_CURRENCY))
		return 0;
	if (is_code(r, t) || is_led_by_mark(r, reduced, t))
		return make_count(r, i, 1, t->value, false, out);
	return 0;
}
