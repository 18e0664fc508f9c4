/* SPDX-License-Identifier: MIT */
/*
 * See inbox.h.  A message that ended a process of this role BLAMES_MAX times, by
 * a crash of its own, is not worked on again: it is recorded as failed, its
 * sender is told, and a copy of it goes to the dead letters.
 */
#include "config.h"

#include "inbox.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "chat/reply.h"
#include "clock.h"
#include "counters.h"
#include "delivery/delivery.h"
#include "link.h"
#include "log.h"

enum {
	BLAMES_MAX = 3,
	FAILURES_MAX = 5,        /* that a message may meet inside; one is memory that ran out, mostly */
	GRACE_MS = 5000,         /* beyond the time that understanding may take */
	KEEP = 4096              /* bytes of memory, between two messages */
};

/* One person's messages on their way. */
struct errand {
	LIST_ENTRY(errand) link;
	struct inbox      *inbox;
	struct arena       arena;        /* of the message at hand */
	struct ledger      ledger;
	struct inbox_entry entry;
	bool               is_left_behind;   /* taken up by inbox_take */
	struct uuid        owned;        /* one to come that is claimed already; nil: none */
};

struct inbox {
	const struct message_service *service;
	struct delivery              *delivery;
	uint32_t                      crash_mark;
	unsigned                      under_way;
	void                        (*on_idle)(void *arg);
	void                         *arg;
	LIST_HEAD(, errand)           errands;
};

static void go_on(struct errand *errand);

static void
free_errand(struct errand *errand)
{
	errand->inbox->under_way--;
	LIST_REMOVE(errand, link);
	arena_fini(&errand->arena);
	free(errand);
}

static void
end_errand(struct errand *errand)
{
	struct inbox *inbox = errand->inbox;

	free_errand(errand);
	if (inbox->under_way == 0 && inbox->on_idle != NULL)
		inbox->on_idle(inbox->arg);
}

int64_t
inbox_claim_until(const struct inbox *inbox, const struct incoming *incoming, int64_t now_ms)
{
	return now_ms + message_timeout_ms(inbox->service->options, incoming->media.len > 0) + GRACE_MS;
}

static struct errand *
find_errand(struct inbox *inbox, const struct ledger *ledger)
{
	struct errand *errand;

	LIST_FOREACH(errand, &inbox->errands, link)
		if (memcmp(errand->ledger.key, ledger->key, sizeof ledger->key) == 0)
			break;
	return errand;
}

bool
inbox_entry_copy(struct arena *arena, const struct inbox_entry *entry, struct inbox_entry *copy)
{
	*copy = *entry;
	copy->user_id = arena_copy(arena, entry->user_id);
	copy->text = arena_copy(arena, entry->text);
	incoming_copy(arena, &copy->incoming);
	copy->idempotency_key = arena_copy(arena, entry->idempotency_key);
	copy->deliver_to = arena_copy(arena, entry->deliver_to);
	copy->forward_to = arena_copy(arena, entry->forward_to);
	copy->sender = arena_copy(arena, entry->sender);
	return !arena->has_failed;
}

static bool
keep_entry(struct errand *errand, const struct inbox_entry *entry)
{
	arena_recycle(&errand->arena, KEEP);
	return inbox_entry_copy(&errand->arena, entry, &errand->entry);
}

/* --- the end of one message ------------------------------------------------------------------ */

static void
on_given_up(enum status st, const struct write_answer *answer, void *arg)
{
	struct errand *errand = arg;

	(void)answer;
	if (st != ST_OK) {
		end_errand(errand);      /* the claim ends, and the keeper finds it again */
		return;
	}
	counter_add(&errand->inbox->service->counters->queue_dead, 1);
	if (errand->entry.deliver_to.len > 0)
		delivery_go(errand->inbox->delivery, &errand->ledger);
	go_on(errand);
}

/* Record that it failed, which takes it out of the inbox. */
static void
give_up(struct errand *errand, const char *why)
{
	const struct message_service *service = errand->inbox->service;
	const struct inbox_entry *entry = &errand->entry;
	struct buf reply = BUF_INIT;
	struct message_entry record = {
		.sign_up = message_profile(service->options, entry->user_id, NULL),
		.id = entry->message_id, .status = MESSAGE_FAILED, .received_ms = entry->received_ms, .now_ms = clock_wall_ms(),
		.idempotency_key = entry->idempotency_key, .was_in_inbox = true, .deliver_to = entry->deliver_to,
		.conversation = entry->incoming.conversation, .dead_why = slice_of(why),
	};

	log_error("a message was given up: %s", why);
	memcpy(record.request_hash, entry->request_hash, sizeof record.request_hash);
	reply_failed(&reply, language_from_tag(entry->incoming.locale_hint.len > 0 ? entry->incoming.locale_hint : record.sign_up.locale));
	record.reply = buf_slice(&reply);
	store_record_message(service->store, &errand->ledger, &record, on_given_up, errand);
	buf_fini(&reply);
}

/* What may pass; with anything else the same would come of it again. */
static bool
is_worth_another_try(enum status st, const struct inbox_entry *entry)
{
	if (st == ST_FAILED)
		return entry->attempts < FAILURES_MAX;
	return st == ST_UNAVAILABLE || st == ST_OVERLOADED || st == ST_STORE_FULL || st == ST_BEING_DELETED || st == ST_GONE ||
	    st == ST_STALE;
}

static void
on_driven(enum status st, const struct message_result *result, void *arg)
{
	struct errand *errand = arg;

	(void)result;
	if (st == ST_OK) {
		counter_add(&errand->inbox->service->counters->inbox_redriven, errand->is_left_behind);
		errand->is_left_behind = false;
		if (errand->entry.deliver_to.len > 0)
			delivery_go(errand->inbox->delivery, &errand->ledger);
		go_on(errand);
	} else if (is_worth_another_try(st, &errand->entry)) {
		end_errand(errand);
	} else {
		give_up(errand, status_title(st));
	}
}

/* --- one that is for another ledger ------------------------------------------------------------ */

static void drive(struct errand *errand);
static struct errand *begin_errand(struct inbox *inbox, const struct ledger *ledger, const struct inbox_entry *entry);

/* Whoever works on that ledger comes to it; nobody may be there. */
static void
look_after(struct inbox *inbox, const struct ledger *ledger)
{
	struct errand *errand = find_errand(inbox, ledger) == NULL ? begin_errand(inbox, ledger, NULL) : NULL;

	if (errand != NULL)
		go_on(errand);
}

static void
on_dropped(enum status st, void *arg)
{
	struct errand *errand = arg;
	struct ledger main = store_ledger(errand->inbox->service->store, errand->entry.forward_to);

	look_after(errand->inbox, &main);
	if (st == ST_OK)
		go_on(errand);
	else
		end_errand(errand);      /* it is handed on once more, which does nothing */
}

static void
on_kept(enum status st, void *arg)
{
	struct errand *errand = arg;

	errand->entry.forward_to = SLICE_EMPTY;
	if (st == ST_OK)
		drive(errand);
	else
		end_errand(errand);
}

/* ST_NOT_FOUND, ST_GONE: the link is not known there any more, so that it ends here as well. */
static void
on_forwarded(enum status st, const struct write_answer *answer, void *arg)
{
	struct errand *errand = arg;
	struct store *store = errand->inbox->service->store;
	struct link_change change = { .user_id = errand->entry.forward_to, .is_ended = true, .message_id = errand->entry.message_id };

	(void)answer;
	if (st == ST_OK)
		store_drop_message(store, &errand->ledger, &errand->entry.message_id, on_dropped, errand);
	else if (st == ST_NOT_FOUND || st == ST_GONE)
		store_set_link(store, &errand->ledger, &change, on_kept, errand);
	else
		end_errand(errand);
}

/* Into the other inbox under the same id, so that it is there once however often this is done; then out of this one. */
static void
forward(struct errand *errand)
{
	struct store *store = errand->inbox->service->store;
	struct inbox_entry entry = errand->entry;
	struct ledger main = store_ledger(store, entry.forward_to);

	entry.sender = entry.user_id;
	entry.user_id = entry.forward_to;
	entry.forward_to = entry.idempotency_key = SLICE_EMPTY;
	entry.not_before_ms = 0;
	entry.attempts = entry.blames = entry.crash_mark = 0;
	entry.incoming.conversation = link_conversation(&errand->arena, entry.sender, entry.incoming.conversation);
	if (entry.incoming.conversation.ptr == NULL)
		end_errand(errand);
	else
		store_put_inbox(store, &main, &entry, on_forwarded, errand);
}

/* --- a message ------------------------------------------------------------------------------- */

static void
drive(struct errand *errand)
{
	const struct inbox_entry *entry = &errand->entry;
	struct message_input input = {
		.user_id = entry->user_id, .sender = entry->sender, .text = entry->text, .idempotency_key = entry->idempotency_key,
		.id = entry->message_id, .received_ms = entry->received_ms, .was_in_inbox = true, .incoming = entry->incoming,
		.deliver_to = entry->deliver_to, .priority = PRIORITY_MEDIUM,
	};

	if (entry->forward_to.len > 0) {
		forward(errand);
		return;
	}
	memcpy(input.request_hash, entry->request_hash, sizeof input.request_hash);
	message_drive(errand->inbox->service, &input, on_driven, errand);
}

static void
on_claimed(enum status st, void *arg)
{
	struct errand *errand = arg;

	if (st != ST_OK)
		end_errand(errand);      /* somebody else has it, or it is done */
	else if (inbox_blames(&errand->entry, errand->inbox->crash_mark) >= BLAMES_MAX)
		give_up(errand, "it crashed the process that worked on it again and again");
	else
		drive(errand);
}

static void
claim(struct errand *errand)
{
	int64_t now_ms = clock_wall_ms();
	struct inbox_claim claimed = { errand->entry.message_id, now_ms, inbox_claim_until(errand->inbox, &errand->entry.incoming, now_ms),
		errand->inbox->crash_mark };

	store_claim_message(errand->inbox->service->store, &errand->ledger, &claimed, on_claimed, errand);
}

static void
on_next(enum status st, const struct inbox_entry *entry, void *arg)
{
	struct errand *errand = arg;

	bool is_owned = st == ST_OK && uuid_equal(&entry->message_id, &errand->owned);

	if (st != ST_OK || (!is_owned && entry->not_before_ms > clock_wall_ms()) || !keep_entry(errand, entry))
		end_errand(errand);
	else if (is_owned)
		drive(errand);
	else
		claim(errand);
}

static void
go_on(struct errand *errand)
{
	store_first_message(errand->inbox->service->store, &errand->ledger, on_next, errand);
}

static struct errand *
begin_errand(struct inbox *inbox, const struct ledger *ledger, const struct inbox_entry *entry)
{
	struct errand *errand = calloc(1, sizeof *errand);

	if (errand == NULL)
		return NULL;
	errand->inbox = inbox;
	errand->ledger = *ledger;
	LIST_INSERT_HEAD(&inbox->errands, errand, link);
	inbox->under_way++;
	if (entry == NULL || keep_entry(errand, entry))
		return errand;
	end_errand(errand);
	return NULL;
}

void
inbox_go(struct inbox *inbox, const struct inbox_entry *entry)
{
	struct ledger ledger = store_ledger(inbox->service->store, entry->user_id);
	struct errand *errand = find_errand(inbox, &ledger);

	if (errand != NULL) {
		errand->owned = entry->message_id;
		return;
	}
	errand = begin_errand(inbox, &ledger, entry);
	if (errand != NULL)
		drive(errand);
}

void
inbox_take(struct inbox *inbox, const struct inbox_entry *entry)
{
	struct ledger ledger = store_ledger(inbox->service->store, entry->user_id);
	struct errand *errand = find_errand(inbox, &ledger);

	if (errand != NULL)
		return;                  /* it comes to it by itself */
	errand = begin_errand(inbox, &ledger, entry);
	if (errand == NULL)
		return;
	errand->is_left_behind = true;
	claim(errand);
}

unsigned
inbox_under_way(const struct inbox *inbox)
{
	return inbox->under_way;
}

void
inbox_on_idle(struct inbox *inbox, void (*fn)(void *arg), void *arg)
{
	inbox->on_idle = fn;
	inbox->arg = arg;
}

struct inbox *
inbox_open(const struct message_service *service, struct delivery *delivery, uint32_t crash_mark)
{
	struct inbox *inbox = calloc(1, sizeof *inbox);

	if (inbox == NULL)
		return NULL;
	inbox->service = service;
	inbox->delivery = delivery;
	inbox->crash_mark = crash_mark;
	LIST_INIT(&inbox->errands);
	return inbox;
}

void
inbox_close(struct inbox *inbox)
{
	while (!LIST_EMPTY(&inbox->errands))
		free_errand(LIST_FIRST(&inbox->errands));
	free(inbox);
}
