/* SPDX-License-Identifier: MIT */
/* See delivery.h. */
#include "config.h"

#include "delivery.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "ai/pool/ai_delivery.h"
#include "backoff.h"
#include "clock.h"
#include "counters.h"
#include "log.h"

enum {
	DELIVER_MS = 15000,              /* that a delivery may take; the worker begins nothing behind that */
	CLAIM_MS = DELIVER_MS + 5000,
	HEEDED_MS = 600 * 1000,          /* of what a platform wants to be left alone for, at a time; workers keep to the rest */
	LIFETIME_MS = 24 * 3600 * 1000
};

static const struct backoff pauses = { .first_ms = 2000, .doublings_max = 10 };       /* 2 s to 34 min */

/* The replies to one person on their way. */
struct trip {
	LIST_ENTRY(trip)    link;
	struct delivery    *delivery;
	struct arena        arena;       /* of the reply at hand */
	struct ledger       ledger;
	struct outbox_entry entry;
	bool                is_lapsed;   /* whoever had it before told nothing of what came of it */
};

struct delivery {
	const struct message_service *service;
	LIST_HEAD(, trip)             trips;
	void                        (*on_idle)(void *arg);
	void                         *arg;
};

static void look(struct trip *trip);

static void
free_trip(struct trip *trip)
{
	LIST_REMOVE(trip, link);
	arena_fini(&trip->arena);
	free(trip);
}

static void
end_trip(struct trip *trip)
{
	struct delivery *delivery = trip->delivery;

	free_trip(trip);
	if (LIST_EMPTY(&delivery->trips) && delivery->on_idle != NULL)
		delivery->on_idle(delivery->arg);
}

/* --- the end of one reply -------------------------------------------------------------------- */

static void
on_finished(enum status st, void *arg)
{
	struct trip *trip = arg;

	if (st == ST_OK)
		look(trip);
	else
		end_trip(trip);          /* the claim ends, and the keeper sends it once more */
}

static void
finish(struct trip *trip, const struct reply_outcome *outcome)
{
	store_finish_reply(trip->delivery->service->store, &trip->ledger, outcome, on_finished, trip);
}

static void
bury(struct trip *trip, struct reply_outcome *outcome, const char *why)
{
	log_warn("a reply could not be delivered: %s", why);
	counter_add(&trip->delivery->service->counters->queue_dead, 1);
	outcome->result = REPLY_DEAD;
	outcome->why = slice_of(why);
	finish(trip, outcome);
}

static void
put_off(struct trip *trip, struct reply_outcome *outcome, const struct send_outcome *sent)
{
	int64_t pause = backoff_pause_ms(&pauses, trip->entry.attempts), wanted_ms = sent->after_ms < HEEDED_MS ? sent->after_ms : HEEDED_MS;

	counter_add(&trip->delivery->service->counters->queue_deliveries_put_off, 1);
	outcome->result = REPLY_LATER;
	outcome->not_before_ms = outcome->now_ms + (wanted_ms > pause ? wanted_ms : pause);
	outcome->step = sent->step;
	outcome->why = slice_of(sent->why != NULL ? sent->why : "nobody took it in time");
	if (outcome->not_before_ms > trip->entry.created_ms + LIFETIME_MS)
		bury(trip, outcome, sent->why != NULL ? sent->why : "it could not be delivered within 24 hours");
	else
		finish(trip, outcome);
}

static void
on_delivered(enum status st, const struct send_outcome *sent, void *arg)
{
	struct trip *trip = arg;
	struct counters *counters = trip->delivery->service->counters;
	struct reply_outcome outcome = { .message_id = trip->entry.message_id, .now_ms = clock_wall_ms() };

	if (st == ST_OK && sent->result == SEND_DONE) {
		counter_add(&counters->queue_delivered, 1);
		outcome.result = REPLY_SENT;
		outcome.ref = sent->ref;
		finish(trip, &outcome);
	} else if (st == ST_OK && sent->result == SEND_REJECTED) {
		bury(trip, &outcome, sent->why != NULL ? sent->why : "the platform refused it");
	} else {
		put_off(trip, &outcome, sent);
	}
}

/* --- a reply --------------------------------------------------------------------------------- */

/* It may have arrived: go on from where the platform tells that. */
static void
find_out(struct trip *trip, struct outgoing *outgoing)
{
	struct send_outcome outcome = { .step = outgoing->step };

	outgoing->options = trip->delivery->service->options;
	outgoing->now_s = clock_wall_ms() / 1000;
	if (messenger_of(outgoing->deliver_to) != NULL)
		messenger_judge_silence(outgoing, &trip->arena, &outcome);
	outgoing->step = outcome.step;
}

static void
deliver(struct trip *trip)
{
	const struct outbox_entry *entry = &trip->entry;
	struct outgoing outgoing = { .deliver_to = entry->deliver_to, .text = entry->text, .buttons = entry->buttons,
		.button_count = entry->button_count, .message_id = entry->message_id, .step = entry->step,
		.is_notice = entry->is_notice };
	struct send_outcome nobody = { .result = SEND_RETRY };
	enum status st;

	if (trip->is_lapsed)
		find_out(trip, &outgoing);
	nobody.step = outgoing.step;
	st = ai_pool_deliver(trip->delivery->service->pool, &outgoing, clock_mono_ms() + DELIVER_MS, on_delivered, trip);
	if (st != ST_OK)
		on_delivered(st, &nobody, trip);
}

static bool
keep_entry(struct trip *trip, const struct outbox_entry *entry)
{
	struct arena *arena = &trip->arena;
	struct outbox_entry *kept = &trip->entry;

	arena_recycle(arena, 4096);
	*kept = *entry;
	trip->is_lapsed = entry->attempts > 0 && entry->why.len == 0;
	kept->text = arena_copy(arena, entry->text);
	for (size_t i = 0; i < entry->button_count; i++) {
		kept->buttons[i].label = arena_copy(arena, entry->buttons[i].label);
		kept->buttons[i].data = arena_copy(arena, entry->buttons[i].data);
	}
	kept->deliver_to = arena_copy(arena, entry->deliver_to);
	return kept->deliver_to.ptr != NULL;
}

static void
on_claimed(enum status st, void *arg)
{
	struct trip *trip = arg;

	if (st != ST_OK) {
		end_trip(trip);
		return;
	}
	trip->entry.attempts++;
	deliver(trip);
}

static void
claim(struct trip *trip)
{
	int64_t now_ms = clock_wall_ms();
	struct reply_claim claimed = { trip->entry.message_id, now_ms, now_ms + CLAIM_MS };

	store_claim_reply(trip->delivery->service->store, &trip->ledger, &claimed, on_claimed, trip);
}

static void
on_first(enum status st, const struct outbox_entry *entry, void *arg)
{
	struct trip *trip = arg;

	if (st != ST_OK || entry->not_before_ms > clock_wall_ms() || !keep_entry(trip, entry))
		end_trip(trip);          /* there is none, or who has it looks for the next one */
	else
		claim(trip);
}

static void
look(struct trip *trip)
{
	store_first_reply(trip->delivery->service->store, &trip->ledger, clock_wall_ms(), on_first, trip);
}

static struct trip *
find_trip(struct delivery *delivery, const struct ledger *ledger)
{
	struct trip *trip;

	LIST_FOREACH(trip, &delivery->trips, link)
		if (memcmp(trip->ledger.key, ledger->key, sizeof ledger->key) == 0)
			break;
	return trip;
}

void
delivery_go(struct delivery *delivery, const struct ledger *ledger)
{
	struct trip *trip = find_trip(delivery, ledger);

	if (trip != NULL)
		return;                  /* it comes to it by itself */
	trip = calloc(1, sizeof *trip);
	if (trip == NULL)
		return;
	trip->delivery = delivery;
	trip->ledger = *ledger;
	LIST_INSERT_HEAD(&delivery->trips, trip, link);
	look(trip);
}

int64_t
delivery_latest_ms(const struct delivery *delivery, const struct outbox_entry *entry, int64_t now_ms)
{
	int64_t pause_ms = backoff_longest_ms(&pauses, entry->attempts);

	if (entry->why.len > 0)
		return now_ms + (pause_ms > HEEDED_MS ? pause_ms : HEEDED_MS);
	return now_ms + (entry->is_notice && entry->attempts == 0 ? delivery->service->options->dialogue_notice_window_ms : CLAIM_MS);
}

bool
delivery_is_idle(const struct delivery *delivery)
{
	return LIST_EMPTY(&delivery->trips);
}

void
delivery_on_idle(struct delivery *delivery, void (*fn)(void *arg), void *arg)
{
	delivery->on_idle = fn;
	delivery->arg = arg;
}

struct delivery *
delivery_open(const struct message_service *service)
{
	struct delivery *delivery = calloc(1, sizeof *delivery);

	if (delivery != NULL) {
		delivery->service = service;
		LIST_INIT(&delivery->trips);
	}
	return delivery;
}

void
delivery_close(struct delivery *delivery)
{
	while (!LIST_EMPTY(&delivery->trips))
		free_trip(LIST_FIRST(&delivery->trips));
	free(delivery);
}
