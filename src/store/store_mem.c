/* SPDX-License-Identifier: MIT */
/* The store in memory: every command is its own transaction, carried out at once. */
#include "config.h"

#include <stdlib.h>

#include "engine.h"
#include "kv/kv_mem.h"

struct store_mem {
	struct store   head;
	struct kv_mem *shards[];          /* and the index behind them */
};

static struct store_mem *
mem_of(struct store *store)
{
	return (struct store_mem *)store;
}

static struct kv *
mem_read_begin(struct store *store, unsigned shard, enum status *st)
{
	*st = ST_OK;
	return kv_mem_begin(mem_of(store)->shards[shard]);
}

static void
mem_read_end(struct store *store, unsigned shard)
{
	(void)store;
	(void)shard;
}

static void
mem_submit(struct store *store, unsigned shard, const struct command *command, const struct asker *asker)
{
	struct kv_mem *mem = mem_of(store)->shards[shard];
	struct arena arena = ARENA_INIT;
	struct buf scratch = BUF_INIT;
	struct write_answer answer;
	enum status st = command_run(command, kv_mem_begin(mem), &arena, &scratch, NULL, &answer);

	kv_mem_commit(mem);                /* or ends it with what st says already */
	asker_tell(asker, st, &answer);
	buf_fini(&scratch);
	arena_fini(&arena);
}

static unsigned
mem_clear_dead_readers(struct store *store)
{
	(void)store;
	return 0;
}

static void
mem_close(struct store *store)
{
	struct store_mem *mem = mem_of(store);

	for (unsigned shard = 0; shard <= store->shard_count; shard++)
		kv_mem_free(mem->shards[shard]);
	ledger_hash_free(store->hash);
	free(mem);
}

static const struct engine_ops mem_ops = {
	.read_begin = mem_read_begin,
	.read_end = mem_read_end,
	.submit = mem_submit,
	.clear_dead_readers = mem_clear_dead_readers,
	.close = mem_close,
};

struct store *
store_open_memory(unsigned shards)
{
	static const uint8_t secret[16] = "nothing to guess";
	struct store_mem *mem = calloc(1, sizeof *mem + (shards + 1) * sizeof mem->shards[0]);
	bool is_whole;

	if (mem == NULL)
		return NULL;
	mem->head = (struct store){ .ops = &mem_ops, .hash = ledger_hash_new(secret, shards), .shard_count = shards };
	is_whole = mem->head.hash != NULL;
	for (unsigned shard = 0; shard <= shards; shard++) {
		mem->shards[shard] = kv_mem_new();
		is_whole = is_whole && mem->shards[shard] != NULL;
	}
	if (!is_whole) {
		mem_close(&mem->head);
		return NULL;
	}
	return &mem->head;
}
