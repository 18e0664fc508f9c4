/* SPDX-License-Identifier: MIT */
/* See reading.h. */
#include "config.h"

#include "reading.h"

#include "clock.h"

bool
reading_begin(struct reading *r, struct store *store, unsigned shard, const struct ledger *ledger)
{
	*r = (struct reading){ .store = store, .shard = shard, .arena = store->spare, .started_ns = clock_mono_ns() };
	store->spare = (struct arena)ARENA_INIT;         /* reads may be nested */
	if (ledger != NULL)
		memcpy(r->op.ledger, ledger->key, sizeof r->op.ledger);
	r->op.arena = &r->arena;
	r->op.kv = store->ops->read_begin(store, shard, &r->st);
	return r->op.kv != NULL;
}

void
reading_end(struct reading *r, enum distribution time)
{
	if (r->op.kv != NULL)
		r->store->ops->read_end(r->store, r->shard);
	r->op.kv = NULL;
	if (r->store->counters != NULL)
		distribution_record(r->store->counters, time, (uint64_t)(clock_mono_ns() - r->started_ns));
}

void
reading_fini(struct reading *r)
{
	enum { KEEP = 1 << 16 };

	arena_fini(&r->store->spare);
	arena_recycle(&r->arena, KEEP);
	r->store->spare = r->arena;
}
