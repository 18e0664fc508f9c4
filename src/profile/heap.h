/* SPDX-License-Identifier: MIT */
/*
 * Where the memory of a process was allocated that it still holds, by samples:
 * while it is on, an allocation in which every HEAP_INTERVAL-th byte on average
 * lies keeps its stack, and a free takes it out again.  What is kept lies in
 * memory of its own, of a fixed size, and allocates nothing, so that it may be
 * done in the middle of malloc, by several threads at once.  The child of a
 * fork is not looked at.
 *
 * malloc and its kin tell of each block (heap_malloc.c), in the daemon only;
 * while it is off that costs them one look at heap_is_on.
 */
#ifndef HEAP_H
#define HEAP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct profile;

enum {
	HEAP_INTERVAL = 8192,              /* bytes; a stride is drawn anew each time, from 1 to nearly twice that */
	HEAP_WHOLE = 16 * HEAP_INTERVAL,   /* a block of so many bytes is always a sample, and counts what it is */
	HEAP_STACKS_MAX = 4096,            /* different ones */
	HEAP_BLOCKS_MAX = 65536            /* sampled ones that are held at a time */
};

/* A sampled block that was held. */
struct heap_block {
	uint32_t stack;
	uint64_t bytes;                    /* that it stands for; 0: there was none */
};

extern _Atomic bool heap_is_on;
extern bool heap_is_hooked;                /* malloc tells of its blocks */

/* false: it is on already, or there is no memory for it, which is logged. */
bool heap_begin(void);

/* Turn it off, and write the stacks of what is held into the samples of profile, unless that is NULL.  Does nothing when it is off. */
void heap_end(struct profile *profile);

/* Any block but NULL.  caller: where the allocating function returns to; what is below it in the stack is left out. */
void heap_note(void *block, size_t size, void *caller);

/* A block that is to be freed, or to be moved; a move that fails has it put back. */
struct heap_block heap_take(void *block);
void heap_put_back(void *block, struct heap_block taken);

static inline bool
heap_looks(void)
{
	return __builtin_expect(atomic_load_explicit(&heap_is_on, memory_order_relaxed), false);
}

#endif
