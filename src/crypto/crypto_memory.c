/* SPDX-License-Identifier: MIT */
/* See crypto_memory.h. */
#include "config.h"

#include "crypto_memory.h"

#include <stdlib.h>

#include <openssl/crypto.h>

static bool has_run_out;

static void *
allocate(size_t size, const char *file, int line)
{
	void *p = size > 0 ? malloc(size) : NULL;

	(void)file, (void)line;
	has_run_out |= p == NULL && size > 0;
	return p;
}

static void
release(void *p, const char *file, int line)
{
	(void)file, (void)line;
	free(p);
}

static void *
resize(void *p, size_t size, const char *file, int line)
{
	void *larger;

	if (p == NULL)
		return allocate(size, file, line);
	if (size == 0) {
		free(p);
		return NULL;
	}
	larger = realloc(p, size);
	has_run_out |= larger == NULL;
	return larger;
}

void
crypto_memory_init(void)
{
	CRYPTO_set_mem_functions(allocate, resize, release);
}

void
crypto_memory_watch(void)
{
	has_run_out = false;
}

bool
crypto_memory_ran_out(void)
{
	return has_run_out;
}
