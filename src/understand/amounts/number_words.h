/* SPDX-License-Identifier: MIT */
/* Numbers that are more than digits: fifty-five, siebenundzwanzig, 2.5 million, 3萬5, 4억 1천 590만, half a million. */
#ifndef NUMBER_WORDS_H
#define NUMBER_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "numbers.h"
#include "understand/text/tokens.h"

/*
 * How many tokens from i on make one number, digits among them; 0 for none.
 * Sets value, decimals, is_in_words and is_scaled of out.  is_money tells that
 * a currency stands before it: a lone letter scales only an amount of money.
 */
size_t number_words_read(const struct reading *r, size_t i, bool is_money, struct token *out);

/* A word of letters that is put together of number words; false for any other.  is_nth: "neunundzwanzigste". */
bool number_words_split(const struct chars *chars, size_t begin, size_t end, struct number *out, bool *is_nth);

/* Sino-Korean digits at a position: 이만칠천, 일쩜이삼; false when there are none. */
bool number_words_read_hangul(const struct chars *chars, size_t at, struct number *out);

#endif
