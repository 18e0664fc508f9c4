/* SPDX-License-Identifier: MIT */
/* See report.h. */
#include "config.h"

#include "report.h"

#include <stdio.h>

#include "json_out.h"

static double
ms(uint64_t ns)
{
	return (double)ns / 1e6;
}

static double
quantile_ms(const struct histogram *h, double share)
{
	return ms(histogram_quantile_ns(h, share));
}

static uint64_t
p99_ns(const struct outcome *outcome, enum kind kind)
{
	return histogram_quantile_ns(&outcome->series[kind].latency, 0.99);
}

static enum verdict
judge_kind(const struct outcome *outcome, enum kind kind)
{
	if (outcome->series[kind].latency.count == 0)
		return VERDICT_NONE;
	return p99_ns(outcome, kind) < kind_rows[kind].target_ms * UINT64_C(1000000) ? VERDICT_MET : VERDICT_MISSED;
}

struct target_result
target_judge(enum kind kind, const struct outcome *outcomes, size_t count)
{
	struct target_result result = { .verdict = VERDICT_NONE };

	for (size_t i = 0; i < count; i++) {
		enum verdict verdict = judge_kind(&outcomes[i], kind);
		uint64_t p99 = p99_ns(&outcomes[i], kind);

		if (verdict != VERDICT_NONE && (result.scenario == NULL || p99 > result.p99_ns))
			result = (struct target_result){ verdict, p99, &outcomes[i].scenario };
	}
	return result;
}

bool
outcomes_have_faults(const struct outcome *outcomes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (outcomes[i].faults.len > 0)
			return true;
	return false;
}

static const char *const verdict_names[] = { [VERDICT_MET] = "met", [VERDICT_MISSED] = "MISSED", [VERDICT_NONE] = "-" };

/* Every line of the text, each after the prefix. */
static void
append_lines(struct buf *out, const char *prefix, const struct buf *lines)
{
	const char *at = lines->data, *end = lines->data + lines->len, *newline;

	while (at < end && (newline = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		buf_printf(out, "%s%.*s\n", prefix, (int)(newline - at), at);
		at = newline + 1;
	}
}

/* --- text ----------------------------------------------------------------------- */

static void
append_amount(struct buf *out, int64_t value, double unit)
{
	if (value < 0)
		buf_printf(out, " %10s", "-");
	else
		buf_printf(out, " %10.1f", (double)value / unit);
}

static void
append_stages(const struct outcome *outcome, struct buf *out)
{
	buf_printf(out, "    %10s %9s %10s %8s %8s %8s\n", "workers", "requests", "req/s", "p50 ms", "p99 ms", "failed");
	for (size_t i = 0; i < outcome->span_count; i++) {
		const struct span *span = &outcome->spans[i];

		buf_printf(out, "    %10u %9llu %10.0f %8.2f %8.2f %8llu\n", span->workers, (unsigned long long)span->latency.count,
		    (double)span->latency.count / span->seconds, quantile_ms(&span->latency, 0.5), quantile_ms(&span->latency, 0.99),
		    (unsigned long long)span->failed);
	}
}

static void
append_seconds(const struct outcome *outcome, struct buf *out)
{
	buf_printf(out, "    %10s %9s %8s %8s %8s %10s %10s\n", "second", "requests", "p50 ms", "p99 ms", "failed", "memory MiB", "stall ms");
	for (size_t i = 0; i < outcome->span_count; i++) {
		const struct span *span = &outcome->spans[i];

		buf_printf(out, "    %10zu %9llu %8.2f %8.2f %8llu", i + 1, (unsigned long long)span->latency.count,
		    quantile_ms(&span->latency, 0.5), quantile_ms(&span->latency, 0.99), (unsigned long long)span->failed);
		append_amount(out, span->memory_bytes, 1 << 20);
		append_amount(out, span->stall_ns, 1e6);
		buf_append_char(out, '\n');
	}
}

void
report_scenario_text(const struct outcome *outcome, struct buf *out)
{
	const struct scenario *s = &outcome->scenario;

	buf_printf(out, "%s (%s): %.2f s, the load program took %.0f %% of one core%s\n", s->name, s->original, outcome->seconds,
	    outcome->client_cpu * 100, outcome->is_complete ? "" : "; NOT COMPLETE");
	if (s->seconds > 0)
		append_seconds(outcome, out);
	else if (outcome->span_count > 0)
		append_stages(outcome, out);
	if (outcome->is_complete && outcome->faults.len == 0)
		buf_printf(out, "    %llu acknowledged records are there, each once%s\n", (unsigned long long)outcome->checked,
		    outcome->is_compared ? "; the daemon's own figures agree" : "");
	append_lines(out, "    ", &outcome->notes);
	append_lines(out, "    FAULT: ", &outcome->faults);
}

static void
append_row(const struct outcome *outcome, enum kind kind, struct buf *out)
{
	const struct series *series = &outcome->series[kind];
	const struct histogram *h = &series->latency;

	if (h->count == 0)
		return;
	buf_printf(out, "%-10s %-8s %8llu %8.2f %8.2f %8.2f %8.2f %8.2f %8.2f %8.2f %9.0f %7s%u %s\n",
	    outcome->is_probe[kind] ? "  probe" : outcome->scenario.name, kind_rows[kind].name, (unsigned long long)h->count,
	    (double)series->success * 100 / (double)h->count, ms(h->min_ns), ms(histogram_mean_ns(h)), quantile_ms(h, 0.5),
	    quantile_ms(h, 0.95), quantile_ms(h, 0.99), ms(h->max_ns), (double)h->count / outcome->seconds, "< ",
	    kind_rows[kind].target_ms, verdict_names[judge_kind(outcome, kind)]);
}

static void
append_table(const struct outcome *outcomes, size_t count, struct buf *out)
{
	buf_printf(out, "\n%-10s %-8s %8s %8s %8s %8s %8s %8s %8s %8s %9s %8s %s\n", "scenario", "request", "requests", "success%",
	    "min ms", "avg", "p50", "p95", "p99", "max", "req/s", "p99 to be", "verdict");
	for (size_t i = 0; i < count; i++) {
		for (int probe = 0; probe < 2; probe++)
			for (int kind = 0; kind < KINDS; kind++)
				if (outcomes[i].is_probe[kind] == (probe == 1))
					append_row(&outcomes[i], (enum kind)kind, out);
	}
}

void
report_text(const struct outcome *outcomes, size_t count, struct buf *out)
{
	unsigned counts[VERDICT_NONE + 1] = { 0 };

	append_table(outcomes, count, out);
	buf_printf(out, "\n%-10s %8s %10s  %-10s %s\n", "target", "ms", "worst p99", "in", "verdict");
	for (int kind = 0; kind < KINDS; kind++) {
		struct target_result result = target_judge((enum kind)kind, outcomes, count);

		counts[result.verdict]++;
		if (result.scenario == NULL)
			buf_printf(out, "%-10s %5s%3u %10s  %-10s %s\n", kind_rows[kind].name, "< ", kind_rows[kind].target_ms, "-", "-",
			    "not asked");
		else
			buf_printf(out, "%-10s %5s%3u %10.2f  %-10s %s\n", kind_rows[kind].name, "< ", kind_rows[kind].target_ms,
			    ms(result.p99_ns), result.scenario->name, verdict_names[result.verdict]);
	}
	buf_printf(out, "\n%zu scenario%s, %u targets met, %u missed%s\n", count, count == 1 ? "" : "s", counts[VERDICT_MET],
	    counts[VERDICT_MISSED], outcomes_have_faults(outcomes, count) ? "; FAULTS, see above" : "; no faults");
}

/* --- JSON ----------------------------------------------------------------------- */

static void
json_member_ms(struct json_out *out, const char *key, uint64_t ns)
{
	char text[32];
	int len = snprintf(text, sizeof text, "%.3f", ms(ns));

	json_out_key(out, key);
	json_out_raw(out, (struct slice){ text, (size_t)len });
}

static void
json_member_real(struct json_out *out, const char *key, double value)
{
	char text[32];
	int len = snprintf(text, sizeof text, "%.4f", value);

	json_out_key(out, key);
	json_out_raw(out, (struct slice){ text, (size_t)len });
}

static void
json_latency(struct json_out *out, const struct histogram *h)
{
	json_out_member_int(out, "requests", (int64_t)h->count);
	json_member_ms(out, "min_ms", h->min_ns);
	json_member_ms(out, "avg_ms", histogram_mean_ns(h));
	json_member_ms(out, "p50_ms", histogram_quantile_ns(h, 0.5));
	json_member_ms(out, "p95_ms", histogram_quantile_ns(h, 0.95));
	json_member_ms(out, "p99_ms", histogram_quantile_ns(h, 0.99));
	json_member_ms(out, "max_ms", h->max_ns);
}

static void
json_series(struct json_out *out, const struct outcome *outcome, enum kind kind)
{
	const struct series *series = &outcome->series[kind];

	json_out_object_begin(out);
	json_out_member_text(out, "request", kind_rows[kind].name);
	json_out_member_bool(out, "is_probe", outcome->is_probe[kind]);
	json_latency(out, &series->latency);
	json_out_member_int(out, "success", (int64_t)series->success);
	json_out_member_int(out, "refused", (int64_t)series->refused);
	json_out_member_int(out, "unanswered", (int64_t)series->unanswered);
	json_member_real(out, "success_rate", (double)series->success / (double)series->latency.count);
	json_member_real(out, "requests_per_second", (double)series->latency.count / outcome->seconds);
	json_out_member_int(out, "target_ms", kind_rows[kind].target_ms);
	json_out_member_bool(out, "is_met", judge_kind(outcome, kind) == VERDICT_MET);
	json_out_object_end(out);
}

static void
json_span(struct json_out *out, const struct span *span)
{
	json_out_object_begin(out);
	json_out_member_int(out, "workers", span->workers);
	json_latency(out, &span->latency);
	json_out_member_int(out, "failed", (int64_t)span->failed);
	json_member_real(out, "requests_per_second", (double)span->latency.count / span->seconds);
	if (span->memory_bytes >= 0)
		json_out_member_int(out, "memory_bytes", span->memory_bytes);
	if (span->stall_ns >= 0)
		json_member_ms(out, "stall_ms", (uint64_t)span->stall_ns);
	json_out_object_end(out);
}

static void
json_lines(struct json_out *out, const char *key, const struct buf *lines)
{
	const char *at = lines->data, *end = lines->data + lines->len, *newline;

	json_out_key(out, key);
	json_out_array_begin(out);
	while (at < end && (newline = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		json_out_string(out, (struct slice){ at, (size_t)(newline - at) });
		at = newline + 1;
	}
	json_out_array_end(out);
}

static void
json_scenario(struct json_out *out, const struct outcome *outcome)
{
	json_out_object_begin(out);
	json_out_member_text(out, "scenario", outcome->scenario.name);
	json_out_member_text(out, "original", outcome->scenario.original);
	json_out_member_bool(out, "is_complete", outcome->is_complete);
	json_member_real(out, "seconds", outcome->seconds);
	json_member_real(out, "rate", outcome->rate);
	json_member_real(out, "client_cpu", outcome->client_cpu);
	json_out_member_int(out, "checked", (int64_t)outcome->checked);
	json_out_member_bool(out, "is_compared", outcome->is_compared);
	json_out_key(out, "requests");
	json_out_array_begin(out);
	for (int kind = 0; kind < KINDS; kind++)
		if (outcome->series[kind].latency.count > 0)
			json_series(out, outcome, (enum kind)kind);
	json_out_array_end(out);
	json_out_key(out, outcome->scenario.seconds > 0 ? "each_second" : "stages");
	json_out_array_begin(out);
	for (size_t i = 0; i < outcome->span_count; i++)
		json_span(out, &outcome->spans[i]);
	json_out_array_end(out);
	json_lines(out, "notes", &outcome->notes);
	json_lines(out, "faults", &outcome->faults);
	json_out_object_end(out);
}

static void
json_target(struct json_out *out, enum kind kind, const struct outcome *outcomes, size_t count)
{
	struct target_result result = target_judge(kind, outcomes, count);

	json_out_object_begin(out);
	json_out_member_text(out, "target", kind_rows[kind].name);
	json_out_member_int(out, "target_ms", kind_rows[kind].target_ms);
	if (result.scenario != NULL) {
		json_member_ms(out, "p99_ms", result.p99_ns);
		json_out_member_text(out, "scenario", result.scenario->name);
		json_out_member_bool(out, "is_met", result.verdict == VERDICT_MET);
	}
	json_out_object_end(out);
}

void
report_json(const struct outcome *outcomes, size_t count, struct buf *buf)
{
	struct json_out out = json_out_to(buf);

	json_out_object_begin(&out);
	json_out_key(&out, "scenarios");
	json_out_array_begin(&out);
	for (size_t i = 0; i < count; i++)
		json_scenario(&out, &outcomes[i]);
	json_out_array_end(&out);
	json_out_key(&out, "targets");
	json_out_array_begin(&out);
	for (int kind = 0; kind < KINDS; kind++)
		json_target(&out, (enum kind)kind, outcomes, count);
	json_out_array_end(&out);
	json_out_member_bool(&out, "has_faults", outcomes_have_faults(outcomes, count));
	json_out_object_end(&out);
	buf_append_char(buf, '\n');
}
