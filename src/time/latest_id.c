/* SPDX-License-Identifier: MIT */
/* See latest_id.h. */
#include "config.h"

#include "latest_id.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "log.h"
#include "uuid_shared.h"

/* BEHIND_MS: the file may be that much behind the latest id, after a loss of power. */
enum { DIGITS = 19, SIZE = DIGITS + 1, BEHIND_MS = 60000 };

/* 0: there is none, or it is damaged. */
static int64_t
read_time(int fd)
{
	char text[SIZE + 1] = "", *end;
	ssize_t len = pread(fd, text, SIZE, 0);
	long long ms = strtoll(text, &end, 10);

	return len == SIZE && end == text + DIGITS && *end == '\n' && ms > 0 ? ms : 0;
}

static void
go_on_behind(int64_t ms, int64_t wall_ms, const char *path)
{
	if (!uuid7_is_set_back(ms, wall_ms)) {
		uuid7_go_on_behind(ms);
		return;
	}
	log_warn("the clock is %lld s behind the latest id: ids go on from there; remove %s to begin from the clock",
	    (long long)(ms - wall_ms) / 1000, path);
	uuid7_go_on_behind(ms + BEHIND_MS);
}

int
latest_id_open(const char *store_path, int64_t wall_ms)
{
	char path[PATH_MAX];
	int fd = -1;

	if ((size_t)snprintf(path, sizeof path, "%s/latest-id", store_path) < sizeof path)
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd == -1)
		log_errno("%s: ids may not ascend when the daemon is started with the clock set back", path);
	else
		go_on_behind(read_time(fd), wall_ms, path);
	return fd;
}

void
latest_id_keep(int fd, int64_t *kept_ms)
{
	int64_t latest_ms = uuid7_latest_ms();
	char text[SIZE + 1];

	if (fd == -1 || latest_ms == *kept_ms)
		return;
	snprintf(text, sizeof text, "%0*lld\n", DIGITS, (long long)latest_ms);
	*kept_ms = latest_ms;
	if (pwrite(fd, text, SIZE, 0) == -1)
		log_errno("the time of the latest id cannot be kept");
}
