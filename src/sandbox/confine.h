/* SPDX-License-Identifier: MIT */
/* The two means of a sandbox, for sandbox.c. */
#ifndef CONFINE_H
#define CONFINE_H

#include <stdbool.h>

/* What may be done with a file, and below a directory. */
enum file_use { FILE_READ = 1, FILE_WRITE = 2, FILE_MAKE = 4 };

/* Of the interface; 0: there is no Landlock. */
int landlock_version(void);

/* A ruleset that is being made: nothing is allowed but what is said.  NULL: the kernel has no Landlock. */
struct landlock;
struct landlock *landlock_new(bool may_connect, bool may_signal);

/* A path that is not there is passed over. */
void landlock_allow(struct landlock *landlock, const char *path, unsigned use);
void landlock_allow_fd(struct landlock *landlock, int fd, unsigned use);

/* From now on; frees it. */
void landlock_enforce(struct landlock *landlock);

/* System calls beyond what all may. */
enum call_use {
	MAY_FORK = 1,
	MAY_EXEC = 2,
	MAY_CONNECT = 4         /* with IP, not only with sockets of this machine */
};

/* From now on; when that fails, a line in the log says why. */
void syscalls_confine(unsigned may);

#endif
