/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "amounts_parts.h"

#include "money_words.h"
#include "number_words.h"
#include "numbers.h"

static bool
is_capitals(const struct reading *r, const struct token *t)
{
	for (size_t i = t->begin; i < t->end; i++)
		if (!chars_is_capital(r->tokens->chars, i))
			return false;
	return true;
}

/* The row of the currency that the token names here, next to a number; NO_CURRENCY for none. */
static int
currency_of(const struct reading *r, const struct token *t)
{
	const struct sense *s = token_sense(t, WORD_CURRENCY);

	if (s == NULL || (money_words[s->value].sort == MONEY_IS_STRICT && !is_capitals(r, t)))
		return NO_CURRENCY;
	return s->value;
}

static bool
is_specific(int row)
{
	return row != NO_CURRENCY && money_words[row].code[0] != '\0' && money_words[row].family[0] == '\0';
}

/* Of two names of one amount's currency, "20$ baht" or 人民幣 88 元, the one that says more. */
static int
better_currency(int a, int b)
{
	return a == NO_CURRENCY || (is_specific(b) && !is_specific(a)) ? b : a;
}

/* "$20 and 43c": the sign stands before the whole. */
static bool
is_sign_before(const struct reading *r, size_t i, const struct token *out)
{
	return out->currency != NO_CURRENCY && currency_of(r, token_at(r, i)) != NO_CURRENCY;
}

static bool
ends_number(const struct reading *r, size_t at)
{
	const struct token *t = token_at(r, at);

	return t->kind == TOKEN_BREAK || t->kind == TOKEN_PAUSE || currency_of(r, t) != NO_CURRENCY;
}

static bool
is_touching_minus(const struct reading *r, size_t i)
{
	return token_is_mark(r->tokens, token_at(r, i), '-') && !token_at(r, i + 1)->is_spaced;
}

/* A minus and no hyphen: nothing of a word touches it on the left. */
static bool
is_minus(const struct reading *r, size_t i, size_t reduced)
{
	const struct token *t = token_at(r, i), *before = reduced > 0 ? &r->tokens->at[reduced - 1] : &nothing;

	if (!is_touching_minus(r, i))
		return false;
	return t->is_spaced || before->kind == TOKEN_BREAK || before->kind == TOKEN_PAUSE || token_is(before, WORD_CURRENCY) ||
	    char_class(r->tokens->chars->folded[t->begin - 1]) == CHAR_CJK;
}

/* The sign of 12€50: it touches whole units before it and hundredths behind it. */
static bool
is_sign_for_point(const struct reading *r, size_t at)
{
	const struct token *before = token_at(r, at - 1), *sign = token_at(r, at), *part = token_at(r, at + 1), *after = token_at(r, at + 2);

	return is_number(before) && before->decimals == 0 && !sign->is_spaced && is_number(part) && !part->is_spaced && part->decimals == 0 &&
	    part->end - part->begin == 2 && !part->is_in_words && currency_of(r, after) == NO_CURRENCY && !token_is(after, WORD_UNIT) &&
	    (after->is_spaced || after->kind == TOKEN_BREAK || after->kind == TOKEN_PAUSE);
}

/* Whether the currency word at a position is this number's and not the next one's. */
static bool
is_suffix(const struct reading *r, size_t at, const struct token *out)
{
	const struct token *t = token_at(r, at), *next = token_at(r, at + 1);
	int row = currency_of(r, t);
	bool is_sign;

	if (row == NO_CURRENCY)
		return false;
	is_sign = char_class(r->tokens->chars->folded[t->end - 1]) == CHAR_SIGN;
	if (is_sign && out->currency == NO_CURRENCY && is_sign_for_point(r, at))
		return true;
	if (is_sign && is_number(next) && (!next->is_spaced || out->currency != NO_CURRENCY || out->is_in_words))
		return false;
	if (!is_sign && is_number(next) && out->currency != NO_CURRENCY)
		return false;
	return out->currency == NO_CURRENCY || is_specific(row) || !is_specific(out->currency);
}

/* "Canadian" and "australiens" next to a dollar: the row that they make of it. */
static int
nation_of(const struct token *t)
{
	const struct sense *s = token_sense(t, WORD_NATION);

	return s == NULL ? NO_CURRENCY : s->value;
}

static size_t
skip_link(const struct reading *r, size_t at)
{
	const struct token *next = token_at(r, at + 1);

	return at + (token_is(token_at(r, at), WORD_MONEY_LINK) && (currency_of(r, next) != NO_CURRENCY || nation_of(next) != NO_CURRENCY));
}

/* "millones" behind the currency: "75 USD millones". */
static size_t
read_late_power(const struct reading *r, size_t at, struct token *out)
{
	const struct sense *s = token_sense(token_at(r, at), WORD_MAGNITUDE);

	if (s == NULL || s->value < 6 || out->is_scaled || token_at(r, at)->end - token_at(r, at)->begin < 3 ||
	    !number_scale(&out->value, &out->decimals, s->value))
		return 0;
	out->is_scaled = true;
	return 1;
}

/* A nation counts together with the unit behind or before it. */
static size_t
read_nation_and_unit(const struct reading *r, size_t at, struct token *out)
{
	int before = nation_of(token_at(r, at)), unit = currency_of(r, token_at(r, at + (before != NO_CURRENCY)));
	int nation = before != NO_CURRENCY ? before : nation_of(token_at(r, at + 1));

	if (nation == NO_CURRENCY || unit == NO_CURRENCY || out->currency != NO_CURRENCY || money_words[unit].decimals > 0)
		return 0;
	out->currency = (int16_t)(is_specific(unit) ? unit : nation);
	return 2;
}

static size_t
read_suffixes(const struct reading *r, size_t at, struct token *out)
{
	size_t start = at, used;

	at = skip_link(r, at);
	used = read_nation_and_unit(r, at, out);
	if (used > 0)
		return at + used - start;
	for (int names = 0; names < 2 && is_suffix(r, at, out); names++) {
		int row = currency_of(r, token_at(r, at));

		if (money_words[row].decimals > 0 && out->currency == NO_CURRENCY)
			out->decimals = (uint8_t)(out->decimals + money_words[row].decimals);
		out->currency = (int16_t)better_currency(out->currency, row);
		at++;
	}
	return at > start && out->currency == NO_CURRENCY ? 0 : at + read_late_power(r, at, out) - start;
}

static bool
ends_phrase(const struct token *t)
{
	return t->kind == TOKEN_BREAK || t->kind == TOKEN_PAUSE;
}

/* The 5 of 15塊5 is tenths, the 50 of "15 dollars 50" hundredths; 0 for neither. */
static int
decimals_of_bare_part(const struct reading *r, size_t unit_at, size_t at, size_t end, int64_t value)
{
	const struct token *unit = token_at(r, unit_at), *n = token_at(r, at), *next = token_at(r, end);
	bool is_joined = at > unit_at + 1;

	if (value > 99)
		return 0;
	if (token_is(unit, WORD_UNIT) && !is_joined && !n->is_spaced && value < 10 && !token_is(next, WORD_UNIT))
		return 1;
	if (is_sign_for_point(r, unit_at) && !is_joined)
		return 2;
	if (!ends_phrase(next) || !(token_is_letters(r->tokens, unit) || is_joined))
		return 0;
	return n->end - n->begin >= 2 || n->is_in_words ? 2 : 0;
}

static bool
is_part_join(const struct reading *r, size_t at)
{
	const struct token *t = token_at(r, at);

	return token_is(t, WORD_JOIN) || token_is(t, WORD_NUMBER_JOIN);
}

/* "and 43 cents", 5角, and the 5 of 15塊5, behind whole units. */
static size_t
read_part(const struct reading *r, size_t at, struct token *out)
{
	size_t start = at, used, unit_at = at - 1;
	struct token n = { 0 };
	int decimals, row;

	if (out->currency == NO_CURRENCY || out->decimals > 0 || out->value > NUMBER_MAX / 1000)
		return 0;
	at += is_part_join(r, at);
	used = number_words_read(r, at, false, &n);
	if (used == 0 || n.decimals > 0 || n.is_scaled)
		return 0;
	used = skip_link(r, at + used) - at;
	row = currency_of(r, token_at(r, at + used));
	decimals = row == NO_CURRENCY ? decimals_of_bare_part(r, unit_at, at, at + used, n.value) : money_words[row].decimals;
	if (decimals == 0 || n.value >= (decimals == 1 ? 10 : decimals == 2 ? 100 : 1000))
		return 0;
	for (int i = 0; i < decimals; i++)
		out->value *= 10;
	out->value += n.value;
	out->decimals = (uint8_t)decimals;
	return at + used + (row != NO_CURRENCY) - start;
}

/* 三毛五: what is left of a hundred. */
static size_t
read_smaller_part(const struct reading *r, size_t at, struct token *out)
{
	const struct token *t = token_at(r, at);

	if (out->decimals != 1 || !is_number(t) || t->is_spaced || t->decimals > 0 || t->value > 9 || !ends_number(r, at + 1))
		return 0;
	out->value = out->value * 10 + t->value;
	out->decimals = 2;
	return 1u + (currency_of(r, token_at(r, at + 1)) != NO_CURRENCY);
}

/* The row that stands for the user's own currency. */
static int
own_currency(void)
{
	for (size_t row = 0; row < money_word_count; row++)
		if (money_words[row].code[0] == '\0' && money_words[row].decimals == 0)
			return (int)row;
	return NO_CURRENCY;
}

/* The tenths behind a counter of dollars: the last digit of a phrase, or one with their name; 0 for none. */
static size_t
read_tenths(const struct reading *r, size_t at, int64_t *tenths)
{
	const struct token *n = token_at(r, at);
	int row = currency_of(r, token_at(r, at + 1));

	if (!is_number(n) || !n->is_in_words || n->is_spaced || n->decimals > 0 || n->value < 1 || n->value > 9)
		return 0;
	*tenths = n->value;
	if (row != NO_CURRENCY && money_words[row].decimals == 1)
		return 2;
	return ends_phrase(token_at(r, at + 1)) ? 1 : 0;
}

/* The value of a price in units and tenths from a position on; 0 tokens for none. */
static size_t
read_units_and_tenths(const struct reading *r, size_t at, struct token *out)
{
	size_t number = token_at(r, at)->sense == 0 && !is_number(token_at(r, at)) ? 0 : number_words_read(r, at, false, out), tail = 0;
	const struct sense *s = token_sense(token_at(r, at + number), WORD_MONEY_COUNTER);
	int64_t tenths;

	if (s == NULL || out->decimals > 0 || out->value > NUMBER_MAX / 1000 || (number > 0 && s->value >= 10))
		return 0;
	tenths = s->value % 10;
	if (tenths == 0)
		tail = read_tenths(r, at + number + 1, &tenths);
	if (tenths == 0 || (tail == 0 && !ends_phrase(token_at(r, at + number + 1))))
		return 0;
	out->value = (number > 0 ? out->value : 1) * 10 + tenths;
	out->decimals = 1;
	return number + 1 + tail;
}

/* An optional minus and up to two names of the currency, in either order. */
static size_t
read_prefix(const struct reading *r, size_t i, size_t reduced, struct token *out)
{
	size_t at = i;

	for (int names = 0; at < i + 3; at++) {
		const struct token *t = token_at(r, at);
		int row = currency_of(r, t);

		if (row != NO_CURRENCY && names < 2 && money_words[row].decimals == 0) {
			out->currency = (int16_t)better_currency(out->currency, row);
			names++;
		} else if (!out->is_negative && (at == i ? is_minus(r, at, reduced) : is_touching_minus(r, at))) {
			out->is_negative = true;
		} else {
			break;
		}
	}
	return at - i;
}

size_t
amounts_read_counted(const struct reading *r, size_t i, size_t reduced, struct token *out)
{
	const struct token *first = token_at(r, i);
	size_t at = i, used;

	*out = (struct token){ .kind = TOKEN_AMOUNT, .begin = first->begin, .is_spaced = first->is_spaced, .currency = NO_CURRENCY };
	at += read_prefix(r, i, reduced, out);
	used = read_units_and_tenths(r, at, out);
	if (used == 0)
		return 0;
	if (out->currency == NO_CURRENCY)
		out->currency = (int16_t)own_currency();
	at += used;
	at += read_smaller_part(r, at, out);
	out->end = token_at(r, at - 1)->end;
	return at - i;
}

size_t
amounts_read(const struct reading *r, size_t i, size_t reduced, struct token *out)
{
	const struct token *first = token_at(r, i);
	size_t at = i, used;

	if (!is_number(first) && first->sense == 0 && !token_is_mark(r->tokens, first, '-'))
		return 0;
	*out = (struct token){ .kind = TOKEN_AMOUNT, .begin = first->begin, .is_spaced = first->is_spaced, .currency = NO_CURRENCY };
	at += read_prefix(r, i, reduced, out);
	if (out->currency != NO_CURRENCY && !is_number(token_at(r, at)))       /* "won a prize" */
		return 0;
	used = number_words_read(r, at, out->currency != NO_CURRENCY, out);
	if (used == 0)
		return 0;
	at += used;
	used = read_suffixes(r, at, out);
	at += used;
	if (used > 0 || is_sign_before(r, i, out))
		used = read_part(r, at, out);
	at += used;
	if (used > 0)
		at += read_smaller_part(r, at, out);
	if (out->is_in_words && out->currency == NO_CURRENCY && (!out->is_scaled || out->value == 0))
		return 0;
	out->end = token_at(r, at - 1)->end;
	return at - i;
}

/* ---- what an amount is worth ---- */

static bool
is_in_family(const char *family, struct currency c)
{
	return family[0] == '*' || (c.code[0] != '\0' && strstr(family, c.code) != NULL);
}

static struct currency
currency_named(const char *code)
{
	struct currency c = { "" };

	memcpy(c.code, code, sizeof c.code);
	return c;
}

/* ¥ is yen in Japanese and to whoever writes neither Chinese nor Japanese. */
static struct currency
yen_or_yuan(struct currency home, enum language language, bool *is_guessed)
{
	*is_guessed = language == LANGUAGE_ZH_HANT || language == LANGUAGE_ZH_HANS;
	if (!*is_guessed)
		return currency_named("JPY");
	return is_in_family("JPY CNY", home) ? home : currency_named("CNY");
}

struct currency
amounts_currency(int row, struct currency home, enum language language, bool *is_guessed)
{
	const struct money_word *word;

	*is_guessed = true;
	if (row == NO_CURRENCY)
		return home;
	word = &money_words[row];
	if (word->code[0] == '?')
		return yen_or_yuan(home, language, is_guessed);
	if (word->family[0] == '\0') {
		*is_guessed = false;
		return currency_named(word->code);
	}
	return is_in_family(word->family, home) || word->code[0] == '\0' ? home : currency_named(word->code);
}

bool
amounts_minor(const struct token *amount, int digits, int64_t *minor)
{
	int64_t value = amount->value, unit = 1, rest;

	for (int missing = digits - amount->decimals; missing > 0; missing--) {
		if (value > MONEY_MINOR_MAX / 10)
			return false;
		value *= 10;
	}
	for (int extra = amount->decimals - digits; extra > 0; extra--)
		unit *= 10;
	rest = value % unit;
	value /= unit;
	if (rest * 2 > unit || (rest * 2 == unit && value % 2 == 1))
		value++;
	*minor = amount->is_negative ? -value : value;
	return value <= MONEY_MINOR_MAX;
}
