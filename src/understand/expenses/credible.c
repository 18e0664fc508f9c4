/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "credible.h"

enum { THING_WORDS_MAX = 8, THING_HAN_MAX = 18, COUNTED_MAX = 10 };

bool
credible_is_short(const struct thing *thing)
{
	return thing->words <= THING_WORDS_MAX && thing->han <= THING_HAN_MAX;
}

static bool
follows_pay(const struct tokens *tokens, const struct clause *clause, size_t i)
{
	while (i > clause->span.first && (token_is(&tokens->at[i - 1], WORD_PRONOUN) || token_is(&tokens->at[i - 1], WORD_FILLER) ||
	    token_is(&tokens->at[i - 1], WORD_TOTAL)) && !token_is(&tokens->at[i - 1], WORD_PAY))
		i--;
	return i > clause->span.first && token_is(&tokens->at[i - 1], WORD_PAY);
}

static bool
is_word(const struct assembly *a, const struct clause *clause, size_t i, enum word_kind kind)
{
	return i < clause->span.last && token_is(&a->tokens->at[i], kind);
}

/* A bare number in "thing number". */
static bool
is_credible_behind(const struct assembly *a, const struct clause *clause, size_t k, const struct thing *thing)
{
	size_t i = clause->amounts[k];
	size_t end = k + 1 < clause->amount_count ? i + 1 : clause->span.last, behind = i + 1;

	behind += behind < end && a->tokens->at[behind].kind == TOKEN_COUNT;       /* "stickers 3.50 x4" */
	if (span_has_name(a->tokens, (struct span){ behind, end }))
		return thing->is_known || thing->has_refund || follows_pay(a->tokens, clause, i);
	if (clause->has_pay || clause->has_buy)
		return true;
	if (clause->has_be || clause->has_pronoun)
		return thing->is_known;
	return credible_is_short(thing);
}

/* "2 coffees" says how many, not how much. */
static bool
is_count_of(const struct tokens *tokens, size_t i, const struct thing *thing)
{
	const struct token *t = &tokens->at[i], *noun = &tokens->at[thing->span.last - 1];

	return t->value < COUNTED_MAX && t->decimals == 0 && noun->end - noun->begin > 3 && tokens->chars->folded[noun->end - 1] == 's' &&
	    tokens->chars->folded[noun->end - 2] != 's';
}

/* A bare number in "number thing". */
static bool
is_credible_before(const struct assembly *a, const struct clause *clause, size_t k, const struct thing *thing)
{
	size_t i = clause->amounts[k];

	if (follows_pay(a->tokens, clause, i) || is_word(a, clause, i + 1, WORD_PREPOSITION))
		return true;
	if (clause->has_be || clause->has_pronoun || clause->has_buy || is_count_of(a->tokens, i, thing))
		return false;
	return credible_is_short(thing);
}

const char *
credible_objection(const struct assembly *a, const struct clause *clause, size_t k, const struct thing *thing)
{
	size_t i = clause->amounts[k];
	const struct token *t = &a->tokens->at[i];
	bool is_meant;

	if (thing->has_topic && !thing->is_known)
		return "the words beside it are about money, nothing that one buys";
	if (amount_strength(t) >= 2)
		return a->sentence.is_mild_order && a->sentence.has_topic ? "an order to the bot about money" : NULL;
	if (a->is_prose)
		return "a bare number in a long sentence with other amounts";
	if (a->sentence.has_topic)
		return "a bare number in a sentence about money";
	if (a->sentence.is_mild_order && !thing->is_known)
		return "a bare number in an order to the bot, beside no known thing";
	if (is_word(a, clause, i + 1, WORD_BE) || clause->has_question)
		return "a bare number in a question or a statement";
	is_meant = clause->is_thing_behind ? is_credible_before(a, clause, k, thing) : is_credible_behind(a, clause, k, thing);
	return is_meant ? NULL : "a bare number beside words that are no name of a thing";
}

const char *
credible_objection_alone(const struct assembly *a, const struct clause *clause, size_t k)
{
	const struct token *t = &a->tokens->at[clause->amounts[k]];

	if (a->sentence.has_topic || a->sentence.is_mild_order)
		return "alone in a sentence about money";
	if (amount_strength(t) >= 2 || clause->has_pay)
		return NULL;
	return clause->has_be || clause->has_pronoun || clause->has_name ? "a bare number in a statement" : NULL;
}
