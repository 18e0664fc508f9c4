/* SPDX-License-Identifier: MIT */
/*
 * What is there: see turn.h.  The store answers its reads before they return, in
 * every engine; what is given here is copied to the turn's arena.
 */
#include "config.h"

#include "turn.h"

#include "fold.h"
#include "message/message.h"
#include "store/person.h"
#include "store_queue.h"

enum {
	LOOKED_THROUGH = 500,          /* expenses, for words that were said */
	LOOKED_BACK_DAYS = 366
};

struct looking {
	struct turn   *turn;
	struct expense *expenses;
	size_t         count, max;
	struct slice   words;          /* folded; empty: all */
	int64_t        at_ms;
	bool           is_found;
};

static void
take(struct looking *looking, const struct expense *expense)
{
	if (looking->count < looking->max && expense_copy(looking->turn->arena, expense, &looking->expenses[looking->count]))
		looking->count++;
}

static void
take_one(enum status st, const struct expense *expense, void *arg)
{
	if (st == ST_OK)
		take(arg, expense);
}

bool
look_expense(struct turn *turn, const struct uuid *id, struct expense *expense)
{
	struct looking looking = { .turn = turn, .expenses = expense, .max = 1 };

	store_get_expense(turn->store, turn->ledger, id, take_one, &looking);
	return looking.count == 1;
}

static void
take_entry(enum status st, const struct message *message, void *arg)
{
	struct looking *looking = arg;

	if (st != ST_OK)
		return;
	looking->at_ms = message->received_ms;
	for (size_t i = 0; i < message->expense_count; i++)
		store_get_expense(looking->turn->store, looking->turn->ledger, &message->expense_ids[i], take_one, looking);
}

bool
look_is_reply(const struct turn *turn)
{
	return turn->incoming != NULL && turn->incoming->reply_to_ref.len > 0;
}

size_t
look_last_entry(struct turn *turn, struct expense *expenses, int64_t *at_ms)
{
	struct looking looking = { .turn = turn, .expenses = expenses, .max = MESSAGE_EXPENSES_MAX };

	if (look_is_reply(turn))
		store_find_reference(turn->store, turn->ledger, turn->incoming->conversation, turn->incoming->reply_to_ref, take_entry,
		    &looking);
	else
		store_find_last_entry(turn->store, turn->ledger, take_entry, &looking);
	*at_ms = looking.at_ms;
	return looking.count;
}

size_t
look_entry(struct turn *turn, const struct uuid *message_id, struct expense *expenses)
{
	struct looking looking = { .turn = turn, .expenses = expenses, .max = MESSAGE_EXPENSES_MAX };

	store_get_message(turn->store, turn->ledger, message_id, take_entry, &looking);
	return looking.count;
}

static void
take_listed(const struct expense *expense, void *arg)
{
	take(arg, expense);
}

static void
on_list_end(enum status st, bool has_more, void *arg)
{
	(void)st;
	(void)has_more;
	(void)arg;
}

size_t
look_in_days(struct turn *turn, day_t from, day_t to, struct slice words, struct expense *expenses, size_t max)
{
	static const struct expense_list_callbacks callbacks = { take_listed, on_list_end };
	struct slice folded = text_fold(turn->arena, words);
	struct looking looking = { .turn = turn, .expenses = expenses, .max = max };
	struct expense_query query = { .from = from, .to = to, .limit = (unsigned)max, .is_newest_first = true,
		.word_count = words.len > 0, .words = &folded };

	if (words.len == 0 || folded.ptr != NULL)
		store_list_expenses(turn->store, turn->ledger, &query, &callbacks, &looking);
	return looking.count;
}

size_t
look_matching(struct turn *turn, struct slice words, struct expense *expenses, size_t max)
{
	return look_in_days(turn, turn->today - LOOKED_BACK_DAYS, turn->today + LOOKED_BACK_DAYS, words, expenses, max);
}

static void
take_deleted(const struct expense *expense, void *arg)
{
	struct looking *looking = arg;
	struct slice folded = text_fold(looking->turn->arena, expense->description);

	if (looking->words.len == 0 || (folded.len >= looking->words.len
	    && memmem(folded.ptr, folded.len, looking->words.ptr, looking->words.len) != NULL))
		take(looking, expense);
}

static void
on_deleted_end(enum status st, void *arg)
{
	(void)st;
	(void)arg;
}

size_t
look_deleted(struct turn *turn, struct slice words, struct expense *expenses, size_t max)
{
	static const struct deleted_list_callbacks callbacks = { take_deleted, on_deleted_end };
	struct looking looking = { .turn = turn, .expenses = expenses, .max = max, .words = text_fold(turn->arena, words) };

	store_list_deleted(turn->store, turn->ledger, turn->now_ms, LOOKED_THROUGH, &callbacks, &looking);
	return looking.count;
}

/* The events come the oldest first: the last change counts. */
static void
take_event(const struct expense_event *event, void *arg)
{
	struct looking *looking = arg;

	if (event->action == EXPENSE_CHANGED && event->has_before)
		looking->is_found = expense_copy(looking->turn->arena, &event->before, looking->expenses);
}

bool
look_before(struct turn *turn, const struct uuid *id, struct expense *before)
{
	static const struct history_callbacks callbacks = { take_event, on_list_end };
	struct looking looking = { .turn = turn, .expenses = before };
	struct history_query query = { .expense_id = *id, .limit = LOOKED_THROUGH };

	store_list_history(turn->store, turn->ledger, &query, &callbacks, &looking);
	return looking.is_found;
}

/* --- categories ----------------------------------------------------------------------------- */

static bool
is_name_of_kind(struct turn *turn, enum category_kind kind, struct slice folded)
{
	for (int language = 0; language < LANGUAGES; language++)
		if (slice_equal(text_fold(turn->arena, category_kind_name(kind, (enum language)language)), folded))
			return true;
	return false;
}

/* A default category that was not renamed, by its name in some language. */
static bool
is_default_name(struct turn *turn, const struct category *category, struct slice folded)
{
	enum category_kind kind;

	return category->name.len == 0 && category_kind_from_key(category->key, &kind) && is_name_of_kind(turn, kind, folded);
}

const struct category *
look_category(struct turn *turn, struct slice name)
{
	const struct person *person = turn->person;
	struct slice folded;

	if (person == NULL || name.len == 0 || name.len > CATEGORY_NAME_MAX)
		return NULL;
	folded = text_fold(turn->arena, name);
	for (size_t i = 0; i < person->category_count; i++)
		if (person->categories[i].folded.len > 0 && slice_equal(person->categories[i].folded, folded))
			return &person->categories[i];
	for (size_t i = 0; i < person->category_count; i++)
		if (is_default_name(turn, &person->categories[i], folded))
			return &person->categories[i];
	return NULL;
}

/* What people call default categories, folded. */
static const char *const called[CATEGORY_KINDS] = {
#define CATEGORY_NAME(kind, names) [CATEGORY_##kind] = names,
#include "data/names.def"
};

const struct category *
look_category_called(struct turn *turn, struct slice name)
{
	const struct category *category = look_category(turn, name);
	struct slice folded = text_fold(turn->arena, name);

	for (int kind = 0; category == NULL && turn->person != NULL && kind < CATEGORY_KINDS; kind++)
		if (called[kind] != NULL && intent_is_listed(folded, called[kind]))
			return person_default_category(turn->person, slice_of(category_kind_key((enum category_kind)kind)));
	return category;
}

bool
look_is_default_name(struct turn *turn, struct slice name)
{
	struct slice folded = text_fold(turn->arena, name);

	for (int kind = 0; turn->person == NULL && kind < CATEGORY_KINDS; kind++)
		if (is_name_of_kind(turn, (enum category_kind)kind, folded) || (called[kind] != NULL && intent_is_listed(folded, called[kind])))
			return true;
	return false;
}

struct slice
turn_category_name(const struct turn *turn, const struct uuid *id)
{
	const struct category *category = turn->person != NULL ? person_category(turn->person, id) : NULL;

	if (uuid_equal(&turn->made.id, id))
		return turn->made.name;
	return category != NULL ? message_category_name(category, turn->language) : category_kind_name(CATEGORY_OTHER, turn->language);
}

/* --- accounts --------------------------------------------------------------------------------- */

static const struct {
	const char *accounts[LANGUAGES];
	const char *names;
} payments[] = {
#define PAYMENT_NAME(en, zh_hant, zh_hans, ja, names) { { en, zh_hant, zh_hans, ja }, names },
#include "data/names.def"
};

struct slice
look_account_of_payment(struct turn *turn, struct slice words, enum language language)
{
	struct slice folded = text_fold(turn->arena, words);

	for (size_t i = 0; i < sizeof payments / sizeof payments[0]; i++)
		if (intent_is_listed(folded, payments[i].names))
			return slice_of(payments[i].accounts[language]);
	return SLICE_EMPTY;
}
