/* SPDX-License-Identifier: MIT */
/*
 * See store_pg.h.  Commands wait in a queue for each shard; one fiber a shard
 * takes all that wait into one transaction, as a writer process does in LMDB.
 * A transaction that another one was in the way of, or whose connection was lost,
 * is tried again: ids make a command that was committed after all harmless.
 *
 * Whoever is told what became of a command may read the store, so that each is
 * told in a fiber of his own, and the queue goes on meanwhile.
 */
#include "config.h"

#include "store_pg.h"

#include <event2/event.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <time.h>

#include "clock.h"
#include "counters.h"
#include "fiber.h"
#include "kv_pg.h"
#include "ledger/metrics.h"
#include "log.h"
#include "options.h"
#include "store/engine.h"

enum {
	GIVE_UP_MS = 5000,
	PAUSE_FIRST_MS = 10,
	PAUSE_MAX_MS = 500,
	DRAIN_MS = 5000
};

/* What the answers of one transaction point to, until everybody is told. */
struct answers {
	struct arena arena;
	unsigned     untold;
};

/* A command that waits, and what became of it. */
struct job {
	STAILQ_ENTRY(job) entry;
	struct asker      asker;
	int64_t           give_up_ms;
	unsigned          kind;
	enum status       st;
	struct write_answer answer;
	struct answers   *answers;     /* NULL while it waits */
	size_t            len;
	char              body[];
};
STAILQ_HEAD(jobs, job);

struct queue {
	struct store_pg *store;
	unsigned         shard;
	struct jobs      jobs;
	bool             is_running;
	struct answers  *answers;      /* of the transaction at hand */
	struct buf       scratch;
	struct metrics_pending metrics;
};

struct store_pg {
	struct store       head;
	struct pg_pool    *pool;
	struct event_base *base;
	struct counters   *counters;
	unsigned           max, batch_max, waiting;
	bool               is_closing;
	struct queue       queues[];   /* the shards', and the index' behind them */
};

static struct store_pg *
pg_of(struct store *store)
{
	return (struct store_pg *)store;
}

/* --- pausing --------------------------------------------------------------------------- */

struct pause {
	struct event *timer;
	struct fiber *fiber;
};

static void
on_pause_over(evutil_socket_t fd, short what, void *arg)
{
	struct pause *pause = arg;

	(void)fd, (void)what;
	fiber_resume(pause->fiber);
}

static void
pause_for(struct event_base *base, int ms)
{
	struct timeval delay = { ms / 1000, (ms % 1000) * 1000 };
	struct pause pause = { .fiber = fiber_self() };

	if (pause.fiber != NULL && base != NULL)
		pause.timer = evtimer_new(base, on_pause_over, &pause);
	if (pause.timer == NULL) {
		nanosleep(&(struct timespec){ ms / 1000, (ms % 1000) * 1000000L }, NULL);
		return;
	}
	evtimer_add(pause.timer, &delay);
	fiber_suspend();
	event_free(pause.timer);
}

/* --- carrying commands out ----------------------------------------------------------------- */

static void
execute(struct queue *q, struct job *job, struct kv *kv)
{
	struct command command;

	job->st = ST_FAILED;
	if (command_unpack((struct slice){ job->body, job->len }, job->kind, &q->answers->arena, &command))
		job->st = command_run(&command, kv, &q->answers->arena, &q->scratch, &q->metrics, &job->answer);
}

/* All of the jobs in one transaction. */
static enum status
commit_jobs(struct queue *q, struct jobs *jobs)
{
	enum status st;
	struct kv *kv = pg_write_begin(q->store->pool, q->shard, &st);
	int64_t start_ns = clock_mono_ns();
	struct job *job;

	if (kv == NULL)
		return st;
	q->metrics.count = 0;
	arena_recycle(&q->answers->arena, 1 << 20);
	STAILQ_FOREACH(job, jobs, entry)
		if (kv->st == ST_OK)
			execute(q, job, kv);
	metrics_flush(&q->metrics, kv, &q->scratch);
	st = pg_write_commit(kv);
	if (st == ST_OK)
		counter_add(&q->store->counters->store_commits, 1);
	counter_add(&q->store->counters->store_commit_ns_total, (uint64_t)(clock_mono_ns() - start_ns));
	return st;
}

/* Until it is done, or another try would be of no use. */
static enum status
commit_with_patience(struct queue *q, struct jobs *jobs)
{
	int pause_ms = PAUSE_FIRST_MS;
	enum status st;

	while ((st = commit_jobs(q, jobs)) == ST_UNAVAILABLE) {
		if (q->store->is_closing || clock_mono_ms() >= STAILQ_FIRST(jobs)->give_up_ms)
			break;
		counter_add(&q->store->counters->store_reruns, 1);
		pause_for(q->store->base, pause_ms);
		pause_ms = pause_ms < PAUSE_MAX_MS ? 2 * pause_ms : PAUSE_MAX_MS;
	}
	return st;
}

static void
leave(struct answers *answers)
{
	if (answers == NULL || --answers->untold > 0)
		return;
	arena_fini(&answers->arena);
	free(answers);
}

static void
tell(void *arg)
{
	struct job *job = arg;

	asker_tell(&job->asker, job->st, &job->answer);
	leave(job->answers);
	free(job);
}

static void
finish(struct queue *q, struct jobs *jobs, enum status st)
{
	struct job *job;

	while ((job = STAILQ_FIRST(jobs)) != NULL) {
		STAILQ_REMOVE_HEAD(jobs, entry);
		if (st != ST_OK) {
			job->st = st;
			job->answer = (struct write_answer){ 0 };
		}
		q->store->waiting--;
		if (q->store->base == NULL || q->store->is_closing || !fiber_run(tell, job))
			tell(job);
	}
}

/* Carry them out with answers of their own; they are finished with what this returns. */
static enum status
attempt(struct queue *q, struct jobs *jobs)
{
	struct answers *answers = calloc(1, sizeof *answers);
	enum status st = ST_OVERLOADED;
	struct job *job;

	STAILQ_FOREACH(job, jobs, entry) {
		leave(job->answers);
		job->answers = answers;
		if (answers != NULL)
			answers->untold++;
	}
	q->answers = answers;
	if (answers != NULL)
		st = commit_with_patience(q, jobs);
	return st;
}

/* When they cannot be stored together, those that can be are stored all the same. */
static void
carry_out(struct queue *q, struct jobs *jobs)
{
	enum status st = attempt(q, jobs);
	struct jobs one = STAILQ_HEAD_INITIALIZER(one);
	struct job *job;

	if (st == ST_OK || st == ST_UNAVAILABLE || STAILQ_NEXT(STAILQ_FIRST(jobs), entry) == NULL) {
		finish(q, jobs, st);
		return;
	}
	while ((job = STAILQ_FIRST(jobs)) != NULL) {
		STAILQ_REMOVE_HEAD(jobs, entry);
		STAILQ_INSERT_TAIL(&one, job, entry);
		finish(q, &one, attempt(q, &one));
	}
}

static void
take_some(struct queue *q, struct jobs *jobs)
{
	STAILQ_INIT(jobs);
	for (unsigned n = 0; n < q->store->batch_max && !STAILQ_EMPTY(&q->jobs); n++) {
		struct job *job = STAILQ_FIRST(&q->jobs);

		STAILQ_REMOVE_HEAD(&q->jobs, entry);
		STAILQ_INSERT_TAIL(jobs, job, entry);
	}
}

static void
run_queue(void *arg)
{
	struct queue *q = arg;
	struct jobs jobs;

	q->is_running = true;
	while (!STAILQ_EMPTY(&q->jobs)) {
		take_some(q, &jobs);
		carry_out(q, &jobs);
	}
	q->is_running = false;
}

static struct job *
make_job(struct queue *q, const struct command *command, const struct asker *asker)
{
	struct buf body = BUF_INIT;
	struct job *job = NULL;

	command_pack(&body, command);
	if (!body.has_failed)
		job = calloc(1, sizeof *job + body.len);
	if (job != NULL) {
		job->asker = *asker;
		job->kind = command->kind;
		job->len = body.len;
		job->give_up_ms = clock_mono_ms() + GIVE_UP_MS;
		memcpy(job->body, body.data, body.len);
		STAILQ_INSERT_TAIL(&q->jobs, job, entry);
		q->store->waiting++;
	}
	buf_fini(&body);
	return job;
}

static void
submit(struct store *store, unsigned shard, const struct command *command, const struct asker *asker)
{
	struct store_pg *pg = pg_of(store);
	struct queue *q = &pg->queues[shard];

	if (pg->waiting >= pg->max) {
		counter_add(&pg->counters->store_refused, 1);
		asker_tell(asker, ST_OVERLOADED, NULL);
	} else if (make_job(q, command, asker) == NULL) {
		asker_tell(asker, ST_FAILED, NULL);
	} else if (!q->is_running && (pg->base == NULL || !fiber_run(run_queue, q))) {
		run_queue(q);
	}
}

/* --- reading ------------------------------------------------------------------------------- */

static struct kv *
read_begin(struct store *store, unsigned shard, enum status *st)
{
	return pg_read_begin(pg_of(store)->pool, shard, st);
}

static void
read_end(struct store *store, unsigned shard)
{
	pg_read_end(pg_of(store)->pool, shard);
}

static void
get_usage(struct store *store, unsigned shard, struct store_usage *usage)
{
	pg_get_usage(pg_of(store)->pool, shard, usage);
}

static unsigned
clear_dead_readers(struct store *store)
{
	(void)store;
	return 0;
}

/* --- the store ------------------------------------------------------------------------------ */

/* Those that are being carried out come to an end first: their fibers hold what would be freed. */
static void
drain(struct store_pg *pg)
{
	int64_t end_ms = clock_mono_ms() + DRAIN_MS;

	pg->is_closing = true;
	while (fiber_count() > 0 && pg->base != NULL && clock_mono_ms() < end_ms)
		event_base_loop(pg->base, EVLOOP_ONCE);
}

static void
close_store(struct store *store)
{
	struct store_pg *pg = pg_of(store);

	drain(pg);
	for (unsigned shard = 0; shard <= store->shard_count; shard++) {
		struct queue *q = &pg->queues[shard];

		finish(q, &q->jobs, ST_UNAVAILABLE);
		buf_fini(&q->scratch);
	}
	pg_pool_close(pg->pool);
	ledger_hash_free(store->hash);
	fiber_free_spare();
	free(pg);
}

static bool
enter(struct store *store, void (*fn)(void *arg), void *arg)
{
	(void)store;
	return fiber_run(fn, arg);
}

static const struct engine_ops ops = {
	.read_begin = read_begin,
	.read_end = read_end,
	.submit = submit,
	.enter = enter,
	.clear_dead_readers = clear_dead_readers,
	.get_usage = get_usage,
	.close = close_store,
};

struct store *
store_pg_open(const struct options *options, const struct meta *meta, struct event_base *base, struct counters *counters)
{
	unsigned shards = meta->shard_count;
	struct store_pg *pg = calloc(1, sizeof *pg + (shards + 1) * sizeof pg->queues[0]);

	if (pg == NULL)
		return NULL;
	pg->head = (struct store){ .ops = &ops, .hash = ledger_hash_new(meta->secret, shards), .shard_count = shards,
		.counters = counters };
	pg->base = base;
	pg->counters = counters;
	pg->max = options->store_queue_max;
	pg->batch_max = options->store_batch_max;
	pg->pool = pg_pool_open(base, options->store_url, options->store_connections, counters);
	for (unsigned shard = 0; shard <= shards; shard++) {
		pg->queues[shard].store = pg;
		pg->queues[shard].shard = shard;
		STAILQ_INIT(&pg->queues[shard].jobs);
	}
	if (pg->pool != NULL && pg->head.hash != NULL)
		return &pg->head;
	close_store(&pg->head);
	return NULL;
}
