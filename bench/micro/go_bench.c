/* SPDX-License-Identifier: MIT */
/* See go_bench.h. */
#include "config.h"

#include "go_bench.h"

#include <regex.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "alloc_count.h"
#include "clock.h"

enum { TIMES_MAX = 1000000000 };

struct result {
	size_t             n;
	double             ns;             /* of all n */
	struct alloc_count allocs;
};

/*
 * All that is measured happens below this function, and nothing else does, so
 * that callgrind can count it alone (--toggle-collect).
 */
__attribute__((noinline)) void go_bench_measured(const struct benchmark *benchmark, void *fixture, size_t n);

void
go_bench_measured(const struct benchmark *benchmark, void *fixture, size_t n)
{
	benchmark->run(fixture, n);
	__asm__ volatile("");              /* no tail call */
}

static struct result
measure(const struct benchmark *benchmark, void *fixture, size_t n)
{
	struct alloc_count before = alloc_count_now(), after;
	int64_t start_ns = clock_mono_ns(), end_ns;

	go_bench_measured(benchmark, fixture, n);
	end_ns = clock_mono_ns();
	after = alloc_count_now();
	return (struct result){ n, (double)(end_ns - start_ns), { after.allocs - before.allocs, after.bytes - before.bytes } };
}

/* As Go does: a fifth more than what would fill the time, at most a hundred times the last. */
static size_t
next_n(const struct result *last, double goal_ns)
{
	double n = goal_ns * (double)last->n / (last->ns > 1 ? last->ns : 1) * 1.2;

	if (n > 100.0 * (double)last->n)
		n = 100.0 * (double)last->n;
	if (n < (double)last->n + 1)
		n = (double)last->n + 1;
	return n > TIMES_MAX ? TIMES_MAX : (size_t)n;
}

static struct result
run_one(const struct benchmark *benchmark, const struct go_bench_options *options)
{
	void *fixture = benchmark->set_up != NULL ? benchmark->set_up() : NULL;
	double goal_ns = options->seconds * 1e9;
	struct result result = measure(benchmark, fixture, 1);

	if (options->times > 1)
		result = measure(benchmark, fixture, options->times);
	while (options->times == 0 && result.ns < goal_ns && result.n < TIMES_MAX)
		result = measure(benchmark, fixture, next_n(&result, goal_ns));
	if (benchmark->tear_down != NULL)
		benchmark->tear_down(fixture);
	return result;
}

static void
print(FILE *out, const char *name, const struct result *r)
{
	double n = (double)r->n, ns = r->ns / n;

	fprintf(out, "%s-%ld\t%8zu\t%12.*f ns/op", name, sysconf(_SC_NPROCESSORS_ONLN), r->n, ns < 100 ? 2 : 0, ns);
	if (alloc_is_counted())
		fprintf(out, "\t%8.0f B/op\t%8.0f allocs/op", (double)r->allocs.bytes / n, (double)r->allocs.allocs / n);
	fputc('\n', out);
	fflush(out);
}

int
go_bench_run(const struct benchmark *benchmarks, size_t count, const struct go_bench_options *options)
{
	int matching = 0;
	regex_t regex;

	if (regcomp(&regex, options->pattern != NULL ? options->pattern : "", REG_EXTENDED | REG_NOSUB) != 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		if (regexec(&regex, benchmarks[i].name, 0, NULL, 0) != 0)
			continue;
		matching++;
		for (unsigned line = 0; line < options->count; line++) {
			struct result result = run_one(&benchmarks[i], options);

			print(options->out, benchmarks[i].name, &result);
		}
	}
	regfree(&regex);
	return matching;
}

bool
go_bench_time(const char *text, struct go_bench_options *options)
{
	static const struct { const char *unit; double seconds; } units[] = { { "s", 1 }, { "ms", 1e-3 }, { "us", 1e-6 },
		{ "m", 60 }, { "h", 3600 } };
	char *end;
	double number = strtod(text, &end);

	if (end == text || !(number > 0) || number > TIMES_MAX)
		return false;
	options->seconds = 0;
	options->times = 0;
	if (strcmp(end, "x") == 0) {
		options->times = (size_t)number;
		return options->times > 0;
	}
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (strcmp(end, units[i].unit) == 0)
			options->seconds = number * units[i].seconds;
	return options->seconds > 0;
}

static void
print_cpu(FILE *out)
{
	FILE *f = fopen("/proc/cpuinfo", "re");
	char line[256];

	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		if (strncmp(line, "model name", 10) == 0 && strchr(line, ':') != NULL) {
			fprintf(out, "cpu:%s", strchr(line, ':') + 1);
			break;
		}
	if (f != NULL)
		fclose(f);
}

void
go_bench_head(FILE *out, const char *package, const char *store)
{
	struct utsname machine;

	if (uname(&machine) == 0)
		fprintf(out, "goos: linux\ngoarch: %s\n", strcmp(machine.machine, "x86_64") == 0 ? "amd64" : machine.machine);
	fprintf(out, "pkg: %s\nstore: %s\n", package, store);
	print_cpu(out);
	fflush(out);
}
