/* SPDX-License-Identifier: MIT */
/* See incoming.h. */
#include "config.h"

#include "incoming.h"

#include "arena.h"

void
incoming_copy(struct arena *arena, struct incoming *incoming)
{
	incoming->conversation = arena_copy(arena, incoming->conversation);
	incoming->ref = arena_copy(arena, incoming->ref);
	incoming->reply_to_ref = arena_copy(arena, incoming->reply_to_ref);
	incoming->media = arena_copy(arena, incoming->media);
	incoming->locale_hint = arena_copy(arena, incoming->locale_hint);
}
