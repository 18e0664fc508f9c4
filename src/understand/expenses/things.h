/* SPDX-License-Identifier: MIT */
/*
 * The thing bought: of the tokens on one side of an amount, the run that names
 * it, without verbs, articles, days and accounts.
 */
#ifndef THINGS_H
#define THINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "understand/text/tokens.h"

/* Tokens [first, last); empty when first == last. */
struct span {
	size_t first, last;
};

struct thing {
	struct span span;         /* begins and ends with a token that names something */
	size_t      words, han;   /* words of letters, and other characters: how long it is */
	bool        is_known;     /* a word of things.def is in it */
	bool        has_topic;
	bool        has_refund;
	int64_t     count;        /* "3 coffees", 五个苹果; 0 for none */
};

/* Whether the token can be part of a thing's name, on its own. */
bool thing_is_name(const struct token *t);

/* Whether one of its tokens can. */
bool span_has_name(const struct tokens *tokens, struct span span);

/* Whether money came back: a return is none where somebody travels ("return ticket", "train to Leeds return"). */
bool span_has_refund(const struct tokens *tokens, struct span span);

/* Whether the token divides: a verb with the thing on one side of it. */
bool thing_is_verb(const struct tokens *tokens, size_t i, size_t first);

/* The last run of the span when is_before an amount, else the first one. */
struct thing thing_pick(const struct tokens *tokens, struct span span, bool is_before);

static inline bool
thing_is_empty(const struct thing *thing)
{
	return thing->span.first == thing->span.last;
}

/*
 * Write the thing's words to out, which has room for the source bytes and one
 * blank for each token; returns the length.
 */
size_t thing_write(const struct tokens *tokens, const struct thing *thing, char *out);

#endif
