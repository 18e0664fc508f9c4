/* SPDX-License-Identifier: MIT */
/*
 * What a disk is told, for LD_PRELOAD: every write to and every flush of the
 * files whose path ends in TRACE_FILE is appended to the file TRACE, with its
 * bytes.  trace.h has the format, power_loss.c reads it.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "trace.h"

enum { PIECES_MAX = 256 };

#define NEXT(function, variable) __typeof__(&function) variable; *(void **)&variable = dlsym(RTLD_NEXT, #function)

static int
is_traced(int fd)
{
	const char *wanted = getenv("TRACE_FILE");
	char link[64], path[PATH_MAX];
	size_t len;
	ssize_t n;

	if (wanted == NULL || getenv("TRACE") == NULL)
		return 0;
	len = strlen(wanted);
	snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof path);
	return n >= (ssize_t)len && memcmp(path + (size_t)n - len, wanted, len) == 0;
}

/*
 * One append, so that the records of several processes do not mix.  The file
 * is opened each time: the daemon's children close all that they do not know.
 */
static void
record(enum trace_kind kind, const struct iovec *pieces, int count, off_t offset)
{
	static char padding[TRACE_ALIGN];
	struct trace_record head = { .kind = kind, .offset = (uint64_t)offset };
	struct iovec all[PIECES_MAX + 2] = { { &head, sizeof head } };
	int out = open(getenv("TRACE"), O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0600);
	size_t gap;
	NEXT(writev, next);

	if (count > PIECES_MAX)
		abort();
	for (int i = 0; i < count; i++) {
		all[i + 1] = pieces[i];
		head.len += (uint32_t)pieces[i].iov_len;
	}
	gap = (TRACE_ALIGN - head.len % TRACE_ALIGN) % TRACE_ALIGN;
	all[count + 1] = (struct iovec){ padding, gap };
	if (next(out, all, count + 2) != (ssize_t)(sizeof head + head.len + gap))
		abort();
	close(out);
}

static int
flush(int (*next)(int fd), int fd)
{
	int rc = next(fd);

	if (rc == 0 && is_traced(fd))
		record(TRACE_FLUSH, NULL, 0, 0);
	return rc;
}

int
fdatasync(int fd)
{
	NEXT(fdatasync, next);
	return flush(next, fd);
}

int
fsync(int fd)
{
	NEXT(fsync, next);
	return flush(next, fd);
}

ssize_t
pwrite(int fd, const void *data, size_t size, off_t offset)
{
	struct iovec piece = { (void *)data, size };
	NEXT(pwrite, next);
	ssize_t n = next(fd, data, size, offset);

	if (n > 0 && is_traced(fd)) {
		piece.iov_len = (size_t)n;
		record((fcntl(fd, F_GETFL) & O_DSYNC) != 0 ? TRACE_DURABLE : TRACE_WRITE, &piece, 1, offset);
	}
	return n;
}

ssize_t
pwrite64(int fd, const void *data, size_t size, off64_t offset)
{
	return pwrite(fd, data, size, offset);
}

ssize_t
writev(int fd, const struct iovec *pieces, int count)
{
	int traced = is_traced(fd);
	off_t offset = traced ? lseek(fd, 0, SEEK_CUR) : 0;
	NEXT(writev, next);
	ssize_t n = next(fd, pieces, count);

	if (n > 0 && traced)
		record(TRACE_WRITE, pieces, count, offset);
	return n;
}
