/* SPDX-License-Identifier: MIT */
/*
 * What is allocated, counted: a program that is linked with this has its
 * malloc, calloc, realloc and their kin counted, those of its libraries as
 * well.  Nothing is counted in a build with sanitizers, which have their own.
 */
#ifndef ALLOC_COUNT_H
#define ALLOC_COUNT_H

#include <stdbool.h>
#include <stdint.h>

struct alloc_count {
	uint64_t allocs;
	uint64_t bytes;                /* as asked for; a realloc counts its new size */
};

bool alloc_is_counted(void);

/* Since the program started; of one thread. */
struct alloc_count alloc_count_now(void);

#endif
