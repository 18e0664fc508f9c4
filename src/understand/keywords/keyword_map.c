/* SPDX-License-Identifier: MIT */
/*
 * See keyword_map.h.  There are two halves, of which the generation's parity
 * says which one is read.  The other one is written, and only then the
 * generation goes on; so a half stays as it is while the generation does, and a
 * writer that dies leaves one that nobody reads.
 */
#include "config.h"

#include "keyword_map.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "log.h"
#include "siphash.h"

enum {
	SLOTS = 2 * KEYWORD_MAP_WORDS_MAX,     /* a power of two; half of them stay free */
	TRIES = 4,                             /* of a reader that is overtaken */
	WORDS_MAX = 16,                        /* of a description; the rest is not looked at */
	RUN_MAX = KEYWORD_BYTES_MAX            /* characters of a word: a byte each, at least */
};

#define KIND_MASK ((UINT64_C(1) << KEYWORD_KIND_BITS) - 1)

struct half {
	_Atomic uint64_t count, users_min;
	_Atomic int64_t  counted_ms;
	_Atomic uint64_t slots[SLOTS];         /* 0 is free */
};

struct keyword_map {
	uint8_t          secret[16];
	_Atomic uint64_t generation;           /* 0: nothing was ever put */
	struct half      halves[2];
};

struct keyword_map *
keyword_map_create(void)
{
	struct keyword_map *map = mmap(NULL, sizeof *map, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED) {
		log_errno("make the shared memory of the map of keywords");
		return NULL;
	}
	if (getrandom(map->secret, sizeof map->secret, 0) == (ssize_t)sizeof map->secret)
		return map;
	log_errno("getrandom");
	keyword_map_destroy(map);
	return NULL;
}

void
keyword_map_destroy(struct keyword_map *map)
{
	if (map != NULL)
		munmap(map, sizeof *map);
}

void
keyword_map_use_secret(struct keyword_map *map, const uint8_t secret[32])
{
	memcpy(map->secret, secret, sizeof map->secret);
}

/* --- words ------------------------------------------------------------------------------------- */

static bool
is_blank(uint16_t c)
{
	return char_class(c) == CHAR_SPACE || char_class(c) == CHAR_NEWLINE;
}

static size_t
bytes_of(uint16_t c)
{
	return c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
}

/* Digits and addresses say who; the characters of other planes share a stand-in. */
static bool
is_refused(const uint16_t *c, size_t left)
{
	if (char_class(c[0]) == CHAR_DIGIT || c[0] == '@' || c[0] == CHAR_RARE_HAN || char_class(c[0]) == CHAR_EMOJI)
		return true;
	return left >= 3 && c[0] == ':' && c[1] == '/' && c[2] == '/';
}

/* With one blank where there are several, and none at the ends; how many characters, 0 for none that may be shared. */
static size_t
tidy(const uint16_t *folded, size_t count, uint16_t word[RUN_MAX])
{
	size_t len = 0, bytes = 0, tokens = 0, told = 0;

	for (size_t i = 0; i < count; i++) {
		bool begins = !is_blank(folded[i]) && (i == 0 || is_blank(folded[i - 1]));

		if (is_refused(folded + i, count - i))
			return 0;
		if (is_blank(folded[i]))
			continue;
		tokens += begins;
		bytes += bytes_of(folded[i]) + (begins && len > 0);
		if (bytes > KEYWORD_BYTES_MAX || tokens > KEYWORD_TOKENS_MAX)
			return 0;
		if (begins && len > 0)
			word[len++] = ' ';
		told += char_class(folded[i]) == CHAR_LETTER ? 1 : char_class(folded[i]) == CHAR_CJK ? 2 : 0;
		word[len++] = folded[i];
	}
	return told >= 2 ? len : 0;
}

bool
keyword_map_hash(const struct keyword_map *map, const uint16_t *folded, size_t count, keyword_hash *hash)
{
	uint16_t word[RUN_MAX];
	size_t len = tidy(folded, count, word);

	if (len == 0)
		return false;
	*hash = siphash(map->secret, word, len * sizeof word[0]) & ~KIND_MASK;
	return *hash != 0;
}

bool
keyword_map_hash_text(const struct keyword_map *map, struct slice text, keyword_hash *hash)
{
	uint16_t folded[4 * RUN_MAX];
	size_t count = chars_fold(text, folded, sizeof folded / sizeof folded[0]);

	return count > 0 && keyword_map_hash(map, folded, count, hash);
}

/* --- writing ----------------------------------------------------------------------------------- */

static void
put(struct half *half, uint64_t entry)
{
	size_t at = (entry >> KEYWORD_KIND_BITS) % SLOTS;

	while (atomic_load_explicit(&half->slots[at], memory_order_relaxed) != 0)
		at = (at + 1) % SLOTS;
	atomic_store_explicit(&half->slots[at], entry, memory_order_release);
}

void
keyword_map_replace(struct keyword_map *map, const struct keyword_map_head *head, const uint64_t *entries)
{
	uint64_t next = atomic_load_explicit(&map->generation, memory_order_relaxed) + 1;
	struct half *half = &map->halves[next & 1];
	size_t count = head->count < KEYWORD_MAP_WORDS_MAX ? head->count : KEYWORD_MAP_WORDS_MAX;

	for (size_t i = 0; i < SLOTS; i++)
		if (atomic_load_explicit(&half->slots[i], memory_order_relaxed) != 0)
			atomic_store_explicit(&half->slots[i], 0, memory_order_release);
	for (size_t i = 0; i < count; i++)
		put(half, entries[i]);
	atomic_store_explicit(&half->count, count, memory_order_release);
	atomic_store_explicit(&half->users_min, head->users_min, memory_order_release);
	atomic_store_explicit(&half->counted_ms, head->counted_ms, memory_order_release);
	atomic_store_explicit(&map->generation, next, memory_order_release);
}

/* --- reading ----------------------------------------------------------------------------------- */

static uint64_t
begin_read(const struct keyword_map *map)
{
	return atomic_load_explicit(&map->generation, memory_order_acquire);
}

/* Whether what was read since is of that generation: who has read what is written later sees that it is over. */
static bool
is_still(const struct keyword_map *map, uint64_t generation)
{
	return atomic_load_explicit(&map->generation, memory_order_relaxed) == generation;
}

void
keyword_map_read_head(const struct keyword_map *map, struct keyword_map_head *head)
{
	uint64_t generation;

	for (int i = 0; i < TRIES; i++) {
		const struct half *half = &map->halves[(generation = begin_read(map)) & 1];

		head->count = atomic_load_explicit(&half->count, memory_order_acquire);
		head->users_min = (unsigned)atomic_load_explicit(&half->users_min, memory_order_acquire);
		head->counted_ms = atomic_load_explicit(&half->counted_ms, memory_order_acquire);
		if (is_still(map, generation))
			return;
	}
	*head = (struct keyword_map_head){ .count = 0 };
}

static bool
find_in(const struct half *half, keyword_hash hash, enum category_kind *kind)
{
	size_t at = (hash >> KEYWORD_KIND_BITS) % SLOTS;

	for (size_t i = 0; i < SLOTS; i++, at = (at + 1) % SLOTS) {
		uint64_t entry = atomic_load_explicit(&half->slots[at], memory_order_acquire);

		if (entry == 0)
			return false;
		if ((entry & ~KIND_MASK) == hash && (entry & KIND_MASK) < CATEGORY_OTHER) {
			*kind = (enum category_kind)(entry & KIND_MASK);
			return true;
		}
	}
	return false;
}

/* An entry is one word of memory, so that none is half read; the generation tells that it was there at all. */
static bool
get(const struct keyword_map *map, keyword_hash hash, enum category_kind *kind)
{
	for (int i = 0; i < TRIES; i++) {
		uint64_t generation = begin_read(map);
		bool is_found = find_in(&map->halves[generation & 1], hash, kind);

		if (is_still(map, generation))
			return is_found;
	}
	return false;
}

static bool
look_up(const struct keyword_map *map, const struct chars *chars, size_t begin, size_t end, enum category_kind *kind)
{
	keyword_hash hash;

	return keyword_map_hash(map, chars->folded + begin, end - begin, &hash) && get(map, hash, kind);
}

static bool
is_between_words(uint16_t c)
{
	enum char_class class = char_class(c);

	return is_blank(c) || class == CHAR_PAUSE || class == CHAR_BREAK;
}

struct words {
	size_t count;
	size_t begins[WORDS_MAX], ends[WORDS_MAX];
};

static void
divide(const struct chars *chars, size_t begin, size_t end, struct words *words)
{
	words->count = 0;
	for (size_t at = begin; at < end && words->count < WORDS_MAX; words->count++) {
		while (at < end && is_between_words(chars->folded[at]))
			at++;
		if (at == end)
			return;
		words->begins[words->count] = at;
		while (at < end && !is_between_words(chars->folded[at]))
			at++;
		words->ends[words->count] = at;
	}
}

enum keyword_found
keyword_map_find(const struct keyword_map *map, const struct chars *chars, size_t begin, size_t end, enum category_kind *kind)
{
	struct keyword_map_head head = { .count = 0 };
	struct words words;

	if (map != NULL)
		keyword_map_read_head(map, &head);
	if (head.count == 0)
		return KEYWORD_UNKNOWN;
	if (look_up(map, chars, begin, end, kind))
		return KEYWORD_WHOLE;
	divide(chars, begin, end, &words);
	for (size_t run = KEYWORD_TOKENS_MAX; run > 0; run--)
		for (size_t i = 0; i + run <= words.count; i++)
			if (look_up(map, chars, words.begins[i], words.ends[i + run - 1], kind))
				return KEYWORD_PART;
	return KEYWORD_NONE;
}
