/* SPDX-License-Identifier: MIT */
/* See store_dir.h. */
#include "config.h"

#include "store_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "kv/kv_lmdb_files.h"
#include "log.h"
#include "sockets.h"

bool
store_dir_path(char path[PATH_MAX], const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(path, PATH_MAX, format, args);
	va_end(args);
	if (len < PATH_MAX)
		return true;
	log_error("%.100s...: the path is too long", path);
	return false;
}

int
store_dir_lock(const char *directory, const char *name, const char *whose)
{
	char path[PATH_MAX];
	int fd;

	if (!store_dir_path(path, "%s/%s", directory, name))
		return -1;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd == -1)
		log_errno("%s", path);
	else if (flock(fd, LOCK_EX | LOCK_NB) == -1) {
		log_error("%s is in use by %s", directory, whose);
		fd_close(&fd);
	}
	return fd;
}

bool
store_dir_remove(const char *path)
{
	struct dirent **names;
	char inner[PATH_MAX];
	int count = scandir(path, &names, NULL, NULL);

	if (count == -1)
		return errno == ENOENT;
	for (int i = 0; i < count; i++) {
		const char *name = names[i]->d_name;

		if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && store_dir_path(inner, "%s/%s", path, name) &&
		    unlink(inner) == -1 && errno == EISDIR)
			store_dir_remove(inner);
		free(names[i]);
	}
	free(names);
	if (rmdir(path) == 0)
		return true;
	log_errno("%s: remove", path);
	return false;
}

bool
store_dir_rename(const char *from, const char *to, const char *directory)
{
	if (rename(from, to) == 0)
		return directory_sync(directory);
	log_errno("%s: rename to %s", from, to);
	return false;
}

static int
is_in_the_way(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && strcmp(entry->d_name, "daemon.lock") != 0;
}

bool
store_dir_is_free(const char *path)
{
	struct dirent **names;
	int count = scandir(path, &names, is_in_the_way, NULL);

	if (count == -1) {
		if (errno != ENOENT)
			log_errno("%s", path);
		return errno == ENOENT;
	}
	for (int i = 0; i < count; i++)
		free(names[i]);
	free(names);
	if (count == 0)
		return true;
	log_error("%s: is not empty; move it away first, nothing was changed", path);
	return false;
}

/* The lock goes first: a directory that is replaced must be empty. */
bool
store_dir_replace(const char *made, const char *path)
{
	char lock_path[PATH_MAX], parent[PATH_MAX];

	if (!store_dir_path(lock_path, "%s/daemon.lock", path) || !store_dir_path(parent, "%s/..", path))
		return false;
	unlink(lock_path);
	return store_dir_rename(made, path, parent);
}

bool
store_dir_take(const char *made, const char *path)
{
	bool is_done;
	int lock;

	if (access(path, F_OK) != 0)
		return store_dir_replace(made, path);
	lock = store_dir_lock(path, "daemon.lock", "a daemon");
	is_done = lock != -1 && store_dir_replace(made, path);
	fd_close(&lock);
	return is_done;
}
