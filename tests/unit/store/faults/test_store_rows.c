/* SPDX-License-Identifier: MIT */
/* Rows that nothing should have written, and more of them than there should be: what a store does that finds them. */
#include "config.h"

#include "faulty.h"
#include "world.h"

#include <stdio.h>

#include "arena.h"
#include "buf.h"
#include "ledger/key.h"
#include "ledger/record/record.h"
#include "log.h"
#include "store/engine.h"
#include "store/person.h"

static const char main_user[] = "line:U1";
static const struct uuid nobody = { { 0xee, 1 } };
static struct world world, *const w = &world;

static int
setup(void **state)
{
	(void)state;
	world_make(w);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	world_free(w);
	return 0;
}

/* Behind the back of all operations. */
static void
put_row(enum table table, const struct key *key, struct buf *value)
{
	enum status st;
	struct kv *kv = w->suite.store->ops->read_begin(w->suite.store, w->main.shard, &st);

	kv_put(kv, table, key_slice(key), value != NULL ? buf_slice(value) : SLICE_EMPTY);
	assert_int_equal(kv->st, ST_OK);
	if (value != NULL)
		buf_clear(value);
}

static struct buf scratch;

static enum status
put_expense(const struct uuid *category_id, const char *key)
{
	struct new_expense new = suite_new_expense(20780, 5);
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expense_count = 1, .expenses = &new };

	new.expense.category_id = *category_id;
	new.category_key = slice_of(key);
	return suite_put(&w->suite, main_user, &batch, NULL);
}

static const struct uuid by_key;

/* --- categories ------------------------------------------------------------------------------- */

static struct uuid
default_category(const char *key)
{
	struct person person;

	assert_int_equal(suite_person(&w->suite, main_user, &person), ST_OK);
	for (size_t i = 0; i < person.category_count; i++)
		if (slice_equal(person.categories[i].key, slice_of(key)))
			return person.categories[i].id;
	fail();
	return nobody;
}

static void
a_key_of_no_default_category_is_no_value(void **state)
{
	(void)state;
	assert_int_equal(put_expense(&by_key, "yachts"), ST_BAD_VALUE);
	assert_int_equal(put_expense(&nobody, ""), ST_BAD_VALUE);
}

static void
what_comes_for_a_default_category_that_is_being_deleted_is_other(void **state)
{
	struct new_expense new[BATCH_EXPENSES_MAX];
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expense_count = BATCH_EXPENSES_MAX, .expenses = new };
	struct category_deletion deletion = { .id = default_category("food"), .deletion_id = nobody, .reassign_to = w->spare,
		.now_ms = suite_now_ms() };
	struct new_expense late = suite_new_expense(20780, 5);
	struct expense stored;
	struct write_answer answer;

	(void)state;
	for (int batches = 0; batches < 3; batches++) {
		for (int i = 0; i < BATCH_EXPENSES_MAX; i++)
			new[i] = suite_new_expense(20950, 1);
		assert_int_equal(suite_put(&w->suite, main_user, &batch, NULL), ST_OK);
	}
	assert_int_equal(suite_delete_category(&w->suite, main_user, &deletion, &answer), ST_OK);
	assert_true(answer.expenses_left > 0);
	batch.expense_count = 1;
	batch.expenses = &late;
	assert_int_equal(suite_put(&w->suite, main_user, &batch, NULL), ST_OK);
	assert_int_equal(suite_expense(&w->suite, main_user, &late.expense.id, &stored), ST_OK);
	assert_true(stored.category_id.bytes[0] == default_category("other").bytes[0] && !uuid_equal(&stored.category_id, &w->spare));
}

static struct uuid
numbered(unsigned n)
{
	return (struct uuid){ { 0xcc, (uint8_t)(n >> 8), (uint8_t)n, 1 } };
}

static void
a_chain_of_deleted_categories_without_an_end_leads_to_other(void **state)
{
	struct new_expense new = suite_new_expense(20780, 5);
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expense_count = 1, .expenses = &new };
	struct uuid other = default_category("other");
	struct expense stored;

	(void)state;
	for (unsigned i = 0; i <= 2 * CATEGORIES_MAX; i++) {
		struct uuid from = numbered(i);
		struct key row = key_id(w->main.key, ROW_REDIRECT, &from);

		redirect_pack(&scratch, &(struct redirect){ .target = numbered(i + 1) });
		put_row(TABLE_LEDGER, &row, &scratch);
	}
	new.expense.category_id = numbered(0);
	assert_int_equal(suite_put(&w->suite, main_user, &batch, NULL), ST_OK);
	assert_int_equal(suite_expense(&w->suite, main_user, &new.expense.id, &stored), ST_OK);
	assert_memory_equal(&stored.category_id, &other, sizeof other);
}

static void
a_ledger_with_more_of_them_than_there_may_be_is_read_to_the_limit(void **state)
{
	struct person person;

	(void)state;
	for (unsigned i = 0; i <= KEYWORDS_MAX; i++) {
		struct uuid id = numbered(i);
		struct key row = key_id(w->main.key, ROW_CATEGORY, &id);
		char text[16];

		category_pack(&scratch, &(struct category){ .id = id, .version = 1 });
		put_row(TABLE_LEDGER, &row, &scratch);
		snprintf(text, sizeof text, "word%u", i);
		row = key_keyword(w->main.key, slice_of(text));
		keyword_pack(&scratch, &(struct keyword){ .id = id, .category_id = id, .text = slice_of(text), .version = 1 });
		put_row(TABLE_LEDGER, &row, &scratch);
	}
	assert_int_equal(suite_person(&w->suite, main_user, &person), ST_OK);
	assert_int_equal(person.category_count + person.leaving_count, CATEGORIES_MAX);
	assert_int_equal(person.keyword_count, KEYWORDS_MAX);
}

static enum status
delete_category(const struct uuid *id)
{
	struct category_deletion deletion = { .id = *id, .deletion_id = nobody, .now_ms = suite_now_ms() };

	return suite_delete_category(&w->suite, main_user, &deletion, NULL);
}

static struct uuid
put_in_trash(unsigned n, const struct expense_event *event)
{
	struct uuid id = numbered(n);
	struct key trash = key_trash(w->main.key, (day_t)(suite_now_ms() / 86400000), &id), history = key_history(w->main.key, &id, 2);

	put_row(TABLE_LEDGER, &trash, NULL);
	if (event != NULL) {
		event_pack(&scratch, event);
		put_row(TABLE_LEDGER, &history, &scratch);
	}
	return id;
}

static void
on_expense(const struct expense *expense, void *arg)
{
	(void)expense, (void)arg;
}

static enum status
list_deleted(unsigned limit)
{
	static const struct deleted_list_callbacks callbacks = { on_expense, world_done };
	enum status st = ST_FAILED;

	store_list_deleted(w->suite.store, &w->main, suite_now_ms(), limit, &callbacks, &st);
	return st;
}

static enum status
restore(const struct uuid *id)
{
	struct expense_change change = { .change_id = nobody, .action = EXPENSE_RESTORED, .now_ms = suite_now_ms(), .expense.id = *id };

	return suite_change(&w->suite, main_user, &change, NULL);
}

static void
what_lies_in_the_trash_without_its_expense_is_passed_over(void **state)
{
	struct expense_event event = { .action = EXPENSE_DELETED, .change_id = w->own, .at_ms = suite_now_ms() };
	struct uuid id;

	(void)state;
	put_in_trash(1, NULL);
	id = put_in_trash(2, &event);
	assert_int_equal(restore(&id), ST_NOT_FOUND);
	event.action = EXPENSE_CHANGED;
	id = put_in_trash(3, &event);
	assert_int_equal(restore(&id), ST_NOT_FOUND);
	assert_int_equal(list_deleted(1), ST_OK);
	assert_int_equal(list_deleted(9), ST_OK);
	assert_int_equal(delete_category(&w->empty), ST_OK);
}

static void
what_was_deleted_from_a_category_that_left_no_trace_is_restored_to_other(void **state)
{
	struct expense_event event = { .action = EXPENSE_DELETED, .change_id = w->own, .at_ms = suite_now_ms(), .has_before = true,
		.before = suite_new_expense(20780, 5).expense };
	struct uuid id, other = default_category("other");
	struct expense stored;

	(void)state;
	event.before.id = numbered(3);
	event.before.category_id = nobody;
	event.before.version = 1;
	id = put_in_trash(3, &event);
	assert_int_equal(delete_category(&w->empty), ST_OK);
	assert_int_equal(restore(&id), ST_OK);
	assert_int_equal(suite_expense(&w->suite, main_user, &id, &stored), ST_OK);
	assert_memory_equal(&stored.category_id, &other, sizeof other);
}

static void
with_too_much_in_the_trash_a_category_needs_a_target(void **state)
{
	(void)state;
	for (unsigned i = 0; i <= 1000; i++)
		put_in_trash(i, NULL);
	assert_int_equal(delete_category(&w->empty), ST_CONFLICT);
	assert_int_equal(list_deleted(500), ST_OK);
}

static void
what_is_in_the_trash_needs_its_category(void **state)
{
	struct expense_event event = { .action = EXPENSE_DELETED, .change_id = w->own, .at_ms = suite_now_ms(), .has_before = true,
		.before = suite_new_expense(20780, 5).expense };

	(void)state;
	event.before.category_id = w->empty;
	put_in_trash(4, &event);
	assert_int_equal(delete_category(&w->empty), ST_CONFLICT);
}

/* --- numbers ------------------------------------------------------------------------------------- */

static void
put_version(const struct uuid *id, uint32_t version)
{
	struct expense expense;
	struct key row;

	assert_int_equal(suite_expense(&w->suite, main_user, id, &expense), ST_OK);
	expense.version = version;
	row = key_expense(w->main.key, expense.day, id);
	expense_pack(&scratch, &expense);
	put_row(TABLE_LEDGER, &row, &scratch);
}

static enum status
delete_expense(const struct uuid *id, int64_t now_ms)
{
	static unsigned changes;
	struct expense_change change = { .change_id = numbered(5000 + changes++), .action = EXPENSE_DELETED, .now_ms = now_ms, .expense.id = *id };

	return suite_change(&w->suite, main_user, &change, NULL);
}

static void
an_expense_whose_version_is_the_last_number_changes_no_more(void **state)
{
	struct category_deletion deletion = { .id = w->own, .deletion_id = nobody, .reassign_to = w->spare, .now_ms = suite_now_ms() };
	enum status st;

	(void)state;
	put_version(&w->expenses[0], INT32_MAX);
	assert_int_equal(delete_expense(&w->expenses[0], suite_now_ms()), ST_OUT_OF_RANGE);
	st = suite_delete_category(&w->suite, main_user, &deletion, NULL);
	assert_true(st == ST_OK || st == ST_OUT_OF_RANGE);         /* given up: they stay where they are */
	put_version(&w->expenses[0], INT32_MAX - 2);
	assert_int_equal(delete_expense(&w->expenses[0], suite_now_ms()), ST_OK);
}

static void
a_row_of_a_category_without_its_expense_is_damage(void **state)
{
	struct category_deletion deletion = { .id = w->own, .deletion_id = nobody, .reassign_to = w->spare, .now_ms = suite_now_ms() };
	struct key row = key_in_category(w->main.key, &w->own, 20781, &nobody);

	(void)state;
	put_row(TABLE_LEDGER, &row, NULL);
	assert_int_equal(suite_delete_category(&w->suite, main_user, &deletion, NULL), ST_BAD_RECORD);
}

static void
put_total(enum row_kind kind, int64_t count)
{
	struct expense expense;
	struct key row;

	assert_int_equal(suite_expense(&w->suite, main_user, &w->expenses[1], &expense), ST_OK);
	row = key_total(w->main.key, kind, expense.day, &expense.category_id, expense.currency, expense.account);
	sum_pack(&scratch, (struct sum){ .sum_minor = 100, .count = count });
	put_row(TABLE_LEDGER, &row, &scratch);
}

static enum status
put_expense_on_its_day(void)
{
	struct new_expense new = suite_new_expense(20800, 1);
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expense_count = 1, .expenses = &new };

	return suite_put(&w->suite, main_user, &batch, NULL);
}

static void
a_total_counts_no_further_than_numbers_go(void **state)
{
	(void)state;
	assert_int_equal(put_expense_on_its_day(), ST_OK);
	put_total(ROW_DAY_TOTAL, INT64_MAX);
	assert_int_equal(put_expense_on_its_day(), ST_OUT_OF_RANGE);
	put_total(ROW_DAY_TOTAL, 0);
	assert_int_equal(delete_expense(&w->expenses[1], suite_now_ms()), ST_BAD_RECORD);
}

static void
a_category_counts_no_further_than_numbers_go(void **state)
{
	struct key row = key_id(w->main.key, ROW_CATEGORY, &w->spare);

	(void)state;
	category_pack(&scratch, &(struct category){ .id = w->spare, .name = SLICE_LITERAL("Spare"), .version = 1, .expense_count = UINT32_MAX });
	put_row(TABLE_LEDGER, &row, &scratch);
	assert_int_equal(put_expense(&w->spare, ""), ST_OUT_OF_RANGE);
}

static void
on_group(const struct summary_group *group, void *arg)
{
	(void)group, (void)arg;
}

static void
on_summary(enum status st, const struct summary *summary, void *arg)
{
	(void)summary;
	world_done(st, arg);
}

static enum status
summarize(const struct summary_query *query)
{
	static const struct summary_callbacks callbacks = { on_group, on_summary };
	enum status st = ST_FAILED;

	store_summarize(w->suite.store, &w->main, query, &callbacks, &st);
	return st;
}

static void
a_summary_of_too_large_numbers_is_out_of_range(void **state)
{
	struct summary_query query = { .from = 20800, .to = 20801, .by = SUMMARY_CATEGORY, .limit = 9 };
	struct key row = key_total(w->main.key, ROW_DAY_TOTAL, 20801, &nobody, (struct currency){ "TWD" }, SLICE_LITERAL("cash"));

	(void)state;
	query.has_after = true;
	query.after.period = 20801;               /* of no account here */
	assert_int_equal(summarize(&query), ST_OK);
	query.has_after = false;
	query.by = 0;
	sum_pack(&scratch, (struct sum){ .sum_minor = 1, .count = INT64_MAX });
	put_row(TABLE_LEDGER, &row, &scratch);
	assert_int_equal(summarize(&query), ST_OUT_OF_RANGE);
}

/* --- much of it --------------------------------------------------------------------------------------- */

static void
an_expense_that_changed_often_is_forgotten_in_parts(void **state)
{
	enum { CHANGES = 70 };
	const int64_t day_ms = 86400000;
	struct uuid *id = &w->expenses[2];
	struct expense_change change = { .action = EXPENSE_CHANGED, .now_ms = suite_now_ms(), .expense = suite_new_expense(20820, 1).expense };

	(void)state;
	change.expense.id = *id;
	change.expense.category_id = w->spare;
	for (unsigned i = 0; i < CHANGES; i++) {
		change.change_id = numbered(i);
		change.expense.amount_minor = i + 1;
		assert_int_equal(suite_change(&w->suite, main_user, &change, NULL), ST_OK);
	}
	assert_int_equal(delete_expense(id, suite_now_ms()), ST_OK);
	for (unsigned later = 1; later <= 3; later++)
		assert_int_equal(delete_expense(&w->expenses[later == 1 ? 0 : later == 2 ? 1 : 3], suite_now_ms() + day_ms * (TRASH_DAYS + 2)), ST_OK);
	assert_int_equal(restore(id), ST_NOT_FOUND);
}

static void
on_message(enum status st, const struct message *message, void *arg)
{
	(void)message;
	world_done(st, arg);
}

static void
an_entry_is_the_last_one_only_among_the_last_messages(void **state)
{
	enum { MESSAGES = 210 };
	enum status st = ST_FAILED;

	(void)state;
	store_find_last_entry(w->suite.store, &w->main, on_message, &st);
	assert_int_equal(st, ST_OK);
	for (int i = 0; i < MESSAGES; i++) {
		struct message_entry entry = suite_entry(main_user, NULL, 0);

		assert_int_equal(suite_record(&w->suite, &entry, NULL), ST_OK);
	}
	store_find_last_entry(w->suite.store, &w->main, on_message, &st);
	assert_int_equal(st, ST_NOT_FOUND);
}

static void
one_with_too_much_waiting_cannot_be_linked(void **state)
{
	enum { WAITING = 256 };
	static const char user[] = "line:U7";
	struct link_change link = { .user_id = slice_of(main_user), .now_ms = suite_now_ms() };
	struct ledger ledger = suite_ledger(&w->suite, user);
	enum status st = ST_FAILED;

	(void)state;
	assert_int_equal(suite_sign_up(&w->suite, user, NULL), ST_OK);
	for (int i = 0; i < WAITING; i++) {
		struct inbox_entry entry = { .message_id = uuid7_next(suite_now_ms()), .user_id = slice_of(user), .text = SLICE_LITERAL("tea 5") };

		assert_int_equal(suite_put_inbox(&w->suite, &entry, NULL), ST_OK);
	}
	store_set_link(w->suite.store, &ledger, &link, world_done, &st);
	assert_int_equal(st, ST_LIMIT_REACHED);
}

static void
on_token(const struct token *token, void *arg)
{
	(void)token, (void)arg;
}

static void
on_tokens_end(enum status st, const uint8_t *next, void *arg)
{
	assert_non_null(next);
	world_done(st, arg);
}

static void
a_list_of_few_among_very_many_tokens_goes_on_later(void **state)
{
	enum { TOKENS = 4200 };
	static const struct token_list_callbacks callbacks = { on_token, on_tokens_end };
	struct token_query query = { .limit = 5, .user_id = SLICE_LITERAL("line:U5") };
	enum status st = ST_FAILED;

	(void)state;
	for (unsigned i = 0; i < TOKENS; i++) {
		struct token token = { .key_id = { 'n', (uint8_t)(i >> 8), (uint8_t)i }, .kind = TOKEN_SERVICE, .label = SLICE_LITERAL("many") };

		assert_int_equal(suite_put_token(&w->suite, &token), ST_OK);
	}
	store_list_tokens(w->suite.store, &query, &callbacks, &st);
	assert_int_equal(st, ST_OK);
}

static void
on_person(enum status st, const struct person *person, void *arg)
{
	struct arena arena = ARENA_INIT;
	struct person copy;
	bool is_whole = false;

	assert_int_equal(st, ST_OK);
	for (unsigned at = 1; !is_whole; at++) {
		faulty_arm(FAULT_STEP, at);
		is_whole = person_copy(&arena, person, &copy);
		assert_int_equal(is_whole, !faulty_disarm());
		if (!is_whole)
			arena_reset(&arena);
	}
	assert_true(slice_equal(copy.user.id, slice_of(main_user)));
	assert_non_null(person_category(&copy, &w->own));
	assert_null(person_category(&copy, &nobody));
	assert_non_null(person_default_category(&copy, SLICE_LITERAL("food")));
	assert_null(person_default_category(&copy, SLICE_LITERAL("yachts")));
	arena_fini(&arena);
	*(bool *)arg = true;
}

static void
a_person_is_copied_whole_or_told_not_to_be(void **state)
{
	bool is_done = false;

	(void)state;
	store_get_person(w->suite.store, &w->main, on_person, &is_done);
	assert_true(is_done);
}

/* --- who and where --------------------------------------------------------------------------------------- */

static void
nobody_writes_to_the_ledger_of_another_one(void **state)
{
	struct new_expense new = suite_new_expense(20780, 5);
	struct expense_batch batch = { .sign_up.user_id = SLICE_LITERAL("line:U6"), .now_ms = suite_now_ms(), .expense_count = 1, .expenses = &new };
	struct deletion deletion = { .user_id = SLICE_LITERAL("line:U6"), .created_ms = suite_now_ms(), .now_ms = suite_now_ms() };
	enum status st = ST_FAILED;

	(void)state;
	store_put_expenses(w->suite.store, &w->main, &batch, world_written, &st);
	assert_int_equal(st, ST_BAD_RECORD);
	store_begin_deletion(w->suite.store, &w->main, &deletion, world_done, &st);
	assert_int_equal(st, ST_NO_USER);
}

static void
a_message_with_one_change_that_is_refused_is_not_recorded(void **state)
{
	struct message_change change = { .kind = CHANGE_EXPENSE, .expense = { .change_id = w->own, .action = EXPENSE_DELETED, .expense.id = nobody } };
	struct message_entry entry = suite_entry(main_user, NULL, 0);
	uint64_t before = world_hash(w);

	(void)state;
	entry.change_count = 1;
	entry.changes = &change;
	assert_int_equal(suite_record(&w->suite, &entry, NULL), ST_NOT_FOUND);
	assert_int_equal(world_hash(w), before);
}

static void
a_step_of_a_deletion_that_nobody_began_does_nothing(void **state)
{
	uint64_t before = world_hash(w);
	enum status st = ST_FAILED;

	(void)state;
	store_delete_step(w->suite.store, &w->main, SLICE_EMPTY, suite_now_ms(), world_written, &st);
	assert_int_equal(st, ST_OK);
	assert_int_equal(world_hash(w), before);
}

static void
a_step_of_a_deletion_begins_where_one_can(void **state)
{
	struct deletion deletion = { .user_id = slice_of(main_user), .created_ms = suite_now_ms(), .now_ms = suite_now_ms() };
	enum status st = ST_FAILED;

	(void)state;
	store_begin_deletion(w->suite.store, &w->main, &deletion, world_done, &st);
	store_delete_step(w->suite.store, &w->main, SLICE_LITERAL("\11"), suite_now_ms(), world_written, &st);
	assert_int_equal(st, ST_BAD_VALUE);
}

static void
an_empty_reference_is_to_nothing(void **state)
{
	enum status st = ST_FAILED;

	(void)state;
	store_find_reference(w->suite.store, &w->main, SLICE_LITERAL("room"), SLICE_EMPTY, on_message, &st);
	assert_int_equal(st, ST_NOT_FOUND);
}

static void
calls_of_long_ago_are_forgotten_some_at_a_time(void **state)
{
	enum { CALLS = 9 };
	struct ai_cost cost = { .operation = SLICE_LITERAL("parse"), .provider = SLICE_LITERAL("gemini"), .model = SLICE_LITERAL("flash"),
		.currency = { "USD" }, .usage = { .calls = 1 } };

	(void)state;
	for (unsigned i = 0; i < CALLS + 3; i++) {
		enum status st = ST_FAILED;

		cost.call_id = numbered(i);
		cost.now_ms = suite_now_ms() + (i < CALLS ? 0 : INT64_C(86400000) * 9);
		store_add_ai_cost(w->suite.store, &w->main, &cost, world_done, &st);
		assert_int_equal(st, ST_OK);
	}
}

/* It would be too many for one transaction, and its reader does not make room for them. */
static void
a_command_with_more_than_its_lists_hold_is_none(void **state)
{
	static struct new_expense new[BATCH_EXPENSES_MAX + 1];
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expense_count = BATCH_EXPENSES_MAX + 1, .expenses = new };

	(void)state;
	assert_int_equal(suite_put(&w->suite, main_user, &batch, NULL), ST_FAILED);
}

static void
a_command_with_any_byte_changed_is_another_one_or_none(void **state)
{
	struct message_change change = { .kind = CHANGE_EXPENSE, .expense = { .change_id = w->own, .action = EXPENSE_DELETED, .expense.id = nobody } };
	struct command command = { .kind = COMMAND_RECORD_MESSAGE, .message = suite_entry(main_user, NULL, 0) }, back;
	struct arena arena = ARENA_INIT;
	unsigned refused = 0;

	(void)state;
	command.message.change_count = 1;
	command.message.changes = &change;
	command_pack(&scratch, &command);
	for (size_t i = 0; i < scratch.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			scratch.data[i] ^= (char)(1 << bit);
			refused += !command_unpack(buf_slice(&scratch), command.kind, &arena, &back);
			scratch.data[i] ^= (char)(1 << bit);
			arena_reset(&arena);
		}
	assert_true(refused > 8);
	assert_true(command_unpack(buf_slice(&scratch), command.kind, &arena, &back));
	buf_clear(&scratch);
	arena_fini(&arena);
}

static void
a_key_that_was_used_for_something_else_names_nothing(void **state)
{
	struct category_name name = { .id = nobody, .is_new = true, .name = SLICE_LITERAL("Garden"), .idempotency_key = SLICE_LITERAL("put") };
	struct keyword_change keyword = { .action = KEYWORD_ADDED, .id = nobody, .category_id = w->own, .text = SLICE_LITERAL("saw"),
		.idempotency_key = SLICE_LITERAL("put") };
	struct write_answer answer;

	(void)state;
	assert_int_equal(suite_name(&w->suite, main_user, &name, &answer), ST_OK);
	assert_true(answer.is_replay && uuid_is_nil(&answer.category_id));
	assert_int_equal(suite_keyword(&w->suite, main_user, &keyword, &answer), ST_OK);
	assert_true(answer.is_replay && uuid_is_nil(&answer.category_id));
}

static void
rows_of_another_kind_are_not_removed(void **state)
{
	struct key row = key_id(w->main.key, ROW_CATEGORY, &w->own);
	struct slice rows[1] = { key_slice(&row) };
	struct expired_query query = { .now_ms = INT64_MAX / 2 };
	uint64_t before = world_hash(w);
	enum status st = ST_FAILED;

	(void)state;
	store_remove_expired(w->suite.store, w->main.shard, &query, rows, 1, world_written, &st);
	assert_int_equal(st, ST_OK);
	assert_int_equal(world_hash(w), before);
}

static void
on_page_end(enum status st, bool has_more, void *arg)
{
	assert_false(has_more);
	world_done(st, arg);
}

static enum status
list_behind(day_t day, bool is_newest_first)
{
	static const struct expense_list_callbacks callbacks = { on_expense, on_page_end };
	struct expense_query query = { .from = 20780, .to = 20790, .limit = 100, .is_newest_first = is_newest_first, .has_after = true,
		.after_day = day };
	enum status st = ST_FAILED;

	store_list_expenses(w->suite.store, &w->main, &query, &callbacks, &st);
	return st;
}

static void
a_list_that_goes_on_outside_of_its_days_is_all_of_them(void **state)
{
	(void)state;
	assert_int_equal(list_behind(20700, false), ST_OK);
	assert_int_equal(list_behind(20900, true), ST_OK);
}

static void
on_slice(struct slice row, void *arg)
{
	(void)row, (void)arg;
}

static void
on_move(const struct category_move *move, void *arg)
{
	(void)move, (void)arg;
}

static void
a_list_of_none_is_empty(void **state)
{
	static const struct deletion_list_callbacks deletions = { on_slice, world_done };
	static const struct category_move_list_callbacks moves = { on_move, world_done };
	struct deletion deletion = { .user_id = slice_of(main_user), .created_ms = suite_now_ms(), .now_ms = suite_now_ms() };
	enum status st = ST_FAILED;

	(void)state;
	store_list_category_moves(w->suite.store, w->main.shard, 0, &moves, &st);
	assert_int_equal(st, ST_OK);
	store_begin_deletion(w->suite.store, &w->main, &deletion, world_done, &st);
	assert_int_equal(st, ST_OK);
	store_list_deletions(w->suite.store, w->main.shard, 0, &deletions, &st);
	assert_int_equal(st, ST_OK);
}

/* --- the last possible keys ------------------------------------------------------------------------------- */

static void
on_inbox(const struct inbox_entry *entry, void *arg)
{
	(void)entry, (void)arg;
}

static void
on_due_end(enum status st, struct slice next, void *arg)
{
	assert_int_equal(next.len, 0);
	world_done(st, arg);
}

static void
on_confirmed(const struct confirmed *confirmed, void *arg)
{
	(void)confirmed, (void)arg;
}

static void
on_confirmed_end(enum status st, struct slice next, unsigned looks, void *arg)
{
	(void)looks;
	on_due_end(st, next, arg);
}

static void
a_walk_ends_behind_the_last_key_that_can_be(void **state)
{
	static const struct due_message_callbacks due = { on_inbox, on_due_end };
	static const struct confirmed_callbacks confirmed = { on_confirmed, on_confirmed_end };
	static const struct expired_list_callbacks expired = { on_slice, on_due_end };
	struct due_query due_query = { .now_ms = suite_now_ms(), .looks = 1000 };
	struct expired_query expired_query = { .now_ms = suite_now_ms(), .looks = 100000, .limit = EXPIRED_MAX };
	struct key last = { .len = LEDGER_KEY_SIZE + 16 };
	enum status st = ST_FAILED;

	(void)state;
	memset(last.bytes, 0xff, last.len);
	inbox_pack(&scratch, &(struct inbox_entry){ .user_id = SLICE_LITERAL("line:U8"), .text = SLICE_LITERAL("tea") });
	put_row(TABLE_INBOX, &last, &scratch);
	last.bytes[LEDGER_KEY_SIZE] = 'z';
	put_row(TABLE_LEDGER, &last, NULL);
	store_list_due_messages(w->suite.store, w->main.shard, &due_query, &due, &st);
	assert_int_equal(st, ST_OK);
	store_list_confirmed(w->suite.store, w->main.shard, SLICE_EMPTY, 100000, &confirmed, &st);
	assert_int_equal(st, ST_OK);
	store_list_expired(w->suite.store, w->main.shard, &expired_query, &expired, &st);
	assert_int_equal(st, ST_OK);
}

/* --- words ----------------------------------------------------------------------------------------------------- */

static void
what_was_confirmed_of_no_category_is_of_their_own(void **state)
{
	static const struct confirmed_callbacks confirmed = { on_confirmed, on_confirmed_end };
	struct key row = key_keyword(w->main.key, SLICE_LITERAL("lost"));
	struct expense_event event = { .action = EXPENSE_CHANGED, .change_id = nobody, .at_ms = suite_now_ms() };
	struct uuid id = numbered(7);
	enum status st = ST_FAILED;

	(void)state;
	keyword_pack(&scratch, &(struct keyword){ .id = nobody, .category_id = nobody, .text = SLICE_LITERAL("lost"), .version = 1 });
	put_row(TABLE_LEDGER, &row, &scratch);
	for (uint32_t version = 2; version < 4; version++) {
		row = key_history(w->main.key, &id, version);
		event.has_before = version == 3;
		event_pack(&scratch, &event);
		put_row(TABLE_LEDGER, &row, &scratch);
	}
	row = key_keyword(w->alias.key, SLICE_LITERAL("tea"));
	keyword_pack(&scratch, &(struct keyword){ .id = nobody, .category_id = nobody, .text = SLICE_LITERAL("tea"), .version = 1 });
	put_row(TABLE_LEDGER, &row, &scratch);
	store_list_confirmed(w->suite.store, w->main.shard, SLICE_EMPTY, 100000, &confirmed, &st);
	assert_int_equal(st, ST_OK);
}

/* --- the interface ----------------------------------------------------------------------------------------------- */

static void
a_store_in_memory_has_no_usage_to_tell(void **state)
{
	struct store_usage usage = { 0 };

	(void)state;
	store_get_usage(w->suite.store, 0, &usage);
	store_read_ahead(w->suite.store);
	assert_int_equal(usage.pages, 0);
	assert_int_equal(store_clear_dead_readers(w->suite.store), 0);
}

static bool
refuse(struct store *store, void (*fn)(void *arg), void *arg)
{
	(void)store, (void)fn, (void)arg;
	return false;
}

static void
note(void *arg)
{
	*(bool *)arg = true;
}

static void
what_may_not_wait_is_done_at_once(void **state)
{
	struct engine_ops waiting = *w->suite.store->ops;
	const struct engine_ops *ops = w->suite.store->ops;
	bool is_done = false;

	(void)state;
	waiting.enter = refuse;
	w->suite.store->ops = &waiting;
	assert_true(store_may_wait(w->suite.store));
	store_enter(w->suite.store, note, &is_done);
	w->suite.store->ops = ops;
	assert_true(is_done);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_key_of_no_default_category_is_no_value),
		CASE(what_comes_for_a_default_category_that_is_being_deleted_is_other),
		CASE(a_chain_of_deleted_categories_without_an_end_leads_to_other),
		CASE(a_ledger_with_more_of_them_than_there_may_be_is_read_to_the_limit),
		CASE(what_lies_in_the_trash_without_its_expense_is_passed_over),
		CASE(what_was_deleted_from_a_category_that_left_no_trace_is_restored_to_other),
		CASE(with_too_much_in_the_trash_a_category_needs_a_target),
		CASE(what_is_in_the_trash_needs_its_category),
		CASE(an_expense_whose_version_is_the_last_number_changes_no_more),
		CASE(a_row_of_a_category_without_its_expense_is_damage),
		CASE(a_total_counts_no_further_than_numbers_go),
		CASE(a_category_counts_no_further_than_numbers_go),
		CASE(a_summary_of_too_large_numbers_is_out_of_range),
		CASE(an_expense_that_changed_often_is_forgotten_in_parts),
		CASE(an_entry_is_the_last_one_only_among_the_last_messages),
		CASE(one_with_too_much_waiting_cannot_be_linked),
		CASE(a_list_of_few_among_very_many_tokens_goes_on_later),
		CASE(a_person_is_copied_whole_or_told_not_to_be),
		CASE(nobody_writes_to_the_ledger_of_another_one),
		CASE(a_message_with_one_change_that_is_refused_is_not_recorded),
		CASE(a_step_of_a_deletion_that_nobody_began_does_nothing),
		CASE(a_step_of_a_deletion_begins_where_one_can),
		CASE(an_empty_reference_is_to_nothing),
		CASE(calls_of_long_ago_are_forgotten_some_at_a_time),
		CASE(a_command_with_more_than_its_lists_hold_is_none),
		CASE(a_command_with_any_byte_changed_is_another_one_or_none),
		CASE(a_key_that_was_used_for_something_else_names_nothing),
		CASE(rows_of_another_kind_are_not_removed),
		CASE(a_list_that_goes_on_outside_of_its_days_is_all_of_them),
		CASE(a_list_of_none_is_empty),
		CASE(a_walk_ends_behind_the_last_key_that_can_be),
		CASE(what_was_confirmed_of_no_category_is_of_their_own),
		CASE(a_store_in_memory_has_no_usage_to_tell),
		CASE(what_may_not_wait_is_done_at_once),
	};
	int failed;

	log_set_level(LOG_LEVEL_ERROR);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	buf_fini(&scratch);
	return failed;
}
