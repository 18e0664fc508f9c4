/* SPDX-License-Identifier: MIT */
/* See stats_format.h. */
#include "config.h"

#include "stats_format.h"

#include <stdio.h>
#include <string.h>

/* The figures of an operation; either whole numbers or ratios. */
static const struct {
	const char *name;
	size_t      offset;
	bool        is_ratio;
} figures[] = {
#define FIGURE(name, is_ratio) { #name, offsetof(struct operation_totals, name), is_ratio }
	FIGURE(total_requests, false),
	FIGURE(success_requests, false),
	FIGURE(failed_requests, false),
	FIGURE(success_rate, true),
	FIGURE(requests_per_second, true),
	FIGURE(total_duration_ns, false),
	FIGURE(average_duration_ns, false),
	FIGURE(min_duration_ns, false),
	FIGURE(max_duration_ns, false),
#undef FIGURE
};
enum { FIGURES = sizeof figures / sizeof figures[0] };

static struct operation_totals
totals_of(const struct stats_view *view, size_t operation)
{
	return operation_read((enum operation)operation, view->slots, view->count, view->uptime_ms);
}

static void
print_figure(struct buf *out, const struct operation_totals *totals, size_t figure)
{
	const char *at = (const char *)totals + figures[figure].offset;

	if (figures[figure].is_ratio)
		buf_printf(out, "%.6g", *(const double *)(const void *)at);
	else
		buf_append_uint(out, *(const uint64_t *)(const void *)at);
}

void
stats_print_text(const struct stats_view *view, struct buf *out)
{
	buf_printf(out, "uptime_seconds %.3f\n", (double)view->uptime_ms / 1000);
	for (size_t i = 0; i < counter_row_count; i++)
		buf_printf(out, "%s %llu\n", counter_rows[i].name,
		    (unsigned long long)counter_read(&counter_rows[i], view->slots, view->count));
	for (size_t i = 0; i < OPERATIONS; i++) {
		struct operation_totals totals = totals_of(view, i);

		for (size_t f = 0; f < FIGURES; f++) {
			buf_printf(out, "%s.%s ", operation_rows[i].name, figures[f].name);
			print_figure(out, &totals, f);
			buf_append_char(out, '\n');
		}
	}
}

static void
print_json_operation(const struct stats_view *view, size_t operation, struct buf *out)
{
	struct operation_totals totals = totals_of(view, operation);

	buf_printf(out, "%s\"%s\":{", operation > 0 ? "," : "", operation_rows[operation].name);
	for (size_t f = 0; f < FIGURES; f++) {
		buf_printf(out, "%s\"%s\":", f > 0 ? "," : "", figures[f].name);
		print_figure(out, &totals, f);
	}
	buf_append_char(out, '}');
}

void
stats_print_json(const struct stats_view *view, struct buf *out)
{
	buf_printf(out, "{\"uptime_seconds\":%.3f,\"counters\":{", (double)view->uptime_ms / 1000);
	for (size_t i = 0; i < counter_row_count; i++)
		buf_printf(out, "%s\"%s\":%llu", i > 0 ? "," : "", counter_rows[i].name,
		    (unsigned long long)counter_read(&counter_rows[i], view->slots, view->count));
	buf_append_text(out, "},\"operations\":{");
	for (size_t i = 0; i < OPERATIONS; i++)
		print_json_operation(view, i, out);
	buf_append_text(out, "}}\n");
}

/* The end of a name that says its unit, and how many of that unit are a second. */
static const struct unit {
	const char *suffix, *total_suffix;
	unsigned    per_second_digits;
} units[] = {
	{ "_ns", "_ns_total", 9 },
	{ "_us", "_us_total", 6 },
};

static bool
ends_with(struct slice s, const char *end)
{
	size_t len = strlen(end);

	return s.len >= len && memcmp(s.ptr + s.len - len, end, len) == 0;
}

/* Cut the unit, and a "_total" that OpenMetrics adds itself, from the name; NULL when it counts things. */
static const struct unit *
cut_unit(struct slice *name)
{
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		const char *const ends[] = { units[i].total_suffix, units[i].suffix };

		for (size_t e = 0; e < 2; e++) {
			if (ends_with(*name, ends[e])) {
				name->len -= strlen(ends[e]);
				return &units[i];
			}
		}
	}
	return NULL;
}

/* A whole number of 10^-digits seconds, exactly. */
static void
print_seconds(struct buf *out, uint64_t n, unsigned digits)
{
	uint64_t second = 1;

	for (unsigned i = 0; i < digits; i++)
		second *= 10;
	buf_printf(out, "%llu.%0*llu", (unsigned long long)(n / second), (int)digits, (unsigned long long)(n % second));
}

static void
print_help(struct buf *out, const char *family, const char *type, const char *help)
{
	buf_printf(out, "# TYPE %s %s\n", family, type);
	if (ends_with(slice_of(family), "_seconds"))
		buf_printf(out, "# UNIT %s seconds\n", family);
	buf_printf(out, "# HELP %s ", family);
	for (; *help != '\0'; help++) {
		if (*help == '\\' || *help == '"')
			buf_append_char(out, '\\');
		buf_append_char(out, *help);
	}
	buf_append_char(out, '\n');
}

static void
print_counter(const struct stats_view *view, const struct counter_row *row, struct buf *out)
{
	bool is_total = row->kind == COUNTER_TOTAL;
	uint64_t value = counter_read(row, view->slots, view->count);
	struct slice name = slice_of(row->name);
	const struct unit *unit = cut_unit(&name);
	char family[96];

	snprintf(family, sizeof family, "aiexpense_%.*s%s", SLICE_ARGS(name), unit != NULL ? "_seconds" : "");
	print_help(out, family, is_total ? "counter" : "gauge", row->help);
	buf_printf(out, "%s%s ", family, is_total ? "_total" : "");
	if (unit != NULL)
		print_seconds(out, value, unit->per_second_digits);
	else
		buf_append_uint(out, value);
	buf_append_char(out, '\n');
}

static void
print_operation_requests(const struct stats_view *view, struct buf *out)
{
	print_help(out, "aiexpense_operation_requests", "counter", "Operations, by how they ended.");
	for (size_t i = 0; i < OPERATIONS; i++) {
		struct operation_totals totals = totals_of(view, i);
		const uint64_t values[] = { totals.success_requests, totals.failed_requests };
		static const char *const results[] = { "success", "failed" };

		for (size_t r = 0; r < 2; r++)
			buf_printf(out, "aiexpense_operation_requests_total{operation=\"%s\",result=\"%s\"} %llu\n",
			    operation_rows[i].name, results[r], (unsigned long long)values[r]);
	}
}

static void
print_operation_sample(struct buf *out, const char *sample, size_t operation)
{
	buf_printf(out, "aiexpense_operation_%s{operation=\"%s\"} ", sample, operation_rows[operation].name);
}

static void
print_operation_durations(const struct stats_view *view, struct buf *out)
{
	print_help(out, "aiexpense_operation_duration_seconds", "summary", "Time that operations took.");
	for (size_t i = 0; i < OPERATIONS; i++) {
		struct operation_totals totals = totals_of(view, i);

		print_operation_sample(out, "duration_seconds_count", i);
		buf_printf(out, "%llu\n", (unsigned long long)totals.total_requests);
		print_operation_sample(out, "duration_seconds_sum", i);
		print_seconds(out, totals.total_duration_ns, 9);
		buf_append_char(out, '\n');
	}
}

static void
print_operation_extreme(const struct stats_view *view, struct buf *out, bool is_max)
{
	const char *sample = is_max ? "duration_max_seconds" : "duration_min_seconds";
	char family[64];

	snprintf(family, sizeof family, "aiexpense_operation_%s", sample);
	print_help(out, family, "gauge", is_max ? "Longest operation." : "Shortest operation.");
	for (size_t i = 0; i < OPERATIONS; i++) {
		struct operation_totals totals = totals_of(view, i);

		print_operation_sample(out, sample, i);
		print_seconds(out, is_max ? totals.max_duration_ns : totals.min_duration_ns, 9);
		buf_append_char(out, '\n');
	}
}

void
stats_print_prometheus(const struct stats_view *view, struct buf *out)
{
	print_help(out, "aiexpense_build", "info", "Version of the daemon.");
	buf_append_text(out, "aiexpense_build_info{version=\"" PACKAGE_VERSION "\"} 1\n");
	print_help(out, "aiexpense_uptime_seconds", "gauge", "Time since the daemon was started.");
	buf_append_text(out, "aiexpense_uptime_seconds ");
	print_seconds(out, (uint64_t)view->uptime_ms, 3);
	buf_append_char(out, '\n');
	for (size_t i = 0; i < counter_row_count; i++)
		print_counter(view, &counter_rows[i], out);
	print_operation_requests(view, out);
	print_operation_durations(view, out);
	print_operation_extreme(view, out, false);
	print_operation_extreme(view, out, true);
	buf_append_text(out, "# EOF\n");
}

static void
print_man_item(struct buf *out, const char *name, const char *help)
{
	buf_printf(out, ".It Li %s\n%s\n", name, help);
}

void
stats_print_man(struct buf *out)
{
	buf_append_text(out, ".Ss Counters\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < counter_row_count; i++)
		print_man_item(out, counter_rows[i].name, counter_rows[i].help);
	buf_append_text(out, ".El\n.Ss Operations\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < OPERATIONS; i++)
		print_man_item(out, operation_rows[i].name, operation_rows[i].help);
	buf_append_text(out, ".El\n");
}
