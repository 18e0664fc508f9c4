/* SPDX-License-Identifier: MIT */
/* See keyword_count.h. */
#include "config.h"

#include "keyword_count.h"

#include <stdlib.h>

enum { SLOTS = KEYWORD_COUNT_MAX, FULL = SLOTS / 4 * 3, ROOMY = SLOTS / 2 };

struct word {
	keyword_hash hash;                 /* 0: free */
	uint64_t     voter;                /* the last one, and what it said */
	uint32_t     votes[CATEGORY_OTHER];
	uint32_t     said;
};

struct keyword_count {
	struct word *words;                /* open addressing */
	size_t       used;
};

struct keyword_count *
keyword_count_new(void)
{
	struct keyword_count *count = calloc(1, sizeof *count);

	if (count == NULL)
		return NULL;
	count->words = calloc(SLOTS, sizeof count->words[0]);
	if (count->words != NULL)
		return count;
	free(count);
	return NULL;
}

void
keyword_count_free(struct keyword_count *count)
{
	if (count == NULL)
		return;
	free(count->words);
	free(count);
}

static struct word *
place_of(struct word *words, keyword_hash hash)
{
	size_t at = (hash >> KEYWORD_KIND_BITS) % SLOTS;

	while (words[at].hash != 0 && words[at].hash != hash)
		at = (at + 1) % SLOTS;
	return &words[at];
}

static uint64_t
users_of(const struct word *word)
{
	uint64_t users = 0;

	for (int kind = 0; kind < CATEGORY_OTHER; kind++)
		users += word->votes[kind];
	return users;
}

/* Those of more users than few into a table of their own; how many these are. */
static size_t
keep_more_than(struct word *from, uint64_t few, struct word *to)
{
	size_t kept = 0;

	for (size_t i = 0; i < SLOTS; i++)
		if (from[i].hash != 0 && users_of(&from[i]) > few) {
			*place_of(to, from[i].hash) = from[i];
			kept++;
		}
	return kept;
}

static size_t
count_more_than(const struct word *words, uint64_t few)
{
	size_t more = 0;

	for (size_t i = 0; i < SLOTS; i++)
		more += words[i].hash != 0 && users_of(&words[i]) > few;
	return more;
}

/* false: there is no memory to do it in, and what is new is not counted. */
static bool
make_room(struct keyword_count *count)
{
	struct word *words = calloc(SLOTS, sizeof words[0]);
	uint64_t few = 1;

	if (words == NULL)
		return false;
	while (count_more_than(count->words, few) > ROOMY)
		few *= 2;
	count->used = keep_more_than(count->words, few, words);
	free(count->words);
	count->words = words;
	return true;
}

void
keyword_count_vote(struct keyword_count *count, keyword_hash hash, uint64_t voter, enum category_kind kind)
{
	struct word *word = place_of(count->words, hash);

	if (word->hash == 0) {
		if (kind >= CATEGORY_OTHER || (count->used >= FULL && !make_room(count)))
			return;
		word = place_of(count->words, hash);
		*word = (struct word){ .hash = hash, .said = CATEGORY_OTHER };
		count->used++;
	}
	if (word->said < CATEGORY_OTHER && word->voter == voter)
		word->votes[word->said]--;
	word->voter = voter;
	word->said = (uint32_t)kind;
	if (kind < CATEGORY_OTHER)
		word->votes[kind]++;
}

/* --- what comes of it ---------------------------------------------------------------------------- */

struct shared_word {
	uint64_t entry, users;
};

static bool
agree(const struct word *word, unsigned users_min, struct shared_word *shared)
{
	uint64_t users = users_of(word);

	shared->users = users;
	for (uint64_t kind = 0; kind < CATEGORY_OTHER; kind++)
		if (users >= users_min && word->votes[kind] * UINT64_C(100) >= users * KEYWORD_MAJORITY_PERCENT) {
			shared->entry = word->hash | kind;
			return true;
		}
	return false;
}

static int
compare(const void *a, const void *b)
{
	const struct shared_word *x = a, *y = b;

	if (x->users != y->users)
		return x->users < y->users ? 1 : -1;
	return x->entry < y->entry ? -1 : x->entry > y->entry;
}

bool
keyword_count_result(const struct keyword_count *count, unsigned users_min, uint64_t entries[static KEYWORD_MAP_WORDS_MAX], size_t *found)
{
	struct shared_word *all = calloc(count->used + 1, sizeof *all);

	*found = 0;
	if (all == NULL)
		return false;
	for (size_t i = 0; i < SLOTS; i++)
		*found += count->words[i].hash != 0 && agree(&count->words[i], users_min, &all[*found]);
	if (*found > KEYWORD_MAP_WORDS_MAX) {
		qsort(all, *found, sizeof *all, compare);
		*found = KEYWORD_MAP_WORDS_MAX;
	}
	for (size_t i = 0; i < *found; i++)
		entries[i] = all[i].entry;
	free(all);
	return true;
}
