/* SPDX-License-Identifier: MIT */
/*
 * System calls by seccomp.  Those that no process of ours has a use for, which
 * are those that faults of kernels are reached by and that the machine is
 * administered with, and those that a role has no use for, fail with EPERM.
 * It is a list of what is refused rather than of what is allowed: a C library
 * that comes to use another call for the same thing must not end a daemon.
 */
#include "config.h"

#include "confine.h"

#ifdef HAVE_SECCOMP

#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/socket.h>

#include "log.h"

/* LeakSanitizer looks at the process from one that it clones and traces with. */
#if defined __SANITIZE_ADDRESS__
#define IS_TRACING_ITSELF true
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define IS_TRACING_ITSELF true
#endif
#endif
#ifndef IS_TRACING_ITSELF
#define IS_TRACING_ITSELF false
#endif

static const char *const calls_of_nobody[] = {
	"acct", "add_key", "adjtimex", "bpf", "chroot", "clock_adjtime", "clock_settime", "create_module", "delete_module",
	"fanotify_init", "finit_module", "fsconfig", "fsmount", "fsopen", "fspick", "init_module", "io_uring_enter",
	"io_uring_register", "io_uring_setup", "ioperm", "iopl", "kcmp", "kexec_file_load", "kexec_load", "keyctl",
	"lookup_dcookie", "mknod", "mknodat", "mount", "mount_setattr", "move_mount", "move_pages", "name_to_handle_at",
	"nfsservctl", "open_by_handle_at", "open_tree", "perf_event_open", "personality", "pidfd_getfd", "pivot_root",
	"process_madvise", "process_vm_readv", "process_vm_writev", "quotactl", "quotactl_fd", "reboot", "request_key",
	"setdomainname", "setfsgid", "setfsuid", "setgid", "setgroups", "sethostname", "setns", "setregid", "setresgid",
	"setresuid", "setreuid", "settimeofday", "setuid", "swapoff", "swapon", "syslog", "umount", "umount2", "unshare",
	"userfaultfd", "vhangup",
};
static const char *const calls_of_tracing[] = { "ptrace" };
static const char *const calls_of_exec[] = { "execve", "execveat" };
static const char *const calls_of_fork[] = { "fork", "vfork" };

enum { FAMILY_LAST = AF_NETLINK };      /* of those that sockets are refused or allowed of by name; all above are refused */

static int
refuse(scmp_filter_ctx filter, const char *const *names, size_t count)
{
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++) {
		int call = seccomp_syscall_resolve_name(names[i]);

		if (call != __NR_SCMP_ERROR)
			rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0);
	}
	return rc;
}
#define REFUSE(filter, names) refuse(filter, names, sizeof names / sizeof names[0])

/* Threads go on: they are cloned with a flag of theirs.  clone3 hides its flags; without it the C library takes clone. */
static int
refuse_processes(scmp_filter_ctx filter)
{
	int rc = REFUSE(filter, calls_of_fork);

	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
		    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
	return rc != 0 ? rc : seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

/* The resolver of names asks the kernel for its addresses by netlink. */
static bool
is_family_allowed(int family, bool may_connect)
{
	return family == AF_UNIX || (may_connect && (family == AF_INET || family == AF_INET6 || family == AF_NETLINK));
}

static int
refuse_sockets(scmp_filter_ctx filter, enum scmp_compare compare, int family)
{
	struct scmp_arg_cmp of = { .arg = 0, .op = compare, .datum_a = (scmp_datum_t)family, .datum_b = 0 };

	return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1, of);
}

static int
refuse_families(scmp_filter_ctx filter, bool may_connect)
{
	int rc = refuse_sockets(filter, SCMP_CMP_GT, FAMILY_LAST);

	for (int family = 0; family <= FAMILY_LAST && rc == 0; family++)
		if (!is_family_allowed(family, may_connect))
			rc = refuse_sockets(filter, SCMP_CMP_EQ, family);
	return rc;
}

static int
fill(scmp_filter_ctx filter, unsigned may)
{
	int rc = REFUSE(filter, calls_of_nobody);

	if (rc == 0 && !IS_TRACING_ITSELF)
		rc = REFUSE(filter, calls_of_tracing);
	if (rc == 0 && !(may & MAY_EXEC))
		rc = REFUSE(filter, calls_of_exec);
	if (rc == 0 && !(may & MAY_FORK) && !IS_TRACING_ITSELF)
		rc = refuse_processes(filter);
	return rc != 0 ? rc : refuse_families(filter, (may & MAY_CONNECT) != 0);
}

/* As a tree: each call passes the filter, and a list is walked to its end. */
void
syscalls_confine(unsigned may)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int rc = filter != NULL ? 0 : -ENOMEM;

	if (rc == 0)
		rc = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (rc == 0)
		rc = fill(filter, may);
	if (rc == 0)
		rc = seccomp_load(filter);
	if (filter != NULL)
		seccomp_release(filter);
	errno = -rc;
	if (rc != 0)
		log_errno("system calls are not confined by seccomp");
}

#else

void
syscalls_confine(unsigned may)
{
	(void)may;
}

#endif
