/* SPDX-License-Identifier: MIT */
/*
 * See redrive.h.  An attempt is counted, on disk, before it is made, and once
 * by each keeper process: what the count says is how many keepers have died
 * over a message.  After ATTEMPTS_MAX it is recorded as failed, and its sender
 * told, rather than tried for ever.
 */
#include "config.h"

#include "redrive.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "arena.h"
#include "chat/reply.h"
#include "clock.h"
#include "counters.h"
#include "log.h"

enum {
	ATTEMPTS_MAX = 5,
	BATCH = 100,             /* of one shard, at a time */
	GRACE_MS = 5000          /* beyond the time a driver may take, before a message counts as left behind */
};

/* One message on its way; also, once it is through, the note that this process has counted it. */
struct errand {
	LIST_ENTRY(errand)  entry;
	struct redrive     *redrive;
	struct arena        arena;
	struct ledger       ledger;
	struct inbox_entry  message;
	bool                is_counted, is_under_way, is_seen;
};

struct redrive {
	const struct message_service *service;
	unsigned                      under_way;
	LIST_HEAD(, errand)           errands;
};

static void
free_errand(struct errand *errand)
{
	LIST_REMOVE(errand, entry);
	arena_fini(&errand->arena);
	free(errand);
}

/* is_done: it is out of the inbox; otherwise the next look finds it again. */
static void
end_errand(struct errand *errand, bool is_done)
{
	errand->redrive->under_way--;
	errand->is_under_way = false;
	if (is_done)
		free_errand(errand);
}

static void
on_driven(enum status st, const struct message_result *result, void *arg)
{
	struct errand *errand = arg;

	(void)result;
	if (st == ST_OK)
		counter_add(&errand->redrive->service->counters->inbox_redriven, 1);
	end_errand(errand, st == ST_OK);
}

static void
on_given_up(enum status st, const struct write_answer *answer, void *arg)
{
	(void)answer;
	end_errand(arg, st == ST_OK);
}

/* Record that it failed, which takes it out of the inbox. */
static void
give_up(struct errand *errand)
{
	const struct message_service *service = errand->redrive->service;
	struct buf reply = BUF_INIT;
	struct message_entry entry = {
		.sign_up = { .user_id = errand->message.user_id, .locale = slice_of(service->options->user_locale),
		    .zone = slice_of(service->options->user_time_zone) },
		.id = errand->message.message_id, .status = MESSAGE_FAILED, .received_ms = errand->message.received_ms,
		.now_ms = clock_wall_ms(), .idempotency_key = errand->message.idempotency_key, .was_in_inbox = true,
		.deliver_to = errand->message.deliver_to,
	};

	log_error("a message was given up after %d processes had died over it", ATTEMPTS_MAX);
	currency_parse(slice_of(service->options->user_home_currency), &entry.sign_up.home);
	memcpy(entry.request_hash, errand->message.request_hash, sizeof entry.request_hash);
	reply_failed(&reply, language_from_tag(entry.sign_up.locale));
	entry.reply = buf_slice(&reply);
	store_record_message(service->store, &errand->ledger, &entry, on_given_up, errand);
	buf_fini(&reply);
}

static void
drive(struct errand *errand)
{
	const struct inbox_entry *message = &errand->message;
	struct message_input input = {
		.user_id = message->user_id, .text = message->text, .idempotency_key = message->idempotency_key,
		.id = message->message_id, .received_ms = message->received_ms, .was_in_inbox = true,
		.deliver_to = message->deliver_to, .priority = PRIORITY_MEDIUM,
	};

	memcpy(input.request_hash, message->request_hash, sizeof input.request_hash);
	message_drive(errand->redrive->service, &input, on_driven, errand);
}

static void
on_counted(enum status st, void *arg)
{
	struct errand *errand = arg;

	if (st != ST_OK) {
		end_errand(errand, st == ST_NOT_FOUND);
		return;
	}
	errand->is_counted = true;
	drive(errand);
}

static void
begin_errand(struct errand *errand)
{
	struct redrive *redrive = errand->redrive;

	redrive->under_way++;
	errand->is_under_way = true;
	if (errand->message.attempts >= ATTEMPTS_MAX)
		give_up(errand);
	else if (errand->is_counted)
		drive(errand);
	else
		store_count_attempt(redrive->service->store, &errand->ledger, &errand->message.message_id, on_counted, errand);
}

static struct errand *
find_errand(struct redrive *redrive, const struct uuid *id)
{
	struct errand *errand;

	LIST_FOREACH(errand, &redrive->errands, entry)
		if (uuid_equal(&errand->message.message_id, id))
			break;
	return errand;
}

static void
on_entry(const struct inbox_entry *entry, void *arg)
{
	struct redrive *redrive = arg;
	struct errand *errand = find_errand(redrive, &entry->message_id);

	if (errand == NULL) {
		errand = calloc(1, sizeof *errand);
		if (errand == NULL)
			return;
		errand->redrive = redrive;
		errand->message = *entry;
		errand->message.user_id = arena_copy(&errand->arena, entry->user_id);
		errand->message.text = arena_copy(&errand->arena, entry->text);
		errand->message.locale_hint = arena_copy(&errand->arena, entry->locale_hint);
		errand->message.idempotency_key = arena_copy(&errand->arena, entry->idempotency_key);
		errand->message.deliver_to = arena_copy(&errand->arena, entry->deliver_to);
		errand->ledger = store_ledger(redrive->service->store, entry->user_id);
		LIST_INSERT_HEAD(&redrive->errands, errand, entry);
	}
	errand->is_seen = true;
}

static void
on_list_end(enum status st, void *arg)
{
	(void)arg;
	if (st != ST_OK)
		log_warn("the inbox cannot be read: %s", status_title(st));
}

/* Those that were not listed any more are through, by whoever drove them. */
static void
begin_or_forget(struct redrive *redrive)
{
	struct errand *errand, *next;

	for (errand = LIST_FIRST(&redrive->errands); errand != NULL; errand = next) {
		next = LIST_NEXT(errand, entry);
		if (errand->is_seen)
			begin_errand(errand);
		else
			free_errand(errand);
	}
}

void
redrive_look(struct redrive *redrive)
{
	static const struct inbox_list_callbacks callbacks = { on_entry, on_list_end };
	const struct message_service *service = redrive->service;
	int64_t before_ms = clock_wall_ms() - service->options->ai_message_timeout_ms - GRACE_MS;
	struct errand *errand;

	if (redrive->under_way > 0)
		return;
	LIST_FOREACH(errand, &redrive->errands, entry)
		errand->is_seen = false;
	for (unsigned shard = 0; shard < store_shard_count(service->store); shard++)
		store_list_inbox(service->store, shard, before_ms, BATCH, &callbacks, redrive);
	begin_or_forget(redrive);
}

struct redrive *
redrive_open(const struct message_service *service)
{
	struct redrive *redrive = calloc(1, sizeof *redrive);

	if (redrive != NULL) {
		redrive->service = service;
		LIST_INIT(&redrive->errands);
	}
	return redrive;
}

void
redrive_close(struct redrive *redrive)
{
	struct errand *errand;

	while ((errand = LIST_FIRST(&redrive->errands)) != NULL)
		free_errand(errand);
	free(redrive);
}
