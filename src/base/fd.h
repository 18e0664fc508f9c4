/* SPDX-License-Identifier: MIT */
/* Descriptors: non-blocking and close-on-exec, all of them. */
#ifndef FD_H
#define FD_H

/* Close it and set it to -1; does nothing with -1.  errno stays as it was. */
void fd_close(int *fd);

/* A stream socket connecting to a Unix socket's path; -1 after logging, unless nobody listens (errno is set). */
int unix_connect(const char *path);

/* A listening Unix stream socket at path, which must not exist, with these permission bits; -1 after logging. */
int unix_listen(const char *path, int backlog, unsigned mode);

#endif
