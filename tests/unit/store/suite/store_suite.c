/* SPDX-License-Identifier: MIT */
/* See store_suite.h. */
#include "config.h"

#include "store_suite.h"


#include <event2/event.h>

#include "arena.h"
#include "clock.h"
#include "store/person.h"
#include "uuid_shared.h"

const struct suite_engine *suite_engine;

enum { PATIENCE_MS = 20000 };

int
suite_setup(void **state)
{
	struct suite *s = calloc(1, sizeof *s);

	s->arena = calloc(1, sizeof *s->arena);
	s->store = suite_engine->open(&s->base);
	*state = s;
	return s->store != NULL ? 0 : -1;
}

int
suite_teardown(void **state)
{
	struct suite *s = *state;

	suite_engine->close(s->store);
	arena_fini(s->arena);
	free(s->arena);
	free(s);
	return 0;
}

void
suite_wait(struct suite *s, const bool *done)
{
	int64_t end = clock_mono_ms() + PATIENCE_MS;

	while (!*done) {
		assert_non_null(s->base);
		assert_true(clock_mono_ms() < end);
		event_base_loop(s->base, EVLOOP_ONCE);
	}
}

struct ledger
suite_ledger(const struct suite *s, const char *user)
{
	return store_ledger(s->store, slice_of(user));
}

int64_t
suite_now_ms(void)
{
	return INT64_C(1764000000000);
}

/* --- waiting for answers ---------------------------------------------------------- */

struct wait {
	struct suite *s;
	bool          is_done;
	enum status   st;
	void         *out;
};

static struct slice
keep(struct wait *w, struct slice s)
{
	return s.len > 0 ? arena_copy(w->s->arena, s) : SLICE_EMPTY;
}

static void
finish(struct wait *w, enum status st)
{
	assert_false(w->is_done);          /* exactly once */
	w->is_done = true;
	w->st = st;
}

static enum status
answered(struct wait *w)
{
	suite_wait(w->s, &w->is_done);
	return w->st;
}

static void
keep_expense(struct wait *w, const struct expense *from, struct expense *to)
{
	*to = *from;
	to->description = keep(w, from->description);
	to->account = keep(w, from->account);
	to->zone = keep(w, from->zone);
}

static void
keep_message(struct wait *w, const struct message *from, struct message *to)
{
	struct uuid *ids = arena_alloc(w->s->arena, from->expense_count * sizeof *ids);

	for (size_t i = 0; i < from->expense_count; i++)
		ids[i] = from->expense_ids[i];
	*to = *from;
	to->expense_ids = ids;
	to->text = keep(w, from->text);
	to->reply = keep(w, from->reply);
}

static void
on_write(enum status st, const struct write_answer *answer, void *arg)
{
	struct wait *w = arg;
	struct write_answer *out = w->out;

	finish(w, st);
	if (st != ST_OK || out == NULL)
		return;
	*out = *answer;
	keep_message(w, &answer->message, &out->message);
	out->expenses = arena_alloc(w->s->arena, answer->expense_count * sizeof *out->expenses);
	for (size_t i = 0; i < answer->expense_count; i++)
		keep_expense(w, &answer->expenses[i], (struct expense *)&out->expenses[i]);
}

static void
on_done(enum status st, void *arg)
{
	finish(arg, st);
}

static void
on_person(enum status st, const struct person *person, void *arg)
{
	struct wait *w = arg;

	finish(w, st);
	if (st == ST_OK)
		assert_true(person_copy(w->s->arena, person, w->out));
}

static void
on_message(enum status st, const struct message *message, void *arg)
{
	struct wait *w = arg;

	finish(w, st);
	if (st == ST_OK)
		keep_message(w, message, w->out);
}

static void
on_expense(enum status st, const struct expense *expense, void *arg)
{
	struct wait *w = arg;

	finish(w, st);
	if (st == ST_OK)
		keep_expense(w, expense, w->out);
}

void
suite_done(enum status st, void *arg)
{
	struct suite_outcome *wait = arg;

	assert_false(wait->is_done);
	wait->is_done = true;
	wait->st = st;
}

void
suite_written(enum status st, const struct write_answer *answer, void *arg)
{
	struct suite_outcome *wait = arg;

	suite_done(st, wait);
	if (st != ST_OK)
		return;
	wait->answer = *answer;
	wait->next_len = answer->next.len;
	assert_true(wait->next_len <= sizeof wait->next);
	if (wait->next_len > 0)
		memcpy(wait->next, answer->next.ptr, wait->next_len);
}

/* --- the operations ----------------------------------------------------------------- */

enum status
suite_record(struct suite *s, const struct message_entry *entry, struct write_answer *answer)
{
	struct wait w = { .s = s, .out = answer };
	struct ledger ledger = store_ledger(s->store, entry->sign_up.user_id);

	store_record_message(s->store, &ledger, entry, on_write, &w);
	return answered(&w);
}

enum status
suite_put(struct suite *s, const char *user, const struct expense_batch *batch, struct write_answer *answer)
{
	struct wait w = { .s = s, .out = answer };
	struct ledger ledger = suite_ledger(s, user);

	store_put_expenses(s->store, &ledger, batch, on_write, &w);
	return answered(&w);
}

enum status
suite_change(struct suite *s, const char *user, const struct expense_change *change, struct write_answer *answer)
{
	struct wait w = { .s = s, .out = answer };
	struct ledger ledger = suite_ledger(s, user);

	store_change_expense(s->store, &ledger, change, on_write, &w);
	return answered(&w);
}

enum status
suite_name(struct suite *s, const char *user, const struct category_name *name, struct write_answer *answer)
{
	struct wait w = { .s = s, .out = answer };
	struct ledger ledger = suite_ledger(s, user);

	store_name_category(s->store, &ledger, name, on_write, &w);
	return answered(&w);
}

enum status
suite_delete_category(struct suite *s, const char *user, const struct category_deletion *deletion, struct write_answer *answer)
{
	struct wait w = { .s = s, .out = answer };
	struct ledger ledger = suite_ledger(s, user);

	store_delete_category(s->store, &ledger, deletion, on_write, &w);
	return answered(&w);
}

enum status
suite_move(struct suite *s, const char *user, const struct uuid *category_id, struct write_answer *answer)
{
	struct wait w = { .s = s, .out = answer };
	struct ledger ledger = suite_ledger(s, user);

	store_move_expenses(s->store, &ledger, category_id, suite_now_ms(), on_write, &w);
	return answered(&w);
}

enum status
suite_keyword(struct suite *s, const char *user, const struct keyword_change *change, struct write_answer *answer)
{
	struct wait w = { .s = s, .out = answer };
	struct ledger ledger = suite_ledger(s, user);

	store_set_keyword(s->store, &ledger, change, on_write, &w);
	return answered(&w);
}

static struct sign_up
sign_up_of(const char *user)
{
	return (struct sign_up){ slice_of(user), SLICE_LITERAL("zh-TW"), SLICE_LITERAL("Asia/Taipei"), { "TWD" },
		SLICE_EMPTY };
}

enum status
suite_sign_up(struct suite *s, const char *user, struct write_answer *answer)
{
	struct wait w = { .s = s, .out = answer };
	struct ledger ledger = suite_ledger(s, user);
	struct sign_up_entry entry = { .sign_up = sign_up_of(user), .now_ms = suite_now_ms() };

	store_sign_up(s->store, &ledger, &entry, on_write, &w);
	return answered(&w);
}

enum status
suite_sign_up_with(struct suite *s, const struct sign_up_entry *entry, struct write_answer *answer)
{
	struct wait w = { .s = s, .out = answer };
	struct ledger ledger = store_ledger(s->store, entry->sign_up.user_id);

	store_sign_up(s->store, &ledger, entry, on_write, &w);
	return answered(&w);
}

enum status
suite_change_user(struct suite *s, const char *user, const struct user_change *change, struct write_answer *answer)
{
	struct wait w = { .s = s, .out = answer };
	struct ledger ledger = suite_ledger(s, user);

	store_change_user(s->store, &ledger, change, on_write, &w);
	return answered(&w);
}

enum status
suite_person(struct suite *s, const char *user, struct person *person)
{
	struct wait w = { .s = s, .out = person };
	struct ledger ledger = suite_ledger(s, user);

	store_get_person(s->store, &ledger, on_person, &w);
	return answered(&w);
}

enum status
suite_message(struct suite *s, const char *user, const struct uuid *id, struct message *message)
{
	struct wait w = { .s = s, .out = message };
	struct ledger ledger = suite_ledger(s, user);

	store_get_message(s->store, &ledger, id, on_message, &w);
	return answered(&w);
}

enum status
suite_replay(struct suite *s, const char *user, const char *key, const uint8_t hash[32], struct message *message)
{
	struct wait w = { .s = s, .out = message };
	struct ledger ledger = suite_ledger(s, user);

	store_find_replay(s->store, &ledger, slice_of(key), hash, on_message, &w);
	return answered(&w);
}

enum status
suite_expense(struct suite *s, const char *user, const struct uuid *id, struct expense *expense)
{
	struct wait w = { .s = s, .out = expense };
	struct ledger ledger = suite_ledger(s, user);

	store_get_expense(s->store, &ledger, id, on_expense, &w);
	return answered(&w);
}

enum status
suite_put_inbox(struct suite *s, const struct inbox_entry *entry, struct write_answer *answer)
{
	struct wait w = { .s = s, .out = answer };
	struct ledger ledger = store_ledger(s->store, entry->user_id);

	store_put_inbox(s->store, &ledger, entry, on_write, &w);
	return answered(&w);
}

enum status
suite_reference(struct suite *s, const char *user, const char *conversation, const char *ref, struct message *message)
{
	struct wait w = { .s = s, .out = message };
	struct ledger ledger = suite_ledger(s, user);

	store_find_reference(s->store, &ledger, slice_of(conversation), slice_of(ref), on_message, &w);
	return answered(&w);
}

enum status
suite_put_token(struct suite *s, const struct token *token)
{
	struct wait w = { .s = s };

	store_put_token(s->store, token, on_done, &w);
	return answered(&w);
}

enum status
suite_revoke_token(struct suite *s, const uint8_t key_id[TOKEN_KEY_SIZE])
{
	struct wait w = { .s = s };

	store_revoke_token(s->store, key_id, on_done, &w);
	return answered(&w);
}

enum status
suite_note_token_used(struct suite *s, const uint8_t key_id[TOKEN_KEY_SIZE], day_t day)
{
	struct wait w = { .s = s };

	store_note_token_used(s->store, key_id, day, on_done, &w);
	return answered(&w);
}

/* --- lists ---------------------------------------------------------------------------- */

static void
on_listed_expense(const struct expense *expense, void *arg)
{
	struct expense_page *page = arg;

	assert_true(page->count < sizeof page->expenses / sizeof page->expenses[0]);
	page->expenses[page->count] = *expense;
	page->expenses[page->count].description = SLICE_EMPTY;
	page->expenses[page->count].account = SLICE_EMPTY;
	page->expenses[page->count++].zone = SLICE_EMPTY;
}

static void
on_page_end(enum status st, bool has_more, void *arg)
{
	struct expense_page *page = arg;

	page->st = st;
	page->has_more = has_more;
}

void
suite_list(struct suite *s, const char *user, const struct expense_query *query, struct expense_page *page)
{
	static const struct expense_list_callbacks callbacks = { on_listed_expense, on_page_end };
	struct ledger ledger = suite_ledger(s, user);

	page->count = 0;
	store_list_expenses(s->store, &ledger, query, &callbacks, page);
}

static void
on_listed_event(const struct expense_event *event, void *arg)
{
	struct history *history = arg;

	assert_true(history->count < sizeof history->events / sizeof history->events[0]);
	history->events[history->count] = *event;
	history->events[history->count].before.description = SLICE_EMPTY;
	history->events[history->count++].after.description = SLICE_EMPTY;
}

static void
on_history_end(enum status st, bool has_more, void *arg)
{
	struct history *history = arg;

	history->st = st;
	history->has_more = has_more;
}

enum status
suite_history(struct suite *s, const char *user, const struct uuid *id, uint32_t after_version, unsigned limit,
    struct history *history)
{
	static const struct history_callbacks callbacks = { on_listed_event, on_history_end };
	struct history_query query = { .expense_id = *id, .limit = limit, .after_version = after_version };
	struct ledger ledger = suite_ledger(s, user);

	history->count = 0;
	store_list_history(s->store, &ledger, &query, &callbacks, history);
	return history->st;
}

/* --- what goes in ------------------------------------------------------------------------ */

struct new_expense
suite_new_expense(day_t day, int64_t amount_minor)
{
	return (struct new_expense){ .expense = { .id = uuid7_next(suite_now_ms()), .day = day, .amount_minor = amount_minor,
		.currency = { "TWD" }, .description = SLICE_LITERAL("早餐"), .account = SLICE_LITERAL("cash"),
		.zone = SLICE_LITERAL("Asia/Taipei"), .created_ms = suite_now_ms() }, .category_key = SLICE_LITERAL("food") };
}

struct message_entry
suite_entry(const char *user, const struct new_expense *expenses, size_t count)
{
	return (struct message_entry){ .sign_up = sign_up_of(user), .id = uuid7_next(suite_now_ms()),
		.status = MESSAGE_RECORDED, .reply = SLICE_LITERAL("早餐 $20"), .received_ms = suite_now_ms() - 5,
		.now_ms = suite_now_ms(), .expense_count = count, .expenses = expenses };
}

static void
add_tests(struct CMUnitTest *all, size_t *count, const struct CMUnitTest *tests, size_t more)
{
	memcpy(all + *count, tests, more * sizeof *tests);
	*count += more;
}

int
suite_run(const char *name)
{
	size_t count = 0, most = suite_test_count + suite_change_test_count + suite_category_test_count
	    + suite_category_deletion_test_count + suite_list_test_count + suite_user_test_count + suite_removal_test_count
	    + suite_summary_test_count + suite_metrics_test_count + suite_policy_test_count + suite_queue_test_count
	    + suite_job_test_count + suite_link_test_count + suite_confirmed_test_count + suite_picture_test_count + suite_ai_call_test_count;
	struct CMUnitTest *all = calloc(most, sizeof *all);
	int failed;

	if (all == NULL || !uuid7_share())     /* as in the daemon: the writers know of the ids that were made */
		abort();
	add_tests(all, &count, suite_tests, suite_test_count);
	add_tests(all, &count, suite_change_tests, suite_change_test_count);
	add_tests(all, &count, suite_category_tests, suite_category_test_count);
	add_tests(all, &count, suite_category_deletion_tests, suite_category_deletion_test_count);
	add_tests(all, &count, suite_list_tests, suite_list_test_count);
	add_tests(all, &count, suite_user_tests, suite_user_test_count);
	add_tests(all, &count, suite_removal_tests, suite_removal_test_count);
	add_tests(all, &count, suite_picture_tests, suite_picture_test_count);
	add_tests(all, &count, suite_summary_tests, suite_summary_test_count);
	add_tests(all, &count, suite_metrics_tests, suite_metrics_test_count);
	add_tests(all, &count, suite_ai_call_tests, suite_ai_call_test_count);
	add_tests(all, &count, suite_policy_tests, suite_policy_test_count);
	add_tests(all, &count, suite_queue_tests, suite_queue_test_count);
	add_tests(all, &count, suite_job_tests, suite_job_test_count);
	add_tests(all, &count, suite_link_tests, suite_link_test_count);
	add_tests(all, &count, suite_confirmed_tests, suite_confirmed_test_count);
	failed = _cmocka_run_group_tests(name, all, count, NULL, NULL);
	free(all);
	return failed;
}
