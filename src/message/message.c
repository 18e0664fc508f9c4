/* SPDX-License-Identifier: MIT */
/*
 * See message.h.  A struct drive is one message on its way; its fields are
 * filled step by step and what they point to lies in its arena.  Each step ends
 * by calling the next one or finish().
 */
#include "config.h"

#include "message.h"

#include <stdlib.h>

#include "ai/answer/prompt.h"
#include "ai/provider/provider.h"
#include "ai/worker/asker.h"
#include "arena.h"
#include "chat/reply.h"
#include "clock.h"
#include "counters.h"
#include "dialogue/dialogue.h"
#include "keep_picture.h"
#include "language_tag.h"
#include "link.h"
#include "log.h"
#include "redis/shared.h"
#include "store/person.h"
#include "store_queue.h"

enum {
	TRIES_MAX = 5,                 /* of a message whose changes are refused */
	STALE_MAX = 100,               /* turns of its conversation that others took first: each time one of them has got on */
	PICTURES_IN_HAND_MAX = 16      /* of messengers, in one process, until they are in the store */
};

struct drive {
	const struct message_service *service;
	message_done_fn              *fn;
	void                         *arg;
	struct arena                  arena;
	struct message_input          input;
	struct ledger                 ledger;
	int64_t                       step_started_ns;
	unsigned                      tries, stale;

	/* after step 1 */
	struct person                 person;
	bool                          is_known;        /* the user is signed up */
	struct sign_up                sign_up;
	struct dialogue               dialogue;        /* what the conversation is about; version 0: nothing */
	day_t                         today;

	/* after step 2 */
	struct turn                   turn;
	struct linking                linking;
	struct slice                  understood;      /* the text that the turn's expenses are of */
	struct slice                  understood_by;   /* as in the result */
	struct buf                    fetched;         /* the picture that its messenger had, while it is to be kept */
	struct keep_picture           keeping;
	bool                          was_kept;        /* tried or done: it is not tried again ... */
	bool                          keeps_picture;   /* ... and this is what came of it */
	const char                   *dead_why;        /* it is given up; NULL: it is not */
	struct buf                    reply;
	size_t                        cost_count;
	struct ai_cost                costs[MESSAGE_COSTS_MAX];
};

static void
step_begins(struct drive *drive)
{
	drive->step_started_ns = clock_mono_ns();
}

static void
step_ends(struct drive *drive, enum operation operation, bool is_success)
{
	operation_record(drive->service->counters, operation, (uint64_t)(clock_mono_ns() - drive->step_started_ns), is_success);
}

static void
drop_fetched(struct drive *drive)
{
	if (drive->fetched.len > 0)
		counter_sub(&drive->service->counters->pictures_in_hand, 1);
	buf_fini(&drive->fetched);
}

static void
on_cost_counted(enum status st, void *arg)
{
	(void)st;
	(void)arg;
}

/* Those that no message takes with it.  One that has been booked all the same, without a word of it, is not booked again. */
static void
book_costs(struct drive *drive)
{
	for (size_t i = 0; i < drive->cost_count; i++)
		store_add_ai_cost(drive->service->store, &drive->ledger, &drive->costs[i], on_cost_counted, NULL);
	drive->cost_count = 0;
}

static void
finish(struct drive *drive, enum status st, const struct message_result *result)
{
	drop_fetched(drive);
	book_costs(drive);
	drive->fn(st, result, drive->arg);
	buf_fini(&drive->reply);
	arena_fini(&drive->arena);
	free(drive);
}

/* --- the end: what is told to the caller --------------------------------- */

static void
keep_person(enum status st, const struct person *person, void *arg)
{
	struct drive *drive = arg;

	drive->is_known = st == ST_OK && person_copy(&drive->arena, person, &drive->person);
}

static void
finish_recorded(struct drive *drive, const struct message *message, const struct expense *expenses, size_t count, bool is_replay)
{
	struct message_result result = {
		.id = message->id, .status = message->status, .is_replay = is_replay, .reply = message->reply,
		.understood_by = message->understood_by,
		.expenses = expenses, .expense_count = count, .button_count = message->button_count, .buttons = message->buttons,
	};

	if (is_replay)
		counter_add(&drive->service->counters->messages_replayed, 1);
	result.person = drive->is_known ? &drive->person : NULL;
	finish(drive, ST_OK, &result);
}

static void find_person(struct drive *drive);
static void record_failed(struct drive *drive);
static void understand_or_record(struct drive *drive);

/* --- step 3: record ------------------------------------------------------- */

/* A request with the same key may have been accepted meanwhile: then it has that one's id. */
static void
on_accepted(enum status st, const struct write_answer *answer, void *arg)
{
	struct drive *drive = arg;
	struct message_result result = { .id = st == ST_OK ? answer->message.id : drive->input.id, .status = MESSAGE_WAITING };

	if (st == ST_OK)
		shared_wake(drive->service->shared);
	buf_clear(&drive->reply);
	reply_waiting(&drive->reply, language_from_tag(drive->sign_up.locale));
	result.reply = buf_slice(&drive->reply);
	finish(drive, st, &result);
}

/* Nobody understood it in time: it goes to the inbox, from where the keeper drives it. */
static void
accept_for_later(struct drive *drive)
{
	struct inbox_entry entry = {
		.message_id = drive->input.id, .user_id = drive->input.user_id, .text = drive->input.text,
		.incoming = drive->input.incoming, .idempotency_key = drive->input.idempotency_key,
		.deliver_to = drive->input.deliver_to, .received_ms = drive->input.received_ms, .sender = drive->input.sender,
	};

	if (drive->input.was_in_inbox || drive->input.picture.len > 0) {
		finish(drive, ST_UNAVAILABLE, NULL);
		return;
	}
	memcpy(entry.request_hash, drive->input.request_hash, sizeof entry.request_hash);
	store_put_inbox(drive->service->store, &drive->ledger, &entry, on_accepted, drive);
}

/* The turn was decided from what is so no more: it is decided again, and at last only said that it failed. */
static bool
is_worth_another_try(const struct drive *drive, enum status st)
{
	switch (st) {
	case ST_STALE:
		return true;
	case ST_CONFLICT:
	case ST_NOT_FOUND:
	case ST_NO_USER:
	case ST_BAD_VALUE:
	case ST_LIMIT_REACHED:
	case ST_VERSION_MISMATCH:
	case ST_OUT_OF_RANGE:
		return drive->turn.change_count > 0;
	default:
		return false;
	}
}

static void
on_recorded(enum status st, const struct write_answer *answer, void *arg)
{
	struct drive *drive = arg;
	struct counters *counters = drive->service->counters;

	if (drive->turn.expense_count > 0)
		step_ends(drive, OPERATION_create_expense, st == ST_OK);
	if (is_worth_another_try(drive, st) && (st == ST_STALE ? ++drive->stale < STALE_MAX : ++drive->tries < TRIES_MAX)) {
		find_person(drive);
		return;
	}
	if (st != ST_OK && drive->turn.change_count > 0) {
		log_warn("the changes of a message were refused %d times: %s", TRIES_MAX, status_title(st));
		record_failed(drive);
		return;
	}
	if (st != ST_OK) {
		finish(drive, st, NULL);
		return;
	}
	if (answer->is_new_user) {
		step_ends(drive, OPERATION_auto_signup, true);
		counter_add(&counters->users_signed_up, 1);
		store_get_person(drive->service->store, &drive->ledger, keep_person, drive);
	}
	if (!answer->is_replay) {
		drive->cost_count = 0;
		counter_add(&counters->queue_dead, drive->dead_why != NULL);
		counter_add(&counters->messages_recorded, 1);
		counter_add(&counters->expenses_recorded, answer->expense_count);
	}
	finish_recorded(drive, &answer->message, answer->expenses, answer->expense_count, answer->is_replay);
}

/* It is a message of its own, for which its ref stands. */
static bool
is_said(const struct incoming *incoming)
{
	return incoming->kind == INCOMING_TEXT || incoming->kind == INCOMING_IMAGE;
}

/* Only who is reached by a messenger can be told later. */
static bool
wants_suggestion(const struct drive *drive)
{
	const struct options *options = drive->service->options;

	return drive->turn.is_unsure_where && drive->input.deliver_to.len > 0 && options->ai_when != AI_NEVER && providers_any(options) &&
	    text_length(drive->understood) <= PROMPT_TEXT_MAX;
}

static void
record_turn(struct drive *drive)
{
	const struct turn *turn = &drive->turn;
	const struct incoming *incoming = &drive->input.incoming;
	struct dialogue_entry dialogue = { .conversation = incoming->conversation };
	struct message_entry entry = {
		.sign_up = drive->sign_up, .id = drive->input.id, .status = turn->status, .reply = buf_slice(&drive->reply),
		.understood_by = drive->understood_by,
		.received_ms = drive->input.received_ms, .now_ms = clock_wall_ms(),
		.idempotency_key = drive->input.idempotency_key, .was_in_inbox = drive->input.was_in_inbox,
		.conversation = incoming->conversation,
		.expense_count = turn->expense_count, .expenses = turn->expenses,
		.change_count = turn->change_count, .changes = turn->changes,
		.cost_count = drive->cost_count, .costs = drive->costs,
		.button_count = turn->button_count, .buttons = turn->buttons,
	};

	entry.keeps_picture = drive->keeps_picture && turn->expense_count > 0;
	if (wants_suggestion(drive)) {
		entry.wants_suggestion = true;
		entry.text = drive->understood;
	}
	if (drive->dead_why != NULL) {
		entry.dead_why = slice_of(drive->dead_why);
		entry.text = drive->input.text;
	}
	if (turn->has_state && dialogue_entry(turn, &dialogue))
		entry.dialogue = &dialogue;
	if (drive->reply.has_failed || turn->has_state != (entry.dialogue != NULL)) {
		finish(drive, ST_UNAVAILABLE, NULL);
		return;
	}
	if (drive->reply.len > 0)
		entry.deliver_to = drive->input.deliver_to;
	if (is_said(incoming))
		entry.ref = incoming->ref;
	memcpy(entry.request_hash, drive->input.request_hash, sizeof entry.request_hash);
	step_begins(drive);
	store_record_message(drive->service->store, &drive->ledger, &entry, on_recorded, drive);
}

static void
on_picture_kept(bool is_kept, void *arg)
{
	struct drive *drive = arg;

	drive->keeps_picture = is_kept;
	drop_fetched(drive);
	record_turn(drive);
}

/* The picture goes before its message: when that is recorded, all of it is there. */
static void
record(struct drive *drive)
{
	struct slice file = drive->fetched.len > 0 ? buf_slice(&drive->fetched) : drive->input.picture;

	if (drive->was_kept || drive->turn.expense_count == 0 || !keep_picture_wants(drive->service->options, file)) {
		record_turn(drive);
		return;
	}
	drive->was_kept = true;
	drive->keeping = (struct keep_picture){ .service = drive->service, .ledger = &drive->ledger, .message_id = drive->input.id, .file = file,
		.fn = on_picture_kept, .arg = drive };
	keep_picture_run(&drive->keeping);
}

static void
record_failed(struct drive *drive)
{
	enum language language = drive->turn.language;

	buf_clear(&drive->reply);
	reply_failed(&drive->reply, language);
	drive->turn = (struct turn){ .status = MESSAGE_FAILED, .language = language };
	record(drive);
}

/* --- step 2: understand --------------------------------------------------- */

/* A cost that cannot be kept for want of memory is counted without its model. */
static void
keep_cost(struct drive *drive, const struct ai_cost *cost)
{
	struct ai_cost *kept = &drive->costs[drive->cost_count++];

	*kept = *cost;
	kept->provider = arena_copy(&drive->arena, cost->provider);
	kept->model = arena_copy(&drive->arena, cost->model);
}

/* One too many is not kept: as many as there are lie in memory whole. */
static void
take_fetched(struct drive *drive, struct slice file)
{
	struct counters *counters = drive->service->counters;

	if (file.len == 0 || drive->was_kept || drive->fetched.len > 0)
		return;
	if (atomic_load_explicit(&counters->pictures_in_hand, memory_order_relaxed) < PICTURES_IN_HAND_MAX)
		buf_append_slice(&drive->fetched, file);
	if (drive->fetched.len == file.len) {
		counter_add(&counters->pictures_in_hand, 1);
		return;
	}
	log_warn("a picture is not kept: too many are under way, or there is no memory");
	counter_add(&counters->pictures_not_kept, 1);
}

/* A turn may have more than one text understood, and be taken again. */
static void
note_costs(struct drive *drive, const struct understanding *result)
{
	struct ai_cost costs[MESSAGE_COSTS_MAX];
	size_t count = message_costs(drive->service->options, result, drive->input.incoming.kind == INCOMING_IMAGE ? COST_PICTURE : COST_MESSAGE,
	    drive->input.received_ms, costs);

	if (count > MESSAGE_COSTS_MAX - drive->cost_count)
		book_costs(drive);
	for (size_t i = 0; i < count; i++)
		keep_cost(drive, &costs[i]);
}

static void
on_understood(enum status st, const struct understanding *result, void *arg)
{
	struct drive *drive = arg;

	step_ends(drive, OPERATION_parse_message, st == ST_OK);
	if (st == ST_UNAVAILABLE) {
		accept_for_later(drive);
		return;
	}
	if (st == ST_OK) {
		note_costs(drive, result);
		take_fetched(drive, result->file);
		drive->understood_by = arena_copy(&drive->arena, message_understood_by(result));
	} else {
		drive->dead_why = "it broke every worker that had it";
	}
	drive->understood = drive->turn.ask;
	dialogue_understood(&drive->turn, st, result);
	understand_or_record(drive);
}

static void
on_linked(enum status st, void *arg)
{
	struct drive *drive = arg;

	if (st == ST_OK)
		record(drive);
	else
		finish(drive, st, NULL);
}

/* The turn has nothing more to be understood. */
static void
link_or_record(struct drive *drive)
{
	struct linking *linking = &drive->linking;

	if (drive->turn.link == LINK_NOTHING) {
		record(drive);
		return;
	}
	linking->service = drive->service;
	linking->ledger = &drive->ledger;
	linking->turn = &drive->turn;
	linking->user_id = drive->input.user_id;
	linking->sender = drive->input.sender;
	linking->fn = on_linked;
	linking->arg = drive;
	link_carry_out(linking);
}

/* What is to be understood next, if anything is. */
static void
understand_or_record(struct drive *drive)
{
	struct understand_input job = { .text = drive->turn.ask, .locale = drive->sign_up.locale, .home = drive->turn.ask_home,
		.today = drive->today };
	enum status st;

	if (drive->turn.asks_picture) {
		job.media = drive->input.incoming.media;
		job.picture = drive->input.picture;
	}
	if (drive->turn.ask.len == 0 && !drive->turn.asks_picture) {
		link_or_record(drive);
		return;
	}
	step_begins(drive);
	if (drive->is_known)
		message_own_words(drive->service, &drive->ledger, &drive->person, &drive->arena, &job);
	st = message_ask(drive->service, &drive->ledger, &job, drive->input.priority, on_understood, drive);
	if (st != ST_OK)
		finish(drive, st, NULL);
}

static void
keep_dialogue(enum status st, const struct dialogue *dialogue, void *arg)
{
	struct drive *drive = arg;

	if (st != ST_OK)
		return;                  /* nothing, or a damaged row: nothing is known to be asked */
	drive->dialogue = *dialogue;
	drive->dialogue.state = arena_copy(&drive->arena, dialogue->state);
}

/* What no turn is made of, with what is answered to it, if anything is. */
static bool
answer_without_turn(struct drive *drive)
{
	const struct message_input *input = &drive->input;
	enum language language = language_from_tag(drive->sign_up.locale);

	drive->turn = (struct turn){ .status = MESSAGE_NOTHING, .language = language };
	if (text_length(input->text) > MESSAGE_CHARACTERS_MAX)
		reply_too_long(&drive->reply, language, MESSAGE_CHARACTERS_MAX);
	else if (input->incoming.kind == INCOMING_IMAGE && input->text.len == 0 && !providers_read_images(drive->service->options))
		reply_no_picture(&drive->reply, language);
	return drive->reply.len > 0;
}

static void
take_turn(struct drive *drive)
{
	drive->today = message_day(drive->sign_up.zone.ptr, drive->input.received_ms);
	buf_clear(&drive->reply);
	if (answer_without_turn(drive)) {
		record(drive);
		return;
	}
	drive->turn = (struct turn){
		.store = drive->service->store, .ledger = &drive->ledger, .options = drive->service->options, .arena = &drive->arena,
		.text = drive->input.text, .incoming = &drive->input.incoming, .person = drive->is_known ? &drive->person : NULL, .profile = &drive->sign_up,
		.message_id = drive->input.id, .received_ms = drive->input.received_ms, .now_ms = clock_wall_ms(),
		.today = drive->today, .dialogue = &drive->dialogue, .reply = &drive->reply,
		.is_direct = link_is_direct(drive->input.sender, drive->input.incoming.conversation),
	};
	drive->turn.asks_picture = drive->input.incoming.kind == INCOMING_IMAGE &&
	    drive->input.incoming.media.len + drive->input.picture.len > 0 && providers_read_images(drive->service->options);
	dialogue_begin(&drive->turn);
	understand_or_record(drive);
}

/* --- step 1: who, and was it handled before ------------------------------- */

/* Of an alias that did not come by the inbox: on in the other ledger, as one of its conversations. */
static void
go_to_main(struct drive *drive)
{
	struct message_input *input = &drive->input;

	input->sender = input->user_id;
	input->user_id = drive->person.user.linked_to;
	input->incoming.conversation = link_conversation(&drive->arena, input->sender, input->incoming.conversation);
	drive->ledger = store_ledger(drive->service->store, input->user_id);
	if (input->incoming.conversation.ptr == NULL)
		finish(drive, ST_OVERLOADED, NULL);
	else
		find_person(drive);
}

static bool
is_alias(const struct drive *drive)
{
	return drive->is_known && drive->person.user.linked_to.len > 0 && drive->input.sender.len == 0;
}

/* One of the inbox of somebody who was linked meanwhile is handed on by who takes it next; a main identity may be gone. */
static enum status
check_ledger(const struct drive *drive)
{
	if (drive->input.was_in_inbox)
		return is_alias(drive) ? ST_STALE : ST_OK;
	return drive->input.sender.len > 0 && !drive->is_known ? ST_NO_USER : ST_OK;
}

/* Nothing was done with it before. */
static void
go_on(struct drive *drive)
{
	if (is_alias(drive))
		go_to_main(drive);
	else
		take_turn(drive);
}

static void
on_replay(enum status st, const struct message *message, void *arg)
{
	struct drive *drive = arg;
	struct message_result result;

	/* What waits in the inbox finds the key that it was accepted with: it is no repeat of itself. */
	bool is_itself = st == ST_OK && message->status == MESSAGE_WAITING && uuid_equal(&message->id, &drive->input.id);

	if (st == ST_NOT_FOUND || is_itself) {
		go_on(drive);
		return;
	}
	if (st == ST_OK && !message_load(drive->service, &drive->ledger, message, &drive->person, &drive->arena, &result))
		st = ST_OVERLOADED;
	if (st == ST_OK) {
		result.is_replay = true;
		counter_add(&drive->service->counters->messages_replayed, 1);
	}
	finish(drive, st, st == ST_OK ? &result : NULL);
}

static void
on_person(enum status st, const struct person *person, void *arg)
{
	struct drive *drive = arg;

	keep_person(st, person, drive);
	if (st == ST_OK && !drive->is_known)
		st = ST_OVERLOADED;          /* no memory; who is known is not taken for somebody new */
	step_ends(drive, OPERATION_category_lookup, st == ST_OK || st == ST_NO_USER);
	if (st != ST_OK && st != ST_NO_USER) {
		finish(drive, st, NULL);
		return;
	}
	st = check_ledger(drive);
	if (st != ST_OK) {
		finish(drive, st, NULL);
		return;
	}
	drive->sign_up = message_profile(drive->service->options, drive->input.user_id, drive->is_known ? &drive->person : NULL);
	if (!drive->is_known && language_tag_is_well_formed(drive->input.incoming.locale_hint))
		drive->sign_up.locale = drive->input.incoming.locale_hint;
	drive->dialogue = (struct dialogue){ .version = 0 };
	store_get_dialogue(drive->service->store, &drive->ledger, drive->input.incoming.conversation, keep_dialogue, drive);
	if (drive->input.idempotency_key.len > 0 && drive->is_known)
		store_find_replay(drive->service->store, &drive->ledger, drive->input.idempotency_key,
		    drive->input.request_hash, on_replay, drive);
	else
		go_on(drive);
}

static void
find_person(struct drive *drive)
{
	step_begins(drive);
	store_get_person(drive->service->store, &drive->ledger, on_person, drive);
}

static struct slice
clean_copy(struct drive *drive, struct slice text)
{
	char *copy = arena_alloc(&drive->arena, text.len + 1);

	if (copy == NULL)
		return SLICE_EMPTY;          /* what is copied behind it fails as well */
	if (text.len > 0)
		memcpy(copy, text.ptr, text.len);
	return (struct slice){ copy, text_clean(copy, text.len) };
}

void
message_drive(const struct message_service *service, const struct message_input *input, message_done_fn *fn, void *arg)
{
	struct drive *drive = calloc(1, sizeof *drive);

	if (drive == NULL) {
		fn(ST_OVERLOADED, NULL, arg);
		return;
	}
	drive->service = service;
	drive->fn = fn;
	drive->arg = arg;
	drive->input = *input;
	drive->input.user_id = arena_copy(&drive->arena, input->user_id);
	drive->input.sender = arena_copy(&drive->arena, input->sender);
	drive->input.text = clean_copy(drive, input->text);
	drive->input.idempotency_key = arena_copy(&drive->arena, input->idempotency_key);
	incoming_copy(&drive->arena, &drive->input.incoming);
	drive->input.deliver_to = arena_copy(&drive->arena, input->deliver_to);
	if (drive->input.deliver_to.ptr == NULL) {       /* the last one: memory ran out here or before */
		finish(drive, ST_OVERLOADED, NULL);
		return;
	}
	if (uuid_is_nil(&input->id))
		drive->input.id = uuid7_next(input->received_ms);
	drive->ledger = store_ledger(service->store, input->user_id);
	counters_user_seen(service->counters, drive->ledger.key, clock_mono_ms());
	find_person(drive);
}
