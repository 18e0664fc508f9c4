/* SPDX-License-Identifier: MIT */
/* The table of the words of questions, and finding one in a text; see question_parts.h. */
#include "config.h"

#include "question_parts.h"

#include <assert.h>
#include <stdlib.h>

static const struct {
	enum word_kind kind;
	int            value;
	const char    *words[LANGUAGES];
} rows[] = {
#define QUESTION_WORD(kind, value, en, zh_hant, zh_hans, ja) { kind, value, { en, zh_hant, zh_hans, ja } },
#include "dialogue/data/question_words.def"
#undef QUESTION_WORD
};

enum { WORDS_MAX = 2048, CHARS_MAX = 16384 };

static struct word words[WORDS_MAX];       /* in the order of their characters */
static size_t word_count;
static uint16_t folded[CHARS_MAX];
static size_t folded_count;

/* --- the table -------------------------------------------------------------------------- */

static int
compare_texts(const struct word *a, const struct word *b)
{
	for (size_t i = 0; i < a->len && i < b->len; i++)
		if (folded[a->at + i] != folded[b->at + i])
			return folded[a->at + i] < folded[b->at + i] ? -1 : 1;
	return (int)a->len - (int)b->len;
}

static int
compare(const void *a, const void *b)
{
	const struct word *x = a, *y = b;
	int by_text = compare_texts(x, y);

	return by_text != 0 ? by_text : (int)x->kind - (int)y->kind;
}

static void
add_word(size_t row, int language, struct slice text)
{
	struct word *word = &words[word_count++];

	assert(word_count < WORDS_MAX);
	*word = (struct word){ (uint16_t)folded_count, 0, (uint8_t)rows[row].kind, (uint8_t)(1U << language), (int16_t)rows[row].value };
	word->len = (uint16_t)chars_fold(text, folded + folded_count, CHARS_MAX - folded_count);
	assert(word->len > 0);                   /* else the table has outgrown its room */
	folded_count += word->len;
}

/* A word of several languages is one; a word of several kinds stays several, next to one another. */
static void
join_languages(void)
{
	size_t kept = 0;

	for (size_t i = 0; i < word_count; i++)
		if (kept > 0 && compare(&words[kept - 1], &words[i]) == 0 && words[kept - 1].value == words[i].value)
			words[kept - 1].languages |= words[i].languages;
		else
			words[kept++] = words[i];
	word_count = kept;
}

static void
fill_table(void)
{
	for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++)
		for (int language = 0; language < LANGUAGES; language++)
			for (const char *p = rows[row].words[language]; p != NULL && *p != '\0';) {
				size_t len = strcspn(p, "|");

				add_word(row, language, (struct slice){ p, len });
				p = p[len] == '|' ? p + len + 1 : NULL;
			}
	qsort(words, word_count, sizeof words[0], compare);
	join_languages();
}

/* --- finding ---------------------------------------------------------------------------- */

/* The first of the words in [low, high) whose character at depth is at least c. */
static size_t
lower(size_t low, size_t high, size_t depth, uint32_t c)
{
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct word *word = &words[middle];

		if (word->len <= depth || folded[word->at + depth] < c)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct word *
question_word_at(const struct reader *r, size_t at, size_t *behind)
{
	const struct word *found = NULL;
	size_t low = 0, high;

	if (chars_is_inside_word(r->chars, at))
		return NULL;
	if (word_count == 0)
		fill_table();
	high = word_count;
	for (size_t depth = 0; at + depth < r->end && low < high; depth++) {
		uint16_t c = r->chars->folded[at + depth];

		low = lower(low, high, depth, c);
		high = lower(low, high, depth, (uint32_t)c + 1);
		if (low < high && words[low].len == depth + 1 && !chars_is_inside_word(r->chars, at + depth + 1)) {
			found = &words[low];
			*behind = at + depth + 1;
		}
	}
	return found;
}

const struct word *
question_word_sense(const struct word *word)
{
	return word + 1 < words + word_count && compare_texts(word + 1, word) == 0 ? word + 1 : NULL;
}

const struct word *
question_word_of_kind(const struct reader *r, size_t at, enum word_kind kind, size_t *behind)
{
	const struct word *word;

	while (at < r->end && r->chars->folded[at] == ' ')
		at++;
	word = question_word_at(r, at, behind);
	for (const struct word *w = word; w != NULL; w = question_word_sense(w))
		if (w->kind == kind)
			return w;
	return NULL;
}
