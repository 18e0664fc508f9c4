/* SPDX-License-Identifier: MIT */
/* What driving a message has in common with parsing one and with looking at one later; see message.h. */
#include "config.h"

#include "message.h"

#include <assert.h>

#include "chat/reply.h"
#include "clock.h"
#include "fold.h"
#include "own_topics.h"
#include "store/person.h"
#include "zone.h"

const struct slice message_default_account = { "Cash", 4 };

static void
enter(void *arg, void (*fn)(void *arg), void *fn_arg)
{
	store_enter(((struct message_service *)arg)->store, fn, fn_arg);
}

bool
message_open_pool(struct message_service *service, struct event_base *base, const struct counter_segment *segment)
{
	service->pool = ai_pool_open(base, service->options, service->counters, segment);
	if (service->pool == NULL)
		return false;
	if (store_may_wait(service->store))
		ai_pool_tell_by(service->pool, enter, service);
	return true;
}

static const char *const status_texts[] = {
	[MESSAGE_RECORDED] = "recorded", [MESSAGE_QUESTION] = "question", [MESSAGE_ANSWER] = "answer",
	[MESSAGE_NOTHING] = "nothing", [MESSAGE_FAILED] = "failed", [MESSAGE_WAITING] = "waiting",
};

const char *
message_status_text(enum message_status status)
{
	return status_texts[status];
}

enum message_status
message_status_of(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_EXPENSES:
		return MESSAGE_RECORDED;
	case VERDICT_NO_THING:
	case VERDICT_NO_AMOUNT:
		return MESSAGE_QUESTION;
	default:
		return MESSAGE_NOTHING;
	}
}

struct sign_up
message_profile(const struct options *options, struct slice user_id, const struct person *person)
{
	struct sign_up profile = { .user_id = user_id };

	if (person != NULL) {
		profile.locale = person->user.locale;
		profile.zone = person->user.zone;
		profile.home = person->user.home;
		return profile;
	}
	profile.locale = slice_of(options->user_locale);
	profile.zone = slice_of(options->user_time_zone);
	currency_parse(slice_of(options->user_home_currency), &profile.home);
	return profile;
}

const struct category *
message_category(const struct person *person, enum category_kind kind)
{
	const struct category *category = person_default_category(person, slice_of(category_kind_key(kind)));

	if (category == NULL)
		category = person_default_category(person, slice_of(category_kind_key(CATEGORY_OTHER)));
	return category == NULL && person->category_count > 0 ? &person->categories[0] : category;
}

static const struct category *
find_by_keyword(const struct person *person, struct slice folded)
{
	for (size_t i = 0; i < person->keyword_count; i++) {
		const struct keyword *keyword = &person->keywords[i];
		const struct category *category = person_category(person, &keyword->category_id);

		if (category != NULL && text_has_word(folded, keyword->folded))
			return category;
	}
	return NULL;
}

static const struct category *
find_by_own_name(const struct person *person, struct slice folded)
{
	const struct category *best = NULL;

	for (size_t i = 0; i < person->category_count; i++) {
		const struct category *category = &person->categories[i];

		if ((best == NULL || category->folded.len > best->folded.len) && text_has_word(folded, category->folded))
			best = category;
	}
	return best;
}

/* The place may be one of a person who has changed since. */
static const struct category *
find_understood(const struct person *person, unsigned own_category)
{
	if (own_category == 0 || own_category > person->category_count)
		return NULL;
	return person_category(person, &person->categories[own_category - 1].id);
}

/* Most people have neither, and then nothing is folded. */
static bool
has_own_words(const struct person *person)
{
	bool has_any = person->keyword_count > 0;

	for (size_t i = 0; !has_any && i < person->category_count; i++)
		has_any = person->categories[i].folded.len > 0;
	return has_any;
}

const struct category *
message_file(const struct person *person, struct slice description, unsigned own_category, enum category_kind kind)
{
	const struct category *category = NULL;
	struct buf folded = BUF_INIT;

	if (has_own_words(person)) {
		text_fold_to(&folded, description);
		category = find_by_keyword(person, buf_slice(&folded));
		if (category == NULL)
			category = find_by_own_name(person, buf_slice(&folded));
		if (category == NULL)
			category = own_topic_find(person, buf_slice(&folded));
		buf_fini(&folded);
	}
	if (category == NULL)
		category = find_understood(person, own_category);
	return category != NULL ? category : message_category(person, kind);
}

struct slice
message_category_name(const struct category *category, enum language language)
{
	enum category_kind kind;

	if (category->name.len > 0)
		return category->name;
	return category_kind_from_key(category->key, &kind) ? category_kind_name(kind, language) : category->key;
}

day_t
message_day(const char *zone, int64_t wall_ms)
{
	day_t day = 0;

	if (!zone_local_day(zone, wall_ms, &day))
		zone_local_day("UTC", wall_ms, &day);
	return day;
}

struct slice
message_understood_by(const struct understanding *result)
{
	return result != NULL && result->answered_by.len > 0 ? result->answered_by : SLICE_LITERAL("rules");
}

int64_t
message_timeout_ms(const struct options *options, bool has_picture)
{
	return has_picture ? options->ai_image_timeout_ms : options->ai_message_timeout_ms;
}

enum status
message_ask(const struct message_service *service, const struct ledger *ledger, const struct understand_input *job,
    enum priority priority, ai_answer_fn *fn, void *arg)
{
	struct understand_input asked = *job;

	asked.may_ask = true;
	memcpy(&asked.whose, ledger->key, sizeof asked.whose);
	return ai_pool_ask(service->pool, &asked, priority, clock_mono_ms() + message_timeout_ms(service->options, job->media.len + job->picture.len > 0), fn, arg);
}

static_assert((int)UNDERSTAND_CALLS_MAX <= (int)MESSAGE_COSTS_MAX, "all calls about a text are booked at once");

size_t
message_costs(const struct options *options, const struct understanding *result, enum cost_operation operation,
    int64_t now_ms, struct ai_cost costs[static MESSAGE_COSTS_MAX])
{
	static const char *const operations[][2] = { [COST_MESSAGE] = { "message" AI_OPERATION_UNPRICED, "message" },
		[COST_PARSE] = { "parse" AI_OPERATION_UNPRICED, "parse" }, [COST_SUGGESTION] = { "suggestion" AI_OPERATION_UNPRICED, "suggestion" },
		[COST_PICTURE] = { "picture" AI_OPERATION_UNPRICED, "picture" } };
	size_t count = 0;

	for (size_t i = 0; i < result->call_count; i++) {
		const struct understand_call *call = &result->calls[i];
		struct ai_cost *cost = &costs[count];

		if (call->is_failed && options->ai_calls_days == 0)
			continue;
		*cost = (struct ai_cost){ .call_id = uuid7_next(now_ms), .now_ms = now_ms,
			.operation = slice_of(operations[operation][call->has_cost || call->is_failed]), .provider = call->provider, .model = call->model,
			.is_unpriced = !call->has_cost && !call->is_failed, .currency = { "USD" },
			.usage = { 1, call->input_tokens, call->output_tokens, 0, 0 },
			.result = call->result, .is_failed = call->is_failed, .is_listed = options->ai_calls_days > 0 };
		if (call->has_cost) {
			cost->currency = call->currency;
			cost->usage.cost_micros = call->cost_micros;
		}
		count++;
	}
	return count;
}

/* --- a message of the store -------------------------------------------------- */

struct loading {
	struct arena   *arena;
	struct expense *expenses;
	size_t          count;
	bool            has_failed;
};

static void
keep_expense(enum status st, const struct expense *expense, void *arg)
{
	struct loading *loading = arg;

	if (st == ST_OK)                 /* else it was deleted since */
		loading->has_failed |= !expense_copy(loading->arena, expense, &loading->expenses[loading->count++]);
}

/* Nothing is kept as the reply to a message that waits: it is what was said when it was accepted. */
static struct slice
load_reply(const struct message_service *service, const struct message *message, const struct person *person,
    struct arena *arena)
{
	struct sign_up profile = message_profile(service->options, SLICE_EMPTY, person);
	struct buf text = BUF_INIT;
	struct slice copy;

	if (message->status != MESSAGE_WAITING)
		return arena_copy(arena, message->reply);
	reply_waiting(&text, language_from_tag(profile.locale));
	copy = text.has_failed ? SLICE_EMPTY : arena_copy(arena, buf_slice(&text));
	buf_fini(&text);
	return copy;
}

static const struct reply_button *
load_buttons(const struct message *message, struct arena *arena)
{
	struct reply_button *buttons = arena_alloc(arena, sizeof message->buttons);

	for (size_t i = 0; buttons != NULL && i < message->button_count; i++)
		buttons[i] = (struct reply_button){ arena_copy(arena, message->buttons[i].label), arena_copy(arena, message->buttons[i].data) };
	return buttons;
}

bool
message_load(const struct message_service *service, const struct ledger *ledger, const struct message *message,
    const struct person *person, struct arena *arena, struct message_result *result)
{
	struct loading loading = { .arena = arena };

	*result = (struct message_result){ .id = message->id, .status = message->status, .person = person };
	result->reply = load_reply(service, message, person, arena);
	result->understood_by = arena_copy(arena, message->understood_by);
	result->buttons = load_buttons(message, arena);
	result->button_count = result->buttons != NULL ? message->button_count : 0;
	loading.expenses = arena_alloc(arena, (message->expense_count + 1) * sizeof *loading.expenses);
	if (result->reply.ptr == NULL || result->understood_by.ptr == NULL || result->buttons == NULL || loading.expenses == NULL)
		return false;
	for (size_t i = 0; i < message->expense_count; i++)
		store_get_expense(service->store, ledger, &message->expense_ids[i], keep_expense, &loading);
	result->expenses = loading.expenses;
	result->expense_count = loading.count;
	return !loading.has_failed;
}
