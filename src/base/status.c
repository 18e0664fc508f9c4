/* SPDX-License-Identifier: MIT */
/* The table of outcomes and its look-ups. */
#include "config.h"

#include "status.h"

static const struct {
	unsigned    http;
	const char *type, *title;
} rows[STATUS_COUNT] = {
#define STATUS(name, http, type, title) { http, type, title },
#include "tables/status.def"
#undef STATUS
};

unsigned
status_http(enum status st)
{
	return rows[st].http;
}

const char *
status_type(enum status st)
{
	return rows[st].type;
}

const char *
status_title(enum status st)
{
	return rows[st].title;
}

enum status
status_from_wire(uint64_t n)
{
	return n < STATUS_COUNT ? (enum status)n : ST_FAILED;
}
