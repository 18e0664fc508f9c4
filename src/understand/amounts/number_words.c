/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "number_words.h"

#include "money_words.h"

enum { PIECES_MAX = 16, SPLIT_MAX = 12, NO_POWER = 99 };

/* A number that grows piece by piece: total above the last big power, then thousands, then what is below. */
struct sum {
	int64_t total, section, group;
	uint8_t decimals;          /* of group */
	int     big_power;         /* the last one of 4 or more */
	int     last_power;        /* the last one at all; NO_POWER before the first */
	bool    is_empty, is_scaled, is_joined;
};

static const struct token nothing = { .kind = TOKEN_BREAK, .currency = NO_CURRENCY };

static const struct token *
token_at(const struct reading *r, size_t i)
{
	return i < r->tokens->count ? &r->tokens->at[i] : &nothing;
}

static struct sum
sum_begin(void)
{
	return (struct sum){ .big_power = NO_POWER, .last_power = NO_POWER, .is_empty = true };
}

static int64_t
power_of_ten(int power)
{
	int64_t value = 1;

	while (power-- > 0)
		value *= 10;
	return value;
}

static int64_t
sum_value(const struct sum *s)
{
	return s->total + s->section + s->group;
}

/* Whether a number word may follow: "twenty" takes "five", and "fünf" takes "zwanzig" behind an "und". */
static bool
takes_word(const struct sum *s, int64_t value)
{
	int64_t below = s->group % 100;

	if (s->decimals > 0 || value == 0)
		return false;
	if (value >= 100)
		return s->group == 0;
	if (value >= 20)
		return below == 0 || (below < 10 && s->is_joined && value % 10 == 0);
	if (value >= 10)
		return below == 0 || below == 60 || below == 80;
	return below % 10 == 0;
}

static bool
sum_add_word(struct sum *s, int64_t value)
{
	if (!s->is_empty && !takes_word(s, value))
		return false;
	s->group += value;
	s->is_empty = false;
	return true;
}

static bool
scale_decimals(struct sum *s, int power)
{
	if (!number_scale(&s->group, &s->decimals, power))
		return false;
	if (s->decimals == 0) {
		s->total = s->group;
		s->group = 0;
		s->big_power = power;
	}
	return true;
}

static bool
sum_add_big(struct sum *s, int power)
{
	int64_t below = s->section + s->group, factor = power_of_ten(power);

	if (s->is_empty)
		below = 1;
	if (s->big_power != NO_POWER && (power > s->big_power || below == 0))
		below += s->total;
	else if (s->big_power == power)
		return false;
	else
		factor = -factor;                    /* beside the total, not above it */
	if (below == 0 || below > NUMBER_MAX / (factor < 0 ? -factor : factor))
		return false;
	s->total = factor < 0 ? s->total + below * -factor : below * factor;
	s->section = s->group = 0;
	s->big_power = power;
	return true;
}

static bool
sum_add_small(struct sum *s, int power)
{
	int64_t unit = power == 1 ? s->group % 10 : power == 2 ? s->group % 100 : s->group;

	if (unit == 0 && power == 1 && !s->is_empty)
		return false;
	if (power == 3 && s->section > 0)
		return false;
	if (power == 2 && s->group >= 100)
		return false;
	s->group -= unit;
	if (power == 3)
		s->section = (unit == 0 ? 1 : unit) * 1000;
	else
		s->group += (unit == 0 ? 1 : unit) * power_of_ten(power);
	return s->section <= NUMBER_MAX;
}

static bool
sum_add_power(struct sum *s, int power)
{
	struct sum before = *s;
	bool is_done;

	if (s->decimals > 0 || (!s->is_empty && s->group > 9999 && power < 4))
		is_done = s->decimals > 0 ? scale_decimals(s, power) : s->group <= NUMBER_MAX / 1000 && sum_add_big(s, power);
	else
		is_done = power >= 4 ? sum_add_big(s, power) : sum_add_small(s, power);
	if (!is_done) {
		*s = before;
		return false;
	}
	s->is_empty = false;
	s->is_scaled |= power >= 2;
	s->last_power = power;
	return true;
}

/* A half or a quarter of what went before: "two and a half", "dos millones y medio"; alone, of what follows. */
static bool
sum_add_part(struct sum *s, int parts)
{
	if (s->is_empty || s->last_power == NO_POWER) {
		if (s->decimals > 0 || s->group > NUMBER_MAX / 1000)
			return false;
		s->group = s->group * 100 + 100 / parts;
		s->decimals = 2;
	} else {
		s->group += power_of_ten(s->last_power) / parts;
	}
	s->is_empty = false;
	return true;
}

/* ---- rows of tokens ---- */

static bool
is_number(const struct token *t)
{
	return t->kind == TOKEN_NUMBER && !t->is_nth;
}

static bool
is_currency(const struct token *t)
{
	return token_is(t, WORD_CURRENCY) || token_is(t, WORD_NATION);
}

static bool
goes_on(const struct token *t)
{
	return is_number(t) || token_is(t, WORD_MAGNITUDE) || token_is(t, WORD_NUMBER) || is_currency(t) || token_is(t, WORD_MONEY_LINK);
}

/* A single letter belongs to the number only when it touches it, and "5m" only to money. */
static bool
is_power_here(const struct reading *r, size_t at, const struct sum *s, bool is_money, int *power)
{
	const struct token *t = token_at(r, at), *next = token_at(r, at + 1);
	const struct sense *sense = token_sense(t, WORD_MAGNITUDE);
	size_t len = (size_t)(t->end - t->begin);
	bool is_letters;

	if (sense == NULL)
		return false;
	*power = sense->value;
	is_letters = token_is_letters(r->tokens, t);
	is_money |= is_currency(next);
	if (is_currency(t))
		return s->group < 10 && goes_on(next) && (s->is_empty || !is_number(token_at(r, at - 1)) || is_currency(next));
	if (s->is_empty)
		return len > 1 ? is_currency(next) || token_is(next, WORD_MAGNITUDE) || token_is(next, WORD_NUMBER) :
		    !is_letters && (is_currency(next) || (is_number(next) && token_is(token_at(r, at + 2), WORD_MAGNITUDE)));
	if (is_letters && len == 1)
		return !t->is_spaced && (is_money || *power == 3);
	if (is_letters && len == 2)
		return !t->is_spaced || is_money || *power == 3;
	return !t->is_spaced || is_letters || is_money || next->kind == TOKEN_BREAK || next->kind == TOKEN_PAUSE || next->kind == TOKEN_NUMBER ||
	    (next->is_spaced && !next->is_in_words);
}

/* The 5 of 3萬5, which is worth a tenth of the power before. */
static bool
is_short_digit(const struct reading *r, size_t at, const struct sum *s)
{
	const struct token *t = token_at(r, at), *before = token_at(r, at - 1), *next = token_at(r, at + 1);

	return !t->is_spaced && t->value <= 9 && s->last_power >= 2 && s->last_power != NO_POWER && !token_is_letters(r->tokens, before) &&
	    (next->is_spaced || !token_is(next, WORD_MAGNITUDE));
}

static bool
sum_add_digits(const struct reading *r, size_t at, struct sum *s)
{
	const struct token *t = token_at(r, at), *next = token_at(r, at + 1);
	int64_t value = t->value;

	if (s->is_empty) {
		s->group = value;
		s->decimals = t->decimals;
		s->is_scaled = t->is_scaled;
		s->is_empty = false;
		return true;
	}
	if (t->is_in_words && token_is_letters(r->tokens, t))
		return value < 100 ? sum_add_word(s, value) : s->group == 0 && s->last_power != NO_POWER && value < power_of_ten(s->last_power) && (s->group = value, true);
	if (s->decimals > 0 || t->decimals > 0 || s->last_power == NO_POWER || s->group % power_of_ten(s->last_power) != 0)
		return false;
	if (t->is_spaced && !token_is(next, WORD_MAGNITUDE) && !(is_currency(next) && !token_is_letters(r->tokens, next)))
		return false;
	if (is_short_digit(r, at, s))
		value *= power_of_ten(s->last_power - 1);
	else if (value >= power_of_ten(s->last_power))
		return false;
	s->group += value;
	return true;
}

/* "point five", "komma 23": how many tokens. */
static size_t
sum_add_point(const struct reading *r, size_t at, struct sum *s)
{
	size_t start = at++;

	if (s->is_empty || s->decimals > 0 || s->last_power != NO_POWER)
		return 0;
	for (; at < start + DECIMALS_MAX && s->decimals < DECIMALS_MAX - 1; at++) {
		const struct token *t = token_at(r, at);
		const struct sense *sense = token_sense(t, WORD_NUMBER);
		int64_t value = is_number(t) && t->decimals == 0 ? t->value : sense != NULL ? sense->value : -1;

		if (value < 0 || value > 99 || s->group > NUMBER_MAX / 100)
			break;
		s->decimals = (uint8_t)(s->decimals + (value > 9 || t->end - t->begin == 2 ? 2 : 1));
		s->group = s->group * (value > 9 || (is_number(t) && t->end - t->begin == 2) ? 100 : 10) + value;
		if (is_number(t))
			return at + 1 - start;
	}
	return at > start + 1 ? at - start : 0;
}

static size_t
sum_add(const struct reading *r, size_t at, struct sum *s, bool is_money)
{
	const struct token *t = token_at(r, at);
	const struct sense *sense = token_sense(t, WORD_NUMBER);
	int power = 0;

	if (is_number(t))
		return sum_add_digits(r, at, s);
	if (t->sense == 0)
		return 0;
	if (is_power_here(r, at, s, is_money, &power) && sum_add_power(s, power))
		return 1;
	if (sense != NULL)
		return (s->is_empty || !token_is(t, WORD_FILLER)) && sum_add_word(s, sense->value);
	sense = token_sense(t, WORD_HALF);
	if (sense != NULL && (goes_on(token_at(r, at + 1)) || (!s->is_empty && is_money)))
		return sum_add_part(s, sense->value);
	return token_is(t, WORD_POINT) ? sum_add_point(r, at, s) : 0;
}

static bool
is_joiner(const struct reading *r, size_t at)
{
	const struct token *t = token_at(r, at);

	return token_is(t, WORD_NUMBER_JOIN) || (token_is_mark(r->tokens, t, '-') && !t->is_spaced && !token_at(r, at + 1)->is_spaced);
}

/* "and" joins within a number only what could not stand for itself: no digits. */
static bool
may_join(const struct reading *r, size_t at, const struct sum *s)
{
	const struct token *t = token_at(r, at);

	return !s->is_empty && s->decimals == 0 && is_joiner(r, at) && (!is_number(token_at(r, at + 1)) || token_at(r, at + 1)->is_in_words) &&
	    !(t->is_spaced && is_number(token_at(r, at - 1)) && !token_at(r, at - 1)->is_in_words);
}

size_t
number_words_read(const struct reading *r, size_t i, bool is_money, struct token *out)
{
	struct sum s = sum_begin();
	const struct token *first = token_at(r, i);
	size_t at = i, used;

	while (at < i + PIECES_MAX) {
		s.is_joined = may_join(r, at, &s);
		used = s.is_joined ? sum_add(r, at + 1, &s, is_money) : 0;
		used = used > 0 ? used + 1 : sum_add(r, at, &s, is_money);
		if (used == 0)
			break;
		at += used;
	}
	if (at == i || sum_value(&s) > NUMBER_MAX || (s.decimals > 0 && s.total + s.section > 0))
		return 0;
	out->value = sum_value(&s);
	out->decimals = s.decimals;
	out->is_scaled = s.is_scaled;
	out->is_in_words = !is_number(first) || first->is_in_words;
	return at - i;
}

/* ---- compounds ---- */

static bool split(const struct chars *chars, size_t at, size_t end, struct sum *s, int depth, bool *is_nth);

static bool
split_at(const struct chars *chars, uint16_t senses, size_t at, size_t end, struct sum *s, int depth, bool *is_nth)
{
	const struct sense *number = words_sense_of(senses, WORD_NUMBER), *power = words_sense_of(senses, WORD_MAGNITUDE);
	const struct sense *nth = words_sense_of(senses, WORD_NTH);
	struct sum before = *s;

	if (number != NULL && sum_add_word(s, number->value) && (s->is_joined = false, split(chars, at, end, s, depth + 1, is_nth)))
		return true;
	*s = before;
	if (power != NULL && power->value > 0 && power->value < 7 && sum_add_power(s, power->value) &&
	    (s->is_joined = false, split(chars, at, end, s, depth + 1, is_nth)))
		return true;
	*s = before;
	if (words_sense_of(senses, WORD_NUMBER_JOIN) != NULL && depth > 0 && at < end &&
	    (s->is_joined = true, split(chars, at, end, s, depth + 1, is_nth)))
		return true;
	*s = before;
	if (depth > 0 && at == end && nth != NULL && sum_add_word(s, nth->value))
		return *is_nth = true;
	*s = before;
	return depth > 0 && at == end && words_sense_of(senses, WORD_ORDINAL) != NULL && (*is_nth = true);
}

/* Longest piece first, then shorter ones. */
static bool
split(const struct chars *chars, size_t at, size_t end, struct sum *s, int depth, bool *is_nth)
{
	size_t limit = end, piece_end = at;
	uint16_t senses;

	if (at == end)
		return depth > 1;
	if (depth == SPLIT_MAX)
		return false;
	if (chars->folded[at] == '-')
		return depth > 0 && split(chars, at + 1, end, s, depth, is_nth);
	while (limit > at && (senses = words_prefix(chars, at, limit, &piece_end)) != 0) {
		if (piece_end > at + 1 && split_at(chars, senses, piece_end, end, s, depth, is_nth))
			return true;
		limit = piece_end - 1;
	}
	return false;
}

bool
number_words_split(const struct chars *chars, size_t begin, size_t end, struct number *out, bool *is_nth)
{
	struct sum s = sum_begin();

	*is_nth = false;
	if (end - begin > 48 || !split(chars, begin, end, &s, 0, is_nth))
		return false;
	*out = (struct number){ .end = end, .value = sum_value(&s), .is_in_words = true, .is_scaled = s.is_scaled };
	return out->value <= NUMBER_MAX;
}

/* ---- Korean ---- */

/* 0 to 9, a power of ten as its negative, or NO_POWER. */
static int
hangul_value(uint16_t c)
{
	static const uint16_t digits[] = u"영일이삼사오육칠팔구공";
	static const struct { uint16_t c; int power; } powers[] = { { u'십', -1 }, { u'백', -2 }, { u'천', -3 }, { u'만', -4 }, { u'억', -8 }, { u'조', -12 } };

	for (int i = 0; digits[i] != 0; i++)
		if (digits[i] == c)
			return i % 10;
	for (size_t i = 0; i < sizeof powers / sizeof powers[0]; i++)
		if (powers[i].c == c)
			return powers[i].power;
	return NO_POWER;
}

static size_t
read_hangul_decimals(const struct chars *chars, size_t at, struct sum *s)
{
	size_t end = at + 1;
	int value;

	if ((chars->folded[at] != u'쩜' && chars->folded[at] != u'점') || s->is_scaled)
		return at;
	while (s->decimals < 4 && (value = hangul_value(chars->folded[end])) >= 0 && value != NO_POWER) {
		s->group = s->group * 10 + value;
		s->decimals++;
		end++;
	}
	return s->decimals > 0 ? end : at;
}

bool
number_words_read_hangul(const struct chars *chars, size_t at, struct number *out)
{
	struct sum s = sum_begin();
	size_t end = at;
	int value;

	while (end < at + PIECES_MAX && (value = hangul_value(chars->folded[end])) != NO_POWER) {
		if (!(value < 0 ? sum_add_power(&s, -value) : sum_add_word(&s, value)))
			return false;
		end++;
	}
	if (end == at)
		return false;
	end = read_hangul_decimals(chars, end, &s);
	*out = (struct number){ .end = end, .value = sum_value(&s), .decimals = s.decimals, .is_in_words = true, .is_scaled = s.is_scaled };
	return out->value <= NUMBER_MAX;
}
