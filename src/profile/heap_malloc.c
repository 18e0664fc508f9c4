/* SPDX-License-Identifier: MIT */
/*
 * malloc and its kin, for the daemon and all its libraries: the next ones that
 * the loader finds, of the C library or of what is preloaded, do the work as
 * they are, and heap.c is told of each block while it looks.  A sanitizer has
 * an allocator of its own, which must come first, so that with one this file
 * is empty and heap_is_hooked stays false.  valloc and pvalloc are not here:
 * what they allocate is not seen.
 */
#include "config.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define IS_SANITIZED 1
#endif

#ifndef IS_SANITIZED

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "heap.h"

#define CALLER __builtin_return_address(0)

static void *first_malloc(size_t size);
static void *first_calloc(size_t count, size_t size);
static void *first_realloc(void *block, size_t size);
static void first_free(void *block);
static void *first_memalign(size_t alignment, size_t size);
static int first_posix_memalign(void **block, size_t alignment, size_t size);

/* The allocator behind this one, which whoever allocates first finds, before there is a second thread. */
static struct {
	void *(*malloc)(size_t size);
	void *(*calloc)(size_t count, size_t size);
	void *(*realloc)(void *block, size_t size);
	void  (*free)(void *block);
	void *(*memalign)(size_t alignment, size_t size);
	void *(*aligned_alloc)(size_t alignment, size_t size);
	int   (*posix_memalign)(void **block, size_t alignment, size_t size);
} next = { first_malloc, first_calloc, first_realloc, first_free, first_memalign, first_memalign, first_posix_memalign };

static void
find(void *function, const char *name)
{
	void *found = dlsym(RTLD_NEXT, name);

	memcpy(function, &found, sizeof found);
}

/* false: it is just being found, and finding allocates nothing that it cannot do without. */
static bool
find_next(void)
{
	if (heap_is_hooked) {
		errno = ENOMEM;
		return false;
	}
	heap_is_hooked = true;
	find(&next.calloc, "calloc");
	find(&next.realloc, "realloc");
	find(&next.memalign, "memalign");
	find(&next.aligned_alloc, "aligned_alloc");
	find(&next.posix_memalign, "posix_memalign");
	find(&next.free, "free");
	find(&next.malloc, "malloc");
	return true;
}

static void *
first_malloc(size_t size)
{
	return find_next() ? next.malloc(size) : NULL;
}

static void *
first_calloc(size_t count, size_t size)
{
	return find_next() ? next.calloc(count, size) : NULL;
}

static void *
first_realloc(void *block, size_t size)
{
	return find_next() ? next.realloc(block, size) : NULL;
}

/* Of NULL alone, as nothing was allocated yet. */
static void
first_free(void *block)
{
	(void)block;
}

static void *
first_memalign(size_t alignment, size_t size)
{
	return find_next() ? next.memalign(alignment, size) : NULL;
}

static int
first_posix_memalign(void **block, size_t alignment, size_t size)
{
	return find_next() ? next.posix_memalign(block, alignment, size) : ENOMEM;
}

static __attribute__((noinline)) void *
seen(void *block, size_t size, void *caller)
{
	if (block != NULL)
		heap_note(block, size, caller);
	return block;
}

void *
malloc(size_t size)
{
	return heap_looks() ? seen(next.malloc(size), size, CALLER) : next.malloc(size);
}

void *
calloc(size_t count, size_t size)
{
	return heap_looks() ? seen(next.calloc(count, size), count * size, CALLER) : next.calloc(count, size);
}

/* Taken out before: as soon as it is free another thread may have it. */
void
free(void *block)
{
	if (heap_looks())
		heap_take(block);
	next.free(block);
}

static void *
move(void *block, size_t size, void *caller)
{
	struct heap_block taken = heap_take(block);
	void *moved = next.realloc(block, size);

	if (moved == NULL && size > 0)
		heap_put_back(block, taken);
	return seen(moved, size, caller);
}

void *
realloc(void *block, size_t size)
{
	return heap_looks() ? move(block, size, CALLER) : next.realloc(block, size);
}

void *
memalign(size_t alignment, size_t size)
{
	return heap_looks() ? seen(next.memalign(alignment, size), size, CALLER) : next.memalign(alignment, size);
}

void *
aligned_alloc(size_t alignment, size_t size)
{
	return heap_looks() ? seen(next.aligned_alloc(alignment, size), size, CALLER) : next.aligned_alloc(alignment, size);
}

int
posix_memalign(void **block, size_t alignment, size_t size)
{
	int error = next.posix_memalign(block, alignment, size);

	if (error == 0 && heap_looks())
		seen(*block, size, CALLER);
	return error;
}

#endif
