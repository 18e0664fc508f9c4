/* SPDX-License-Identifier: MIT */
/* Comparing names as people do: without regard to case, width and other forms of the same characters. */
#ifndef FOLD_H
#define FOLD_H

#include "arena.h"
#include "buf.h"

/* NFKC, case folded, in the arena; the text is valid UTF-8.  A NULL slice when there is no memory. */
struct slice text_fold(struct arena *arena, struct slice text);

/* The same in place of what the buffer holds; without memory its has_failed is set. */
void text_fold_to(struct buf *out, struct slice text);

/*
 * Whether the word is somewhere in the text, both folded: where letters and
 * digits are written in words, as a whole word; in scripts that write no
 * blanks (Han, kana, Thai, ...), and in Korean, whose words carry their
 * particles, anywhere.  No empty word is in any text.
 */
bool text_has_word(struct slice text, struct slice word);

#endif
