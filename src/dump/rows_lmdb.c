/* SPDX-License-Identifier: MIT */
/* See rows_lmdb.h. */
#include "config.h"

#include "rows_lmdb.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup/check.h"
#include "backup/store_dir.h"
#include "kv/kv_lmdb_files.h"
#include "log.h"
#include "options.h"
#include "sockets.h"
#include "store/layout.h"
#include "store/store_lmdb.h"

/* --- reading --------------------------------------------------------------------------- */

static bool
read_table(struct kv *kv, unsigned part, enum table table, struct row_sink *sink)
{
	struct kv_cursor cursor;
	bool is_taken = true;

	kv_cursor_begin(&cursor, kv, table);
	for (bool is_row = kv_cursor_seek(&cursor, SLICE_LITERAL("\0")); is_row && is_taken; is_row = kv_cursor_next(&cursor))
		is_taken = rows_put(sink, &(struct row){ part, table, cursor.key, cursor.value });
	kv_cursor_end(&cursor);
	return is_taken;
}

static bool
read_part(struct lmdb_env *env, unsigned part, struct row_sink *sink)
{
	enum status st;
	struct kv *kv = lmdb_read_begin(env, &st);
	bool is_taken = kv != NULL;

	for (int table = 0; table < TABLES && is_taken; table++)
		if (rows_are_in(part, sink->shard_count, (enum table)table))
			is_taken = read_table(kv, part, (enum table)table, sink);
	if (kv != NULL) {
		st = kv_status(kv, ST_OK);
		lmdb_read_end(env);
	}
	if (st != ST_OK)
		log_error("part %u cannot be read to its end: %s", part + 1, status_title(st));
	return is_taken && st == ST_OK;
}

bool
rows_lmdb_read(const struct options *options, struct row_sink *sink)
{
	struct options store = *options;
	struct meta first, meta;
	bool is_read = true;

	store_lmdb_adopt(&store);
	for (unsigned part = 0; part <= store.store_shards && is_read; part++) {
		struct lmdb_env *env = layout_open(&store, part, LMDB_READ, part > 0 ? &first : NULL, &meta);

		if (env == NULL)
			return false;
		if (part == 0)
			first = meta;
		is_read = (part > 0 || rows_begin(sink, &meta)) && read_part(env, part, sink);
		lmdb_env_close(env);
	}
	return is_read && rows_commit(sink);
}

/* --- writing --------------------------------------------------------------------------- */

/* So much is one transaction: nobody waits for it, and it fits in memory. */
enum { TXN_BYTES = 16 << 20 };

struct rows_lmdb {
	struct row_sink  sink;
	const char      *path;             /* where the store comes */
	char             made[PATH_MAX];   /* where it is made */
	int              lock;             /* the daemon's, of where it comes */
	struct options   options;          /* of the store that is made */
	struct meta      meta;
	struct lmdb_env *env;              /* of the part at hand */
	struct kv       *kv;
	unsigned         part;
	size_t           bytes;            /* put into the transaction */
	bool           (*is_good)(const struct options *made, void *arg);
	void            *is_good_arg;
};

static bool
complain(unsigned part, enum status st)
{
	log_error("part %u cannot be written: %s", part + 1, status_title(st));
	return false;
}

/* No daemon makes a store there as long as this one is on its way. */
static bool
take_place(struct rows_lmdb *s)
{
	if (mkdir(s->path, 0700) == -1 && errno != EEXIST) {
		log_errno("%s: make", s->path);
		return false;
	}
	s->lock = store_dir_lock(s->path, "daemon.lock", "a daemon, or another load");
	return s->lock != -1 && store_dir_is_free(s->path);
}

static bool
make_store(struct row_sink *sink, const struct meta *meta)
{
	struct rows_lmdb *s = (struct rows_lmdb *)sink;

	if (!take_place(s) || !store_dir_path(s->made, "%s.loading", s->path) || !store_dir_remove(s->made))
		return false;
	if (mkdir(s->made, 0700) == -1) {
		log_errno("%s: make", s->made);
		return false;
	}
	s->meta = *meta;
	s->options.store_path = s->made;
	s->options.store_shards = meta->shard_count;
	return layout_make(&s->options, meta);
}

static bool
begin(struct rows_lmdb *s)
{
	enum status st;

	s->bytes = 0;
	s->kv = lmdb_write_begin(s->env, &st);
	return s->kv != NULL || complain(s->part, st);
}

static bool
commit(struct rows_lmdb *s)
{
	enum status st = lmdb_write_commit(s->env);

	s->kv = NULL;
	return st == ST_OK || complain(s->part, st);
}

static bool
end_part(struct rows_lmdb *s)
{
	if (s->env == NULL)
		return true;
	if (!commit(s))
		return false;
	lmdb_env_close(s->env);
	s->env = NULL;
	return true;
}

static bool
begin_part(struct rows_lmdb *s, unsigned part)
{
	struct meta meta;

	if (!end_part(s))
		return false;
	s->part = part;
	s->env = layout_open(&s->options, part, LMDB_WRITE, &s->meta, &meta);
	return s->env != NULL && begin(s);
}

static bool
put_row(struct row_sink *sink, const struct row *row)
{
	struct rows_lmdb *s = (struct rows_lmdb *)sink;

	if ((s->env == NULL || row->part != s->part) && !begin_part(s, row->part))
		return false;
	if (s->bytes > TXN_BYTES && !(commit(s) && begin(s)))
		return false;
	kv_put(s->kv, row->table, row->key, row->value);
	s->bytes += row->key.len + row->value.len;
	return kv_status(s->kv, ST_OK) == ST_OK || complain(s->part, s->kv->st);
}

/* Indexes and totals are compared with the records as well: rows can be whole and yet no store. */
static bool
put_in_place(struct row_sink *sink)
{
	struct rows_lmdb *s = (struct rows_lmdb *)sink;
	struct check_result result;

	if (!end_part(s))
		return false;
	if (!check_store(&s->options, false, sink->progress, &result)) {
		log_error("%s: what was loaded is no whole store", s->made);
		return false;
	}
	if (s->is_good != NULL && !s->is_good(&s->options, s->is_good_arg)) {
		log_error("%s: is not what it was made from", s->made);
		return false;
	}
	return directory_sync(s->made) && store_dir_replace(s->made, s->path);
}

static const struct row_sink_ops ops = { make_store, put_row, put_in_place };

struct row_sink *
rows_lmdb_new(const struct options *options, FILE *progress)
{
	struct rows_lmdb *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	rows_init(&s->sink, &ops, progress);
	s->options = *options;
	s->path = options->store_path;
	s->lock = -1;
	return &s->sink;
}

void
rows_lmdb_compare(struct row_sink *sink, bool (*is_good)(const struct options *made, void *arg), void *arg)
{
	struct rows_lmdb *s = (struct rows_lmdb *)sink;

	s->is_good = is_good;
	s->is_good_arg = arg;
}

void
rows_lmdb_free(struct row_sink *sink)
{
	struct rows_lmdb *s = (struct rows_lmdb *)sink;

	if (s == NULL)
		return;
	if (s->kv != NULL)
		lmdb_write_abort(s->env);
	if (s->env != NULL)
		lmdb_env_close(s->env);
	if (s->made[0] != '\0')
		store_dir_remove(s->made);
	fd_close(&s->lock);
	free(s);
}
