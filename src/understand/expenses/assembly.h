/* SPDX-License-Identifier: MIT */
/*
 * What the reading of one message has found so far, and the parts of an
 * expense: its day, account, amount and text.  For assemble.c and credible.c.
 */
#ifndef ASSEMBLY_H
#define ASSEMBLY_H

#include "understand.h"

#include "clauses.h"
#include "things.h"

struct assembly {
	const struct reading *r;
	struct tokens        *tokens;
	struct currency       home;
	struct understanding *out;
	day_t                 heading;             /* of a line that only names a day */
	bool                  has_heading;
	bool                  is_amount_alone;     /* an amount and no thing was read */
	size_t                lone_amount;         /* its index */
	bool                  is_bought;           /* a thing and no amount: subject */
	bool                  is_too_many;
	bool                  is_prose;        /* the sentence: see there */
	struct thing          subject;
	/* of the sentence in hand */
	struct sentence       sentence;
	size_t                sentence_expenses;   /* index of its first expense */
	bool                  has_pending;
	struct thing          pending;             /* a thing whose amount may come in the next clause */
};

/* The first day of [first, last), or the last one; false for none. */
bool assembly_find_day(const struct tokens *tokens, size_t first, size_t last, bool backwards, day_t *day);

/*
 * The nearest day: before the amount in its clause, behind it, earlier in the
 * sentence, later, the heading; today and false when none is stated.
 */
bool assembly_day(const struct assembly *a, const struct clause *clause, size_t amount, day_t *day);

/* Texts go to the result's memory; empty when that is full. */
struct slice assembly_write_thing(struct assembly *a, const struct thing *thing);

/* NULL when the span names none. */
const struct token *assembly_find_account(const struct tokens *tokens, struct span span);

/* Between the neighbours of the clause's k-th amount first, then anywhere in the sentence before. */
const struct token *assembly_account(const struct assembly *a, const struct clause *clause, size_t k);

/* NULL: the expense has no account. */
void assembly_set_account(struct assembly *a, struct understood_expense *e, const struct token *t);

/* False when the amount cannot be told in the currency. */
bool assembly_value(const struct assembly *a, const struct token *t, int64_t *minor, struct currency *currency, bool *is_guessed);

/* Append to the result's amounts, as far as there is room. */
void assembly_note_amount(struct assembly *a, const struct token *t);

#endif
