/* SPDX-License-Identifier: MIT */
/* Ids that ascend over all processes when the clock is set back; see uuid.h for one process alone. */
#ifndef UUID_SHARED_H
#define UUID_SHARED_H

#include <stdbool.h>

/*
 * Called before the forks: the processes then know the latest time that any of them
 * made an id at.  A clock that is more than ten seconds behind that was set back, and ids go on from there.
 * false after logging.
 */
bool uuid7_share(void);

#endif
