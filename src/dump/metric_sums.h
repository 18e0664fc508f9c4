/* SPDX-License-Identifier: MIT */
/*
 * The metrics of a store that gets another number of shards.  What a shard's
 * ledgers say of themselves goes with them: their expenses, when their users
 * came and on which days they were active.  The rest, as the messages of a day
 * or what deleted users left, is known of the whole store only; the last shard
 * has it, so that the sums over all shards stay what they were.
 */
#ifndef METRIC_SUMS_H
#define METRIC_SUMS_H

#include "kv/kv.h"
#include "ledger/metrics.h"

/* Sums of metrics by their keys, in memory. */
struct metric_sums;

/* NULL when there is no memory. */
struct metric_sums *metric_sums_new(void);
void metric_sums_free(struct metric_sums *sums);

/* Whether a row of this kind is a sum, and adds up over shards. */
bool metric_is_sum(struct slice key);

/* Add a row of a store, or take it off.  A row that is damaged, or memory that ran out, shows in metric_sums_status. */
void metric_sums_add(struct metric_sums *sums, struct slice key, struct slice value);
void metric_sums_take(struct metric_sums *sums, struct slice key, struct slice value);

/* Add all that the others have, or take it off. */
void metric_sums_add_all(struct metric_sums *sums, struct metric_sums *others);
void metric_sums_take_all(struct metric_sums *sums, struct metric_sums *others);

bool metric_sums_is_nothing(struct metric_sums *sums);
enum status metric_sums_status(const struct metric_sums *sums);

/* Rows whose kind is one of first to last, in the order of their keys; stops at the first false. */
bool metric_sums_each(struct metric_sums *sums, char first, char last,
    bool (*on_row)(struct slice key, struct slice value, void *arg), void *arg);

/*
 * Add what a row of the ledger table, in the order of the keys, says of the
 * metrics of its shard; kv is the transaction that it was read in.  After the
 * last one metric_sums_end_ledgers.
 */
void metric_sums_add_ledger_row(struct metric_sums *sums, struct kv *kv, struct slice key, struct slice value);
void metric_sums_end_ledgers(struct metric_sums *sums);

#endif
