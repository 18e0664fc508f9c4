/* SPDX-License-Identifier: MIT */
/*
 * routes.def as tables: the routes for the server, and with the same numbers
 * what the API knows of each.  A request whose query or body does not keep its
 * route's schemas is refused before its handler is called.
 */
#ifndef ENDPOINTS_H
#define ENDPOINTS_H

#include "access/auth.h"
#include "http/route.h"
#include "schema.h"
#include "scopes.h"

enum route_flag {
	TAKES_KEY      = 1 << 0,       /* Idempotency-Key */
	TAKES_IF_MATCH = 1 << 1,       /* If-Match may be there ... */
	NEEDS_IF_MATCH = 1 << 2,       /* ... and must be */
	GIVES_ETAG     = 1 << 3,
	MAY_LACK_BODY  = 1 << 4,       /* the body may be left out altogether */
	TAKES_PICTURE  = 1 << 5        /* the body may be a picture instead, of one of picture_types: then no body is read into fields */
};

enum { ANSWERS_MAX = 4, PROBLEMS_ALSO_MAX = 8 };

/* A way in which a request can succeed. */
struct endpoint_answer {
	enum status    st;             /* ST_OK, ... */
	enum schema_id schema;         /* SCHEMA_none: media is not JSON, or there is no body */
	const char    *media;          /* NULL: no body */
};

struct endpoint {
	const char            *name;           /* of the handler */
	route_handler         *handler;
	enum scope             scope;
	const char            *tag, *summary;
	enum schema_id         query;
	enum schema_id         body, other_body;       /* SCHEMA_none: there is none */
	unsigned               flags;
	struct endpoint_answer answers[ANSWERS_MAX];   /* up to one that is all zero */
	enum status            also[PROBLEMS_ALSO_MAX];/* up to ST_OK */
};

enum {
	ROUTE_NONE = -1,
#define ROUTE(method, path, handler, ...) ROUTE_##handler,
#include "routes.def"
#undef ROUTE
	ROUTES
};

extern const struct route routes[ROUTES];
extern const struct endpoint endpoints[ROUTES];

/* Whether the body is said to be one of picture_types. */
bool request_has_picture(const struct request *req);

/* What the API knows of one of routes. */
static inline const struct endpoint *
endpoint_of(const struct route *route)
{
	return &endpoints[route - routes];
}

#endif
