/* SPDX-License-Identifier: MIT */
/* Descriptors and Unix sockets. */
#ifndef SOCKETS_H
#define SOCKETS_H

#include <stdbool.h>
#include <sys/types.h>
#include <sys/un.h>

/* Close and set to -1; does nothing with -1.  errno stays as it was. */
void fd_close(int *fd);

bool fd_set_nonblocking(int fd);

/* false, with errno, when the path does not fit. */
bool unix_address(struct sockaddr_un *address, const char *path);

/*
 * A listening, non-blocking socket at the path.  A socket that nobody listens
 * on is replaced; one in use is not.  -1 with errno; logs nothing.
 */
int unix_listen(const char *path, mode_t mode, int backlog);

/* A connected, non-blocking socket; EAGAIN when the listener's queue is full.  -1 with errno; logs nothing. */
int unix_connect(const char *path);

#endif
