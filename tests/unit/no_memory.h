/* SPDX-License-Identifier: MIT */
/*
 * Memory that runs out once, in a program that is linked with $(NO_MEMORY):
 * for what the daemon's own sources allocate, and the libraries that they lend
 * their functions for that.
 */
#ifndef NO_MEMORY_H
#define NO_MEMORY_H

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t size);
char *__real_strdup(const char *s);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t size);
char *__wrap_strdup(const char *s);

static int allocations_left;         /* until the one that fails; 0: none does */

static inline bool
allocation_fails(void)
{
	if (allocations_left == 0 || --allocations_left > 0)
		return false;
	errno = ENOMEM;
	return true;
}

void *
__wrap_malloc(size_t size)
{
	return allocation_fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return allocation_fails() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *p, size_t size)
{
	return allocation_fails() ? NULL : __real_realloc(p, size);
}

char *
__wrap_strdup(const char *s)
{
	return allocation_fails() ? NULL : __real_strdup(s);
}

/* The nth allocation from now on fails; 1 is the next one. */
static inline void
no_memory_at(int n)
{
	allocations_left = n;
}

/* Memory is there again.  true: there were fewer allocations than that, so none has failed. */
static inline bool
no_memory_end(void)
{
	bool is_whole = allocations_left > 0;

	allocations_left = 0;
	return is_whole;
}

#endif
