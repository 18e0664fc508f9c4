/* SPDX-License-Identifier: MIT */
/*
 * What an engine of the store provides; store.c does the rest.  Shards are
 * numbered from 0; the index, where the tokens are, has the number shard_count.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include "store/command/command.h"
#include "kv/kv.h"
#include "ledger_hash.h"
#include "store_upkeep.h"

struct engine_ops {
	/*
	 * A read-only transaction on a shard, or NULL with *st set.  May be nested;
	 * the inner one sees what the outer one sees.
	 */
	struct kv *(*read_begin)(struct store *store, unsigned shard, enum status *st);
	void (*read_end)(struct store *store, unsigned shard);

	/* Carry the command out; the asker is told once, perhaps before the return. */
	void (*submit)(struct store *store, unsigned shard, const struct command *command, const struct asker *asker);

	/*
	 * Run fn so that what it reads may wait while the event loop goes on; false: it was not run.  NULL for an engine that
	 * never waits.
	 */
	bool (*enter)(struct store *store, void (*fn)(void *arg), void *arg);

	unsigned (*clear_dead_readers)(struct store *store);

	/* May be NULL. */
	void (*get_usage)(struct store *store, unsigned shard, struct store_usage *usage);
	void (*read_ahead)(struct store *store);

	/* Frees the store; those who still wait are told ST_UNAVAILABLE. */
	void (*close)(struct store *store);
};

/* The head of every engine's own struct. */
struct store {
	const struct engine_ops *ops;
	struct ledger_hash      *hash;
	unsigned                 shard_count;
	struct counters         *counters; /* of this process; NULL: nothing is timed */
	struct arena             spare;    /* of the last read, for the next one */
};

/* Have a command about a ledger carried out. */
void store_submit(struct store *store, const struct ledger *ledger, struct command *command, const struct asker *asker);

#endif
