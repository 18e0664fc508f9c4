/* SPDX-License-Identifier: MIT */
/*
 * A read-only transaction with what an operation in it needs, for the functions
 * of the store that read.
 *
 *	if (reading_begin(&r, store, ledger->shard, ledger))
 *		r.st = op_...(&r.op, ...);
 *	reading_end(&r, DISTRIBUTION_read_...);
 *	fn(r.st, ..., arg);
 *	reading_fini(&r);
 */
#ifndef READING_H
#define READING_H

#include "counters.h"
#include "engine.h"
#include "ledger/op/op.h"

struct reading {
	struct store *store;
	unsigned      shard;
	struct arena  arena;
	struct op     op;
	enum status   st;
	int64_t       started_ns;
};

/* false: it could not begin; end it all the same.  ledger: NULL for what is about none. */
bool reading_begin(struct reading *r, struct store *store, unsigned shard, const struct ledger *ledger);

/* The transaction ends here, and counts for time; what was copied to the arena lasts until reading_fini. */
void reading_end(struct reading *r, enum distribution time);
void reading_fini(struct reading *r);

#endif
