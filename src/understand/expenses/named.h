/* SPDX-License-Identifier: MIT */
/*
 * A category that is named beside an expense and not bought: "coffee 4
 * #transport", 咖啡 65 食物, "Food: coffee 4, tea 3".
 */
#ifndef NAMED_H
#define NAMED_H

#include "understand/text/tokens.h"

/* Of a token: 0 for none, else 1 + a default category's kind, or NAMED_OWN + what own_word has as owner. */
enum { NAMED_OWN = 256 };

/*
 * Amounts get to know the category that is named for them, by the user's own
 * name for it or a default one's name in any language; the tokens that name it
 * become TOKEN_GONE.  After the reduction.
 */
void named_categories_read(const struct reading *r);

#endif
