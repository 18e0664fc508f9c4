/* SPDX-License-Identifier: MIT */
/*
 * Questions about expenses ("how much this month?", "這個月的食物消費"): what is
 * wanted, of which days, and the name that is left when all words of questions
 * are taken away.  The words are in data/question_words.def; a text is read
 * once, the longest word at each place.
 */
#ifndef QUESTION_H
#define QUESTION_H

#include <stdbool.h>

#include "day.h"
#include "slice.h"
#include "text.h"

enum question_kind {
	QUESTION_NONE, QUESTION_TOTAL, QUESTION_LIST, QUESTION_BREAKDOWN, QUESTION_TOP, QUESTION_LARGEST, QUESTION_AVERAGE, QUESTION_LEFT,
	QUESTION_REPORT, QUESTION_COMPARE
};

enum period_name {
	PERIOD_TODAY, PERIOD_YESTERDAY, PERIOD_BEFORE_YESTERDAY, PERIOD_THIS_WEEK, PERIOD_LAST_WEEK, PERIOD_THIS_MONTH,
	PERIOD_LAST_MONTH, PERIOD_THIS_YEAR, PERIOD_LAST_YEAR, PERIOD_EVER
};

struct question {
	enum question_kind kind;
	enum language      language;
	bool               has_period;
	day_t              from, to;       /* both included */
	day_t              other_from, other_to;   /* with QUESTION_COMPARE: the days to compare them with */
	struct slice       name;           /* what is left; may be empty */
	bool               is_asked;       /* in so many words, so that the name may be any word; else it must be a category's */
	unsigned           limit;          /* of the entries to list; 0: none is named */
};

/* kind is QUESTION_NONE when it is none.  at_home: the language that counts when the words are of several. */
void question_read(struct question *question, struct slice text, day_t today, enum language at_home);

/* The days of a name. */
void question_period(enum period_name name, day_t today, day_t *from, day_t *to);

/* A text that is one day and nothing else ("yesterday", "2026-11-03", "11月3日"). */
bool question_read_day(struct slice text, day_t today, day_t *day);

#endif
