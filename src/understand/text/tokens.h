/* SPDX-License-Identifier: MIT */
/*
 * A message as a row of tokens.  tokens_read makes the raw ones in one pass;
 * phrases_reduce then puts those together that mean one thing, a day or an
 * amount, so that the assembly sees a handful of kinds only.
 */
#ifndef TOKENS_H
#define TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chars.h"
#include "own.h"
#include "words.h"

enum token_kind {
	TOKEN_TEXT,          /* nothing that the tables know; a run of them in Chinese and Japanese */
	TOKEN_WORD,          /* in the tables: sense */
	TOKEN_NUMBER,        /* value and decimals */
	TOKEN_PUNCT,
	TOKEN_PAUSE,         /* between clauses */
	TOKEN_BREAK,         /* between sentences */
	TOKEN_DAY,           /* value: the day */
	/* only after the reduction */
	TOKEN_TIME,
	TOKEN_AMOUNT,        /* value, decimals, currency */
	TOKEN_COUNT,         /* "3杯", "x2", "12-pack": text; value is the count when is_countable */
	TOKEN_ACCOUNT,       /* value: 1 + the index among the user's own, or 0; those are there from the start */
	TOKEN_GONE           /* belongs to its neighbour: "by" before an account */
};

enum { TOKENS_MAX = 4096, DECIMALS_MAX = 6, NO_CURRENCY = -1 };

struct token {
	uint16_t begin, end;            /* characters */
	uint8_t  kind;                  /* enum token_kind */
	uint8_t  decimals;
	uint16_t sense;                 /* the first one, or 0 */
	int16_t  currency;              /* row of money_words, or NO_CURRENCY */
	uint16_t named;                 /* of an amount: the category that is named for it; expenses/named.h */
	bool     is_spaced : 1;         /* something blank, or a mark that is left out, stands before it */
	bool     is_in_words : 1;       /* a number of letters or Chinese digits */
	bool     is_scaled : 1;         /* ... with a hundred or more in it, or "5k" */
	bool     is_negative : 1;
	bool     is_countable : 1;
	bool     is_people : 1;         /* the count is of people */
	bool     is_question : 1;       /* the break is a question mark */
	bool     is_line : 1;           /* the break is the end of a line */
	bool     is_nth : 1;            /* a number that counts: "neunundzwanzigste" */
	bool     is_text : 1;           /* an amount that turned out to be part of a name */
	int64_t  value;
};

struct tokens {
	const struct chars *chars;
	size_t              count;
	struct token        at[TOKENS_MAX];
};

enum { NOTES_MAX = 256 };

/* Why tokens were taken as they were, for a person: a sentence each, in the order of the decisions. */
struct notes {
	size_t count;
	struct note {
		uint16_t    begin, end;    /* characters */
		const char *why;
	} at[NOTES_MAX];
};

/* What more than the characters the readers need. */
struct reading {
	struct tokens *tokens;
	struct slice   locale;
	enum language  language;
	day_t          today;
	const struct own *own;             /* NULL: the user has no words of their own */
	const struct keyword_map *keywords;
	struct notes     *notes;           /* NULL: nobody asks why */
};

static inline void
reading_note(const struct reading *r, const struct token *t, const char *why)
{
	if (r->notes != NULL && r->notes->count < NOTES_MAX)
		r->notes->at[r->notes->count++] = (struct note){ t->begin, t->end, why };
}

/* A text of more than TOKENS_MAX tokens is read up to there. */
void tokens_read(struct reading *r, const struct chars *chars);

/* NULL when the token has no such sense. */
static inline const struct sense *
token_sense(const struct token *t, enum word_kind kind)
{
	return t->sense == 0 ? NULL : words_sense_of(t->sense, kind);
}

static inline bool
token_is(const struct token *t, enum word_kind kind)
{
	return token_sense(t, kind) != NULL;
}

/* Whether the token is this one ASCII mark. */
static inline bool
token_is_mark(const struct tokens *tokens, const struct token *t, char mark)
{
	return t->end == t->begin + 1 && tokens->chars->folded[t->begin] == (uint16_t)(unsigned char)mark;
}

/* The token's characters are of a script with blanks between words. */
static inline bool
token_is_letters(const struct tokens *tokens, const struct token *t)
{
	return char_class(tokens->chars->folded[t->begin]) == CHAR_LETTER;
}

#endif
