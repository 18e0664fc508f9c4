/* SPDX-License-Identifier: MIT */
/* See listener.h. */
#include "config.h"

#include "listener.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "log.h"
#include "sockets.h"

enum { BACKLOG = 4096, SOCKET_MODE = 0660 };

struct host_port {
	char host[256];
	char port[6];
};

/* The path behind "unix:", or NULL. */
static const char *
unix_path(const char *where)
{
	return strncmp(where, "unix:", 5) == 0 ? where + 5 : NULL;
}

static bool
is_port(const char *text)
{
	size_t len = strspn(text, "0123456789");

	return len > 0 && len <= 5 && text[len] == '\0' && atoi(text) <= 65535;
}

/* An IPv6 address stands in brackets, so that the last colon is the port's. */
static bool
split(const char *where, struct host_port *out)
{
	const char *colon = strrchr(where, ':'), *host = where;
	size_t len;

	if (colon == NULL || !is_port(colon + 1))
		return false;
	len = (size_t)(colon - where);
	if (len >= 2 && where[0] == '[' && where[len - 1] == ']') {
		host++;
		len -= 2;
	} else if (memchr(where, ':', len) != NULL) {
		return false;
	}
	if (len == 0 || len >= sizeof out->host)
		return false;
	memcpy(out->host, host, len);
	out->host[len] = '\0';
	snprintf(out->port, sizeof out->port, "%s", colon + 1);
	return true;
}

bool
listener_is_valid(const char *where)
{
	const char *path = unix_path(where);
	struct host_port hp;
	struct sockaddr_un address;

	if (path != NULL)
		return path[0] == '/' && unix_address(&address, path);
	return split(where, &hp);
}

static int
open_address(const struct addrinfo *ai)
{
	int fd = socket(ai->ai_family, ai->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, ai->ai_protocol);
	int on = 1;

	if (fd == -1)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) == -1 || listen(fd, BACKLOG) == -1)
		fd_close(&fd);
	return fd;
}

/* "*" is both families where there are both: the IPv6 socket takes IPv4 too. */
static int
open_tcp(const char *where)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV };
	struct addrinfo *list, *ai;
	struct host_port hp;
	int error, fd = -1;

	if (!split(where, &hp)) {
		log_error("cannot listen on %s: not host:port, [address]:port, *:port or unix:path", where);
		return -1;
	}
	error = getaddrinfo(strcmp(hp.host, "*") == 0 ? NULL : hp.host, hp.port, &hints, &list);
	if (error != 0) {
		log_error("cannot listen on %s: %s", where, gai_strerror(error));
		return -1;
	}
	for (int family = 0; family < 2 && fd == -1; family++)
		for (ai = list; ai != NULL && fd == -1; ai = ai->ai_next)
			if ((ai->ai_family == AF_INET6) == (family == 0))
				fd = open_address(ai);
	freeaddrinfo(list);
	if (fd == -1)
		log_errno("cannot listen on %s", where);
	return fd;
}

int
listener_open(const char *where)
{
	const char *path = unix_path(where);
	int fd;

	if (path == NULL)
		return open_tcp(where);
	fd = unix_listen(path, SOCKET_MODE, BACKLOG);
	if (fd == -1)
		log_errno("cannot listen on %s", where);
	return fd;
}

void
listener_unlink(const char *where)
{
	const char *path = unix_path(where);

	if (path != NULL)
		unlink(path);
}
