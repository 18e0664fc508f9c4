/* SPDX-License-Identifier: MIT */
/* See fold.h. */
#include "config.h"

#include "fold.h"

#include <stdlib.h>

#include <unicase.h>
#include <uninorm.h>

struct slice
text_fold(struct arena *arena, struct slice text)
{
	struct slice folded = SLICE_EMPTY;
	uint8_t *plain, *lower = NULL;
	size_t plain_len = 0, lower_len = 0;

	/* Compatible forms first: a character that stands for two letters may stand for capital ones. */
	plain = u8_normalize(UNINORM_NFKC, (const uint8_t *)text.ptr, text.len, NULL, &plain_len);
	if (plain != NULL)
		lower = u8_casefold(plain, plain_len, NULL, UNINORM_NFKC, NULL, &lower_len);
	if (lower != NULL)
		folded = arena_copy(arena, (struct slice){ (const char *)lower, lower_len });
	free(plain);
	free(lower);
	return folded;
}
