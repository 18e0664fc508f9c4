/* SPDX-License-Identifier: MIT */
/* Rows that nothing should have written: what a store does that finds them. */
#include "config.h"

#include "world.h"

#include <stdio.h>

#include "buf.h"
#include "ledger/key.h"
#include "ledger/queue/op_queue.h"
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

static void
a_chain_of_deleted_categories_without_an_end_leads_to_other(void **state)
{
	struct new_expense new = suite_new_expense(20780, 5);
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expense_count = 1, .expenses = &new };
	struct uuid other = default_category("other");
	struct expense stored;

	(void)state;
	for (unsigned i = 0; i <= 2 * CATEGORIES_MAX; i++) {
		struct uuid from = world_id(i);
		struct key row = key_id(w->main.key, ROW_REDIRECT, &from);

		redirect_pack(&scratch, &(struct redirect){ .target = world_id(i + 1) });
		put_row(TABLE_LEDGER, &row, &scratch);
	}
	new.expense.category_id = world_id(0);
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
		struct uuid id = world_id(i);
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
	struct uuid id = world_id(n);
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

static void
what_lies_in_the_trash_without_its_expense_is_passed_over(void **state)
{
	struct expense_event event = { .action = EXPENSE_DELETED, .change_id = w->own, .at_ms = suite_now_ms() };
	struct uuid id;

	(void)state;
	put_in_trash(1, NULL);
	id = put_in_trash(2, &event);
	assert_int_equal(world_restore(w, &id), ST_NOT_FOUND);
	event.action = EXPENSE_CHANGED;
	id = put_in_trash(3, &event);
	assert_int_equal(world_restore(w, &id), ST_NOT_FOUND);
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
	event.before.id = world_id(3);
	event.before.category_id = nobody;
	event.before.version = 1;
	id = put_in_trash(3, &event);
	assert_int_equal(delete_category(&w->empty), ST_OK);
	assert_int_equal(world_restore(w, &id), ST_OK);
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

static void
an_expense_whose_version_is_the_last_number_changes_no_more(void **state)
{
	struct category_deletion deletion = { .id = w->own, .deletion_id = nobody, .reassign_to = w->spare, .now_ms = suite_now_ms() };
	enum status st;

	(void)state;
	put_version(&w->expenses[0], INT32_MAX);
	assert_int_equal(world_delete_expense(w, &w->expenses[0], suite_now_ms()), ST_OUT_OF_RANGE);
	st = suite_delete_category(&w->suite, main_user, &deletion, NULL);
	assert_true(st == ST_OK || st == ST_OUT_OF_RANGE);         /* given up: they stay where they are */
	put_version(&w->expenses[0], INT32_MAX - 2);
	assert_int_equal(world_delete_expense(w, &w->expenses[0], suite_now_ms()), ST_OK);
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
	assert_int_equal(world_delete_expense(w, &w->expenses[1], suite_now_ms()), ST_BAD_RECORD);
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

/* --- the last possible keys ------------------------------------------------------------------------------- */

static void
on_slice(struct slice row, void *arg)
{
	(void)row, (void)arg;
}

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

static void
on_month(const struct ai_month_cost *cost, void *arg)
{
	(void)cost, (void)arg;
}

static void
a_month_of_costs_that_no_calendar_has_is_damage(void **state)
{
	static const struct ai_month_callbacks callbacks = { on_month, world_done };
	struct key row = key_kind(w->main.key, ROW_AI_COST);
	enum status st = ST_FAILED;

	(void)state;
	key_add_number(&row, INT32_MAX);
	key_add(&row, "USD", 3);
	ai_usage_pack(&scratch, &(struct ai_usage){ .calls = 1 });
	put_row(TABLE_LEDGER, &row, &scratch);
	store_list_ai_months(w->suite.store, &w->main, &callbacks, &st);
	assert_int_equal(st, ST_BAD_RECORD);
}

/* --- what is removed ---------------------------------------------------------------------------- */

static void
a_damaged_tombstone_is_told_and_stays(void **state)
{
	struct ledger ledger = suite_ledger(&w->suite, "line:U8");
	struct key row = key_kind(ledger.key, ROW_TOMBSTONE);
	struct expired_query query = { .now_ms = INT64_MAX / 2 };
	struct slice rows[1] = { key_slice(&row) };
	enum status st = ST_FAILED;
	uint64_t before;

	(void)state;
	buf_append_literal(&scratch, "\x91\x01");
	put_row(TABLE_LEDGER, &row, &scratch);
	assert_int_equal(world_remove_expired(w, NULL), ST_BAD_RECORD);
	before = world_hash(w);
	store_remove_expired(w->suite.store, ledger.shard, &query, rows, 1, world_written, &st);
	assert_int_equal(st, ST_OK);
	assert_int_equal(world_hash(w), before);
}

static void
begin_deletion(void)
{
	struct deletion deletion = { .user_id = slice_of(main_user), .created_ms = suite_now_ms(), .now_ms = suite_now_ms() };
	enum status st = ST_FAILED;

	store_begin_deletion(w->suite.store, &w->main, &deletion, world_done, &st);
	assert_int_equal(st, ST_OK);
}

static void
a_damaged_note_of_a_deletion_is_told(void **state)
{
	static const struct deletion_list_callbacks deletions = { on_slice, world_done };
	struct key row = key_deletion(w->main.key);
	enum status st = ST_FAILED;

	(void)state;
	begin_deletion();
	buf_append_literal(&scratch, "\x91\x01");
	put_row(TABLE_LEDGER, &row, &scratch);
	store_list_deletions(w->suite.store, w->main.shard, 9, &deletions, &st);
	assert_int_equal(st, ST_BAD_RECORD);
}

struct step {
	enum status st;
	char        next[300];
	size_t      len;
};

static void
on_step(enum status st, const struct write_answer *answer, void *arg)
{
	struct step *step = arg;

	step->st = st;
	step->len = st == ST_OK ? answer->next.len : 0;
	if (step->len > 0)
		memcpy(step->next, answer->next.ptr, step->len);
}

static void
delete_all(void)
{
	struct step step = { .len = 0 };

	do {
		struct step before = step;

		store_delete_step(w->suite.store, &w->main, (struct slice){ before.next, before.len }, suite_now_ms() + 2 * FAREWELL_MS, on_step, &step);
		assert_int_equal(step.st, ST_OK);
	} while (step.len > 0);
}

static unsigned
count_rows(enum table table)
{
	struct key prefix = queue_key(w->main.key, NULL);
	struct kv_cursor cursor;
	unsigned count = 0;
	enum status st;
	struct kv *kv = w->suite.store->ops->read_begin(w->suite.store, w->main.shard, &st);

	kv_cursor_begin(&cursor, kv, table);
	for (bool is_there = kv_cursor_seek(&cursor, key_slice(&prefix)); is_there && key_starts_with(cursor.key, &prefix); is_there = kv_cursor_next(&cursor))
		count++;
	kv_cursor_end(&cursor);
	w->suite.store->ops->read_end(w->suite.store, w->main.shard);
	return count;
}

/* The tombstone and the used keys without what they were used for are meant to stay. */
static void
a_user_who_is_deleted_takes_damaged_rows_along(void **state)
{
	struct uuid id = world_id(1);
	struct key head = key_id(w->main.key, ROW_PICTURE, &id), part = queue_key(w->main.key, &id), row;
	unsigned staying;

	(void)state;
	begin_deletion();
	delete_all();
	staying = count_rows(TABLE_LEDGER);
	world_free(w);
	world_make(w);
	key_add_number(&part, 0);
	put_row(TABLE_PICTURES, &part, NULL);
	buf_append_literal(&scratch, "\x91\x01");
	put_row(TABLE_LEDGER, &head, &scratch);
	row = key_kind(w->main.key, ROW_PICTURE);                  /* of no message */
	put_row(TABLE_LEDGER, &row, NULL);
	row = key_kind(w->main.key, ROW_AI_CALL);                  /* of no call */
	put_row(TABLE_LEDGER, &row, NULL);
	begin_deletion();
	delete_all();
	assert_int_equal(count_rows(TABLE_LEDGER), staying);
	assert_int_equal(count_rows(TABLE_PICTURES), 0);
}

/* --- what waits -------------------------------------------------------------------------------- */

static void
on_first_message(enum status st, const struct inbox_entry *entry, void *arg)
{
	assert_true((entry != NULL) == (st == ST_OK));
	world_done(st, arg);
}

static void
on_first_reply(enum status st, const struct outbox_entry *entry, void *arg)
{
	assert_true((entry != NULL) == (st == ST_OK));
	world_done(st, arg);
}

/* Whoever carries it out would find nothing in it. */
static void
a_damaged_row_that_waits_alone_is_not_the_first_of_anything(void **state)
{
	struct ledger ledger = suite_ledger(&w->suite, "line:U8");
	struct uuid id = world_id(1);
	struct key row = queue_key(ledger.key, &id);
	enum status st = ST_FAILED;

	(void)state;
	buf_append_literal(&scratch, "\x91\x01");
	put_row(TABLE_INBOX, &row, &scratch);
	buf_append_literal(&scratch, "\x91\x01");
	put_row(TABLE_OUTBOX, &row, &scratch);
	store_first_message(w->suite.store, &ledger, on_first_message, &st);
	assert_int_equal(st, ST_NOT_FOUND);
	store_first_reply(w->suite.store, &ledger, suite_now_ms(), on_first_reply, &st);
	assert_int_equal(st, ST_NOT_FOUND);
}

/* --- words ----------------------------------------------------------------------------------------------------- */

static void
what_was_confirmed_of_no_category_is_of_their_own(void **state)
{
	static const struct confirmed_callbacks confirmed = { on_confirmed, on_confirmed_end };
	struct key row = key_keyword(w->main.key, SLICE_LITERAL("lost"));
	struct expense_event event = { .action = EXPENSE_CHANGED, .change_id = nobody, .at_ms = suite_now_ms() };
	struct uuid id = world_id(7);
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
		CASE(a_walk_ends_behind_the_last_key_that_can_be),
		CASE(a_month_of_costs_that_no_calendar_has_is_damage),
		CASE(a_damaged_tombstone_is_told_and_stays),
		CASE(a_damaged_note_of_a_deletion_is_told),
		CASE(a_user_who_is_deleted_takes_damaged_rows_along),
		CASE(a_damaged_row_that_waits_alone_is_not_the_first_of_anything),
		CASE(what_was_confirmed_of_no_category_is_of_their_own),
	};
	int failed;

	log_set_level(LOG_LEVEL_ERROR);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	buf_fini(&scratch);
	return failed;
}
