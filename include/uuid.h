/* SPDX-License-Identifier: MIT */
/* Ids: UUIDs of version 7 (RFC 9562), which sort by the time of their making. */
#ifndef UUID_H
#define UUID_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "slice.h"

enum { UUID_TEXT_LEN = 36 };

struct uuid {
	uint8_t bytes[16];
};

/*
 * A new id.  Ids of one process ascend even within a millisecond and when the
 * clock is set back.  wall_ms is the present time; ends the process when the
 * kernel gives no randomness.
 */
struct uuid uuid7_next(int64_t wall_ms);

/* Milliseconds since 1970 at which a version 7 id was made. */
int64_t uuid7_time_ms(const struct uuid *id);

/* Lower-case, with hyphens; writes UUID_TEXT_LEN bytes and no NUL. */
void uuid_format(const struct uuid *id, char *out);

/* The form of uuid_format, either case; false for anything else. */
bool uuid_parse(struct slice text, struct uuid *out);

static inline bool
uuid_equal(const struct uuid *a, const struct uuid *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

static inline bool
uuid_is_nil(const struct uuid *id)
{
	static const struct uuid nil;

	return uuid_equal(id, &nil);
}

#endif
