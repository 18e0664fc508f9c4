/* SPDX-License-Identifier: MIT */
/* Figures that need more than the counters of now: those of the last minute, from samples that the keeper takes. */
#ifndef MEASURES_H
#define MEASURES_H

#include "counters.h"

enum measure {
#define MEASURE(name, unit, help) MEASURE_##name,
#include "tables/measures.def"
#undef MEASURE
	MEASURES
};

enum measure_unit { MEASURE_NS, MEASURE_COUNT, MEASURE_RATIO };

struct measure_row {
	const char       *name, *help;
	enum measure_unit unit;
};

extern const struct measure_row measure_rows[MEASURES];

/* The counters of some instants of the last minute. */
struct history;

enum { HISTORY_INTERVAL_MS = 10000 };

/* NULL when memory ran out. */
struct history *history_new(void);
void history_free(struct history *history);

/* Keep what the counters say now; to be called every HISTORY_INTERVAL_MS. */
void history_take(struct history *history, const struct process_slot *slots, size_t count, int64_t now_ms);

/* All measures at this instant; history may be NULL: then since the counters began, uptime_ms ago. */
void measures_read(const struct history *history, const struct process_slot *slots, size_t count, int64_t now_ms,
    int64_t uptime_ms, double values[MEASURES]);

#endif
