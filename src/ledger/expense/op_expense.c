/* SPDX-License-Identifier: MIT */
/* Expenses: checking and storing new ones, reading; see op.h. */
#include "config.h"

#include "ledger/metrics.h"
#include "ledger/op/op.h"

enum status
expense_check(const struct expense *expense)
{
	if (expense->day < DAY_MIN || expense->day > DAY_MAX)
		return ST_BAD_DATE;
	if (expense->amount_minor > MONEY_MINOR_MAX || expense->amount_minor < -MONEY_MINOR_MAX)
		return ST_OUT_OF_RANGE;
	if (strnlen(expense->currency.code, sizeof expense->currency.code) != 3 || uuid_is_nil(&expense->id))
		return ST_BAD_VALUE;
	if (expense->description.len > DESCRIPTION_MAX || expense->account.len > ACCOUNT_MAX || expense->zone.len > ZONE_MAX)
		return ST_TEXT_TOO_LONG;
	return ST_OK;
}

/* Whether the ledger has or had an expense with this id. */
static bool
is_known(struct op *op, const struct uuid *id)
{
	struct key key = key_id(op->ledger, ROW_EXPENSE_ID, id);
	struct slice value;

	return kv_get(op->kv, TABLE_LEDGER, key_slice(&key), &value) || expense_has_history(op, id);
}

/* The same, or another one of the plan has it. */
static bool
is_id_taken(struct op *op, const struct expenses_plan *plan, const struct uuid *id)
{
	for (size_t i = 0; i < plan->count; i++)
		if (uuid_equal(&plan->expenses[i].id, id))
			return true;
	return is_known(op, id);
}

static enum status
plan_expense(struct op *op, const struct user_plan *user, const struct new_expense *new, int64_t now_ms,
    struct expenses_plan *plan)
{
	struct expense *expense = &plan->expenses[plan->count];
	struct category category;
	enum status st = expense_check(&new->expense);

	if (st != ST_OK)
		return st;
	if (is_id_taken(op, plan, &new->expense.id))
		return ST_CONFLICT;
	st = category_find(op, user, &new->expense.category_id, new->category_key, &category);
	if (st != ST_OK)
		return st;
	*expense = new->expense;
	if (expense->created_ms == 0)
		expense->created_ms = now_ms;
	expense->updated_ms = expense->created_ms;
	expense->category_id = category.id;
	expense->version = 1;
	plan->count++;
	return totals_plan_count(&plan->totals, op, expense, &category, TOTALS_IN);
}

enum status
expenses_plan(struct op *op, const struct user_plan *user, const struct new_expense *new, size_t count,
    const struct uuid *message_id, int64_t now_ms, struct expenses_plan *plan)
{
	enum status st = count > 0 && user->user.linked_to.len > 0 ? ST_STALE : ST_OK;      /* nobody would see them there */

	plan->count = 0;
	plan->expenses = arena_alloc(op->arena, count * sizeof *plan->expenses);
	if (plan->expenses == NULL || !totals_plan_init(&plan->totals, op, count))
		return ST_FAILED;
	for (size_t i = 0; st == ST_OK && i < count; i++) {
		struct expense *expense = &plan->expenses[i];

		st = plan_expense(op, user, &new[i], now_ms, plan);
		expense->message_id = *message_id;
	}
	return kv_status(op->kv, st);
}

void
expense_put(struct op *op, const struct expense *expense)
{
	struct key by_day = key_expense(op->ledger, expense->day, &expense->id);
	struct key by_id = key_id(op->ledger, ROW_EXPENSE_ID, &expense->id);
	struct key by_category = key_in_category(op->ledger, &expense->category_id, expense->day, &expense->id);

	expense_pack(op->scratch, expense);
	op_put_scratch(op, TABLE_LEDGER, &by_day);
	expense_day_pack(op->scratch, expense->day);
	op_put_scratch(op, TABLE_LEDGER, &by_id);
	kv_put(op->kv, TABLE_LEDGER, key_slice(&by_category), SLICE_EMPTY);
}

void
expense_del(struct op *op, const struct expense *expense)
{
	struct key by_day = key_expense(op->ledger, expense->day, &expense->id);
	struct key by_id = key_id(op->ledger, ROW_EXPENSE_ID, &expense->id);
	struct key by_category = key_in_category(op->ledger, &expense->category_id, expense->day, &expense->id);

	kv_del(op->kv, TABLE_LEDGER, key_slice(&by_day));
	kv_del(op->kv, TABLE_LEDGER, key_slice(&by_id));
	kv_del(op->kv, TABLE_LEDGER, key_slice(&by_category));
}

void
expenses_apply(struct op *op, const struct expenses_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		expense_put(op, &plan->expenses[i]);
	totals_apply(op, &plan->totals);
}

enum status
op_get_expense(struct op *op, const struct uuid *id, struct expense *expense)
{
	struct key row = key_id(op->ledger, ROW_EXPENSE_ID, id);
	struct slice value;
	enum status st;

	if (!kv_get(op->kv, TABLE_LEDGER, key_slice(&row), &value))
		return kv_status(op->kv, ST_NOT_FOUND);
	st = expense_day_unpack(value, &expense->day);
	if (st != ST_OK)
		return st;
	row = key_expense(op->ledger, expense->day, id);
	if (!op_get(op, TABLE_LEDGER, &row, &value))
		return kv_status(op->kv, ST_BAD_RECORD);
	expense->id = *id;
	return expense_unpack(value, expense);
}

enum status
expenses_load(struct op *op, const struct uuid *ids, size_t count, struct write_answer *answer)
{
	struct expense *expenses = arena_alloc(op->arena, count * sizeof *expenses);
	enum status st = expenses != NULL ? ST_OK : ST_FAILED;

	answer->expenses = expenses;
	answer->expense_count = 0;
	for (size_t i = 0; st == ST_OK && i < count; i++) {
		st = op_get_expense(op, &ids[i], &expenses[answer->expense_count]);
		if (st == ST_OK)
			answer->expense_count++;
		else if (st == ST_NOT_FOUND)
			st = ST_OK;                /* deleted since */
	}
	return st;
}

/* How many of the batch's ids are there already. */
static size_t
count_known(struct op *op, const struct expense_batch *batch)
{
	size_t known = 0;

	for (size_t i = 0; i < batch->expense_count; i++)
		known += is_known(op, &batch->expenses[i].expense.id);
	return known;
}

static const struct uuid *
ids_of(struct op *op, const struct expense_batch *batch)
{
	struct uuid *ids = arena_alloc(op->arena, batch->expense_count * sizeof *ids);

	for (size_t i = 0; ids != NULL && i < batch->expense_count; i++)
		ids[i] = batch->expenses[i].expense.id;
	return ids;
}

static enum status
store_batch(struct op *op, const struct expense_batch *batch, const struct uuid *ids, struct write_answer *answer)
{
	static const struct uuid no_message;
	struct user_plan user;
	struct expenses_plan plan;
	struct dedupe dedupe = { .created_ms = batch->now_ms, .expense_count = batch->expense_count, .expense_ids = ids };
	enum status st = user_plan(op, &batch->sign_up, batch->now_ms, &user);

	if (st == ST_OK)
		st = expenses_plan(op, &user, batch->expenses, batch->expense_count, &no_message, batch->now_ms, &plan);
	if (st != ST_OK)
		return st;
	user_apply(op, &user);
	expenses_apply(op, &plan);
	metrics_note(op, batch->now_ms, user.is_new, 0);
	memcpy(dedupe.request_hash, batch->request_hash, sizeof dedupe.request_hash);
	dedupe_put(op, batch->idempotency_key, &dedupe);
	answer->is_new_user = user.is_new;
	answer->expenses = plan.expenses;
	answer->expense_count = plan.count;
	return kv_status(op->kv, ST_OK);
}

enum status
op_put_expenses(struct op *op, const struct expense_batch *batch, struct write_answer *answer)
{
	const struct uuid *ids;
	struct dedupe dedupe;
	enum status st;

	if (batch->expense_count < 1 || batch->expense_count > BATCH_EXPENSES_MAX)
		return ST_BAD_VALUE;
	if (batch->idempotency_key.len > IDEMPOTENCY_KEY_MAX)
		return ST_TEXT_TOO_LONG;
	ids = ids_of(op, batch);
	if (ids == NULL)
		return ST_FAILED;
	st = dedupe_find(op, batch->idempotency_key, batch->request_hash, &dedupe);
	if (st == ST_OK)
		st = dedupe_answer(op, &dedupe, answer);
	if (st != ST_NOT_FOUND)
		return st;
	if (count_known(op, batch) == batch->expense_count) {
		answer->is_replay = true;
		return expenses_load(op, ids, batch->expense_count, answer);
	}
	return store_batch(op, batch, ids, answer);
}
