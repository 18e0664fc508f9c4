/* SPDX-License-Identifier: MIT */
/* See alerts.h. */
#include "config.h"

#include "alerts.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alert_webhook.h"
#include "clock.h"
#include "crypto/siphash.h"
#include "keeper.h"
#include "log.h"
#include "ops/measures.h"
#include "ops/stats_format.h"

enum {
	STALL_SHOWN_MS = 60000,
	OWNER_GONE_MS = 3000,              /* who has not looked for so long is dead, or as good as that */
	WINDOW_MS = 60000, SCAN_MS = 10000,
	LINE_SIZE = 256,
	MIB = 1 << 20
};

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
	int         known_ms;              /* a keeper knows the whole figure when it runs for so long: nothing is cleared before */
} rules[] = {
	{ "error_rate", "%", error_rate, error_rate_limit, false, false, WINDOW_MS },
	{ "request_p99", "ms", slowness, slowness_limit, false, false, WINDOW_MS },
	{ "queue_age", "s", queue_age, queue_age_limit, false, false, SCAN_MS },
	{ "disk_free", "MiB", disk_free, disk_free_limit, true, false, 0 },
	{ "stalled_process", "processes", stalls, stalls_limit, false, true, 0 },
	{ "regression", "%", regression, regression_limit, false, false, WINDOW_MS },
};
enum { RULES = sizeof rules / sizeof rules[0] };
static_assert((int)RULES <= (int)ALERT_RECORDS, "each rule has its record");

struct alerts {
	const struct keeper  *keeper;
	struct counters      *counters;
	struct alert_memory  *memory;
	struct alert_webhook *webhook;     /* NULL: none is configured */
	double                baseline_p99;
	int64_t               began_ms;    /* the first look; 0: there was none */
	double                values[RULES];
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
	if (stalled > alerts->memory->stalled) {
		alerts->memory->stalled_ms = now_ms;
		alerts->memory->stalled = stalled;
	}
	r->stalls = alerts->memory->stalled_ms != 0 && now_ms - alerts->memory->stalled_ms < STALL_SHOWN_MS;
}

/* Of the keepers of two masters, as in an upgrade, one changes what both know. */
static bool
is_owner(struct alert_memory *memory, int64_t now_ms)
{
	if (memory->owner != 0 && memory->owner != getpid() && now_ms - memory->looked_ms < OWNER_GONE_MS)
		return false;
	memory->owner = getpid();
	memory->looked_ms = now_ms;
	return true;
}

/* --- raising and clearing -------------------------------------------------------------------- */

static bool
does_hold(const struct rule *rule, double value, double limit)
{
	return limit > 0 && (rule->is_floor ? value < limit : value > limit);
}

static void
change(struct alerts *alerts, size_t i, int64_t now_ms, double limit)
{
	struct alert_record *alert = &alerts->memory->records[i];

	alert->is_raised = !alert->is_raised;
	alert->changed_ms = now_ms;
	alert->other_ms = 0;
	if (alert->is_raised) {
		counter_add(&alerts->counters->alerts_raised, 1);
		log_error("alert %s: raised at %.6g %s, the limit is %.6g", rules[i].name, alerts->values[i], rules[i].unit, limit);
	} else {
		log_info("alert %s: cleared at %.6g %s", rules[i].name, alerts->values[i], rules[i].unit);
	}
}

static void
look(struct alerts *alerts, size_t i, int64_t now_ms)
{
	const struct rule *rule = &rules[i];
	const struct options *options = alerts->keeper->in->options;
	struct alert_record *alert = &alerts->memory->records[i];
	double limit = rule->limit(options);
	int64_t hold_ms = (int64_t)options->alert_hold_s * 1000;
	bool is_known = limit <= 0 || now_ms - alerts->began_ms >= rule->known_ms;

	if (does_hold(rule, alerts->values[i], limit) == alert->is_raised || (alert->is_raised && !is_known)) {
		alert->other_ms = 0;
	} else {
		if (alert->other_ms == 0)
			alert->other_ms = now_ms;
		if (now_ms - alert->other_ms >= hold_ms || (rule->is_event && !alert->is_raised))
			change(alerts, i, now_ms, limit);
	}
	if (alerts->webhook != NULL && alert->is_told != alert->is_raised && alert_webhook_is_free(alerts->webhook, now_ms))
		alert_webhook_tell(alerts->webhook, rule->name, alert->is_raised, alerts->values[i], limit, &alert->is_told);
}

void
alerts_look(struct alerts *alerts, int64_t now_ms)
{
	struct reading r;
	uint64_t active = 0;
	bool is_mine = is_owner(alerts->memory, now_ms);

	if (alerts->began_ms == 0)
		alerts->began_ms = now_ms;
	read_all(alerts, now_ms, &r);
	for (size_t i = 0; i < RULES; i++) {
		alerts->values[i] = rules[i].value(&r);
		if (is_mine)
			look(alerts, i, now_ms);
		active += alerts->memory->records[i].is_raised;
	}
	counter_set(&alerts->counters->alerts_active, active);
}

void
alerts_show(const struct alerts *alerts, int64_t now_ms, struct buf *out)
{
	buf_printf(out, "%-16s %-7s %14s %14s %-9s %8s\n", "alert", "state", "value", "limit", "unit", "since_s");
	for (size_t i = 0; i < RULES; i++) {
		const struct alert_record *alert = &alerts->memory->records[i];
		int64_t since_ms = alert->changed_ms != 0 ? alert->changed_ms : alerts->keeper->in->segment->started_ms;
		double limit = rules[i].limit(alerts->keeper->in->options);
		const char *state = limit <= 0 ? "off" : alert->is_raised ? "raised" : "clear";

		buf_printf(out, "%-16s %-7s %14.6g %14.6g %-9s %8lld\n", rules[i].name, state, alerts->values[i], limit, rules[i].unit,
		    (long long)(now_ms - since_ms) / 1000);
	}
}

/* Another webhook than the keeper before had: it has been told nothing. */
static void
forget_what_another_was_told(struct alert_memory *memory, const char *url)
{
	static const uint8_t no_secret[16];
	uint64_t hash = siphash(no_secret, url, strlen(url));

	if (memory->webhook == hash)
		return;
	for (size_t i = 0; i < ALERT_RECORDS; i++)
		memory->records[i].is_told = false;
	memory->webhook = hash;
}

struct alerts *
alerts_open(const struct keeper *keeper)
{
	const struct options *options = keeper->in->options;
	struct alerts *alerts = calloc(1, sizeof *alerts);

	if (alerts == NULL)
		return NULL;
	*alerts = (struct alerts){ .keeper = keeper, .counters = &keeper->in->slot->counters, .memory = &keeper->in->segment->alerts,
		.baseline_p99 = read_baseline(options->alert_baseline_file) };
	forget_what_another_was_told(alerts->memory, options->alert_webhook);
	if (options->alert_webhook[0] != '\0')
		alerts->webhook = alert_webhook_open(keeper->loop.base, options, alerts->counters);
	return alerts;
}

void
alerts_close(struct alerts *alerts)
{
	if (alerts->webhook != NULL)
		alert_webhook_close(alerts->webhook);
	if (alerts->memory->owner == getpid())
		alerts->memory->owner = 0;
	free(alerts);
}
