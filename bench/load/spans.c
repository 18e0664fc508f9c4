/* SPDX-License-Identifier: MIT */
/* What the stages or the seconds of a scenario say about it: see course.h. */
#include "config.h"

#include "course.h"

static double
p99_ms(const struct span *span)
{
	return (double)histogram_quantile_ns(&span->latency, 0.99) / 1e6;
}

static void
judge_stages(struct outcome *outcome)
{
	const struct span *first = &outcome->spans[0];

	for (size_t i = 1; i < outcome->span_count; i++) {
		if (outcome->spans[i].latency.count == 0 || p99_ms(&outcome->spans[i]) < 2 * p99_ms(first))
			continue;
		outcome_note(outcome, "the stage of %u workers is the first whose p99 is twice that of %u workers or more: "
		    "%.2f ms against %.2f ms", outcome->spans[i].workers, first->workers, p99_ms(&outcome->spans[i]), p99_ms(first));
		return;
	}
	outcome_note(outcome, "no stage has twice the p99 of %u workers", first->workers);
}

/* In per cent of the first value. */
static double
change(double first, double last)
{
	return first > 0 ? (last - first) / first * 100 : 0;
}

static void
judge_seconds(struct outcome *outcome)
{
	enum { RATE_DRIFT = -20, P99_DRIFT = 100, MEMORY_DRIFT = 10 };
	const struct span *first = &outcome->spans[0], *last = &outcome->spans[outcome->span_count - 1];
	double rate = change((double)first->latency.count, (double)last->latency.count);
	double p99 = change(p99_ms(first), p99_ms(last));
	double memory = change((double)first->memory_bytes, (double)last->memory_bytes);
	bool has_drifted = rate < RATE_DRIFT || p99 > P99_DRIFT || memory > MEMORY_DRIFT;

	outcome_note(outcome, "%s, last second against the first: requests %+.1f %%, p99 %+.1f %%, memory %+.1f %%",
	    has_drifted ? "DRIFT" : "steady", rate, p99, memory);
}

void
spans_judge(struct outcome *outcome)
{
	if (outcome->span_count < 2)
		return;
	if (outcome->scenario.seconds > 0)
		judge_seconds(outcome);
	else
		judge_stages(outcome);
}
