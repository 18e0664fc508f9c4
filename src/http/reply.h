/* SPDX-License-Identifier: MIT */
/*
 * Answering a request, once, now or from a later callback:
 *
 *	struct buf *body = reply_begin(req, ST_CREATED, "application/json");
 *	...append to body...
 *	reply_end(req);
 *
 * Between the two nothing returns to the event loop and no other request is
 * answered.  The body goes straight into the connection's output buffer: what
 * is in the buffer before it is not the handler's.  After reply_end a
 * request that was answered later is gone; in a handler that answers at once
 * it lives until the handler returns.  Answering twice is a fault that ends the process.
 *
 * Every answer has Date, Content-Type, Content-Length, Cache-Control: no-store,
 * X-Request-Id, and what keeps browsers from making more of it than data.
 */
#ifndef HTTP_REPLY_H
#define HTTP_REPLY_H

#include <stdint.h>

#include "buf.h"
#include "json_out.h"
#include "slice.h"
#include "status.h"

struct request;

/* Begin the answer and return the buffer for its body; never NULL.  content_type must last until reply_end. */
struct buf *reply_begin(struct request *req, enum status st, const char *content_type);

/* The same with "application/json" and a writer on the buffer. */
struct json_out reply_json_begin(struct request *req, enum status st);

/* Send it.  If memory ran out on the way, a 500 goes out instead. */
void reply_end(struct request *req);

/*
 * Add a header field (Retry-After, Allow, WWW-Authenticate, ETag, Location,
 * or Cache-Control in place of ours) at any time before reply_end.  Bytes that
 * may not stand in a value make the field be left out.
 */
void reply_header(struct request *req, const char *name, struct slice value);

/* Retry-After in seconds. */
void reply_retry_after(struct request *req, unsigned seconds);

/*
 * Say how much of a limit is left (draft-ietf-httpapi-ratelimit-headers-06: RateLimit-Limit, -Remaining, -Reset).
 * Of several limits the one with least left is told.
 */
void reply_rate(struct request *req, uint32_t limit, uint32_t remaining, uint32_t reset_s);

/*
 * The whole answer for a refusal, application/problem+json (RFC 9457):
 *	{"type":"/problems/<status_type>","title":...,"status":...,"detail":...,"field":...,"request_id":...}
 * field names what was wrong in the query or body; both may be NULL and are
 * then left out.  401 gets WWW-Authenticate, 503 a Retry-After unless set.
 */
void reply_problem(struct request *req, enum status st, const char *field, const char *detail);

#endif
