/* SPDX-License-Identifier: MIT */
/* See keeper.h. */
#include "config.h"

#include "keeper.h"

#include <event2/event.h>
#include <stdlib.h>
#include <sys/statvfs.h>

#include "ai/ai_shared.h"
#include "ai/interaction_log.h"
#include "ai_budget.h"
#include "alerts.h"
#include "backup/schedule.h"
#include "clock.h"
#include "ops/ctl_server.h"
#include "delivery/delivery.h"
#include "category_moves.h"
#include "deletion.h"
#include "keywords/keyword_refresh.h"
#include "latest_id.h"
#include "log.h"
#include "ops/measures.h"
#include "ops/metrics_server.h"
#include "redis/shared.h"
#include "redrive.h"
#include "retention.h"
#include "store_upkeep.h"

#define DISK_LOW_BYTES (UINT64_C(256) << 20)

enum { WAKE_MS = 20 };

static void
check_disk(struct keeper *keeper)
{
	const char *path = keeper->in->options->store_path;
	struct statvfs fs;
	uint64_t free_bytes;

	if (statvfs(path, &fs) == -1)
		return;
	free_bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	counter_set(&keeper->in->slot->counters.store_disk_free_bytes, free_bytes);
	if (free_bytes < DISK_LOW_BYTES && !keeper->is_disk_low)
		log_warn("only %llu MiB are free for the store %s", (unsigned long long)(free_bytes >> 20), path);
	keeper->is_disk_low = free_bytes < DISK_LOW_BYTES;
}

static void
measure_store(struct keeper *keeper)
{
	struct counters *counters = &keeper->in->slot->counters;
	struct store *store = keeper->messages.store;
	struct store_usage sum = { 0 }, usage;

	for (unsigned shard = 0; shard <= store_shard_count(store); shard++) {
		store_get_usage(store, shard, &usage);
		sum.readers += usage.readers;
		sum.reader_slots += usage.reader_slots;
		sum.pages += usage.pages;
		sum.pages_free += usage.pages_free;
		sum.pages_max += usage.pages_max;
		sum.messages += usage.messages;
		sum.replies += usage.replies;
		sum.jobs += usage.jobs;
		sum.dead_letters += usage.dead_letters;
	}
	counter_set(&counters->store_readers, sum.readers);
	counter_set(&counters->store_reader_slots, sum.reader_slots);
	counter_set(&counters->store_pages, sum.pages);
	counter_set(&counters->store_pages_free, sum.pages_free);
	counter_set(&counters->store_pages_max, sum.pages_max);
	counter_set(&counters->queue_messages, sum.messages);
	counter_set(&counters->queue_replies, sum.replies);
	counter_set(&counters->queue_jobs, sum.jobs);
	counter_set(&counters->queue_dead_letters, sum.dead_letters);
}

static void
take_history(struct keeper *keeper)
{
	const struct counter_segment *segment = keeper->in->segment;

	history_take(keeper->history, segment->slots, atomic_load(&segment->used), clock_mono_ms());
}

static void
clear_dead_readers(struct keeper *keeper)
{
	counter_add(&keeper->in->slot->counters.readers_cleared, store_clear_dead_readers(keeper->messages.store));
}

static void
look_for_messages(struct keeper *keeper)
{
	redrive_look(keeper->redrive);
}

static void
look_for_deletions(struct keeper *keeper)
{
	deletions_look(keeper->deletions);
}

static void
look_for_category_moves(struct keeper *keeper)
{
	category_moves_look(keeper->category_moves);
}

static void
remove_expired(struct keeper *keeper)
{
	retention_look(keeper->retention, clock_wall_ms(), clock_mono_ms());
}

static void
refresh_keywords(struct keeper *keeper)
{
	keyword_refresh_look(keeper->keywords, clock_wall_ms(), clock_mono_ms());
}

static void
remove_interactions(struct keeper *keeper)
{
	interaction_log_expire(keeper->in->options, clock_wall_ms());
}

static void
look_for_backups(struct keeper *keeper)
{
	schedule_look(keeper->backups, clock_wall_ms());
}

static void
look_for_alerts(struct keeper *keeper)
{
	alerts_look(keeper->alerts, clock_mono_ms());
}

static void
keep_latest_id(struct keeper *keeper)
{
	latest_id_keep(keeper->in->latest_id_fd, &keeper->latest_id_kept_ms);
}

/* What is done by the clock, first at the start. */
static const struct clock_job {
	const char *name;
	int         interval_ms;
	void      (*run)(struct keeper *keeper);
} jobs[] = {
	{ "check-disk", 1000, check_disk },
	{ "measure-store", 5000, measure_store },
	{ "take-history", HISTORY_INTERVAL_MS, take_history },
	{ "alerts", 1000, look_for_alerts },
	{ "latest-id", 1000, keep_latest_id },
	{ "clear-readers", 1000, clear_dead_readers },       /* till then the store grows by all that is written */
	{ "redrive", 2000, look_for_messages },
	{ "delete-users", 500, look_for_deletions },
	{ "retention", 500, remove_expired },
	{ "keywords", 500, refresh_keywords },
	{ "interactions", 60000, remove_interactions },
	{ "backup", 1000, look_for_backups },
	{ "move-expenses", 2000, look_for_category_moves },
};
enum { JOBS = sizeof jobs / sizeof jobs[0] };

struct job_timer {
	struct keeper          *keeper;
	const struct clock_job *job;
	struct event           *timer;
	bool                    is_running;    /* it waits for the store */
};

static void
run_job(void *arg)
{
	struct job_timer *timer = arg;

	timer->job->run(timer->keeper);
	timer->is_running = false;
}

static void
on_job(evutil_socket_t fd, short what, void *arg)
{
	struct job_timer *timer = arg;

	(void)fd, (void)what;
	if (timer->is_running)
		return;
	timer->is_running = true;
	store_enter(timer->keeper->messages.store, run_job, timer);
}

static bool
start_jobs(struct keeper *keeper)
{
	keeper->timers = calloc(JOBS, sizeof *keeper->timers);
	if (keeper->timers == NULL)
		return false;
	for (size_t i = 0; i < JOBS; i++) {
		struct job_timer *timer = &keeper->timers[i];
		struct timeval interval = { .tv_sec = jobs[i].interval_ms / 1000,
			.tv_usec = jobs[i].interval_ms % 1000 * 1000 };

		timer->keeper = keeper;
		timer->job = &jobs[i];
		timer->timer = event_new(keeper->loop.base, -1, EV_PERSIST, on_job, timer);
		if (timer->timer == NULL || event_add(timer->timer, &interval) == -1)
			return false;
		on_job(-1, 0, timer);
	}
	return true;
}

static void
stop_jobs(struct keeper *keeper)
{
	for (size_t i = 0; keeper->timers != NULL && i < JOBS; i++)
		if (keeper->timers[i].timer != NULL)
			event_free(keeper->timers[i].timer);
}

/* --- when other instances call -------------------------------------------------------------------- */

static void on_wake(void *arg);

/* When a look waits for the store, what it has seen may be older than the call. */
static void
on_wake_over(evutil_socket_t fd, short what, void *arg)
{
	struct keeper *keeper = arg;
	struct job_timer *timer = keeper->timers;

	while (timer->job->run != look_for_messages)
		timer++;
	if (timer->is_running)
		on_wake(keeper);
	else
		on_job(fd, what, timer);
}

/* Many calls within a moment are one look. */
static void
on_wake(void *arg)
{
	static const struct timeval moment = { .tv_usec = WAKE_MS * 1000 };
	struct keeper *keeper = arg;

	if (!evtimer_pending(keeper->wake, NULL))
		evtimer_add(keeper->wake, &moment);
}

static bool
listen_to_instances(struct keeper *keeper)
{
	keeper->wake = evtimer_new(keeper->loop.base, on_wake_over, keeper);
	if (keeper->wake == NULL)
		return false;
	shared_listen(keeper->messages.shared, on_wake, keeper);
	return true;
}

/* -------------------------------------------------------------------------------------------------- */

static void
resume_budget(void *arg)
{
	const struct keeper *keeper = arg;

	ai_budget_resume(keeper->in->ai, keeper->in->options, keeper->messages.store);
}

static bool
open_services(struct keeper *keeper)
{
	struct message_service *messages = &keeper->messages;
	const struct inherited *in = keeper->in;
	uint32_t crash_mark = 1 + (uint32_t)atomic_load(&in->slot->crashes);

	messages->options = in->options;
	messages->counters = &in->slot->counters;
	messages->store = store_open(in->options, keeper->loop.base, messages->counters);
	messages->shared = shared_open(keeper->loop.base, in->options, messages->counters);
	keeper->history = history_new();
	if (messages->store == NULL || !message_open_pool(messages, keeper->loop.base, in->segment) || keeper->history == NULL)
		return false;
	store_enter(messages->store, resume_budget, keeper);
	store_read_ahead(messages->store);
	keeper->delivery = delivery_open(messages);
	if (keeper->delivery != NULL)
		keeper->inbox = inbox_open(messages, keeper->delivery, crash_mark);
	if (keeper->inbox == NULL)
		return false;
	keeper->jobs = jobs_open(messages, crash_mark);
	if (keeper->jobs == NULL)
		return false;
	keeper->redrive = redrive_open(messages, keeper->inbox, keeper->delivery, keeper->jobs, crash_mark);
	keeper->deletions = deletions_open(keeper->loop.base, messages->store, in->options, messages->counters);
	keeper->retention = retention_open(messages->store, in->options, messages->counters);
	keeper->keywords = keyword_refresh_open(messages->store, messages->shared, in->options, in->ai->keywords, messages->counters);
	keeper->category_moves = category_moves_open(messages->store);
	keeper->backups = schedule_open(keeper->loop.base, in->options, messages->counters);
	keeper->alerts = alerts_open(keeper);
	return keeper->redrive != NULL && keeper->alerts != NULL && keeper->deletions != NULL && keeper->retention != NULL &&
	    keeper->keywords != NULL && keeper->category_moves != NULL && keeper->backups != NULL;
}

/* The pool first: the messages it gives up end in the store.  Whoever waits for the store comes to an end before anything else goes. */
static void
close_store(struct keeper *keeper)
{
	if (keeper->messages.pool != NULL)
		ai_pool_close(keeper->messages.pool);
	if (keeper->messages.store != NULL)
		store_close(keeper->messages.store);
}

static void
close_services(struct keeper *keeper)
{
	if (keeper->redrive != NULL)
		redrive_close(keeper->redrive);
	if (keeper->jobs != NULL)
		jobs_close(keeper->jobs);
	if (keeper->inbox != NULL)
		inbox_close(keeper->inbox);
	if (keeper->delivery != NULL)
		delivery_close(keeper->delivery);
	if (keeper->deletions != NULL)
		deletions_close(keeper->deletions);
	if (keeper->retention != NULL)
		retention_close(keeper->retention);
	if (keeper->category_moves != NULL)
		category_moves_close(keeper->category_moves);
	if (keeper->alerts != NULL)
		alerts_close(keeper->alerts);
	if (keeper->backups != NULL)
		schedule_close(keeper->backups);
	shared_close(keeper->messages.shared);
	if (keeper->keywords != NULL)
		keyword_refresh_close(keeper->keywords);
	if (keeper->wake != NULL)
		event_free(keeper->wake);
	free(keeper->timers);
}

static int
serve(struct keeper *keeper)
{
	if (!open_services(keeper))
		return CHILD_EXIT_ASSERT;
	keeper->stats = ctl_server_new(keeper, keeper->in->stats_listener, false);
	keeper->control = ctl_server_new(keeper, keeper->in->control_listener, true);
	if (keeper->stats == NULL || keeper->control == NULL || !start_jobs(keeper) || !listen_to_instances(keeper))
		return CHILD_EXIT_ASSERT;
	keeper->metrics = metrics_server_new(keeper);
	child_loop_ready(&keeper->loop);
	return child_loop_run(&keeper->loop);
}

static void
on_drained(void *arg)
{
	struct keeper *keeper = arg;

	if (--keeper->draining == 0)
		child_loop_end(&keeper->loop, CHILD_EXIT_OK);
}

/* Who has been let in is answered: a command that was not read would be a reset connection. */
static void
on_stop(enum child_stop how, void *arg)
{
	struct keeper *keeper = arg;

	if (how == STOP_FAST) {
		child_loop_end(&keeper->loop, CHILD_EXIT_OK);
	} else if (keeper->draining == 0) {
		keeper->draining = 2;
		ctl_server_drain(keeper->stats, on_drained, keeper);
		ctl_server_drain(keeper->control, on_drained, keeper);
	}
}

int
keeper_run(const struct inherited *in, unsigned index)
{
	struct keeper keeper = { .in = in };
	int code;

	(void)index;
	if (!child_loop_init(&keeper.loop, in, on_stop, &keeper))
		return CHILD_EXIT_ASSERT;
	code = serve(&keeper);
	stop_jobs(&keeper);
	close_store(&keeper);
	metrics_server_free(keeper.metrics);
	ctl_server_free(keeper.stats);
	ctl_server_free(keeper.control);
	close_services(&keeper);
	history_free(keeper.history);
	child_loop_fini(&keeper.loop);
	return code;
}
