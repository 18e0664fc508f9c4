/* SPDX-License-Identifier: MIT */
/* See cors.h. */
#include "config.h"

#include "cors.h"

#include <string.h>

#include "conn.h"
#include "reply.h"
#include "request.h"
#include "target.h"

/* What a page may send beyond what is always allowed, and for how many seconds its browser may remember that. */
#define REQUEST_FIELDS "Authorization, Content-Type, Idempotency-Key, If-Match, X-Request-Id"
#define PREFLIGHT_MAX_AGE "7200"

/* What a page may read beyond what is always readable. */
#define EXPOSED_FIELDS "ETag, Location, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, " \
	"WWW-Authenticate, X-Request-Id"

bool
cors_origin_is_valid(const char *origin)
{
	const char *host = strstr(origin, "://");

	if (host == NULL || host == origin || strspn(origin, "abcdefghijklmnopqrstuvwxyz0123456789+-.") != (size_t)(host - origin))
		return false;
	host += 3;
	return strpbrk(host, "ABCDEFGHIJKLMNOPQRSTUVWXYZ/?#@*%") == NULL && target_is_authority(slice_of(host));
}

void
cors_begin(struct exchange *x)
{
	const struct server_options *options = &x->server->options;
	struct slice origin;

	if (options->cors_origin_count == 0)
		return;
	origin = request_header(&x->req, "Origin");
	for (size_t i = 0; origin.ptr != NULL && i < options->cors_origin_count; i++)
		if (slice_equal(origin, slice_of(options->cors_origins[i])))
			x->cors_origin = options->cors_origins[i];
}

bool
cors_is_preflight(const struct exchange *x)
{
	return x->cors_origin != NULL && x->req.method == HTTP_OPTIONS &&
	    request_header(&x->req, "Access-Control-Request-Method").ptr != NULL;
}

void
cors_answer_preflight(struct exchange *x, const char *methods)
{
	struct request *req = &x->req;

	reply_header(req, "Access-Control-Allow-Methods", slice_of(methods));
	reply_header(req, "Access-Control-Allow-Headers", SLICE_LITERAL(REQUEST_FIELDS));
	reply_header(req, "Access-Control-Max-Age", SLICE_LITERAL(PREFLIGHT_MAX_AGE));
	reply_begin(req, ST_NO_CONTENT, "");
	reply_end(req);
}

void
cors_append_fields(const struct exchange *x, struct buf *head)
{
	if (x->server->options.cors_origin_count == 0)
		return;
	buf_append_literal(head, "Vary: Origin\r\n");
	if (x->cors_origin == NULL)
		return;
	buf_append_literal(head, "Access-Control-Allow-Origin: ");
	buf_append_text(head, x->cors_origin);
	buf_append_literal(head, "\r\nAccess-Control-Expose-Headers: " EXPOSED_FIELDS "\r\n");
}
