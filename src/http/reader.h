/* SPDX-License-Identifier: MIT */
/*
 * A strict reader of HTTP/1.0 and HTTP/1.1 requests (RFC 9112).  Pure: it is
 * given the bytes that have arrived and says what they are; it knows neither
 * sockets nor time.  Whatever two readers could understand differently is
 * refused, since a proxy in front may be the other one.  After a refusal
 * nothing that follows on the connection can be trusted: close it.
 */
#ifndef HTTP_READER_H
#define HTTP_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "slice.h"
#include "status.h"

/* HTTP_OTHER is any other method, well-formed: no route has it. */
enum http_method { HTTP_GET, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OPTIONS, HTTP_OTHER, HTTP_METHODS };

/* "GET"; "OTHER" for HTTP_OTHER. */
const char *http_method_name(enum http_method method);

enum { HTTP_HEADERS_MAX = 100 };

struct http_limits {
	uint32_t head_bytes;     /* request line and header fields; trailers and chunk extensions have as much again */
	uint32_t target_bytes;
	uint32_t header_count;   /* at most HTTP_HEADERS_MAX; trailers have as many again */
	uint32_t body_bytes;
	uint32_t image_bytes;    /* the same for a body whose Content-Type is image/..., if it is more */
};

#define HTTP_LIMITS_DEFAULT { 8192, 4096, HTTP_HEADERS_MAX, 1048576, 0 }

/* Bytes of the request, counted from its first one, since the buffer may move; at is 0 when there is none. */
struct http_span {
	uint32_t at, len;
};

struct http_field {
	struct http_span name, value;
};

/* The header fields that may occur once only, and that are found without a search. */
enum http_known {
	HTTP_HOST, HTTP_CONTENT_LENGTH, HTTP_TRANSFER_ENCODING, HTTP_EXPECT, HTTP_AUTHORIZATION, HTTP_CONTENT_TYPE,
	HTTP_IDEMPOTENCY_KEY, HTTP_IF_MATCH, HTTP_X_REQUEST_ID, HTTP_KNOWN_FIELDS
};

enum reader_result {
	READER_MORE,       /* more bytes are needed */
	READER_COMPLETE,   /* head and body are there */
	READER_FAILED      /* reader->error says why */
};

struct reader {
	const struct http_limits *limits;

	/* Set when is_head_complete. */
	bool              is_head_complete;
	bool              must_close;            /* Connection: close, or HTTP/1.0 without keep-alive */
	bool              expects_continue;      /* the client waits for "100 Continue" before it sends the body */
	bool              is_large;              /* the body is, or will be, beyond body_bytes, as only an image may be */
	enum http_method  method;
	unsigned          minor;                 /* the version is HTTP/1.minor */
	struct http_span  authority;             /* of a target in absolute form, which counts instead of Host */
	struct http_span  path, query;           /* as sent */
	struct http_span  known[HTTP_KNOWN_FIELDS];

	/* Set with READER_COMPLETE. */
	struct http_span  body;
	size_t            consumed;              /* where the next request begins */

	/* Set with READER_FAILED. */
	enum status       error;

	/* Private. */
	int               phase;
	bool              says_close, says_keep_alive;
	size_t            at;                    /* the first byte not looked at */
	size_t            line_at;               /* where the line that is arriving begins */
	uint32_t          body_max;              /* of limits, by the type of the body */
	size_t            overhead;              /* bytes of chunk extensions and trailers */
	uint32_t          trailer_count;
	uint64_t          left;                  /* bytes still to come of the body or of the chunk */

	uint32_t          field_count;
	struct http_field fields[HTTP_HEADERS_MAX];
};

/* Make ready for the next request; the limits must outlive it. */
void reader_init(struct reader *r, const struct http_limits *limits);

/*
 * Look at data, which holds *len bytes from the first one of the request.
 * Call it again with the same bytes and those that came behind them after
 * READER_MORE; bytes are looked at once, however they arrive.  Of a chunked
 * body the framing is taken out in place, so data is changed, and *len becomes
 * smaller with READER_MORE.
 */
enum reader_result reader_read(struct reader *r, char *data, size_t *len);

/* The value of the only header field of that name (any case), or a NULL slice when there is none or more than one. */
struct slice reader_field(const struct reader *r, const char *data, const char *name);

/* The value of the last one of that name. */
struct slice reader_last_field(const struct reader *r, const char *data, const char *name);

static inline struct slice
http_span_slice(const char *data, struct http_span span)
{
	return (struct slice){ span.at > 0 ? data + span.at : NULL, span.len };
}

#endif
