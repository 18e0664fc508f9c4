/* SPDX-License-Identifier: MIT */
/* What it costs that malloc may be looked into: the C library's own, then the daemon's while nobody looks, then while somebody does. */
#include "config.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "profile/heap.h"

enum { RUNS = 60, PAIRS = 1000000 };

static double
cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

/* The best of all runs, since other programs only add to one. */
static double
measure(void *(*allocate)(size_t size), void (*release)(void *block))
{
	double best = 1e9, ns;

	for (int run = 0; run < RUNS; run++) {
		ns = cpu_ns();
		for (int i = 0; i < PAIRS; i++) {
			void *block = allocate(64 + (size_t)(i & 255));

			__asm__ volatile("" : : "r"(block) : "memory");
			release(block);
		}
		ns = (cpu_ns() - ns) / PAIRS;
		if (ns < best)
			best = ns;
	}
	return best;
}

static void
find(void *function, const char *name)
{
	void *found = dlsym(RTLD_NEXT, name);

	memcpy(function, &found, sizeof found);
}

int
main(void)
{
	void *(*allocate)(size_t size);
	void (*release)(void *block);

	printf("ns a malloc and a free, the best of %d runs of %d\n", RUNS, PAIRS);     /* which allocates, so that it is known: */
	if (!heap_is_hooked) {
		puts("a sanitizer's own malloc is not looked into");
		return 0;
	}
	find(&allocate, "malloc");
	find(&release, "free");
	printf("%-30s %6.2f\n", "the C library's", measure(allocate, release));
	printf("%-30s %6.2f\n", "the daemon's, nobody looks", measure(malloc, free));
	if (!heap_begin())
		return 1;
	printf("%-30s %6.2f\n", "the daemon's, somebody looks", measure(malloc, free));
	heap_end(NULL);
	return 0;
}
