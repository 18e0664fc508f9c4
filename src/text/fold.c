/* SPDX-License-Identifier: MIT */
/* See fold.h. */
#include "config.h"

#include "fold.h"

#include <stdlib.h>

#include <unicase.h>
#include <uninorm.h>
#include <unistr.h>
#include <uniwbrk.h>

enum { ROOM = 256 };                   /* bytes on the stack; a longer text is folded on the heap */

static bool
is_ascii(struct slice text)
{
	unsigned char all = 0;

	for (size_t i = 0; i < text.len; i++)
		all |= (unsigned char)text.ptr[i];
	return all < 0x80;
}

/* ASCII is its own compatible form. */
static void
lower_ascii(char *out, struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		out[i] = (char)(text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? text.ptr[i] | 0x20 : text.ptr[i]);
}

/* In room or, when that is too small, on the heap; NULL when there is no memory. */
static uint8_t *
fold(struct slice text, uint8_t room[ROOM], size_t *len)
{
	uint8_t plain_room[ROOM], *plain, *lower = NULL;
	size_t plain_len = sizeof plain_room;

	*len = ROOM;
	/* Compatible forms first: a character that stands for two letters may stand for capital ones. */
	plain = u8_normalize(UNINORM_NFKC, (const uint8_t *)text.ptr, text.len, plain_room, &plain_len);
	if (plain != NULL)
		lower = u8_casefold(plain, plain_len, NULL, UNINORM_NFKC, room, len);
	if (plain != plain_room)
		free(plain);
	return lower;
}

void
text_fold_to(struct buf *out, struct slice text)
{
	uint8_t room[ROOM], *folded;
	size_t len;
	char *p;

	buf_clear(out);
	if (is_ascii(text)) {
		p = buf_space(out, text.len);
		if (p == NULL)
			return;
		lower_ascii(p, text);
		buf_grew(out, text.len);
		return;
	}
	folded = fold(text, room, &len);
	if (folded != NULL)
		buf_append(out, folded, len);
	else
		out->has_failed = true;
	if (folded != room)
		free(folded);
}

struct slice
text_fold(struct arena *arena, struct slice text)
{
	uint8_t room[ROOM], *folded;
	struct slice copy = SLICE_EMPTY;
	size_t len;
	char *p;

	if (is_ascii(text)) {
		p = arena_alloc(arena, text.len + 1);
		if (p == NULL)
			return SLICE_EMPTY;
		lower_ascii(p, text);
		return (struct slice){ p, text.len };
	}
	folded = fold(text, room, &len);
	if (folded != NULL)
		copy = arena_copy(arena, (struct slice){ (const char *)folded, len });
	if (folded != room)
		free(folded);
	return copy;
}

/* --- words -------------------------------------------------------------------------- */

static bool
is_hangul(ucs4_t c)
{
	return (c >= 0xac00 && c <= 0xd7af) || (c >= 0x1100 && c <= 0x11ff) || (c >= 0x3130 && c <= 0x318f);
}

/* Unicode's word breaks (UAX 29) call letters only those of scripts with blanks. */
static bool
is_of_word(ucs4_t c)
{
	int property = uc_wordbreak_property(c);

	return (property == WBP_ALETTER || property == WBP_HL || property == WBP_NUMERIC || property == WBP_EXTENDNUMLET)
	    && !is_hangul(c);
}

/* Whether the word goes on over this place: a letter before it and one behind it, or a mark behind it. */
static bool
is_inside(struct slice text, size_t at)
{
	const uint8_t *start = (const uint8_t *)text.ptr;
	ucs4_t before, behind;

	if (at == 0 || at == text.len)
		return false;
	u8_prev(&before, start + at, start);
	u8_mbtouc(&behind, start + at, text.len - at);
	return uc_wordbreak_property(behind) == WBP_EXTEND || (is_of_word(before) && is_of_word(behind));
}

bool
text_has_word(struct slice text, struct slice word)
{
	const char *p = text.ptr, *end = text.ptr + text.len;

	if (word.len == 0)
		return false;
	while ((size_t)(end - p) >= word.len && (p = memmem(p, (size_t)(end - p), word.ptr, word.len)) != NULL) {
		size_t at = (size_t)(p - text.ptr);

		if (!is_inside(text, at) && !is_inside(text, at + word.len))
			return true;
		p++;
	}
	return false;
}
