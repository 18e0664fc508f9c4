/* SPDX-License-Identifier: MIT */
/*
 * Outcomes.  A function that can fail in more than one way returns one of
 * these; the table behind them is status.def.
 */
#ifndef STATUS_H
#define STATUS_H

#include <stdint.h>

enum status {
#define STATUS(name, http, type, title) ST_##name,
#include "tables/status.def"
#undef STATUS
	STATUS_COUNT
};

/* The HTTP status code that tells a client of this outcome. */
unsigned status_http(enum status st);

/* The last path segment of the problem type (RFC 9457), stable for clients. */
const char *status_type(enum status st);

/* One English sentence without a full stop. */
const char *status_title(enum status st);

/* The outcome with number n as received in a frame; ST_FAILED for a number without a row. */
enum status status_from_wire(uint64_t n);

#endif
