/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "accounts.h"

static const struct token nothing = { .kind = TOKEN_BREAK };

static const struct token *
token_at(const struct reading *r, size_t i)
{
	return i < r->tokens->count ? &r->tokens->at[i] : &nothing;
}

static bool
is_end(const struct token *t)
{
	return t->kind == TOKEN_BREAK || t->kind == TOKEN_PAUSE;
}

/* A bank's name or "card" alone is something else more often; it must stand where an account does. */
static bool
stands_as_account(const struct reading *r, size_t i, size_t reduced)
{
	const struct token *before = reduced > 0 ? &r->tokens->at[reduced - 1] : &nothing;

	return token_is(before, WORD_WITH) || (before->kind == TOKEN_AMOUNT && is_end(token_at(r, i + 1)));
}

static size_t
count_tokens(const struct reading *r, size_t i, size_t reduced)
{
	size_t at = i + 1;

	if (token_is(token_at(r, i), WORD_BANK)) {
		while (at < i + 4 && token_is(token_at(r, at), WORD_CARD))
			at++;
		if (at > i + 1)
			return at - i;
	}
	if (token_is(token_at(r, i), WORD_ACCOUNT))
		return 1u + token_is(token_at(r, i + 1), WORD_CARD);
	if (token_is(token_at(r, i), WORD_CARD) && token_is(token_at(r, i + 1), WORD_WITH_AFTER))      /* カードで */
		return 1;
	return (token_is(token_at(r, i), WORD_BANK) || token_is(token_at(r, i), WORD_CARD)) && stands_as_account(r, i, reduced) ? 1 : 0;
}

void
accounts_drop_leading(const struct reading *r, size_t reduced)
{
	size_t first = reduced, with = reduced;

	while (first > 0 && (token_is(&r->tokens->at[first - 1], WORD_WITH) || token_is(&r->tokens->at[first - 1], WORD_FILLER)))
		if (token_is(&r->tokens->at[--first], WORD_WITH))
			with = first;
	for (size_t i = with; i < reduced; i++)
		r->tokens->at[i].kind = TOKEN_GONE;
}

size_t
accounts_read(const struct reading *r, size_t i, size_t reduced, struct token *out)
{
	size_t used;

	if (token_at(r, i)->kind != TOKEN_WORD)
		return 0;
	used = count_tokens(r, i, reduced);
	if (used == 0)
		return 0;
	*out = *token_at(r, i);
	out->kind = TOKEN_ACCOUNT;
	out->sense = 0;
	out->value = 0;
	out->end = token_at(r, i + used - 1)->end;
	accounts_drop_leading(r, reduced);
	return used + token_is(token_at(r, i + used), WORD_WITH_AFTER);
}
