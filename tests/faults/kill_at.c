/* SPDX-License-Identifier: MIT */
/*
 * A program that is killed at a step of its own choosing, for LD_PRELOAD: right
 * before it changes or flushes files for the KILL_AT-th time.  The number of
 * such steps of a run that ends by itself goes to the file KILL_STEPS.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define NEXT(function, variable) __typeof__(&function) variable; *(void **)&variable = dlsym(RTLD_NEXT, #function)

static long steps;

static void
step(void)
{
	const char *at = getenv("KILL_AT");

	if (++steps == (at != NULL ? atol(at) : 0))
		kill(getpid(), SIGKILL);
}

__attribute__((destructor)) static void
tell(void)
{
	const char *path = getenv("KILL_STEPS");
	FILE *out = path != NULL ? fopen(path, "we") : NULL;

	if (out != NULL) {
		fprintf(out, "%ld\n", steps);
		fclose(out);
	}
}

int
fdatasync(int fd)
{
	NEXT(fdatasync, next);

	step();
	return next(fd);
}

int
fsync(int fd)
{
	NEXT(fsync, next);

	step();
	return next(fd);
}

ssize_t
pwrite(int fd, const void *data, size_t size, off_t offset)
{
	NEXT(pwrite, next);

	step();
	return next(fd, data, size, offset);
}

ssize_t
pwrite64(int fd, const void *data, size_t size, off64_t offset)
{
	return pwrite(fd, data, size, offset);
}

ssize_t
writev(int fd, const struct iovec *pieces, int count)
{
	NEXT(writev, next);

	step();
	return next(fd, pieces, count);
}

int
mkdir(const char *path, mode_t mode)
{
	NEXT(mkdir, next);

	step();
	return next(path, mode);
}

int
rmdir(const char *path)
{
	NEXT(rmdir, next);

	step();
	return next(path);
}

int
unlink(const char *path)
{
	NEXT(unlink, next);

	step();
	return next(path);
}

int
rename(const char *from, const char *to)
{
	NEXT(rename, next);

	step();
	return next(from, to);
}
