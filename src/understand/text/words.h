/* SPDX-License-Identifier: MIT */
/*
 * The words that the rules know.  They lie in src/understand/data/, a table a
 * topic, as lists that a person who knows a language can extend; a word may be
 * in several lists and then has several senses.  A word that is something else
 * in another language stands in a WORDS_IN row, for texts of its language only.
 */
#ifndef WORDS_H
#define WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chars.h"

enum {
	WORDS_LANGUAGES = 1
#define LANGUAGE(name, script) + 1
#include "understand/data/languages.def"
#undef LANGUAGE
};

/* Which of data/languages.def a BCP 47 tag names; 0 for none, only the words of all texts count then. */
uint8_t words_language(struct slice tag);

enum word_kind {
	WORD_NONE,
	/* days.def */
	WORD_DAY,            /* value: days from today */
	WORD_WEEKDAY,        /* Monday is 0 */
	WORD_WEEK,           /* value: weeks from this one; also WORD_MONTHS and WORD_YEARS */
	WORD_MONTHS,
	WORD_YEARS,
	WORD_MONTH,          /* value: 1 to 12 */
	WORD_LAST,           /* before a weekday; value: -1, 0 or 1 */
	WORD_PERIOD,         /* value: enum period */
	WORD_AGO,            /* behind a number of periods; value: -1 or 1 */
	WORD_IN,             /* before a number of periods: to come, or past where the value is -1 */
	WORD_DAY_MARK,       /* behind a day's number: 日 */
	WORD_MONTH_MARK,
	WORD_YEAR_MARK,
	WORD_NTH,            /* "third" */
	WORD_DAY_OF,         /* between the parts of a date */
	WORD_DAY_LEAD,       /* before the number of a day */
	WORD_FROM,           /* "3 days from tomorrow"; value: -1 or 1 */
	WORD_ORDINAL,        /* "th" behind a number, 第 before one */
	WORD_CLOCK,          /* behind an hour */
	WORD_AT,             /* before an hour */
	WORD_PART_OF_DAY,
	/* grammar.def, but for currencies, which are in money.def */
	WORD_CURRENCY,       /* value: row of money_words */
	WORD_MAGNITUDE,      /* value: power of ten */
	WORD_NUMBER,         /* value: 0 to 900 */
	WORD_NUMBER_JOIN,    /* between the parts of a number: the "und" of "zwei und zwanzig" */
	WORD_POINT,          /* before decimals */
	WORD_HALF,           /* value: 2 for a half, 4 for a quarter */
	WORD_YEAR_LEAD,      /* the four digits behind it are a year */
	WORD_PERCENT,
	WORD_NATION,         /* "Canadian" with a dollar; value: row of money_words */
	WORD_MONEY_LINK,     /* the "de" of "20 millones de pesos" */
	WORD_MONEY_COUNTER,  /* counts dollars where tenths follow, and may be tenths itself; value: in tenths */
	WORD_TOTAL,
	WORD_EACH,
	WORD_TIP,
	WORD_PAY,            /* a verb whose object is the amount */
	WORD_BUY,            /* a verb whose object is the thing */
	WORD_BUY_WEAK,       /* a verb of one character, that only counts where a verb can stand */
	WORD_BE,
	WORD_PRONOUN,
	WORD_FILLER,         /* says nothing about the thing: left away at either end */
	WORD_PREPOSITION,    /* the same, and may stand between an amount and its thing */
	WORD_PARTICLE,       /* of Chinese and Japanese: left away next to what was left away */
	WORD_TAIL,           /* comment behind an expense: left away at the end */
	WORD_JOIN,           /* between two expenses, or between two words of one */
	WORD_REFUND,         /* value: 1 when it is a way of travelling as well */
	WORD_INSTEAD,        /* the amount behind it corrects the one before; value: 1 when it is taken off */
	WORD_SPLIT,          /* the price is divided among people; value: how many, 1 when their number is behind it, 0 anywhere */
	WORD_REFUNDED,       /* the same as a sentence's verb, no part of a thing */
	WORD_UNIT,           /* behind a number: it is not money; value: 1 when it counts things bought, 2 when people */
	WORD_SERIES,         /* a number behind it is part of its name */
	WORD_TIMES,          /* "x" before or behind a number of things */
	WORD_QUESTION,
	WORD_ORDER,          /* to the bot, at the beginning of a sentence */
	WORD_TOPIC,          /* nothing that one buys: budgets, limits, rules */
	WORD_GUARD,          /* nobody who reports an expense says this */
	/* accounts.def */
	WORD_ACCOUNT,
	WORD_BANK,
	WORD_CARD,           /* an account together with a bank's name */
	WORD_WITH,           /* leads to an account */
	WORD_WITH_AFTER,     /* follows one */
	/* things.def */
	WORD_THING,          /* value: enum category_kind */
	WORD_PLAIN,          /* only keeps a longer word from being read as a shorter one */
	WORD_BRAND           /* as WORD_THING for whom one pays; only words_find_brand finds it */
};

enum period { PERIOD_MINUTE, PERIOD_DAY, PERIOD_WEEK, PERIOD_MONTH, PERIOD_YEAR };

struct sense {
	uint8_t  kind;
	int16_t  value;
	uint16_t next;       /* another sense of the same word, or 0 */
};

/* Fill the tables, which are read only from then on; otherwise the first look-up does. */
void words_init(void);

/*
 * The longest word that begins at a position; returns its first sense, 0 for
 * none, and sets end.  A word of letters ends where letters end; the caller
 * begins only where they begin.
 */
uint16_t words_find(const struct chars *chars, size_t at, size_t *end);

/*
 * The same among the names of brands.  They lie apart, so that a name that is a
 * word or number elsewhere changes nothing in the reading of a message.
 */
uint16_t words_find_brand(const struct chars *chars, size_t at, size_t *end);

/* The same within a word of letters: the longest one in [at, limit), wherever it ends. */
uint16_t words_prefix(const struct chars *chars, size_t at, size_t limit, size_t *end);

const struct sense *words_sense(uint16_t index);

/* The sense of that kind in a chain, or NULL. */
const struct sense *words_sense_of(uint16_t first, enum word_kind kind);

/* The i-th list of things in the tables, for the trainer; false behind the last one. */
bool words_thing_list(size_t i, int *category, const char **list);

/* How many words and senses are loaded; for the test that they fit. */
size_t words_count(void);

#endif
