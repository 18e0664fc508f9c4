/* SPDX-License-Identifier: MIT */
/* The functions of store_ai.h. */
#include "config.h"

#include "store_ai.h"

#include "reading.h"

void
store_list_own_calls(struct store *store, const struct ledger *ledger, const struct own_call_query *query,
    const struct own_call_callbacks *callbacks, void *arg)
{
	struct reading r;
	bool has_more = false;

	if (reading_begin(&r, store, ledger->shard, ledger))
		r.st = op_list_own_calls(&r.op, query, callbacks->on_call, arg, &has_more);
	reading_end(&r, DISTRIBUTION_read_other_ns);
	callbacks->on_end(r.st, has_more, arg);
	reading_fini(&r);
}

void
store_list_ai_months(struct store *store, const struct ledger *ledger, const struct ai_month_callbacks *callbacks, void *arg)
{
	struct reading r;

	if (reading_begin(&r, store, ledger->shard, ledger))
		r.st = op_list_ai_months(&r.op, callbacks->on_month, arg);
	reading_end(&r, DISTRIBUTION_read_other_ns);
	callbacks->on_end(r.st, arg);
	reading_fini(&r);
}
