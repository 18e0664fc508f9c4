/* SPDX-License-Identifier: MIT */
/* See scope.h. */
#include "config.h"

#include "scope.h"

enum holder { HOLDER_NONE, HOLDER_USERS, HOLDER_ADMIN };

static const struct {
	const char *name;
	enum holder holder;
} scopes[SCOPES] = {
#define SCOPE(name, holder, help) [SCOPE_##name] = { #name, HOLDER_##holder },
#include "tables/scopes.def"
#undef SCOPE
};

_Static_assert((int)SCOPES <= 32, "a token's scopes are 32 bits");

const char *
scope_name(enum scope scope)
{
	return scopes[scope].name;
}

bool
scope_find(struct slice name, enum scope *scope)
{
	for (int i = SCOPE_none + 1; i < SCOPES; i++)
		if (slice_equal(name, slice_of(scopes[i].name))) {
			*scope = (enum scope)i;
			return true;
		}
	return false;
}

uint32_t
scopes_of_kind(enum token_kind kind)
{
	enum holder holder = kind == TOKEN_ADMIN ? HOLDER_ADMIN : HOLDER_USERS;
	uint32_t set = 0;

	for (int i = SCOPE_none + 1; i < SCOPES; i++)
		if (scopes[i].holder == holder)
			set |= scope_bit((enum scope)i);
	return set;
}

uint32_t
scopes_allowed(enum token_kind kind)
{
	return scopes_of_kind(kind) | (kind == TOKEN_SERVICE ? scope_bit(SCOPE_tokens) : 0);
}

void
scopes_write(uint32_t set, const char *between, struct buf *out)
{
	bool is_first = true;

	for (int i = SCOPE_none + 1; i < SCOPES; i++) {
		if ((set & scope_bit((enum scope)i)) == 0)
			continue;
		if (!is_first)
			buf_append_text(out, between);
		buf_append_text(out, scopes[i].name);
		is_first = false;
	}
}

uint32_t
scopes_of_token(const struct token *token)
{
	return token->scopes != 0 ? token->scopes : scopes_of_kind(token->kind);
}
