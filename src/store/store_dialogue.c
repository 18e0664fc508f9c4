/* SPDX-License-Identifier: MIT */
/* The reading functions of store_dialogue.h. */
#include "config.h"

#include "store_dialogue.h"

#include "reading.h"

void
store_get_dialogue(struct store *store, const struct ledger *ledger, struct slice conversation, store_dialogue_fn *fn, void *arg)
{
	struct dialogue dialogue = { .version = 0 };
	struct reading r;

	if (reading_begin(&r, store, ledger->shard, ledger))
		r.st = op_get_dialogue(&r.op, conversation, &dialogue);
	reading_end(&r, DISTRIBUTION_read_other_ns);
	fn(r.st, r.st == ST_OK ? &dialogue : NULL, arg);
	reading_fini(&r);
}

void
store_find_last_entry(struct store *store, const struct ledger *ledger, store_message_fn *fn, void *arg)
{
	struct message message = { .expense_count = 0 };
	struct reading r;

	if (reading_begin(&r, store, ledger->shard, ledger))
		r.st = op_find_last_entry(&r.op, &message);
	reading_end(&r, DISTRIBUTION_read_other_ns);
	fn(r.st, r.st == ST_OK ? &message : NULL, arg);
	reading_fini(&r);
}

void
store_list_deleted(struct store *store, const struct ledger *ledger, int64_t now_ms, unsigned limit,
    const struct deleted_list_callbacks *callbacks, void *arg)
{
	struct reading r;

	if (reading_begin(&r, store, ledger->shard, ledger))
		r.st = op_list_deleted(&r.op, now_ms, limit, callbacks->on_expense, arg);
	reading_end(&r, DISTRIBUTION_read_other_ns);
	callbacks->on_end(r.st, arg);
	reading_fini(&r);
}
