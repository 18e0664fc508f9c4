/* SPDX-License-Identifier: MIT */
/* Which engine the store has; see store.h. */
#include "config.h"

#include "ledger/record/record.h"
#include "ledger_hash.h"
#include "log.h"
#include "options.h"
#include "store.h"
#include "store_lmdb.h"

#ifdef HAVE_POSTGRESQL
#include "pg/pg_schema.h"
#include "pg/store_pg.h"
#endif

/* The master reads it before it forks, so that a process begins while the server is away. */
static struct meta meta;

static bool
is_lmdb(const struct options *options)
{
	return options->store_engine == STORE_LMDB;
}

void
store_adopt(struct options *options)
{
	if (is_lmdb(options))
		store_lmdb_adopt(options);
}

int
store_prepare(const struct options *options)
{
	if (is_lmdb(options))
		return store_lmdb_prepare(options, &meta);
#ifdef HAVE_POSTGRESQL
	return pg_schema_check(options->store_url, &meta) ? 0 : -1;
#else
	log_error("store.engine = postgresql: this daemon was built without it");
	return -1;
#endif
}

void
store_shared_secret(const char *purpose, uint8_t secret[32])
{
	struct ledger_hash *hash = ledger_hash_new(meta.secret, meta.shard_count);

	if (hash == NULL)
		fatal(3, "no memory for a secret");
	ledger_hash_mac(hash, slice_of(purpose), secret);
	ledger_hash_free(hash);
}

int
store_migrate(const struct options *options, void (*say)(const char *line, void *arg), void *arg)
{
	if (is_lmdb(options)) {
		log_error("store.engine = lmdb: there is nothing to migrate, the daemon makes its store itself");
		return -1;
	}
#ifdef HAVE_POSTGRESQL
	return pg_schema_migrate(options->store_url, options->store_shards, say, arg) ? 0 : -1;
#else
	(void)say, (void)arg;
	log_error("store.engine = postgresql: this program was built without it");
	return -1;
#endif
}

struct store *
store_open(const struct options *options, struct event_base *base, struct counters *slot_counters)
{
	if (is_lmdb(options))
		return store_lmdb_open(options, base, slot_counters);
#ifdef HAVE_POSTGRESQL
	if (meta.shard_count == 0) {
		log_error("store.engine = postgresql: a store that was not prepared cannot be opened");
		return NULL;
	}
	return store_pg_open(options, &meta, base, slot_counters);
#else
	return NULL;
#endif
}
