/* SPDX-License-Identifier: MIT */
/* See ctl_stats.h. */
#include "config.h"

#include "ctl_stats.h"

#include <stdlib.h>
#include <string.h>

#include "counters.h"

/* The columns of the operations' table, and what a figure is divided by there. */
static const struct {
	const char *figure, *head;
	double      divisor;
	int         decimals;
} columns[] = {
	{ "total_requests",      "requests", 1,   0 },
	{ "failed_requests",     "failed",   1,   0 },
	{ "requests_per_second", "per s",    1,   2 },
	{ "average_duration_ns", "avg ms",   1e6, 3 },
	{ "p50_duration_ns",     "p50 ms",   1e6, 3 },
	{ "p99_duration_ns",     "p99 ms",   1e6, 3 },
	{ "max_duration_ns",     "max ms",   1e6, 3 },
};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

struct table {
	double cells[OPERATIONS][COLUMNS];
};

static void
note_figure(struct table *table, const char *operation, const char *figure, const char *value)
{
	for (size_t o = 0; o < OPERATIONS; o++)
		for (size_t c = 0; c < COLUMNS; c++)
			if (strcmp(operation_rows[o].name, operation) == 0 && strcmp(columns[c].figure, figure) == 0)
				table->cells[o][c] = strtod(value, NULL) / columns[c].divisor;
}

static void
print_table(const struct table *table, FILE *out)
{
	fprintf(out, "\n%-18s", "operation");
	for (size_t c = 0; c < COLUMNS; c++)
		fprintf(out, " %10s", columns[c].head);
	for (size_t o = 0; o < OPERATIONS; o++) {
		fprintf(out, "\n%-18s", operation_rows[o].name);
		for (size_t c = 0; c < COLUMNS; c++)
			fprintf(out, " %10.*f", columns[c].decimals, table->cells[o][c]);
	}
	putc('\n', out);
}

void
ctl_stats_print(char *text, FILE *out)
{
	struct table table = { 0 };
	char *rest = text, *line, *value, *dot;

	while ((line = strsep(&rest, "\n")) != NULL) {
		value = strchr(line, ' ');
		if (value == NULL)
			continue;
		*value++ = '\0';
		dot = strchr(line, '.');
		if (dot != NULL) {
			*dot = '\0';
			note_figure(&table, line, dot + 1, value);
		} else {
			fprintf(out, "%-26s %16s\n", line, value);
		}
	}
	print_table(&table, out);
}
