/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "things.h"

#define KIND(kind) (UINT64_C(1) << WORD_##kind)

/* What only holds a message together: such a word alone names nothing. */
static const uint64_t function_kinds = KIND(PAY) | KIND(BUY) | KIND(BUY_WEAK) | KIND(BE) | KIND(PRONOUN) | KIND(FILLER) | KIND(PREPOSITION) |
    KIND(PARTICLE) | KIND(TAIL) | KIND(JOIN) | KIND(TOTAL) | KIND(EACH) | KIND(TIP) | KIND(CURRENCY) | KIND(WITH) | KIND(WITH_AFTER) |
    KIND(PART_OF_DAY) | KIND(QUESTION) | KIND(AT) | KIND(REFUNDED) | KIND(INSTEAD) | KIND(TIMES) | KIND(NUMBER_JOIN) | KIND(MONEY_LINK) |
    KIND(YEAR_LEAD) | KIND(DAY_OF) | KIND(DAY_LEAD) | KIND(FROM);
static const uint64_t name_kinds = KIND(THING) | KIND(PLAIN) | KIND(REFUND);
static const uint64_t verb_kinds = KIND(PAY) | KIND(BUY) | KIND(BE) | KIND(PRONOUN) | KIND(REFUNDED);

static bool
has_kind_of(const struct token *t, uint64_t kinds)
{
	for (uint16_t i = t->sense; i != 0; i = words_sense(i)->next)
		if (words_sense(i)->kind < 64 && (kinds >> words_sense(i)->kind & 1))
			return true;
	return false;
}

bool
thing_is_name(const struct token *t)
{
	switch ((enum token_kind)t->kind) {
	case TOKEN_TEXT:
	case TOKEN_COUNT:
	case TOKEN_NUMBER:
		return true;
	case TOKEN_AMOUNT:
		return t->is_text;
	case TOKEN_WORD:
		return has_kind_of(t, name_kinds) || !has_kind_of(t, function_kinds);
	default:
		return false;
	}
}

static bool
is_ride(const struct token *t)
{
	const struct sense *thing = token_sense(t, WORD_THING);

	return thing != NULL && thing->value == CATEGORY_TRANSPORT;
}

/* 打车去机场 is one thing.  A word that is both, "order" or "drink", is a verb behind a pronoun only. */
bool
thing_is_verb(const struct tokens *tokens, size_t i, size_t first)
{
	const struct token *t = &tokens->at[i];

	if (t->kind == TOKEN_WORD && token_is(t, WORD_BUY_WEAK) && i > first && is_ride(&tokens->at[i - 1]))
		return false;
	if (t->kind == TOKEN_WORD && token_is(t, WORD_BUY_WEAK))
		return i + 1 < tokens->count && !t[1].is_spaced && token_is(&t[1], WORD_THING);
	if (t->kind != TOKEN_WORD || !has_kind_of(t, verb_kinds))
		return false;
	return !has_kind_of(t, name_kinds) || (i > first && token_is(&tokens->at[i - 1], WORD_PRONOUN));
}

bool
span_has_name(const struct tokens *tokens, struct span span)
{
	for (size_t i = span.first; i < span.last; i++)
		if (thing_is_name(&tokens->at[i]))
			return true;
	return false;
}

/* Between verbs, the run nearest to the amount that names something. */
static struct span
pick_run(const struct tokens *tokens, struct span span, bool is_before)
{
	struct span run = { span.first, span.first }, best = { span.first, span.first };

	for (size_t i = span.first; i <= span.last; i++) {
		if (i < span.last && !thing_is_verb(tokens, i, span.first))
			continue;
		run.last = i;
		if (span_has_name(tokens, run)) {
			best = run;
			if (!is_before)
				break;
		}
		run.first = i + 1;
	}
	return best;
}

static bool
is_hiragana(uint16_t c)
{
	return c >= 0x3041 && c <= 0x309F;
}

/* The に of うに: the last letter of a word, no particle. */
static bool
is_end_of_word(const struct tokens *tokens, size_t i, size_t first)
{
	const struct token *t = &tokens->at[i];

	return i > first && !t->is_spaced && token_is(t, WORD_PARTICLE) && t->end == t->begin + 1 && tokens->at[i - 1].kind == TOKEN_TEXT &&
	    is_hiragana(tokens->chars->folded[t->begin]) && is_hiragana(tokens->chars->folded[t->begin - 1]);
}

/* The は of はがき, likewise, where nothing before it was left away. */
static bool
is_begin_of_word(const struct tokens *tokens, size_t i, size_t last)
{
	const struct token *t = &tokens->at[i];

	return t->is_spaced && token_is(t, WORD_PARTICLE) && is_hiragana(tokens->chars->folded[t->begin]) && i + 1 < last &&
	    !tokens->at[i + 1].is_spaced && tokens->at[i + 1].kind == TOKEN_TEXT;
}

static bool
is_quote(const struct tokens *tokens, const struct token *t)
{
	return t->kind == TOKEN_PUNCT && (token_is_mark(tokens, t, '"') || token_is_mark(tokens, t, '\'') || token_is_mark(tokens, t, '(') ||
	    token_is_mark(tokens, t, ')'));
}

/* The A of A4: a letter at a number is no article. */
static bool
is_letter_of_size(const struct tokens *tokens, size_t i, size_t last)
{
	const struct token *t = &tokens->at[i];

	return t->end == t->begin + 1 && i + 1 < last && !t[1].is_spaced && char_is_digit(tokens->chars->folded[t[1].begin]);
}

static struct span
trim(const struct tokens *tokens, struct span run)
{
	while (run.first < run.last && !thing_is_name(&tokens->at[run.first]) && !is_quote(tokens, &tokens->at[run.first]) &&
	    !is_begin_of_word(tokens, run.first, run.last) && !is_letter_of_size(tokens, run.first, run.last))
		run.first++;
	while (run.last > run.first && !thing_is_name(&tokens->at[run.last - 1]) && !is_quote(tokens, &tokens->at[run.last - 1]) &&
	    !is_end_of_word(tokens, run.last - 1, run.first))
		run.last--;
	return run;
}

/* "and the room looks ...", "and then I ...": another clause begins. */
static bool
begins_clause(const struct tokens *tokens, size_t i, size_t last)
{
	const struct token *next = &tokens->at[i + 1];

	return token_is(&tokens->at[i], WORD_JOIN) && token_is_letters(tokens, &tokens->at[i]) && i + 1 < last && next->kind == TOKEN_WORD &&
	    !thing_is_name(next);
}

static size_t
clause_end(const struct tokens *tokens, struct span span)
{
	for (size_t i = span.first; i < span.last; i++)
		if (begins_clause(tokens, i, span.last) && span_has_name(tokens, (struct span){ span.first, i }))
			return i;
	return span.last;
}

bool
span_has_refund(const struct tokens *tokens, struct span span)
{
	bool has_refund = false, has_return = false, is_travel = false;

	for (size_t i = span.first; i < span.last; i++) {
		const struct sense *refund = token_sense(&tokens->at[i], WORD_REFUND);

		has_refund |= token_is(&tokens->at[i], WORD_REFUNDED) || (refund != NULL && refund->value == 0);
		has_return |= refund != NULL && refund->value == 1;
		is_travel |= is_ride(&tokens->at[i]);
	}
	return has_refund || (has_return && !is_travel);
}

static int64_t
leading_count(const struct token *t)
{
	const struct sense *s = token_sense(t, WORD_NUMBER);

	if (t->kind == TOKEN_COUNT)
		return t->is_countable ? t->value : 0;
	if ((t->kind == TOKEN_AMOUNT || t->kind == TOKEN_NUMBER) && t->decimals == 0)
		return t->value;
	return s == NULL ? 0 : s->value;
}

static void
measure(const struct tokens *tokens, struct thing *thing)
{
	for (size_t i = thing->span.first; i < thing->span.last; i++) {
		const struct token *t = &tokens->at[i];

		if (token_is_letters(tokens, t))
			thing->words++;
		else
			thing->han += (size_t)(t->end - t->begin);
		thing->is_known |= token_is(t, WORD_THING);
		thing->has_topic |= token_is(t, WORD_TOPIC);
		if (thing->count == 0 && (i == thing->span.first || t->kind == TOKEN_COUNT))
			thing->count = leading_count(t);
	}
	thing->has_refund = span_has_refund(tokens, thing->span);
}

struct thing
thing_pick(const struct tokens *tokens, struct span span, bool is_before)
{
	struct thing thing = { .count = 0 };

	if (!is_before)
		span.last = clause_end(tokens, span);
	thing.span = trim(tokens, pick_run(tokens, span, is_before));
	if (!span_has_name(tokens, thing.span))
		thing.span.last = thing.span.first;
	measure(tokens, &thing);
	return thing;
}

static bool
is_left_out(const struct token *t)
{
	return t->kind == TOKEN_DAY || t->kind == TOKEN_ACCOUNT || t->kind == TOKEN_GONE || (t->kind == TOKEN_AMOUNT && !t->is_text);
}

size_t
thing_write(const struct tokens *tokens, const struct thing *thing, char *out)
{
	bool is_apart = false;
	size_t len = 0;

	for (size_t i = thing->span.first; i < thing->span.last; i++) {
		const struct token *t = &tokens->at[i];
		struct slice source = chars_slice(tokens->chars, t->begin, t->end);

		is_apart |= t->is_spaced;
		if (is_left_out(t))
			continue;
		if (is_apart && len > 0)
			out[len++] = ' ';
		memcpy(out + len, source.ptr, source.len);
		len += source.len;
		is_apart = false;
	}
	return len;
}
