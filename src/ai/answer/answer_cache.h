/* SPDX-License-Identifier: MIT */
/*
 * What providers answered of late, so that nobody asks the same twice: in shared
 * memory that the master makes before it forks, for all AI workers together.  It
 * is gone with the daemon, and never on a disk.
 *
 * Answers lie in a ring, where the newest take the place of the oldest, and are
 * found by an index of one 64-bit word each.  There is no lock that a process
 * could die with: an answer carries a checksum, and what does not fit it (half
 * written, or overwritten while it was read) is not found.
 */
#ifndef ANSWER_CACHE_H
#define ANSWER_CACHE_H

#include "buf.h"

enum { ANSWER_MAX = 16384 };           /* bytes; a longer answer is not kept */

struct answer_cache;

/* Of all that decides the answer, by a secret hash: nobody can choose a question that is taken for another one's. */
struct answer_key {
	uint64_t words[2];
};

/* Shared with whoever is forked later.  bytes: at least 64 KiB are taken.  NULL after logging. */
struct answer_cache *answer_cache_create(size_t bytes);
void answer_cache_destroy(struct answer_cache *cache);

/* Have keys that are those of every cache with this secret.  Before the first key is made. */
void answer_cache_use_secret(struct answer_cache *cache, const uint8_t secret[32]);

struct answer_key answer_cache_key(const struct answer_cache *cache, struct slice question);

/* Times are of the monotonic clock. */
void answer_cache_put(struct answer_cache *cache, const struct answer_key *key, struct slice answer, int64_t until_ms);

/* Appended to out; false: it is not known, or no longer. */
bool answer_cache_get(const struct answer_cache *cache, const struct answer_key *key, int64_t now_ms, struct buf *out);

#endif
