/* SPDX-License-Identifier: MIT */
/* From the reader's result to the handler: see conn.h, and request.h for what a handler sees. */
#include "config.h"

#include "conn.h"

#include <stdlib.h>

#include "ascii.h"
#include "cors.h"
#include "reply.h"
#include "route.h"

enum {
	POOL_MAX = 64,
	IN_KEPT = 16384,
	FIELDS_KEPT = 1024
};

static void
let_go(struct exchange *x)
{
	x->server->large -= x->is_large;
	x->is_large = false;
}

struct exchange *
exchange_take(struct server *server, struct conn *c)
{
	struct exchange *x = server->pool;

	if (x != NULL) {
		server->pool = x->next;
		server->pool_count--;
	} else {
		x = calloc(1, sizeof *x);
		if (x == NULL)
			return NULL;
		x->server = server;
	}
	x->conn = c;
	x->start = 0;
	x->is_begun = false;
	return x;
}

void
exchange_begin(struct exchange *x)
{
	struct request *req = &x->req;

	let_go(x);
	arena_reset(&req->arena);
	*req = (struct request){ .arena = req->arena, .method = HTTP_OTHER, .started_ns = x->server->now_ns,
		.services = x->server->options.services };
	reader_init(&x->reader, &x->server->options.limits);
	buf_clear(&x->fields);
	x->answer = ANSWER_NONE;
	x->admission = ADMISSION_OPEN;
	x->cors_origin = NULL;
	x->is_begun = true;
	x->is_told = false;
	x->is_continued = x->is_head = x->is_serving = x->has_retry_after = x->has_cache_control = false;
}

void
exchange_free(struct exchange *x)
{
	arena_fini(&x->req.arena);
	buf_fini(&x->in);
	buf_fini(&x->fields);
	buf_fini(&x->piece);
	free(x);
}

void
exchange_give(struct exchange *x)
{
	struct server *server = x->server;

	let_go(x);
	if (server->is_stopped || server->pool_count == POOL_MAX) {
		exchange_free(x);
		return;
	}
	arena_reset(&x->req.arena);
	buf_clear(&x->in);
	buf_trim(&x->in, IN_KEPT);
	buf_clear(&x->fields);
	buf_trim(&x->fields, FIELDS_KEPT);
	buf_clear(&x->piece);
	buf_trim(&x->piece, 0);
	x->conn = NULL;
	x->next = server->pool;
	server->pool = x;
	server->pool_count++;
}

static const char *
request_bytes(const struct exchange *x)
{
	return x->in.data + x->start;
}

static bool
is_fit_id(struct slice id)
{
	if (id.len == 0 || id.len > REQUEST_ID_MAX)
		return false;
	for (size_t i = 0; i < id.len; i++)
		if (!ascii_is_alnum(id.ptr[i]) && id.ptr[i] != '.' && id.ptr[i] != '_' && id.ptr[i] != '-')
			return false;
	return true;
}

/* The random prefix of this process, then a number that grows. */
static struct slice
make_id(struct exchange *x)
{
	static const char hex[] = "0123456789abcdef";
	uint64_t n = x->server->id_count++;
	char *end = x->id + sizeof x->id, *p = end;

	do
		*--p = hex[n & 15];
	while ((n >>= 4) > 0);
	*--p = '-';
	p -= ID_PREFIX_LEN;
	memcpy(p, x->server->id_prefix, ID_PREFIX_LEN);
	return (struct slice){ p, (size_t)(end - p) };
}

static void
set_id(struct exchange *x)
{
	struct slice sent = http_span_slice(request_bytes(x), x->reader.known[HTTP_X_REQUEST_ID]);

	if (is_fit_id(sent))
		x->req.id = sent;
	else if (x->req.id.len == 0)
		x->req.id = make_id(x);
}

/* Again when more of the body has come: the bytes of the head lie elsewhere then. */
static void
fill_request(struct exchange *x)
{
	const struct reader *r = &x->reader;
	struct request *req = &x->req;
	const char *data = request_bytes(x);

	req->method = r->method;
	x->is_head = r->method == HTTP_HEAD;
	req->host = http_span_slice(data, r->authority.at > 0 ? r->authority : r->known[HTTP_HOST]);
	req->body = http_span_slice(data, r->body);
	req->authorization = http_span_slice(data, r->known[HTTP_AUTHORIZATION]);
	req->content_type = http_span_slice(data, r->known[HTTP_CONTENT_TYPE]);
	req->idempotency_key = http_span_slice(data, r->known[HTTP_IDEMPOTENCY_KEY]);
	req->if_match = http_span_slice(data, r->known[HTTP_IF_MATCH]);
	req->peer = x->conn->peer;
	set_id(x);
	cors_begin(x);
}

static bool
decode_query(struct exchange *x)
{
	struct request *req = &x->req;
	enum status st;
	const char *field;

	st = target_decode_query(&req->arena, http_span_slice(request_bytes(x), x->reader.query), &req->query);
	if (st != ST_OK) {
		reply_problem(req, st, NULL, NULL);
		return false;
	}
	if (req->query.repeated.ptr == NULL)
		return true;
	field = arena_copy(&req->arena, req->query.repeated).ptr;
	reply_problem(req, ST_BAD_PARAMETER, field, "The parameter may be given once only");
	return false;
}

/* Find the route and ask the authorizer; the handler is called by the caller, but for ST_ACCEPTED. */
static enum status
admit(struct exchange *x)
{
	const struct server_options *options = &x->server->options;
	struct request *req = &x->req;
	struct route_match match = { 0 };
	enum status st;

	st = route_find(options->routes, req->method, req->path, &match);
	if (st == ST_BAD_METHOD && cors_is_preflight(x)) {
		cors_answer_preflight(x, match.allow);
		return ST_ACCEPTED;
	}
	if (st == ST_BAD_METHOD)
		reply_header(req, "Allow", slice_of(match.allow));
	if (st != ST_OK)
		return st;
	req->route = match.route;
	memcpy(req->params, match.params, sizeof req->params);
	if (x->admission == ADMISSION_GRANTED)
		return ST_OK;
	return options->authorize != NULL ? options->authorize(req, match.route) : ST_OK;
}

void
exchange_answered(struct exchange *x)
{
	struct server *server = x->server;

	if (x->conn != NULL) {
		conn_answered(x->conn);
		return;
	}
	server_tell(server, HTTP_ANSWER_DROPPED);
	buf_clear(&server->discard);
	buf_trim(&server->discard, 0);
	exchange_give(x);
	server_unref(server);
}

/* Call the handler, or answer why not. */
static void
serve(struct exchange *x, enum status st)
{
	struct request *req = &x->req;

	x->is_serving = true;
	if (st == ST_OK)
		st = req->route->handler(req);
	if (st != ST_OK)
		reply_problem(req, st, NULL, NULL);
	x->is_serving = false;
	if (x->answer == ANSWER_ENDED || x->answer == ANSWER_STREAMS)
		exchange_answered(x);
}

/* Whether the request may be carried out, or its body come; ST_ACCEPTED: it has been answered, or will be authorized. */
static enum status
look_at(struct exchange *x)
{
	struct request *req = &x->req;
	enum status st;

	fill_request(x);
	st = target_decode_path(&req->arena, http_span_slice(request_bytes(x), x->reader.path), &req->path);
	if (st == ST_MALFORMED)
		x->conn->must_close = x->conn->must_linger = true;
	if (st == ST_OK && !decode_query(x))
		return ST_ACCEPTED;
	return st == ST_OK ? admit(x) : st;
}

/* Whether the body may come is known now. */
static void
end_asking(struct exchange *x, enum status st)
{
	struct server *server = x->server;

	if (st == ST_OK && !x->req.route->takes_image)
		st = ST_TOO_LARGE;
	if (st != ST_OK) {
		serve(x, st);
		return;
	}
	x->admission = ADMISSION_GRANTED;
	if (x->conn == NULL) {
		exchange_give(x);
		server_unref(server);
		return;
	}
	x->conn->must_close = x->conn->must_linger = false;
	conn_admitted(x->conn);
}

void
request_authorized(struct request *req, enum status st)
{
	struct exchange *x = exchange_of(req);

	if (x->admission == ADMISSION_ASKED)
		end_asking(x, st);
	else
		serve(x, st);
}

void
exchange_ask(struct exchange *x)
{
	enum status st;

	x->admission = ADMISSION_ASKED;
	x->conn->must_close = x->conn->must_linger = true;   /* unless it is granted: what is answered now has an unread body behind it */
	st = look_at(x);
	if (st != ST_ACCEPTED)
		end_asking(x, st);
}

void
exchange_dispatch(struct exchange *x)
{
	enum status st = look_at(x);

	if (st != ST_ACCEPTED)
		serve(x, st);
}

void
exchange_refuse(struct exchange *x, enum status st)
{
	x->is_head = x->reader.path.at > 0 && x->reader.method == HTTP_HEAD;
	x->conn->must_close = x->conn->must_linger = true;
	set_id(x);
	if (x->admission != ADMISSION_OPEN) {
		fill_request(x);
		target_decode_path(&x->req.arena, http_span_slice(request_bytes(x), x->reader.path), &x->req.path);
	}
	reply_problem(&x->req, st, NULL, NULL);
}

struct slice
request_header(const struct request *req, const char *name)
{
	const struct exchange *x = exchange_of(req);

	return reader_field(&x->reader, request_bytes(x), name);
}

struct slice
request_last_header(const struct request *req, const char *name)
{
	const struct exchange *x = exchange_of(req);

	return reader_last_field(&x->reader, request_bytes(x), name);
}

bool
request_has_type(const struct request *req, const char *type)
{
	struct slice s = req->content_type;
	const char *semicolon = s.len > 0 ? memchr(s.ptr, ';', s.len) : NULL;

	if (semicolon != NULL)
		s.len = (size_t)(semicolon - s.ptr);
	return ascii_equal(ascii_trim(s), slice_of(type));
}
