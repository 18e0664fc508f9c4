/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "assembly.h"

#include "understand/amounts/amounts.h"

bool
assembly_find_day(const struct tokens *tokens, size_t first, size_t last, bool backwards, day_t *day)
{
	for (size_t n = first; n < last; n++) {
		const struct token *t = &tokens->at[backwards ? first + last - 1 - n : n];

		if (t->kind == TOKEN_DAY) {
			*day = (day_t)t->value;
			return true;
		}
	}
	return false;
}

bool
assembly_day(const struct assembly *a, const struct clause *clause, size_t amount, day_t *day)
{
	const struct tokens *tokens = a->tokens;

	if (assembly_find_day(tokens, clause->span.first, amount, true, day) || assembly_find_day(tokens, amount, clause->span.last, false, day) ||
	    assembly_find_day(tokens, a->sentence.span.first, clause->span.first, true, day) ||
	    assembly_find_day(tokens, clause->span.last, a->sentence.span.last, false, day))
		return true;
	*day = a->has_heading ? a->heading : a->r->today;
	return a->has_heading;
}

static char *
reserve(struct understanding *out, size_t size)
{
	return out->memory_used + size <= sizeof out->memory ? out->memory + out->memory_used : NULL;
}

static struct slice
keep(struct understanding *out, size_t len)
{
	struct slice s = { out->memory + out->memory_used, len };

	out->memory_used += len;
	return s;
}

struct slice
assembly_write_thing(struct assembly *a, const struct thing *thing)
{
	const struct token *first = &a->tokens->at[thing->span.first], *last = &a->tokens->at[thing->span.last - 1];
	size_t most = chars_slice(a->tokens->chars, first->begin, last->end).len + (thing->span.last - thing->span.first);
	char *place = reserve(a->out, most);
	struct slice whole;

	if (place == NULL)
		return SLICE_EMPTY;
	whole = (struct slice){ place, thing_write(a->tokens, thing, place) };
	return keep(a->out, text_first(whole, UNDERSTAND_THING_MAX).len);
}

void
assembly_set_account(struct assembly *a, struct understood_expense *e, const struct token *t)
{
	struct slice source = t == NULL ? SLICE_EMPTY : chars_slice(a->tokens->chars, t->begin, t->end);
	char *place = source.len > 0 && source.len <= UNDERSTAND_ACCOUNT_MAX ? reserve(a->out, source.len) : NULL;

	e->account = SLICE_EMPTY;
	e->own_account = 0;
	if (place == NULL)
		return;
	memcpy(place, source.ptr, source.len);
	e->account = keep(a->out, source.len);
	e->own_account = (unsigned)t->value;
}

const struct token *
assembly_find_account(const struct tokens *tokens, struct span span)
{
	for (size_t i = span.first; i < span.last; i++)
		if (tokens->at[i].kind == TOKEN_ACCOUNT)
			return &tokens->at[i];
	return NULL;
}

const struct token *
assembly_account(const struct assembly *a, const struct clause *clause, size_t k)
{
	size_t from = k == 0 ? clause->span.first : clause->amounts[k];
	size_t to = k + 1 < clause->amount_count ? clause->amounts[k + 1] : clause->span.last;
	const struct token *t = assembly_find_account(a->tokens, (struct span){ from, to });

	if (t == NULL)
		t = assembly_find_account(a->tokens, clause->span);
	if (t == NULL)
		t = assembly_find_account(a->tokens, (struct span){ a->sentence.span.first, clause->span.first });
	return t;
}

bool
assembly_value(const struct assembly *a, const struct token *t, int64_t *minor, struct currency *currency, bool *is_guessed)
{
	*currency = amounts_currency(t->currency, a->home, a->r->language, is_guessed);
	return amounts_minor(t, currency_digits(*currency) < 0 ? 2 : currency_digits(*currency), minor);
}

void
assembly_note_amount(struct assembly *a, const struct token *t)
{
	struct understanding *out = a->out;
	struct understood_amount *amount = &out->amounts[out->amount_count];

	if (out->amount_count == UNDERSTAND_AMOUNTS_MAX || !assembly_value(a, t, &amount->minor, &amount->currency, &amount->is_currency_guessed))
		return;
	amount->value = t->is_negative ? -t->value : t->value;
	amount->decimals = t->decimals;
	amount->is_currency_named = t->currency != NO_CURRENCY;
	amount->is_in_expense = false;
	out->amount_count++;
}
