/* SPDX-License-Identifier: MIT */
/*
 * A trie in an open hash table: a node is the slot of the edge that leads to
 * it, keyed by its parent's slot and the character.  Filled once, at first use,
 * from the tables.
 */
#include "config.h"

#include "words.h"

#include <stdlib.h>
#include <string.h>

#include "money_words.h"

enum { SLOTS = 1 << 16, ROOT = 0, SENSES_MAX = 1 << 14, LONGEST_WORD = 64 };

static struct {
	uint32_t     keys[SLOTS];         /* parent << 16 | character; 0 is free */
	uint16_t     senses_at[SLOTS];
	struct sense senses[SENSES_MAX];
	size_t       sense_count, node_count;
	bool         is_filled;
} words;

static uint32_t
slot_of(uint32_t key)
{
	return (key * UINT32_C(2654435769)) >> 16;
}

/* The child's slot, or where it would be. */
static uint32_t
child_slot(uint32_t parent, uint16_t c)
{
	uint32_t key = parent << 16 | c, slot = slot_of(key);

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

	if (slot == ROOT)                  /* the root has no edge, so its slot stays free */
		abort();
	if (words.keys[slot] == 0) {
		if (++words.node_count > SLOTS * 3 / 4)
			abort();
		words.keys[slot] = parent << 16 | c;
	}
	return slot;
}

static void
add_sense(uint32_t node, enum word_kind kind, int value)
{
	uint16_t *link = &words.senses_at[node];
	struct sense *sense;

	while (*link != 0) {
		sense = &words.senses[*link];
		if (sense->kind == kind)
			return;
		link = &sense->next;
	}
	if (words.sense_count + 1 >= SENSES_MAX)
		abort();
	*link = (uint16_t)++words.sense_count;
	sense = &words.senses[*link];
	sense->kind = (uint8_t)kind;
	sense->value = (int16_t)value;
}

static void
add_word(struct slice word, enum word_kind kind, int value)
{
	static struct chars chars;
	uint32_t node = ROOT;

	chars_read(&chars, word);
	for (size_t i = 0; i < chars.count; i++)
		node = make_child(node, chars.folded[i]);
	add_sense(node, kind, value);
}

/* The list is written "a, b b, c". */
static void
add_list(const char *list, enum word_kind kind, int value)
{
	const char *p = list;

	while (*p != '\0') {
		size_t len = strcspn(p, ",");

		add_word((struct slice){ p, len }, kind, value);
		p += len;
		p += strspn(p, ", ");
	}
}

static const struct {
	enum word_kind kind;
	int            value;
	const char    *list;
} tables[] = {
#define WORDS(kind, value, list) { WORD_##kind, value, list },
#include "data/days.def"
#include "data/grammar.def"
#include "data/accounts.def"
#include "data/things.def"
#undef WORDS
};

static void
fill(void)
{
	words.keys[ROOT] = UINT32_MAX;
	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
		add_list(tables[i].list, tables[i].kind, tables[i].value);
	for (size_t i = 0; i < money_word_count; i++) {
		add_list(money_words[i].list, WORD_CURRENCY, (int)i);
		if (money_words[i].is_strict)
			add_list(money_words[i].list, WORD_PLAIN, 0);
	}
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
		return next == '\'' && chars->folded[end + 1] == 's';
	return char_class(next) != CHAR_LETTER;
}

uint16_t
words_find(const struct chars *chars, size_t at, size_t *end)
{
	uint32_t node = ROOT;
	uint16_t found = 0;

	if (!words.is_filled)
		fill();
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

size_t
words_count(void)
{
	if (!words.is_filled)
		fill();
	return words.sense_count;
}
