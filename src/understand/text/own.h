/* SPDX-License-Identifier: MIT */
/* The user's own words in a text: names of accounts, names and keywords of categories. */
#ifndef OWN_H
#define OWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chars.h"

enum { OWN_CHARS_MAX = 64 };

struct own_word {
	uint16_t folded[OWN_CHARS_MAX];
	uint16_t len;               /* 0: empty or too long, never found */
	uint16_t owner;             /* 1 + the index of the category or account */
	bool     is_name;           /* of a category, and no keyword */
};

struct own {
	size_t          category_word_count, account_count;
	struct own_word category_words[UNDERSTAND_CATEGORY_WORDS_MAX];
	struct own_word accounts[UNDERSTAND_ACCOUNTS_MAX];
};

/* Folded as a text is; what is beyond the limits of understand.h is left out. */
void own_read(struct own *own, const struct understand_input *input);

/* The longest name of an account that begins at a position: its owner, 0 for none.  Sets end. */
uint16_t own_account_at(const struct own *own, const struct chars *chars, size_t at, size_t *end);

/* The owner of the longest word of a category in the characters [begin, end), the first of several; 0 for none. */
uint16_t own_category_in(const struct own *own, const struct chars *chars, size_t begin, size_t end);

#endif
