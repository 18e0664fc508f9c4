/* SPDX-License-Identifier: MIT */
/*
 * See reshard.h.  Each new shard is written in the order of its keys, from all
 * old ones that have ledgers of it: what belongs to others is stepped over a
 * ledger at a time, so that the old store is not read anew for each shard.
 */
#include "config.h"

#include "reshard.h"

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "ai/provider/price_table.h"
#include "backup/store_dir.h"
#include "ledger/key.h"
#include "log.h"
#include "metric_sums.h"
#include "options.h"
#include "rows_lmdb.h"
#include "sockets.h"
#include "store/layout.h"
#include "store/ledger_hash.h"
#include "store/store_lmdb.h"

enum { SHARDS_MAX = 256 };

/* An open store, each part in one snapshot. */
struct parts {
	struct meta      meta;
	unsigned         count;            /* that are open; the last one is the index */
	struct lmdb_env *envs[SHARDS_MAX + 1];
	struct kv       *kvs[SHARDS_MAX + 1];
};

/* What all rows come to wherever they lie, but for those of the metrics that add up. */
struct content {
	uint64_t rows[TABLES];
	uint64_t sums[TABLES];             /* of the hashes of the rows, in whatever order */
};

struct resharding {
	const char        *path;           /* of the old store */
	struct parts       from;
	unsigned           shards;         /* of the new store */
	struct content     content;
	struct metric_sums *total;         /* of the old store */
	struct metric_sums *left;          /* what no new shard has yet */
	struct metric_sums *own;           /* of the new shard at hand */
	FILE              *progress;
};

/* --- reading -------------------------------------------------------------------------------- */

static void
close_parts(struct parts *parts)
{
	for (unsigned part = 0; part < parts->count; part++) {
		if (parts->kvs[part] != NULL)
			lmdb_read_end(parts->envs[part]);
		lmdb_env_close(parts->envs[part]);
	}
	parts->count = 0;
}

static bool
open_parts(struct parts *parts, const struct options *options)
{
	struct meta meta;
	enum status st;

	for (unsigned part = 0; part <= options->store_shards && part <= SHARDS_MAX; part++) {
		parts->envs[part] = layout_open(options, part, LMDB_READ, part > 0 ? &parts->meta : NULL, &meta);
		if (parts->envs[part] == NULL)
			return false;
		parts->count++;
		if (part == 0)
			parts->meta = meta;
		parts->kvs[part] = lmdb_read_begin(parts->envs[part], &st);
		if (parts->kvs[part] == NULL) {
			log_error("part %u cannot be read: %s", part + 1, status_title(st));
			return false;
		}
	}
	return true;
}

static bool
are_sound(const struct parts *parts)
{
	for (unsigned part = 0; part < parts->count; part++)
		if (parts->kvs[part]->st != ST_OK) {
			log_error("part %u cannot be read to its end: %s", part + 1, status_title(parts->kvs[part]->st));
			return false;
		}
	return true;
}

/* --- what is in a store ------------------------------------------------------------------------ */

/* Calls are known in every new shard, since nothing says of which ledger one was. */
static bool
is_call(enum table table, struct slice key)
{
	return table == TABLE_METRICS && key.ptr[0] == METRIC_AI_CALL;
}

static void
note_row(struct content *content, enum table table, struct slice key, struct slice value)
{
	XXH64_hash_t hash = XXH3_64bits(key.ptr, key.len);

	content->rows[table]++;
	content->sums[table] += XXH3_64bits_withSeed(value.ptr, value.len, hash);
}

static void
note_table(struct content *content, struct kv *kv, enum table table, void (*on_sum)(struct metric_sums *, struct slice, struct slice),
    struct metric_sums *sums)
{
	struct kv_cursor cursor;

	kv_cursor_begin(&cursor, kv, table);
	for (bool is_row = kv_cursor_seek(&cursor, SLICE_LITERAL("\0")); is_row; is_row = kv_cursor_next(&cursor)) {
		if (table == TABLE_METRICS && metric_is_sum(cursor.key))
			on_sum(sums, cursor.key, cursor.value);
		else if (!is_call(table, cursor.key))
			note_row(content, table, cursor.key, cursor.value);
	}
	kv_cursor_end(&cursor);
}

/* All of it, each sum of the metrics by on_sum. */
static void
note_parts(struct content *content, const struct parts *parts, void (*on_sum)(struct metric_sums *, struct slice, struct slice),
    struct metric_sums *sums)
{
	for (unsigned part = 0; part < parts->count; part++)
		for (int table = 0; table < TABLES; table++)
			if (rows_are_in(part, parts->meta.shard_count, (enum table)table))
				note_table(content, parts->kvs[part], (enum table)table, on_sum, sums);
}

static bool
is_same(const struct content *a, const struct content *b)
{
	for (int table = 0; table < TABLES; table++)
		if (a->rows[table] != b->rows[table] || a->sums[table] != b->sums[table]) {
			log_error("%s: %llu rows became %llu, or others", table_names[table], (unsigned long long)a->rows[table],
			    (unsigned long long)b->rows[table]);
			return false;
		}
	return true;
}

/* What was made has all rows of the old store, and its metrics add up to the same. */
static bool
compare(const struct options *made, void *arg)
{
	struct resharding *r = arg;
	struct content content = { 0 };
	struct parts parts = { .count = 0 };
	bool is_good = open_parts(&parts, made);

	if (is_good) {
		fprintf(r->progress, "comparing with the old store\n");
		note_parts(&content, &parts, metric_sums_take, r->total);
		is_good = are_sound(&parts) && is_same(&r->content, &content);
	}
	close_parts(&parts);
	if (is_good && !metric_sums_is_nothing(r->total)) {
		log_error("the metrics are not those of the old store");
		is_good = false;
	}
	return is_good && price_table_copy(r->path, made->store_path);
}

/* --- the rows of a new shard ------------------------------------------------------------------- */

/* Whose row it is; NULL for one that no ledger has. */
static const uint8_t *
ledger_of(enum table table, struct slice key)
{
	static const uint8_t nobody[LEDGER_KEY_SIZE];
	size_t at = 0;

	if (table == TABLE_METRICS || (key.len > LEDGER_KEY_SIZE && memcmp(key.ptr, nobody, sizeof nobody) == 0))
		at = key.len - LEDGER_KEY_SIZE;                /* both end with the ledger */
	return key.len >= at + LEDGER_KEY_SIZE && at < key.len ? (const uint8_t *)key.ptr + at : NULL;
}

/* A table of an old part, standing on its next row of the new one. */
struct stream {
	struct kv_cursor cursor;
	bool             is_row;
};

struct merge {
	struct resharding *r;
	struct row_sink   *sink;
	unsigned           part;           /* the new one */
	enum table         table;
	char               kind;           /* of the rows of the metrics; else 0 */
	unsigned           count;
	struct stream      streams[SHARDS_MAX + 1];
};

static bool
is_index(const struct merge *m)
{
	return m->part == m->r->shards;
}

/* Whether the row goes to the new part. */
static bool
is_wanted(const struct merge *m, struct slice key)
{
	const uint8_t *ledger;

	if (is_index(m) || is_call(m->table, key))
		return true;
	ledger = ledger_of(m->table, key);
	return ledger != NULL && ledger_hash_shard(ledger, m->r->shards) == m->part;
}

/* Behind the row, or behind all rows of a ledger that is not wanted. */
static bool
step_over(const struct merge *m, struct kv_cursor *cursor)
{
	struct key end;

	if (m->table == TABLE_METRICS || ledger_of(m->table, cursor->key) != key_ledger(cursor->key))
		return kv_cursor_next(cursor);
	end = key_of((struct slice){ cursor->key.ptr, LEDGER_KEY_SIZE });
	key_to_end(&end);
	return end.len > 0 && kv_cursor_seek(cursor, key_slice(&end));
}

static void
find_wanted(const struct merge *m, struct stream *stream)
{
	while (stream->is_row) {
		if (m->kind != '\0' && stream->cursor.key.ptr[0] != m->kind)
			stream->is_row = false;
		else if (is_wanted(m, stream->cursor.key))
			return;
		else
			stream->is_row = step_over(m, &stream->cursor);
	}
}

static void
next(const struct merge *m, struct stream *stream)
{
	stream->is_row = kv_cursor_next(&stream->cursor);
	find_wanted(m, stream);
}

static unsigned
common_divisor(unsigned a, unsigned b)
{
	return b == 0 ? a : common_divisor(b, a % b);
}

/* What is left of a hash modulo one number says what is left modulo the other, as far as they have a divisor in common. */
static bool
may_have_rows(const struct merge *m, unsigned old)
{
	unsigned old_shards = m->r->from.meta.shard_count, divisor = common_divisor(old_shards, m->r->shards);

	if (is_index(m) || old == old_shards)
		return is_index(m) && old == old_shards;
	return m->kind == METRIC_AI_CALL || m->kind == METRIC_AI_LISTED || old % divisor == m->part % divisor;
}

static void
begin_streams(struct merge *m)
{
	struct slice start = m->kind != '\0' ? (struct slice){ &m->kind, 1 } : SLICE_LITERAL("\0");

	m->count = 0;
	for (unsigned old = 0; old < m->r->from.count; old++) {
		struct stream *stream = &m->streams[m->count];

		if (!may_have_rows(m, old))
			continue;
		m->count++;
		kv_cursor_begin(&stream->cursor, m->r->from.kvs[old], m->table);
		stream->is_row = kv_cursor_seek(&stream->cursor, start);
		find_wanted(m, stream);
	}
}

/* NULL: there are no more. */
static struct stream *
first_of(struct merge *m)
{
	struct stream *first = NULL;

	for (unsigned i = 0; i < m->count; i++)
		if (m->streams[i].is_row && (first == NULL || key_compare(m->streams[i].cursor.key, first->cursor.key) < 0))
			first = &m->streams[i];
	return first;
}

/* A call that several old shards know is one row. */
static void
step_over_same(struct merge *m, const struct stream *given)
{
	for (unsigned i = 0; i < m->count; i++)
		if (&m->streams[i] != given && m->streams[i].is_row && slice_equal(m->streams[i].cursor.key, given->cursor.key))
			next(m, &m->streams[i]);
}

static bool
give_row(struct merge *m, const struct kv_cursor *at)
{
	if (m->table == TABLE_LEDGER && m->part + 1 < m->r->shards)
		metric_sums_add_ledger_row(m->r->own, at->kv, at->key, at->value);
	return rows_put(m->sink, &(struct row){ m->part, m->table, at->key, at->value });
}

/* The rows of one table, or with a kind those of the metrics of that kind, for the new part. */
static bool
give_rows(struct merge *m)
{
	struct stream *stream;
	bool is_taken = true;

	begin_streams(m);
	while (is_taken && (stream = first_of(m)) != NULL) {
		if (m->kind == METRIC_AI_CALL)
			step_over_same(m, stream);
		is_taken = give_row(m, &stream->cursor);
		next(m, stream);
	}
	for (unsigned i = 0; i < m->count; i++)
		kv_cursor_end(&m->streams[i].cursor);
	return is_taken;
}

static bool
give_sum(struct slice key, struct slice value, void *arg)
{
	struct merge *m = arg;

	return rows_put(m->sink, &(struct row){ m->part, TABLE_METRICS, key, value });
}

/* In the order of the kinds: C, D, E, I, K, M, R. */
static bool
give_metrics(struct merge *m)
{
	struct metric_sums *sums = m->part + 1 < m->r->shards ? m->r->own : m->r->left;
	bool is_taken;

	metric_sums_end_ledgers(m->r->own);
	is_taken = metric_sums_each(sums, METRIC_AI_COST, METRIC_EXPENSES, give_sum, m);
	m->kind = METRIC_AI_CALL;
	is_taken = is_taken && give_rows(m);
	m->kind = METRIC_AI_LISTED;
	is_taken = is_taken && give_rows(m) && metric_sums_each(sums, METRIC_AI_MODEL, METRIC_AI_MODEL, give_sum, m);
	m->kind = METRIC_AI_RANK;
	is_taken = is_taken && give_rows(m);
	m->kind = '\0';
	return is_taken;
}

/* What this shard has of the metrics is not left for the next ones. */
static bool
begin_next_metrics(struct resharding *r)
{
	metric_sums_take_all(r->left, r->own);
	metric_sums_free(r->own);
	r->own = metric_sums_new();
	return r->own != NULL;
}

static bool
give_part(struct merge *m)
{
	bool is_taken = true;

	for (int table = 0; table < TABLES && is_taken; table++) {
		m->table = (enum table)table;
		if (rows_are_in(m->part, m->r->shards, m->table))
			is_taken = m->table == TABLE_METRICS ? give_metrics(m) : give_rows(m);
	}
	return is_taken && are_sound(&m->r->from) && begin_next_metrics(m->r);
}

/* --- all of it ------------------------------------------------------------------------------------ */

static bool
give_parts(struct resharding *r, struct row_sink *sink)
{
	struct meta meta = r->from.meta;
	struct merge *m = calloc(1, sizeof *m);
	bool is_given;

	if (m == NULL)
		return false;
	m->r = r;
	m->sink = sink;
	meta.shard_count = r->shards;
	is_given = rows_begin(sink, &meta);
	for (; m->part <= r->shards && is_given; m->part++)
		is_given = give_part(m);
	free(m);
	if (is_given && metric_sums_status(r->left) != ST_OK) {
		log_error("the metrics cannot be divided: %s", status_title(metric_sums_status(r->left)));
		is_given = false;
	}
	return is_given && rows_commit(sink);
}

/* What the old store has. */
static bool
read_old(struct resharding *r, const struct options *store)
{
	if (!open_parts(&r->from, store))
		return false;
	fprintf(r->progress, "reading %u shards\n", r->from.meta.shard_count);
	note_parts(&r->content, &r->from, metric_sums_add, r->total);
	metric_sums_add_all(r->left, r->total);
	return are_sound(&r->from);
}

static bool
make(struct resharding *r, const struct options *store, const char *directory)
{
	struct options to = *store;
	struct row_sink *sink;
	bool is_made;

	if (!read_old(r, store))
		return false;
	to.store_path = (char *)directory;
	sink = rows_lmdb_new(&to, r->progress);
	if (sink == NULL)
		return false;
	rows_lmdb_compare(sink, compare, r);
	is_made = give_parts(r, sink);
	rows_lmdb_free(sink);
	return is_made;
}

bool
reshard(const struct options *options, unsigned shards, const char *directory, FILE *progress)
{
	struct resharding *r = calloc(1, sizeof *r);
	struct options store = *options;
	bool is_made = false;
	int lock;

	if (r == NULL)
		return false;
	*r = (struct resharding){ .shards = shards, .path = options->store_path, .total = metric_sums_new(), .left = metric_sums_new(),
		.own = metric_sums_new(), .progress = progress };
	store_lmdb_adopt(&store);
	lock = store_dir_lock(store.store_path, "daemon.lock", "a daemon: stop it first");
	if (lock != -1 && r->total != NULL && r->left != NULL && r->own != NULL)
		is_made = make(r, &store, directory);
	close_parts(&r->from);
	metric_sums_free(r->total);
	metric_sums_free(r->left);
	metric_sums_free(r->own);
	free(r);
	fd_close(&lock);
	return is_made;
}
