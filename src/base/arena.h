/* SPDX-License-Identifier: MIT */
/*
 * Memory that is given back all at once: what a request allocates lives until
 * the request ends.
 */
#ifndef ARENA_H
#define ARENA_H

#include <stdbool.h>
#include <stddef.h>

#include "slice.h"

struct arena_block;

struct arena {
	struct arena_block *blocks;   /* newest first */
	bool                has_failed;   /* there was no memory, since it was last empty */
};

#define ARENA_INIT { NULL, false }

/* Zeroed memory for any type, owned by the arena; NULL when there is none. */
void *arena_alloc(struct arena *arena, size_t size);

/* The same with whatever was there before, for the most that may come, of which little does. */
void *arena_alloc_unset(struct arena *arena, size_t size);

/* A copy of the bytes with a NUL behind them; an empty slice with a NULL pointer when there is no memory. */
struct slice arena_copy(struct arena *arena, struct slice s);

/* Give everything back but one block, for the next user. */
void arena_reset(struct arena *arena);

/*
 * Give everything back but one block, which has room for as much again if that
 * is at most keep_max bytes: for work that is done over and over.
 */
void arena_recycle(struct arena *arena, size_t keep_max);

void arena_fini(struct arena *arena);

#endif
