/* SPDX-License-Identifier: MIT */
/* Sentences and clauses of reduced tokens, and which of a clause's numbers are amounts. */
#ifndef CLAUSES_H
#define CLAUSES_H

#include <stdbool.h>
#include <stddef.h>

#include "things.h"
#include "understand/text/tokens.h"

enum { CLAUSE_AMOUNTS_MAX = 64 };

struct clause {
	struct span span;
	size_t      amount_count;
	size_t      amounts[CLAUSE_AMOUNTS_MAX];     /* indexes of tokens */
	bool        is_thing_behind;                 /* "$20 breakfast": each thing stands behind its amount */
	bool        has_pay, has_buy, has_be, has_pronoun, has_name, has_question;
};

struct sentence {
	struct span span;           /* without its break */
	size_t      next;           /* where the next one begins */
	bool        is_question;    /* by its mark */
	bool        is_asked;       /* by a word where questions have it: never an expense */
	bool        is_order;       /* to the bot */
	bool        is_mild_order;  /* the same unless it names a thing: "report", "set" */
	bool        has_topic;
};

struct sentence sentence_at(const struct tokens *tokens, size_t first);

/* The clause that begins at first; marks the numbers that are part of a name. */
struct clause clause_at(struct tokens *tokens, size_t first, size_t sentence_end);

/* How much a number looks like money: 0 bare, 1 with decimals or in thousands, 2 negative, 3 with a currency. */
int amount_strength(const struct token *t);

/* The tokens that may name the thing of the clause's k-th amount. */
struct span clause_thing_span(const struct clause *clause, size_t k);

/* Whether a word of that kind stands next to token i: "at" and "is" before it, particles behind it do not count. */
bool clause_has_next_to(const struct tokens *tokens, const struct clause *clause, size_t i, enum word_kind kind);

/* A price of one: "3 coffees at 4 each", "3 coffees @ 4". */
bool clause_is_unit_price(const struct tokens *tokens, const struct clause *clause, size_t i);

#endif
