/* SPDX-License-Identifier: MIT */
/* The datagram of sd_notify(3): an absolute path, or a name with '@' for the abstract namespace. */
#include "config.h"

#include "master.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "clock.h"
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

void
notify_reloading(void)
{
	char text[64];

	snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)clock_mono_ns() / 1000);
	notify_manager(text);
}

/* How often systemd wants to hear that all is well: in half of the time that it waits.  0: not at all. */
static int64_t
watchdog_interval_ms(void)
{
	const char *limit_us = getenv("WATCHDOG_USEC");

	return limit_us != NULL ? strtoll(limit_us, NULL, 10) / 2000 : 0;
}

void
notify_alive(struct master *m, int64_t now_ms)
{
	int64_t interval_ms = watchdog_interval_ms();

	if (interval_ms <= 0 || now_ms - m->told_alive_ms < interval_ms || !watch_is_healthy(m))
		return;
	notify_manager("WATCHDOG=1");
	m->told_alive_ms = now_ms;
}
