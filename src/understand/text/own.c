/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "own.h"

#include <string.h>

static void
fold_word(struct own_word *word, struct slice text, uint16_t owner)
{
	word->len = (uint16_t)chars_fold(text, word->folded, OWN_CHARS_MAX);
	word->owner = (uint16_t)(owner + 1);
}

void
own_read(struct own *own, const struct understand_input *input)
{
	own->category_word_count = own->account_count = 0;
	for (size_t i = 0; i < input->category_word_count && i < UNDERSTAND_CATEGORY_WORDS_MAX; i++) {
		const struct understand_word *word = &input->category_words[i];

		own->category_words[i].is_name = word->is_name;
		fold_word(&own->category_words[own->category_word_count++], word->text, word->category);
	}
	for (size_t i = 0; i < input->account_count && i < UNDERSTAND_ACCOUNTS_MAX; i++)
		fold_word(&own->accounts[own->account_count++], input->accounts[i], (uint16_t)i);
}

/* Letters stand with letters and digits with digits; other scripts have no blanks between words. */
static bool
is_inside_word(const struct chars *chars, size_t before, size_t behind)
{
	enum char_class class = char_class(chars->folded[before]);

	return (class == CHAR_LETTER || class == CHAR_DIGIT) && class == char_class(chars->folded[behind]);
}

static bool
is_at(const struct own_word *word, const struct chars *chars, size_t at, size_t limit)
{
	size_t end = at + word->len;

	if (word->len == 0 || end > limit || chars->folded[at] != word->folded[0] ||
	    memcmp(chars->folded + at, word->folded, word->len * sizeof word->folded[0]) != 0)
		return false;
	return !(at > 0 && is_inside_word(chars, at - 1, at)) && !is_inside_word(chars, end - 1, end);
}

uint16_t
own_account_at(const struct own *own, const struct chars *chars, size_t at, size_t *end)
{
	const struct own_word *best = NULL;

	for (size_t i = 0; i < own->account_count; i++)
		if ((best == NULL || own->accounts[i].len > best->len) && is_at(&own->accounts[i], chars, at, chars->count))
			best = &own->accounts[i];
	if (best == NULL)
		return 0;
	*end = at + best->len;
	return best->owner;
}

uint16_t
own_category_in(const struct own *own, const struct chars *chars, size_t begin, size_t end)
{
	const struct own_word *best = NULL;

	for (size_t at = begin; at < end; at++)
		for (size_t i = 0; i < own->category_word_count; i++)
			if ((best == NULL || own->category_words[i].len > best->len) && is_at(&own->category_words[i], chars, at, end))
				best = &own->category_words[i];
	return best == NULL ? 0 : best->owner;
}
