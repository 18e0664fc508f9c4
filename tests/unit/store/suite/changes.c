/* SPDX-License-Identifier: MIT */
/* What holds for every engine of the store when expenses are changed, deleted and restored. */
#include "config.h"

#include "store_suite.h"

#include <stdio.h>

#include "arena.h"

static const day_t today = 20780;
static const int64_t day_ms = 86400000;

static struct expense_change
change_of(enum expense_action action, const struct expense *expense)
{
	return (struct expense_change){ .change_id = uuid7_next(suite_now_ms()), .action = action, .by = TOKEN_SERVICE,
		.now_ms = suite_now_ms() + 1000, .expense = *expense };
}

/* One expense of line:U1, as it is stored. */
static struct expense
stored(struct suite *s, day_t day, int64_t amount_minor)
{
	struct new_expense new = suite_new_expense(day, amount_minor);
	struct message_entry entry = suite_entry("line:U1", &new, 1);
	struct expense expense;

	assert_int_equal(suite_record(s, &entry, NULL), ST_OK);
	assert_int_equal(suite_expense(s, "line:U1", &new.expense.id, &expense), ST_OK);
	return expense;
}

static enum status
act(struct suite *s, enum expense_action action, const struct expense *expense)
{
	struct expense_change change = change_of(action, expense);

	return suite_change(s, "line:U1", &change, NULL);
}

static void
a_change_keeps_the_old_and_the_new_expense(void **state)
{
	struct suite *s = *state;
	struct expense before = stored(s, today, 2000), wanted = before, after;
	struct expense_change change;
	struct write_answer answer;
	struct history history;

	wanted.amount_minor = 3500;
	wanted.day = today - 40;
	wanted.description = slice_of("dinner");
	change = change_of(EXPENSE_CHANGED, &wanted);
	change.if_version = 1;
	assert_int_equal(suite_change(s, "line:U1", &change, &answer), ST_OK);
	assert_int_equal(answer.expenses[0].version, 2);
	assert_int_equal(suite_expense(s, "line:U1", &before.id, &after), ST_OK);
	assert_int_equal(after.amount_minor, 3500);
	assert_int_equal(after.day, today - 40);
	assert_int_equal(after.version, 2);
	assert_int_equal(after.updated_ms, suite_now_ms() + 1000);
	assert_int_equal(after.created_ms, before.created_ms);
	assert_true(uuid_equal(&after.message_id, &before.message_id));
	assert_int_equal(suite_history(s, "line:U1", &before.id, 0, 10, &history), ST_OK);
	assert_int_equal(history.count, 1);
	assert_int_equal(history.events[0].by, TOKEN_SERVICE);
	assert_int_equal(history.events[0].before.amount_minor, 2000);
	assert_int_equal(history.events[0].after.amount_minor, 3500);
	assert_int_equal(history.events[0].after.day, today - 40);
}

static void
a_change_to_another_version_is_refused(void **state)
{
	struct suite *s = *state;
	struct expense expense = stored(s, today, 2000);
	struct expense_change change = change_of(EXPENSE_CHANGED, &expense);

	change.if_version = 2;
	assert_int_equal(suite_change(s, "line:U1", &change, NULL), ST_VERSION_MISMATCH);
	change.action = EXPENSE_DELETED;
	assert_int_equal(suite_change(s, "line:U1", &change, NULL), ST_VERSION_MISMATCH);
	change.if_version = 1;
	change.action = EXPENSE_CHANGED;
	change.expense.category_id.bytes[3] ^= 1;
	assert_int_equal(suite_change(s, "line:U1", &change, NULL), ST_BAD_VALUE);
	change.expense.category_id = expense.category_id;
	change.expense.amount_minor = MONEY_MINOR_MAX + 1;
	assert_int_equal(suite_change(s, "line:U1", &change, NULL), ST_OUT_OF_RANGE);
	assert_int_equal(suite_expense(s, "line:U1", &expense.id, &expense), ST_OK);
	assert_int_equal(expense.version, 1);
}

static void
a_change_that_is_sent_again_is_made_once(void **state)
{
	struct suite *s = *state;
	struct expense expense = stored(s, today, 2000);
	struct expense_change changes[3];
	struct write_answer answer;
	struct history history;

	for (int i = 0; i < 3; i++) {
		changes[i] = change_of((enum expense_action)i, &expense);
		changes[i].if_version = i == EXPENSE_RESTORED ? 0 : (uint32_t)i + 1;
		assert_int_equal(suite_change(s, "line:U1", &changes[i], &answer), ST_OK);
		assert_false(answer.is_replay);
		assert_int_equal(suite_change(s, "line:U1", &changes[i], &answer), ST_OK);
		assert_true(answer.is_replay);
	}
	for (int i = 0; i < 3; i++)
		assert_int_equal(suite_change(s, "line:U1", &changes[i], NULL), ST_OK);
	assert_int_equal(suite_history(s, "line:U1", &expense.id, 0, 10, &history), ST_OK);
	assert_int_equal(history.count, 3);
}

static void
a_deleted_expense_can_be_restored_for_thirty_days(void **state)
{
	struct suite *s = *state;
	struct expense expense = stored(s, today, 2000), found;
	struct expense_change restore;
	struct person person;

	assert_int_equal(act(s, EXPENSE_DELETED, &expense), ST_OK);
	assert_int_equal(suite_expense(s, "line:U1", &expense.id, &found), ST_NOT_FOUND);
	assert_int_equal(act(s, EXPENSE_DELETED, &expense), ST_NOT_FOUND);
	assert_int_equal(act(s, EXPENSE_CHANGED, &expense), ST_NOT_FOUND);
	assert_int_equal(suite_person(s, "line:U1", &person), ST_OK);
	assert_int_equal(person.categories[0].expense_count, 0);
	restore = change_of(EXPENSE_RESTORED, &expense);
	restore.now_ms = suite_now_ms() + 1000 + TRASH_DAYS * day_ms + 1;
	assert_int_equal(suite_change(s, "line:U1", &restore, NULL), ST_NOT_FOUND);
	restore.now_ms--;
	assert_int_equal(suite_change(s, "line:U1", &restore, NULL), ST_OK);
	assert_int_equal(suite_expense(s, "line:U1", &expense.id, &found), ST_OK);
	assert_int_equal(found.amount_minor, 2000);
	assert_int_equal(found.version, 3);
	assert_int_equal(act(s, EXPENSE_RESTORED, &expense), ST_OK);
	assert_int_equal(suite_expense(s, "line:U1", &expense.id, &found), ST_OK);
	assert_int_equal(found.version, 3);
}

static void
what_was_deleted_long_ago_is_forgotten_with_its_history(void **state)
{
	struct suite *s = *state;
	struct expense old = stored(s, today, 2000), other = stored(s, today, 3000);
	struct expense_change later;
	struct history history;

	assert_int_equal(act(s, EXPENSE_DELETED, &old), ST_OK);
	assert_int_equal(suite_history(s, "line:U1", &old.id, 0, 10, &history), ST_OK);
	later = change_of(EXPENSE_DELETED, &other);
	later.now_ms += (TRASH_DAYS + 2) * day_ms;
	assert_int_equal(suite_change(s, "line:U1", &later, NULL), ST_OK);
	assert_int_equal(suite_history(s, "line:U1", &old.id, 0, 10, &history), ST_NOT_FOUND);
	assert_int_equal(suite_history(s, "line:U1", &other.id, 0, 10, &history), ST_OK);
}

static void
a_deleted_expense_is_not_made_again_by_its_own_batch(void **state)
{
	struct suite *s = *state;
	struct new_expense new = suite_new_expense(today, 2000);
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expense_count = 1, .expenses = &new };
	struct write_answer answer;

	assert_int_equal(suite_sign_up(s, "line:U1", &answer), ST_OK);
	assert_int_equal(suite_put(s, "line:U1", &batch, NULL), ST_OK);
	assert_int_equal(act(s, EXPENSE_DELETED, &new.expense), ST_OK);
	assert_int_equal(suite_put(s, "line:U1", &batch, &answer), ST_OK);
	assert_true(answer.is_replay);
	assert_int_equal(answer.expense_count, 0);
}

static void
restoring_with_a_key_is_done_once_and_told_again(void **state)
{
	struct suite *s = *state;
	struct expense expense = stored(s, today, 2000), found;
	struct expense_change restore = change_of(EXPENSE_RESTORED, &expense);
	struct write_answer answer;

	restore.idempotency_key = slice_of("key 1");
	assert_int_equal(act(s, EXPENSE_DELETED, &expense), ST_OK);
	assert_int_equal(suite_change(s, "line:U1", &restore, &answer), ST_OK);
	assert_int_equal(act(s, EXPENSE_DELETED, &expense), ST_OK);
	restore.change_id = uuid7_next(suite_now_ms());
	assert_int_equal(suite_change(s, "line:U1", &restore, &answer), ST_OK);
	assert_true(answer.is_replay);
	assert_int_equal(suite_expense(s, "line:U1", &expense.id, &found), ST_NOT_FOUND);
	restore.request_hash[0] = 1;
	assert_int_equal(suite_change(s, "line:U1", &restore, &answer), ST_KEY_REUSED);
}

static void
another_users_expense_can_be_neither_changed_nor_seen(void **state)
{
	struct suite *s = *state;
	struct expense expense = stored(s, today, 2000);
	struct history history;
	struct write_answer answer;

	assert_int_equal(suite_sign_up(s, "line:U2", &answer), ST_OK);
	for (int action = 0; action < EXPENSE_ACTIONS; action++) {
		struct expense_change change = change_of((enum expense_action)action, &expense);

		assert_int_equal(suite_change(s, "line:U2", &change, NULL), ST_NOT_FOUND);
	}
	assert_int_equal(suite_history(s, "line:U2", &expense.id, 0, 10, &history), ST_NOT_FOUND);
}

static void
history_goes_on_behind_a_version(void **state)
{
	struct suite *s = *state;
	struct expense expense = stored(s, today, 2000);
	struct history history;

	for (int i = 0; i < 5; i++)
		assert_int_equal(act(s, EXPENSE_CHANGED, &expense), ST_OK);
	assert_int_equal(suite_history(s, "line:U1", &expense.id, 0, 3, &history), ST_OK);
	assert_true(history.has_more);
	assert_int_equal(history.count, 3);
	assert_int_equal(history.events[2].version, 4);
	assert_int_equal(suite_history(s, "line:U1", &expense.id, 4, 3, &history), ST_OK);
	assert_false(history.has_more);
	assert_int_equal(history.count, 2);
	assert_int_equal(history.events[1].version, 6);
}

/* --- random edits ----------------------------------------------------------------------- */

enum { MODEL_SIZE = 60, EDITS = 600 };

struct model {
	struct suite  *s;
	struct person  person;
	struct expense expenses[MODEL_SIZE];       /* as they must be */
	bool           is_there[MODEL_SIZE];
	size_t         count;
	int64_t        counted;                    /* expenses in the totals that were listed */
};

static void
randomize(const struct model *m, struct expense *expense)
{
	static const char *const accounts[] = { "cash", "visa" };
	static const char *const currencies[] = { "TWD", "USD" };

	expense->day = today + rand() % 70;
	expense->amount_minor = rand() % 10000 - 2000;
	expense->account = slice_of(accounts[rand() % 2]);
	memcpy(expense->currency.code, currencies[rand() % 2], 4);
	expense->category_id = m->person.categories[(size_t)rand() % m->person.category_count].id;
}

static void
create(struct model *m)
{
	struct new_expense new = suite_new_expense(today, 0);
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expense_count = 1, .expenses = &new };

	randomize(m, &new.expense);
	assert_int_equal(suite_put(m->s, "line:U1", &batch, NULL), ST_OK);
	m->is_there[m->count] = true;
	m->expenses[m->count] = new.expense;
	m->expenses[m->count++].version = 1;
}

static void
edit(struct model *m, size_t i)
{
	struct expense *expense = &m->expenses[i];
	enum expense_action action = !m->is_there[i] ? EXPENSE_RESTORED : rand() % 3 == 0 ? EXPENSE_DELETED : EXPENSE_CHANGED;
	struct expense_change change;

	if (action == EXPENSE_CHANGED)
		randomize(m, expense);
	change = change_of(action, expense);
	change.if_version = action == EXPENSE_RESTORED ? 0 : expense->version;
	assert_int_equal(suite_change(m->s, "line:U1", &change, NULL), ST_OK);
	m->is_there[i] = action != EXPENSE_DELETED;
	expense->version++;
}

static void
make_category(struct model *m)
{
	static int made;
	char text[16];
	struct category_name name = { .id = uuid7_next(suite_now_ms()), .is_new = true, .now_ms = suite_now_ms() };

	snprintf(text, sizeof text, "c%d", made++);
	name.name = slice_of(text);
	assert_int_equal(suite_name(m->s, "line:U1", &name, NULL), ST_OK);
}

/* What is deleted is never the last one, "other". */
static void
delete_category(struct model *m)
{
	size_t count = m->person.category_count, from = (size_t)rand() % count, to = (size_t)rand() % count;
	struct category_deletion deletion = { .id = m->person.categories[from].id, .deletion_id = uuid7_next(suite_now_ms()),
		.reassign_to = m->person.categories[to].id, .by = TOKEN_USER, .now_ms = suite_now_ms() };

	if (from == to || slice_equal(m->person.categories[from].key, slice_of("other")))
		return;
	assert_int_equal(suite_delete_category(m->s, "line:U1", &deletion, NULL), ST_OK);
	for (size_t i = 0; i < m->count; i++)
		if (uuid_equal(&m->expenses[i].category_id, &deletion.id)) {
			m->expenses[i].category_id = deletion.reassign_to;
			m->expenses[i].version += m->is_there[i];
		}
}

static void
edit_categories(struct model *m)
{
	if (rand() % 2 == 0)
		make_category(m);
	else
		delete_category(m);
	assert_int_equal(suite_person(m->s, "line:U1", &m->person), ST_OK);
}

static bool
is_of_total(const struct expense *expense, const struct total *total, bool by_month)
{
	int year, month, mday, total_year, total_month, total_mday;

	day_to_civil(expense->day, &year, &month, &mday);
	day_to_civil(total->day, &total_year, &total_month, &total_mday);
	return (by_month ? year == total_year && month == total_month : expense->day == total->day)
	    && uuid_equal(&expense->category_id, &total->category_id) && slice_equal(expense->account, total->account)
	    && memcmp(&expense->currency, &total->currency, sizeof total->currency) == 0;
}

static void
check_total(struct model *m, const struct total *total, bool by_month)
{
	int64_t sum = 0, count = 0;

	for (size_t i = 0; i < m->count; i++)
		if (m->is_there[i] && is_of_total(&m->expenses[i], total, by_month)) {
			sum += m->expenses[i].amount_minor;
			count++;
		}
	assert_true(count > 0);
	assert_int_equal(total->sum_minor, sum);
	assert_int_equal(total->count, count);
	m->counted += count;
}

static void
on_day_total(const struct total *total, void *arg)
{
	check_total(arg, total, false);
}

static void
on_month_total(const struct total *total, void *arg)
{
	check_total(arg, total, true);
}

static void
on_totals_end(enum status st, void *arg)
{
	(void)arg;
	assert_int_equal(st, ST_OK);
}

static void
check_model(struct model *m)
{
	static const struct total_list_callbacks callbacks[] = { { on_day_total, on_totals_end }, { on_month_total, on_totals_end } };
	struct ledger ledger = suite_ledger(m->s, "line:U1");
	struct expense_page *page = malloc(sizeof *page);
	struct expense_query query = { .from = DAY_MIN, .to = DAY_MAX, .limit = 500 };
	int64_t present = 0, in_categories = 0;
	struct expense found;

	for (size_t i = 0; i < m->count; i++) {
		enum status st = suite_expense(m->s, "line:U1", &m->expenses[i].id, &found);

		assert_int_equal(st, m->is_there[i] ? ST_OK : ST_NOT_FOUND);
		if (st == ST_OK)
			assert_int_equal(found.version, m->expenses[i].version);
		present += m->is_there[i];
	}
	suite_list(m->s, "line:U1", &query, page);
	assert_int_equal(page->count, present);
	free(page);
	for (int by_month = 0; by_month < 2; by_month++) {
		m->counted = 0;
		store_list_totals(m->s->store, &ledger, by_month, DAY_MIN, DAY_MAX, &callbacks[by_month], m);
		assert_int_equal(m->counted, present);
	}
	assert_int_equal(suite_person(m->s, "line:U1", &m->person), ST_OK);
	for (size_t i = 0; i < m->person.category_count; i++)
		in_categories += m->person.categories[i].expense_count;
	assert_int_equal(in_categories, present);
}

static void
totals_equal_the_sums_after_any_edits(void **state)
{
	struct model m = { .s = *state };
	struct write_answer answer;

	srand(7);
	assert_int_equal(suite_sign_up(m.s, "line:U1", &answer), ST_OK);
	assert_int_equal(suite_person(m.s, "line:U1", &m.person), ST_OK);
	for (int n = 0; n < EDITS; n++) {
		if (m.count == 0 || (m.count < MODEL_SIZE && rand() % 4 == 0))
			create(&m);
		else if (rand() % 10 == 0)
			edit_categories(&m);
		else
			edit(&m, (size_t)rand() % m.count);
		if (n % 50 == 49)
			check_model(&m);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, suite_setup, suite_teardown)

const struct CMUnitTest suite_change_tests[] = {
	CASE(a_change_keeps_the_old_and_the_new_expense),
	CASE(a_change_to_another_version_is_refused),
	CASE(a_change_that_is_sent_again_is_made_once),
	CASE(a_deleted_expense_can_be_restored_for_thirty_days),
	CASE(what_was_deleted_long_ago_is_forgotten_with_its_history),
	CASE(a_deleted_expense_is_not_made_again_by_its_own_batch),
	CASE(restoring_with_a_key_is_done_once_and_told_again),
	CASE(another_users_expense_can_be_neither_changed_nor_seen),
	CASE(history_goes_on_behind_a_version),
	CASE(totals_equal_the_sums_after_any_edits),
};
const size_t suite_change_test_count = sizeof suite_change_tests / sizeof suite_change_tests[0];
