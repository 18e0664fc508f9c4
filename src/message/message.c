/* SPDX-License-Identifier: MIT */
/*
 * See message.h.  A struct drive is one message on its way; its fields are
 * filled step by step and what they point to lies in its arena.  Each step ends
 * by calling the next one or finish().
 */
#include "config.h"

#include "message.h"

#include <stdlib.h>

#include "arena.h"
#include "chat/reply.h"
#include "clock.h"
#include "counters.h"
#include "store/person.h"

struct drive {
	const struct message_service *service;
	message_done_fn              *fn;
	void                         *arg;
	struct arena                  arena;
	struct message_input          input;
	struct ledger                 ledger;
	int64_t                       step_started_ns;

	/* after step 1 */
	struct person                 person;
	bool                          is_known;        /* the user is signed up */
	struct sign_up                sign_up;
	day_t                         today;

	/* after step 2 */
	enum language                 language;
	enum message_status           status;
	struct buf                    reply;
	size_t                        expense_count;
	struct new_expense            expenses[MESSAGE_EXPENSES_MAX];
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
finish(struct drive *drive, enum status st, const struct message_result *result)
{
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
		.expenses = expenses, .expense_count = count,
	};

	if (is_replay)
		counter_add(&drive->service->counters->messages_replayed, 1);
	result.person = drive->is_known ? &drive->person : NULL;
	finish(drive, ST_OK, &result);
}

/* --- step 3: record ------------------------------------------------------- */

static void
on_accepted(enum status st, void *arg)
{
	struct drive *drive = arg;
	struct message_result result = { .id = drive->input.id, .status = MESSAGE_WAITING };

	buf_clear(&drive->reply);
	reply_waiting(&drive->reply, drive->language);
	result.reply = buf_slice(&drive->reply);
	finish(drive, st, &result);
}

/* Nobody understood it in time: it goes to the inbox, from where the keeper drives it. */
static void
accept_for_later(struct drive *drive)
{
	struct inbox_entry entry = {
		.message_id = drive->input.id, .user_id = drive->input.user_id, .text = drive->input.text,
		.idempotency_key = drive->input.idempotency_key, .deliver_to = drive->input.deliver_to,
		.received_ms = drive->input.received_ms,
	};

	drive->language = language_from_tag(drive->sign_up.locale);
	if (drive->input.was_in_inbox) {
		finish(drive, ST_UNAVAILABLE, NULL);
		return;
	}
	memcpy(entry.request_hash, drive->input.request_hash, sizeof entry.request_hash);
	store_put_inbox(drive->service->store, &drive->ledger, &entry, on_accepted, drive);
}

static void
on_recorded(enum status st, const struct write_answer *answer, void *arg)
{
	struct drive *drive = arg;
	struct counters *counters = drive->service->counters;

	if (drive->expense_count > 0)
		step_ends(drive, OPERATION_create_expense, st == ST_OK);
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
		counter_add(&counters->messages_recorded, 1);
		counter_add(&counters->expenses_recorded, answer->expense_count);
	}
	finish_recorded(drive, &answer->message, answer->expenses, answer->expense_count, answer->is_replay);
}

static void
record(struct drive *drive)
{
	struct message_entry entry = {
		.sign_up = drive->sign_up, .id = drive->input.id, .status = drive->status, .reply = buf_slice(&drive->reply),
		.received_ms = drive->input.received_ms, .now_ms = clock_wall_ms(),
		.idempotency_key = drive->input.idempotency_key, .was_in_inbox = drive->input.was_in_inbox,
		.deliver_to = drive->input.deliver_to, .expense_count = drive->expense_count, .expenses = drive->expenses,
		.cost_count = drive->cost_count, .costs = drive->costs,
	};

	if (drive->reply.has_failed) {
		finish(drive, ST_UNAVAILABLE, NULL);
		return;
	}
	memcpy(entry.request_hash, drive->input.request_hash, sizeof entry.request_hash);
	step_begins(drive);
	store_record_message(drive->service->store, &drive->ledger, &entry, on_recorded, drive);
}

/* --- step 2: understand --------------------------------------------------- */

static void
take_expense(struct drive *drive, const struct understood_expense *understood, struct reply_expense *said)
{
	const struct category *category = drive->is_known ?
	    message_file(&drive->person, understood->description, understood->own_category, understood->category) : NULL;
	struct new_expense *new_expense = &drive->expenses[drive->expense_count++];

	new_expense->expense = (struct expense){
		.id = uuid7_next(drive->input.received_ms), .day = understood->day, .amount_minor = understood->amount_minor,
		.currency = understood->currency, .description = understood->description,
		.account = understood->account.len > 0 ? understood->account : message_default_account,
		.zone = drive->sign_up.zone, .message_id = drive->input.id, .created_ms = drive->input.received_ms,
	};
	new_expense->category_key = slice_of(category_kind_key(understood->category));
	if (category != NULL)
		new_expense->expense.category_id = category->id;
	*said = (struct reply_expense){
		.description = understood->description, .amount_minor = understood->amount_minor,
		.currency = understood->currency, .account = understood->account, .day = understood->day,
		.category = category != NULL ? message_category_name(category, drive->language) :
		    category_kind_name(understood->category, drive->language),
	};
}

static void
take_expenses(struct drive *drive, const struct understanding *result)
{
	struct reply_expense said[MESSAGE_EXPENSES_MAX];

	drive->status = MESSAGE_RECORDED;
	for (size_t i = 0; i < result->expense_count && i < MESSAGE_EXPENSES_MAX; i++)
		take_expense(drive, &result->expenses[i], &said[i]);
	reply_recorded(&drive->reply, drive->language, said, drive->expense_count, drive->today);
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
		drive->language = result->language;
		drive->cost_count = message_costs(result, false, drive->input.received_ms, drive->costs);
		if (result->verdict == VERDICT_EXPENSES) {
			take_expenses(drive, result);
		} else {
			drive->status = message_status_of(result->verdict);
			reply_verdict(&drive->reply, result, drive->sign_up.home);
		}
	} else {
		drive->language = language_from_tag(drive->sign_up.locale);
		drive->status = MESSAGE_FAILED;
		reply_failed(&drive->reply, drive->language);
	}
	record(drive);
}

static void
ask(struct drive *drive)
{
	enum status st;

	drive->today = message_day(drive->sign_up.zone.ptr, drive->input.received_ms);
	step_begins(drive);
	st = message_ask(drive->service, drive->input.text, &drive->sign_up, drive->is_known ? &drive->person : NULL, drive->today,
	    drive->input.priority, on_understood, drive);
	if (st != ST_OK)
		finish(drive, st, NULL);
}

/* --- step 1: who, and was it handled before ------------------------------- */

static void
on_replay(enum status st, const struct message *message, void *arg)
{
	struct drive *drive = arg;
	struct message_result result;

	if (st == ST_NOT_FOUND) {
		ask(drive);
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
	step_ends(drive, OPERATION_category_lookup, st == ST_OK || st == ST_NO_USER);
	if (st != ST_OK && st != ST_NO_USER) {
		finish(drive, st, NULL);
		return;
	}
	drive->sign_up = message_profile(drive->service->options, drive->input.user_id, drive->is_known ? &drive->person : NULL);
	if (drive->input.idempotency_key.len > 0 && drive->is_known)
		store_find_replay(drive->service->store, &drive->ledger, drive->input.idempotency_key,
		    drive->input.request_hash, on_replay, drive);
	else
		ask(drive);
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
	drive->input.text = arena_copy(&drive->arena, input->text);
	drive->input.idempotency_key = arena_copy(&drive->arena, input->idempotency_key);
	drive->input.deliver_to = arena_copy(&drive->arena, input->deliver_to);
	if (drive->input.deliver_to.ptr == NULL) {       /* the last one: memory ran out here or before */
		finish(drive, ST_OVERLOADED, NULL);
		return;
	}
	if (uuid_is_nil(&input->id))
		drive->input.id = uuid7_next(input->received_ms);
	drive->ledger = store_ledger(service->store, input->user_id);
	counters_user_seen(service->counters, drive->ledger.key, clock_mono_ms());
	step_begins(drive);
	store_get_person(service->store, &drive->ledger, on_person, drive);
}
