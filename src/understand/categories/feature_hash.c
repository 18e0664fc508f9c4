/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "feature_hash.h"

enum { LETTERS_MIN = 2, LETTERS_MAX = 5, HAN_MAX = 3, WORD_LETTERS_MAX = 32, EDGE = 1 };

/* What kind of run a hash is of, so that the word "bar" is not the "bar" within "barber". */
enum sort { SORT_LETTERS = 1, SORT_WORD, SORT_PAIR, SORT_HAN, SORT_HAN_END, SORT_LISTED, SORT_LISTED_SHARE, SORT_ALWAYS };

static uint32_t
mix(uint32_t hash, uint32_t c)
{
	return (hash ^ c) * UINT32_C(0x9E3779B1);
}

static void
add(struct features *features, uint32_t hash)
{
	hash ^= hash >> 15;
	hash *= UINT32_C(0x85EBCA77);
	if (features->count < FEATURES_MAX)
		features->at[features->count++] = (uint16_t)(hash >> (32 - FEATURE_BITS));
}

/* The runs of letters of a word with its edges, and the word; returns the word's hash. */
static uint32_t
add_word(struct features *features, const uint16_t *word, size_t len)
{
	uint16_t edged[WORD_LETTERS_MAX + 2];
	uint32_t whole = mix(SORT_WORD, EDGE);
	size_t kept = len < WORD_LETTERS_MAX ? len : WORD_LETTERS_MAX;

	edged[0] = edged[kept + 1] = EDGE;
	for (size_t i = 0; i < kept; i++) {
		edged[i + 1] = word[i];
		whole = mix(whole, word[i]);
	}
	add(features, whole);
	for (size_t i = 0; i < kept + 2; i++) {
		uint32_t hash = mix(SORT_LETTERS, 0);

		for (size_t n = 1; n <= LETTERS_MAX && i + n <= kept + 2; n++) {
			hash = mix(hash, edged[i + n - 1]);
			if (n >= LETTERS_MIN)
				add(features, hash);
		}
	}
	return whole;
}

static void
add_han(struct features *features, const uint16_t *run, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint32_t hash = mix(SORT_HAN, 0);

		for (size_t n = 1; n <= HAN_MAX && i + n <= len; n++) {
			hash = mix(hash, run[i + n - 1]);
			add(features, hash);
			if (i + n == len)
				add(features, mix(SORT_HAN_END, hash));
		}
	}
}

void
features_read(struct features *features, const struct chars *chars, size_t begin, size_t end)
{
	uint32_t before = 0;

	features->count = 0;
	add(features, mix(SORT_ALWAYS, 0));
	for (size_t at = begin; at < end;) {
		enum char_class class = char_class(chars->folded[at]);
		size_t last = at + 1;

		while (last < end && char_class(chars->folded[last]) == class)
			last++;
		if (class == CHAR_CJK) {
			add_han(features, chars->folded + at, last - at);
		} else if (class == CHAR_LETTER) {
			uint32_t word = add_word(features, chars->folded + at, last - at);

			add(features, mix(mix(SORT_PAIR, before), word));
			before = word;
		}
		at = last;
	}
}

void
features_add_listed(struct features *features, const struct listed *listed)
{
	uint32_t what = !listed->is_known ? 0 : 1 + 2 * (uint32_t)listed->kind + listed->is_head;

	add(features, mix(SORT_LISTED, what));
	add(features, mix(mix(SORT_LISTED_SHARE, what), (uint32_t)listed->share));
}
