/* SPDX-License-Identifier: MIT */
/*
 * A profile as text, for a reader that has the symbols.  The processes are
 * forks of one another, so that an address in one is the same place in all.
 *
 *     object 0 3fd1...e2 /usr/sbin/aiexpensed       its build id, or -, and its file
 *     sample 0:1a2b 0:3c4d 1:99                     places in objects, the innermost first; ? is nowhere
 */
#ifndef PROFILE_TEXT_H
#define PROFILE_TEXT_H

#include "buf.h"

struct profile;

void profile_put_samples(struct buf *out, const struct profile *profile);

#endif
