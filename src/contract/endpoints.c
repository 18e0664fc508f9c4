/* SPDX-License-Identifier: MIT */
/* See endpoints.h. */
#include "config.h"

#include "endpoints.h"

#include "ai/answer/picture.h"
#include "fields.h"
#include "api/handlers.h"

bool
request_has_picture(const struct request *req)
{
	for (size_t i = 0; i < PICTURE_TYPES; i++)
		if (request_has_type(req, picture_types[i]))
			return true;
	return false;
}

/* Reads what the request says, then asks the route's handler. */
static enum status
handle(struct request *req)
{
	const struct endpoint *endpoint = endpoint_of(req->route);
	const struct schema *other = endpoint->other_body != SCHEMA_none ? &schemas[endpoint->other_body] : NULL;
	struct input *input = arena_alloc(&req->arena, sizeof *input);

	if (input == NULL)
		return ST_OVERLOADED;
	req->input = input;
	if (!fields_read_query(req, &schemas[endpoint->query], &input->query))
		return ST_OK;
	if (endpoint->flags & TAKES_PICTURE) {
		if (request_has_picture(req))
			return endpoint->handler(req);
		if (!request_has_type(req, "application/json")) {
			handler_refuse(req, ST_BAD_MEDIA_TYPE, NULL, "Must be application/json, or image/jpeg, image/png, image/webp or image/gif.");
			return ST_OK;
		}
	}
	if (endpoint->body != SCHEMA_none && (req->body.len > 0 || !(endpoint->flags & MAY_LACK_BODY)) &&
	    !fields_read_body(req, &schemas[endpoint->body], other, &input->body))
		return ST_OK;
	return endpoint->handler(req);
}

const struct route routes[ROUTES] = {
#define ROUTE(method, path, handler, permission, scope, tag, query, body, list, also, flags, summary) \
	[ROUTE_##handler] = { HTTP_##method, path, PERMIT_##permission, handle, ((flags) & TAKES_PICTURE) != 0 },
#include "routes.def"
#undef ROUTE
};

#define NO_BODY                  SCHEMA_none, SCHEMA_none
#define BODY(schema)             SCHEMA_##schema, SCHEMA_none
#define BODY_EITHER(one, other)  SCHEMA_##one, SCHEMA_##other
#define JSON(st, schema)         { ST_##st, SCHEMA_##schema, "application/json" },
#define OTHER(st, media)         { ST_##st, SCHEMA_none, media },
#define EMPTY(st)                { ST_##st, SCHEMA_none, NULL },
#define ALSO(...)                { __VA_ARGS__ }
#define NOTHING_ELSE             { ST_OK }

const struct endpoint endpoints[ROUTES] = {
#define ROUTE(method, path, handler, permission, scope, tag, query, body, list, also, flags, summary) \
	[ROUTE_##handler] = { #handler, handler, SCOPE_##scope, tag, summary, SCHEMA_##query, body, flags, { list }, also },
#include "routes.def"
#undef ROUTE
};
