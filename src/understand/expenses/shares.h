/* SPDX-License-Identifier: MIT */
/* A bill that several people pay: "dinner 900 split 3 ways", 晚餐900 三人平分. */
#ifndef SHARES_H
#define SHARES_H

#include "things.h"

/*
 * Among how many people the sentence divides its price; 0 when it does not.
 * The tokens that say so become TOKEN_GONE.  After the reduction.
 */
int64_t shares_take(struct tokens *tokens, struct span sentence);

#endif
