/* SPDX-License-Identifier: MIT */
/* The report of a run: for people, or as one JSON object. */
#ifndef REPORT_H
#define REPORT_H

#include "outcome.h"

enum verdict { VERDICT_MET, VERDICT_MISSED, VERDICT_NONE };      /* NONE: nothing of the kind was sent */

/* Of a target, over all outcomes: the largest p99 of any scenario decides. */
struct target_result {
	enum verdict           verdict;
	uint64_t               p99_ns;
	const struct scenario *scenario;         /* the one with that p99 */
};

struct target_result target_judge(enum kind kind, const struct outcome *outcomes, size_t count);

/* Whether anything is wrong but times. */
bool outcomes_have_faults(const struct outcome *outcomes, size_t count);

/* What one scenario has to say for itself: stages or seconds, notes, faults. */
void report_scenario_text(const struct outcome *outcome, struct buf *out);

/* The table of all, the targets, and a closing line. */
void report_text(const struct outcome *outcomes, size_t count, struct buf *out);

void report_json(const struct outcome *outcomes, size_t count, struct buf *out);

#endif
