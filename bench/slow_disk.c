/* SPDX-License-Identifier: MIT */
/*
 * A disk that takes its time, for LD_PRELOAD: fsync and fdatasync last
 * SLOW_DISK_MS milliseconds more, and as long as the file SLOW_DISK_HOLD
 * exists; a file with .reached behind its name tells that one has begun to wait.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void
pause_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 }, NULL);
}

static void
wait_while_there(const char *hold)
{
	char reached[PATH_MAX];
	int fd;

	if (access(hold, F_OK) != 0)
		return;
	snprintf(reached, sizeof reached, "%s.reached", hold);
	fd = open(reached, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	if (fd != -1)
		close(fd);
	while (access(hold, F_OK) == 0)
		pause_ms(1);
}

static int
sync_slowly(const char *name, int fd)
{
	const char *ms = getenv("SLOW_DISK_MS"), *hold = getenv("SLOW_DISK_HOLD");
	int (*next)(int fd);

	*(void **)&next = dlsym(RTLD_NEXT, name);
	if (ms != NULL)
		pause_ms(atol(ms));
	if (hold != NULL)
		wait_while_there(hold);
	return next(fd);
}

int
fsync(int fd)
{
	return sync_slowly("fsync", fd);
}

int
fdatasync(int fd)
{
	return sync_slowly("fdatasync", fd);
}
