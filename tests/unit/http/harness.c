/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include "harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "fiber.h"
#include "http/route.h"

static enum status
get_now(struct request *req)
{
	struct json_out out = reply_json_begin(req, ST_OK);

	json_out_object_begin(&out);
	json_out_member_text(&out, "now", "yes");
	json_out_object_end(&out);
	reply_end(req);
	return ST_OK;
}

static enum status
get_later(struct request *req)
{
	struct harness *h = req->services;

	assert_true(h->later_count < LATER_MAX);
	h->later[h->later_count++] = req;
	return ST_OK;
}

static enum status
post_echo(struct request *req)
{
	reply_header(req, "ETag", SLICE_LITERAL("\"1\""));
	reply_header(req, "X-Bad", SLICE_LITERAL("a\r\nX-Injected: b"));
	buf_append_slice(reply_begin(req, ST_CREATED, "text/plain"), req->body);
	reply_end(req);
	return ST_OK;
}

/* As many KiB as its parameter says. */
static enum status
get_big(struct request *req)
{
	struct buf *body = reply_begin(req, ST_OK, "text/plain");
	size_t size = (size_t)atoi(req->params[0].ptr) * 1024;
	char *p = buf_space(body, size);

	memset(p, 'x', size);
	buf_grew(body, size);
	reply_end(req);
	return ST_OK;
}

/* --- streams: as many pieces of STREAM_PIECE bytes as the parameter says; 'B' behind them: and then it breaks, 'W': each waits --- */

struct stream {
	struct harness *harness;
	int             left;
	bool            breaks, waits;
};

void
harness_enter(void *services, void (*fn)(void *arg), void *arg)
{
	(void)services;
	assert_true(fiber_run(fn, arg));
}

void
harness_go_on(struct harness *h)
{
	struct fiber *fiber = h->waiting;

	h->waiting = NULL;
	fiber_resume(fiber);
}

static enum stream_step
produce(struct buf *out, void *arg)
{
	struct stream *stream = arg;
	char *p;

	stream->harness->produced++;
	if (stream->waits) {
		stream->harness->waiting = fiber_self();
		fiber_suspend();
	}
	if (stream->left == 0)
		return stream->breaks ? STREAM_BROKEN : STREAM_END;
	if (stream->left-- % 3 == 1)
		return STREAM_MORE;                  /* now and then there is nothing */
	p = buf_space(out, STREAM_PIECE);
	memset(p, 'y', STREAM_PIECE);
	buf_grew(out, STREAM_PIECE);
	stream->harness->produced_bytes += STREAM_PIECE;
	return STREAM_MORE;
}

static void
on_stream_end(bool is_whole, void *arg)
{
	struct stream *stream = arg;

	stream->harness->streams_ended++;
	stream->harness->streams_whole += is_whole;
	stream->harness = NULL;
}

static void
begin_stream(struct request *req)
{
	struct stream *stream = arena_alloc(&req->arena, sizeof *stream);

	stream->harness = req->services;
	stream->left = atoi(req->params[0].ptr);
	stream->breaks = memchr(req->params[0].ptr, 'B', req->params[0].len) != NULL;
	stream->waits = memchr(req->params[0].ptr, 'W', req->params[0].len) != NULL;
	reply_header(req, "ETag", SLICE_LITERAL("\"1\""));
	reply_stream(req, ST_OK, "text/csv", &(struct reply_stream){ produce, on_stream_end, stream });
}

static enum status
get_stream(struct request *req)
{
	begin_stream(req);
	return ST_OK;
}

void
harness_stream(struct harness *h, size_t i)
{
	begin_stream(h->later[i]);
}

static enum status
get_refused(struct request *req)
{
	(void)req;
	return ST_NO_TOKEN;
}

static enum status
get_problem(struct request *req)
{
	reply_problem(req, ST_BAD_VALUE, "amount", "a \"quoted\" <reason>");
	return ST_OK;
}

static const struct route routes[] = {
	{ HTTP_GET, "/now", 0, get_now, false },
	{ HTTP_GET, "/later/{n}", 0, get_later, false },
	{ HTTP_POST, "/echo", 0, post_echo, false },
	{ HTTP_POST, "/image/{x}", 0, post_echo, true },
	{ HTTP_GET, "/big/{kib}", 0, get_big, false },
	{ HTTP_GET, "/stream/{pieces}", 0, get_stream, false },
	{ HTTP_GET, "/refused", 0, get_refused, false },
	{ HTTP_GET, "/problem", 0, get_problem, false },
};

static void
on_event(void *arg, enum http_event event)
{
	struct harness *h = arg;

	h->events[event]++;
}

static void
on_answered(void *arg, const struct request *req, unsigned http_status, int64_t duration_ns, size_t bytes)
{
	struct harness *h = arg;

	(void)req;
	assert_true(duration_ns >= 0);
	assert_true(bytes > 0);
	h->answered++;
	h->last_status = http_status;
}

static void
listen_on_loopback(struct harness *h)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof sin;

	h->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(h->listener, (struct sockaddr *)&sin, sizeof sin), 0);
	assert_int_equal(listen(h->listener, 64), 0);
	assert_int_equal(getsockname(h->listener, (struct sockaddr *)&sin, &len), 0);
	h->port = ntohs(sin.sin_port);
}

int
harness_setup(void **state)
{
	struct harness *h = calloc(1, sizeof *h);

	h->base = event_base_new();
	h->routes = route_table_new(routes, sizeof routes / sizeof routes[0]);
	listen_on_loopback(h);
	h->options = (struct server_options)SERVER_OPTIONS_DEFAULT;
	h->options.listeners = &h->listener;
	h->options.listener_count = 1;
	h->options.routes = h->routes;
	h->options.services = h;
	h->options.observer = (struct http_observer){ on_event, on_answered, h };
	*state = h;
	return 0;
}

int
harness_teardown(void **state)
{
	struct harness *h = *state;

	if (h->server != NULL)
		server_stop(h->server);
	close(h->listener);
	route_table_free(h->routes);
	event_base_free(h->base);
	free(h);
	return 0;
}

void
harness_start(struct harness *h)
{
	h->server = server_new(h->base, &h->options);
	assert_non_null(h->server);
}

/* One turn; when it had nothing to do, the processor is left to others for a moment. */
void
harness_turn(struct harness *h)
{
	struct timespec moment = { 0, 200000 };

	event_base_loop(h->base, EVLOOP_NONBLOCK);
	nanosleep(&moment, NULL);
}

void
harness_answer(struct harness *h, size_t i)
{
	struct request *req = h->later[i];
	struct buf *body = reply_begin(req, ST_OK, "text/plain");

	buf_append_text(body, "later ");
	buf_append_slice(body, req->params[0]);
	buf_append_char(body, ';');
	reply_end(req);
}

void
client_open(struct client *c, struct harness *h)
{
	struct sockaddr_in sin = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)h->port) };

	*c = (struct client){ .harness = h, .fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) };
	assert_int_equal(connect(c->fd, (struct sockaddr *)&sin, sizeof sin), 0);
	buf_append_char(&c->got, '\0');
}

void
client_close(struct client *c)
{
	close(c->fd);
	buf_fini(&c->got);
}

void
client_reset(struct client *c)
{
	struct linger now = { 1, 0 };

	setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
	client_close(c);
}

void
client_send(struct client *c, const char *text)
{
	size_t len = strlen(text);

	assert_int_equal(send(c->fd, text, len, MSG_NOSIGNAL), len);
}

void
client_receive(struct client *c)
{
	char bytes[65536];
	ssize_t n;

	n = recv(c->fd, bytes, sizeof bytes, MSG_DONTWAIT);
	c->is_closed |= n == 0 || (n < 0 && errno != EAGAIN);
	c->is_reset |= n < 0 && errno == ECONNRESET;
	if (n <= 0)
		return;
	c->got.len--;
	buf_append(&c->got, bytes, (size_t)n);
	buf_append_char(&c->got, '\0');
}

unsigned
client_count(struct client *c, const char *text)
{
	unsigned n = 0;

	for (const char *p = c->got.data; (p = strstr(p, text)) != NULL; p++)
		n++;
	return n;
}

enum status
harness_refuse(struct request *req, const struct route *route)
{
	assert_true(route->handler != NULL);
	assert_null(req->authorization.ptr);
	return ST_FORBIDDEN;
}
