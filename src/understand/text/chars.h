/* SPDX-License-Identifier: MIT */
/*
 * A text as folded characters: one 16-bit unit each, lower case, full-width
 * forms as their ASCII ones.  What is outside the basic plane becomes one of
 * two stand-ins, but for pictures (U+1F300 to U+1FAFF), which lie in the private
 * use area, where no text has letters.
 */
#ifndef CHARS_H
#define CHARS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "slice.h"
#include "understand.h"

enum char_class {
	CHAR_END,        /* behind the last one */
	CHAR_SPACE,
	CHAR_NEWLINE,
	CHAR_DIGIT,
	CHAR_LETTER,     /* of a script that puts blanks between words */
	CHAR_CJK,        /* Han, kana, hangul: words may begin and end anywhere */
	CHAR_SIGN,       /* of a currency */
	CHAR_BREAK,      /* ends a sentence */
	CHAR_PAUSE,      /* ends a clause */
	CHAR_EMOJI,      /* and other marks that say nothing here */
	CHAR_PUNCT
};

enum { CHAR_RARE_HAN = 0x3400, CHAR_PICTURE = 0xE000, CHAR_PICTURE_LAST = 0xE7FF, CHAR_STAND_IN = 0xFFFD, CHAR_WIDE_COMMA = 0xFF0C, CHARS_AHEAD = 8 };

struct chars {
	const char *text;
	size_t      count;
	uint8_t     language;     /* of data/languages.def: whose own words count; 0 for none */
	/* zeros stand behind the last one, so that readers may look CHARS_AHEAD of them ahead */
	uint16_t    folded[UNDERSTAND_TEXT_MAX + CHARS_AHEAD];
	/* offset[count] is the length in bytes */
	uint16_t    offset[UNDERSTAND_TEXT_MAX + 1];
};

/* text is valid UTF-8; what is beyond UNDERSTAND_TEXT_MAX bytes is left out. */
void chars_read(struct chars *chars, struct slice text);

/* A short text alone; returns the count, or 0 when it has more than max characters. */
size_t chars_fold(struct slice text, uint16_t *folded, size_t max);

enum char_class char_class_other(uint16_t c);

extern const uint8_t char_class_ascii[128];

static inline enum char_class
char_class(uint16_t c)
{
	return c < 128 ? (enum char_class)char_class_ascii[c] : char_class_other(c);
}

static inline bool
char_is_digit(uint16_t c)
{
	return c >= '0' && c <= '9';
}

/* Letters of one word stand on both sides of this place. */
static inline bool
chars_is_inside_word(const struct chars *chars, size_t at)
{
	return at > 0 && char_class(chars->folded[at - 1]) == CHAR_LETTER && char_class(chars->folded[at]) == CHAR_LETTER;
}

/* The source bytes of [begin, end). */
static inline struct slice
chars_slice(const struct chars *chars, size_t begin, size_t end)
{
	return (struct slice){ chars->text + chars->offset[begin], (size_t)(chars->offset[end] - chars->offset[begin]) };
}

/* The character as it came was full-width or another 3-byte form. */
static inline bool
chars_is_wide(const struct chars *chars, size_t at)
{
	return (unsigned char)chars->text[chars->offset[at]] == 0xEF;
}

/* A capital ASCII letter in the source. */
static inline bool
chars_is_capital(const struct chars *chars, size_t at)
{
	char c = chars->text[chars->offset[at]];

	return c >= 'A' && c <= 'Z';
}

#endif
