/* SPDX-License-Identifier: MIT */
/*
 * What each kind of process may still do once it runs: which files it may open,
 * by Landlock, and which system calls it may make, by seccomp, so that whoever
 * takes over one of them has not the machine, nor what the others have.  The
 * table of roles is in sandbox.c.  And nobody's memory gets into a core dump,
 * as it holds keys and what users wrote.
 *
 * Best effort: what the kernel or the build lacks is told in the log and left
 * out.  run.sandbox and run.core_dumps switch it off.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

struct options;

/*
 * Confine this process, and all that it starts, for good.  role: as in the table
 * of roles, or "master".  Call it while there is one thread, when the sockets of
 * the role are open and the store is made.
 */
void sandbox_enter(const struct options *options, const char *role);

#endif
