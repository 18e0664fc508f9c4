/* SPDX-License-Identifier: MIT */
/* The category of a description: what the word tables say, weighed by a trained model. */
#ifndef CATEGORIES_H
#define CATEGORIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "feature_hash.h"
#include "understand/keywords/keyword_map.h"
#include "understand/text/chars.h"

struct category_guess {
	enum category_kind kind;         /* Other when nothing is sure enough */
	unsigned           confidence;   /* 0 to 100: how often such an answer is right */
	bool               is_listed;    /* a word of the tables is in it */
};

/* The category of what the characters [begin, end) name. */
struct category_guess categories_guess(const struct chars *chars, size_t begin, size_t end);

/*
 * Where the tables have no word of it and the model doubts: what many users
 * share.  A description that they have as a whole is as good as one of the tables.
 */
enum keyword_found categories_share(const struct keyword_map *keywords, const struct chars *chars, size_t begin, size_t end,
    struct category_guess *guess);

/* The same, and what it rests on. */
struct category_guess categories_weigh(const struct chars *chars, size_t begin, size_t end, struct listed *listed,
    uint32_t probabilities[CATEGORY_KINDS]);

/* What the tables alone say; for the trainer. */
struct listed categories_listed(struct slice description);

/*
 * The category by both: a description that the tables have as a whole is what
 * they say, whoever wrote them meant it; for all others the model weighs, but
 * against its doubts a word of the tables stands.
 */
struct category_guess categories_decide(const struct listed *listed, const uint32_t probabilities[CATEGORY_KINDS]);

#endif
