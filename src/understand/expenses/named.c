/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "named.h"

#include <string.h>

#include "chat/say.h"
#include "things.h"

enum { DEFAULT_NAMES = CATEGORY_KINDS * LANGUAGES };

static struct own_word default_names[DEFAULT_NAMES];      /* owner: the kind */
static bool is_filled;

static void
fill_default_names(void)
{
	for (int i = 0; i < DEFAULT_NAMES; i++) {
		struct own_word *word = &default_names[i];
		const char *text = say_text((enum language)(i / CATEGORY_KINDS), (enum text_name)(TEXT_category_food + i % CATEGORY_KINDS));

		word->len = (uint16_t)chars_fold(slice_of(text), word->folded, OWN_CHARS_MAX);
		word->owner = (uint16_t)(i % CATEGORY_KINDS);
	}
	is_filled = true;
}

static bool
is_word(const struct own_word *word, const uint16_t *folded, size_t len)
{
	return word->len == len && memcmp(word->folded, folded, len * sizeof *folded) == 0;
}

static bool
is_edge(uint16_t c)
{
	enum char_class class = char_class(c);

	return class == CHAR_SPACE || class == CHAR_PAUSE || class == CHAR_EMOJI || class == CHAR_PUNCT;
}

/* "in transport" */
static size_t
skip_preposition(const uint16_t *folded, size_t len)
{
	static const struct { uint16_t folded[8]; size_t len; } prepositions[] = { { u"in ", 3 }, { u"for ", 4 }, { u"under ", 6 },
		{ u"as ", 3 } };

	for (size_t i = 0; i < sizeof prepositions / sizeof prepositions[0]; i++)
		if (len > prepositions[i].len && memcmp(folded, prepositions[i].folded, prepositions[i].len * sizeof *folded) == 0)
			return prepositions[i].len;
	return 0;
}

/* What all of the characters name; 0: no category. */
static uint16_t
name_in(const struct reading *r, size_t begin, size_t end)
{
	const uint16_t *folded = r->tokens->chars->folded;
	size_t len;

	while (begin < end && is_edge(folded[begin]))
		begin++;
	while (end > begin && is_edge(folded[end - 1]))
		end--;
	begin += skip_preposition(folded + begin, end - begin);
	len = end - begin;
	if (len == 0)
		return 0;
	for (size_t i = 0; r->own != NULL && i < r->own->category_word_count; i++)
		if (r->own->category_words[i].is_name && is_word(&r->own->category_words[i], folded + begin, len))
			return (uint16_t)(NAMED_OWN + r->own->category_words[i].owner);
	for (size_t i = 0; i < DEFAULT_NAMES; i++)
		if (is_word(&default_names[i], folded + begin, len))
			return (uint16_t)(1 + default_names[i].owner);
	return 0;
}

static bool
is_colon(const struct tokens *tokens, size_t i)
{
	return token_is_mark(tokens, &tokens->at[i], ':');
}

static size_t
next_amount(const struct tokens *tokens, size_t first, size_t last)
{
	while (first < last && tokens->at[first].kind != TOKEN_AMOUNT)
		first++;
	return first;
}

static void
drop(struct tokens *tokens, size_t first, size_t last)
{
	for (size_t i = first; i < last; i++)
		tokens->at[i].kind = TOKEN_GONE;
}

/* "Food: coffee 4, tea 3": for all amounts of the line. */
static void
read_heading(const struct reading *r, size_t first, size_t last)
{
	struct tokens *tokens = r->tokens;
	size_t colon = first, amount;
	uint16_t named;

	while (colon < last && !is_colon(tokens, colon))
		colon++;
	amount = next_amount(tokens, first, last);
	if (colon == last || colon == first || amount < colon || amount == last || !span_has_name(tokens, (struct span){ colon + 1, last }))
		return;
	named = name_in(r, tokens->at[first].begin, tokens->at[colon].begin);
	if (named == 0)
		return;
	drop(tokens, first, colon + 1);
	for (; amount < last; amount = next_amount(tokens, amount + 1, last))
		tokens->at[amount].named = named;
}

/* What may stand between an amount and the category that is named for it. */
static bool
is_between(const struct token *t)
{
	return t->kind == TOKEN_PAUSE || t->kind == TOKEN_ACCOUNT || t->kind == TOKEN_GONE || t->kind == TOKEN_DAY || t->kind == TOKEN_TIME;
}

/* Behind an amount, up to the end of the clause; what was bought must stand before it. */
static void
read_behind(const struct reading *r, size_t before, size_t amount, size_t last)
{
	struct tokens *tokens = r->tokens;
	size_t first = amount + 1, end;
	uint16_t named = 0;

	while (first < last && tokens->at[first].kind == TOKEN_PAUSE)
		first++;
	for (end = first; end < last && tokens->at[end].kind != TOKEN_PAUSE; end++)
		if (tokens->at[end].kind == TOKEN_AMOUNT)
			return;
	if (first == end || !span_has_name(tokens, (struct span){ before, amount }))
		return;
	while ((named = name_in(r, tokens->at[first].begin, tokens->at[end - 1].end)) == 0 && is_between(&tokens->at[first]))
		if (++first == end)
			return;
	if (named == 0)
		return;
	drop(tokens, first, end);
	tokens->at[amount].named = named;
}

/* "#transport", which is no token: of the amount before it, else of the first one behind it. */
static void
read_tags(const struct reading *r, size_t first, size_t last)
{
	struct tokens *tokens = r->tokens;
	const struct chars *chars = tokens->chars;
	size_t limit = last < tokens->count ? tokens->at[last].begin : chars->count, amount = next_amount(tokens, first, last), next, end;
	uint16_t named;

	if (amount == last)
		return;
	for (size_t at = first == 0 ? 0 : tokens->at[first - 1].end; at < limit; at++) {
		if (chars->folded[at] != '#')
			continue;
		for (end = at + 1; end < limit && char_class(chars->folded[end]) != CHAR_SPACE; end++)
			;
		named = name_in(r, at + 1, end);
		while ((next = next_amount(tokens, amount + 1, last)) < last && tokens->at[next].begin < at)
			amount = next;
		if (named != 0)
			tokens->at[amount].named = named;
	}
}

void
named_categories_read(const struct reading *r)
{
	struct tokens *tokens = r->tokens;
	size_t first = 0, last, before;

	if (!is_filled)
		fill_default_names();
	for (; first < tokens->count; first = last + 1) {
		for (last = first; last < tokens->count && (tokens->at[last].kind != TOKEN_BREAK || is_colon(tokens, last)); last++)
			;
		read_heading(r, first, last);
		before = first;
		for (size_t i = next_amount(tokens, first, last); i < last; before = i + 1, i = next_amount(tokens, i + 1, last))
			read_behind(r, before, i, last);
		read_tags(r, first, last);
	}
}
