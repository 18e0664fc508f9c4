/* SPDX-License-Identifier: MIT */
/* See stacks.h. */
#include "config.h"

#include "stacks.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS = 25 };

/* A function, with the number of the last stack that counted it. */
struct function {
	const char *name;
	size_t      len;
	uint64_t    own, below;
	size_t      seen_in;
};

struct functions {
	size_t           count, capacity;
	struct function *items;            /* in the order of their names */
};

/* The items with room for one more; NULL without memory, and the old ones stay. */
static void *
with_room(void *items, size_t *capacity, size_t count, size_t size)
{
	size_t more = *capacity > 0 ? 2 * *capacity : 256;
	void *grown;

	if (count < *capacity)
		return items;
	grown = realloc(items, more * size);
	if (grown != NULL)
		*capacity = more;
	return grown;
}

void
stacks_add(struct stacks *stacks, const char *folded, uint64_t weight)
{
	struct stack *items = with_room(stacks->items, &stacks->capacity, stacks->count, sizeof *items);
	char *copy = strdup(folded);

	if (items != NULL)
		stacks->items = items;
	if (copy == NULL || items == NULL) {
		free(copy);
		stacks->has_failed = true;
		return;
	}
	stacks->items[stacks->count++] = (struct stack){ copy, weight };
}

void
stacks_fini(struct stacks *stacks)
{
	for (size_t i = 0; i < stacks->count; i++)
		free(stacks->items[i].folded);
	free(stacks->items);
}

static int
compare_stacks(const void *a, const void *b)
{
	return strcmp(((const struct stack *)a)->folded, ((const struct stack *)b)->folded);
}

void
stacks_merge(struct stacks *stacks)
{
	size_t count = 0;

	if (stacks->count == 0)
		return;
	qsort(stacks->items, stacks->count, sizeof *stacks->items, compare_stacks);
	for (size_t i = 1; i < stacks->count; i++) {
		struct stack *last = &stacks->items[count], *item = &stacks->items[i];

		if (compare_stacks(last, item) != 0) {
			stacks->items[++count] = *item;
			continue;
		}
		last->weight += item->weight;
		free(item->folded);
	}
	stacks->count = count + 1;
}

void
stacks_print_folded(const struct stacks *stacks, FILE *out)
{
	for (size_t i = 0; i < stacks->count; i++)
		fprintf(out, "%s %llu\n", stacks->items[i].folded, (unsigned long long)stacks->items[i].weight);
}

uint64_t
stacks_weight(const struct stacks *stacks)
{
	uint64_t weight = 0;

	for (size_t i = 0; i < stacks->count; i++)
		weight += stacks->items[i].weight;
	return weight;
}

/* --- summary ---------------------------------------------------------------------------- */

static int
compare_names(const struct function *function, const char *name, size_t len)
{
	int order = memcmp(function->name, name, function->len < len ? function->len : len);

	return order != 0 ? order : (function->len > len) - (function->len < len);
}

/* The one with this name, made when it is new; NULL without memory. */
static struct function *
function_of(struct functions *functions, const char *name, size_t len)
{
	size_t from = 0, to = functions->count;
	struct function *items;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int order = compare_names(&functions->items[middle], name, len);

		if (order == 0)
			return &functions->items[middle];
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	items = with_room(functions->items, &functions->capacity, functions->count, sizeof *items);
	if (items == NULL)
		return NULL;
	functions->items = items;
	memmove(&functions->items[from + 1], &functions->items[from], (functions->count++ - from) * sizeof *functions->items);
	functions->items[from] = (struct function){ .name = name, .len = len };
	return &functions->items[from];
}

/* One that is in a stack twice counts once. */
static bool
count_stack(struct functions *functions, const struct stack *stack, size_t number)
{
	for (const char *name = stack->folded; name != NULL;) {
		const char *end = strchr(name, ';');
		struct function *function = function_of(functions, name, end != NULL ? (size_t)(end - name) : strlen(name));

		if (function == NULL)
			return false;
		if (function->seen_in != number)
			function->below += stack->weight;
		function->seen_in = number;
		if (end == NULL)
			function->own += stack->weight;
		name = end != NULL ? end + 1 : NULL;
	}
	return true;
}

static int
compare_own(const void *a, const void *b)
{
	const struct function *f = a, *g = b;

	if (f->own != g->own)
		return f->own < g->own ? 1 : -1;
	return (f->below < g->below) - (f->below > g->below);
}

static int
compare_below(const void *a, const void *b)
{
	const struct function *f = a, *g = b;

	return (f->below < g->below) - (f->below > g->below);
}

static void
print_functions(struct functions *functions, double whole, FILE *out)
{
	fprintf(out, "%8s %11s  function\n", "own", "with below");
	qsort(functions->items, functions->count, sizeof *functions->items, compare_own);
	for (size_t i = 0; i < functions->count && i < ROWS && functions->items[i].own > 0; i++)
		fprintf(out, "%7.1f%% %10.1f%%  %.*s\n", 100 * (double)functions->items[i].own / whole, 100 * (double)functions->items[i].below / whole,
		    (int)functions->items[i].len, functions->items[i].name);
	fputs("\nwith what is below them:\n", out);
	qsort(functions->items, functions->count, sizeof *functions->items, compare_below);
	for (size_t i = 0; i < functions->count && i < ROWS; i++)
		fprintf(out, "%19.1f%%  %.*s\n", 100 * (double)functions->items[i].below / whole, (int)functions->items[i].len,
		    functions->items[i].name);
}

void
stacks_print_summary(struct stacks *stacks, FILE *out)
{
	struct functions functions = { 0 };
	double whole = (double)stacks_weight(stacks);

	for (size_t i = 0; i < stacks->count; i++)
		if (!count_stack(&functions, &stacks->items[i], i + 1))
			stacks->has_failed = true;
	if (whole > 0)
		print_functions(&functions, whole, out);
	free(functions.items);
}
