/* SPDX-License-Identifier: MIT */
/* See top_view.h. */
#include "config.h"

#include "top_view.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "counters.h"

const char *const top_questions[TOP_QUESTIONS] = { "show info", "show workers", "show stats", "show shards" };

struct page {
	const struct top_sample *before, *now;
	double seconds;                        /* between them */
	int    left;                           /* lines that still fit */
	void (*fn)(const char *line, bool is_heading, void *arg);
	void  *arg;
};

/* --- numbers --------------------------------------------------------------------------- */

/* What follows the name and a blank at the start of a line; NULL when there is none. */
static const char *
find_value(const char *text, const char *name)
{
	size_t len = strlen(name);

	while (text != NULL && *text != '\0') {
		if (strncmp(text, name, len) == 0 && text[len] == ' ')
			return text + len + strspn(text + len, " ");
		text = strchr(text, '\n');
		text = text != NULL ? text + 1 : NULL;
	}
	return NULL;
}

double
top_number(const char *text, const char *name)
{
	const char *value = find_value(text, name);

	return value != NULL ? strtod(value, NULL) : 0;
}

static double
value_of(const struct page *page, const char *name)
{
	return top_number(page->now->answers[TOP_STATS].data, name);
}

static double
growth_of(const struct page *page, const char *name)
{
	return value_of(page, name) - top_number(page->before->answers[TOP_STATS].data, name);
}

static double
rate_of(const struct page *page, const char *name)
{
	return growth_of(page, name) / page->seconds;
}

static double
ratio(double part, double whole)
{
	return whole > 0 ? part / whole : 0;
}

/* Four digits or fewer, and what they count in. */
static const char *
short_bytes(double bytes, char text[16])
{
	static const char units[] = "BKMGTP";
	size_t unit = 0;

	for (; bytes >= 1000 && unit + 2 < sizeof units; unit++)
		bytes /= 1024;
	snprintf(text, 16, "%.*f%c", unit == 0 || bytes >= 100 ? 0 : 1, bytes, units[unit]);
	return text;
}

/* --- lines ----------------------------------------------------------------------------- */

static void __attribute__((format(printf, 3, 4)))
print_line(struct page *page, bool is_heading, const char *format, ...)
{
	char line[TOP_WIDTH + 1];
	va_list args;

	if (page->left-- <= 0)
		return;
	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	page->fn(line, is_heading, page->arg);
}

/* Processes of each role, in the order of their first ones. */
static void
count_roles(const char *workers, char *text, size_t size)
{
	const char *line = strchr(workers, '\n');
	size_t len = 0;
	char role[16] = "", last[16] = "";
	int count = 0;

	*text = '\0';
	for (; line != NULL && len < size; line = strchr(line + 1, '\n')) {
		if (sscanf(line, " %15s", role) == 1 && line[1] != '\0' && strcmp(role, last) == 0) {
			count++;
			continue;
		}
		if (count > 0 && strcmp(last, "master") != 0)
			len += (size_t)snprintf(text + len, size - len, "%s%d %s", len > 0 ? ", " : "", count, last);
		strcpy(last, role);
		count = 1;
	}
}

static void
print_head(struct page *page)
{
	long up = (long)top_number(page->now->answers[TOP_INFO].data, "uptime_seconds");
	const char *version = find_value(page->now->answers[TOP_INFO].data, "version");
	char roles[64];

	count_roles(page->now->answers[TOP_WORKERS].data, roles, sizeof roles);
	print_line(page, true, "aiexpensed %.*s, up %ld d %02ld:%02ld:%02ld; %s", version != NULL ? (int)strcspn(version, "\n") : 0,
	    version != NULL ? version : "", up / 86400, up / 3600 % 24, up / 60 % 60, up % 60, roles);
}

static void
print_requests(struct page *page)
{
	double refused = rate_of(page, "limited_by_address") + rate_of(page, "limited_failures") + rate_of(page, "limited_by_token") +
	    rate_of(page, "limited_by_user");
	char bytes[16];

	print_line(page, false, "requests %9.1f/s  2xx %.1f  4xx %.1f  5xx %.1f  in flight %.0f  connections %.0f", rate_of(page, "http_requests"),
	    rate_of(page, "http_2xx"), rate_of(page, "http_4xx"), rate_of(page, "http_5xx"), value_of(page, "http_in_flight"),
	    value_of(page, "http_connections"));
	print_line(page, false, "refused  %9.1f/s  for limits; overload %.1f  no HTTP %.1f  bytes out %s/s", refused,
	    rate_of(page, "http_refused_overload"), rate_of(page, "http_bad_requests"), short_bytes(rate_of(page, "http_bytes_out"), bytes));
	print_line(page, false, "messages %9.1f/s  expenses %.1f  sign-ups %.1f  users of the last minute %.0f", rate_of(page, "messages_recorded"),
	    rate_of(page, "expenses_recorded"), rate_of(page, "users_signed_up"), value_of(page, "concurrent_users"));
}

/* A figure of an operation or distribution. */
static double
figure_of(const struct top_sample *sample, const char *name, const char *figure)
{
	char text[64];

	snprintf(text, sizeof text, "%s.%s", name, figure);
	return top_number(sample->answers[TOP_STATS].data, text);
}

static double
figure_growth(const struct page *page, const char *name, const char *figure)
{
	return figure_of(page->now, name, figure) - figure_of(page->before, name, figure);
}

/* What never happened is left out. */
static void
print_operations(struct page *page)
{
	print_line(page, true, "%-16s %9s %9s %9s %9s %9s %9s", "milliseconds", "per s", "failed/s", "mean now", "p50", "p99", "max");
	for (size_t i = 0; i < OPERATIONS; i++) {
		const char *name = operation_rows[i].name;
		double count = figure_growth(page, name, "total_requests");

		if (i > 0 && figure_of(page->now, name, "total_requests") == 0)
			continue;
		print_line(page, false, "%-16s %9.1f %9.1f %9.3f %9.3f %9.3f %9.3f", name, count / page->seconds,
		    figure_growth(page, name, "failed_requests") / page->seconds,
		    ratio(figure_growth(page, name, "total_duration_ns"), count) / 1e6, figure_of(page->now, name, "p50_duration_ns") / 1e6,
		    figure_of(page->now, name, "p99_duration_ns") / 1e6, figure_of(page->now, name, "max_duration_ns") / 1e6);
	}
}

static void
print_ai(struct page *page)
{
	print_line(page, false, "AI       %9.1f/s  rules %.1f  provider %.1f  failed %.1f  in flight %.0f", rate_of(page, "ai_jobs"),
	    rate_of(page, "ai_rules_answers"), rate_of(page, "ai_provider_answers"), rate_of(page, "ai_call_failures"),
	    value_of(page, "ai_calls_in_flight"));
}

static void
print_queue(struct page *page)
{
	print_line(page, false, "queue    messages %.0f  replies %.0f  oldest %.1f s  dead letters %.0f  AI jobs %.0f", value_of(page, "queue_messages"),
	    value_of(page, "queue_replies"), value_of(page, "queue_oldest_ms") / 1000, value_of(page, "queue_dead_letters"),
	    value_of(page, "ai_jobs_waiting"));
}

static void
print_store(struct page *page)
{
	double commits = growth_of(page, "store_commits");

	print_line(page, false, "commits  %9.1f/s  commands each %.1f  ms each %.3f  refused %.1f  full %.1f", commits / page->seconds,
	    ratio(growth_of(page, "store_commands"), commits), ratio(growth_of(page, "store_commit_ns_total"), commits) / 1e6,
	    rate_of(page, "store_refused"), rate_of(page, "store_full"));
}

/* Those that do not fit are only counted: the page ends with them. */
static void
print_shards(struct page *page)
{
	const char *line = strchr(page->now->answers[TOP_SHARDS].data, '\n');
	unsigned long long readers, slots, pages, unused, most, bytes;
	char name[8], used[16], disk[16];
	int hidden = 0;

	print_line(page, true, "%-6s %9s %9s %9s %9s %9s  disk free %s", "shard", "readers", "of", "used", "free now", "full",
	    short_bytes(value_of(page, "store_disk_free_bytes"), disk));
	for (; line != NULL && sscanf(line, " %7s %llu %llu %llu %llu %llu %llu", name, &readers, &slots, &pages, &unused, &most, &bytes) == 7;
	    line = strchr(line + 1, '\n')) {
		if (page->left <= 1 && strchr(line + 1, '\n') != NULL && strchr(line + 1, '\n')[1] != '\0') {
			hidden++;
			continue;
		}
		if (hidden > 0)
			break;
		print_line(page, false, "%-6s %9llu %9llu %9s %8.1f%% %8.1f%%", name, readers, slots, short_bytes((double)bytes, used),
		    100 * ratio((double)unused, (double)pages), 100 * ratio((double)(pages - unused), (double)most));
	}
	if (hidden > 0)
		print_line(page, false, "and %d more", hidden + 1);
}

static bool
is_same_daemon(const struct top_sample *a, const struct top_sample *b)
{
	const char *of_a = find_value(a->answers[TOP_INFO].data, "started_at"), *of_b = find_value(b->answers[TOP_INFO].data, "started_at");

	return of_a != NULL && of_b != NULL && strncmp(of_a, of_b, strcspn(of_a, "\n") + 1) == 0;
}

void
top_print(const struct top_sample *before, const struct top_sample *now, int height,
    void (*fn)(const char *line, bool is_heading, void *arg), void *arg)
{
	static const struct top_sample none;
	struct page page = { before, now, now->at_seconds - before->at_seconds, height, fn, arg };

	if (!is_same_daemon(before, now)) {
		page.before = &none;
		page.seconds = top_number(now->answers[TOP_STATS].data, "uptime_seconds");
	}
	if (page.seconds <= 0)
		page.seconds = 1;
	print_head(&page);
	print_requests(&page);
	print_ai(&page);
	print_queue(&page);
	if (value_of(&page, "children_died") > 0)
		print_line(&page, false, "processes that died: %.0f; ended because they did not answer: %.0f", value_of(&page, "children_died"),
		    value_of(&page, "children_killed_stalled"));
	print_operations(&page);
	print_store(&page);
	print_shards(&page);
}
