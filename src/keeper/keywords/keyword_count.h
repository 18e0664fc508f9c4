/* SPDX-License-Identifier: MIT */
/*
 * Counts who files a word where: one vote a user and word, the last one that was
 * told.  It is bounded: where there are more words than it has places, those
 * that fewest users have give way, which can only count a word too low.
 */
#ifndef KEYWORD_COUNT_H
#define KEYWORD_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "understand/keywords/keyword_map.h"

enum { KEYWORD_COUNT_MAX = 1 << 17, KEYWORD_MAJORITY_PERCENT = 80 };

struct keyword_count;

/* NULL without memory. */
struct keyword_count *keyword_count_new(void);
void keyword_count_free(struct keyword_count *count);

/* The votes of one voter come in one run.  CATEGORY_OTHER takes back what the voter said of this word before. */
void keyword_count_vote(struct keyword_count *count, keyword_hash word, uint64_t voter, enum category_kind kind);

/*
 * The entries of the words of at least users_min users of whom KEYWORD_MAJORITY_PERCENT
 * agree; when there are more than there is room for, those of most users.  *found: how many they are.  false: no memory.
 */
bool keyword_count_result(const struct keyword_count *count, unsigned users_min, uint64_t entries[static KEYWORD_MAP_WORDS_MAX],
    size_t *found);

#endif
