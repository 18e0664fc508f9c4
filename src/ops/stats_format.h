/* SPDX-License-Identifier: MIT */
/* The counters and operations as text, JSON, OpenMetrics and manual page, from their tables. */
#ifndef STATS_FORMAT_H
#define STATS_FORMAT_H

#include "buf.h"
#include "counters.h"

struct history;
struct options;

struct stats_view {
	const struct process_slot *slots;
	size_t                     count;
	int64_t                    uptime_ms;
	const struct history      *history;    /* may be NULL; see measures.h */
	int64_t                    now_ms;     /* clock_mono_ms */
	const struct options      *options;    /* may be NULL; see provider_stats.h */
};

/* A line "name value" for each counter and "operation.name value" for each figure of each operation and distribution. */
void stats_print_text(const struct stats_view *view, struct buf *out);

/* {"uptime_seconds":1.5,"counters":{...},"operations":{"total":{...},...},"distributions":{...},"measures":{...},"providers":{...}} */
void stats_print_json(const struct stats_view *view, struct buf *out);

/* OpenMetrics 1.0: times in seconds, the operation as a label. */
void stats_print_prometheus(const struct stats_view *view, struct buf *out);

/* The lists for aiexpensectl(8). */
void stats_print_man(struct buf *out);

#endif
