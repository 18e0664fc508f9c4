/* SPDX-License-Identifier: MIT */
/*
 * The time of the latest id, in a file of the store's directory: ids of a daemon
 * that is started when the clock has been set back go on behind those of the one
 * before.  Whoever makes ids does not wait for it; the keeper writes it, a
 * moment behind, and the kernel brings it to the disk when it will.
 */
#ifndef LATEST_ID_H
#define LATEST_ID_H

#include <stdint.h>

/*
 * Before the forks and behind uuid7_share: ids of all processes go on behind what the file of this directory
 * says, if that is further ahead of wall_ms than ten seconds.  The descriptor of the file, the caller's; -1
 * after a warning, as without it nothing but this is amiss.
 */
int latest_id_open(const char *store_path, int64_t wall_ms);

/* Write the time of the latest id unless it is *kept_ms, what this process wrote last; fd may be -1. */
void latest_id_keep(int fd, int64_t *kept_ms);

#endif
