/* SPDX-License-Identifier: MIT */
/* Ids that ascend over all processes when the clock is set back; see uuid.h for one process alone. */
#ifndef UUID_SHARED_H
#define UUID_SHARED_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Called before the forks: the processes then know the latest time that any of them
 * made an id at.  A clock that is more than ten seconds behind that was set back, and ids go on from there.
 * false after logging.
 */
bool uuid7_share(void);

/* Whether a clock that says wall_ms was set back since an id was made at ms. */
bool uuid7_is_set_back(int64_t ms, int64_t wall_ms);

/* The processes know of an id that was made at ms. */
void uuid7_go_on_behind(int64_t ms);

/* The latest time that they know of; 0: none. */
int64_t uuid7_latest_ms(void);

#endif
