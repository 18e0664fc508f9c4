/* SPDX-License-Identifier: MIT */
/* See layout.h and, for store_lmdb_prepare, store_lmdb.h. */
#include "config.h"

#include "layout.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sockets.h"
#include "kv/kv_lmdb_files.h"
#include "log.h"
#include "options.h"
#include "store_lmdb.h"

static const struct slice meta_key = SLICE_LITERAL("store");

static void
path_of(const struct options *options, unsigned shard, char path[PATH_MAX])
{
	if (shard == options->store_shards)
		snprintf(path, PATH_MAX, "%s/index", options->store_path);
	else
		snprintf(path, PATH_MAX, "%s/shard-%03u", options->store_path, shard);
}

static struct lmdb_env *
open_env(const struct options *options, unsigned shard, enum lmdb_access access)
{
	char path[PATH_MAX];

	path_of(options, shard, path);
	return lmdb_env_open(path, options->store_map_size_bytes,
	    shard == options->store_shards ? LMDB_INDEX_TABLES : LMDB_SHARD_TABLES, access);
}

/* --- checking -------------------------------------------------------------------------- */

static enum status
read_meta(struct lmdb_env *env, struct meta *meta)
{
	struct slice value;
	enum status st;
	struct kv *kv = lmdb_read_begin(env, &st);

	if (kv == NULL)
		return st;
	st = kv_get(kv, TABLE_META, meta_key, &value) ? meta_unpack(value, meta) : kv_status(kv, ST_NOT_FOUND);
	lmdb_read_end(env);
	return st;
}

/* NULL, or what is wrong with the environment. */
static const char *
complaint(struct lmdb_env *env, const struct options *options, unsigned shard, const struct meta *expected,
    struct meta *meta)
{
	enum status st = read_meta(env, meta);

	if (st == ST_NOT_FOUND)
		return "has no meta record: its making was not finished";
	if (st != ST_OK)
		return "its meta record is damaged";
	if (meta->format > STORE_FORMAT)
		return "was written by a newer version";
	if (meta->shard_count != options->store_shards)
		return "is of a store with another number of shards";
	if (meta->shard != shard)
		return "is another part of the store: directories are mixed up";
	if (expected != NULL && (!uuid_equal(&meta->store_id, &expected->store_id)
	    || memcmp(meta->secret, expected->secret, sizeof meta->secret) != 0))
		return "belongs to another store";
	return NULL;
}

struct lmdb_env *
layout_open(const struct options *options, unsigned shard, enum lmdb_access access, const struct meta *expected,
    struct meta *meta)
{
	struct lmdb_env *env = open_env(options, shard, access);
	const char *text;
	char path[PATH_MAX];

	if (env == NULL)
		return NULL;
	text = complaint(env, options, shard, expected, meta);
	if (text == NULL)
		return env;
	path_of(options, shard, path);
	log_error("%s: %s", path, text);
	lmdb_env_close(env);
	return NULL;
}

static int
check_store(const struct options *options, struct meta *first)
{
	struct meta meta;
	struct lmdb_env *env;

	for (unsigned shard = 0; shard <= options->store_shards; shard++) {
		env = layout_open(options, shard, LMDB_WRITE, shard > 0 ? first : NULL, &meta);
		if (env == NULL)
			return -1;
		lmdb_env_close(env);
		if (shard == 0)
			*first = meta;
	}
	return 0;
}

/* --- making -------------------------------------------------------------------------------- */

/*
 * While this file is there the store has never been served, so making it may
 * start again from the beginning.
 */
static void
marker_path(const struct options *options, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s/unfinished", options->store_path);
}

static bool
marker_make(const struct options *options)
{
	char path[PATH_MAX];
	int fd;

	marker_path(options, path);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd == -1) {
		log_errno("%s: make", path);
		return false;
	}
	fd_close(&fd);
	return directory_sync(options->store_path);
}

static bool
marker_remove(const struct options *options)
{
	char path[PATH_MAX];

	marker_path(options, path);
	if (unlink(path) == 0)
		return directory_sync(options->store_path);
	log_errno("%s: remove", path);
	return false;
}

static enum status
put_meta(struct lmdb_env *env, const struct meta *meta)
{
	struct buf b = BUF_INIT;
	enum status st;
	struct kv *kv = lmdb_write_begin(env, &st);

	if (kv == NULL)
		return st;
	meta_pack(&b, meta);
	if (b.has_failed)
		kv_fail(kv, ST_FAILED);
	kv_put(kv, TABLE_META, meta_key, buf_slice(&b));
	buf_fini(&b);
	return lmdb_write_commit(env);
}

static bool
make_env(const struct options *options, const struct meta *meta, unsigned shard)
{
	struct lmdb_env *env = open_env(options, shard, LMDB_MAKE);
	struct meta of_shard = *meta;
	enum status st;

	if (env == NULL)
		return false;
	of_shard.shard = shard;
	st = put_meta(env, &of_shard);
	lmdb_env_close(env);
	return st == ST_OK;
}

bool
layout_make(const struct options *options, const struct meta *meta)
{
	for (unsigned shard = 0; shard <= options->store_shards; shard++)
		if (!make_env(options, meta, shard))
			return false;
	return true;
}

static int
make_store(const struct options *options)
{
	struct meta meta;

	if (!meta_new(&meta, options->store_shards) || !marker_make(options) || !layout_make(options, &meta) || !marker_remove(options))
		return -1;
	log_info("%s: a new store with %u shards", options->store_path, options->store_shards);
	return 0;
}

/* The directories of a store. */
static int
is_shard(const struct dirent *entry)
{
	return strncmp(entry->d_name, "shard-", 6) == 0;
}

static int
is_part(const struct dirent *entry)
{
	return is_shard(entry) || strcmp(entry->d_name, "index") == 0;
}

/* -1 after logging: a directory that cannot be read is not taken for an empty one. */
static int
count_directories(const char *path, int (*filter)(const struct dirent *entry))
{
	struct dirent **names;
	int count = scandir(path, &names, filter, NULL);

	if (count == -1) {
		log_errno("%s: read", path);
		return -1;
	}
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return count;
}

static bool
is_unfinished(const struct options *options)
{
	char path[PATH_MAX];

	marker_path(options, path);
	return access(path, F_OK) == 0;
}

void
store_lmdb_adopt(struct options *options)
{
	int shards = is_unfinished(options) || access(options->store_path, F_OK) != 0 ? 0 : count_directories(options->store_path, is_shard);

	if (shards <= 0 || (unsigned)shards == options->store_shards)
		return;
	log_warn("%s: has %d shards and keeps them; store.shards = %u is not used", options->store_path, shards,
	    options->store_shards);
	options->store_shards = (unsigned)shards;
}

int
store_lmdb_prepare(const struct options *options, struct meta *meta)
{
	int parts;

	if (mkdir(options->store_path, 0700) == -1 && errno != EEXIST) {
		log_errno("%s: make", options->store_path);
		return -1;
	}
	parts = is_unfinished(options) ? 0 : count_directories(options->store_path, is_part);
	if (parts == -1 || (parts == 0 && make_store(options) == -1))
		return -1;
	return check_store(options, meta);
}
