/* SPDX-License-Identifier: MIT */
/* The request target: its path and its query, decoded once and for all. */
#ifndef HTTP_TARGET_H
#define HTTP_TARGET_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "slice.h"
#include "status.h"

enum { HTTP_QUERY_MAX = 64 };

struct http_parameter {
	struct slice name, value;        /* decoded, valid UTF-8, without control characters */
};

struct http_query {
	size_t                 count;
	struct http_parameter *list;     /* in the order of the query */
	struct slice           repeated; /* the first name that occurs again; NULL slice when none does */
};

struct http_target {
	struct slice authority;          /* of the absolute form, else NULL slice */
	struct slice path;               /* as sent, from "/" on; "*" for OPTIONS */
	struct slice query;              /* as sent, without "?" */
};

/* Take the target apart: origin form, absolute form, or "*".  ST_MALFORMED for anything else. */
enum status target_split(struct slice target, struct http_target *out);

/*
 * Decode a path.  ST_MALFORMED: a bad escape, an encoded slash, a control
 * character, "." or ".." as a segment, "//", invalid UTF-8.  ST_OVERLOADED: no
 * memory.  Where nothing is escaped, *out is path itself.
 */
enum status target_decode_path(struct arena *arena, struct slice path, struct slice *out);

/*
 * Decode a query into name and value pairs; "+" is a space; a pair without "="
 * has an empty value.  ST_BAD_PARAMETER: a bad escape, a control character,
 * invalid UTF-8, an empty name, more than HTTP_QUERY_MAX.
 */
enum status target_decode_query(struct arena *arena, struct slice query, struct http_query *out);

/* False when the query has no such parameter. */
bool http_query_find(const struct http_query *query, const char *name, struct slice *value);

/* Whether it is a host with an optional port: a registered name, IPv4, or an IP literal in brackets. */
bool target_is_authority(struct slice s);

#endif
