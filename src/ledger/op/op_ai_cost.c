/* SPDX-License-Identifier: MIT */
/*
 * What the AI costs: by day and operation for the shard, by month for each
 * ledger, and the ledgers of a month in the order of their costs, so that the
 * most expensive ones are found without looking at the others; see op.h.
 */
#include "config.h"

#include "ledger/metrics.h"
#include "store_upkeep.h"
#include "op.h"

enum {
	NUMBER_MAX_BITS = 50,              /* of a call's tokens and cost: no sum overflows */
	CALL_DAYS = 2,                     /* that a call's id is known, so that it is counted once */
	SWEPT_CALLS = 4,                   /* of the ids that are older, with each new one */
	LOOKS_MAX = 50000                  /* calls of a day that a list looks at */
};

static struct key
key_ai_cost(struct op *op, int32_t month, struct currency currency)
{
	struct key key = key_kind(op->ledger, ROW_AI_COST);

	key_add_number(&key, month);
	key_add(&key, currency.code, 3);
	return key;
}

/* The highest cost comes first. */
static struct key
key_rank(int32_t month, struct currency currency, int64_t cost, const uint8_t ledger[LEDGER_KEY_SIZE])
{
	struct key key = key_metric(METRIC_AI_RANK, month);
	uint64_t down = ~(uint64_t)cost;
	uint8_t bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)(down >> (56 - 8 * i));
	key_add(&key, currency.code, 3);
	key_add(&key, bytes, sizeof bytes);
	key_add(&key, ledger, LEDGER_KEY_SIZE);
	return key;
}

static struct key
key_call(day_t day, const struct uuid *id)
{
	struct key key = key_metric(METRIC_AI_CALL, day);

	key_add(&key, id->bytes, sizeof id->bytes);
	return key;
}

static bool
is_usage(const struct ai_usage *usage)
{
	const int64_t max = INT64_C(1) << NUMBER_MAX_BITS;

	return usage->calls > 0 && usage->calls <= max && usage->input_tokens >= 0 && usage->input_tokens <= max
	    && usage->output_tokens >= 0 && usage->output_tokens <= max && usage->cost_micros >= 0 && usage->cost_micros <= max;
}

static bool
usage_is_known(const struct ai_usage *usage)
{
	return usage->calls != 1 || usage->input_tokens != 0 || usage->output_tokens != 0 || usage->cost_micros != 0;
}

enum status
ai_cost_check(const struct ai_cost *cost)
{
	if (cost->result == NULL || (cost->is_failed && usage_is_known(&cost->usage)))
		return ST_BAD_VALUE;
	if (uuid_is_nil(&cost->call_id) || cost->operation.len < 1 || cost->operation.len > AI_OPERATION_MAX
	    || cost->provider.len > AI_PROVIDER_MAX || cost->model.len > AI_MODEL_MAX || currency_digits(cost->currency) == -1)
		return ST_BAD_VALUE;
	return is_usage(&cost->usage) ? ST_OK : ST_OUT_OF_RANGE;
}

/* Forget calls of long ago. */
static void
sweep(struct op *op, day_t today)
{
	struct key start = key_metric(METRIC_AI_CALL, DAY_MIN), end = key_metric(METRIC_AI_CALL, today - CALL_DAYS);
	struct key old[SWEPT_CALLS];
	struct kv_cursor cursor;
	size_t count = 0;
	bool is_there;

	kv_cursor_begin(&cursor, op->kv, TABLE_METRICS);
	is_there = kv_cursor_seek(&cursor, key_slice(&start));
	for (; is_there && count < SWEPT_CALLS && key_compare(cursor.key, key_slice(&end)) < 0; is_there = kv_cursor_next(&cursor)) {
		old[count].len = cursor.key.len;
		memcpy(old[count++].bytes, cursor.key.ptr, cursor.key.len);
	}
	kv_cursor_end(&cursor);
	for (size_t i = 0; i < count; i++)
		kv_del(op->kv, TABLE_METRICS, key_slice(&old[i]));
}

/* What the ledger has used in the month so far. */
static enum status
usage_before(struct op *op, const struct key *row, struct ai_usage *usage)
{
	struct slice value;

	*usage = (struct ai_usage){ 0 };
	if (!kv_get(op->kv, TABLE_LEDGER, key_slice(row), &value))
		return kv_status(op->kv, ST_OK);
	return ai_usage_unpack(value, usage);
}

static struct ai_usage
usage_sum(const struct ai_usage *a, const struct ai_usage *b)
{
	return (struct ai_usage){ a->calls + b->calls, a->input_tokens + b->input_tokens, a->output_tokens + b->output_tokens,
		a->cost_micros + b->cost_micros, a->unpriced + b->unpriced };
}

static void
put_of_ledger(struct op *op, const struct ai_cost *cost, const struct key *row, const struct ai_usage *before, struct slice user_id)
{
	int32_t month = key_month(utc_day_of(cost->now_ms));
	struct ai_usage usage = cost->usage;
	struct ai_user_cost ranked = { .user_id = user_id };
	struct key rank = key_rank(month, cost->currency, before->cost_micros, op->ledger);

	usage.unpriced = cost->is_unpriced ? usage.calls : 0;
	ranked.usage = usage_sum(before, &usage);
	if (before->calls > 0)
		kv_del(op->kv, TABLE_METRICS, key_slice(&rank));
	rank = key_rank(month, cost->currency, ranked.usage.cost_micros, op->ledger);
	ai_user_cost_pack(op->scratch, &ranked);
	op_put_scratch(op, TABLE_METRICS, &rank);
	ai_usage_pack(op->scratch, &ranked.usage);
	op_put_scratch(op, TABLE_LEDGER, row);
}

static struct key
key_of_day(enum metric_kind kind, day_t day, struct currency currency)
{
	struct key key = key_metric(kind, day);

	key_add(&key, currency.code, 3);
	return key;
}

static struct key
key_model(const struct ai_cost *cost)
{
	struct key key = key_of_day(METRIC_AI_MODEL, utc_day_of(cost->now_ms), cost->currency);

	key_add(&key, cost->provider.ptr, cost->provider.len);
	key_add(&key, "/", 1);
	key_add(&key, cost->model.ptr, cost->model.len);
	if (cost->is_unpriced)
		key_add(&key, AI_MODEL_UNPRICED, sizeof AI_MODEL_UNPRICED - 1);
	return key;
}

static void
put_of_shard(struct op *op, const struct ai_cost *cost)
{
	day_t day = utc_day_of(cost->now_ms);
	struct key operation = key_of_day(METRIC_AI_COST, day, cost->currency), model = key_model(cost);
	struct metric by = { .n = { cost->usage.calls, cost->usage.input_tokens, cost->usage.output_tokens, cost->usage.cost_micros } };

	key_add(&operation, cost->operation.ptr, cost->operation.len);
	metrics_add(op, &operation, &by);
	if (cost->provider.len > 0)
		metrics_add(op, &model, &by);
}

static void
put_sums(struct op *op, const struct ai_cost *cost, const struct key *row, const struct ai_usage *before, const struct user *user)
{
	if (cost->is_failed)
		return;
	if (user != NULL)                  /* of one who was deleted meanwhile nothing is kept by name */
		put_of_ledger(op, cost, row, before, user->id);
	put_of_shard(op, cost);
}

/* --- each call by itself ----------------------------------------------------------------------- */

static struct key
key_listed(day_t day, const uint8_t *call_id, const uint8_t ledger[LEDGER_KEY_SIZE])
{
	struct key key = key_metric(METRIC_AI_LISTED, day);

	key_add(&key, call_id, sizeof (struct uuid));
	key_add(&key, ledger, LEDGER_KEY_SIZE);
	return key;
}

enum { LISTED_ID_AT = 5, LISTED_LEDGER_AT = LISTED_ID_AT + 16, LISTED_LEN = LISTED_LEDGER_AT + LEDGER_KEY_SIZE,
	ROW_DAY_AT = LEDGER_KEY_SIZE + 1, ROW_ID_AT = ROW_DAY_AT + 4, ROW_LEN = ROW_ID_AT + 16 };

/* The ledger's row is how deleting the user finds it; a call for nobody who is signed up has none. */
static void
put_listed(struct op *op, const struct ai_cost *cost, struct slice user_id)
{
	static const uint8_t nobody[LEDGER_KEY_SIZE];
	day_t day = utc_day_of(cost->now_ms);
	struct key listed = key_listed(day, cost->call_id.bytes, user_id.len > 0 ? op->ledger : nobody), row = key_day(op->ledger, ROW_AI_CALL, day);

	key_add(&row, cost->call_id.bytes, sizeof cost->call_id.bytes);
	ai_call_pack(op->scratch, &(struct ai_call){ .user_id = user_id, .cost = *cost });
	op_put_scratch(op, TABLE_METRICS, &listed);
	if (user_id.len > 0)
		kv_put(op->kv, TABLE_LEDGER, key_slice(&row), SLICE_EMPTY);
}

void
ai_call_remove(struct op *op, struct slice row)
{
	struct key listed, copy = key_of(row);

	if (row.len == ROW_LEN) {
		listed = key_listed(key_read_number(row.ptr + ROW_DAY_AT), (const uint8_t *)row.ptr + ROW_ID_AT, key_ledger(row));
		kv_del(op->kv, TABLE_METRICS, key_slice(&listed));
	}
	kv_del(op->kv, TABLE_LEDGER, key_slice(&copy));
}

static void
remove_listed(struct op *op, const struct key *listed)
{
	struct key row = key_day(listed->bytes + LISTED_LEDGER_AT, ROW_AI_CALL, key_read_number((const char *)listed->bytes + 1));

	key_add(&row, listed->bytes + LISTED_ID_AT, sizeof (struct uuid));
	kv_del(op->kv, TABLE_LEDGER, key_slice(&row));
	kv_del(op->kv, TABLE_METRICS, key_slice(listed));
}

enum status
op_remove_ai_calls(struct op *op, day_t before, struct write_answer *answer)
{
	struct key start = key_metric(METRIC_AI_LISTED, DAY_MIN), end = key_metric(METRIC_AI_LISTED, before);
	struct key *old = arena_alloc(op->arena, AI_CALLS_AT_ONCE * sizeof *old);
	struct kv_cursor cursor;
	size_t count = 0;
	bool is_there;

	if (old == NULL)
		return ST_FAILED;
	kv_cursor_begin(&cursor, op->kv, TABLE_METRICS);
	is_there = kv_cursor_seek(&cursor, key_slice(&start));
	for (; is_there && count < AI_CALLS_AT_ONCE && key_compare(cursor.key, key_slice(&end)) < 0; is_there = kv_cursor_next(&cursor))
		old[count++] = key_of(cursor.key);
	kv_cursor_end(&cursor);
	if (kv_status(op->kv, ST_OK) != ST_OK)
		return kv_status(op->kv, ST_OK);
	for (size_t i = 0; i < count; i++)
		remove_listed(op, &old[i]);
	answer->removed[REMOVED_AI_CALL] = (uint32_t)count;
	return kv_status(op->kv, ST_OK);
}

static enum status
read_listed(const struct kv_cursor *cursor, struct ai_call *call)
{
	if (cursor->key.len != LISTED_LEN)
		return ST_BAD_RECORD;
	memcpy(call->id.bytes, cursor->key.ptr + LISTED_ID_AT, sizeof call->id.bytes);
	return ai_call_unpack(cursor->value, call);
}

enum status
op_list_ai_calls(struct op *op, const struct ai_call_query *query, void (*on_call)(const struct ai_call *call, void *arg), void *arg)
{
	struct key prefix = key_metric(METRIC_AI_LISTED, query->day), end = prefix;
	unsigned given = 0, looks = 0;
	enum status st = ST_OK;
	struct kv_cursor cursor;
	struct ai_call call;
	bool is_there;

	if (uuid_is_nil(&query->before))
		key_to_end(&end);
	else
		key_add(&end, query->before.bytes, sizeof query->before.bytes);
	kv_cursor_begin(&cursor, op->kv, TABLE_METRICS);
	is_there = kv_cursor_seek_before(&cursor, key_slice(&end));
	for (; st == ST_OK && is_there && given < query->limit && key_starts_with(cursor.key, &prefix); is_there = kv_cursor_prev(&cursor)) {
		st = looks++ < LOOKS_MAX ? read_listed(&cursor, &call) : ST_TOO_BROAD;
		if (st != ST_OK || (query->of != NULL && memcmp(cursor.key.ptr + LISTED_LEDGER_AT, op->ledger, sizeof op->ledger) != 0) ||
		    (query->model.len > 0 && !slice_equal(query->model, call.cost.model)))
			continue;
		on_call(&call, arg);
		given++;
	}
	kv_cursor_end(&cursor);
	return kv_status(op->kv, st);
}

/* --- of one ledger ----------------------------------------------------------------------------- */

static struct key
key_row(struct op *op, day_t day, const struct uuid *id)
{
	struct key key = key_day(op->ledger, ROW_AI_CALL, day);

	key_add(&key, id->bytes, sizeof id->bytes);
	return key;
}

/* The calls of a page, by their keys in the list. */
static size_t
read_rows(struct op *op, const struct own_call_query *query, struct key listed[static OWN_CALLS_MAX], bool *has_more)
{
	struct key prefix = key_kind(op->ledger, ROW_AI_CALL), start = prefix;
	struct kv_cursor cursor;
	size_t count = 0;
	bool is_there;

	if (!uuid_is_nil(&query->after_id)) {
		start = key_row(op, query->after_day, &query->after_id);
		start.bytes[start.len++] = 0;              /* the first key behind it */
	}
	kv_cursor_begin(&cursor, op->kv, TABLE_LEDGER);
	is_there = kv_cursor_seek(&cursor, key_slice(&start)) && key_starts_with(cursor.key, &prefix);
	while (is_there && count < query->limit) {
		if (cursor.key.len == ROW_LEN)
			listed[count++] = key_listed(key_read_number(cursor.key.ptr + ROW_DAY_AT), (const uint8_t *)cursor.key.ptr + ROW_ID_AT, op->ledger);
		is_there = kv_cursor_next(&cursor) && key_starts_with(cursor.key, &prefix);
	}
	*has_more = is_there;
	kv_cursor_end(&cursor);
	return count;
}

enum status
op_list_own_calls(struct op *op, const struct own_call_query *query, void (*on_call)(const struct ai_call *call, void *arg), void *arg,
    bool *has_more)
{
	struct key *listed = arena_alloc(op->arena, OWN_CALLS_MAX * sizeof *listed);
	size_t count = listed != NULL ? read_rows(op, query, listed, has_more) : 0;
	enum status st = listed != NULL ? kv_status(op->kv, ST_OK) : ST_FAILED;
	struct ai_call call;
	struct slice value;

	for (size_t i = 0; st == ST_OK && i < count; i++) {
		if (!kv_get(op->kv, TABLE_METRICS, key_slice(&listed[i]), &value))
			return kv_status(op->kv, ST_BAD_RECORD);
		st = ai_call_unpack(value, &call);
		memcpy(call.id.bytes, listed[i].bytes + LISTED_ID_AT, sizeof call.id.bytes);
		if (st == ST_OK)
			on_call(&call, arg);
	}
	return kv_status(op->kv, st);
}

static enum status
read_month(const struct kv_cursor *cursor, const struct key *prefix, struct ai_month_cost *cost)
{
	int32_t month;

	*cost = (struct ai_month_cost){ .month = 0 };
	if (cursor->key.len != prefix->len + 4 + 3)
		return ST_BAD_RECORD;
	month = key_read_number(cursor->key.ptr + prefix->len);
	memcpy(cost->currency.code, cursor->key.ptr + prefix->len + 4, 3);
	if (!day_from_civil(month / 12, month % 12 + 1, 1, &cost->month))
		return ST_BAD_RECORD;
	return ai_usage_unpack(cursor->value, &cost->usage);
}

enum status
op_list_ai_months(struct op *op, void (*on_month)(const struct ai_month_cost *cost, void *arg), void *arg)
{
	struct key prefix = key_kind(op->ledger, ROW_AI_COST);
	struct ai_month_cost cost;
	enum status st = ST_OK;
	struct kv_cursor cursor;
	bool is_there;

	kv_cursor_begin(&cursor, op->kv, TABLE_LEDGER);
	is_there = kv_cursor_seek(&cursor, key_slice(&prefix));
	for (; st == ST_OK && is_there && key_starts_with(cursor.key, &prefix); is_there = kv_cursor_next(&cursor)) {
		st = read_month(&cursor, &prefix, &cost);
		if (st == ST_OK)
			on_month(&cost, arg);
	}
	kv_cursor_end(&cursor);
	return kv_status(op->kv, st);
}

/* --- adding ------------------------------------------------------------------------------------ */

enum status
op_add_ai_cost(struct op *op, const struct ai_cost *cost)
{
	struct key call = key_call(utc_day_of(cost->now_ms), &cost->call_id);
	struct key row = key_ai_cost(op, key_month(utc_day_of(cost->now_ms)), cost->currency), user_row = key_kind(op->ledger, ROW_USER);
	struct ai_usage before;
	struct user user;
	struct slice value;
	bool has_user;
	enum status st = ai_cost_check(cost);

	if (st != ST_OK)
		return st;
	if (kv_get(op->kv, TABLE_METRICS, key_slice(&call), &value))
		return ST_OK;
	has_user = op_get(op, TABLE_LEDGER, &user_row, &value);
	st = has_user ? user_unpack(value, &user) : kv_status(op->kv, ST_OK);
	if (st == ST_OK)
		st = usage_before(op, &row, &before);
	if (st != ST_OK)
		return st;
	put_sums(op, cost, &row, &before, has_user ? &user : NULL);
	sweep(op, utc_day_of(cost->now_ms));
	kv_put(op->kv, TABLE_METRICS, key_slice(&call), SLICE_EMPTY);
	if (cost->is_listed)
		put_listed(op, cost, has_user ? user.id : SLICE_EMPTY);
	return kv_status(op->kv, ST_OK);
}

void
ai_costs_forget(struct op *op)
{
	struct key prefix = key_kind(op->ledger, ROW_AI_COST), row, rank;
	struct ai_usage usage;
	struct kv_cursor cursor;
	bool is_there;

	for (;;) {
		struct currency currency = { "" };

		kv_cursor_begin(&cursor, op->kv, TABLE_LEDGER);
		is_there = kv_cursor_seek(&cursor, key_slice(&prefix)) && key_starts_with(cursor.key, &prefix)
		    && cursor.key.len == prefix.len + 4 + 3 && ai_usage_unpack(cursor.value, &usage) == ST_OK;
		if (is_there) {
			row.len = cursor.key.len;
			memcpy(row.bytes, cursor.key.ptr, cursor.key.len);
		}
		kv_cursor_end(&cursor);
		if (!is_there)
			return;
		memcpy(currency.code, row.bytes + prefix.len + 4, 3);
		rank = key_rank(key_read_number((const char *)row.bytes + prefix.len), currency, usage.cost_micros, op->ledger);
		kv_del(op->kv, TABLE_METRICS, key_slice(&rank));
		kv_del(op->kv, TABLE_LEDGER, key_slice(&row));
	}
}

enum status
op_list_ai_users(struct op *op, day_t month, struct currency currency, unsigned limit,
    void (*on_user)(const struct ai_user_cost *cost, void *arg), void *arg)
{
	struct key prefix = key_metric(METRIC_AI_RANK, key_month(month));
	struct ai_user_cost cost;
	enum status st = ST_OK;
	struct kv_cursor cursor;
	bool is_there;

	key_add(&prefix, currency.code, 3);
	kv_cursor_begin(&cursor, op->kv, TABLE_METRICS);
	is_there = kv_cursor_seek(&cursor, key_slice(&prefix));
	for (; st == ST_OK && is_there && limit > 0 && key_starts_with(cursor.key, &prefix); limit--) {
		st = ai_user_cost_unpack(cursor.value, &cost);
		if (st == ST_OK)
			on_user(&cost, arg);
		is_there = kv_cursor_next(&cursor);
	}
	kv_cursor_end(&cursor);
	return kv_status(op->kv, st);
}
