/* SPDX-License-Identifier: MIT */
/* See kv_lmdb_files.h. */
#include "config.h"

#include "kv_lmdb_files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "sockets.h"
#include "log.h"

enum { LOCK_FILE_SIZE = 65536 };

static bool
sync_file(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);
	bool is_synced = fd != -1 && fsync(fd) == 0;

	if (!is_synced)
		log_errno("%s: fsync", path);
	fd_close(&fd);
	return is_synced;
}

bool
directory_sync(const char *path)
{
	return sync_file(path, O_RDONLY | O_DIRECTORY);
}

static bool
fill_lock_file(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return false;
	if (st.st_size >= LOCK_FILE_SIZE)
		return true;
	errno = posix_fallocate(fd, 0, LOCK_FILE_SIZE);
	return errno == 0 && fsync(fd) == 0;
}

/* One that is there and large enough is left alone: others may be attached to it. */
static bool
make_lock_file(const char *path)
{
	char name[PATH_MAX];
	bool is_made;
	int fd;

	snprintf(name, sizeof name, "%s/lock.mdb", path);
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	is_made = fd != -1 && fill_lock_file(fd);
	if (!is_made)
		log_errno("%s: make", name);
	fd_close(&fd);
	return is_made;
}

bool
lmdb_files_make(const char *path)
{
	if (mkdir(path, 0700) == -1 && errno != EEXIST) {
		log_errno("%s: make", path);
		return false;
	}
	return make_lock_file(path);
}

bool
lmdb_files_check(const char *path)
{
	char name[PATH_MAX];

	snprintf(name, sizeof name, "%s/data.mdb", path);
	if (access(name, R_OK) == -1) {
		log_errno("%s", name);
		return false;
	}
	return make_lock_file(path);
}

bool
lmdb_files_sync(const char *path)
{
	char name[PATH_MAX];

	snprintf(name, sizeof name, "%s/data.mdb", path);
	if (!sync_file(name, O_RDONLY) || !directory_sync(path))
		return false;
	snprintf(name, sizeof name, "%s/..", path);
	return directory_sync(name);
}

bool
lmdb_files_close_on_exec(int fd)
{
	int flags = fcntl(fd, F_GETFD);

	return flags != -1 && fcntl(fd, F_SETFD, flags | FD_CLOEXEC) == 0;
}

/* LMDB does not say where its map is. */
const char *
lmdb_files_find_map(int fd)
{
	const char *found = NULL;
	unsigned long long begin, offset, inode;
	unsigned major, minor;
	char line[PATH_MAX + 128];
	struct stat st;
	FILE *maps;

	if (fstat(fd, &st) == -1 || (maps = fopen("/proc/self/maps", "re")) == NULL)
		return NULL;
	while (found == NULL && fgets(line, sizeof line, maps) != NULL)
		if (sscanf(line, "%llx-%*x %*s %llx %x:%x %llu", &begin, &offset, &major, &minor, &inode) == 5
		    && offset == 0 && inode == st.st_ino && makedev(major, minor) == st.st_dev)
			found = (const char *)(uintptr_t)begin;
	fclose(maps);
	return found;
}
