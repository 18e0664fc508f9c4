/* SPDX-License-Identifier: MIT */
/*
 * What the classifier sees of a description: hashes of its words, of runs of
 * characters within them, and what the word tables say.  The trainer and the
 * daemon share this file, so that they see the same.
 */
#ifndef FEATURE_HASH_H
#define FEATURE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "understand.h"
#include "understand/text/chars.h"

enum {
	FEATURE_BITS = 16,
	FEATURE_BUCKETS = 1 << FEATURE_BITS,
	FEATURES_MAX = 512,          /* a longer description is looked at so far */
	SHARE_WHOLE = 4
};

struct features {
	size_t   count;
	uint16_t at[FEATURES_MAX];     /* buckets */
};

/* What the word tables say of a description. */
struct listed {
	bool               is_known;
	bool               is_head;    /* only as the end of a compound: the "geschäft" of a word in no table */
	enum category_kind kind;
	bool               is_brand;   /* of whom it was bought, not what */
	size_t             begin, end; /* the word of the tables: characters */
	size_t             share;      /* of the description: 0 to 3 quarters, or SHARE_WHOLE */
};

/* The features of the characters [begin, end). */
void features_read(struct features *features, const struct chars *chars, size_t begin, size_t end);

/* What the tables say counts as well. */
void features_add_listed(struct features *features, const struct listed *listed);

#endif
