/* SPDX-License-Identifier: MIT */
/*
 * The categories of words that many users share, in shared memory that the
 * master makes before it forks: one process counts and replaces them, all read
 * without a lock.  It may be empty at any moment, and then the rules speak alone.
 *
 * No word is in it, only keyed hashes of words: who has the memory cannot read
 * what people write.  A hash has 61 bits, so that another word is not taken for
 * one of some thousands.
 */
#ifndef KEYWORD_MAP_H
#define KEYWORD_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "understand.h"
#include "understand/text/chars.h"

enum {
	KEYWORD_MAP_WORDS_MAX = 16384,
	KEYWORD_BYTES_MAX = 40,            /* of a word, as UTF-8 */
	KEYWORD_TOKENS_MAX = 3             /* that blanks divide */
};

struct keyword_map;

/* A hash, whose lowest KEYWORD_KIND_BITS are 0; with a category's kind in them it is an entry. */
typedef uint64_t keyword_hash;
enum { KEYWORD_KIND_BITS = 3 };

/* Of all entries together. */
struct keyword_map_head {
	size_t   count;
	unsigned users_min;                /* users that share each, at least */
	int64_t  counted_ms;               /* wall clock, when the count began; 0: never */
};

/* Shared with whoever is forked later; NULL after logging. */
struct keyword_map *keyword_map_create(void);
void keyword_map_destroy(struct keyword_map *map);

/* Have hashes that are those of every map with this secret.  Before the first hash is made. */
void keyword_map_use_secret(struct keyword_map *map, const uint8_t secret[32]);

/*
 * Of a word as chars.h folds it.  false: none that may be shared, since it looks
 * like somebody's name, number or address, or like nothing: it has digits, @ or ://,
 * too many bytes or tokens, a character that stands for several, or one letter alone.
 */
bool keyword_map_hash(const struct keyword_map *map, const uint16_t *folded, size_t count, keyword_hash *hash);
bool keyword_map_hash_text(const struct keyword_map *map, struct slice text, keyword_hash *hash);

/* By one process at a time.  At most KEYWORD_MAP_WORDS_MAX entries; others see all the old ones or all the new ones. */
void keyword_map_replace(struct keyword_map *map, const struct keyword_map_head *head, const uint64_t *entries);

void keyword_map_read_head(const struct keyword_map *map, struct keyword_map_head *head);

enum keyword_found {
	KEYWORD_UNKNOWN,                   /* the map is empty: there was nothing to look for */
	KEYWORD_NONE,
	KEYWORD_PART,                      /* some words of the description in a row; of several the most, then the first */
	KEYWORD_WHOLE
};

/* What the characters [begin, end) are by the map; NULL is an empty one. */
enum keyword_found keyword_map_find(const struct keyword_map *map, const struct chars *chars, size_t begin, size_t end,
    enum category_kind *kind);

#endif
