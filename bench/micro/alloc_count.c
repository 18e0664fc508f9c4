/* SPDX-License-Identifier: MIT */
/* See alloc_count.h.  The next allocator does the work, so that a profiler's can be preloaded. */
#include "config.h"

#include "alloc_count.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>

static struct alloc_count counted;

struct alloc_count
alloc_count_now(void)
{
	return counted;
}

#ifndef __has_feature
#define __has_feature(x) 0
#endif

#if defined __SANITIZE_ADDRESS__ || __has_feature(address_sanitizer)

bool
alloc_is_counted(void)
{
	return false;
}

#else

bool
alloc_is_counted(void)
{
	return true;
}

static struct {
	void *(*malloc)(size_t size);
	void *(*calloc)(size_t count, size_t size);
	void *(*realloc)(void *p, size_t size);
	void *(*memalign)(size_t alignment, size_t size);
	void (*free)(void *p);
} next;

static void
find_next(void)
{
	*(void **)&next.calloc = dlsym(RTLD_NEXT, "calloc");
	*(void **)&next.realloc = dlsym(RTLD_NEXT, "realloc");
	*(void **)&next.memalign = dlsym(RTLD_NEXT, "memalign");
	*(void **)&next.free = dlsym(RTLD_NEXT, "free");
	*(void **)&next.malloc = dlsym(RTLD_NEXT, "malloc");
	if (next.malloc == NULL || next.calloc == NULL || next.realloc == NULL || next.memalign == NULL || next.free == NULL)
		abort();
}

static inline void
count(size_t size)
{
	if (next.malloc == NULL)
		find_next();
	counted.allocs++;
	counted.bytes += size;
}

void *
malloc(size_t size)
{
	count(size);
	return next.malloc(size);
}

void *
calloc(size_t number, size_t size)
{
	count(number * size);
	return next.calloc(number, size);
}

void *
realloc(void *p, size_t size)
{
	count(size);
	return next.realloc(p, size);
}

void *
aligned_alloc(size_t alignment, size_t size)
{
	count(size);
	return next.memalign(alignment, size);
}

int
posix_memalign(void **p, size_t alignment, size_t size)
{
	count(size);
	*p = next.memalign(alignment, size);
	return *p != NULL ? 0 : ENOMEM;
}

void
free(void *p)
{
	if (next.free == NULL)
		find_next();
	next.free(p);
}

#endif
