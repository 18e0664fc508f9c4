/* SPDX-License-Identifier: MIT */
/* See sockets.h. */
#include "config.h"

#include "sockets.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

void
fd_close(int *fd)
{
	int saved = errno;

	if (*fd != -1)
		close(*fd);
	*fd = -1;
	errno = saved;
}

bool
fd_set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags != -1 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) != -1;
}

bool
unix_address(struct sockaddr_un *address, const char *path)
{
	size_t len = strlen(path);

	if (len >= sizeof address->sun_path) {
		errno = ENAMETOOLONG;
		return false;
	}
	memset(address, 0, sizeof *address);
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, path, len);
	return true;
}

static int
unix_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* Whether the path is a socket that a process which is gone has left behind. */
static bool
is_stale(const char *path)
{
	struct stat st;
	int fd;

	if (lstat(path, &st) == -1 || !S_ISSOCK(st.st_mode))
		return false;
	fd = unix_connect(path);
	if (fd != -1) {
		fd_close(&fd);
		return false;
	}
	return errno == ECONNREFUSED;
}

/* The mode is right from the start: nobody can connect before listen, which comes after chmod. */
static bool
bind_and_listen(int fd, const struct sockaddr_un *address, mode_t mode, int backlog)
{
	return bind(fd, (const struct sockaddr *)address, sizeof *address) == 0 &&
	    chmod(address->sun_path, mode) == 0 && listen(fd, backlog) == 0;
}

int
unix_listen(const char *path, mode_t mode, int backlog)
{
	struct sockaddr_un address;
	int fd;

	if (!unix_address(&address, path))
		return -1;
	if (is_stale(path))
		unlink(path);
	fd = unix_socket();
	if (fd != -1 && !bind_and_listen(fd, &address, mode, backlog))
		fd_close(&fd);
	return fd;
}

int
unix_connect(const char *path)
{
	struct sockaddr_un address;
	int fd;

	if (!unix_address(&address, path))
		return -1;
	fd = unix_socket();
	if (fd != -1 && connect(fd, (struct sockaddr *)&address, sizeof address) == -1)
		fd_close(&fd);
	return fd;
}
