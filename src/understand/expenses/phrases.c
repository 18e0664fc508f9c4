/* SPDX-License-Identifier: MIT */
/*
 * In place: the tokens before `reduced` are done, those from i on are raw, and
 * a reader looks both ways.
 */
#include "config.h"

#include "phrases.h"

#include "accounts.h"
#include "understand/amounts/amounts.h"
#include "understand/days/days.h"

static size_t
read_day(const struct reading *r, size_t i, size_t reduced, struct token *out)
{
	day_t day = 0;
	size_t used = days_read(r, i, reduced, &day);

	if (used == 0)
		return 0;
	*out = r->tokens->at[i];
	out->kind = day == DAY_IMPOSSIBLE ? TOKEN_TIME : TOKEN_DAY;
	out->sense = 0;
	out->value = day;
	out->end = r->tokens->at[i + used - 1].end;
	return used;
}

static size_t
read_time(const struct reading *r, size_t i, size_t reduced, struct token *out)
{
	size_t used = days_read_time(r, i);

	(void)reduced;
	if (used == 0)
		return 0;
	*out = r->tokens->at[i];
	out->kind = TOKEN_TIME;
	out->sense = 0;
	out->end = r->tokens->at[i + used - 1].end;
	return used;
}

/* The tokens found it already; what stands around an account goes with it. */
static size_t
read_own_account(const struct reading *r, size_t i, size_t reduced)
{
	accounts_drop_leading(r, reduced);
	return 1u + (i + 1 < r->tokens->count && token_is(&r->tokens->at[i + 1], WORD_WITH_AFTER));
}

void
phrases_reduce(struct reading *r)
{
	static size_t (*const readers[])(const struct reading *, size_t, size_t, struct token *) = {
		read_day, read_time, amounts_read_counted, amounts_read_count, amounts_read, accounts_read };
	struct tokens *tokens = r->tokens;
	size_t reduced = 0;

	for (size_t i = 0; i < tokens->count;) {
		struct token out = tokens->at[i];
		size_t used = 0;

		if (out.kind == TOKEN_ACCOUNT)
			used = read_own_account(r, i, reduced);
		else if (out.kind == TOKEN_WORD || out.kind == TOKEN_NUMBER || out.kind == TOKEN_PUNCT)
			for (size_t k = 0; k < sizeof readers / sizeof readers[0] && used == 0; k++)
				used = readers[k](r, i, reduced, &out);
		if (used == 0)
			out = tokens->at[i];
		tokens->at[reduced++] = out;
		i += used == 0 ? 1 : used;
	}
	tokens->count = reduced;
}
