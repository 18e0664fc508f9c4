/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "clauses.h"

#include "understand/amounts/money_words.h"

enum { NAME_NUMBER_MAX = 100, CODE_NUMBER_MAX = 10000 };

int
amount_strength(const struct token *t)
{
	if (t->currency != NO_CURRENCY)
		return 3;
	if (t->is_negative)
		return 2;
	return t->decimals > 0 || t->is_scaled;
}

static bool
is_amount(const struct token *t)
{
	return t->kind == TOKEN_AMOUNT && !t->is_text;
}

/* ---- sentences ---- */

/* Politeness and pronouns aside, does it begin with an order? */
static const struct sense *
leading_order(const struct tokens *tokens, struct span span)
{
	for (size_t i = span.first; i < span.last; i++) {
		const struct token *t = &tokens->at[i];
		const struct sense *order = token_sense(t, WORD_ORDER);

		if (order != NULL)
			return order;
		if (t->kind != TOKEN_PUNCT && !token_is(t, WORD_FILLER) && !token_is(t, WORD_PRONOUN))
			return NULL;
	}
	return NULL;
}

static bool
begins_with_question(const struct tokens *tokens, struct span span)
{
	for (size_t i = span.first; i < span.last; i++) {
		if (token_is(&tokens->at[i], WORD_QUESTION))
			return true;
		if (!token_is(&tokens->at[i], WORD_FILLER))
			return false;
	}
	return false;
}

struct sentence
sentence_at(const struct tokens *tokens, size_t first)
{
	struct sentence s = { .span = { first, first } };
	bool has_word = false;
	const struct sense *order;

	for (; s.span.last < tokens->count && tokens->at[s.span.last].kind != TOKEN_BREAK; s.span.last++) {
		has_word |= token_is(&tokens->at[s.span.last], WORD_QUESTION);
		s.has_topic |= token_is(&tokens->at[s.span.last], WORD_TOPIC);
	}
	s.next = s.span.last + 1;
	s.is_question = s.span.last < tokens->count && tokens->at[s.span.last].is_question;
	s.is_asked = (has_word && s.is_question) || begins_with_question(tokens, s.span);
	order = leading_order(tokens, s.span);
	s.is_order = order != NULL && order->value == 1;
	s.is_mild_order = order != NULL && order->value == 0;
	return s;
}

/* ---- clauses ---- */

/* "and" divides behind an amount, "taxi 20 and lunch 30", and so does "no wait", which goes on behind a pause. */
static bool
divides(const struct tokens *tokens, size_t i, bool has_amount)
{
	const struct token *t = &tokens->at[i];

	if (t->kind == TOKEN_PAUSE)
		return !token_is(&tokens->at[i - 1], WORD_INSTEAD);
	if (has_amount && token_is(t, WORD_INSTEAD) && (!thing_is_name(t) || (i + 1 < tokens->count && is_amount(t + 1))))
		return true;
	return has_amount && t->kind == TOKEN_WORD && token_is(t, WORD_JOIN) && !token_is(&tokens->at[i - 1], WORD_WITH) &&
	    !thing_is_name(&tokens->at[i - 1]);
}

static struct span
clause_span(const struct tokens *tokens, size_t first, size_t end)
{
	struct span span = { first, first };
	bool has_amount = false;

	while (span.last < end && !(span.last > first && divides(tokens, span.last, has_amount)))
		has_amount |= tokens->at[span.last++].kind == TOKEN_AMOUNT;
	return span;
}

static void
collect_amounts(const struct tokens *tokens, struct clause *clause)
{
	clause->amount_count = 0;
	for (size_t i = clause->span.first; i < clause->span.last && clause->amount_count < CLAUSE_AMOUNTS_MAX; i++)
		if (is_amount(&tokens->at[i]))
			clause->amounts[clause->amount_count++] = i;
}

/* The 15 of "breakfast $8 uber 15 movie 20": alone behind a known thing, after the price of another one. */
static bool
is_price_of_next(const struct tokens *tokens, const struct clause *clause, size_t k)
{
	size_t i = clause->amounts[k], before = k > 0 ? clause->amounts[k - 1] : 0;

	if (k == 0 || tokens->at[i].is_scaled || !token_is(&tokens->at[i - 1], WORD_THING) ||
	    !span_has_name(tokens, (struct span){ clause->span.first, clause->amounts[0] }))
		return false;
	for (size_t j = before + 1; j < i; j++)
		if (!thing_is_name(&tokens->at[j]))
			return false;
	return i + 1 == clause->span.last || thing_is_name(&tokens->at[i + 1]);
}

/* Where one number has a currency, the bare ones are parts of names, unless each has its own thing. */
static void
drop_weaker(struct tokens *tokens, const struct clause *clause)
{
	int strongest = 0;

	for (size_t k = 0; k < clause->amount_count; k++) {
		int strength = amount_strength(&tokens->at[clause->amounts[k]]);

		strongest = strength > strongest ? strength : strongest;
	}
	for (size_t k = 0; strongest >= 2 && k < clause->amount_count; k++) {
		struct token *t = &tokens->at[clause->amounts[k]];

		t->is_text = amount_strength(t) < 2 && !is_price_of_next(tokens, clause, k);
	}
}

/* "A1", "PS5", "BR198": one or two capitals and a number in one word, which is small behind one. */
static bool
is_model_number(const struct tokens *tokens, size_t i)
{
	const struct token *t = &tokens->at[i], *before = t - 1;
	size_t capitals = i > 0 ? (size_t)(before->end - before->begin) : 0;

	if (capitals == 0 || capitals > 2 || t->is_spaced || t->decimals > 0 || t->value >= (capitals == 2 ? CODE_NUMBER_MAX : NAME_NUMBER_MAX))
		return false;
	if (before->kind != TOKEN_TEXT && before->kind != TOKEN_WORD)
		return false;
	for (size_t at = before->begin; at < before->end; at++)
		if (!chars_is_capital(tokens->chars, at))
			return false;
	return true;
}

/* 阿凡達3 before a number that stands apart: 電影票 350. */
static bool
is_glued_name(const struct tokens *tokens, size_t i, const struct token *last)
{
	const struct token *t = &tokens->at[i];

	return !t->is_spaced && last->is_spaced && t->value < NAME_NUMBER_MAX && t->decimals == 0 && i > 0 && thing_is_name(t - 1);
}

/* "3 at 4 each", "100 in total 150": the second number is no longer name of the first. */
static bool
is_set_apart(const struct tokens *tokens, size_t i, size_t end)
{
	return i < end && (token_is(&tokens->at[i], WORD_EACH) || token_is(&tokens->at[i], WORD_TOTAL));
}

/* The 4 of "Toy Story 4 28": words before it, and right behind it the next number. */
static bool
ends_name(const struct tokens *tokens, const struct clause *clause, size_t k)
{
	size_t i = clause->amounts[k];

	return span_has_name(tokens, (struct span){ clause->span.first, i }) && !is_set_apart(tokens, i + 1, clause->span.last) &&
	    !span_has_name(tokens, (struct span){ i + 1, clause->amounts[k + 1] });
}

/* Numbers all alike: which are parts of names, by where they stand. */
static void
drop_name_numbers(struct tokens *tokens, const struct clause *clause)
{
	size_t count = clause->amount_count, first, last;

	if (count == 0)
		return;
	first = clause->amounts[0];
	last = clause->amounts[count - 1];
	for (size_t k = 0; k < count; k++) {
		size_t i = clause->amounts[k];
		struct token *t = &tokens->at[i];

		if (amount_strength(t) > 0)
			continue;
		if (is_model_number(tokens, i) || (i != last && is_glued_name(tokens, i, &tokens->at[last])))
			t->is_text = true;
		if (k + 1 < count && ends_name(tokens, clause, k))
			t->is_text = true;
	}
	if (count < 2 || last == first + 1 || span_has_name(tokens, (struct span){ clause->span.first, first }) ||
	    span_has_name(tokens, (struct span){ last + 1, clause->span.last }))
		return;
	if (amount_strength(&tokens->at[first]) > amount_strength(&tokens->at[last]))
		tokens->at[last].is_text = true;
	else if (amount_strength(&tokens->at[first]) == 0)
		tokens->at[first].is_text = true;
}

/* A currency that stands apart from its number: "50 Taxi THB", 日幣 拉麵 1000. */
static void
attach_currency(struct tokens *tokens, const struct clause *clause)
{
	struct token *amount = &tokens->at[clause->amounts[0]];

	if (clause->amount_count != 1 || amount->currency != NO_CURRENCY)
		return;
	for (size_t i = clause->span.first; i < clause->span.last; i++) {
		struct token *t = &tokens->at[i];
		const struct sense *s = t->kind == TOKEN_WORD ? token_sense(t, WORD_CURRENCY) : NULL;

		if (s == NULL || money_words[s->value].sort != MONEY_IS_PLAIN || money_words[s->value].family[0] != '\0' || thing_is_name(t))
			continue;
		amount->currency = s->value;
		t->kind = TOKEN_GONE;
		return;
	}
}

static void
note_words(const struct tokens *tokens, struct clause *clause)
{
	for (size_t i = clause->span.first; i < clause->span.last; i++) {
		const struct token *t = &tokens->at[i];
		bool is_verb = thing_is_verb(tokens, i, clause->span.first);

		clause->has_pay |= is_verb && token_is(t, WORD_PAY);
		clause->has_buy |= is_verb && token_is(t, WORD_BUY);
		clause->has_be |= is_verb && token_is(t, WORD_BE);
		clause->has_pronoun |= token_is(t, WORD_PRONOUN);
		clause->has_question |= token_is(t, WORD_QUESTION);
		clause->has_name |= thing_is_name(t);
		if (token_is(t, WORD_BUY_WEAK) && !clause->has_name && i + 1 < clause->span.last && thing_is_name(t + 1))
			clause->has_buy = true;
	}
}

/* "paid the waiter 40": between the verb and the amount only who was paid. */
static bool
is_paid_to_somebody(const struct tokens *tokens, const struct clause *clause, size_t i)
{
	while (i > clause->span.first && (tokens->at[i - 1].kind == TOKEN_TEXT || token_is(&tokens->at[i - 1], WORD_PRONOUN) ||
	    token_is(&tokens->at[i - 1], WORD_FILLER)))
		i--;
	return i > clause->span.first && token_is(&tokens->at[i - 1], WORD_PAY) && thing_is_verb(tokens, i - 1, clause->span.first);
}

/* "花了50块吃饭", "paid 40 for a lamp": what stands before is not the thing. */
static bool
leads_to_thing(const struct tokens *tokens, const struct clause *clause)
{
	size_t i = clause->amounts[0];
	const struct token *next = &tokens->at[i + 1];

	if (clause->amount_count != 1 || i == clause->span.first || i + 1 >= clause->span.last)
		return false;
	if (!(token_is(&tokens->at[i - 1], WORD_PAY) || (token_is(next, WORD_PREPOSITION) && is_paid_to_somebody(tokens, clause, i))) || !span_has_name(tokens, (struct span){ i + 1, clause->span.last }))
		return false;
	return token_is(next, WORD_PREPOSITION) || token_is(next, WORD_BUY) || token_is(next, WORD_BUY_WEAK) ||
	    token_is(next, WORD_THING);
}

struct clause
clause_at(struct tokens *tokens, size_t first, size_t sentence_end)
{
	struct clause clause = { .span = clause_span(tokens, first, sentence_end) };
	size_t begin;

	collect_amounts(tokens, &clause);
	drop_weaker(tokens, &clause);
	collect_amounts(tokens, &clause);
	drop_name_numbers(tokens, &clause);
	collect_amounts(tokens, &clause);
	if (clause.amount_count > 0)
		attach_currency(tokens, &clause);
	note_words(tokens, &clause);
	if (clause.amount_count > 0) {
		begin = clause.amounts[0];
		clause.is_thing_behind = leads_to_thing(tokens, &clause) || (!span_has_name(tokens, (struct span){ clause.span.first, begin }) &&
		    span_has_name(tokens, (struct span){ begin + 1, clause.span.last }));
	}
	return clause;
}

struct span
clause_thing_span(const struct clause *clause, size_t k)
{
	if (clause->is_thing_behind)
		return (struct span){ clause->amounts[k] + 1, k + 1 < clause->amount_count ? clause->amounts[k + 1] : clause->span.last };
	return (struct span){ k == 0 ? clause->span.first : clause->amounts[k - 1] + 1, clause->amounts[k] };
}


bool
clause_has_next_to(const struct tokens *tokens, const struct clause *clause, size_t i, enum word_kind kind)
{
	size_t before = i, after = i + 1;

	while (before > clause->span.first && (token_is(&tokens->at[before - 1], WORD_AT) || token_is(&tokens->at[before - 1], WORD_BE) ||
	    tokens->at[before - 1].kind == TOKEN_PAUSE || token_is_mark(tokens, &tokens->at[before - 1], '@')))
		before--;
	if (before > clause->span.first && token_is(&tokens->at[before - 1], kind))
		return true;
	while (after < clause->span.last && token_is(&tokens->at[after], WORD_PARTICLE))
		after++;
	return after < clause->span.last && token_is(&tokens->at[after], kind);
}

bool
clause_is_unit_price(const struct tokens *tokens, const struct clause *clause, size_t i)
{
	return clause_has_next_to(tokens, clause, i, WORD_EACH) || (i > clause->span.first && token_is_mark(tokens, &tokens->at[i - 1], '@'));
}
