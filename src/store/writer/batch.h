/* SPDX-License-Identifier: MIT */
/*
 * Commands that wait for a shard's writer, and their answers: all that wait
 * are committed by one transaction.
 */
#ifndef BATCH_H
#define BATCH_H

#include "arena.h"
#include "buf.h"
#include "frame.h"
#include "kv/kv_lmdb.h"
#include "ledger/metrics.h"
#include "mp.h"

struct process_slot;

struct batch_entry {
	void    *asker;                /* whoever added it; not touched here */
	uint64_t id;
	unsigned kind;
	size_t   body_at, body_len;    /* in bodies */
	size_t   answer_at, answer_len;/* in answers, once it was carried out */
};

struct batch {
	struct batch_entry *entries;
	size_t              count, capacity;
	struct buf          bodies, answers, scratch;
	struct arena        arena;
	struct metrics_pending metrics;
	bool                is_low;        /* on disk space: what adds to the store is refused */
};

void batch_fini(struct batch *b);

/* Add a command; its body is copied.  false when there is no memory. */
bool batch_add(struct batch *b, void *asker, const struct frame *frame);

/*
 * Carry out the commands from first on, at most max of them, and commit; the
 * number of those that have their answer now.  Each is answered for what
 * became of it: when something fails that their checks could not see, the
 * transaction is aborted and they are run again one by one.
 */
size_t batch_run(struct batch *b, size_t first, size_t max, struct lmdb_env *env, struct process_slot *slot);

/* The answer of an entry, packed. */
struct slice batch_answer(const struct batch *b, const struct batch_entry *entry);

/* Forget all entries. */
void batch_clear(struct batch *b);

/* The two halves of batch_run without the second try, for tests: the commit has to follow. */
enum status batch_execute(struct batch *b, size_t first, size_t count, struct lmdb_env *env, struct process_slot *slot);
enum status batch_commit(struct lmdb_env *env, struct process_slot *slot);

#endif
