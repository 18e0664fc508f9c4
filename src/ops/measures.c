/* SPDX-License-Identifier: MIT */
/* See measures.h. */
#include "config.h"

#include "measures.h"

#include <stdlib.h>
#include <string.h>

#include "slice.h"

enum { SAMPLES = 7 };

struct sample {
	int64_t                    at_ms;
	uint64_t                   counters[COUNTER_ROWS];
	struct operation_totals    operations[OPERATIONS];
	struct distribution_totals loop_turns;
};

struct history {
	size_t        count, next;         /* samples there are, and the place of the next one, which is the oldest's */
	struct sample samples[SAMPLES];
};

/* What happened between two samples; then is all zero for what happened since the start. */
struct window {
	const struct sample       *then, *now;
	const struct process_slot *slots;
	size_t                     slot_count;
	double                     minutes;
};

const struct measure_row measure_rows[MEASURES] = {
#define MEASURE(name, unit, help) { #name, help, MEASURE_##unit },
#include "tables/measures.def"
#undef MEASURE
};

struct history *
history_new(void)
{
	return calloc(1, sizeof(struct history));
}

void
history_free(struct history *history)
{
	free(history);
}

static void
sample_take(struct sample *sample, const struct process_slot *slots, size_t count, int64_t now_ms)
{
	sample->at_ms = now_ms;
	for (size_t i = 0; i < COUNTER_ROWS; i++)
		sample->counters[i] = counter_read(&counter_rows[i], slots, count);
	for (size_t i = 0; i < OPERATIONS; i++)
		sample->operations[i] = operation_read((enum operation)i, slots, count, 0);
	distribution_read(DISTRIBUTION_loop_turn_ns, slots, count, &sample->loop_turns);
}

void
history_take(struct history *history, const struct process_slot *slots, size_t count, int64_t now_ms)
{
	sample_take(&history->samples[history->next], slots, count, now_ms);
	history->next = (history->next + 1) % SAMPLES;
	if (history->count < SAMPLES)
		history->count++;
}

static const struct sample *
oldest(const struct history *history)
{
	return &history->samples[history->count < SAMPLES ? 0 : history->next];
}

/* --- the measures --------------------------------------------------------------- */

static double
grown(const struct window *w, size_t counter)
{
	return (double)(w->now->counters[counter] - w->then->counters[counter]);
}

static double
share(double part, double all)
{
	return all > 0 ? part / all : 0;
}

static double
mean_ns(const struct window *w, enum operation operation)
{
	const struct operation_totals *now = &w->now->operations[operation], *then = &w->then->operations[operation];

	return share((double)(now->total_duration_ns - then->total_duration_ns),
	    (double)(now->total_requests - then->total_requests));
}

static double
quantile_ns(const uint64_t now[CELLS], const uint64_t then[CELLS], double of_all)
{
	uint64_t cells[CELLS];

	for (size_t i = 0; i < CELLS; i++)
		cells[i] = now[i] - then[i];
	return (double)cells_quantile(cells, of_all);
}

static double
auto_signup_duration(const struct window *w)
{
	return mean_ns(w, OPERATION_auto_signup);
}

static double
expense_creation_time(const struct window *w)
{
	return mean_ns(w, OPERATION_create_expense);
}

static double
message_parsing_time(const struct window *w)
{
	return mean_ns(w, OPERATION_parse_message);
}

static double
category_lookup_time(const struct window *w)
{
	return mean_ns(w, OPERATION_category_lookup);
}

static double
concurrent_users(const struct window *w)
{
	return counters_users_seen(w->slots, w->slot_count, w->now->at_ms);
}

static double
expenses_per_minute(const struct window *w)
{
	double stored = grown(w, COUNTER_ID_expenses_recorded);

	return w->minutes > 1 ? stored / w->minutes : stored;
}

static double
error_rate(const struct window *w)
{
	return share(grown(w, COUNTER_ID_http_5xx), grown(w, COUNTER_ID_http_requests));
}

static double
db_connection_pool_size(const struct window *w)
{
	return (double)(w->now->counters[COUNTER_ID_store_readers] + w->now->counters[COUNTER_ID_store_connections]);
}

/* The sum over all counters of that end, so that a new cache is in it by its rows. */
static double
grown_of(const struct window *w, const char *end)
{
	double sum = 0;

	for (size_t i = 0; i < COUNTER_ROWS; i++)
		if (slice_ends_with(slice_of(counter_rows[i].name), end))
			sum += grown(w, i);
	return sum;
}

static double
cache_hit_rate(const struct window *w)
{
	double hits = grown_of(w, "_hits");

	return share(hits, hits + grown_of(w, "_misses"));
}

static double
gc_pause_time(const struct window *w)
{
	return quantile_ns(w->now->loop_turns.cells, w->then->loop_turns.cells, 1);
}

static double
request_p99(const struct window *w)
{
	return quantile_ns(w->now->operations[OPERATION_total].cells, w->then->operations[OPERATION_total].cells, 0.99);
}

void
measures_read(const struct history *history, const struct process_slot *slots, size_t count, int64_t now_ms,
    int64_t uptime_ms, double values[MEASURES])
{
	static double (*const functions[MEASURES])(const struct window *) = {
#define MEASURE(name, unit, help) name,
#include "tables/measures.def"
#undef MEASURE
	};
	static struct sample now, none;    /* too large for a stack; one thread asks */
	struct window w = { .then = &none, .now = &now, .slots = slots, .slot_count = count };

	none.at_ms = now_ms - uptime_ms;
	if (history != NULL && history->count > 0)
		w.then = oldest(history);
	sample_take(&now, slots, count, now_ms);
	w.minutes = (double)(now_ms - w.then->at_ms) / 60000;
	for (size_t i = 0; i < MEASURES; i++)
		values[i] = functions[i](&w);
}
