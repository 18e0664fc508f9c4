/* SPDX-License-Identifier: MIT */
/* See intent.h.  Patterns are folded once, when the first message comes, into one array of characters. */
#include "config.h"

#include "intent.h"

#include "understand/text/chars.h"

static const struct {
	enum intent_kind kind;
	const char      *patterns[LANGUAGES];
} rows[] = {
#define INTENT(name, en, zh_hant, zh_hans, ja) { INTENT_##name, { en, zh_hant, zh_hans, ja } },
#include "data/intents.def"
#undef INTENT
};

static const char *const polite_texts[LANGUAGES] = {
#define INTENT(name, en, zh_hant, zh_hans, ja)
#define POLITE(en, zh_hant, zh_hans, ja) en, zh_hant, zh_hans, ja
#include "data/intents.def"
#undef INTENT
};

enum {
	POLITE_MAX = 32,
	PATTERNS_MAX = 1024,
	PATTERN_CHARS_MAX = 16384,
	PIECES_MAX = INTENT_VALUES_MAX + 1
};

/* What stands before, between and behind the values. */
struct piece {
	uint16_t at, len;              /* in folded[] */
};

struct pattern {
	uint8_t      kind, language;
	uint8_t      piece_count;      /* one more than it has values */
	struct piece pieces[PIECES_MAX];
};

static struct pattern patterns[PATTERNS_MAX];
static struct piece polite[POLITE_MAX];
static size_t pattern_count, polite_count;
static uint16_t folded[PATTERN_CHARS_MAX];
static size_t folded_count;

/* --- the table ------------------------------------------------------------------------------ */

static struct piece
fold_piece(struct slice text)
{
	struct piece piece = { (uint16_t)folded_count, 0 };

	piece.len = (uint16_t)chars_fold(text, folded + folded_count, PATTERN_CHARS_MAX - folded_count);
	folded_count += piece.len;
	return piece;
}

static void
add_polite(enum language language, struct slice text)
{
	(void)language;
	polite[polite_count++] = fold_piece(text);
}

static enum intent_kind kind_being_added;

static void
add_pattern(enum language language, struct slice text)
{
	struct pattern *pattern = &patterns[pattern_count++];
	const char *mark;

	*pattern = (struct pattern){ .kind = (uint8_t)kind_being_added, .language = (uint8_t)language };
	while ((mark = memmem(text.ptr, text.len, "{}", 2)) != NULL) {
		pattern->pieces[pattern->piece_count++] = fold_piece((struct slice){ text.ptr, (size_t)(mark - text.ptr) });
		text.len -= (size_t)(mark + 2 - text.ptr);
		text.ptr = mark + 2;
	}
	pattern->pieces[pattern->piece_count++] = fold_piece(text);
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

static void
fill_table(void)
{
	add_each(polite_texts, add_polite);
	for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++) {
		kind_being_added = rows[row].kind;
		add_each(rows[row].patterns, add_pattern);
	}
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

static bool
skip_polite(struct reader *r)
{
	size_t behind = SIZE_MAX;

	for (size_t i = 0; i < polite_count && behind == SIZE_MAX; i++)
		behind = match_piece(r->chars, r->begin, r->end, &polite[i]);
	if (behind != SIZE_MAX)
		r->begin = behind;
	return behind != SIZE_MAX;
}

/* Letters go on over this place. */
static bool
is_inside_word(const struct chars *chars, size_t at)
{
	return at > 0 && char_class(chars->folded[at - 1]) == CHAR_LETTER && char_class(chars->folded[at]) == CHAR_LETTER;
}

/* The first place behind begin where the piece stands; the last piece must end the text. */
static size_t
find_piece(const struct chars *chars, size_t begin, size_t end, const struct piece *piece, bool is_last, size_t *behind)
{
	for (size_t at = begin + 1; at <= end; at++) {
		*behind = match_piece(chars, at, end, piece);
		if (*behind != SIZE_MAX && (!is_last || *behind == end) && !is_inside_word(chars, at))
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
	if (at == SIZE_MAX || (pattern->piece_count > 1 && is_inside_word(r->chars, at)))
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

/* Patterns of one kind stand together, so the same words in the language at home are not far. */
static void
find(struct intent *intent, const struct reader *r, enum language at_home)
{
	struct intent found;

	for (size_t i = 0; i < pattern_count; i++) {
		if (intent->kind != INTENT_NONE && patterns[i].kind != intent->kind)
			return;
		if ((intent->kind != INTENT_NONE && patterns[i].language != at_home) || !match(&patterns[i], r, &found))
			continue;
		found.kind = (enum intent_kind)patterns[i].kind;
		found.language = (enum language)patterns[i].language;
		*intent = found;
		if (found.language == at_home)
			return;
	}
}

void
intent_read(struct intent *intent, struct slice text, enum language at_home)
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
		find(intent, &r, at_home);
		intent->language = at_home;
		return;
	}
	find(intent, &r, at_home);
	if (intent->kind == INTENT_NONE && skip_polite(&r))
		find(intent, &r, at_home);
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
