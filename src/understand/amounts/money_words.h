/* SPDX-License-Identifier: MIT */
/* How currencies are named in messages: the rows of data/money.def. */
#ifndef MONEY_WORDS_H
#define MONEY_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "money.h"

enum money_sort {
	MONEY_IS_PLAIN,
	MONEY_IS_STRICT,         /* an ordinary word too: only in capitals and next to the number */
	MONEY_IS_LETTER,         /* the c of "43c": only behind the number */
	MONEY_IS_NATION          /* "Canadian": only together with a unit */
};

struct money_word {
	char        code[4];     /* "" is the user's own, "???" the yen or yuan sign */
	const char *family;      /* currencies that the name may mean too; "" when it names one only */
	int         decimals;    /* 0 for the unit, 2 for its hundredth */
	enum money_sort sort;
	const char *list;
	const char *language;    /* whose word it is; "" for all */
};

extern const struct money_word money_words[];
extern const size_t money_word_count;

#endif
