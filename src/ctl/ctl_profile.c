/* SPDX-License-Identifier: MIT */
/* See ctl_profile.h. */
#include "config.h"

#include "ctl_profile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "ctl_ask.h"
#include "profile/profile.h"
#include "profile/symbols.h"
#include "stacks.h"

enum { OBJECTS_MAX = 128, SECONDS = 30, NUMBER_MAX = 1000 };

/* The files that the places are in, by their numbers. */
struct objects {
	size_t          count;
	struct symbols *symbols[OBJECTS_MAX];
	const char     *names[OBJECTS_MAX];
};

/* --- arguments --------------------------------------------------------------------------- */

static bool
read_number(const char *text, long min, long max, unsigned *number)
{
	char *end;
	long n = strtol(text, &end, 10);

	*number = (unsigned)n;
	return end != text && *end == '\0' && n >= min && n <= max;
}

bool
ctl_profile_read_args(struct profile_request *request, int argc, char **argv)
{
	bool is_good = argc > 1 && argv[1][0] != '-' && argv[1][strcspn(argv[1], " \n")] == '\0';
	int next = 2;

	*request = (struct profile_request){ .role = argv[1], .seconds = SECONDS };
	if (is_good && argc > 2 && argv[2][0] != '-')
		is_good = read_number(argv[next++], 0, NUMBER_MAX, &request->number);
	for (; is_good && next < argc; next++) {
		if (strcmp(argv[next], "--heap") == 0)
			request->is_heap = true;
		else if (strcmp(argv[next], "--seconds") == 0 && next + 1 < argc)
			is_good = read_number(argv[++next], 1, PROFILE_SECONDS_MAX, &request->seconds);
		else if (strcmp(argv[next], "--folded") == 0 && next + 1 < argc)
			request->folded = argv[++next];
		else
			is_good = false;
	}
	return is_good;
}

/* --- stacks -------------------------------------------------------------------------------------- */

/* "object 0 BUILDID PATH" */
static void
add_object(struct objects *objects, char *text)
{
	char *number = strsep(&text, " "), *id = strsep(&text, " ");

	if (objects->count == OBJECTS_MAX || id == NULL || text == NULL || strtoul(number, NULL, 10) != objects->count)
		return;
	objects->names[objects->count] = strrchr(text, '/') != NULL ? strrchr(text, '/') + 1 : text;
	objects->symbols[objects->count++] = symbols_open(text, id);
}

static void
close_objects(struct objects *objects)
{
	for (size_t i = 0; i < objects->count; i++)
		symbols_close(objects->symbols[i]);
}

/* What compilers add to a name for a part of its function is left out. */
static void
put_place(struct buf *out, const struct objects *objects, const char *place)
{
	char *end;
	unsigned long object = strtoul(place, &end, 10);
	const char *name = NULL;

	if (*end != ':' || object >= objects->count) {
		buf_append_text(out, "[unknown]");
		return;
	}
	name = symbols_find(objects->symbols[object], strtoull(end + 1, NULL, 16));
	if (name != NULL)
		buf_append(out, name, strcspn(name, ".;@ "));
	else
		buf_printf(out, "[%s]", objects->names[object]);
}

/* The places are the innermost first. */
static void
add_sample(struct stacks *stacks, const struct objects *objects, const char *who, char *places, uint64_t weight)
{
	struct buf folded = BUF_INIT;
	char *blank;

	buf_append_text(&folded, who);
	while ((blank = strrchr(places, ' ')) != NULL) {
		buf_append_char(&folded, ';');
		put_place(&folded, objects, blank + 1);
		*blank = '\0';
	}
	buf_append_char(&folded, ';');
	put_place(&folded, objects, places);
	buf_append_char(&folded, '\0');
	if (folded.has_failed)
		stacks->has_failed = true;
	else
		stacks_add(stacks, folded.data, weight);
	buf_fini(&folded);
}

static int
complain(const char *text, const char *detail)
{
	fprintf(stderr, "aiexpensectl: %s%s\n", text, detail);
	return EXIT_REFUSED;
}

static int
write_folded(const struct stacks *stacks, const char *path)
{
	FILE *out = fopen(path, "we");
	bool is_written;

	if (out == NULL)
		return complain(path, ": cannot be made");
	stacks_print_folded(stacks, out);
	is_written = ferror(out) == 0;
	is_written = fclose(out) == 0 && is_written;
	return is_written ? 0 : complain(path, ": cannot be written");
}

/* Functions and what is asked beside them. */
static int
print_stacks(struct stacks *stacks, const struct profile_request *request)
{
	stacks_merge(stacks);
	if (stacks->count > 0)
		putchar('\n');
	stacks_print_summary(stacks, stdout);
	if (stacks->has_failed)
		return complain("out of memory", "");
	return request->folded != NULL ? write_folded(stacks, request->folded) : 0;
}

static void
name_process(const struct profile_request *request, char who[32])
{
	snprintf(who, 32, "aiexp-%.15s-%u", request->role, request->number);
}

static int
print_cpu(const struct profile_request *request, unsigned long long cpu_ms, unsigned long long samples, char *text)
{
	struct objects objects = { 0 };
	struct stacks stacks = STACKS_INIT;
	char who[32], *line;
	int code;

	name_process(request, who);
	while ((line = strsep(&text, "\n")) != NULL) {
		if (strncmp(line, "object ", 7) == 0)
			add_object(&objects, line + 7);
		else if (strncmp(line, "sample ", 7) == 0)
			add_sample(&stacks, &objects, who, line + 7, 1);
	}
	printf("%s %u, %u s: %llu ms of processor time, %zu samples\n", request->role, request->number, request->seconds, cpu_ms, stacks.count);
	if (samples > stacks.count)
		printf("%llu samples are lost\n", samples - stacks.count);
	code = print_stacks(&stacks, request);
	stacks_fini(&stacks);
	close_objects(&objects);
	return code;
}

/* --- the heap -------------------------------------------------------------------------------------- */

static void
print_size(const char *line)
{
	unsigned long long from, to, total, count;

	if (sscanf(line, " <size from=\"%llu\" to=\"%llu\" total=\"%llu\" count=\"%llu\"/>", &from, &to, &total, &count) == 4)
		printf("%10llu to %-10llu %10llu %14llu\n", from, to, count, total);
}

/* A name and a number. */
static void
print_total(const char *line)
{
	static const struct { const char *name, *told; } rows[] = {
		{ "used", "bytes in use" }, { "free", "bytes free, kept for what comes next" }, { "free_chunks", "pieces that these are in" },
		{ "given_back_by_trim", "of them at the end, where they can be given back" }, { "arenas", "bytes of the heap in all" },
		{ "mapped", "bytes of large blocks, apart from it" }, { "mapped_blocks", "such blocks" },
	};
	unsigned long long number;
	char name[32];

	if (sscanf(line, "%31s %llu", name, &number) != 2)
		return;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(rows[i].name, name) == 0)
			printf("%14llu  %s\n", number, rows[i].told);
}

/* Names and numbers, then malloc_info(3), then the files and the stacks, which are added. */
static void
print_heap_lines(char *text, const char *who, struct objects *objects, struct stacks *stacks)
{
	char *line, *places;

	while ((line = strsep(&text, "\n")) != NULL && line[0] != '<')
		print_total(line);
	printf("\nfree pieces by their size:\n%24s %10s %14s\n", "bytes", "pieces", "bytes in all");
	while ((line = strsep(&text, "\n")) != NULL) {
		if (strncmp(line, "object ", 7) == 0) {
			add_object(objects, line + 7);
		} else if (strncmp(line, "held ", 5) == 0) {
			unsigned long long bytes = strtoull(line + 5, &places, 10);

			add_sample(stacks, objects, who, places + (*places == ' '), bytes);
		} else {
			print_size(line);
		}
	}
}

static void
print_seen(const struct profile_request *request, bool is_seen, uint64_t held, unsigned long long samples, unsigned long long lost)
{
	if (!is_seen) {
		puts("\nwhere it was allocated is not known: the daemon was built with a sanitizer, or there was no memory to look");
		return;
	}
	printf("\nallocated in these %u s and held at their end: some %llu bytes, by %llu samples\n", request->seconds, (unsigned long long)held, samples);
	if (lost > 0)
		printf("%llu samples are lost\n", lost);
}

static int
print_heap(const struct profile_request *request, const char *first, char *text)
{
	struct objects objects = { 0 };
	struct stacks stacks = STACKS_INIT;
	unsigned long long samples, lost;
	unsigned is_seen;
	char who[32];
	int code;

	if (sscanf(first, "profile %*s %*u pid %*d seconds %*u heap seen %u interval %*u samples %llu lost %llu", &is_seen, &samples, &lost) != 3)
		return complain("the daemon's answer is none that is known: ", first);
	name_process(request, who);
	printf("the heap of %s %u\n", request->role, request->number);
	print_heap_lines(text, who, &objects, &stacks);
	print_seen(request, is_seen, stacks_weight(&stacks), samples, lost);
	code = print_stacks(&stacks, request);
	stacks_fini(&stacks);
	close_objects(&objects);
	return code;
}

int
ctl_profile_print(const struct profile_request *request, char *answer)
{
	unsigned long long cpu_ms, samples;
	char *text = answer, *first = strsep(&text, "\n");

	if (text == NULL)
		return complain("the daemon's answer is none that is known: ", first);
	if (request->is_heap)
		return print_heap(request, first, text);
	if (sscanf(first, "profile %*s %*u pid %*d seconds %*u cpu_ms %llu samples %llu", &cpu_ms, &samples) != 2)
		return complain("the daemon's answer is none that is known: ", first);
	return print_cpu(request, cpu_ms, samples, text);
}
