/* SPDX-License-Identifier: MIT */
/*
 * What the processes count and time, and how the master sees that they live:
 * one segment of shared memory, made before the first fork, with a slot for
 * each process.
 *
 * A slot has one writer, its process, so a relaxed load and store are enough;
 * readers add up over the slots.  When a process dies the master zeroes the
 * LEVEL and STATE rows of its slot (counters_retire) and the next process in that slot
 * goes on counting from what is there: totals never go back.
 */
#ifndef COUNTERS_H
#define COUNTERS_H

#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "log_linear.h"
#include "slice.h"

enum operation {
#define OPERATION(name, help) OPERATION_##name,
#include "tables/operations.def"
#undef OPERATION
	OPERATIONS
};

struct operation_metrics {
	_Atomic uint64_t total_requests, success_requests, failed_requests;
	_Atomic uint64_t total_duration_ns;
	_Atomic uint64_t min_duration_ns, max_duration_ns;   /* 0 as long as there was none */
};

enum distribution {
#define DISTRIBUTION(name, unit, help) DISTRIBUTION_##name,
#include "tables/distributions.def"
#undef DISTRIBUTION
	DISTRIBUTIONS
};

struct distribution_head {
	_Atomic uint64_t count, sum, max;
};

/* Values up to some 69 s in nanoseconds, to within a sixteenth of themselves. */
enum { CELL_PRECISION = 4, CELL_VALUE_BITS = 36, CELLS = LOG_LINEAR_CELLS(CELL_VALUE_BITS, CELL_PRECISION) };

struct histogram_cells {
	_Atomic uint64_t at[CELLS];
};

/* For each section of a provider in the configuration. */
enum provider_count {
#define PROVIDER_COUNT(name, kind, help) PROVIDER_COUNT_##name,
#include "tables/provider_counts.def"
#undef PROVIDER_COUNT
	PROVIDER_COUNTS
};
enum { PROVIDER_SECTIONS = 3 };

/* The rows by number. */
enum counter_id {
#define ROW(name, kind, help) COUNTER_ID_##name,
#include "tables/counters.def"
#undef ROW
	COUNTER_ROWS
};

/* Places for users by a hash of them; a user is in the same place in every process. */
enum { USERS_SEEN = 8192 };

struct counters {
#define ROW(name, kind, help) _Atomic uint64_t name;
#include "tables/counters.def"
#undef ROW
	_Atomic uint64_t providers[PROVIDER_SECTIONS][PROVIDER_COUNTS];
	struct operation_metrics operations[OPERATIONS];
	struct distribution_head distributions[DISTRIBUTIONS];
	_Atomic uint32_t any_user_seen_s;           /* the latest of users_seen_s */

	/* Behind all heads: a process that never counts there has no memory for them, and readers do not touch them. */
	struct histogram_cells operation_cells[OPERATIONS];
	struct histogram_cells distribution_cells[DISTRIBUTIONS];
	_Atomic uint32_t users_seen_s[USERS_SEEN];  /* when one of the place's users last came, clock_mono_ms / 1000; 0: never */
};

/* What a process is doing; only a writer has stages other than the first. */
enum stage { STAGE_IDLE, STAGE_WAITING /* for the writer of another generation */, STAGE_WRITING, STAGE_COMMITTING };

/* A process that does not stamp its heartbeat, or stays in a transaction before its commit, is taken for stuck. */
struct process_slot {
	alignas(64) struct counters counters;

	alignas(64) _Atomic int64_t heartbeat_ms;   /* clock_mono_ms; 0 until the process is ready */
	_Atomic int64_t  txn_started_ms;            /* clock_mono_ms; 0 outside of a write transaction */
	_Atomic uint32_t stage;                     /* enum stage */

	/* The master writes these.  pid is 0 while no process runs in the slot, which stays its role's all the same. */
	alignas(64) _Atomic uint32_t is_taken;
	_Atomic int32_t  pid;
	_Atomic uint32_t role, index;               /* role: row of the role table (child.h) */
	_Atomic uint32_t generation;
	_Atomic uint32_t restarts;
	_Atomic uint32_t crashes;                   /* deaths that were its own fault: not a SIGKILL from outside */
	_Atomic int64_t  started_ms;                /* clock_mono_ms */
};

/* Of one rule of the keeper (alerts.h).  Times are clock_mono_ms. */
struct alert_record {
	_Atomic bool    is_raised, is_told;         /* is_told: what the webhook knows */
	_Atomic int64_t changed_ms;                 /* when is_raised did; 0: it never did */
	_Atomic int64_t other_ms;                   /* since when the rule says otherwise; 0: it does not */
};

enum { ALERT_RECORDS = 16 };

/* What keepers know of alerts in turn, so that the death of one tells nothing twice and forgets nothing. */
struct alert_memory {
	_Atomic int32_t     owner;                  /* pid of the keeper that changes this; 0: none */
	_Atomic int64_t     looked_ms;              /* when it did last */
	_Atomic uint64_t    webhook;                /* a hash of the URL that is_told is about */
	_Atomic uint64_t    stalled;                /* children_killed_stalled at the last look */
	_Atomic int64_t     stalled_ms;             /* when it was seen to grow; 0: never */
	struct alert_record records[ALERT_RECORDS];
};

struct counter_segment {
	uint32_t            version;
	uint32_t            capacity;               /* slots there is room for */
	_Atomic uint32_t    used;                   /* slots that were ever given out */
	int64_t             started_ms;             /* of the daemon, clock_mono_ms */
	int64_t             started_wall_ms;
	struct alert_memory alerts;
	struct process_slot slots[];
};

enum counter_kind { COUNTER_TOTAL, COUNTER_LEVEL, COUNTER_STATE, COUNTER_PEAK, COUNTER_FLOOR };

struct counter_row {
	const char       *name, *help;
	enum counter_kind kind;
	size_t            offset;                   /* in struct counters */
};

enum provider_count_kind { PROVIDER_RESULT, PROVIDER_SUM, PROVIDER_COST };

struct provider_count_row {
	const char              *name, *help;
	enum provider_count_kind kind;
};

struct operation_row {
	const char *name, *help;
};

enum distribution_unit { DISTRIBUTION_NS, DISTRIBUTION_COUNT };

struct distribution_row {
	const char            *name, *help;
	enum distribution_unit unit;
};

/* The values that these shares of all do not exceed: the upper end of a cell, and never more than the largest. */
struct quantiles {
	uint64_t p50, p90, p95, p99, p99_9;
};

/* The sum over all processes, for readers. */
struct distribution_totals {
	uint64_t         count, sum, max;
	struct quantiles quantiles;                 /* all 0 without values */
	uint64_t         cells[CELLS];
};

/* The sum over all processes, for readers. */
struct operation_totals {
	uint64_t total_requests, success_requests, failed_requests;
	uint64_t total_duration_ns, min_duration_ns, max_duration_ns;
	uint64_t average_duration_ns;
	double   success_rate;                      /* 0 to 1; 0 without requests */
	double   requests_per_second;               /* over the uptime */
	struct quantiles quantiles;                 /* of the duration in ns */
	uint64_t cells[CELLS];
};

extern const struct counter_row counter_rows[COUNTER_ROWS];
extern const size_t counter_row_count;
extern const struct provider_count_row provider_count_rows[PROVIDER_COUNTS];
extern const struct operation_row operation_rows[OPERATIONS];
extern const struct distribution_row distribution_rows[DISTRIBUTIONS];

/* The same name, valid for good, when it is one of a result of a provider's calls; else NULL. */
const char *provider_result(struct slice name);

/* The segment, mapped and zeroed, and the descriptor of its memory in *fd; NULL after logging why. */
struct counter_segment *counters_create(uint32_t capacity, int *fd);

/* Map the segment of another daemon, to count on in it.  NULL, and *fd closed and -1, when it is of another form. */
struct counter_segment *counters_adopt(int *fd);
void counters_destroy(struct counter_segment *segment, int fd);

/* A slot for a child, for all processes that will be it in turn; NULL when all are taken. */
struct process_slot *counters_take_slot(struct counter_segment *segment);

/* No process will be this child any more: another child may take the slot and count on. */
void counters_release_slot(struct process_slot *slot);

/* The process of this slot has died: zero what died with it, keep the rest. */
void counters_retire(struct process_slot *slot);

/* NULL when there is no such counter. */
const struct counter_row *counter_find(const char *name);

/* One counter over many slots, by its kind. */
uint64_t counter_read(const struct counter_row *row, const struct process_slot *slots, size_t count);

/* section: of the configuration, from 0. */
uint64_t provider_count_read(unsigned section, enum provider_count row, const struct process_slot *slots, size_t count);

struct operation_totals operation_read(enum operation operation, const struct process_slot *slots, size_t count,
    int64_t uptime_ms);

void distribution_read(enum distribution distribution, const struct process_slot *slots, size_t count,
    struct distribution_totals *totals);

/* The value that this share, 0 to 1, of what the cells count does not exceed; 0 when they count nothing. */
uint64_t cells_quantile(const uint64_t cells[CELLS], double share);

/* For the process that owns the slot only. */
static inline void
counter_add(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n, memory_order_relaxed);
}

static inline void
counter_sub(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) - n, memory_order_relaxed);
}

static inline void
counter_set(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_store_explicit(counter, n, memory_order_relaxed);
}

static inline void
counter_peak(_Atomic uint64_t *counter, uint64_t n)
{
	if (n > atomic_load_explicit(counter, memory_order_relaxed))
		atomic_store_explicit(counter, n, memory_order_relaxed);
}

/* A FLOOR of 0 has seen nothing yet, so the smallest it keeps is 1. */
static inline void
counter_floor(_Atomic uint64_t *counter, uint64_t n)
{
	uint64_t now = atomic_load_explicit(counter, memory_order_relaxed);

	if (now == 0 || n < now)
		atomic_store_explicit(counter, n > 0 ? n : 1, memory_order_relaxed);
}

/* Count one operation that took this long. */
void operation_record(struct counters *counters, enum operation operation, uint64_t duration_ns, bool is_success);

void distribution_record(struct counters *counters, enum distribution distribution, uint64_t value);

/* A user asked or said something; hash is evenly spread. */
void counters_user_seen(struct counters *counters, const uint8_t hash[2], int64_t now_ms);

/* How many users were seen in the last 60 s, by any process: from the places taken, as many as their number makes likely. */
double counters_users_seen(const struct process_slot *slots, size_t count, int64_t now_ms);

/* Forget the peaks, floors, minima and maxima of all processes; one that is counted at this moment may stay. */
void counters_reset_extremes(struct process_slot *slots, size_t count);

/* A writer tells when it enters and leaves a transaction, so that the master can tell stuck from slow. */
static inline void
process_stage(struct process_slot *slot, enum stage stage, int64_t txn_started_ms)
{
	atomic_store_explicit(&slot->txn_started_ms, txn_started_ms, memory_order_relaxed);
	atomic_store_explicit(&slot->stage, (uint32_t)stage, memory_order_release);
}

#endif
