/* SPDX-License-Identifier: MIT */
/* See fd.h. */
#include "config.h"

#include "fd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "log.h"

void
fd_close(int *fd)
{
	int saved = errno;

	if (*fd != -1)
		close(*fd);
	*fd = -1;
	errno = saved;
}

static int
unix_socket(const char *path, struct sockaddr_un *address)
{
	memset(address, 0, sizeof *address);
	address->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof address->sun_path) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(address->sun_path, path);
	return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

int
unix_connect(const char *path)
{
	struct sockaddr_un address;
	int fd = unix_socket(path, &address);

	if (fd == -1)
		goto fail;
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == -1)
		goto fail;
	return fd;
fail:
	if (errno != ECONNREFUSED && errno != ENOENT && errno != EAGAIN)
		log_errno("connect to %s", path);
	fd_close(&fd);
	return -1;
}

int
unix_listen(const char *path, int backlog, unsigned mode)
{
	struct sockaddr_un address;
	int fd = unix_socket(path, &address);

	if (fd == -1)
		goto fail;
	if (bind(fd, (struct sockaddr *)&address, sizeof address) == -1)
		goto fail;
	if (chmod(path, mode) == -1 || listen(fd, backlog) == -1)
		goto fail;
	return fd;
fail:
	log_errno("listen on %s", path);
	fd_close(&fd);
	return -1;
}
