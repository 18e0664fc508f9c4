/* SPDX-License-Identifier: MIT */
/* What the files that read a question share; see question.h. */
#ifndef QUESTION_PARTS_H
#define QUESTION_PARTS_H

#include "question.h"

#include <stdint.h>

#include "understand/text/chars.h"

enum word_kind {
	TOTAL, LIST, BREAKDOWN, TOP, LARGEST, AVERAGE, LEFT, REPORT, COMPARE, NOUN, ONE, PERIOD, PAST, WEEKDAY, UNIT, MONTH, YEAR_MARK, MONTH_MARK, DAY_MARK, IN,
	TO, SINCE, FILLER
};

struct word {
	uint16_t at, len;                  /* of its folded characters, in the table */
	uint8_t  kind, languages;          /* a bit for each */
	int16_t  value;
};

struct reader {
	struct chars *chars;
	size_t        at, end;
	day_t         today;
	unsigned      asked;               /* a bit for each of the kinds up to NOUN */
	unsigned      word_count;
	bool          has_mark;            /* a question mark */
	unsigned      languages;           /* of the words that say something; all bits as long as there is none */
	unsigned      range_count;         /* periods and dates read */
	day_t         from, to;            /* the first one; */
	day_t         other_from, other_to;    /* the second one */
	bool          is_year_next;        /* a bare number of four digits is a year */
	bool          is_ever;             /* all days, unless others are named */
	bool          is_since;            /* up to today */
	int           last;                /* enum period_name that is not the present one, or -1 */
	bool          is_behind_particle;  /* of one kana */
	unsigned      limit;
	bool          is_bad;
	size_t        name_begin, name_end;    /* equal: there is none */
	bool          is_name_over;        /* something was said behind it */
};

/* --- question_words.c ------------------------------------------------------------------ */

/* The longest word at a place, and what follows it; NULL when there is none. */
const struct word *question_word_at(const struct reader *r, size_t at, size_t *behind);

/* What a word is besides; NULL: nothing. */
const struct word *question_word_sense(const struct word *word);

/* The word of a kind at a place, past blanks. */
const struct word *question_word_of_kind(const struct reader *r, size_t at, enum word_kind kind, size_t *behind);

/* --- question_days.c: read at r->at, and go on behind; false: there is none ------------- */

bool question_read_date(struct reader *r);

/* A number of up to four digits, or up to 99 in Chinese ones, past blanks; *at goes behind it. */
bool question_read_number(const struct reader *r, size_t *at, int *number);

/* "March", "March 5", "March 2026"; behind the name of the month. */
bool question_read_month(struct reader *r, int month, size_t behind);

/* "last 7 days", of which today is the last; "last 5 expenses"; "last expense"; "recent expenses". */
bool question_read_past(struct reader *r, size_t behind, bool may_stand_alone);

/* A day of the week, by its value in question_words.def. */
void question_add_weekday(struct reader *r, int value);

void question_add_range(struct reader *r, day_t from, day_t to);

#endif
