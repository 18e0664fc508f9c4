/* SPDX-License-Identifier: MIT */
/*
 * A disk that fails when it is told to, for LD_PRELOAD.  While the file
 * DISK_FAULT exists its content says how the files whose path ends in
 * /data.mdb fail:
 *
 *     sync EIO      every flush
 *     write EIO     every write
 *     write ENOSPC  every write that makes a file longer, as on a full disk
 *     meta EIO      every write that is durable at once: LMDB's meta pages; it reaches the disk all the same
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define NEXT(function, variable) __typeof__(&function) variable; *(void **)&variable = dlsym(RTLD_NEXT, #function)

static int
is_data(int fd)
{
	static const char wanted[] = "/data.mdb";
	char link[64], path[PATH_MAX];
	ssize_t n;

	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path);
	return n >= (ssize_t)sizeof wanted - 1 && memcmp(path + n - (sizeof wanted - 1), wanted, sizeof wanted - 1) == 0;
}

/* The error that this step is to fail with, or 0. */
static int
fault(const char *step, int fd, off_t end)
{
	const char *path = getenv("DISK_FAULT");
	char words[32] = "", name[16] = "", error[16] = "";
	struct stat st;
	ssize_t n;
	int in;

	if (path == NULL || !is_data(fd))
		return 0;
	in = open(path, O_RDONLY | O_CLOEXEC);
	if (in == -1)
		return 0;
	n = read(in, words, sizeof words - 1);
	close(in);
	if (n <= 0 || sscanf(words, "%15s %15s", name, error) != 2 || strcmp(name, step) != 0)
		return 0;
	if (strcmp(error, "ENOSPC") == 0)
		return fstat(fd, &st) == 0 && end > st.st_size ? ENOSPC : 0;
	return EIO;
}

static int
failed(int error)
{
	errno = error;
	return -1;
}

int
fdatasync(int fd)
{
	int error = fault("sync", fd, 0);
	NEXT(fdatasync, next);

	return error != 0 ? failed(error) : next(fd);
}

int
fsync(int fd)
{
	int error = fault("sync", fd, 0);
	NEXT(fsync, next);

	return error != 0 ? failed(error) : next(fd);
}

ssize_t
pwrite(int fd, const void *data, size_t size, off_t offset)
{
	int is_meta = (fcntl(fd, F_GETFL) & O_DSYNC) != 0;
	int error = fault(is_meta ? "meta" : "write", fd, offset + (off_t)size);
	NEXT(pwrite, next);

	if (error != 0 && is_meta)
		next(fd, data, size, offset);
	return error != 0 ? failed(error) : next(fd, data, size, offset);
}

ssize_t
pwrite64(int fd, const void *data, size_t size, off64_t offset)
{
	return pwrite(fd, data, size, offset);
}

ssize_t
writev(int fd, const struct iovec *pieces, int count)
{
	off_t end = is_data(fd) ? lseek(fd, 0, SEEK_CUR) : 0;
	int error;
	NEXT(writev, next);

	for (int i = 0; i < count; i++)
		end += (off_t)pieces[i].iov_len;
	error = fault("write", fd, end);
	return error != 0 ? failed(error) : next(fd, pieces, count);
}
