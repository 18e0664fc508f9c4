/* SPDX-License-Identifier: MIT */
/* See metrics.h. */
#include "config.h"

#include "metrics.h"

#include "log.h"
#include "ledger/op/op.h"

struct key
key_metric(enum metric_kind kind, int32_t day_or_month)
{
	struct key key = { .len = 0 };
	uint8_t byte = (uint8_t)kind;

	key_add(&key, &byte, 1);
	key_add_number(&key, day_or_month);
	return key;
}

struct key
key_expense_metric(day_t day, struct currency currency, const struct category *category)
{
	struct key key = key_metric(METRIC_EXPENSES, day);
	struct slice name = category->key.len > 0 ? category->key : SLICE_LITERAL(METRIC_OWN_CATEGORY);

	key_add(&key, currency.code, 3);
	key_add(&key, name.ptr, name.len);
	return key;
}

/* --- adding ------------------------------------------------------------------------- */

static void
add_up(struct metric *to, const struct metric *by)
{
	to->sum += by->sum;
	for (size_t i = 0; i < METRIC_NUMBERS; i++)
		to->n[i] += by->n[i];
}

static bool
is_nothing(const struct metric *metric)
{
	static const struct metric nothing;

	return metric->sum == 0 && memcmp(metric->n, nothing.n, sizeof nothing.n) == 0;
}

/* A row that is damaged begins anew: a wrong number is worth a line, not an operator's shard that takes no expenses. */
static void
put_now(struct kv *kv, struct buf *scratch, const struct metric_change *change)
{
	char kind = (char)change->key.bytes[0];
	struct metric metric = { 0 };
	struct slice value;

	if (kv_get(kv, TABLE_METRICS, key_slice(&change->key), &value) && metric_unpack(value, kind, &metric) != ST_OK) {
		log_error("a row of the metrics is damaged and begins anew");
		metric = (struct metric){ 0 };
	}
	add_up(&metric, &change->by);
	if (is_nothing(&metric)) {
		kv_del(kv, TABLE_METRICS, key_slice(&change->key));
		return;
	}
	metric_pack(scratch, kind, &metric);
	if (scratch->has_failed)
		kv_fail(kv, ST_FAILED);
	kv_put(kv, TABLE_METRICS, key_slice(&change->key), buf_slice(scratch));
	buf_clear(scratch);
}

void
metrics_flush(struct metrics_pending *pending, struct kv *kv, struct buf *scratch)
{
	for (size_t i = 0; i < pending->count; i++)
		put_now(kv, scratch, &pending->changes[i]);
	pending->count = 0;
}

void
metrics_add(struct op *op, const struct key *key, const struct metric *by)
{
	struct metrics_pending *pending = op->metrics;
	struct metric_change *change;

	if (pending == NULL) {
		put_now(op->kv, op->scratch, &(struct metric_change){ *key, *by });
		return;
	}
	for (size_t i = 0; i < pending->count; i++)
		if (slice_equal(key_slice(&pending->changes[i].key), key_slice(key))) {
			add_up(&pending->changes[i].by, by);
			return;
		}
	if (pending->count == METRICS_PENDING_MAX)
		metrics_flush(pending, op->kv, op->scratch);
	change = &pending->changes[pending->count++];
	change->key.len = key->len;
	memcpy(change->key.bytes, key->bytes, key->len);
	change->by = *by;
}

/* --- who is active -------------------------------------------------------------------- */

/*
 * Whether the ledger was not active on this day before.  The day before the
 * last one is kept as well, since askers need not agree about midnight; what
 * is older still is not counted.
 */
static bool
becomes_active(struct op *op, day_t day)
{
	struct key row = key_kind(op->ledger, ROW_ACTIVE);
	struct active_days days = { DAY_MIN, DAY_MIN };
	struct slice value;

	if (kv_get(op->kv, TABLE_LEDGER, key_slice(&row), &value) && active_days_unpack(value, &days) != ST_OK)
		days = (struct active_days){ DAY_MIN, DAY_MIN };
	if (day <= days.before || day == days.last)
		return false;
	if (day > days.last)
		days = (struct active_days){ day, days.last };
	else
		days.before = day;
	active_days_pack(op->scratch, days);
	op_put_scratch(op, TABLE_LEDGER, &row);
	return true;
}

void
metrics_note(struct op *op, int64_t now_ms, bool is_new_user, unsigned messages)
{
	day_t day = utc_day_of(now_ms);
	struct metric by = { .n = { [DAY_ACTIVE_USERS] = becomes_active(op, day), [DAY_NEW_USERS] = is_new_user,
		[DAY_MESSAGES] = messages } };
	struct key key;

	if (is_nothing(&by))
		return;
	key = key_metric(METRIC_DAY, day);
	metrics_add(op, &key, &by);
}

void
metrics_forget_user(struct op *op, int64_t now_ms)
{
	struct metric by = { .n = { [DAY_DELETED_USERS] = 1 } };
	struct key key = key_metric(METRIC_DAY, utc_day_of(now_ms));

	metrics_add(op, &key, &by);
	ai_costs_forget(op);
}
