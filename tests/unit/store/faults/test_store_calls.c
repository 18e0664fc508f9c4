/* SPDX-License-Identifier: MIT */
/* Calls that nobody should make, and what there is very much of: what a store answers. */
#include "config.h"

#include "faulty.h"
#include "world.h"

#include "arena.h"
#include "buf.h"
#include "ledger/key.h"
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

/* --- much of it --------------------------------------------------------------------------------------- */

static void
change_often(const struct uuid *id)
{
	enum { CHANGES = 70 };
	struct expense_change change = { .action = EXPENSE_CHANGED, .now_ms = suite_now_ms(), .expense = suite_new_expense(20820, 1).expense };

	change.expense.id = *id;
	change.expense.category_id = w->spare;
	for (unsigned i = 0; i < CHANGES; i++) {
		change.change_id = world_id(i);
		change.expense.amount_minor = i + 1;
		assert_int_equal(suite_change(&w->suite, main_user, &change, NULL), ST_OK);
	}
}

static void
an_expense_that_changed_often_is_forgotten_in_parts(void **state)
{
	const int64_t day_ms = 86400000;
	struct uuid *id = &w->expenses[2];

	(void)state;
	change_often(id);
	assert_int_equal(world_delete_expense(w, id, suite_now_ms()), ST_OK);
	for (unsigned later = 1; later <= 3; later++)
		assert_int_equal(world_delete_expense(w, &w->expenses[later == 1 ? 0 : later == 2 ? 1 : 3], suite_now_ms() + day_ms * (TRASH_DAYS + 2)), ST_OK);
	assert_int_equal(world_restore(w, id), ST_NOT_FOUND);
}

/* With the two that lie there from the beginning; it counts when it is gone. */
static void
an_expense_that_changed_often_leaves_the_trash_when_its_last_part_is_forgotten(void **state)
{
	static const uint32_t expected[] = { 2, 0, 1, 0 };
	uint32_t removed[REMOVED_KINDS];

	(void)state;
	change_often(&w->expenses[2]);
	assert_int_equal(world_delete_expense(w, &w->expenses[2], suite_now_ms()), ST_OK);
	for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
		assert_int_equal(world_remove_expired(w, removed), ST_OK);
		assert_int_equal(removed[REMOVED_TRASH], expected[i]);
	}
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

/* So that the user goes on from the beginning, as with any step that fails. */
static void
a_step_of_removing_tokens_that_cannot_say_where_to_go_on_removes_none(void **state)
{
	enum { TOKENS = 300 };
	uint64_t before;
	enum status st;

	(void)state;
	for (unsigned i = 0; i < TOKENS; i++) {
		struct token token = { .key_id = { 'n', (uint8_t)(i >> 8), (uint8_t)i }, .kind = TOKEN_USER, .label = SLICE_LITERAL("many"),
			.user_id = slice_of(main_user) };

		assert_int_equal(suite_put_token(&w->suite, &token), ST_OK);
	}
	before = world_hash(w);
	for (unsigned at = 1;; at++) {
		st = ST_FAILED;
		faulty_arm(FAULT_STEP, at);
		store_remove_tokens(w->suite.store, slice_of(main_user), SLICE_EMPTY, world_written, &st);
		if (!faulty_disarm())
			break;
		assert_int_not_equal(st, ST_OK);
		assert_int_equal(world_hash(w), before);
	}
	assert_int_equal(st, ST_OK);
	assert_int_not_equal(world_hash(w), before);
}

enum { DAY_OF_CALLS = 20300 };

static void
list_calls(unsigned count)
{
	struct ai_cost cost = { .operation = SLICE_LITERAL("parse"), .provider = SLICE_LITERAL("gemini"), .model = SLICE_LITERAL("flash"),
		.currency = { "USD" }, .usage = { .calls = 1 }, .is_listed = true, .result = "ok", .now_ms = INT64_C(86400000) * DAY_OF_CALLS };

	for (unsigned i = 0; i < count; i++) {
		enum status st = ST_FAILED;

		cost.call_id = (struct uuid){ { 0xca, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i } };
		store_add_ai_cost(w->suite.store, &w->main, &cost, world_done, &st);
		assert_int_equal(st, ST_OK);
	}
}

static void
on_call(const struct ai_call *call, void *arg)
{
	(void)call, (void)arg;
}

static void
the_calls_of_a_busy_day_are_too_many_to_look_for_one_among_them(void **state)
{
	enum { LOOKS = 50000 };
	static const struct ai_call_callbacks callbacks = { on_call, world_done };
	struct ai_call_query query = { .day = DAY_OF_CALLS, .model = SLICE_LITERAL("pro"), .limit = 1 };
	enum status st = ST_FAILED;

	(void)state;
	list_calls(LOOKS);
	store_list_ai_calls(w->suite.store, &query, &callbacks, &st);
	assert_int_equal(st, ST_OK);
	list_calls(LOOKS + 1);
	store_list_ai_calls(w->suite.store, &query, &callbacks, &st);
	assert_int_equal(st, ST_TOO_BROAD);
	query.model = SLICE_LITERAL("flash");
	store_list_ai_calls(w->suite.store, &query, &callbacks, &st);
	assert_int_equal(st, ST_OK);
}

static void
on_calls_removed(enum status st, const struct write_answer *answer, void *arg)
{
	assert_int_equal(st, ST_OK);
	*(uint32_t *)arg = answer->removed[REMOVED_AI_CALL];
}

static void
many_calls_of_long_ago_are_removed_in_parts(void **state)
{
	uint32_t removed;

	(void)state;
	list_calls(AI_CALLS_AT_ONCE + 1);
	store_remove_ai_calls(w->suite.store, w->main.shard, DAY_OF_CALLS + 1, on_calls_removed, &removed);
	assert_int_equal(removed, AI_CALLS_AT_ONCE);
	store_remove_ai_calls(w->suite.store, w->main.shard, DAY_OF_CALLS + 1, on_calls_removed, &removed);
	assert_int_equal(removed, 1);
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

static struct buf scratch;

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
		.currency = { "USD" }, .usage = { .calls = 1 }, .result = "ok" };

	(void)state;
	for (unsigned i = 0; i < CALLS + 3; i++) {
		enum status st = ST_FAILED;

		cost.call_id = world_id(i);
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
	struct ai_cost cost = { .call_id = nobody, .operation = SLICE_LITERAL("parse"), .provider = SLICE_LITERAL("gemini"), .model = SLICE_LITERAL("flash"),
		.currency = { "USD" }, .usage = { .calls = 1 }, .result = "ok" };
	struct arena arena = ARENA_INIT;
	unsigned refused = 0;

	(void)state;
	command.message.change_count = 1;
	command.message.changes = &change;
	command.message.cost_count = 1;
	command.message.costs = &cost;
	command_pack(&scratch, &command);
	for (size_t i = 0; i < scratch.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			scratch.data[i] ^= (char)(1 << bit);
			if (!command_unpack(buf_slice(&scratch), command.kind, &arena, &back))
				refused++;
			else if (back.message.cost_count > 0)
				assert_non_null(back.message.costs[0].result);
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
on_expense(const struct expense *expense, void *arg)
{
	(void)expense, (void)arg;
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
		CASE(an_expense_that_changed_often_is_forgotten_in_parts),
		CASE(an_expense_that_changed_often_leaves_the_trash_when_its_last_part_is_forgotten),
		CASE(an_entry_is_the_last_one_only_among_the_last_messages),
		CASE(one_with_too_much_waiting_cannot_be_linked),
		CASE(a_list_of_few_among_very_many_tokens_goes_on_later),
		CASE(a_step_of_removing_tokens_that_cannot_say_where_to_go_on_removes_none),
		CASE(the_calls_of_a_busy_day_are_too_many_to_look_for_one_among_them),
		CASE(many_calls_of_long_ago_are_removed_in_parts),
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
		CASE(a_store_in_memory_has_no_usage_to_tell),
		CASE(what_may_not_wait_is_done_at_once),
	};
	int failed;

	log_set_level(LOG_LEVEL_ERROR);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	buf_fini(&scratch);
	return failed;
}
