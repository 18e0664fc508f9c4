/* SPDX-License-Identifier: MIT */
/*
 * Runs benchmarks and prints their results as Go's testing package does, so
 * that benchstat and its kin read them.
 */
#ifndef GO_BENCH_H
#define GO_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct benchmark {
	const char *name;
	/* Made anew for each line of the result; what it gives is handed to run and tear_down. */
	void *(*set_up)(void);
	/* n operations.  Called with 1, then with growing n until the time is filled; the last call counts. */
	void (*run)(void *fixture, size_t n);
	void (*tear_down)(void *fixture);
};

struct go_bench_options {
	const char *pattern;           /* an extended regular expression; NULL: all */
	double      seconds;           /* how long each is measured, or with 0 */
	size_t      times;             /* exactly so many operations, behind a first one */
	unsigned    count;             /* lines of each */
	FILE       *out;
};

/* "10s", "500ms", "1m" or "100x".  false: it is no such thing. */
bool go_bench_time(const char *text, struct go_bench_options *options);

/* The lines that Go prints before the results, and "store:" for the kind of store. */
void go_bench_head(FILE *out, const char *package, const char *store);

/* How many benchmarks had a matching name; -1 when the pattern is none. */
int go_bench_run(const struct benchmark *benchmarks, size_t count, const struct go_bench_options *options);

#endif
