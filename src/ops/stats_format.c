/* SPDX-License-Identifier: MIT */
/* See stats_format.h. */
#include "config.h"

#include "stats_format.h"

#include <stdio.h>
#include <string.h>

#include "measures.h"
#include "provider_stats.h"

/* The figures of an operation or a distribution; either whole numbers or ratios. */
struct figure {
	const char *name;
	size_t      offset;
	bool        is_ratio;
};

static const struct figure operation_figures[] = {
#define FIGURE(name, member, is_ratio) { name, offsetof(struct operation_totals, member), is_ratio }
	FIGURE("total_requests", total_requests, false),
	FIGURE("success_requests", success_requests, false),
	FIGURE("failed_requests", failed_requests, false),
	FIGURE("success_rate", success_rate, true),
	FIGURE("requests_per_second", requests_per_second, true),
	FIGURE("total_duration_ns", total_duration_ns, false),
	FIGURE("average_duration_ns", average_duration_ns, false),
	FIGURE("min_duration_ns", min_duration_ns, false),
	FIGURE("max_duration_ns", max_duration_ns, false),
	FIGURE("p50_duration_ns", quantiles.p50, false),
	FIGURE("p90_duration_ns", quantiles.p90, false),
	FIGURE("p95_duration_ns", quantiles.p95, false),
	FIGURE("p99_duration_ns", quantiles.p99, false),
	FIGURE("p99_9_duration_ns", quantiles.p99_9, false),
#undef FIGURE
	{ NULL, 0, false }
};

static const struct figure distribution_figures[] = {
#define FIGURE(name, member) { name, offsetof(struct distribution_totals, member), false }
	FIGURE("count", count),
	FIGURE("sum", sum),
	FIGURE("max", max),
	FIGURE("p50", quantiles.p50),
	FIGURE("p90", quantiles.p90),
	FIGURE("p95", quantiles.p95),
	FIGURE("p99", quantiles.p99),
	FIGURE("p99_9", quantiles.p99_9),
#undef FIGURE
	{ NULL, 0, false }
};

static struct operation_totals
totals_of(const struct stats_view *view, size_t operation)
{
	return operation_read((enum operation)operation, view->slots, view->count, view->uptime_ms);
}

static void
print_figure(struct buf *out, const void *totals, const struct figure *figure)
{
	const char *at = (const char *)totals + figure->offset;

	if (figure->is_ratio)
		buf_printf(out, "%.6g", *(const double *)(const void *)at);
	else
		buf_append_uint(out, *(const uint64_t *)(const void *)at);
}

static void
print_measure(struct buf *out, enum measure_unit unit, double value)
{
	buf_printf(out, "%.*f", unit == MEASURE_RATIO ? 6 : 0, value);
}

static void
read_measures(const struct stats_view *view, double values[MEASURES])
{
	measures_read(view->history, view->slots, view->count, view->now_ms, view->uptime_ms, values);
}

static void
print_text_figures(struct buf *out, const char *name, const struct figure *figures, const void *totals)
{
	for (const struct figure *figure = figures; figure->name != NULL; figure++) {
		buf_printf(out, "%s.%s ", name, figure->name);
		print_figure(out, totals, figure);
		buf_append_char(out, '\n');
	}
}

void
stats_print_text(const struct stats_view *view, struct buf *out)
{
	struct distribution_totals distribution;
	double measures[MEASURES];

	buf_printf(out, "uptime_seconds %.3f\n", (double)view->uptime_ms / 1000);
	for (size_t i = 0; i < counter_row_count; i++)
		buf_printf(out, "%s %llu\n", counter_rows[i].name,
		    (unsigned long long)counter_read(&counter_rows[i], view->slots, view->count));
	for (size_t i = 0; i < OPERATIONS; i++) {
		struct operation_totals totals = totals_of(view, i);

		print_text_figures(out, operation_rows[i].name, operation_figures, &totals);
	}
	for (size_t i = 0; i < DISTRIBUTIONS; i++) {
		distribution_read((enum distribution)i, view->slots, view->count, &distribution);
		print_text_figures(out, distribution_rows[i].name, distribution_figures, &distribution);
	}
	read_measures(view, measures);
	for (size_t i = 0; i < MEASURES; i++) {
		buf_printf(out, "%s ", measure_rows[i].name);
		print_measure(out, measure_rows[i].unit, measures[i]);
		buf_append_char(out, '\n');
	}
	provider_stats_print_text(view, out);
}

static void
print_json_figures(struct buf *out, bool is_first, const char *name, const struct figure *figures, const void *totals)
{
	buf_printf(out, "%s\"%s\":{", is_first ? "" : ",", name);
	for (const struct figure *figure = figures; figure->name != NULL; figure++) {
		buf_printf(out, "%s\"%s\":", figure > figures ? "," : "", figure->name);
		print_figure(out, totals, figure);
	}
	buf_append_char(out, '}');
}

void
stats_print_json(const struct stats_view *view, struct buf *out)
{
	struct distribution_totals distribution;
	double measures[MEASURES];

	buf_printf(out, "{\"uptime_seconds\":%.3f,\"counters\":{", (double)view->uptime_ms / 1000);
	for (size_t i = 0; i < counter_row_count; i++)
		buf_printf(out, "%s\"%s\":%llu", i > 0 ? "," : "", counter_rows[i].name,
		    (unsigned long long)counter_read(&counter_rows[i], view->slots, view->count));
	buf_append_text(out, "},\"operations\":{");
	for (size_t i = 0; i < OPERATIONS; i++) {
		struct operation_totals totals = totals_of(view, i);

		print_json_figures(out, i == 0, operation_rows[i].name, operation_figures, &totals);
	}
	buf_append_text(out, "},\"distributions\":{");
	for (size_t i = 0; i < DISTRIBUTIONS; i++) {
		distribution_read((enum distribution)i, view->slots, view->count, &distribution);
		print_json_figures(out, i == 0, distribution_rows[i].name, distribution_figures, &distribution);
	}
	buf_append_text(out, "},\"measures\":{");
	read_measures(view, measures);
	for (size_t i = 0; i < MEASURES; i++) {
		buf_printf(out, "%s\"%s\":", i > 0 ? "," : "", measure_rows[i].name);
		print_measure(out, measure_rows[i].unit, measures[i]);
	}
	buf_append_text(out, "},\"providers\":");
	provider_stats_print_json(view, out);
	buf_append_text(out, "}\n");
}

/* The end of a name that says its unit, and how many of that unit are a second. */
static const struct unit {
	const char *suffix, *total_suffix;
	unsigned    per_second_digits;
} units[] = {
	{ "_ns", "_ns_total", 9 },
	{ "_us", "_us_total", 6 },
};

/* Cut the unit, and a "_total" that OpenMetrics adds itself, from the name; NULL when it counts things. */
static const struct unit *
cut_unit(struct slice *name)
{
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
		const char *const ends[] = { units[i].total_suffix, units[i].suffix };

		for (size_t e = 0; e < 2; e++) {
			if (slice_ends_with(*name, ends[e])) {
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
	if (slice_ends_with(slice_of(family), "_seconds"))
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

/* From 8 us to 17 s; the cells end at powers of two, so these are exact. */
enum { FIRST_EDGE_BITS = 13, LAST_EDGE_BITS = 34 };

static void
print_edge(struct buf *out, unsigned bits, bool is_time)
{
	uint64_t edge = (UINT64_C(1) << bits) - 1;

	if (is_time)
		print_seconds(out, edge, 9);
	else
		buf_append_uint(out, edge);
}

/* The samples of one histogram; label is empty or name="value". */
static void
print_histogram(struct buf *out, const char *family, const char *label, const uint64_t cells[CELLS], uint64_t sum, bool is_time)
{
	unsigned first = is_time ? FIRST_EDGE_BITS : 1, last = is_time ? LAST_EDGE_BITS : FIRST_EDGE_BITS;
	const char *comma = *label != '\0' ? "," : "", *open = *label != '\0' ? "{" : "", *close = *label != '\0' ? "}" : "";
	uint64_t count = 0;
	size_t cell = 0;

	for (unsigned bits = first; bits <= last; bits++) {
		for (; log_linear_end(cell, CELL_PRECISION) < UINT64_C(1) << bits; cell++)
			count += cells[cell];
		buf_printf(out, "%s_bucket{%s%sle=\"", family, label, comma);
		print_edge(out, bits, is_time);
		buf_printf(out, "\"} %llu\n", (unsigned long long)count);
	}
	for (; cell < CELLS; cell++)
		count += cells[cell];
	buf_printf(out, "%s_bucket{%s%sle=\"+Inf\"} %llu\n", family, label, comma, (unsigned long long)count);
	buf_printf(out, "%s_count%s%s%s %llu\n", family, open, label, close, (unsigned long long)count);
	buf_printf(out, "%s_sum%s%s%s ", family, open, label, close);
	if (is_time)
		print_seconds(out, sum, 9);
	else
		buf_append_uint(out, sum);
	buf_append_char(out, '\n');
}

static void
print_operation_durations(const struct stats_view *view, struct buf *out)
{
	print_help(out, "aiexpense_operation_duration_seconds", "histogram", "Time that operations took.");
	for (size_t i = 0; i < OPERATIONS; i++) {
		struct operation_totals totals = totals_of(view, i);
		char label[64];

		snprintf(label, sizeof label, "operation=\"%s\"", operation_rows[i].name);
		print_histogram(out, "aiexpense_operation_duration_seconds", label, totals.cells, totals.total_duration_ns, true);
	}
}

/* All times are one family, so that one panel shows them. */
static void
print_distributions(const struct stats_view *view, struct buf *out)
{
	struct distribution_totals totals;
	char text[96];

	print_help(out, "aiexpense_duration_seconds", "histogram", "Time that parts of the work took.");
	for (size_t i = 0; i < DISTRIBUTIONS; i++) {
		struct slice name = slice_of(distribution_rows[i].name);

		if (distribution_rows[i].unit != DISTRIBUTION_NS)
			continue;
		cut_unit(&name);
		distribution_read((enum distribution)i, view->slots, view->count, &totals);
		snprintf(text, sizeof text, "part=\"%.*s\"", SLICE_ARGS(name));
		print_histogram(out, "aiexpense_duration_seconds", text, totals.cells, totals.sum, true);
	}
	for (size_t i = 0; i < DISTRIBUTIONS; i++) {
		if (distribution_rows[i].unit != DISTRIBUTION_COUNT)
			continue;
		distribution_read((enum distribution)i, view->slots, view->count, &totals);
		snprintf(text, sizeof text, "aiexpense_%s", distribution_rows[i].name);
		print_help(out, text, "histogram", distribution_rows[i].help);
		print_histogram(out, text, "", totals.cells, totals.sum, false);
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

static void
print_measures(const struct stats_view *view, struct buf *out)
{
	double measures[MEASURES];
	char family[96];

	read_measures(view, measures);
	for (size_t i = 0; i < MEASURES; i++) {
		bool is_time = measure_rows[i].unit == MEASURE_NS;

		snprintf(family, sizeof family, "aiexpense_%s%s", measure_rows[i].name, is_time ? "_seconds" : "");
		print_help(out, family, "gauge", measure_rows[i].help);
		buf_printf(out, "%s ", family);
		if (is_time)
			print_seconds(out, (uint64_t)measures[i], 9);
		else
			print_measure(out, measure_rows[i].unit, measures[i]);
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
	print_distributions(view, out);
	print_measures(view, out);
	provider_stats_print_prometheus(view, out);
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
	buf_append_text(out, ".El\n.Ss Distributions\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < DISTRIBUTIONS; i++)
		print_man_item(out, distribution_rows[i].name, distribution_rows[i].help);
	buf_append_text(out, ".El\n.Ss Measures\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < MEASURES; i++)
		print_man_item(out, measure_rows[i].name, measure_rows[i].help);
	buf_append_text(out, ".El\n.Ss For each AI provider\n.Bl -tag -width Ds\n");
	for (size_t i = 0; i < PROVIDER_COUNTS; i++)
		print_man_item(out, provider_count_rows[i].name, provider_count_rows[i].help);
	buf_append_text(out, ".El\n");
}
