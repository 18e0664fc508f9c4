/* SPDX-License-Identifier: MIT */
/* See fold.h. */
#include "config.h"

#include "fold.h"

#include <stdlib.h>

#include <unicase.h>
#include <uninorm.h>

enum { ROOM = 256 };                   /* bytes on the stack; a longer text is folded on the heap */

struct slice
text_fold(struct arena *arena, struct slice text)
{
	struct slice folded = SLICE_EMPTY;
	uint8_t plain_room[ROOM], lower_room[ROOM], *plain, *lower = NULL;
	size_t plain_len = sizeof plain_room, lower_len = sizeof lower_room;

	/* Compatible forms first: a character that stands for two letters may stand for capital ones. */
	plain = u8_normalize(UNINORM_NFKC, (const uint8_t *)text.ptr, text.len, plain_room, &plain_len);
	if (plain != NULL)
		lower = u8_casefold(plain, plain_len, NULL, UNINORM_NFKC, lower_room, &lower_len);
	if (lower != NULL)
		folded = arena_copy(arena, (struct slice){ (const char *)lower, lower_len });
	if (plain != plain_room)
		free(plain);
	if (lower != lower_room)
		free(lower);
	return folded;
}
