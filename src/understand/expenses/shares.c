/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "shares.h"

enum { PEOPLE_MAX = 50 };

static bool
is_number_of_people(const struct token *t)
{
	return t->value >= 2 && t->value <= PEOPLE_MAX && t->decimals == 0;
}

static bool
has_amount(const struct tokens *tokens, size_t first, size_t last)
{
	for (size_t i = first; i < last; i++)
		if (tokens->at[i].kind == TOKEN_AMOUNT)
			return true;
	return false;
}

/* The 3 of "900 split by 3", where a number without a unit can be nothing else. */
static size_t
bare_number_behind(const struct tokens *tokens, struct span sentence, size_t split, bool is_led_to)
{
	size_t i = split + 1;

	while (i < sentence.last && tokens->at[i].kind == TOKEN_WORD && !thing_is_name(&tokens->at[i]))
		i++;
	if (i == sentence.last || tokens->at[i].kind != TOKEN_AMOUNT || tokens->at[i].currency != NO_CURRENCY)
		return sentence.last;
	if (is_led_to)
		return has_amount(tokens, sentence.first, split) || has_amount(tokens, i + 1, sentence.last) ? i : sentence.last;
	if (i + 1 < sentence.last && thing_is_name(&tokens->at[i + 1]))          /* "split in 4 installments" */
		return sentence.last;
	return has_amount(tokens, sentence.first, split) ? i : sentence.last;
}

/* The end of the sentence when nobody is counted. */
static size_t
find_people(const struct tokens *tokens, struct span sentence, size_t split, bool is_led_to)
{
	for (size_t i = sentence.first; i < sentence.last; i++)
		if (tokens->at[i].kind == TOKEN_COUNT && tokens->at[i].is_people)
			return i;
	return bare_number_behind(tokens, sentence, split, is_led_to);
}

static void
leave_out(struct token *t)
{
	t->kind = TOKEN_GONE;
	t->sense = 0;
}

int64_t
shares_take(struct tokens *tokens, struct span sentence)
{
	const struct sense *split = NULL;
	size_t at = sentence.first, people;
	int64_t count;

	while (at < sentence.last && (split = token_sense(&tokens->at[at], WORD_SPLIT)) == NULL)
		at++;
	if (split == NULL)
		return 0;
	count = split->value;
	if (count < 2) {
		people = find_people(tokens, sentence, at, count == 1);
		if (people == sentence.last || !is_number_of_people(&tokens->at[people]))
			return 0;
		count = tokens->at[people].value;
		leave_out(&tokens->at[people]);
	}
	leave_out(&tokens->at[at]);
	return count;
}
