/* SPDX-License-Identifier: MIT */
/* See alerts.h. */
#include "config.h"

#include "alerts.h"

#include <stdio.h>
#include <stdlib.h>

#include "alert_webhook.h"
#include "clock.h"
#include "keeper.h"
#include "log.h"
#include "ops/measures.h"
#include "ops/stats_format.h"

enum { STALL_SHOWN_MS = 60000, LINE_SIZE = 256, MIB = 1 << 20 };

/* What the rules compare. */
struct reading {
	double measures[MEASURES];
	double queue_age_s, disk_free, stalls;
	double baseline_p99;               /* nanoseconds; 0: none was recorded */
};

/* --- the rules ----------------------------------------------------------------------------- */

static double
error_rate(const struct reading *r)
{
	return r->measures[MEASURE_error_rate] * 100;
}

static double
error_rate_limit(const struct options *options)
{
	return options->alert_error_percent;
}

static double
slowness(const struct reading *r)
{
	return r->measures[MEASURE_request_p99] / 1e6;
}

static double
slowness_limit(const struct options *options)
{
	return (double)options->alert_p99_ms;
}

static double
queue_age(const struct reading *r)
{
	return r->queue_age_s;
}

static double
queue_age_limit(const struct options *options)
{
	return options->alert_queue_age_s;
}

static double
disk_free(const struct reading *r)
{
	return r->disk_free;
}

static double
disk_free_limit(const struct options *options)
{
	return (double)options->alert_disk_free / MIB;
}

static double
stalls(const struct reading *r)
{
	return r->stalls;
}

static double
stalls_limit(const struct options *options)
{
	return options->alert_stalled ? 0.5 : 0;
}

static double
regression(const struct reading *r)
{
	return r->baseline_p99 > 0 ? (r->measures[MEASURE_request_p99] / r->baseline_p99 - 1) * 100 : 0;
}

static double
regression_limit(const struct options *options)
{
	return options->alert_regression_percent;
}

/* A limit of 0 switches the rule off. */
static const struct rule {
	const char *name, *unit;
	double    (*value)(const struct reading *r);
	double    (*limit)(const struct options *options);
	bool        is_floor;              /* holds below the limit, not above */
	bool        is_event;              /* is raised at once */
} rules[] = {
	{ "error_rate", "%", error_rate, error_rate_limit, false, false },
	{ "request_p99", "ms", slowness, slowness_limit, false, false },
	{ "queue_age", "s", queue_age, queue_age_limit, false, false },
	{ "disk_free", "MiB", disk_free, disk_free_limit, true, false },
	{ "stalled_process", "processes", stalls, stalls_limit, false, true },
	{ "regression", "%", regression, regression_limit, false, false },
};
enum { RULES = sizeof rules / sizeof rules[0] };

struct alert {
	double  value;
	bool    is_raised, is_told;        /* is_told: what the webhook knows */
	int64_t changed_ms;                /* when is_raised did */
	int64_t other_ms;                  /* since when the rule says otherwise; 0: it does not */
};

struct alerts {
	const struct keeper  *keeper;
	struct counters      *counters;
	struct alert_webhook *webhook;     /* NULL: none is configured */
	double                baseline_p99;
	uint64_t              stalled;     /* processes, at the last look */
	int64_t               stalled_ms;  /* when the last one was seen; 0: never */
	struct alert          alerts[RULES];
};

/* --- what is there ------------------------------------------------------------------------- */

/* From what "show stats" said at some time. */
static double
read_baseline(const char *path)
{
	FILE *in = path[0] != '\0' ? fopen(path, "re") : NULL;
	char line[LINE_SIZE];
	double p99 = 0;

	if (in == NULL) {
		if (path[0] != '\0')
			log_errno("%s: there is no baseline to compare with", path);
		return 0;
	}
	while (p99 == 0 && fgets(line, sizeof line, in) != NULL)
		if (sscanf(line, "request_p99 %lf", &p99) != 1)
			p99 = 0;
	fclose(in);
	if (p99 <= 0)
		log_error("%s: has no request_p99; write it with aiexpensectl show stats, in a busy minute", path);
	return p99;
}

static double
counter_now(const struct stats_view *view, const char *name)
{
	return (double)counter_read(counter_find(name), view->slots, view->count);
}

static void
read_all(struct alerts *alerts, int64_t now_ms, struct reading *r)
{
	struct stats_view view = keeper_stats_view(alerts->keeper);
	uint64_t stalled = (uint64_t)counter_now(&view, "children_killed_stalled");

	measures_read(view.history, view.slots, view.count, view.now_ms, view.uptime_ms, r->measures);
	r->queue_age_s = counter_now(&view, "queue_oldest_ms") / 1000;
	r->disk_free = (double)alerts->counters->store_disk_free_bytes / MIB;
	r->baseline_p99 = alerts->baseline_p99;
	if (stalled > alerts->stalled)
		alerts->stalled_ms = now_ms;
	alerts->stalled = stalled;
	r->stalls = alerts->stalled_ms != 0 && now_ms - alerts->stalled_ms < STALL_SHOWN_MS;
}

/* --- raising and clearing -------------------------------------------------------------------- */

static bool
does_hold(const struct rule *rule, double value, double limit)
{
	return limit > 0 && (rule->is_floor ? value < limit : value > limit);
}

static void
change(struct alerts *alerts, const struct rule *rule, struct alert *alert, int64_t now_ms, double limit)
{
	alert->is_raised = !alert->is_raised;
	alert->changed_ms = now_ms;
	alert->other_ms = 0;
	if (alert->is_raised) {
		counter_add(&alerts->counters->alerts_raised, 1);
		log_error("alert %s: raised at %.6g %s, the limit is %.6g", rule->name, alert->value, rule->unit, limit);
	} else {
		log_info("alert %s: cleared at %.6g %s", rule->name, alert->value, rule->unit);
	}
}

static void
look(struct alerts *alerts, const struct rule *rule, struct alert *alert, const struct reading *r, int64_t now_ms)
{
	const struct options *options = alerts->keeper->in->options;
	double limit = rule->limit(options);
	int64_t hold_ms = (int64_t)options->alert_hold_s * 1000;

	alert->value = rule->value(r);
	if (does_hold(rule, alert->value, limit) == alert->is_raised) {
		alert->other_ms = 0;
	} else {
		if (alert->other_ms == 0)
			alert->other_ms = now_ms;
		if (now_ms - alert->other_ms >= hold_ms || (rule->is_event && !alert->is_raised))
			change(alerts, rule, alert, now_ms, limit);
	}
	if (alerts->webhook != NULL && alert->is_told != alert->is_raised && alert_webhook_is_free(alerts->webhook, now_ms))
		alert_webhook_tell(alerts->webhook, rule->name, alert->is_raised, alert->value, limit, &alert->is_told);
}

void
alerts_look(struct alerts *alerts, int64_t now_ms)
{
	struct reading r;
	uint64_t active = 0;

	read_all(alerts, now_ms, &r);
	for (size_t i = 0; i < RULES; i++) {
		look(alerts, &rules[i], &alerts->alerts[i], &r, now_ms);
		active += alerts->alerts[i].is_raised;
	}
	counter_set(&alerts->counters->alerts_active, active);
}

void
alerts_show(const struct alerts *alerts, int64_t now_ms, struct buf *out)
{
	buf_printf(out, "%-16s %-7s %14s %14s %-9s %8s\n", "alert", "state", "value", "limit", "unit", "since_s");
	for (size_t i = 0; i < RULES; i++) {
		const struct alert *alert = &alerts->alerts[i];
		double limit = rules[i].limit(alerts->keeper->in->options);
		const char *state = limit <= 0 ? "off" : alert->is_raised ? "raised" : "clear";

		buf_printf(out, "%-16s %-7s %14.6g %14.6g %-9s %8lld\n", rules[i].name, state, alert->value, limit, rules[i].unit,
		    (long long)(now_ms - alert->changed_ms) / 1000);
	}
}

struct alerts *
alerts_open(const struct keeper *keeper)
{
	const struct options *options = keeper->in->options;
	struct alerts *alerts = calloc(1, sizeof *alerts);
	struct stats_view view = keeper_stats_view(keeper);

	if (alerts == NULL)
		return NULL;
	*alerts = (struct alerts){ .keeper = keeper, .counters = &keeper->in->slot->counters,
		.baseline_p99 = read_baseline(options->alert_baseline_file),
		.stalled = (uint64_t)counter_now(&view, "children_killed_stalled") };
	for (size_t i = 0; i < RULES; i++)
		alerts->alerts[i].changed_ms = clock_mono_ms();
	if (options->alert_webhook[0] != '\0')
		alerts->webhook = alert_webhook_open(keeper->loop.base, options, alerts->counters);
	return alerts;
}

void
alerts_close(struct alerts *alerts)
{
	if (alerts->webhook != NULL)
		alert_webhook_close(alerts->webhook);
	free(alerts);
}
