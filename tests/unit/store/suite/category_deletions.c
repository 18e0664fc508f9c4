/* SPDX-License-Identifier: MIT */
/* What holds for every engine of the store when categories are deleted, and of keywords. */
#include "config.h"

#include "store_suite.h"

#include <stdio.h>

static const day_t today = 20780;

static struct person
person_of(struct suite *s)
{
	struct person person;

	assert_int_equal(suite_person(s, "line:U1", &person), ST_OK);
	return person;
}

static struct person
signed_up(struct suite *s)
{
	struct write_answer answer;

	assert_int_equal(suite_sign_up(s, "line:U1", &answer), ST_OK);
	return person_of(s);
}

static struct uuid
default_id(struct suite *s, const char *key)
{
	struct person person = person_of(s);

	for (size_t i = 0; i < person.category_count; i++)
		if (slice_equal(person.categories[i].key, slice_of(key)))
			return person.categories[i].id;
	fail_msg("there is no %s", key);
	return (struct uuid){ { 0 } };
}

static struct uuid
new_id(void)
{
	return uuid7_next(suite_now_ms());
}

static struct category_deletion
deletion_of(struct uuid id, struct uuid to)
{
	return (struct category_deletion){ .id = id, .deletion_id = new_id(), .reassign_to = to, .by = TOKEN_SERVICE,
		.now_ms = suite_now_ms() + 1000 };
}

/* So many expenses of food, on 40 days; the id of the last one. */
static struct uuid
store_many(struct suite *s, unsigned count)
{
	struct new_expense new[50];
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expenses = new };

	for (unsigned done = 0; done < count; done += (unsigned)batch.expense_count) {
		batch.expense_count = 0;
		for (unsigned i = done; i < count && batch.expense_count < 50; i++)
			new[batch.expense_count++] = suite_new_expense(today + (day_t)(i % 40), 100 + i);
		assert_int_equal(suite_put(s, "line:U1", &batch, NULL), ST_OK);
	}
	return new[batch.expense_count - 1].expense.id;
}

struct sums {
	struct uuid category_id;
	int64_t     sum, count;
};

static void
on_total(const struct total *total, void *arg)
{
	struct sums *sums = arg;

	if (!uuid_equal(&total->category_id, &sums->category_id))
		return;
	sums->sum += total->sum_minor;
	sums->count += total->count;
}

static void
on_end(enum status st, void *arg)
{
	(void)arg;
	assert_int_equal(st, ST_OK);
}

static struct sums
sums_of(struct suite *s, struct uuid category_id, bool by_month)
{
	static const struct total_list_callbacks callbacks = { on_total, on_end };
	struct sums sums = { .category_id = category_id };
	struct ledger ledger = suite_ledger(s, "line:U1");

	store_list_totals(s->store, &ledger, by_month, DAY_MIN, DAY_MAX, &callbacks, &sums);
	return sums;
}

static uint32_t
count_of(const struct person *person, struct uuid id)
{
	for (size_t i = 0; i < person->category_count + person->leaving_count; i++)
		if (uuid_equal(&person->categories[i].id, &id))
			return person->categories[i].expense_count;
	return 0;
}

static void
a_deleted_category_gives_its_expenses_away(void **state)
{
	struct suite *s = *state;
	struct person person = signed_up(s);
	struct uuid food = default_id(s, "food"), transport = default_id(s, "transport"), last = store_many(s, 3);
	struct category_deletion deletion = deletion_of(food, transport);
	struct write_answer answer;
	struct expense expense;
	struct history history;

	deletion.if_version = 2;
	assert_int_equal(suite_delete_category(s, "line:U1", &deletion, NULL), ST_VERSION_MISMATCH);
	deletion.if_version = 1;
	for (int again = 0; again < 2; again++) {
		assert_int_equal(suite_delete_category(s, "line:U1", &deletion, &answer), ST_OK);
		assert_int_equal(answer.is_replay, again);
		assert_int_equal(answer.expenses_left, 0);
	}
	person = person_of(s);
	assert_int_equal(person.category_count, 4);
	assert_int_equal(person.leaving_count, 0);
	assert_int_equal(count_of(&person, transport), 3);
	assert_int_equal(suite_expense(s, "line:U1", &last, &expense), ST_OK);
	assert_true(uuid_equal(&expense.category_id, &transport));
	assert_int_equal(expense.version, 2);
	assert_int_equal(sums_of(s, transport, false).sum, 303);
	assert_int_equal(sums_of(s, transport, true).count, 3);
	assert_int_equal(sums_of(s, food, false).count, 0);
	assert_int_equal(suite_history(s, "line:U1", &last, 0, 10, &history), ST_OK);
	assert_int_equal(history.count, 1);
	assert_int_equal(history.events[0].action, EXPENSE_REASSIGNED);
	assert_true(uuid_equal(&history.events[0].before.category_id, &food));
	deletion = deletion_of(food, transport);
	assert_int_equal(suite_delete_category(s, "line:U1", &deletion, NULL), ST_NOT_FOUND);
}

static void
what_names_a_deleted_category_goes_where_its_expenses_went(void **state)
{
	struct suite *s = *state;
	struct uuid food, transport, shopping, last;
	struct category_deletion deletion;
	struct new_expense new = suite_new_expense(today, 500);
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expense_count = 1, .expenses = &new };
	struct write_answer answer;

	signed_up(s);
	food = default_id(s, "food"), transport = default_id(s, "transport"), shopping = default_id(s, "shopping");
	last = store_many(s, 1);
	deletion = deletion_of(food, transport);
	assert_int_equal(suite_delete_category(s, "line:U1", &deletion, NULL), ST_OK);
	deletion = deletion_of(transport, shopping);
	assert_int_equal(suite_delete_category(s, "line:U1", &deletion, NULL), ST_OK);
	new.expense.category_id = food;
	assert_int_equal(suite_put(s, "line:U1", &batch, &answer), ST_OK);
	assert_true(uuid_equal(&answer.expenses[0].category_id, &shopping));
	new = suite_new_expense(today, 600);
	assert_int_equal(suite_put(s, "line:U1", &batch, &answer), ST_OK);
	food = default_id(s, "other");
	assert_true(uuid_equal(&answer.expenses[0].category_id, &food));
	assert_int_equal(suite_sign_up(s, "line:U1", &answer), ST_OK);
	assert_int_equal(person_of(s).category_count, 3);
	(void)last;
}

static void
a_category_with_expenses_or_some_in_the_trash_needs_another_one(void **state)
{
	struct suite *s = *state;
	struct uuid food, none = { { 0 } }, last;
	struct category_deletion deletion;
	struct expense_change change = { .action = EXPENSE_DELETED, .by = TOKEN_SERVICE, .now_ms = suite_now_ms() };
	struct write_answer answer;
	struct expense expense;

	signed_up(s);
	food = default_id(s, "food");
	last = store_many(s, 1);
	deletion = deletion_of(food, none);
	assert_int_equal(suite_delete_category(s, "line:U1", &deletion, NULL), ST_CONFLICT);
	change.change_id = new_id();
	change.expense.id = last;
	assert_int_equal(suite_change(s, "line:U1", &change, NULL), ST_OK);
	assert_int_equal(suite_delete_category(s, "line:U1", &deletion, NULL), ST_CONFLICT);
	deletion.reassign_to = food;
	assert_int_equal(suite_delete_category(s, "line:U1", &deletion, NULL), ST_BAD_VALUE);
	deletion.reassign_to = last;
	assert_int_equal(suite_delete_category(s, "line:U1", &deletion, NULL), ST_BAD_VALUE);
	deletion.reassign_to = default_id(s, "shopping");
	assert_int_equal(suite_delete_category(s, "line:U1", &deletion, NULL), ST_OK);
	change.action = EXPENSE_RESTORED;
	change.change_id = new_id();
	assert_int_equal(suite_change(s, "line:U1", &change, NULL), ST_OK);
	assert_int_equal(suite_expense(s, "line:U1", &last, &expense), ST_OK);
	assert_true(uuid_equal(&expense.category_id, &deletion.reassign_to));
	deletion = deletion_of(default_id(s, "transport"), none);
	assert_int_equal(suite_delete_category(s, "line:U1", &deletion, &answer), ST_OK);
	deletion = deletion_of(default_id(s, "other"), default_id(s, "shopping"));
	assert_int_equal(suite_delete_category(s, "line:U1", &deletion, NULL), ST_CONFLICT);
}

static void
what_can_no_longer_be_restored_keeps_no_category(void **state)
{
	static const int64_t day_ms = 86400000;
	struct suite *s = *state;
	struct expense_change change = { .action = EXPENSE_DELETED, .by = TOKEN_SERVICE, .now_ms = suite_now_ms() };
	struct category_deletion deletion;

	signed_up(s);
	change.change_id = new_id();
	change.expense.id = store_many(s, 1);
	assert_int_equal(suite_change(s, "line:U1", &change, NULL), ST_OK);
	deletion = deletion_of(default_id(s, "food"), (struct uuid){ { 0 } });
	deletion.now_ms = change.now_ms + TRASH_DAYS * day_ms;
	assert_int_equal(suite_delete_category(s, "line:U1", &deletion, NULL), ST_CONFLICT);
	deletion.now_ms += 2 * day_ms;
	assert_int_equal(suite_delete_category(s, "line:U1", &deletion, NULL), ST_OK);
}

static void
on_move(const struct category_move *deletion, void *arg)
{
	struct category_move *found = arg;

	assert_true(uuid_is_nil(&found->category_id));
	*found = *deletion;
}

static struct category_move
unfinished(struct suite *s)
{
	static const struct category_move_list_callbacks callbacks = { on_move, on_end };
	struct category_move found = { .started_ms = 0 };

	for (unsigned shard = 0; shard < store_shard_count(s->store); shard++)
		store_list_category_moves(s->store, shard, 100, &callbacks, &found);
	return found;
}

static void
a_large_category_is_moved_in_steps_that_are_all_exact(void **state)
{
	struct suite *s = *state;
	struct uuid food, shopping;
	struct category_move left;
	struct category_deletion deletion;
	struct write_answer answer;
	struct expense_change change = { .action = EXPENSE_CHANGED, .by = TOKEN_SERVICE, .now_ms = suite_now_ms() };
	struct person person;
	unsigned steps = 0;

	signed_up(s);
	food = default_id(s, "food"), shopping = default_id(s, "shopping");
	change.expense.id = store_many(s, 1001);
	deletion = deletion_of(food, shopping);
	for (int again = 0; again < 2; again++) {
		assert_int_equal(suite_delete_category(s, "line:U1", &deletion, &answer), ST_OK);
		assert_int_equal(answer.expenses_left, 1001);
	}
	left = unfinished(s);
	assert_true(uuid_equal(&left.category_id, &food));
	assert_memory_equal(left.ledger.key, suite_ledger(s, "line:U1").key, sizeof left.ledger.key);
	deletion = deletion_of(shopping, food);
	assert_int_equal(suite_delete_category(s, "line:U1", &deletion, NULL), ST_BAD_VALUE);
	/* One that is not moved yet is changed: that moves it. */
	assert_int_equal(suite_expense(s, "line:U1", &change.expense.id, &change.expense), ST_OK);
	change.change_id = new_id();
	assert_int_equal(suite_change(s, "line:U1", &change, &answer), ST_OK);
	assert_true(uuid_equal(&answer.expenses[0].category_id, &shopping));
	while (!uuid_is_nil(&left.category_id)) {
		assert_int_equal(suite_move(s, "line:U1", &food, &answer), ST_OK);
		person = person_of(s);
		assert_int_equal(person.category_count, 4);
		assert_int_equal(person.leaving_count, answer.expenses_left > 0);
		assert_int_equal(count_of(&person, food), answer.expenses_left);
		assert_int_equal(count_of(&person, shopping), 1001 - answer.expenses_left);
		assert_int_equal(sums_of(s, food, true).count, answer.expenses_left);
		assert_int_equal(sums_of(s, shopping, false).sum + sums_of(s, food, false).sum, 1001 * 100 + 1001 * 1000 / 2);
		left = unfinished(s);
		steps++;
	}
	assert_int_equal(steps, 5);
	assert_int_equal(suite_move(s, "line:U1", &food, &answer), ST_OK);
	assert_int_equal(answer.expenses_left, 0);
	assert_int_equal(suite_move(s, "line:U1", &shopping, &answer), ST_OK);
	assert_true(answer.is_given_up);
}

static void
a_category_whose_last_expenses_are_deleted_before_they_move_goes_all_the_same(void **state)
{
	static struct expense_page page;
	struct suite *s = *state;
	struct expense_query query = { .from = DAY_MIN, .to = DAY_MAX, .limit = 500 };
	struct expense_change change = { .action = EXPENSE_DELETED, .by = TOKEN_SERVICE, .now_ms = suite_now_ms() };
	struct category_deletion deletion;
	struct write_answer answer;
	struct uuid food;

	signed_up(s);
	food = default_id(s, "food");
	store_many(s, 201);
	deletion = deletion_of(food, default_id(s, "shopping"));
	assert_int_equal(suite_delete_category(s, "line:U1", &deletion, &answer), ST_OK);
	assert_int_equal(answer.expenses_left, 201);
	suite_list(s, "line:U1", &query, &page);
	assert_int_equal(page.count, 201);
	for (size_t i = 0; i < page.count; i++) {
		change.change_id = new_id();
		change.expense.id = page.expenses[i].id;
		assert_int_equal(suite_change(s, "line:U1", &change, NULL), ST_OK);
	}
	assert_int_equal(person_of(s).leaving_count, 1);
	assert_int_equal(suite_move(s, "line:U1", &food, &answer), ST_OK);
	assert_int_equal(answer.expenses_left, 0);
	assert_int_equal(person_of(s).leaving_count, 0);
	assert_int_equal(unfinished(s).started_ms, 0);
}

static void
the_place_that_expenses_go_to_may_be_deleted_meanwhile(void **state)
{
	struct suite *s = *state;
	struct uuid food, shopping, transport;
	struct category_deletion deletion;
	struct write_answer answer;
	struct person person;

	signed_up(s);
	food = default_id(s, "food"), shopping = default_id(s, "shopping"), transport = default_id(s, "transport");
	store_many(s, 250);
	deletion = deletion_of(food, shopping);
	assert_int_equal(suite_delete_category(s, "line:U1", &deletion, NULL), ST_OK);
	deletion = deletion_of(shopping, transport);
	assert_int_equal(suite_delete_category(s, "line:U1", &deletion, NULL), ST_OK);
	do
		assert_int_equal(suite_move(s, "line:U1", &food, &answer), ST_OK);
	while (answer.expenses_left > 0);
	person = person_of(s);
	assert_int_equal(person.category_count, 3);
	assert_int_equal(count_of(&person, transport), 250);
}

static void
a_deletion_that_overflows_a_total_leaves_what_it_cannot_move(void **state)
{
	struct suite *s = *state;
	struct new_expense new[100];
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expense_count = 100, .expenses = new };
	struct uuid shopping;
	struct category_move left;
	struct category_deletion deletion;
	struct write_answer answer;
	struct person person;

	signed_up(s);
	shopping = default_id(s, "shopping");
	for (int n = 0; n < 93; n++) {
		for (int i = 0; i < 100; i++) {
			new[i] = suite_new_expense(today, MONEY_MINOR_MAX);
			new[i].category_key = slice_of(n < 50 ? "food" : "shopping");
		}
		assert_int_equal(suite_put(s, "line:U1", &batch, NULL), ST_OK);
	}
	deletion = deletion_of(default_id(s, "food"), shopping);
	assert_int_equal(suite_delete_category(s, "line:U1", &deletion, NULL), ST_OK);
	do
		assert_int_equal(suite_move(s, "line:U1", &deletion.id, &answer), ST_OK);
	while (!answer.is_given_up);
	assert_true(answer.expenses_left > 0);
	person = person_of(s);
	assert_int_equal(person.category_count, 5);
	assert_int_equal(count_of(&person, deletion.id), answer.expenses_left);
	assert_int_equal(count_of(&person, shopping), 9300 - answer.expenses_left);
	left = unfinished(s);
	assert_true(uuid_is_nil(&left.category_id));
}

static void
a_new_category_may_have_the_name_of_a_deleted_one(void **state)
{
	struct suite *s = *state;
	struct category_name food = { .id = new_id(), .is_new = true, .name = slice_of("Food"), .now_ms = suite_now_ms() };
	struct category_deletion deletion;

	signed_up(s);
	assert_int_equal(suite_name(s, "line:U1", &food, NULL), ST_CONFLICT);
	deletion = deletion_of(default_id(s, "food"), default_id(s, "other"));
	assert_int_equal(suite_delete_category(s, "line:U1", &deletion, NULL), ST_OK);
	assert_int_equal(suite_name(s, "line:U1", &food, NULL), ST_OK);
	deletion = deletion_of(food.id, default_id(s, "other"));
	assert_int_equal(suite_delete_category(s, "line:U1", &deletion, NULL), ST_OK);
	assert_int_equal(suite_name(s, "line:U1", &food, NULL), ST_CONFLICT);
	food.id = new_id();
	assert_int_equal(suite_name(s, "line:U1", &food, NULL), ST_OK);
	assert_int_equal(person_of(s).category_count, 5);
}

static struct keyword_change
keyword_of(struct uuid category_id, const char *text, uint32_t priority)
{
	return (struct keyword_change){ .action = KEYWORD_ADDED, .id = new_id(), .category_id = category_id,
		.text = slice_of(text), .priority = priority, .now_ms = suite_now_ms() };
}

static void
keywords_come_in_the_order_in_which_they_are_tried(void **state)
{
	static const char *const wanted[] = { "taxi", "拉麵", "ramen bar", "ramen" };
	struct suite *s = *state;
	struct keyword_change change;
	struct person person;

	signed_up(s);
	for (int i = 3; i >= 0; i--) {
		change = keyword_of(default_id(s, "food"), wanted[i], i < 1 ? 1000 : i < 2 ? 7 : 0);
		assert_int_equal(suite_keyword(s, "line:U1", &change, NULL), ST_OK);
	}
	person = person_of(s);
	assert_int_equal(person.keyword_count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_true(slice_equal(person.keywords[i].text, slice_of(wanted[i])));
	change = keyword_of(default_id(s, "shopping"), "ＴＡＸＩ", 0);
	assert_int_equal(suite_keyword(s, "line:U1", &change, NULL), ST_CONFLICT);
	change.text = slice_of("");
	assert_int_equal(suite_keyword(s, "line:U1", &change, NULL), ST_BAD_VALUE);
	change = keyword_of(default_id(s, "shopping"), "x", KEYWORD_PRIORITY_MAX + 1);
	assert_int_equal(suite_keyword(s, "line:U1", &change, NULL), ST_OUT_OF_RANGE);
	change = keyword_of(change.id, "x", 0);
	assert_int_equal(suite_keyword(s, "line:U1", &change, NULL), ST_NOT_FOUND);
}

static void
a_keyword_is_changed_and_removed_once(void **state)
{
	struct suite *s = *state;
	struct keyword_change change;
	struct write_answer answer;
	struct person person;

	signed_up(s);
	change = keyword_of(default_id(s, "food"), "bento", 5);
	change.idempotency_key = slice_of("k");
	for (int again = 0; again < 2; again++) {
		assert_int_equal(suite_keyword(s, "line:U1", &change, &answer), ST_OK);
		assert_int_equal(answer.is_replay, again);
		assert_true(uuid_equal(&answer.category_id, &change.id));
	}
	change.idempotency_key = SLICE_EMPTY;
	change.action = KEYWORD_CHANGED;
	change.priority = 9;
	change.if_version = 2;
	assert_int_equal(suite_keyword(s, "line:U1", &change, NULL), ST_VERSION_MISMATCH);
	change.if_version = 1;
	assert_int_equal(suite_keyword(s, "line:U1", &change, NULL), ST_OK);
	assert_int_equal(suite_keyword(s, "line:U1", &change, NULL), ST_OK);
	person = person_of(s);
	assert_int_equal(person.keywords[0].version, 2);
	assert_int_equal(person.keywords[0].priority, 9);
	change.category_id = default_id(s, "shopping");
	assert_int_equal(suite_keyword(s, "line:U1", &change, NULL), ST_NOT_FOUND);
	change.category_id = default_id(s, "food");
	change.action = KEYWORD_REMOVED;
	change.if_version = 0;
	for (int again = 0; again < 2; again++)
		assert_int_equal(suite_keyword(s, "line:U1", &change, NULL), ST_OK);
	assert_int_equal(person_of(s).keyword_count, 0);
	change.action = KEYWORD_CHANGED;
	assert_int_equal(suite_keyword(s, "line:U1", &change, NULL), ST_NOT_FOUND);
}

static void
there_are_at_most_two_hundred_keywords_and_they_go_with_the_expenses(void **state)
{
	struct suite *s = *state;
	struct keyword_change change;
	struct category_deletion deletion;
	struct person person;
	char text[16];

	signed_up(s);
	for (int i = 0; i <= KEYWORDS_MAX; i++) {
		snprintf(text, sizeof text, "k%d", i);
		change = keyword_of(default_id(s, i % 2 ? "food" : "transport"), text, 0);
		assert_int_equal(suite_keyword(s, "line:U1", &change, NULL), i < KEYWORDS_MAX ? ST_OK : ST_LIMIT_REACHED);
	}
	deletion = deletion_of(default_id(s, "food"), default_id(s, "other"));
	assert_int_equal(suite_delete_category(s, "line:U1", &deletion, NULL), ST_OK);
	deletion = deletion_of(default_id(s, "transport"), (struct uuid){ { 0 } });
	assert_int_equal(suite_delete_category(s, "line:U1", &deletion, NULL), ST_OK);
	person = person_of(s);
	assert_int_equal(person.keyword_count, KEYWORDS_MAX / 2);
	deletion.id = default_id(s, "other");
	for (size_t i = 0; i < person.keyword_count; i++)
		assert_true(uuid_equal(&person.keywords[i].category_id, &deletion.id));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, suite_setup, suite_teardown)

const struct CMUnitTest suite_category_deletion_tests[] = {
	CASE(a_deleted_category_gives_its_expenses_away),
	CASE(what_names_a_deleted_category_goes_where_its_expenses_went),
	CASE(a_category_with_expenses_or_some_in_the_trash_needs_another_one),
	CASE(what_can_no_longer_be_restored_keeps_no_category),
	CASE(a_large_category_is_moved_in_steps_that_are_all_exact),
	CASE(a_category_whose_last_expenses_are_deleted_before_they_move_goes_all_the_same),
	CASE(the_place_that_expenses_go_to_may_be_deleted_meanwhile),
	CASE(a_deletion_that_overflows_a_total_leaves_what_it_cannot_move),
	CASE(a_new_category_may_have_the_name_of_a_deleted_one),
	CASE(keywords_come_in_the_order_in_which_they_are_tried),
	CASE(a_keyword_is_changed_and_removed_once),
	CASE(there_are_at_most_two_hundred_keywords_and_they_go_with_the_expenses),
};
const size_t suite_category_deletion_test_count = sizeof suite_category_deletion_tests / sizeof suite_category_deletion_tests[0];
