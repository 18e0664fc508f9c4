/* SPDX-License-Identifier: MIT */
/*
 * What the operator is told: sums over all ledgers of a shard, by UTC day, kept
 * in a table of their own by the transaction that changes what they are of.
 * A row that every command of a day changes is put once for a whole batch.
 *
 * doc/STORE.md has the rows.
 */
#ifndef METRICS_H
#define METRICS_H

#include "key.h"
#include "ledger/record/record.h"

struct kv;
struct op;

enum metric_kind {
	METRIC_DAY = 'D',                 /* day */
	METRIC_EXPENSES = 'E',            /* day, currency, category key or "own" */
	METRIC_AI_COST = 'C',             /* day, currency, operation */
	METRIC_AI_MODEL = 'M',            /* day, currency, provider/model */
	METRIC_AI_RANK = 'R',             /* month, currency, cost, ledger key */
	METRIC_AI_CALL = 'I',             /* day, call id */
	METRIC_AI_LISTED = 'K'            /* day, call id, ledger key */
};

#define METRIC_OWN_CATEGORY "own"

static inline day_t
utc_day_of(int64_t wall_ms)
{
	return (day_t)(wall_ms / 86400000);
}

struct key key_metric(enum metric_kind kind, int32_t day_or_month);
struct key key_expense_metric(day_t day, struct currency currency, const struct category *category);

/* Changes to rows that are not put yet. */
enum { METRICS_PENDING_MAX = 32 };

struct metric_change {
	struct key    key;
	struct metric by;
};

struct metrics_pending {
	size_t               count;
	struct metric_change changes[METRICS_PENDING_MAX];
};

/* Add to a row, later if op has pending changes, else at once. */
void metrics_add(struct op *op, const struct key *key, const struct metric *by);

/* Put all that is pending. */
void metrics_flush(struct metrics_pending *pending, struct kv *kv, struct buf *scratch);

/*
 * Something was done in the ledger: it is active on this day, and that day's
 * row has so many more.  Called after all checks.
 */
void metrics_note(struct op *op, int64_t now_ms, bool is_new_user, unsigned messages);

/* A user is deleted: count it, and take out the AI costs by name, here and in the ledger.  Called with the user's row. */
void metrics_forget_user(struct op *op, int64_t now_ms);

#endif
