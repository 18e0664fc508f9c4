/* SPDX-License-Identifier: MIT */
/* What a scenario came to: filled by course.c and daemon_figures.c, printed by report.c. */
#ifndef OUTCOME_H
#define OUTCOME_H

#include "histogram.h"
#include "../scenarios.h"

/* The client's LoadTestMetrics of one kind of request. */
struct series {
	struct histogram latency;        /* of all that were sent; of those without an answer, until they were given up */
	uint64_t         success;
	uint64_t         refused;        /* answered with another status than 2xx */
	uint64_t         unanswered;     /* nobody knows whether the daemon has done them */
};

/* A stage of a scenario that has several, or a second of one that is bounded by time. */
struct span {
	unsigned         workers;
	double           seconds;
	struct histogram latency;
	uint64_t         failed;
	int64_t          memory_bytes;   /* of all processes of the daemon; -1: not known */
	int64_t          stall_ns;       /* -1: not known */
};

struct outcome {
	struct scenario scenario;        /* as it was run */
	double          rate;            /* set requests a second; 0: closed loop */
	double          seconds;
	double          client_cpu;      /* share of one core that the load program itself took */
	bool            is_complete;     /* false: the time was up */
	struct series   series[KINDS];
	bool            is_probe[KINDS];
	struct span    *spans;
	size_t          span_count;
	uint64_t        checked;         /* acknowledged records that were looked up afterwards */
	bool            is_compared;     /* with the daemon's own figures */
	struct buf      faults;          /* a sentence a line: integrity, metrics, too many failures */
	struct buf      notes;           /* a sentence a line that fails nothing */
};

#define outcome_fault(outcome, ...) (buf_printf(&(outcome)->faults, __VA_ARGS__), buf_append_char(&(outcome)->faults, '\n'))
#define outcome_note(outcome, ...)  (buf_printf(&(outcome)->notes, __VA_ARGS__), buf_append_char(&(outcome)->notes, '\n'))

void outcome_fini(struct outcome *outcome);

static inline uint64_t
series_sent(const struct series *series)
{
	return series->success + series->refused + series->unanswered;
}

#endif
