/* SPDX-License-Identifier: MIT */
/*
 * Time zones by their IANA name ("Asia/Taipei"), read from the system's TZif
 * files (RFC 9636).  Zones once read stay in the process; at most ZONES_CACHED
 * of them, so that names chosen by users cannot fill the memory.
 */
#ifndef ZONE_H
#define ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "day.h"

enum { ZONES_CACHED = 64, ZONE_NAME_MAX = 64 };

/* False for a name that is not one, and for one that the system has no file of. */
bool zone_exists(const char *name);

/* Seconds to add to UTC at the instant; false as with zone_exists. */
bool zone_offset(const char *name, int64_t unix_ms, int32_t *offset_s);

/* The day on the wall calendar there; false as with zone_exists. */
bool zone_local_day(const char *name, int64_t unix_ms, day_t *day);

#endif
