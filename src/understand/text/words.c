/* SPDX-License-Identifier: MIT */
/*
 * Tries in an open hash table: a node is the slot of the edge that leads to
 * it, keyed by its parent's slot and the character.  One trie holds the words
 * that count in any text, and one for each language those that count only in
 * its texts: the Turkish on is ten, the English one is not; one more holds the
 * names of brands.  Filled once from
 * the tables: by the master before it forks, so that all processes share the
 * pages, or at first use.
 */
#include "config.h"

#include "words.h"

#include <stdlib.h>
#include <string.h>

#include "understand/amounts/money_words.h"

enum { SLOTS = 1 << 18, SENSES_MAX = UINT16_MAX, LONGEST_WORD = 64 };

static struct {
	uint64_t     keys[SLOTS];         /* parent << 16 | character; 0 is free.  The parent of a root is SLOTS */
	uint16_t     senses_at[SLOTS];
	struct sense senses[SENSES_MAX];
	size_t       sense_count, node_count;
	uint32_t     roots[WORDS_LANGUAGES + 1];
	bool         is_filled;
} words;

/* The first is the one of all texts. */
static const char language_tags[WORDS_LANGUAGES][4] = { "",
#define LANGUAGE(name, script) #name,
#include "understand/data/languages.def"
#undef LANGUAGE
};

enum {
	LANGUAGE_all,
#define LANGUAGE(name, script) LANGUAGE_##name,
#include "understand/data/languages.def"
#undef LANGUAGE
	BRANDS                           /* a trie of their own; no language */
};

static uint32_t
slot_of(uint64_t key)
{
	return (uint32_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 46);
}

static uint64_t
key_of(uint32_t parent, uint16_t c)
{
	return (uint64_t)parent << 16 | c;
}

/* The child's slot, or where it would be. */
static uint32_t
child_slot(uint32_t parent, uint16_t c)
{
	uint64_t key = key_of(parent, c);
	uint32_t slot = slot_of(key);

	while (words.keys[slot] != key && words.keys[slot] != 0)
		slot = (slot + 1) % SLOTS;
	return slot;
}

static bool
find_child(uint32_t parent, uint16_t c, uint32_t *child)
{
	*child = child_slot(parent, c);
	return words.keys[*child] != 0;
}

static uint32_t
make_child(uint32_t parent, uint16_t c)
{
	uint32_t slot = child_slot(parent, c);

	if (words.keys[slot] == 0) {
		if (++words.node_count > SLOTS * 3 / 4)
			abort();
		words.keys[slot] = key_of(parent, c);
	}
	return slot;
}

static uint16_t
new_sense(enum word_kind kind, int value, uint16_t next)
{
	if (words.sense_count + 1 >= SENSES_MAX)
		abort();
	words.senses[++words.sense_count] = (struct sense){ (uint8_t)kind, (int16_t)value, next };
	return (uint16_t)words.sense_count;
}

/* The senses of a word in a trie, 0 when it is not there. */
static uint16_t
senses_of(uint32_t root, const struct chars *word)
{
	uint32_t node = root;

	for (size_t i = 0; i < word->count; i++)
		if (!find_child(node, word->folded[i], &node))
			return 0;
	return words.senses_at[node];
}

/* A word of one language has the senses that it has in all, too, behind its own. */
static void
add_word(struct slice word, int language, enum word_kind kind, int value)
{
	static struct chars chars;
	uint32_t node = words.roots[language];
	uint16_t *first, last = 0;

	chars_read(&chars, word);
	for (size_t i = 0; i < chars.count; i++)
		node = make_child(node, chars.folded[i]);
	first = &words.senses_at[node];
	if (*first == 0 && language != LANGUAGE_all)
		*first = new_sense(kind, value, senses_of(words.roots[LANGUAGE_all], &chars));
	else if (language != LANGUAGE_all)
		*first = new_sense(kind, value, *first);
	else if (words_sense_of(*first, kind) == NULL) {
		for (uint16_t i = *first; i != 0; i = words.senses[i].next)
			last = i;
		*(last == 0 ? first : &words.senses[last].next) = new_sense(kind, value, 0);
	}
}

/* The list is written "a, b b|c, d": the value grows by step at each comma. */
static void
add_list(const char *list, int language, enum word_kind kind, int value, int step)
{
	const char *p = list;

	while (*p != '\0') {
		size_t len = strcspn(p, ",|");

		add_word((struct slice){ p, len }, language, kind, value);
		p += len;
		value += *p == ',' ? step : 0;
		p += strspn(p, ",| ");
	}
}

static const struct {
	uint8_t        language;
	enum word_kind kind;
	int            value, step;
	const char    *list;
} tables[] = {
#define WORDS(kind, value, list) { LANGUAGE_all, WORD_##kind, value, 0, list },
#include "understand/data/days.def"
#include "understand/data/grammar.def"
#include "understand/data/accounts.def"
#include "understand/data/things.def"
#include "understand/data/shops.def"
#include "understand/data/brands.def"
#undef WORDS
#define WORDS_IN(language, kind, value, list) { LANGUAGE_##language, WORD_##kind, value, 0, list },
#define SERIES(language, kind, first, step, list) { LANGUAGE_##language, WORD_##kind, first, step, list },
#include "understand/data/numbers.def"
#include "understand/data/calendar.def"
#include "understand/data/things_in.def"
#undef WORDS_IN
#undef SERIES
};

/* Apart from the tables: a picture says nothing about the words of its category. */
static const struct {
	enum category_kind category;
	const char        *list;
} emoji[] = {
#define EMOJI(category, list) { category, list },
#include "understand/data/emoji.def"
#undef EMOJI
};

uint8_t
words_language(struct slice tag)
{
	char first, second;

	if (tag.len < 2 || (tag.len > 2 && tag.ptr[2] != '-'))
		return 0;
	first = (char)(tag.ptr[0] | 0x20);
	second = (char)(tag.ptr[1] | 0x20);
	if (first == 'n' && (second == 'o' || second == 'n'))       /* Norwegian, whichever way it is written */
		second = 'b';
	for (uint8_t i = 1; i < WORDS_LANGUAGES; i++)
		if (language_tags[i][0] == first && language_tags[i][1] == second)
			return i;
	return 0;
}

void
words_init(void)
{
	if (words.is_filled)
		return;
	for (uint16_t i = 0; i <= BRANDS; i++)
		words.roots[i] = make_child(SLOTS, i + 1u);
	for (size_t i = 0; i < money_word_count; i++) {
		enum money_sort sort = money_words[i].sort;

		add_list(money_words[i].list, words_language(slice_of(money_words[i].language)),
		    sort == MONEY_IS_NATION ? WORD_NATION : WORD_CURRENCY, (int)i, 0);
		if (sort == MONEY_IS_STRICT || sort == MONEY_IS_LETTER)
			add_list(money_words[i].list, LANGUAGE_all, WORD_PLAIN, 0, 0);
	}
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
		add_list(tables[i].list, tables[i].kind == WORD_BRAND ? BRANDS : tables[i].language, tables[i].kind, tables[i].value,
		    tables[i].step);
	for (size_t i = 0; i < sizeof emoji / sizeof emoji[0]; i++)
		add_list(emoji[i].list, LANGUAGE_all, WORD_THING, (int)emoji[i].category, 0);
	words.is_filled = true;
}

/* Whether a word may end before the character at end. */
static bool
is_word_end(const struct chars *chars, size_t end)
{
	uint16_t next = chars->folded[end];

	if (char_class(chars->folded[end - 1]) != CHAR_LETTER)
		return true;
	if ((next == '-' || next == '\'') && char_class(chars->folded[end + 1]) == CHAR_LETTER)
		return next == '\'' && (chars->folded[end + 1] == 's' || chars->language == LANGUAGE_tr);
	return char_class(next) != CHAR_LETTER;
}

static uint16_t
find_from(uint32_t root, const struct chars *chars, size_t at, size_t *end)
{
	uint32_t node = root;
	uint16_t found = 0;

	for (size_t i = at; i < chars->count && i < at + LONGEST_WORD; i++) {
		if (!find_child(node, chars->folded[i], &node))
			break;
		if (words.senses_at[node] != 0 && is_word_end(chars, i + 1)) {
			found = words.senses_at[node];
			*end = i + 1;
		}
	}
	return found;
}

uint16_t
words_find(const struct chars *chars, size_t at, size_t *end)
{
	size_t own_end = at;
	uint16_t found, own;

	words_init();
	found = find_from(words.roots[LANGUAGE_all], chars, at, end);
	if (chars->language == LANGUAGE_all)
		return found;
	own = find_from(words.roots[chars->language], chars, at, &own_end);
	if (own == 0 || (found != 0 && own_end < *end))
		return found;
	*end = own_end;
	return own;
}

uint16_t
words_find_brand(const struct chars *chars, size_t at, size_t *end)
{
	words_init();
	return find_from(words.roots[BRANDS], chars, at, end);
}

uint16_t
words_prefix(const struct chars *chars, size_t at, size_t limit, size_t *end)
{
	uint32_t nodes[2] = { words.roots[LANGUAGE_all], words.roots[chars->language] };
	bool is_open[2] = { true, chars->language != LANGUAGE_all };
	uint16_t found = 0;

	for (size_t i = at; i < limit && (is_open[0] || is_open[1]); i++) {
		for (int k = 0; k < 2; k++) {
			is_open[k] = is_open[k] && find_child(nodes[k], chars->folded[i], &nodes[k]);
			if (is_open[k] && words.senses_at[nodes[k]] != 0) {
				found = words.senses_at[nodes[k]];
				*end = i + 1;
			}
		}
	}
	return found;
}

const struct sense *
words_sense(uint16_t index)
{
	return &words.senses[index];
}

const struct sense *
words_sense_of(uint16_t first, enum word_kind kind)
{
	for (uint16_t i = first; i != 0; i = words.senses[i].next)
		if (words.senses[i].kind == kind)
			return &words.senses[i];
	return NULL;
}

bool
words_thing_list(size_t i, int *category, const char **list)
{
	for (size_t row = 0; row < sizeof tables / sizeof tables[0]; row++)
		if ((tables[row].kind == WORD_THING || tables[row].kind == WORD_BRAND) && i-- == 0) {
			*category = tables[row].value;
			*list = tables[row].list;
			return true;
		}
	return false;
}

size_t
words_count(void)
{
	words_init();
	return words.sense_count;
}
