/* SPDX-License-Identifier: MIT */
/* See fold.h. */
#include "config.h"

#include "fold.h"

#include <stdlib.h>

#include <unicase.h>
#include <uninorm.h>
#include <unistr.h>
#include <uniwbrk.h>

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
lower_to(struct buf *out, struct slice text)
{
	char *p = buf_space(out, text.len);

	if (p == NULL)
		return;
	for (size_t i = 0; i < text.len; i++)
		p[i] = (char)(text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? text.ptr[i] | 0x20 : text.ptr[i]);
	buf_grew(out, text.len);
}

void
text_fold_to(struct buf *out, struct slice text)
{
	uint8_t *plain, *lower = NULL;
	size_t plain_len = 0, lower_len = 0;

	buf_clear(out);
	if (is_ascii(text)) {
		lower_to(out, text);
		return;
	}
	/* Compatible forms first: a character that stands for two letters may stand for capital ones. */
	plain = u8_normalize(UNINORM_NFKC, (const uint8_t *)text.ptr, text.len, NULL, &plain_len);
	if (plain != NULL)
		lower = u8_casefold(plain, plain_len, NULL, UNINORM_NFKC, NULL, &lower_len);
	if (lower != NULL)
		buf_append(out, lower, lower_len);
	else
		out->has_failed = true;
	free(plain);
	free(lower);
}

struct slice
text_fold(struct arena *arena, struct slice text)
{
	struct buf folded = BUF_INIT;
	struct slice copy;

	text_fold_to(&folded, text);
	copy = folded.has_failed ? SLICE_EMPTY : arena_copy(arena, buf_slice(&folded));
	buf_fini(&folded);
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
