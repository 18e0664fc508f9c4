/* SPDX-License-Identifier: MIT */
/*
 * Numbers with what stands next to them: amounts of money, counts of things,
 * and what is neither.
 */
#ifndef AMOUNTS_H
#define AMOUNTS_H

#include <stddef.h>

#include "understand/text/tokens.h"

/*
 * How many tokens from i on are an amount; 0 for none.  out is the token that
 * stands for them.  A bare number may turn out to be no amount later.
 */
size_t amounts_read(const struct reading *r, size_t i, size_t reduced, struct token *out);

/* The same for a price in units that a counter word counts, with tenths: Cantonese 個九 is 1.9, 五個半 5.5, 三個一毫四 3.14. */
size_t amounts_read_counted(const struct reading *r, size_t i, size_t reduced, struct token *out);

/* The same for a number that is not money: "3杯", "x2", "20 minutes", "12-pack", "6th", a telephone number. */
size_t amounts_read_count(const struct reading *r, size_t i, size_t reduced, struct token *out);

/* The currency that a row of money_words stands for; "" with guessed when nothing tells. */
struct currency amounts_currency(int row, struct currency home, enum language language, bool *is_guessed);

/* In the currency's minor units, rounded half to even; false when it is too large. */
bool amounts_minor(const struct token *amount, int digits, int64_t *minor);

#endif
