/* SPDX-License-Identifier: MIT */
/*
 * A request as its handler sees it.  Everything in it lives until the request
 * is answered, also when the client has gone away meanwhile: the handler
 * answers all the same and the answer is dropped.
 */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"
#include "arena.h"
#include "reader.h"
#include "slice.h"
#include "target.h"

struct route;

enum {
	ROUTE_PARAMS_MAX = 4,
	REQUEST_ID_MAX = 64
};

/* What the answer tells of a limit that counts requests; limit is 0 when there is none. */
struct rate_fields {
	uint32_t limit, remaining;
	uint32_t reset_s;                    /* until all of limit is there again */
};

struct request {
	enum http_method    method;          /* HTTP_HEAD is routed as HTTP_GET, and stays HTTP_HEAD here */
	struct slice        path;            /* decoded */
	struct http_query   query;           /* no name occurs twice: the dispatcher refuses that */
	struct slice        host;            /* with its port, as the client named it */
	struct slice        body;
	struct slice        params[ROUTE_PARAMS_MAX];   /* what stands for the {...} of the route, in order; never empty */
	const struct route *route;           /* NULL in the observer when none matched */
	struct slice        id;              /* the client's X-Request-Id if it is fit, else one of ours */

	/* The fields that many handlers need; a NULL slice when the client did not send one.  None occurs twice. */
	struct slice        authorization, content_type, idempotency_key, if_match;

	struct address      peer;            /* the other end of the connection */
	struct rate_fields  rate;            /* set by reply_rate */
	struct arena        arena;           /* what lives as long as the request */
	int64_t             started_ns;      /* monotonic, when its first byte was read */
	void               *services;        /* as given to the server */
	void               *principal;       /* for the authorizer to set and the handler to read */
	void               *input;           /* the same for what the handler's caller has read of query and body */
};

/* A header field by name, any case.  NULL slice when the client sent none, or more than one of that name. */
struct slice request_header(const struct request *req, const char *name);

/* The same, but the last one when there are several: of fields that each proxy on the way may add to. */
struct slice request_last_header(const struct request *req, const char *name);

/* Whether Content-Type is this type ("application/json"), whatever its parameters. */
bool request_has_type(const struct request *req, const char *type);

#endif
