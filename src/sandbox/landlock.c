/* SPDX-License-Identifier: MIT */
/*
 * Landlock by its system calls, for which the C library has no functions.  What
 * a newer kernel can restrict is named here, as the headers of the system may
 * be older; what an older kernel cannot restrict is left out.
 */
#include "config.h"

#include "confine.h"

#ifdef HAVE_LINUX_LANDLOCK_H

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "log.h"
#include "sockets.h"

/* Kinds of access by the version of the interface that brought them. */
#define ACCESS_REFER      (UINT64_C(1) << 13)     /* 2 */
#define ACCESS_TRUNCATE   (UINT64_C(1) << 14)     /* 3 */
#define ACCESS_IOCTL_DEV  (UINT64_C(1) << 15)     /* 5 */
#define NET_BIND_TCP      (UINT64_C(1) << 0)      /* 4 */
#define NET_CONNECT_TCP   (UINT64_C(1) << 1)      /* 4 */
#define SCOPE_ABSTRACT    (UINT64_C(1) << 0)      /* 6 */
#define SCOPE_SIGNAL      (UINT64_C(1) << 1)      /* 6 */

#define ACCESS_FIRST      ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)     /* all of version 1 */
#define ACCESS_READ       (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define ACCESS_WRITE      (LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE)
#define ACCESS_MAKE       (LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE | \
                           LANDLOCK_ACCESS_FS_REMOVE_DIR | ACCESS_REFER)
#define ACCESS_OF_FILES   (LANDLOCK_ACCESS_FS_READ_FILE | ACCESS_WRITE)

struct ruleset {
	uint64_t fs, net, scopes;
};

struct landlock {
	int            fd;
	struct ruleset handled;
};

static struct ruleset
ruleset_of(int version, bool may_connect, bool may_signal)
{
	struct ruleset set = { .fs = ACCESS_FIRST };

	if (version >= 2)
		set.fs |= ACCESS_REFER;
	if (version >= 3)
		set.fs |= ACCESS_TRUNCATE;
	if (version >= 4)
		set.net = NET_BIND_TCP | (may_connect ? 0 : NET_CONNECT_TCP);
	if (version >= 5)
		set.fs |= ACCESS_IOCTL_DEV;
	if (version >= 6)
		set.scopes = SCOPE_ABSTRACT | (may_signal ? 0 : SCOPE_SIGNAL);
	return set;
}

int
landlock_version(void)
{
	int version = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

	return version > 0 ? version : 0;
}

/* An older kernel takes a longer struct as long as what it does not know is 0. */
struct landlock *
landlock_new(bool may_connect, bool may_signal)
{
	int version = landlock_version();
	struct landlock *landlock = version > 0 ? malloc(sizeof *landlock) : NULL;

	if (landlock == NULL)
		return NULL;
	*landlock = (struct landlock){ -1, ruleset_of(version, may_connect, may_signal) };
	landlock->fd = (int)syscall(SYS_landlock_create_ruleset, &landlock->handled, sizeof landlock->handled, 0);
	return landlock;
}

void
landlock_allow_fd(struct landlock *landlock, int fd, unsigned use)
{
	struct landlock_path_beneath_attr rule = { .parent_fd = fd };
	struct stat st;

	if (fstat(fd, &st) == -1)
		return;
	rule.allowed_access = (use & FILE_READ ? ACCESS_READ : 0) | (use & FILE_WRITE ? ACCESS_WRITE : 0) |
	    (use & FILE_MAKE ? ACCESS_MAKE : 0);
	rule.allowed_access &= landlock->handled.fs & (S_ISDIR(st.st_mode) ? ~UINT64_C(0) : ACCESS_OF_FILES);
	syscall(SYS_landlock_add_rule, landlock->fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
}

void
landlock_allow(struct landlock *landlock, const char *path, unsigned use)
{
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd != -1)
		landlock_allow_fd(landlock, fd, use);
	fd_close(&fd);
}

void
landlock_enforce(struct landlock *landlock)
{
	if (landlock->fd == -1 || syscall(SYS_landlock_restrict_self, landlock->fd, 0) == -1)
		log_errno("files are not confined by Landlock");
	fd_close(&landlock->fd);
	free(landlock);
}

#else

#include <stddef.h>

int
landlock_version(void)
{
	return 0;
}

struct landlock *
landlock_new(bool may_connect, bool may_signal)
{
	(void)may_connect, (void)may_signal;
	return NULL;
}

void
landlock_allow(struct landlock *landlock, const char *path, unsigned use)
{
	(void)landlock, (void)path, (void)use;
}

void
landlock_allow_fd(struct landlock *landlock, int fd, unsigned use)
{
	(void)landlock, (void)fd, (void)use;
}

void
landlock_enforce(struct landlock *landlock)
{
	(void)landlock;
}

#endif
