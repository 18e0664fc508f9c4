/* SPDX-License-Identifier: MIT */
/*
 * See answer_cache.h.  Places in the ring are counted in words from its making
 * on, and never go back.  An index word is 20 bits of the key and, below them,
 * such a place; 0 is free.
 */
#include "config.h"

#include "answer_cache.h"

#include <stdalign.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "log.h"
#include "siphash.h"

enum {
	BYTES_MIN = 65536,
	WAYS = 8,                          /* of a set of the index */
	BYTES_PER_WAY = 512,               /* of the ring: about the mean answer */
	PLACE_BITS = 44,
	WORD = sizeof(uint64_t),

	/* An answer's words: two of the key, when it ends, its length; then its bytes and the checksum. */
	HEAD_WORDS = 4,
	ENTRY_WORDS_MAX = HEAD_WORDS + ANSWER_MAX / WORD + 1
};

#define PLACE_MASK ((UINT64_C(1) << PLACE_BITS) - 1)

struct index_set {
	alignas(64) _Atomic uint64_t words[WAYS];      /* a cache line */
};

struct answer_cache {
	size_t            bytes;
	uint8_t           secrets[3][16];  /* of the two words of a key, and of checksums */
	size_t            set_count;
	size_t            ring_words;
	_Atomic uint64_t *ring;
	_Atomic uint64_t  head;            /* the place of the next answer */
	struct index_set  sets[];
};

struct answer_cache *
answer_cache_create(size_t bytes)
{
	struct answer_cache *cache;

	if (bytes < BYTES_MIN)
		bytes = BYTES_MIN;
	cache = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (cache == MAP_FAILED) {
		log_errno("make the shared memory of the cache of answers");
		return NULL;
	}
	cache->bytes = bytes;
	cache->set_count = bytes / (WAYS * BYTES_PER_WAY);
	cache->ring = (_Atomic uint64_t *)&cache->sets[cache->set_count];
	cache->ring_words = (bytes - sizeof *cache - cache->set_count * sizeof cache->sets[0]) / WORD;
	if (getrandom(cache->secrets, sizeof cache->secrets, 0) == (ssize_t)sizeof cache->secrets)
		return cache;
	log_errno("getrandom");
	answer_cache_destroy(cache);
	return NULL;
}

void
answer_cache_destroy(struct answer_cache *cache)
{
	if (cache != NULL)
		munmap(cache, cache->bytes);
}

void
answer_cache_use_secret(struct answer_cache *cache, const uint8_t secret[32])
{
	memcpy(cache->secrets, secret, 32);
}

struct answer_key
answer_cache_key(const struct answer_cache *cache, struct slice question)
{
	struct answer_key key;

	for (int i = 0; i < 2; i++)
		key.words[i] = siphash(cache->secrets[i], question.ptr, question.len);
	return key;
}

static struct index_set *
set_of(const struct answer_cache *cache, const struct answer_key *key)
{
	return (struct index_set *)(uintptr_t)&cache->sets[key->words[1] % cache->set_count];
}

static size_t
words_of(size_t len)
{
	return (len + WORD - 1) / WORD;
}

static uint64_t
checksum(const struct answer_cache *cache, const uint64_t *entry, size_t words)
{
	return siphash(cache->secrets[2], entry, words * WORD);
}

static void
ring_write(struct answer_cache *cache, uint64_t place, const uint64_t *entry, size_t words)
{
	for (size_t i = 0; i < words; i++)
		atomic_store_explicit(&cache->ring[(place + i) % cache->ring_words], entry[i], memory_order_relaxed);
}

static void
ring_read(const struct answer_cache *cache, uint64_t place, uint64_t *entry, size_t words)
{
	for (size_t i = 0; i < words; i++)
		entry[i] = atomic_load_explicit(&cache->ring[(place + i) % cache->ring_words], memory_order_relaxed);
}

/* The word of this key, else a free one, else that of the oldest answer. */
static _Atomic uint64_t *
index_place(struct index_set *set, uint64_t tag, uint64_t head)
{
	_Atomic uint64_t *best = NULL;
	uint64_t best_age = 0;

	for (int i = 0; i < WAYS; i++) {
		uint64_t word = atomic_load_explicit(&set->words[i], memory_order_relaxed);
		uint64_t age = word == 0 ? UINT64_MAX : (head - word) & PLACE_MASK;

		if (word != 0 && (word & ~PLACE_MASK) == tag)
			return &set->words[i];
		if (best == NULL || age > best_age) {
			best = &set->words[i];
			best_age = age;
		}
	}
	return best;
}

void
answer_cache_put(struct answer_cache *cache, const struct answer_key *key, struct slice answer, int64_t until_ms)
{
	uint64_t entry[ENTRY_WORDS_MAX] = { key->words[0], key->words[1], (uint64_t)until_ms, answer.len };
	uint64_t tag = key->words[0] & ~PLACE_MASK, place;
	size_t words = HEAD_WORDS + words_of(answer.len);

	if (answer.len > ANSWER_MAX)
		return;
	memcpy(&entry[HEAD_WORDS], answer.ptr, answer.len);
	entry[words] = checksum(cache, entry, words);
	place = atomic_fetch_add_explicit(&cache->head, words + 1, memory_order_relaxed);
	ring_write(cache, place, entry, words + 1);
	atomic_store_explicit(index_place(set_of(cache, key), tag, place), tag | (place & PLACE_MASK), memory_order_release);
}

/* Whether the whole entry of this key lies at this place, now read. */
static bool
read_entry(const struct answer_cache *cache, uint64_t place, const struct answer_key *key, uint64_t entry[ENTRY_WORDS_MAX])
{
	size_t words;

	ring_read(cache, place, entry, HEAD_WORDS);
	if (entry[0] != key->words[0] || entry[1] != key->words[1] || entry[3] > ANSWER_MAX)
		return false;
	words = HEAD_WORDS + words_of(entry[3]);
	ring_read(cache, place + HEAD_WORDS, entry + HEAD_WORDS, words - HEAD_WORDS + 1);
	return entry[words] == checksum(cache, entry, words);
}

bool
answer_cache_get(const struct answer_cache *cache, const struct answer_key *key, int64_t now_ms, struct buf *out)
{
	const struct index_set *set = set_of(cache, key);
	uint64_t entry[ENTRY_WORDS_MAX];

	for (int i = 0; i < WAYS; i++) {
		uint64_t word = atomic_load_explicit(&set->words[i], memory_order_acquire);

		if (word == 0 || (word & ~PLACE_MASK) != (key->words[0] & ~PLACE_MASK) ||
		    !read_entry(cache, word & PLACE_MASK, key, entry))
			continue;
		if ((int64_t)entry[2] <= now_ms)
			return false;
		buf_append(out, (const char *)&entry[HEAD_WORDS], entry[3]);
		return !out->has_failed;
	}
	return false;
}
