/* SPDX-License-Identifier: MIT */
/* The commands that show one side of the daemon as a table for a person: latency, shards, queue, errors, clients. */
#include "config.h"

#include <string.h>

#include "commands.h"
#include "keeper/keeper.h"
#include "stats_format.h"
#include "store_upkeep.h"

static void
show_times(struct buf *out, const char *name, uint64_t count, const struct quantiles *q, uint64_t max)
{
	const uint64_t values[] = { q->p50, q->p90, q->p95, q->p99, q->p99_9, max };

	buf_printf(out, "%-18s %10llu", name, (unsigned long long)count);
	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		buf_printf(out, " %9.3f", (double)values[i] / 1e6);
	buf_append_char(out, '\n');
}

/* What never happened is left out. */
static void
show_latency(struct ctl_reply *reply, const char *args)
{
	struct stats_view view = keeper_stats_view(ctl_reply_keeper(reply));
	struct buf *out = ctl_reply_out(reply);
	struct distribution_totals totals;

	(void)args;
	buf_printf(out, "%-18s %10s %9s %9s %9s %9s %9s %9s\n", "milliseconds", "count", "p50", "p90", "p95", "p99", "p99.9", "max");
	for (size_t i = 0; i < OPERATIONS; i++) {
		struct operation_totals o = operation_read((enum operation)i, view.slots, view.count, view.uptime_ms);

		if (o.total_requests > 0)
			show_times(out, operation_rows[i].name, o.total_requests, &o.quantiles, o.max_duration_ns);
	}
	for (size_t i = 0; i < DISTRIBUTIONS; i++) {
		distribution_read((enum distribution)i, view.slots, view.count, &totals);
		if (distribution_rows[i].unit == DISTRIBUTION_NS && totals.count > 0)
			show_times(out, distribution_rows[i].name, totals.count, &totals.quantiles, totals.max);
	}
	ctl_reply_done(reply);
}

static void
show_shards(struct ctl_reply *reply, const char *args)
{
	struct store *store = ctl_reply_keeper(reply)->messages.store;
	struct buf *out = ctl_reply_out(reply);
	struct store_usage u;

	(void)args;
	buf_append_text(out, "shard readers slots      pages       free        max used_bytes\n");
	for (unsigned shard = 0; shard <= store_shard_count(store); shard++) {
		store_get_usage(store, shard, &u);
		if (shard < store_shard_count(store))
			buf_printf(out, "%-5u", shard);
		else
			buf_append_text(out, "index");
		buf_printf(out, " %7llu %5llu %10llu %10llu %10llu %llu\n", (unsigned long long)u.readers,
		    (unsigned long long)u.reader_slots, (unsigned long long)u.pages, (unsigned long long)u.pages_free,
		    (unsigned long long)u.pages_max, (unsigned long long)((u.pages - u.pages_free) * u.page_bytes));
	}
	ctl_reply_done(reply);
}

/* The rows of the counters whose names begin or end so: a new row of these names is shown by itself. */
static bool
is_named(const struct counter_row *row, const char *const *begins, const char *const *ends)
{
	for (; *begins != NULL; begins++)
		if (strncmp(row->name, *begins, strlen(*begins)) == 0)
			return true;
	for (; *ends != NULL; ends++)
		if (slice_ends_with(slice_of(row->name), *ends))
			return true;
	return false;
}

static void
show_named(struct ctl_reply *reply, const char *const *begins, const char *const *ends)
{
	struct stats_view view = keeper_stats_view(ctl_reply_keeper(reply));

	for (size_t i = 0; i < COUNTER_ROWS; i++)
		if (is_named(&counter_rows[i], begins, ends))
			buf_printf(ctl_reply_out(reply), "%-24s %12llu  %s\n", counter_rows[i].name,
			    (unsigned long long)counter_read(&counter_rows[i], view.slots, view.count), counter_rows[i].help);
	ctl_reply_done(reply);
}

static void
show_queue(struct ctl_reply *reply, const char *args)
{
	static const char *const begins[] = { "queue_", "inbox_", "outbox_", "delivery_", "dead_", NULL };
	static const char *const ends[] = { "_waiting", "_redispatched", NULL };

	(void)args;
	show_named(reply, begins, ends);
}

static void
show_errors(struct ctl_reply *reply, const char *args)
{
	static const char *const begins[] = { "limited_", "children_died", "children_killed", NULL };
	static const char *const ends[] = { "_4xx", "_5xx", "_bad_requests", "_overload", "_overloads", "_dropped", "_refused",
		"_reruns", "_full", "_timeouts", "_failed", "_errors", "_rejected", NULL };

	(void)args;
	show_named(reply, begins, ends);
}

static void
show_clients(struct ctl_reply *reply, const char *args)
{
	struct stats_view view = keeper_stats_view(ctl_reply_keeper(reply));
	struct buf *out = ctl_reply_out(reply);

	(void)args;
	buf_append_text(out, "index      pid connections in_flight  accepted  requests\n");
	for (size_t i = 0; i < view.count; i++) {
		const struct process_slot *slot = &view.slots[i];
		const struct counters *c = &slot->counters;

		if (!atomic_load(&slot->is_taken) || strcmp(role_name(atomic_load(&slot->role)), "http") != 0)
			continue;
		buf_printf(out, "%5u %8d %11llu %9llu %9llu %9llu\n", atomic_load(&slot->index), (int)atomic_load(&slot->pid),
		    (unsigned long long)atomic_load(&c->http_connections), (unsigned long long)atomic_load(&c->http_in_flight),
		    (unsigned long long)atomic_load(&c->http_accepted), (unsigned long long)atomic_load(&c->http_requests));
	}
	ctl_reply_done(reply);
}

const struct ctl_command show_commands[] = {
	{ "show latency", NULL, false, show_latency, "Quantiles of every operation and part of the work that happened." },
	{ "show shards", NULL, false, show_shards, "Every shard and the index: readers, pages used, free and possible." },
	{ "show queue", NULL, false, show_queue, "What waits to be done." },
	{ "show errors", NULL, false, show_errors, "Everything that counts what went wrong or was refused." },
	{ "show clients", NULL, false, show_clients, "Connections and requests of each HTTP process." },
	{ NULL, NULL, false, NULL, NULL }
};
