/* SPDX-License-Identifier: MIT */
/* See suggest.h. */
#include "config.h"

#include "suggest.h"

#include "clock.h"
#include "dialogue/actions/suggestion.h"
#include "language_tag.h"
#include "store/person.h"

struct suggesting {
	const struct message_service *service;
	const struct ledger          *ledger;
	const struct queued_job      *job;
	struct arena                 *arena;
	suggest_done_fn              *fn;
	void                         *arg;
	struct person                 person;
	struct sign_up                profile;
	bool                          is_known;
	int64_t                       received_ms;   /* the message */
	struct queued_outcome         outcome;
	size_t                        expense_count;
	struct expense                expenses[MESSAGE_EXPENSES_MAX];   /* that nobody has changed since */
};

static void
end(struct suggesting *s, enum queued_result result, const char *why)
{
	s->outcome.result = result;
	s->outcome.why = why != NULL ? slice_of(why) : SLICE_EMPTY;
	s->fn(&s->outcome, s->arg);
}

/* --- what is there ------------------------------------------------------------------------------ */

static void
on_person(enum status st, const struct person *person, void *arg)
{
	struct suggesting *s = arg;

	s->is_known = st == ST_OK && person_copy(s->arena, person, &s->person);
}

static void
keep_expense(enum status st, const struct expense *expense, void *arg)
{
	struct suggesting *s = arg;

	if (st == ST_OK && expense->version == 1 && expense_copy(s->arena, expense, &s->expenses[s->expense_count]))
		s->expense_count++;
}

static void
on_message(enum status st, const struct message *message, void *arg)
{
	struct suggesting *s = arg;

	if (st != ST_OK)
		return;
	s->received_ms = message->received_ms;
	for (size_t i = 0; i < message->expense_count; i++)
		store_get_expense(s->service->store, s->ledger, &message->expense_ids[i], keep_expense, s);
}

/* The provider took its time. */
static void
forget_what_changed_meanwhile(struct suggesting *s)
{
	size_t count = s->expense_count;

	s->expense_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct uuid id = s->expenses[i].id;

		store_get_expense(s->service->store, s->ledger, &id, keep_expense, s);
	}
}

/* --- what the provider says --------------------------------------------------------------------- */

static const struct understood_expense *
find_understood(const struct understanding *result, const struct expense *expense)
{
	for (size_t i = 0; i < result->expense_count; i++)
		if (result->expenses[i].amount_minor == expense->amount_minor &&
		    slice_equal(result->expenses[i].description, expense->description))
			return &result->expenses[i];
	return NULL;
}

static void
make_notice(struct suggesting *s, const struct understanding *result)
{
	struct suggestion suggestion = { .arena = s->arena, .message_id = s->job->id,
		.language = s->person.user.is_language_fixed ? language_from_tag(s->person.user.locale) : result->language,
		.today = message_day(s->profile.zone.ptr, clock_wall_ms()) };
	int64_t now_ms = clock_wall_ms();

	for (size_t i = 0; i < s->expense_count; i++) {
		const struct understood_expense *understood = find_understood(result, &s->expenses[i]);
		const struct category *category = understood == NULL ? NULL :
		    message_file(&s->person, understood->description, understood->own_category, understood->category);

		if (category != NULL && !uuid_equal(&category->id, &s->expenses[i].category_id))
			suggestion_add(&suggestion, &s->expenses[i], category);
	}
	s->outcome.has_notice = suggestion_end(&suggestion, &s->outcome.notice);
	s->outcome.notice.message_id = uuid7_next(now_ms);
	s->outcome.notice.user_id = s->job->user_id;
	s->outcome.notice.deliver_to = s->job->deliver_to;
	s->outcome.notice.conversation = s->job->conversation;
	s->outcome.notice.created_ms = now_ms;
	s->outcome.notice.not_before_ms = now_ms + s->service->options->dialogue_notice_window_ms;
}

static void
on_understood(enum status st, const struct understanding *result, void *arg)
{
	struct suggesting *s = arg;
	struct ai_cost costs[MESSAGE_COSTS_MAX];

	if (st == ST_FAILED) {
		end(s, QUEUED_DEAD, NULL);
		return;
	}
	if (st != ST_OK) {
		end(s, QUEUED_LATER, "no AI worker had time for it");
		return;
	}
	s->outcome.cost_count = message_costs(s->service->options, result, COST_SUGGESTION, clock_wall_ms(), costs);
	s->outcome.costs = costs;
	if (!result->has_answer) {
		end(s, QUEUED_LATER, "no provider answered");
		return;
	}
	forget_what_changed_meanwhile(s);
	make_notice(s, result);
	end(s, QUEUED_DONE, NULL);
}

void
suggest_run(const struct message_service *service, const struct ledger *ledger, const struct queued_job *job,
    struct arena *arena, suggest_done_fn *fn, void *arg)
{
	struct suggesting *s = arena_alloc(arena, sizeof *s), none = { .fn = fn, .arg = arg };
	struct understand_input input = { .text = job->text, .must_ask = true };

	if (s == NULL) {
		end(&none, QUEUED_LATER, "there was no memory");
		return;
	}
	*s = (struct suggesting){ .service = service, .ledger = ledger, .job = job, .arena = arena, .fn = fn, .arg = arg };
	store_get_person(service->store, ledger, on_person, s);
	if (s->is_known)
		store_get_message(service->store, ledger, &job->id, on_message, s);
	if (s->expense_count == 0) {
		end(s, QUEUED_DONE, NULL);       /* there is nothing left to suggest anything for */
		return;
	}
	s->profile = message_profile(service->options, job->user_id, &s->person);
	input.locale = s->profile.locale;
	input.home = s->profile.home;
	input.today = message_day(s->profile.zone.ptr, s->received_ms);
	message_own_words(service, ledger, &s->person, arena, &input);
	if (message_ask(service, ledger, &input, PRIORITY_LOW, on_understood, s) != ST_OK)
		end(s, QUEUED_LATER, "too many jobs wait for AI workers");
}
