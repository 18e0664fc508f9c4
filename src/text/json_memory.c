/* SPDX-License-Identifier: MIT */
/* See json_memory.h. */
#include "config.h"

#include "json_memory.h"

#include <stdalign.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* "{}," is what takes most by its length, some 85 bytes for each; nobody touches them before they are needed. */
enum { RESERVE_BY_BYTE = 128, RESERVE_MIN = 8192 };

static char *reserve;
static size_t reserve_size, reserve_used;
static bool has_run_out;

static void *
allocate(size_t size)
{
	void *p = malloc(size);

	if (p != NULL)
		return p;
	has_run_out = true;
	size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (size > reserve_size - reserve_used)
		return NULL;
	p = reserve + reserve_used;
	reserve_used += size;
	return p;
}

static void
release(void *p)
{
	if (reserve == NULL || (uintptr_t)p < (uintptr_t)reserve || (uintptr_t)p >= (uintptr_t)reserve + reserve_size)
		free(p);
}

json_t *
json_memory_load(struct slice text, size_t flags, json_error_t *error)
{
	size_t size = RESERVE_MIN + RESERVE_BY_BYTE * text.len;
	json_t *root = NULL;

	json_set_alloc_funcs(allocate, release);
	reserve = malloc(size);
	if (reserve == NULL) {
		has_run_out = true;
		return NULL;
	}
	reserve_size = size;
	root = json_loadb(text.len > 0 ? text.ptr : "", text.len, flags, error);
	if (reserve_used > 0) {
		json_decref(root);
		root = NULL;
	}
	free(reserve);
	reserve = NULL;
	reserve_size = reserve_used = 0;
	return root;
}

void
json_memory_watch(void)
{
	has_run_out = false;
}

bool
json_memory_ran_out(void)
{
	return has_run_out;
}
