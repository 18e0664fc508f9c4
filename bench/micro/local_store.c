/* SPDX-License-Identifier: MIT */
/* See local_store.h. */
#include "config.h"

#include "local_store.h"

#include <stdlib.h>

#include "counters.h"
#include "options.h"
#include "store/writer/batch.h"
#include "store/engine.h"
#include "store/layout.h"

enum { KEEP = 1 << 20 };

struct part {
	struct lmdb_env *env;
	struct batch     batch;
	struct asker    *askers;           /* of the batch's commands, in their order */
};

struct local_store {
	struct store        head;
	size_t              batch_size;
	struct process_slot slot;
	struct buf          body;
	struct arena        arena;
	struct part         parts[];
};

static struct local_store *
local_of(struct store *store)
{
	return (struct local_store *)store;
}

static struct kv *
read_begin(struct store *store, unsigned shard, enum status *st)
{
	return lmdb_read_begin(local_of(store)->parts[shard].env, st);
}

static void
read_end(struct store *store, unsigned shard)
{
	lmdb_read_end(local_of(store)->parts[shard].env);
}

static void
tell(struct local_store *local, struct part *part, size_t i)
{
	struct write_answer answer;
	enum status st;

	if (answer_unpack(batch_answer(&part->batch, &part->batch.entries[i]), &local->arena, &st, &answer))
		asker_tell(&part->askers[i], st, &answer);
	else
		asker_tell(&part->askers[i], ST_FAILED, NULL);
	arena_recycle(&local->arena, KEEP);
}

static void
flush(struct local_store *local, struct part *part)
{
	size_t count = part->batch.count;

	if (count == 0)
		return;
	batch_run(&part->batch, 0, count, part->env, &local->slot);
	for (size_t i = 0; i < count; i++)
		tell(local, part, i);
	batch_clear(&part->batch);
}

static void
submit(struct store *store, unsigned shard, const struct command *command, const struct asker *asker)
{
	struct local_store *local = local_of(store);
	struct part *part = &local->parts[shard];
	struct frame frame = { .kind = command->kind };

	buf_clear(&local->body);
	command_pack(&local->body, command);
	frame.body = buf_slice(&local->body);
	if (local->body.has_failed || !batch_add(&part->batch, NULL, &frame)) {
		asker_tell(asker, ST_OVERLOADED, NULL);
		return;
	}
	part->askers[part->batch.count - 1] = *asker;
	if (part->batch.count == local->batch_size)
		flush(local, part);
}

static unsigned
clear_dead_readers(struct store *store)
{
	(void)store;
	return 0;
}

void
local_store_flush(struct store *store)
{
	for (unsigned shard = 0; shard <= store->shard_count; shard++)
		flush(local_of(store), &local_of(store)->parts[shard]);
}

static void
close_store(struct store *store)
{
	struct local_store *local = local_of(store);

	for (unsigned shard = 0; shard <= store->shard_count; shard++) {
		struct part *part = &local->parts[shard];

		batch_fini(&part->batch);
		free(part->askers);
		if (part->env != NULL)
			lmdb_env_close(part->env);
	}
	ledger_hash_free(store->hash);
	buf_fini(&local->body);
	arena_fini(&local->arena);
	free(local);
}

static const struct engine_ops ops = {
	.read_begin = read_begin,
	.read_end = read_end,
	.submit = submit,
	.clear_dead_readers = clear_dead_readers,
	.close = close_store,
};

struct store *
local_store_open(const struct options *options, size_t batch)
{
	unsigned shards = options->store_shards;
	struct local_store *local = calloc(1, sizeof *local + (shards + 1) * sizeof local->parts[0]);
	struct meta meta = { 0 };

	if (local == NULL)
		return NULL;
	local->head = (struct store){ .ops = &ops, .shard_count = shards };
	local->batch_size = batch;
	for (unsigned shard = 0; shard <= shards; shard++) {
		local->parts[shard].env = layout_open(options, shard, LMDB_WRITE, NULL, &meta);
		local->parts[shard].askers = calloc(batch, sizeof *local->parts[shard].askers);
		if (local->parts[shard].env == NULL || local->parts[shard].askers == NULL)
			goto fail;
	}
	local->head.hash = ledger_hash_new(meta.secret, shards);
	if (local->head.hash != NULL)
		return &local->head;
fail:
	close_store(&local->head);
	return NULL;
}
