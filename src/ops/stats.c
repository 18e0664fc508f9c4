/* SPDX-License-Identifier: MIT */
/* The commands that only look: "show ...". */
#include "config.h"

#include "commands.h"

#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "keeper/keeper.h"
#include "stats_format.h"

struct stats_view
keeper_stats_view(const struct keeper *keeper)
{
	const struct counter_segment *segment = keeper->in->segment;
	int64_t now_ms = clock_mono_ms();

	return (struct stats_view){ .slots = segment->slots, .count = atomic_load(&segment->used),
		.uptime_ms = now_ms - segment->started_ms, .history = keeper->history, .now_ms = now_ms,
		.options = keeper->in->options };
}

static struct stats_view
view_of(struct ctl_reply *reply)
{
	return keeper_stats_view(ctl_reply_keeper(reply));
}

static void
show_stats(struct ctl_reply *reply, const char *args)
{
	struct stats_view view = view_of(reply);

	(void)args;
	stats_print_text(&view, ctl_reply_out(reply));
	ctl_reply_done(reply);
}

static void
show_stats_json(struct ctl_reply *reply, const char *args)
{
	struct stats_view view = view_of(reply);

	(void)args;
	stats_print_json(&view, ctl_reply_out(reply));
	ctl_reply_done(reply);
}

static void
show_stats_prometheus(struct ctl_reply *reply, const char *args)
{
	struct stats_view view = view_of(reply);

	(void)args;
	stats_print_prometheus(&view, ctl_reply_out(reply));
	ctl_reply_done(reply);
}

static void
show_info(struct ctl_reply *reply, const char *args)
{
	const struct inherited *in = ctl_reply_keeper(reply)->in;
	const struct counter_segment *segment = in->segment;
	time_t started = (time_t)(segment->started_wall_ms / 1000);
	struct buf *out = ctl_reply_out(reply);
	char text[32];
	struct tm tm;

	(void)args;
	gmtime_r(&started, &tm);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	buf_printf(out, "version %s\n", PACKAGE_VERSION);
	buf_printf(out, "pid %d\n", (int)getppid());
	buf_printf(out, "started_at %s\n", text);
	buf_printf(out, "uptime_seconds %lld\n", (long long)(clock_mono_ms() - segment->started_ms) / 1000);
	buf_printf(out, "store_path %s\n", in->options->store_path);
	for (size_t i = 0; i < in->options->http_listen.count; i++)
		buf_printf(out, "listen %s\n", in->options->http_listen.items[i]);
	ctl_reply_done(reply);
}

/* A place whose process is being replaced has "-" for the pid. */
static void
show_worker(struct buf *out, const struct process_slot *slot, int64_t now_ms)
{
	int pid = atomic_load(&slot->pid);

	buf_printf(out, "%-8s %5u ", role_name(atomic_load(&slot->role)), atomic_load(&slot->index));
	if (pid != 0)
		buf_printf(out, "%8d %14lld", pid, (long long)(now_ms - atomic_load(&slot->started_ms)) / 1000);
	else
		buf_printf(out, "%8s %14s", "-", "-");
	buf_printf(out, " %8u\n", atomic_load(&slot->restarts));
}

static void
show_workers(struct ctl_reply *reply, const char *args)
{
	struct stats_view view = view_of(reply);
	struct buf *out = ctl_reply_out(reply);

	(void)args;
	buf_append_text(out, "role     index      pid uptime_seconds restarts\n");
	for (size_t i = 0; i < view.count; i++)
		if (atomic_load(&view.slots[i].is_taken))
			show_worker(out, &view.slots[i], clock_mono_ms());
	ctl_reply_done(reply);
}

static void
reset(struct ctl_reply *reply, const char *args)
{
	struct counter_segment *segment = ctl_reply_keeper(reply)->in->segment;

	(void)args;
	counters_reset_extremes(segment->slots, atomic_load(&segment->used));
	buf_append_text(ctl_reply_out(reply), "peaks, minima and maxima begin anew; totals go on\n");
	ctl_reply_done(reply);
}

const struct ctl_command stats_commands[] = {
	{ "show stats", NULL, false, show_stats, "Every counter and operation, one to a line." },
	{ "show stats json", NULL, false, show_stats_json, "The same as one JSON object." },
	{ "show stats prometheus", NULL, false, show_stats_prometheus, "The same in the OpenMetrics format." },
	{ "show info", NULL, false, show_info, "Version, start time and places of the daemon." },
	{ "show workers", NULL, false, show_workers, "Every process: role, index, pid, uptime, restarts." },
	{ "reset", NULL, true, reset, "Forget peaks, minima and maxima; totals go on, since they never go back." },
	{ NULL, NULL, false, NULL, NULL }
};
