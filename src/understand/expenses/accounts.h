/* SPDX-License-Identifier: MIT */
/* What was paid with: cash, Visa, 台新信用卡, "Taishin Credit Card". */
#ifndef ACCOUNTS_H
#define ACCOUNTS_H

#include <stddef.h>

#include "understand/text/tokens.h"

/*
 * How many tokens from i on name an account; 0 for none.  The tokens before it
 * that only lead to it ("paid by", 用) become TOKEN_GONE.
 */
size_t accounts_read(const struct reading *r, size_t i, size_t reduced, struct token *out);

/* The "paid by", "on the", 用 before an account is no part of anything: of the last ones of the first `reduced` tokens. */
void accounts_drop_leading(const struct reading *r, size_t reduced);

#endif
