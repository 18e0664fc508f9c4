/* SPDX-License-Identifier: MIT */
/*
 * See redrive.h.  Each look goes on through the shards where the one before
 * stopped, so that much work of one kind hides nothing.  Times in the store are
 * of the wall clock: what lies further ahead than anything is ever put off was
 * put off by a clock that has been set back, and is brought forward.  A message that may
 * have crashed a keeper is worked on alone: a further crash then blames no other.
 */
#include "config.h"

#include "redrive.h"

#include <stdlib.h>

#include "clock.h"
#include "counters.h"
#include "delivery/delivery.h"
#include "log.h"

enum {
	LOOKS = 200,             /* ledgers of one shard, at a time */
	JOBS_AT_A_LOOK = 32,     /* that are given to whoever does them; he takes what he has room for */
	UNDER_WAY_MAX = 200,
	SET_BACK_MS = 10000,     /* clocks of instances may be that much apart, as in uuid.c */
	KEEP = 65536,            /* bytes of memory, between two looks */
	DAY_MS = 86400000
};

/* Where a walk stands in each shard. */
struct walk {
	struct buf *from;
	int64_t     oldest_ms, oldest_of_pass_ms;    /* when the oldest came that is waiting; 0: none */
};

struct redrive {
	const struct message_service *service;
	struct inbox                 *inbox;
	struct delivery              *delivery;
	struct jobs                  *jobs;
	uint32_t                      crash_mark;
	int64_t                       now_ms;        /* of the look */
	unsigned                      shard, shard_count;   /* being looked at; of the store */
	struct arena                  arena;         /* of what is found: */
	size_t                        message_count, reply_count, job_count, letter_count, forward_count;
	struct inbox_entry            found_messages[LOOKS];
	struct queued_job             found_jobs[JOBS_AT_A_LOOK];
	struct ledger                 found_replies[LOOKS];
	struct dead_letter_action     found_letters[LOOKS];
	struct ledger                 letter_ledgers[LOOKS];
	struct bringing_forward       found_forward[LOOKS];   /* of the listing */
	struct ledger                 forward_ledgers[LOOKS];
	struct walk                   messages, replies, jobs_due, dead;
	bool                          is_suspect_under_way, does_suspect_wait;
};

/* --- walking ---------------------------------------------------------------------------- */

static void
note_oldest(struct walk *walk, int64_t at_ms)
{
	if (walk->oldest_of_pass_ms == 0 || at_ms < walk->oldest_of_pass_ms)
		walk->oldest_of_pass_ms = at_ms;
}

static void
walked(struct redrive *redrive, struct walk *walk, enum status st, struct slice next)
{
	struct buf *from = &walk->from[redrive->shard];

	if (st != ST_OK)
		log_warn("what waits in shard %u cannot be read, or not all of it: %s", redrive->shard, status_title(st));
	buf_clear(from);
	buf_append_slice(from, next);
}

/* Whether all shards have been walked to their ends with this look. */
static bool
is_at_end(const struct redrive *redrive, const struct walk *walk)
{
	for (unsigned shard = 0; shard < redrive->shard_count; shard++)
		if (walk->from[shard].len > 0)
			return false;
	return true;
}

static void
end_look(struct redrive *redrive, struct walk *walk)
{
	if (!is_at_end(redrive, walk))
		return;
	walk->oldest_ms = walk->oldest_of_pass_ms;
	walk->oldest_of_pass_ms = 0;
}

static struct due_query
query_of(const struct redrive *redrive, const struct walk *walk)
{
	return (struct due_query){ .now_ms = redrive->now_ms, .far_ms = redrive->now_ms + SET_BACK_MS,
		.from = buf_slice(&walk->from[redrive->shard]), .looks = LOOKS };
}

/* --- what a clock put off that was set back since ------------------------------------------ */

static void
on_brought_forward(enum status st, void *arg)
{
	struct redrive *redrive = arg;

	if (st == ST_OK)
		counter_add(&redrive->service->counters->queue_brought_forward, 1);
}

/*
 * Nobody puts anything off for longer than until latest_ms.  It is then put off to
 * to_ms: a claim may have a living owner, so it lasts its whole time from now.
 */
static void
note_far(struct redrive *redrive, struct slice user_id, const struct bringing_forward *change, int64_t latest_ms)
{
	if (change->from_ms <= latest_ms + SET_BACK_MS || redrive->forward_count == LOOKS)
		return;
	redrive->forward_ledgers[redrive->forward_count] = store_ledger(redrive->service->store, user_id);
	redrive->found_forward[redrive->forward_count++] = *change;
}

static void
bring_forward(struct redrive *redrive)
{
	if (redrive->forward_count > 0)
		log_warn("%zu entries of shard %u are put off for longer than anything is, as by a clock that was set back since: they are brought forward",
		    redrive->forward_count, redrive->shard);
	for (size_t i = 0; i < redrive->forward_count; i++)
		store_bring_forward(redrive->service->store, &redrive->forward_ledgers[i], &redrive->found_forward[i], on_brought_forward,
		    redrive);
	redrive->forward_count = 0;
}

/* --- messages --------------------------------------------------------------------------- */

static bool
may_take(struct redrive *redrive, bool is_suspect)
{
	unsigned under_way = inbox_under_way(redrive->inbox);

	if (is_suspect && under_way > 0)
		redrive->does_suspect_wait = true;
	if (under_way == 0)
		return is_suspect || !redrive->does_suspect_wait;
	return !is_suspect && !redrive->is_suspect_under_way && !redrive->does_suspect_wait && under_way < UNDER_WAY_MAX;
}

static void
take_message(struct redrive *redrive, const struct inbox_entry *entry)
{
	bool is_suspect = inbox_blames(entry, redrive->crash_mark) > 0;

	if (!may_take(redrive, is_suspect))
		return;
	if (is_suspect) {
		redrive->is_suspect_under_way = true;
		redrive->does_suspect_wait = false;
	}
	inbox_take(redrive->inbox, entry);
}

static void
on_message(const struct inbox_entry *entry, void *arg)
{
	struct redrive *redrive = arg;
	int64_t until_ms = inbox_claim_until(redrive->inbox, &entry->incoming, redrive->now_ms);

	if (entry->not_before_ms > redrive->now_ms) {
		note_far(redrive, entry->user_id, &(struct bringing_forward){ QUEUE_MESSAGES, entry->message_id, entry->not_before_ms, until_ms },
		    until_ms);
		return;
	}
	note_oldest(&redrive->messages, entry->received_ms);
	if (redrive->message_count < LOOKS && inbox_entry_copy(&redrive->arena, entry, &redrive->found_messages[redrive->message_count]))
		redrive->message_count++;
}

static void
on_messages_end(enum status st, struct slice next, void *arg)
{
	struct redrive *redrive = arg;

	for (size_t i = 0; i < redrive->message_count; i++)
		take_message(redrive, &redrive->found_messages[i]);
	redrive->message_count = 0;
	bring_forward(redrive);
	arena_recycle(&redrive->arena, KEEP);
	walked(redrive, &redrive->messages, st, next);
}

/* --- replies ---------------------------------------------------------------------------- */

static void
on_reply(const struct outbox_entry *entry, void *arg)
{
	struct redrive *redrive = arg;
	int64_t latest_ms = delivery_latest_ms(redrive->delivery, entry, redrive->now_ms);

	if (entry->not_before_ms > redrive->now_ms) {
		note_far(redrive, entry->user_id, &(struct bringing_forward){ QUEUE_REPLIES, entry->message_id, entry->not_before_ms,
		    entry->why.len > 0 ? redrive->now_ms : latest_ms }, latest_ms);
		return;
	}
	note_oldest(&redrive->replies, entry->created_ms);
	if (redrive->reply_count < LOOKS)
		redrive->found_replies[redrive->reply_count++] = store_ledger(redrive->service->store, entry->user_id);
}

static void
on_replies_end(enum status st, struct slice next, void *arg)
{
	struct redrive *redrive = arg;

	for (size_t i = 0; i < redrive->reply_count; i++)
		delivery_go(redrive->delivery, &redrive->found_replies[i]);
	redrive->reply_count = 0;
	bring_forward(redrive);
	walked(redrive, &redrive->replies, st, next);
}

/* --- jobs ------------------------------------------------------------------------------- */

static void
on_job(const struct queued_job *job, void *arg)
{
	struct redrive *redrive = arg;

	if (job->not_before_ms > redrive->now_ms) {
		note_far(redrive, job->user_id, &(struct bringing_forward){ QUEUE_JOBS, job->id, job->not_before_ms,
		    jobs_claim_until(redrive->jobs, redrive->now_ms) }, jobs_latest_ms(redrive->jobs, job, redrive->now_ms));
		return;
	}
	note_oldest(&redrive->jobs_due, job->not_before_ms > 0 ? job->not_before_ms : job->created_ms);
	if (redrive->job_count < JOBS_AT_A_LOOK && queued_job_copy(&redrive->arena, job, &redrive->found_jobs[redrive->job_count]))
		redrive->job_count++;
}

static void
on_jobs_end(enum status st, struct slice next, void *arg)
{
	struct redrive *redrive = arg;

	for (size_t i = 0; i < redrive->job_count; i++)
		jobs_take(redrive->jobs, &redrive->found_jobs[i]);
	redrive->job_count = 0;
	bring_forward(redrive);
	arena_recycle(&redrive->arena, KEEP);
	walked(redrive, &redrive->jobs_due, st, next);
}

/* --- dead letters ----------------------------------------------------------------------- */

static void
on_dropped(enum status st, void *arg)
{
	(void)st;
	(void)arg;
}

static void
on_letter(const struct dead_letter *letter, void *arg)
{
	struct redrive *redrive = arg;
	struct dead_letter_action drop = { .message_id = *dead_letter_id(letter), .kind = letter->kind, .is_dropped = true,
		.now_ms = redrive->now_ms };

	if (letter->dead_ms >= redrive->now_ms - KEPT_DAYS * (int64_t)DAY_MS || redrive->letter_count == LOOKS)
		return;
	redrive->letter_ledgers[redrive->letter_count] = store_ledger(redrive->service->store, dead_letter_user(letter));
	redrive->found_letters[redrive->letter_count++] = drop;
}

static void
on_dead_end(enum status st, struct slice next, void *arg)
{
	struct redrive *redrive = arg;

	for (size_t i = 0; i < redrive->letter_count; i++)
		store_settle_dead(redrive->service->store, &redrive->letter_ledgers[i], &redrive->found_letters[i], on_dropped, NULL);
	redrive->letter_count = 0;
	walked(redrive, &redrive->dead, st, next);
}

/* ---------------------------------------------------------------------------------------- */

static uint64_t
age_of(const struct redrive *redrive, int64_t oldest_ms)
{
	return oldest_ms != 0 && oldest_ms < redrive->now_ms ? (uint64_t)(redrive->now_ms - oldest_ms) : 0;
}

static void
publish_oldest(const struct redrive *redrive)
{
	struct counters *counters = redrive->service->counters;
	uint64_t messages = age_of(redrive, redrive->messages.oldest_ms), replies = age_of(redrive, redrive->replies.oldest_ms);

	counter_set(&counters->queue_oldest_ms, messages > replies ? messages : replies);
	counter_set(&counters->queue_jobs_oldest_ms, age_of(redrive, redrive->jobs_due.oldest_ms));
}

void
redrive_look(struct redrive *redrive)
{
	static const struct due_message_callbacks on_messages = { on_message, on_messages_end };
	static const struct due_reply_callbacks on_replies = { on_reply, on_replies_end };
	static const struct due_job_callbacks on_jobs = { on_job, on_jobs_end };
	static const struct dead_letter_callbacks on_dead = { on_letter, on_dead_end };
	struct store *store = redrive->service->store;
	struct due_query query;

	redrive->now_ms = clock_wall_ms();
	if (inbox_under_way(redrive->inbox) == 0)
		redrive->is_suspect_under_way = false;
	for (redrive->shard = 0; redrive->shard < redrive->shard_count; redrive->shard++) {
		query = query_of(redrive, &redrive->messages);
		store_list_due_messages(store, redrive->shard, &query, &on_messages, redrive);
		query = query_of(redrive, &redrive->replies);
		store_list_due_replies(store, redrive->shard, &query, &on_replies, redrive);
		query = query_of(redrive, &redrive->jobs_due);
		store_list_due_jobs(store, redrive->shard, &query, &on_jobs, redrive);
		query = query_of(redrive, &redrive->dead);
		store_list_dead(store, redrive->shard, &query, &on_dead, redrive);
	}
	end_look(redrive, &redrive->messages);
	end_look(redrive, &redrive->replies);
	end_look(redrive, &redrive->jobs_due);
	publish_oldest(redrive);
}

struct redrive *
redrive_open(const struct message_service *service, struct inbox *inbox, struct delivery *delivery, struct jobs *jobs, uint32_t crash_mark)
{
	struct redrive *redrive = calloc(1, sizeof *redrive);
	struct walk *walks[4];

	if (redrive == NULL)
		return NULL;
	redrive->service = service;
	redrive->inbox = inbox;
	redrive->delivery = delivery;
	redrive->jobs = jobs;
	redrive->crash_mark = crash_mark;
	redrive->shard_count = store_shard_count(service->store);
	walks[0] = &redrive->messages;
	walks[1] = &redrive->replies;
	walks[2] = &redrive->dead;
	walks[3] = &redrive->jobs_due;
	for (size_t i = 0; i < sizeof walks / sizeof walks[0]; i++) {
		walks[i]->from = calloc(redrive->shard_count, sizeof *walks[i]->from);
		if (walks[i]->from == NULL) {
			redrive_close(redrive);
			return NULL;
		}
	}
	return redrive;
}

static void
free_walk(struct walk *walk, unsigned shards)
{
	for (unsigned shard = 0; walk->from != NULL && shard < shards; shard++)
		buf_fini(&walk->from[shard]);
	free(walk->from);
}

void
redrive_close(struct redrive *redrive)
{
	free_walk(&redrive->messages, redrive->shard_count);
	free_walk(&redrive->replies, redrive->shard_count);
	free_walk(&redrive->jobs_due, redrive->shard_count);
	free_walk(&redrive->dead, redrive->shard_count);
	arena_fini(&redrive->arena);
	free(redrive);
}
