/* SPDX-License-Identifier: MIT */
/* See http_call.h. */
#include "config.h"

#include "http_call.h"

#include <stdlib.h>
#include <string.h>

#include "buf.h"

enum { CONNECT_TIMEOUT_MS = 3000, IDLE_CONNECTION_S = 60 };

struct http_call {
	struct curl_loop  *loop;
	CURL              *easy;
	struct curl_slist *headers;
	struct buf         body;
	size_t             max;
	http_call_fn      *fn;
	void              *arg;
};

static void
release(struct http_call *call)
{
	curl_easy_cleanup(call->easy);
	curl_slist_free_all(call->headers);
	buf_fini(&call->body);
	free(call);
}

/* Less than size makes curl end the transfer. */
static size_t
on_body(char *data, size_t one, size_t size, void *arg)
{
	struct http_call *call = arg;

	(void)one;
	if (size > call->max - call->body.len)
		return 0;
	buf_append(&call->body, data, size);
	return call->body.has_failed ? 0 : size;
}

static enum http_failure
failure_of(CURLcode result)
{
	switch (result) {
	case CURLE_OPERATION_TIMEDOUT:
		return HTTP_LATE;
	case CURLE_WRITE_ERROR:
		return HTTP_TOO_LONG;
	default:
		return HTTP_NO_CONNECTION;
	}
}

static void
on_done(CURL *easy, CURLcode result, void *arg)
{
	struct http_call *call = arg;
	struct http_response response = { .retry_after_ms = -1 };
	curl_off_t after_s = 0;
	long status = 0;

	if (result == CURLE_OK) {
		curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
		curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &after_s);
		response.status = status > 0 ? (unsigned)status : 0;
		response.body = buf_slice(&call->body);
		if (after_s > 0)
			response.retry_after_ms = after_s < 86400 ? after_s * 1000 : 86400 * 1000;
	} else {
		response.failure = failure_of(result);
		response.why = response.failure == HTTP_TOO_LONG ? "its answer is too long" : curl_easy_strerror(result);
	}
	call->fn(&response, call->arg);
	release(call);
}

static bool
add_header(struct http_call *call, const char *line)
{
	struct curl_slist *longer = curl_slist_append(call->headers, line);

	if (longer != NULL)
		call->headers = longer;
	return longer != NULL;
}

static bool
set_headers(struct http_call *call, const struct http_request *request)
{
	struct buf type = BUF_INIT, accept = BUF_INIT;
	bool is_ok;

	buf_printf(&type, "Content-Type: %s", request->content_type != NULL ? request->content_type : "application/json");
	buf_printf(&accept, "Accept: %s", request->accept != NULL ? request->accept : "application/json");
	is_ok = !type.has_failed && add_header(call, type.data) && !accept.has_failed && add_header(call, accept.data) && add_header(call, "Expect:");
	for (size_t i = 0; i < request->header_count && is_ok; i++)
		is_ok = add_header(call, request->headers[i]);
	buf_fini(&type);
	buf_fini(&accept);
	return is_ok && curl_easy_setopt(call->easy, CURLOPT_HTTPHEADER, call->headers) == CURLE_OK;
}

static bool
set_method(CURL *easy, const struct http_request *request)
{
	const char *method = request->method != NULL ? request->method : "POST";

	if (strcmp(method, "GET") == 0)
		return curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
	return curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len) == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, request->body.ptr) == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, method) == CURLE_OK;
}

static bool
set_options(struct http_call *call, const struct http_request *request)
{
	CURL *easy = call->easy;
	long timeout_ms = request->timeout_ms > 1 ? (long)request->timeout_ms : 1;

	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, timeout_ms < CONNECT_TIMEOUT_MS ? timeout_ms : CONNECT_TIMEOUT_MS);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout_ms);
	curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)IDLE_CONNECTION_S);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
	return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
	    curl_easy_setopt(easy, CURLOPT_URL, request->url) == CURLE_OK &&
	    set_method(easy, request) &&
	    (request->ca_file == NULL || request->ca_file[0] == '\0' || curl_easy_setopt(easy, CURLOPT_CAINFO, request->ca_file) == CURLE_OK);
}

struct http_call *
http_call_start(struct curl_loop *loop, const struct http_request *request, http_call_fn *fn, void *arg)
{
	struct http_call *call = calloc(1, sizeof *call);

	if (call == NULL)
		return NULL;
	*call = (struct http_call){ .loop = loop, .easy = curl_easy_init(), .max = request->response_max, .fn = fn, .arg = arg };
	if (call->easy != NULL && set_headers(call, request) && set_options(call, request) &&
	    curl_loop_start(loop, call->easy, on_done, call))
		return call;
	release(call);
	return NULL;
}

void
http_call_drop(struct http_call *call)
{
	curl_loop_drop(call->loop, call->easy);
	release(call);
}
