/* SPDX-License-Identifier: MIT */
/* The datagram of sd_notify(3): an absolute path, or a name with '@' for the abstract namespace. */
#include "config.h"

#include "master.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "log.h"
#include "sockets.h"

void
notify_manager(const char *line)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address;
	socklen_t len;
	int fd;

	if (name == NULL || (name[0] != '/' && name[0] != '@') || !unix_address(&address, name))
		return;
	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name));
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1 || sendto(fd, line, strlen(line), MSG_NOSIGNAL, (struct sockaddr *)&address, len) == -1)
		log_errno("tell the service manager %s", line);
	fd_close(&fd);
}
