/* SPDX-License-Identifier: MIT */
/*
 * One client's connection: read, hand on, send, close.
 *
 * While a request is in work nothing is read, since the request points into
 * the bytes read so far; while the client does not take its answers nothing is
 * read either.  So a client can make us hold one request, what it sent in the
 * same read, and one batch of answers.
 */
#include "config.h"

#include "conn.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "sabotage.h"

enum {
	READ_SIZE = 16384,
	READ_ROOM_MIN = 2048,
	OUT_ENOUGH = 65536,        /* answers to requests sent ahead are gathered up to here */
	OUT_KEPT = 65536,
	UNSENT_MAX = 131072,       /* bytes that the kernel takes of a client who reads more slowly; else it is megabytes */
	REFUSED_MAX = 64,
	LARGE_MAX = 16             /* bodies beyond the common limit, each of some megabytes, that one process holds */
};

enum sent { SENT_ALL, SENT_BLOCKED, SENT_BROKEN };

static const char answer_continue[] = "HTTP/1.1 100 Continue\r\n\r\n";

static const char answer_too_many[] = "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n"
	"Cache-Control: no-store\r\n" HTTP_COMMON_FIELDS "Content-Type: application/problem+json\r\n"
	"Content-Length: 84\r\n\r\n"
	"{\"type\":\"/problems/overloaded\",\"title\":\"Too many connections are open\",\"status\":503}";

static void conn_process(struct conn *c);
static void on_readable(evutil_socket_t fd, short what, void *arg);
static void on_writable(evutil_socket_t fd, short what, void *arg);

static void
start_reading(struct conn *c)
{
	if (!c->is_reading)
		c->is_reading = event_add(&c->readable, NULL) == 0;
}

static void
stop_reading(struct conn *c)
{
	if (c->is_reading)
		event_del(&c->readable);
	c->is_reading = false;
}

/* Both fail on AF_UNIX, which needs neither. */
static void
set_up_socket(int fd)
{
	int on = 1, unsent = UNSENT_MAX;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
}

static struct conn *
conn_new(struct server *server, int fd)
{
	struct conn *c = calloc(1, sizeof *c);

	if (c == NULL) {
		close(fd);
		return NULL;
	}
	c->server = server;
	c->fd = fd;
	set_up_socket(fd);
	event_assign(&c->readable, server->base, fd, EV_READ | EV_PERSIST, on_readable, c);
	event_assign(&c->writable, server->base, fd, EV_WRITE, on_writable, c);
	return c;
}

void
conn_open(struct server *server, int fd, const struct address *peer)
{
	struct conn *c = conn_new(server, fd);

	if (c == NULL)
		return;
	c->peer = *peer;
	server->connections++;
	server_tell(server, HTTP_CONNECTION_OPENED);
	server_set_wait(c, WAIT_IDLE);
	start_reading(c);
}

void
conn_refuse(struct server *server, int fd)
{
	struct conn *c;

	server_tell(server, HTTP_CONNECTION_REFUSED);
	if (server->refused == REFUSED_MAX) {
		close(fd);
		return;
	}
	c = conn_new(server, fd);
	if (c == NULL)
		return;
	server->refused++;
	c->is_refused = c->must_close = c->must_linger = true;
	buf_append(conn_out(c), answer_too_many, sizeof answer_too_many - 1);
	conn_process(c);
}

struct buf *
conn_out(struct conn *c)
{
	if (c->out.cap == 0) {
		c->out = c->server->spare_out;
		c->server->spare_out = (struct buf)BUF_INIT;
		buf_clear(&c->out);
	}
	return &c->out;
}

/* Give the output buffer back to the server, which keeps one. */
static void
release_out(struct conn *c)
{
	buf_clear(&c->out);
	c->sent = 0;
	buf_trim(&c->out, OUT_KEPT);
	if (c->server->spare_out.cap == 0)
		c->server->spare_out = c->out;
	else
		buf_fini(&c->out);
	c->out = (struct buf)BUF_INIT;
}

/* What a stream has sent may look whole to a client of HTTP/1.0: TCP tells it otherwise. */
static void
reset_at_close(int fd)
{
	struct linger at_once = { 1, 0 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void
conn_close(struct conn *c)
{
	if (conn_is_streaming(c))
		stream_drop(c->exchange);
	if (c->is_in_work)
		c->exchange->conn = NULL;
	else if (c->exchange != NULL)
		exchange_give(c->exchange);
	stop_reading(c);
	event_del(&c->writable);
	if (c->is_broken)
		reset_at_close(c->fd);
	if (SABOTAGE != SABOTAGE_LEAK_DESCRIPTOR)
		close(c->fd);
	release_out(c);
	server_forget_conn(c->server, c);
	free(c);
}

/* One write; what the socket does not take waits until it is writable. */
static enum sent
send_out(struct conn *c)
{
	ssize_t n;

	if (c->out.has_failed)
		return SENT_BROKEN;
	if (c->sent == c->out.len)
		return SENT_ALL;
	do
		n = send(c->fd, c->out.data + c->sent, c->out.len - c->sent, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN || errno == EWOULDBLOCK ? SENT_BLOCKED : SENT_BROKEN;
	c->sent += (size_t)n;
	if (c->sent < c->out.len)
		return SENT_BLOCKED;
	buf_clear(&c->out);
	c->sent = 0;
	return SENT_ALL;
}

static void
continue_body(struct exchange *x)
{
	if (x->is_continued || !x->reader.is_head_complete || !x->reader.expects_continue)
		return;
	buf_append(conn_out(x->conn), answer_continue, sizeof answer_continue - 1);
	x->is_continued = true;
}

static void
dispatch(void *arg)
{
#if SABOTAGE == SABOTAGE_LEAK_MEMORY
	static void *volatile last;
	void **left = malloc(SABOTAGE_LEAKED);

	if (left != NULL) {
		*left = last;
		last = left;
	}
#endif
	exchange_dispatch(arg);
}

static void
begin_work(struct conn *c)
{
	server_set_wait(c, WAIT_WORK);
	c->is_in_work = true;
	c->server->in_flight++;
	c->exchange->is_told = true;
	server_tell(c->server, HTTP_REQUEST_BEGUN);
	server_enter(c->server, dispatch, c->exchange);
}

static void
ask(void *arg)
{
	exchange_ask(arg);
}

/* While it is looked up who sends it the request is in work like one that is complete: the client may go meanwhile. */
static void
ask_for_admission(struct conn *c)
{
	c->is_in_work = true;
	c->server->in_flight++;
	server_enter(c->server, ask, c->exchange);
}

void
conn_admitted(struct conn *c)
{
	c->is_in_work = false;
	c->server->in_flight--;
	if (c->is_processing)
		return;
	c->server->now_ns = clock_mono_ns();
	conn_process(c);
}

/* Whether there is room for its body; else it has been refused, or whoever sends it is being looked up. */
static bool
has_room(struct exchange *x)
{
	struct server *server = x->server;

	if (!x->reader.is_large || x->is_large)
		return true;
	if (x->admission == ADMISSION_OPEN)
		ask_for_admission(x->conn);
	if (x->admission != ADMISSION_GRANTED)
		return false;
	if (server->large == LARGE_MAX) {
		exchange_refuse(x, ST_OVERLOADED);
		return false;
	}
	server->large++;
	x->is_large = true;
	return true;
}

/* False when nothing more can be done with the bytes that are there. */
static bool
next_request(struct conn *c)
{
	struct exchange *x = c->exchange;
	size_t len;

	if (x == NULL || (!x->is_begun && x->start == x->in.len))
		return false;
	if (!x->is_begun)
		exchange_begin(x);
	len = x->in.len - x->start;
	switch (reader_read(&x->reader, x->in.data + x->start, &len)) {
	case READER_MORE:
		x->in.len = x->start + len;
		if (has_room(x))
			continue_body(x);
		return false;
	case READER_FAILED:
		exchange_refuse(x, x->reader.error);
		return false;
	case READER_COMPLETE:
		if (!has_room(x))
			return false;
		begin_work(c);
		return true;
	}
	return false;
}

/* Answer what can be answered.  True when it stopped only because enough waits to be sent. */
static bool
work_off(struct conn *c)
{
	if (conn_is_streaming(c) && c->out.len == c->sent)
		stream_piece(c->exchange);
	while (!c->is_in_work && !c->must_close) {
		if (c->out.len - c->sent >= OUT_ENOUGH)
			return true;
		if (!next_request(c))
			return false;
	}
	return false;
}

static void
settle_closing(struct conn *c)
{
	bool has_unread = c->exchange != NULL && c->exchange->start < c->exchange->in.len;

	if (!c->must_linger && !has_unread) {
		conn_close(c);
		return;
	}
	if (c->exchange != NULL)
		exchange_give(c->exchange);
	c->exchange = NULL;
	release_out(c);
	shutdown(c->fd, SHUT_WR);
	server_set_wait(c, WAIT_LINGER);
	start_reading(c);
}

static void
settle_idle(struct conn *c)
{
	if (c->exchange != NULL)
		exchange_give(c->exchange);
	c->exchange = NULL;
	if (c->server->is_draining && c->server->timeout_ms[WAIT_IDLE] == 0) {
		conn_close(c);
		return;
	}
	release_out(c);
	server_set_wait(c, WAIT_IDLE);
	start_reading(c);
}

/* A part of a request is there: its deadline counts from its first byte. */
static void
settle_request(struct conn *c)
{
	struct exchange *x = c->exchange;

	buf_consume(&x->in, x->start);
	x->start = 0;
	release_out(c);
	if (c->wait != WAIT_REQUEST)
		server_set_wait(c, WAIT_REQUEST);
	start_reading(c);
}

/* The next piece is made in the next turn of the loop: others want some too. */
static void
settle_stream(struct conn *c)
{
	server_set_wait(c, WAIT_SEND);
	event_add(&c->writable, NULL);
}

static void
settle_sent(struct conn *c)
{
	if (c->is_broken) {
		conn_close(c);
	} else if (conn_is_streaming(c)) {
		settle_stream(c);
	} else if (c->is_in_work) {
		release_out(c);
		server_set_wait(c, WAIT_WORK);
	} else if (c->must_close) {
		settle_closing(c);
	} else if (c->exchange != NULL && c->exchange->is_begun) {
		settle_request(c);
	} else {
		settle_idle(c);
	}
}

static void
settle_blocked(struct conn *c)
{
	if (c->out.len - c->sent > c->server->options.unsent_max_bytes) {
		conn_close(c);
		return;
	}
	stop_reading(c);
	if (c->wait != WAIT_SEND)
		server_set_wait(c, WAIT_SEND);
	event_add(&c->writable, NULL);
}

/* Do all that can be done without waiting, then decide what to wait for.  May close the connection. */
static void
conn_process(struct conn *c)
{
	enum sent sent;
	bool has_more;

	c->is_processing = true;
	do {
		has_more = work_off(c);
		sent = send_out(c);
	} while (has_more && sent == SENT_ALL);
	c->is_processing = false;
	switch (sent) {
	case SENT_ALL:
		settle_sent(c);
		break;
	case SENT_BLOCKED:
		settle_blocked(c);
		break;
	case SENT_BROKEN:
		if (!c->is_in_work)
			server_tell(c->server, HTTP_ANSWER_DROPPED);
		conn_close(c);
		break;
	}
}

void
conn_answered(struct conn *c)
{
	struct exchange *x = c->exchange;

	if (c->is_in_work && x->answer == ANSWER_ENDED) {
		c->is_in_work = false;
		c->server->in_flight--;
		x->start += x->reader.consumed;
		x->is_begun = false;
	}
	if (c->is_processing)
		return;
	c->server->now_ns = clock_mono_ns();
	conn_process(c);
}

void
conn_time_out(struct conn *c)
{
	if (c->wait == WAIT_REQUEST) {
		server_tell(c->server, HTTP_REQUEST_TIMED_OUT);
		exchange_refuse(c->exchange, ST_TIMEOUT);
		return;
	}
	if (c->wait == WAIT_SEND) {
		server_tell(c->server, HTTP_SEND_TIMED_OUT);
		c->is_broken = true;   /* else the kernel would keep what the client does not read */
	}
	conn_close(c);
}

/*
 * Something comes while a request is in work: more requests, or the end.  A
 * client may have closed its half only, so just a reset tells that nobody
 * waits for the answer any more.
 */
static void
look_ahead(struct conn *c)
{
	char byte;

	if (recv(c->fd, &byte, 1, MSG_PEEK) < 0 && errno != EAGAIN && errno != EINTR)
		conn_close(c);
	else
		stop_reading(c);
}

static void
read_and_forget(struct conn *c)
{
	char bytes[READ_SIZE];
	ssize_t n = read(c->fd, bytes, sizeof bytes);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		conn_close(c);
}

static bool
make_room(struct buf *in)
{
	return in->cap - in->len >= READ_ROOM_MIN || buf_reserve(in, READ_SIZE);
}

static void
read_more(struct conn *c)
{
	struct exchange *x = c->exchange != NULL ? c->exchange : exchange_take(c->server, c);
	ssize_t n;

	if (x == NULL) {
		conn_close(c);
		return;
	}
	c->exchange = x;
	if (!make_room(&x->in)) {
		conn_close(c);
		return;
	}
	n = read(c->fd, x->in.data + x->in.len, x->in.cap - x->in.len);
	if (n > 0) {
		x->in.len += (size_t)n;
		conn_process(c);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		conn_close(c);
	}
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;

	(void)fd;
	(void)what;
	c->server->now_ns = clock_mono_ns();
	if (c->wait == WAIT_LINGER)
		read_and_forget(c);
	else if (c->is_in_work)
		look_ahead(c);
	else
		read_more(c);
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	struct conn *c = arg;

	(void)fd;
	(void)what;
	c->server->now_ns = clock_mono_ns();
	switch (send_out(c)) {
	case SENT_ALL:
		server_set_wait(c, WAIT_WORK);   /* what is sent next has a deadline of its own */
		conn_process(c);
		break;
	case SENT_BLOCKED:
		event_add(&c->writable, NULL);
		break;
	case SENT_BROKEN:
		server_tell(c->server, HTTP_ANSWER_DROPPED);
		conn_close(c);
		break;
	}
}
