/* SPDX-License-Identifier: MIT */
/* What tokens may be allowed to do: sets of the scopes of scopes.def, as bits. */
#ifndef SCOPE_H
#define SCOPE_H

#include "buf.h"
#include "records.h"
#include "scopes.h"

static inline uint32_t
scope_bit(enum scope scope)
{
	return UINT32_C(1) << scope;
}

/* "read"; NULL for none. */
const char *scope_name(enum scope scope);

/* false: there is no such scope. */
bool scope_find(struct slice name, enum scope *scope);

/* What a token of this kind has when nobody says otherwise. */
uint32_t scopes_of_kind(enum token_kind kind);

/*
 * What it may be given: the same, and for a service token also to issue tokens
 * to users, which is for a gateway whose users ask it for them.
 */
uint32_t scopes_allowed(enum token_kind kind);

/* Append the names in a set, with the text between two of them. */
void scopes_write(uint32_t set, const char *between, struct buf *out);

/* What a stored token has. */
uint32_t scopes_of_token(const struct token *token);

#endif
