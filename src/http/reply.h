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
 * An answer that is too long to be made at once is a stream, made piece by
 * piece as the client takes it:
 *
 *	reply_header(req, "Content-Disposition", ...);
 *	reply_stream(req, ST_OK, "text/csv", &(struct reply_stream){ produce, on_end, work });
 *
 * produce is called from the loop, for one piece each time all that was made
 * before has left for the kernel: so what waits in memory is one piece, a slow
 * client makes its own answer slow and nothing else, and nothing may be held
 * from one call to the next that others wait for, such as a read transaction.
 * Between two pieces other clients are served.  HTTP/1.1 clients get the
 * pieces as chunks; for HTTP/1.0 the end of the connection is the end of the
 * answer.  A stream that breaks, because produce says so or memory ran out,
 * ends with the connection and without the last chunk: a reset on TCP, so that
 * no client takes a part for the whole.  A client that goes away, takes longer
 * for a piece than send_timeout_ms, or asks with HEAD ends it too, and
 * on_end is told.
 *
 * Every answer has Date, Content-Type, Content-Length (but for streams), Cache-Control: no-store,
 * X-Request-Id, and what keeps browsers from making more of it than data.
 */
#ifndef HTTP_REPLY_H
#define HTTP_REPLY_H

#include <stdbool.h>
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

enum stream_step {
	STREAM_MORE,         /* call again when this has left; an empty piece is no end */
	STREAM_END,          /* this was the last piece */
	STREAM_BROKEN        /* there is more and it cannot be had */
};

struct reply_stream {
	/* Append the next piece to out: some 10 to 100 KiB, so that it costs little to call and little to hold. */
	enum stream_step (*produce)(struct buf *out, void *arg);
	/* Exactly once, also before reply_stream returns: nothing is called any more; is_whole: it was made to its end.  May be NULL. */
	void (*on_end)(bool is_whole, void *arg);
	void *arg;
};

/* Answer with a stream; the struct is copied.  The request lives until on_end has returned. */
void reply_stream(struct request *req, enum status st, const char *content_type, const struct reply_stream *stream);

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
