/* SPDX-License-Identifier: MIT */
/* /api/v1/openapi.json: the API's own description. */
#include "config.h"

#include "handlers.h"

#include "http/reply.h"
#include "contract/openapi.h"
#include "services.h"

enum status
get_openapi(struct request *req)
{
	const struct openapi *openapi = ((const struct services *)req->services)->openapi;
	struct slice etag = slice_of(openapi->etag);
	struct buf *body;

	reply_header(req, "ETag", etag);
	reply_header(req, "Cache-Control", SLICE_LITERAL("no-cache"));
	if (slice_equal(request_header(req, "If-None-Match"), etag)) {
		reply_begin(req, ST_NOT_MODIFIED, "application/json");
	} else {
		body = reply_begin(req, ST_OK, "application/json");
		buf_append_slice(body, buf_slice(&openapi->text));
	}
	reply_end(req);
	return ST_OK;
}
