/* SPDX-License-Identifier: MIT */
/* "profile": where a process of the daemon spends its time, with the names of its functions, or what its heap is made of. */
#ifndef CTL_PROFILE_H
#define CTL_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

struct profile_request {
	const char *role;
	unsigned    number, seconds;
	bool        is_heap;
	const char *folded;                /* a file for the stacks; NULL: none */
};

/* The arguments behind "profile"; false when they are none. */
bool ctl_profile_read_args(struct profile_request *request, int argc, char **argv);

/* Print what the daemon answered, which it is: it is changed.  An exit code, after saying why when it is not 0. */
int ctl_profile_print(const struct profile_request *request, char *answer);

#endif
