/* SPDX-License-Identifier: MIT */
/*
 * One request to an outside service over the curl loop: bounded in time and
 * size, certificates verified, redirects not followed.  Connections are kept and used
 * again by later calls, with HTTP/2 where it is offered.
 */
#ifndef HTTP_CALL_H
#define HTTP_CALL_H

#include "curl_loop.h"
#include "slice.h"

struct http_call;

struct http_request {
	const char        *method;         /* NULL: POST.  GET has no body */
	const char        *content_type;   /* NULL: application/json */
	const char        *accept;         /* NULL: application/json */
	const char        *url;
	const char *const *headers;        /* "Name: value" */
	size_t             header_count;
	struct slice       body;
	const char        *ca_file;        /* NULL or empty: the system's authorities */
	int64_t            timeout_ms;
	size_t             response_max;   /* bytes; a longer one is none */
};

enum http_failure { HTTP_NO_FAILURE, HTTP_LATE, HTTP_TOO_LONG, HTTP_NO_CONNECTION /* or it broke */ };

struct http_response {
	unsigned     status;               /* 0: there was none */
	enum http_failure failure;         /* of status 0 */
	int64_t      retry_after_ms;       /* -1: it says nothing */
	struct slice body;                 /* valid until the return */
	const char  *why;                  /* of status 0 */
};

typedef void http_call_fn(const struct http_response *response, void *arg);

/* The request is copied.  fn is called exactly once, later, unless the call is dropped.  NULL: no memory. */
struct http_call *http_call_start(struct curl_loop *loop, const struct http_request *request, http_call_fn *fn, void *arg);

/* End it without a call of fn. */
void http_call_drop(struct http_call *call);

#endif
