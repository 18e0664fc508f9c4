/* SPDX-License-Identifier: MIT */
/*
 * The sixteen benchmarks of the report, in this process, against a store of
 * their own:
 *
 *	suite [-b REGEX] [-t TIME|Nx] [-c COUNT] [-T TIMEOUT] [-o FILE] [-s lmdb|mem] [-d DIRECTORY]
 *
 * A line is printed as Go's testing package prints it.  The store lies below
 * DIRECTORY, on a file system whose commits cost what they cost in operation.
 */
#include "config.h"

#include "suite.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench_data.h"

struct arguments {
	struct go_bench_options run;
	struct go_bench_options timeout;       /* only its seconds */
	const char             *file, *directory;
	enum bench_store_kind   kind;
};

static void
on_interrupt(int signo)
{
	static const char text[] = "panic: test timed out\n";

	bench_data_remove();
	_exit(signo == SIGALRM && write(STDERR_FILENO, text, sizeof text - 1) == -1 ? 2 : 1);
}

static void
usage(void)
{
	fprintf(stderr, "usage: suite [-b REGEX] [-t TIME|Nx] [-c COUNT] [-T TIMEOUT] [-o FILE] [-s lmdb|mem] [-d DIRECTORY]\n");
	exit(2);
}

static bool
read_store(const char *text, struct arguments *a)
{
	a->kind = strcmp(text, "mem") == 0 ? BENCH_MEMORY : BENCH_LMDB;
	return a->kind == BENCH_MEMORY || strcmp(text, "lmdb") == 0;
}

static bool
read_count(const char *text, unsigned *count)
{
	char *end;
	long n = strtol(text, &end, 10);

	*count = (unsigned)n;
	return *end == 0 && n > 0 && n <= 1000000;
}

static bool
read_argument(int letter, struct arguments *a)
{
	switch (letter) {
	case 'b': a->run.pattern = optarg; return true;
	case 't': return go_bench_time(optarg, &a->run);
	case 'c': return read_count(optarg, &a->run.count);
	case 'T': return go_bench_time(optarg, &a->timeout) && a->timeout.seconds >= 1;
	case 'o': a->file = optarg; return true;
	case 's': return read_store(optarg, a);
	case 'd': a->directory = optarg; return true;
	default: return false;
	}
}

int
main(int argc, char **argv)
{
	struct arguments a = { .run = { .seconds = 1, .count = 1, .out = stdout }, .timeout = { .seconds = 600 }, .directory = "." };
	int letter, matching;

	while ((letter = getopt(argc, argv, "b:t:c:T:o:s:d:")) != -1)
		if (!read_argument(letter, &a))
			usage();
	if (optind < argc)
		usage();
	if (a.file != NULL && (a.run.out = fopen(a.file, "we")) == NULL) {
		perror(a.file);
		return 1;
	}
	signal(SIGALRM, on_interrupt);
	signal(SIGINT, on_interrupt);
	signal(SIGTERM, on_interrupt);
	alarm((unsigned)a.timeout.seconds);
	bench_data_init(a.kind, a.directory, 1);
	go_bench_head(a.run.out, "aiexpense/bench", a.kind == BENCH_LMDB ? "lmdb" : "mem");
	matching = go_bench_run(suite_use_cases, SUITE_EACH, &a.run);
	if (matching >= 0)
		matching += go_bench_run(suite_repositories, SUITE_EACH, &a.run);
	bench_data_remove();
	if (matching <= 0) {
		fprintf(stderr, matching < 0 ? "%s: no regular expression\n" : "%s: no such benchmark\n", a.run.pattern);
		return 1;
	}
	fputs("PASS\n", a.run.out);
	return fflush(a.run.out) == 0 ? 0 : 1;
}
