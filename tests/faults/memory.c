/* SPDX-License-Identifier: MIT */
/*
 * Memory that runs out when it is told to, for LD_PRELOAD.  The file
 * MEMORY_FAULT, which is there before the start, is a struct page that the test
 * maps as well: in the process of that pid one allocation fails, the one that
 * takes left to 0.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct page {
	_Atomic int32_t pid;               /* 0: nobody */
	_Atomic int32_t left;              /* 0: none fails */
	_Atomic int64_t live;              /* what that process has allocated and not freed, at its last allocation */
};

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *p, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void __libc_free(void *p);

static struct page *page;
static _Atomic int64_t live;

__attribute__((constructor)) static void
begin(void)
{
	const char *path = getenv("MEMORY_FAULT");
	int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
	void *map;

	if (fd == -1)
		return;
	map = mmap(NULL, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (map != MAP_FAILED)
		page = map;
}

/* Whether this allocation is the one to fail. */
static int
fails(void)
{
	if (page == NULL || page->pid == 0 || page->pid != getpid())
		return 0;
	page->live = live;
	if (page->left == 0 || atomic_fetch_sub(&page->left, 1) != 1)
		return 0;
	errno = ENOMEM;
	return 1;
}

static void *
counted(void *p)
{
	live += p != NULL;
	return p;
}

void *
malloc(size_t size)
{
	return fails() ? NULL : counted(__libc_malloc(size));
}

void *
calloc(size_t count, size_t size)
{
	return fails() ? NULL : counted(__libc_calloc(count, size));
}

void *
realloc(void *p, size_t size)
{
	if (fails())
		return NULL;
	return p == NULL ? counted(__libc_realloc(p, size)) : __libc_realloc(p, size);
}

void *
aligned_alloc(size_t alignment, size_t size)
{
	return fails() ? NULL : counted(__libc_memalign(alignment, size));
}

int
posix_memalign(void **p, size_t alignment, size_t size)
{
	*p = aligned_alloc(alignment, size);
	return *p != NULL ? 0 : ENOMEM;
}

void
free(void *p)
{
	live -= p != NULL;
	__libc_free(p);
}
