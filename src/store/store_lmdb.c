/* SPDX-License-Identifier: MIT */
/* The store in LMDB: reads on read-only maps in the calling process, writes through the shards' writers. */
#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include "master/child.h"
#include "engine.h"
#include "kv/kv_lmdb.h"
#include "kv/map_warmer.h"
#include "layout.h"
#include "log.h"
#include "options.h"
#include "store_lmdb.h"
#include "writer/writer_link.h"

struct part {
	struct lmdb_env    *env;
	struct map_warmer  *warmer;
	struct writer_link *link;
};

struct store_lmdb {
	struct store       head;
	struct event_base *base;
	struct part        parts[];              /* the shards, and the index behind them */
};

static struct part *
part_of(struct store *store, unsigned shard)
{
	return &((struct store_lmdb *)store)->parts[shard];
}

static struct kv *
read_begin(struct store *store, unsigned shard, enum status *st)
{
	return lmdb_read_begin(part_of(store, shard)->env, st);
}

static void
read_end(struct store *store, unsigned shard)
{
	lmdb_read_end(part_of(store, shard)->env);
}

static void
submit(struct store *store, unsigned shard, const struct command *command, const struct asker *asker)
{
	writer_link_submit(part_of(store, shard)->link, command, asker);
}

static unsigned
clear_dead_readers(struct store *store)
{
	unsigned dead = 0;

	for (unsigned shard = 0; shard <= store->shard_count; shard++)
		dead += lmdb_clear_dead_readers(part_of(store, shard)->env);
	return dead;
}

static void
get_usage(struct store *store, unsigned shard, struct store_usage *usage)
{
	lmdb_get_usage(part_of(store, shard)->env, usage);
}

static void
read_ahead(struct store *store)
{
	struct event_base *base = ((struct store_lmdb *)store)->base;
	uint64_t memory = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE), all = 0;

	for (unsigned shard = 0; shard <= store->shard_count; shard++)
		all += lmdb_env_map(part_of(store, shard)->env).len;
	if (all > memory / 2)
		return;
	for (unsigned shard = 0; shard <= store->shard_count; shard++) {
		struct part *part = part_of(store, shard);

		map_warmer_free(part->warmer);
		part->warmer = map_warmer_new(base, lmdb_env_map(part->env), WARM_ALL);
	}
}

static void
close_store(struct store *store)
{
	for (unsigned shard = 0; shard <= store->shard_count; shard++)
		writer_link_free(part_of(store, shard)->link);
	for (unsigned shard = 0; shard <= store->shard_count; shard++) {
		map_warmer_free(part_of(store, shard)->warmer);
		lmdb_env_close(part_of(store, shard)->env);
	}
	ledger_hash_free(store->hash);
	free(store);
}

static const struct engine_ops ops = {
	.read_begin = read_begin,
	.read_end = read_end,
	.submit = submit,
	.clear_dead_readers = clear_dead_readers,
	.get_usage = get_usage,
	.read_ahead = read_ahead,
	.close = close_store,
};

static bool
open_part(struct store *store, unsigned shard, const struct options *options, struct event_base *base,
    struct counters *counters, struct meta *first)
{
	struct part *part = part_of(store, shard);
	char path[INTERNAL_PATH_MAX];
	struct meta meta;

	part->env = layout_open(options, shard, LMDB_SERVE, shard > 0 ? first : NULL, &meta);
	if (part->env == NULL)
		return false;
	part->warmer = map_warmer_new(base, lmdb_env_map(part->env), WARM_CACHED);
	if (shard == 0)
		*first = meta;
	writer_socket_path(options, shard, path);
	part->link = writer_link_new(base, path, options->store_queue_max, counters);
	return part->link != NULL;
}

struct store *
store_lmdb_open(const struct options *options, struct event_base *base, struct counters *slot_counters)
{
	unsigned shards = options->store_shards;
	struct store_lmdb *lmdb = calloc(1, sizeof *lmdb + (shards + 1) * sizeof lmdb->parts[0]);
	struct meta first;

	if (lmdb == NULL)
		return NULL;
	lmdb->base = base;
	lmdb->head = (struct store){ .ops = &ops, .shard_count = shards, .counters = slot_counters };
	for (unsigned shard = 0; shard <= shards; shard++)
		if (!open_part(&lmdb->head, shard, options, base, slot_counters, &first))
			goto fail;
	lmdb->head.hash = ledger_hash_new(first.secret, shards);
	if (lmdb->head.hash != NULL)
		return &lmdb->head;
fail:
	close_store(&lmdb->head);
	return NULL;
}
