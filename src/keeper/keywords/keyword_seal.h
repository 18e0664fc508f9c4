/* SPDX-License-Identifier: MIT */
/*
 * The words that many users share as one text, for other instances of the same
 * store: behind a head the entries, all in big-endian numbers, and a MAC by the
 * store's secret, so that what none of them has made is refused.
 */
#ifndef KEYWORD_SEAL_H
#define KEYWORD_SEAL_H

#include "buf.h"
#include "understand/keywords/keyword_map.h"

struct store;

/* Appended to out, whose has_failed tells. */
void keyword_seal(struct buf *out, const struct store *store, const struct keyword_map_head *head, const uint64_t *entries);

/* false: it is not whole, or of another store or version. */
bool keyword_unseal(struct slice text, const struct store *store, struct keyword_map_head *head,
    uint64_t entries[static KEYWORD_MAP_WORDS_MAX]);

#endif
