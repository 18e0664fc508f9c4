/* SPDX-License-Identifier: MIT */
/* See syslog_line.h. */
#include "config.h"

#include "syslog_line.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum { HEAD_SIZE = 128 };

static struct sockaddr_un address;        /* without a path: not open */
static unsigned long dropped;

static bool
connect_standard_error(void)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	bool is_done = fd != -1 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0 && dup2(fd, STDERR_FILENO) != -1;
	int saved = errno;

	if (fd != -1)
		close(fd);
	errno = saved;
	return is_done;
}

/* The time zone is read now: later, a process may no longer be allowed to. */
bool
syslog_open(const char *path)
{
	if (strlen(path) >= sizeof address.sun_path) {
		errno = ENAMETOOLONG;
		return false;
	}
	tzset();
	address.sun_family = AF_UNIX;
	strcpy(address.sun_path, path);
	if (connect_standard_error())
		return true;
	address.sun_path[0] = '\0';
	return false;
}

bool
syslog_is_open(void)
{
	return address.sun_path[0] != '\0';
}

/* "<30>Nov 28 03:48:44 aiexpensed[123]: ", and what was lost before it. */
static size_t
write_head(char head[HEAD_SIZE], int severity)
{
	time_t now = time(NULL);
	struct tm tm;
	char when[32];
	int len;

	strftime(when, sizeof when, "%b %e %H:%M:%S", localtime_r(&now, &tm));
	len = snprintf(head, HEAD_SIZE, "<%d>%s aiexpensed[%d]: ", LOG_DAEMON | severity, when, (int)getpid());
	if (dropped > 0)
		len += snprintf(head + len, HEAD_SIZE - (size_t)len, "(%lu lines were dropped) ", dropped);
	return (size_t)len;
}

static bool
send_pieces(const struct iovec *pieces, int count)
{
	return writev(STDERR_FILENO, pieces, count) != -1;
}

void
syslog_send(int severity, const char *text, size_t len)
{
	char head[HEAD_SIZE];
	struct iovec pieces[] = { { head, write_head(head, severity) }, { (void *)text, len } };
	bool is_sent = send_pieces(pieces, 2);

	if (!is_sent && errno != EAGAIN && errno != EMSGSIZE && connect_standard_error())
		is_sent = send_pieces(pieces, 2);
	dropped = is_sent ? 0 : dropped + 1;
}
