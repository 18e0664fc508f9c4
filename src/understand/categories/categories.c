/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "categories.h"

#include "understand/text/words.h"

enum { HEAD_LETTERS_MIN = 5 };

const char *
category_kind_key(enum category_kind kind)
{
	static const char *const keys[CATEGORY_KINDS] = { "food", "transport", "shopping", "entertainment", "other" };

	return keys[kind];
}

/* A Chinese character says about as much as two letters. */
static size_t
weight(const struct chars *chars, size_t begin, size_t end)
{
	return (end - begin) * (char_class(chars->folded[begin]) == CHAR_CJK ? 2 : 1);
}

static bool
may_begin_word(const struct chars *chars, size_t at)
{
	enum char_class class = char_class(chars->folded[at]);

	if (class == CHAR_CJK || class == CHAR_DIGIT)
		return true;
	return class == CHAR_LETTER && (at == 0 || char_class(chars->folded[at - 1]) != CHAR_LETTER);
}

/* The head of a compound: the "geschäft" of a word that no table has; its length, or 0. */
static size_t
find_head(const struct chars *chars, size_t begin, size_t end, enum category_kind *kind)
{
	for (size_t at = begin + 1; at + HEAD_LETTERS_MIN <= end; at++) {
		size_t word_end = at;
		const struct sense *thing;

		if (char_class(chars->folded[at]) != CHAR_LETTER || char_class(chars->folded[at - 1]) != CHAR_LETTER)
			continue;
		thing = words_sense_of(words_find(chars, at, &word_end), WORD_THING);
		if (thing != NULL && word_end >= at + HEAD_LETTERS_MIN) {
			*kind = (enum category_kind)thing->value;
			return word_end - at;
		}
	}
	return 0;
}

enum category_kind
categories_find(const struct chars *chars, size_t begin, size_t end, bool *is_known)
{
	enum category_kind best = CATEGORY_OTHER;
	size_t best_weight = 0;

	for (size_t at = begin; at < end; at++) {
		size_t word_end = at;
		const struct sense *thing;

		if (!may_begin_word(chars, at))
			continue;
		thing = words_sense_of(words_find(chars, at, &word_end), WORD_THING);
		if (thing != NULL && word_end <= end && weight(chars, at, word_end) >= best_weight) {
			best = (enum category_kind)thing->value;
			best_weight = weight(chars, at, word_end);
		}
	}
	if (best_weight == 0)
		best_weight = find_head(chars, begin, end, &best);
	*is_known = best_weight > 0;
	return best;
}

enum category_kind
understand_category(struct slice description)
{
	struct chars chars;
	bool is_known;

	chars_read(&chars, description);
	return categories_find(&chars, 0, chars.count, &is_known);
}
