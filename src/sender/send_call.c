/* SPDX-License-Identifier: MIT */
/* See send_call.h. */
#include "config.h"

#include "send_call.h"

#include "options.h"

struct http_call *
send_call_start(struct curl_loop *loop, const struct options *options, const struct send_request *request, int64_t timeout_ms,
    http_call_fn *fn, void *arg)
{
	const char *headers[SEND_HEADERS_MAX];
	struct http_request http = { .method = request->method, .content_type = request->content_type, .url = request->url.ptr,
		.headers = headers, .header_count = request->header_count, .body = request->body, .ca_file = options->delivery_ca_file,
		.timeout_ms = timeout_ms, .response_max = SEND_ANSWER_MAX };

	for (size_t i = 0; i < request->header_count; i++)
		headers[i] = request->headers[i].ptr;
	return http_call_start(loop, &http, fn, arg);
}
