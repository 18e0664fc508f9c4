/* SPDX-License-Identifier: MIT */
/* Comparing names as people do: without regard to case, width and other forms of the same characters. */
#ifndef FOLD_H
#define FOLD_H

#include "arena.h"

/* NFKC, case folded, in the arena; the text is valid UTF-8.  A NULL slice when there is no memory. */
struct slice text_fold(struct arena *arena, struct slice text);

#endif
