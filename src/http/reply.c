/* SPDX-License-Identifier: MIT */
/*
 * See reply.h.  The head is made last, when its Content-Length is known, and
 * put into the room that was left for it before the body.
 */
#include "config.h"

#include "reply.h"

#include <assert.h>
#include <time.h>

#include "access_log.h"
#include "clock.h"
#include "conn.h"
#include "cors.h"
#include "request.h"

enum { HEAD_ROOM = 1024, FULL_RETRY_S = 5 };

static const struct {
	unsigned    code;
	const char *reason;
} reasons[] = {
	{ 200, "OK" }, { 201, "Created" }, { 202, "Accepted" }, { 204, "No Content" }, { 304, "Not Modified" },
	{ 400, "Bad Request" }, { 401, "Unauthorized" }, { 403, "Forbidden" }, { 404, "Not Found" },
	{ 405, "Method Not Allowed" }, { 408, "Request Timeout" }, { 409, "Conflict" }, { 410, "Gone" }, { 412, "Precondition Failed" },
	{ 413, "Content Too Large" }, { 414, "URI Too Long" }, { 415, "Unsupported Media Type" },
	{ 417, "Expectation Failed" }, { 422, "Unprocessable Content" }, { 428, "Precondition Required" },
	{ 429, "Too Many Requests" }, { 431, "Request Header Fields Too Large" }, { 500, "Internal Server Error" },
	{ 501, "Not Implemented" }, { 503, "Service Unavailable" }, { 505, "HTTP Version Not Supported" },
	{ 507, "Insufficient Storage" },
};

static const char *
reason_of(unsigned code)
{
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++)
		if (reasons[i].code == code)
			return reasons[i].reason;
	return "Unknown";
}

struct buf *
reply_begin(struct request *req, enum status st, const char *content_type)
{
	struct exchange *x = exchange_of(req);

	assert(x->answer == ANSWER_NONE);
	x->answer = ANSWER_BEGUN;
	x->http_status = status_http(st);
	x->content_type = content_type;
	x->out = x->conn != NULL ? conn_out(x->conn) : &x->server->discard;
	x->out_at = x->out->len;
	x->body_at = x->out_at + HEAD_ROOM;
	if (buf_reserve(x->out, HEAD_ROOM))
		buf_grew(x->out, HEAD_ROOM);
	return x->out;
}

struct json_out
reply_json_begin(struct request *req, enum status st)
{
	return json_out_to(reply_begin(req, st, "application/json"));
}

static bool
is_field_value(struct slice value)
{
	for (size_t i = 0; i < value.len; i++)
		if ((unsigned char)value.ptr[i] < ' ' || value.ptr[i] == 0x7f)
			return false;
	return true;
}

void
reply_header(struct request *req, const char *name, struct slice value)
{
	struct exchange *x = exchange_of(req);

	assert(x->answer != ANSWER_ENDED);
	if (!is_field_value(value))
		return;
	x->has_retry_after |= strcmp(name, "Retry-After") == 0;
	x->has_cache_control |= strcmp(name, "Cache-Control") == 0;
	buf_append_text(&x->fields, name);
	buf_append_literal(&x->fields, ": ");
	buf_append_slice(&x->fields, value);
	buf_append_literal(&x->fields, "\r\n");
}

void
reply_retry_after(struct request *req, unsigned seconds)
{
	char text[16];
	int len = snprintf(text, sizeof text, "%u", seconds);

	reply_header(req, "Retry-After", (struct slice){ text, (size_t)len });
}

void
reply_rate(struct request *req, uint32_t limit, uint32_t remaining, uint32_t reset_s)
{
	if (req->rate.limit == 0 || remaining <= req->rate.remaining)
		req->rate = (struct rate_fields){ limit, remaining, reset_s };
}

static const char *
date_of_now(struct server *server)
{
	int64_t second = clock_wall_ms() / 1000;

	if (second != server->date_second) {
		static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
		static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
			"Dec" };
		char rest[24];
		time_t t = (time_t)second;
		struct tm tm;

		gmtime_r(&t, &tm);
		strftime(rest, sizeof rest, "%Y %H:%M:%S GMT", &tm);
		snprintf(server->date, sizeof server->date, "%s, %02u %s %s", days[tm.tm_wday], (unsigned)tm.tm_mday % 100,
		    months[tm.tm_mon], rest);
		server->date_second = second;
	}
	return server->date;
}

static bool
has_no_body(unsigned http_status)
{
	return http_status == 204 || http_status == 304;
}

static void
append_status_line(struct buf *b, unsigned http_status)
{
	if (http_status == 200) {
		buf_append_literal(b, "HTTP/1.1 200 OK\r\n");
		return;
	}
	buf_append_literal(b, "HTTP/1.1 ");
	buf_append_uint(b, http_status);
	buf_append_char(b, ' ');
	buf_append_text(b, reason_of(http_status));
	buf_append_literal(b, "\r\n");
}

static void
append_content(struct buf *b, const struct exchange *x, const size_t *body_size)
{
	buf_append_literal(b, "Content-Type: ");
	buf_append_text(b, x->content_type);
	if (body_size != NULL) {
		buf_append_literal(b, "\r\nContent-Length: ");
		buf_append_uint(b, *body_size);
	} else if (x->reader.minor > 0) {
		buf_append_literal(b, "\r\nTransfer-Encoding: chunked");
	}
	buf_append_literal(b, "\r\n");
}

static void
append_connection(struct buf *b, struct exchange *x)
{
	struct conn *c = x->conn;

	if (c == NULL)
		return;
	c->must_close |= x->reader.must_close || x->server->is_draining;
	if (c->must_close)
		buf_append_literal(b, "Connection: close\r\n");
	else if (x->reader.minor == 0)
		buf_append_literal(b, "Connection: keep-alive\r\n");
}

static void
append_rate(struct buf *b, const struct rate_fields *rate)
{
	if (rate->limit == 0)
		return;
	buf_append_literal(b, "RateLimit-Limit: ");
	buf_append_uint(b, rate->limit);
	buf_append_literal(b, "\r\nRateLimit-Remaining: ");
	buf_append_uint(b, rate->remaining);
	buf_append_literal(b, "\r\nRateLimit-Reset: ");
	buf_append_uint(b, rate->reset_s);
	buf_append_literal(b, "\r\n");
}

struct buf *
reply_head(struct exchange *x, const size_t *body_size)
{
	struct buf *b = &x->server->head;

	buf_clear(b);
	append_status_line(b, x->http_status);
	buf_append_literal(b, "Date: ");
	buf_append(b, date_of_now(x->server), DATE_LEN);
	buf_append_literal(b, "\r\n" HTTP_COMMON_FIELDS);
	if (!x->has_cache_control)
		buf_append_literal(b, "Cache-Control: no-store\r\n");
	if (!has_no_body(x->http_status))
		append_content(b, x, body_size);
	buf_append_literal(b, "X-Request-Id: ");
	buf_append_slice(b, x->req.id);
	buf_append_literal(b, "\r\n");
	append_connection(b, x);
	append_rate(b, &x->req.rate);
	cors_append_fields(x, b);
	buf_append_slice(b, buf_slice(&x->fields));
	buf_append_literal(b, "\r\n");
	b->has_failed |= x->fields.has_failed;
	return b;
}

/* Put the head before the body; false without memory. */
static bool
place_head(struct exchange *x, const struct buf *head, size_t body_size)
{
	struct buf *out = x->out;

	if (head->has_failed)
		return false;
	if (x->conn != NULL && x->out_at == x->conn->sent && head->len <= HEAD_ROOM) {
		x->conn->sent = x->out_at = x->body_at - head->len;   /* nothing stands before it: leave a gap */
	} else {
		if (head->len > HEAD_ROOM && !buf_reserve(out, head->len - HEAD_ROOM))
			return false;
		memmove(out->data + x->out_at + head->len, out->data + x->body_at, body_size);
	}
	memcpy(out->data + x->out_at, head->data, head->len);
	out->len = x->out_at + head->len + body_size;
	return true;
}

static bool
finish_answer(struct exchange *x)
{
	size_t body_size = x->out->len - x->body_at, sent_size = body_size;

	if (x->out->has_failed)
		return false;
	if (x->is_head || has_no_body(x->http_status))
		sent_size = 0;
	return place_head(x, reply_head(x, &body_size), sent_size);
}

/* Memory ran out: say so with as little as possible, or give the connection up. */
static void
answer_without_memory(struct exchange *x)
{
	static const char text[] = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

	x->http_status = 500;
	x->out->len = x->out_at;
	x->out->has_failed = false;
	buf_append(x->out, text, sizeof text - 1);
	if (x->conn != NULL)
		x->conn->must_close = x->conn->must_linger = true;
}

void
reply_tell_answered(struct exchange *x, size_t bytes)
{
	const struct server_options *options = &x->server->options;
	int64_t duration_ns;

	if (x->server->is_stopped)
		return;
	duration_ns = clock_mono_ns() - x->req.started_ns;
	if (x->admission != ADMISSION_OPEN && !x->is_told) {       /* it is known, and will never be whole */
		x->is_told = true;
		server_tell(x->server, HTTP_REQUEST_BEGUN);
	}
	if (options->observer.on_answered != NULL)
		options->observer.on_answered(options->observer.arg, &x->req, x->http_status, duration_ns, bytes);
	if (options->access_log != NULL)
		access_log_add(options->access_log, &x->req, x->http_status, bytes, duration_ns);
}

void
reply_end(struct request *req)
{
	struct exchange *x = exchange_of(req);

	assert(x->answer == ANSWER_BEGUN);
	if (!finish_answer(x))
		answer_without_memory(x);
	x->answer = ANSWER_ENDED;
	reply_tell_answered(x, x->out->len - x->out_at);
	if (!x->is_serving)
		exchange_answered(x);
}

static void
add_problem_fields(struct request *req, enum status st)
{
	if (status_http(st) == 401)
		reply_header(req, "WWW-Authenticate",
		    st == ST_NO_TOKEN ? SLICE_LITERAL("Bearer") : SLICE_LITERAL("Bearer error=\"invalid_token\""));
	if ((status_http(st) == 503 || st == ST_STORE_FULL) && !exchange_of(req)->has_retry_after)
		reply_retry_after(req, st == ST_STORE_FULL ? FULL_RETRY_S : 1);
}

void
reply_problem(struct request *req, enum status st, const char *field, const char *detail)
{
	struct json_out out;

	add_problem_fields(req, st);
	out = json_out_to(reply_begin(req, st, "application/problem+json"));
	json_out_object_begin(&out);
	json_out_key(&out, "type");
	json_out_raw(&out, SLICE_LITERAL("\"/problems/"));
	buf_append_text(out.buf, status_type(st));
	buf_append_char(out.buf, '"');
	json_out_member_text(&out, "title", status_title(st));
	json_out_member_int(&out, "status", status_http(st));
	if (detail != NULL)
		json_out_member_text(&out, "detail", detail);
	if (field != NULL)
		json_out_member_text(&out, "field", field);
	json_out_member_string(&out, "request_id", req->id);
	json_out_object_end(&out);
	reply_end(req);
}
