/* SPDX-License-Identifier: MIT */
/* What the readers of amounts and of counts share; not for others. */
#ifndef AMOUNTS_PARTS_H
#define AMOUNTS_PARTS_H

#include "amounts.h"

/* Behind the last token everything is a break. */
static const struct token nothing = { .kind = TOKEN_BREAK, .currency = NO_CURRENCY };

static inline const struct token *
token_at(const struct reading *r, size_t i)
{
	return i < r->tokens->count ? &r->tokens->at[i] : &nothing;
}

static inline bool
is_number(const struct token *t)
{
	return t->kind == TOKEN_NUMBER && !t->is_nth;
}

#endif
