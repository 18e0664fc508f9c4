/* SPDX-License-Identifier: MIT */
/* See arena.h. */
#include "config.h"

#include "arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

enum { BLOCK_SIZE = 4096 };

struct arena_block {
	struct arena_block *next;
	size_t              size, used;
	alignas(max_align_t) char data[];
};

static struct arena_block *
add_block(struct arena *arena, size_t size)
{
	struct arena_block *block;

	if (size < BLOCK_SIZE)
		size = BLOCK_SIZE;
	block = malloc(sizeof *block + size);
	if (block == NULL)
		return NULL;
	block->next = arena->blocks;
	block->size = size;
	block->used = 0;
	arena->blocks = block;
	return block;
}

void *
arena_alloc_unset(struct arena *arena, size_t size)
{
	struct arena_block *block = arena->blocks;
	void *p;

	if (size > SIZE_MAX / 2)
		goto fail;
	size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (block == NULL || block->size - block->used < size) {
		block = add_block(arena, size);
		if (block == NULL)
			goto fail;
	}
	p = block->data + block->used;
	block->used += size;
	return p;
fail:
	arena->has_failed = true;
	return NULL;
}

void *
arena_alloc(struct arena *arena, size_t size)
{
	void *p = arena_alloc_unset(arena, size);

	return p != NULL ? memset(p, 0, size) : NULL;
}

struct slice
arena_copy(struct arena *arena, struct slice s)
{
	char *p = arena_alloc(arena, s.len + 1);

	if (p == NULL)
		return SLICE_EMPTY;
	if (s.len > 0)
		memcpy(p, s.ptr, s.len);
	return (struct slice){ p, s.len };
}

static void
free_blocks(struct arena_block *block)
{
	struct arena_block *next;

	for (; block != NULL; block = next) {
		next = block->next;
		free(block);
	}
}

void
arena_reset(struct arena *arena)
{
	struct arena_block *keep = arena->blocks;

	arena->has_failed = false;
	if (keep == NULL)
		return;
	if (keep->size > BLOCK_SIZE) {
		arena_fini(arena);
		return;
	}
	free_blocks(keep->next);
	keep->next = NULL;
	keep->used = 0;
}

void
arena_recycle(struct arena *arena, size_t keep_max)
{
	struct arena_block *first = arena->blocks;
	size_t total = 0;

	arena->has_failed = false;
	for (const struct arena_block *block = first; block != NULL; block = block->next)
		total += block->size;
	if (first != NULL && first->next == NULL && total <= keep_max) {
		first->used = 0;
		return;
	}
	arena_fini(arena);
	if (first != NULL && total <= keep_max)
		add_block(arena, total);
}

void
arena_fini(struct arena *arena)
{
	free_blocks(arena->blocks);
	*arena = (struct arena)ARENA_INIT;
}
