/* SPDX-License-Identifier: MIT */
/*
 * Which handler answers which method and path.  A pattern is a path whose
 * segments may be "{name}", standing for any one segment that is not empty;
 * a literal segment goes before a "{name}" in the same place.
 */
#ifndef HTTP_ROUTE_H
#define HTTP_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "reader.h"
#include "request.h"
#include "slice.h"
#include "status.h"

/*
 * ST_OK: it has answered, or will.  Anything else: it has not and will not,
 * and the dispatcher answers with that problem.
 */
typedef enum status route_handler(struct request *req);

struct route {
	enum http_method method;         /* a GET route answers HEAD too */
	const char      *pattern;        /* "/api/v1/expenses/{id}" */
	unsigned         permission;     /* means something to the authorizer only */
	route_handler   *handler;
	bool             takes_image;    /* a body that is an image may be as long as http_limits.image_bytes */
};

struct route_table;

struct route_match {
	const struct route *route;
	struct slice        params[ROUTE_PARAMS_MAX];
	const char         *allow;       /* with ST_BAD_METHOD: "GET, HEAD, POST" */
};

/* The routes must outlive the table.  NULL (and a log line) for a bad pattern, one that is there twice, or no memory. */
struct route_table *route_table_new(const struct route *routes, size_t count);

/* Further routes, which must outlive it too.  false after logging. */
bool route_table_add(struct route_table *table, const struct route *routes, size_t count);
void route_table_free(struct route_table *table);

/* ST_OK, ST_NOT_FOUND or ST_BAD_METHOD. */
enum status route_find(const struct route_table *table, enum http_method method, struct slice path,
    struct route_match *match);

#endif
