/* SPDX-License-Identifier: MIT */
/* See backup.h. */
#include "config.h"

#include "backup.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "ai/provider/price_table.h"
#include "check.h"
#include "clock.h"
#include "kv/kv_lmdb_files.h"
#include "log.h"
#include "options.h"
#include "sockets.h"
#include "store/layout.h"
#include "store/store_lmdb.h"
#include "store_dir.h"

#define NAME_START "aiexpense-"
#define UNFINISHED ".partial"
#define NAME_TIME  "%Y%m%dT%H%M%SZ"

/* The options of the store in another directory. */
static struct options
options_at(const struct options *options, const char *path)
{
	struct options at = *options;

	at.store_path = (char *)path;
	store_lmdb_adopt(&at);
	return at;
}

/* --- copying --------------------------------------------------------------------------- */

static void
part_path(const struct options *options, unsigned shard, const char *in, char path[PATH_MAX])
{
	if (shard == options->store_shards)
		store_dir_path(path, "%s/index", in);
	else
		store_dir_path(path, "%s/shard-%03u", in, shard);
}

static bool
copy_part(const struct options *options, unsigned shard, const char *to, FILE *out)
{
	char path[PATH_MAX];
	struct meta meta;
	struct lmdb_env *env = layout_open(options, shard, LMDB_READ, NULL, &meta);
	bool is_copied;

	if (env == NULL)
		return false;
	part_path(options, shard, to, path);
	is_copied = lmdb_env_copy(env, path);
	lmdb_env_close(env);
	if (is_copied)
		fprintf(out, "copied part %u of %u\n", shard + 1, options->store_shards + 1);
	return is_copied;
}

/* Copy the store and read the copy; what there is of one that fails is removed. */
static bool
copy_and_check(const struct options *options, const char *to, FILE *out)
{
	struct check_result result;
	struct options copy;
	bool is_good = true;

	if (!store_dir_remove(to))
		return false;
	if (mkdir(to, 0700) == -1) {
		log_errno("%s: make", to);
		return false;
	}
	for (unsigned shard = 0; shard <= options->store_shards && is_good; shard++)
		is_good = copy_part(options, shard, to, out);
	is_good = is_good && price_table_copy(options->store_path, to);
	if (is_good) {
		copy = options_at(options, to);
		is_good = check_store(&copy, false, out, &result) && directory_sync(to);
		if (is_good)
			fprintf(out, "read %llu rows of %llu users with %llu expenses\n", (unsigned long long)result.rows,
			    (unsigned long long)result.users, (unsigned long long)result.expenses);
		else
			log_error("%s: the copy is not whole", to);
	}
	if (!is_good)
		store_dir_remove(to);
	return is_good;
}

/* --- backups ------------------------------------------------------------------------------ */

static int
is_backup(const struct dirent *entry)
{
	return strncmp(entry->d_name, NAME_START, sizeof NAME_START - 1) == 0 && strstr(entry->d_name, UNFINISHED) == NULL;
}

static int
is_unfinished(const struct dirent *entry)
{
	return strncmp(entry->d_name, NAME_START, sizeof NAME_START - 1) == 0 && strstr(entry->d_name, UNFINISHED) != NULL;
}

/* All but the last of those that the filter takes, in the order of their names, which is that of time. */
static void
remove_all_but(const char *directory, int (*filter)(const struct dirent *entry), unsigned keep, FILE *out)
{
	struct dirent **names;
	char path[PATH_MAX];
	int count = scandir(directory, &names, filter, alphasort);

	for (int i = 0; i < count; i++) {
		if ((unsigned)(count - i) > keep && store_dir_path(path, "%s/%s", directory, names[i]->d_name) && store_dir_remove(path))
			fprintf(out, "removed %s\n", path);
		free(names[i]);
	}
	if (count != -1)
		free(names);
}

int64_t
backup_newest_ms(const char *into)
{
	struct dirent **names;
	struct tm tm = { 0 };
	const char *end = NULL;
	int count = scandir(into, &names, is_backup, alphasort);

	for (int i = 0; i < count; i++) {
		if (i + 1 == count)
			end = strptime(names[i]->d_name, NAME_START NAME_TIME, &tm);
		free(names[i]);
	}
	if (count != -1)
		free(names);
	return end != NULL ? (int64_t)timegm(&tm) * 1000 : 0;
}

static bool
name_backup(const char *into, char path[PATH_MAX])
{
	time_t now = (time_t)(clock_wall_ms() / 1000);
	struct tm tm;
	char text[32];

	strftime(text, sizeof text, NAME_TIME, gmtime_r(&now, &tm));
	if (!store_dir_path(path, "%s/" NAME_START "%s", into, text))
		return false;
	if (access(path, F_OK) != 0)
		return true;
	log_error("%s: is there already", path);
	return false;
}

static bool
make_in(const struct options *options, const char *into, FILE *out)
{
	char path[PATH_MAX], partial[PATH_MAX];

	if (!name_backup(into, path) || !store_dir_path(partial, "%s" UNFINISHED, path) || !copy_and_check(options, partial, out))
		return false;
	if (!store_dir_rename(partial, path, into))
		return false;
	fprintf(out, "%s\n", path);
	return true;
}

bool
backup_make(const struct options *options, const char *into, unsigned keep, FILE *out)
{
	struct options store = options_at(options, options->store_path);
	bool is_made;
	int lock;

	if (mkdir(into, 0700) == -1 && errno != EEXIST) {
		log_errno("%s: make", into);
		return false;
	}
	lock = store_dir_lock(into, ".lock", "another backup");
	if (lock == -1)
		return false;
	remove_all_but(into, is_unfinished, 0, out);
	is_made = make_in(&store, into, out);
	if (is_made && keep > 0)
		remove_all_but(into, is_backup, keep, out);
	fd_close(&lock);
	return is_made;
}

/* --- restoring ------------------------------------------------------------------------------ */

bool
backup_restore(const struct options *options, const char *from, FILE *out)
{
	struct options backup = options_at(options, from);
	struct check_result result;
	char made[PATH_MAX];

	if (!store_dir_is_free(options->store_path) || !store_dir_path(made, "%s.restoring", options->store_path))
		return false;
	if (!check_store(&backup, false, out, &result)) {
		log_error("%s: is no whole backup; nothing was changed", from);
		return false;
	}
	return copy_and_check(&backup, made, out) && store_dir_take(made, options->store_path);
}

/* --- compacting -------------------------------------------------------------------------------- */

static long long
size_of(const char *part)
{
	char path[PATH_MAX];
	struct stat st;

	return store_dir_path(path, "%s/data.mdb", part) && stat(path, &st) == 0 ? (long long)st.st_size : 0;
}

/* The data of the copy takes the place of the store's in one step. */
static bool
replace_part(const struct options *options, unsigned shard, const char *copy, FILE *out)
{
	char part[PATH_MAX], from[PATH_MAX], to[PATH_MAX];
	long long before;

	part_path(options, shard, copy, from);
	part_path(options, shard, options->store_path, part);
	before = size_of(part);
	if (strlen(from) + sizeof "/data.mdb" > sizeof from || !store_dir_path(to, "%s/data.mdb", part))
		return false;
	strcat(from, "/data.mdb");
	if (!store_dir_rename(from, to, part))
		return false;
	fprintf(out, "part %u of %u: %lld KiB, was %lld KiB\n", shard + 1, options->store_shards + 1, size_of(part) / 1024,
	    before / 1024);
	return true;
}

bool
backup_compact(const struct options *options, FILE *out)
{
	struct options store = options_at(options, options->store_path);
	char copy[PATH_MAX];
	bool is_done;
	int lock;

	if (!store_dir_path(copy, "%s/compacting", options->store_path))
		return false;
	lock = store_dir_lock(options->store_path, "daemon.lock", "a daemon: stop it first");
	if (lock == -1)
		return false;
	is_done = copy_and_check(&store, copy, out);
	for (unsigned shard = 0; shard <= store.store_shards && is_done; shard++)
		is_done = replace_part(&store, shard, copy, out);
	store_dir_remove(copy);
	fd_close(&lock);
	return is_done;
}
