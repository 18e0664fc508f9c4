/* SPDX-License-Identifier: MIT */
/* See intent.h.  Patterns are folded once, when the first message comes, into one array of characters. */
#include "config.h"

#include "intent.h"

#include <assert.h>

#include "understand/text/chars.h"

static const struct {
	enum intent_kind kind;
	const char      *patterns[LANGUAGES];
} rows[] = {
#define INTENT(name, en, zh_hant, zh_hans, ja) { INTENT_##name, { en, zh_hant, zh_hans, ja } },
#include "dialogue/data/intents.def"
#undef INTENT
};

static const char *const polite_texts[LANGUAGES] = {
#define INTENT(name, en, zh_hant, zh_hans, ja)
#define POLITE(en, zh_hant, zh_hans, ja) en, zh_hant, zh_hans, ja
#include "dialogue/data/intents.def"
#undef INTENT
};

static const char *const polite_end_texts[LANGUAGES] = {
#define INTENT(name, en, zh_hant, zh_hans, ja)
#define POLITE_END(en, zh_hant, zh_hans, ja) en, zh_hant, zh_hans, ja
#include "dialogue/data/intents.def"
#undef INTENT
};

enum {
	POLITE_MAX = 256,
	PATTERNS_MAX = 4096,
	PATTERN_CHARS_MAX = 32768,
	PIECES_MAX = INTENT_VALUES_MAX + 1
};

/* What stands before, between and behind the values. */
struct piece {
	uint16_t at, len;              /* in folded[] */
};

struct pattern {
	uint8_t      kind, language;
	uint8_t      piece_count;      /* one more than it has values */
	uint16_t     length;           /* of all pieces */
	struct piece pieces[PIECES_MAX];
};

static struct pattern patterns[PATTERNS_MAX];
/*
 * Patterns that a text may be by one of its edges: those that end with a
 * certain character, those that end with a value and begin with a certain
 * character, and the rest.  Lists in the order of the patterns, of their
 * numbers and one; 0 ends them.
 */
enum { LISTS_BY_CHAR = 512 };
static uint16_t by_last[LISTS_BY_CHAR], by_first[LISTS_BY_CHAR], by_none, next_in_list[PATTERNS_MAX];
static struct piece polite[POLITE_MAX], polite_ends[POLITE_MAX];
static size_t pattern_count, polite_count, polite_end_count;
static uint16_t folded[PATTERN_CHARS_MAX];
static size_t folded_count;

/* --- the table ------------------------------------------------------------------------------ */

static struct piece
fold_piece(struct slice text)
{
	struct piece piece = { (uint16_t)folded_count, 0 };

	piece.len = (uint16_t)chars_fold(text, folded + folded_count, PATTERN_CHARS_MAX - folded_count);
	assert(piece.len > 0 || text.len == 0);          /* else the table has outgrown its room */
	folded_count += piece.len;
	return piece;
}

static void
add_polite(enum language language, struct slice text)
{
	(void)language;
	assert(polite_count < POLITE_MAX);
	polite[polite_count++] = fold_piece(text);
}

static void
add_polite_end(enum language language, struct slice text)
{
	(void)language;
	assert(polite_end_count < POLITE_MAX);
	polite_ends[polite_end_count++] = fold_piece(text);
}

static enum intent_kind kind_being_added;

static void
add_pattern(enum language language, struct slice text)
{
	struct pattern *pattern = &patterns[pattern_count++];
	const char *mark;

	assert(pattern_count < PATTERNS_MAX);
	*pattern = (struct pattern){ .kind = (uint8_t)kind_being_added, .language = (uint8_t)language };
	while ((mark = memmem(text.ptr, text.len, "{}", 2)) != NULL) {
		assert(pattern->piece_count < INTENT_VALUES_MAX);
		pattern->pieces[pattern->piece_count++] = fold_piece((struct slice){ text.ptr, (size_t)(mark - text.ptr) });
		text.len -= (size_t)(mark + 2 - text.ptr);
		text.ptr = mark + 2;
	}
	pattern->pieces[pattern->piece_count++] = fold_piece(text);
	for (size_t i = 0; i < pattern->piece_count; i++)
		pattern->length = (uint16_t)(pattern->length + pattern->pieces[i].len);
}

/* What stands between the bars. */
static void
add_each(const char *const texts[LANGUAGES], void (*add)(enum language language, struct slice text))
{
	for (int language = 0; language < LANGUAGES; language++)
		for (const char *p = texts[language]; p != NULL && *p != '\0';) {
			size_t len = strcspn(p, "|");

			add((enum language)language, (struct slice){ p, len });
			p = p[len] == '|' ? p + len + 1 : NULL;
		}
}

static uint16_t *
list_of(const struct pattern *pattern)
{
	const struct piece *first = &pattern->pieces[0], *last = &pattern->pieces[pattern->piece_count - 1];

	if (last->len > 0)
		return &by_last[folded[last->at + last->len - 1] % LISTS_BY_CHAR];
	if (first->len > 0 && folded[first->at] != ' ')
		return &by_first[folded[first->at] % LISTS_BY_CHAR];
	return &by_none;
}

static void
fill_lists(void)
{
	for (size_t i = pattern_count; i > 0; i--) {
		uint16_t *list = list_of(&patterns[i - 1]);

		next_in_list[i - 1] = *list;
		*list = (uint16_t)i;
	}
}

static void
fill_table(void)
{
	add_each(polite_texts, add_polite);
	add_each(polite_end_texts, add_polite_end);
	for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
		kind_being_added = rows[row].kind;
		add_each(rows[row].patterns, add_pattern);
	}
	fill_lists();
}

/* --- the text -------------------------------------------------------------------------------- */

struct reader {
	struct chars *chars;
	size_t        begin, end;      /* of what is said, without what does not matter */
};

/* A full stop or a quotation mark; others say something ("-50"). */
static bool
is_mark(uint16_t c)
{
	return c == '.' || c == '~' || c == '"' || c == '\'' || (c >= 0x2018 && c <= 0x201f) || (c >= 0x300c && c <= 0x300f);
}

static bool
is_edge(uint16_t c)
{
	enum char_class class = char_class(c);

	return class == CHAR_SPACE || class == CHAR_NEWLINE || class == CHAR_BREAK || class == CHAR_PAUSE || class == CHAR_EMOJI
	    || is_mark(c);
}

static void
trim(const struct chars *chars, size_t *begin, size_t *end)
{
	while (*begin < *end && is_edge(chars->folded[*begin]))
		++*begin;
	while (*end > *begin && is_edge(chars->folded[*end - 1]))
		--*end;
}

/* "/undo@TheBot" is "undo"; its slash is told. */
static bool
skip_command(struct reader *r)
{
	if (r->begin == r->end || r->chars->folded[r->begin] != '/')
		return false;
	r->begin++;
	for (size_t i = r->begin; i < r->end && r->chars->folded[i] != ' '; i++)
		if (r->chars->folded[i] == '@')
			r->end = i;
	return true;
}

/* --- matching ---------------------------------------------------------------------------------- */

/* A blank of the pattern is any number of them, also none where scripts write none; where the text goes on, or SIZE_MAX. */
static size_t
match_piece(const struct chars *chars, size_t at, size_t end, const struct piece *piece)
{
	const uint16_t *p = folded + piece->at;

	for (size_t i = 0; i < piece->len; i++) {
		if (p[i] == ' ') {
			while (at < end && chars->folded[at] == ' ')
				at++;
			continue;
		}
		if (at >= end || chars->folded[at] != p[i])
			return SIZE_MAX;
		at++;
	}
	return at;
}

/* The longest of them; false: there is none, or nothing else is said. */
static bool
skip_polite(struct reader *r)
{
	size_t longest = r->begin, behind;

	for (size_t i = 0; i < polite_count; i++) {
		behind = match_piece(r->chars, r->begin, r->end, &polite[i]);
		if (behind != SIZE_MAX && behind > longest && behind < r->end && !chars_is_inside_word(r->chars, behind))
			longest = behind;
	}
	behind = r->begin;
	r->begin = longest;
	trim(r->chars, &r->begin, &r->end);
	return longest > behind && r->begin < r->end;
}

static void
skip_polite_end(struct reader *r)
{
	for (size_t i = 0; i < polite_end_count; i++) {
		size_t len = polite_ends[i].len, at = r->end - len;

		if (len >= r->end - r->begin || chars_is_inside_word(r->chars, at) || match_piece(r->chars, at, r->end, &polite_ends[i]) != r->end)
			continue;
		r->end = at;
		trim(r->chars, &r->begin, &r->end);
		return;
	}
}

/* The first place behind begin where the piece stands; the last piece must end the text. */
static size_t
find_piece(const struct chars *chars, size_t begin, size_t end, const struct piece *piece, bool is_last, size_t *behind)
{
	for (size_t at = begin + 1; at <= end; at++) {
		*behind = match_piece(chars, at, end, piece);
		if (*behind != SIZE_MAX && (!is_last || *behind == end) && !chars_is_inside_word(chars, at))
			return at;
	}
	return SIZE_MAX;
}

static bool
take_value(struct intent *intent, const struct chars *chars, size_t begin, size_t end)
{
	trim(chars, &begin, &end);
	intent->values[intent->value_count++] = chars_slice(chars, begin, end);
	return end > begin;
}

static bool
match(const struct pattern *pattern, const struct reader *r, struct intent *intent)
{
	size_t at = match_piece(r->chars, r->begin, r->end, &pattern->pieces[0]);

	intent->value_count = 0;
	if (at == SIZE_MAX || (pattern->piece_count > 1 && chars_is_inside_word(r->chars, at)))
		return false;
	for (unsigned i = 1; i < pattern->piece_count; i++) {
		size_t behind, begin = at;

		at = find_piece(r->chars, begin, r->end, &pattern->pieces[i], i + 1 == pattern->piece_count, &behind);
		if (at == SIZE_MAX || !take_value(intent, r->chars, begin, at))
			return false;
		at = behind;
	}
	return at == r->end;
}

/* The next pattern that the text may be, in the order of the table; NULL: that was the last one. */
static const struct pattern *
take_candidate(uint16_t lists[3])
{
	unsigned lowest = 0;
	uint16_t taken;

	for (unsigned i = 1; i < 3; i++)
		if (lists[i] != 0 && (lists[lowest] == 0 || lists[i] < lists[lowest]))
			lowest = i;
	taken = lists[lowest];
	if (taken == 0)
		return NULL;
	lists[lowest] = next_in_list[taken - 1];
	return &patterns[taken - 1];
}

/* Of the first kind that is said the longest pattern; one in the language at home before all others. */
static void
find(struct intent *intent, const struct reader *r, enum language at_home, enum intent_kind after)
{
	const struct pattern *pattern;
	struct intent found;
	unsigned best = 0, rank;
	uint16_t lists[3];

	if (r->begin == r->end)
		return;
	lists[0] = by_last[r->chars->folded[r->end - 1] % LISTS_BY_CHAR];
	lists[1] = by_first[r->chars->folded[r->begin] % LISTS_BY_CHAR];
	lists[2] = by_none;
	while ((pattern = take_candidate(lists)) != NULL) {
		if (pattern->kind <= after)
			continue;
		if (intent->kind != INTENT_NONE && pattern->kind != intent->kind)
			return;
		rank = 1U + pattern->length + (pattern->language == at_home ? (unsigned)PATTERN_CHARS_MAX : 0U);
		if (rank <= best || !match(pattern, r, &found))
			continue;
		found.begin = r->begin;
		found.kind = (enum intent_kind)pattern->kind;
		found.language = (enum language)pattern->language;
		*intent = found;
		best = rank;
	}
}

/* Behind after, which may be none. */
static void
read_behind(struct intent *intent, struct slice text, enum language at_home, const struct intent *after)
{
	static struct chars chars;               /* large, and used up before the return */
	struct reader r = { .chars = &chars };

	*intent = (struct intent){ .kind = INTENT_NONE, .language = at_home };
	if (text.len == 0 || text.len > INTENT_TEXT_MAX)
		return;
	if (pattern_count == 0)
		fill_table();
	chars_read(&chars, text);
	r.end = chars.count;
	trim(&chars, &r.begin, &r.end);
	if (skip_command(&r)) {
		find(intent, &r, at_home, after->kind);
		intent->language = at_home;
		return;
	}
	skip_polite_end(&r);
	do {
		intent->begin = r.begin;
		if (r.begin >= after->begin)
			find(intent, &r, at_home, r.begin == after->begin ? after->kind : INTENT_NONE);
	} while (intent->kind == INTENT_NONE && skip_polite(&r));
}

void
intent_read(struct intent *intent, struct slice text, enum language at_home)
{
	static const struct intent none = { .kind = INTENT_NONE };

	read_behind(intent, text, at_home, &none);
}

void
intent_read_on(struct intent *intent, struct slice text, enum language at_home)
{
	struct intent after = *intent;

	read_behind(intent, text, at_home, &after);
}

struct slice
intent_trim(struct slice text)
{
	static struct chars chars;
	size_t begin = 0, end;

	if (text.len > INTENT_TEXT_MAX)
		return text;
	chars_read(&chars, text);
	end = chars.count;
	trim(&chars, &begin, &end);
	return chars_slice(&chars, begin, end);
}

bool
intent_has_pause(struct slice text)
{
	static struct chars chars;
	size_t begin = 0, end;

	if (text.len > INTENT_TEXT_MAX)
		return true;
	chars_read(&chars, text);
	end = chars.count;
	trim(&chars, &begin, &end);
	while (begin < end && char_class(chars.folded[begin]) != CHAR_PAUSE)
		begin++;
	return begin < end;
}

bool
intent_is_listed(struct slice text, const char *list)
{
	for (const char *p = list; *p != '\0';) {
		size_t len = strcspn(p, "|");

		if (slice_equal(text, (struct slice){ p, len }))
			return true;
		p += p[len] == '|' ? len + 1 : len;
	}
	return false;
}
