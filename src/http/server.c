/* SPDX-License-Identifier: MIT */
/* See server.h: accepting, deadlines, draining.  What happens on a connection is in conn.c. */
#include "config.h"

#include "conn.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"

enum {
	ACCEPTS_MAX = 16,          /* in one turn of the loop: other workers want some too */
	LINGER_MS = 3000,
	TICK_MIN_MS = 10,
	TICK_MAX_MS = 500
};

static const struct timeval accept_rest = { 0, 100000 };

void
server_tell(struct server *server, enum http_event event)
{
	const struct http_observer *observer = &server->options.observer;

	if (observer->on_event != NULL && !server->is_stopped)
		observer->on_event(observer->arg, event);
}

static int64_t
now_ms(const struct server *server)
{
	return server->now_ns / 1000000;
}

static void
unlink_conn(struct conn *c)
{
	struct conn_list *list = &c->server->waiting[c->wait];

	if (c->wait == WAIT_UNLISTED)
		return;
	if (c->prev != NULL)
		c->prev->next = c->next;
	else
		list->first = c->next;
	if (c->next != NULL)
		c->next->prev = c->prev;
	else
		list->last = c->prev;
	c->prev = c->next = NULL;
}

/* All of one list wait equally long, so the last to come has the last deadline. */
void
server_set_wait(struct conn *c, enum wait wait)
{
	struct server *server = c->server;
	struct conn_list *list = &server->waiting[wait];

	unlink_conn(c);
	c->wait = wait;
	c->deadline_ms = now_ms(server) + server->timeout_ms[wait];
	c->prev = list->last;
	if (list->last != NULL)
		list->last->next = c;
	else
		list->first = c;
	list->last = c;
}

static struct timeval
tick_of(const struct server *server)
{
	unsigned ms = TICK_MAX_MS;

	for (int i = WAIT_IDLE; i < WAIT_KINDS; i++)
		if (server->timeout_ms[i] / 4 < ms)
			ms = server->timeout_ms[i] / 4;
	if (ms < TICK_MIN_MS)
		ms = TICK_MIN_MS;
	return (struct timeval){ 0, (suseconds_t)ms * 1000 };
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct server *server = arg;

	(void)fd;
	(void)what;
	server->now_ns = clock_mono_ns();
	for (int i = WAIT_IDLE; i < WAIT_KINDS; i++)
		while (server->waiting[i].first != NULL && server->waiting[i].first->deadline_ms <= now_ms(server))
			conn_time_out(server->waiting[i].first);
}

static bool
has_conns(const struct server *server)
{
	return server->connections + server->refused > 0;
}

static void
check_drained(struct server *server)
{
	if (server->is_draining && !server->is_stopped && !has_conns(server) && server->in_flight == 0)
		event_active(server->drained, EV_TIMEOUT, 0);
}

void
server_forget_conn(struct server *server, struct conn *c)
{
	unlink_conn(c);
	if (c->is_refused) {
		server->refused--;
	} else {
		server->connections--;
		server_tell(server, HTTP_CONNECTION_CLOSED);
	}
	if (!has_conns(server))
		event_del(server->tick);
	check_drained(server);
}

static void
on_drained(evutil_socket_t fd, short what, void *arg)
{
	struct server *server = arg;
	void (*tell)(void *) = server->on_drained;

	(void)fd;
	(void)what;
	server->on_drained = NULL;
	if (tell != NULL)
		tell(server->drained_arg);
}

static void
stop_accepting(struct server *server)
{
	if (!server->is_accepting)
		return;
	for (size_t i = 0; i < server->options.listener_count; i++)
		event_del(&server->listeners[i]);
	server->is_accepting = false;
}

static void
start_accepting(struct server *server)
{
	if (server->is_draining)
		return;
	for (size_t i = 0; i < server->options.listener_count; i++)
		event_add(&server->listeners[i], NULL);
	server->is_accepting = true;
}

static void
on_rest_over(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	start_accepting(arg);
}

/* The waiting client keeps the listener readable, so without a pause the loop would spin. */
static void
pause_accepting(struct server *server)
{
	log_errno("accept: resting for 100 ms");
	server_tell(server, HTTP_ACCEPT_FAILED);
	stop_accepting(server);
	event_add(server->rest, &accept_rest);
}

static void
take_client(struct server *server, int fd, const struct sockaddr *from)
{
	struct timeval tick = tick_of(server);
	struct address peer = address_of_socket(from);

	if (!has_conns(server))
		event_add(server->tick, &tick);
	if (server->connections < server->options.connections_max)
		conn_open(server, fd, &peer);
	else
		conn_refuse(server, fd);
}

static void
on_client_waiting(evutil_socket_t listener, short what, void *arg)
{
	struct server *server = arg;

	(void)what;
	server->now_ns = clock_mono_ns();
	for (int i = 0; i < ACCEPTS_MAX; i++) {
		union { struct sockaddr sa; struct sockaddr_storage storage; } from = { .sa.sa_family = AF_UNSPEC };
		socklen_t len = sizeof from;
		int fd = accept4(listener, &from.sa, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd != -1) {
			take_client(server, fd, &from.sa);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			pause_accepting(server);
		if (errno != ECONNABORTED && errno != EINTR)
			return;
	}
}

static void
make_id_prefix(struct server *server)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char bytes[ID_PREFIX_LEN];

	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		memset(bytes, getpid() & 0xff, sizeof bytes);
	for (size_t i = 0; i < sizeof bytes; i++)
		server->id_prefix[i] = hex[bytes[i] & 15];
}

static void
free_events(struct server *server)
{
	struct event *all[] = { server->tick, server->rest, server->drained };

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		if (all[i] != NULL)
			event_free(all[i]);
}

static void
server_free(struct server *server)
{
	struct exchange *x;

	while ((x = server->pool) != NULL) {
		server->pool = x->next;
		exchange_free(x);
	}
	buf_fini(&server->spare_out);
	buf_fini(&server->head);
	buf_fini(&server->discard);
	free(server->listeners);
	free(server);
}

struct server *
server_new(struct event_base *base, const struct server_options *options)
{
	struct server *server = calloc(1, sizeof *server);

	if (server == NULL)
		goto fail;
	server->base = base;
	server->options = *options;
	server->timeout_ms[WAIT_IDLE] = options->idle_timeout_ms;
	server->timeout_ms[WAIT_REQUEST] = options->request_timeout_ms;
	server->timeout_ms[WAIT_SEND] = options->send_timeout_ms;
	server->timeout_ms[WAIT_LINGER] = LINGER_MS;
	server->date_second = -1;
	make_id_prefix(server);
	server->tick = event_new(base, -1, EV_PERSIST, on_tick, server);
	server->rest = evtimer_new(base, on_rest_over, server);
	server->drained = evtimer_new(base, on_drained, server);
	server->listeners = calloc(options->listener_count + 1, sizeof *server->listeners);
	if (server->tick == NULL || server->rest == NULL || server->drained == NULL || server->listeners == NULL)
		goto fail;
	for (size_t i = 0; i < options->listener_count; i++)
		event_assign(&server->listeners[i], base, options->listeners[i], EV_READ | EV_PERSIST, on_client_waiting,
		    server);
	start_accepting(server);
	return server;
fail:
	log_error("http server: no memory");
	if (server != NULL) {
		free_events(server);
		server_free(server);
	}
	return NULL;
}

/* Earlier deadlines stay, so that those of the list are still in order. */
static void
shorten_idleness(struct server *server, unsigned idle_ms)
{
	int64_t until_ms;

	server->now_ns = clock_mono_ns();
	until_ms = now_ms(server) + idle_ms;
	if (server->timeout_ms[WAIT_IDLE] > idle_ms)
		server->timeout_ms[WAIT_IDLE] = idle_ms;
	for (struct conn *c = server->waiting[WAIT_IDLE].first; c != NULL; c = c->next)
		if (c->deadline_ms > until_ms)
			c->deadline_ms = until_ms;
}

void
server_drain(struct server *server, unsigned idle_ms, void (*tell)(void *arg), void *arg)
{
	server->on_drained = tell;
	server->drained_arg = arg;
	server->is_draining = true;
	stop_accepting(server);
	event_del(server->rest);
	shorten_idleness(server, idle_ms);
	while (idle_ms == 0 && server->waiting[WAIT_IDLE].first != NULL)
		conn_close(server->waiting[WAIT_IDLE].first);
	check_drained(server);
}

void
server_stop(struct server *server)
{
	server->is_stopped = true;
	stop_accepting(server);
	for (int i = WAIT_WORK; i < WAIT_KINDS; i++)
		while (server->waiting[i].first != NULL)
			conn_close(server->waiting[i].first);
	free_events(server);
	if (server->in_flight == 0)
		server_free(server);
}

void
server_unref(struct server *server)
{
	server->in_flight--;
	check_drained(server);
	if (server->is_stopped && server->in_flight == 0)
		server_free(server);
}

void
server_enter(struct server *server, void (*fn)(void *arg), void *arg)
{
	if (server->options.enter != NULL)
		server->options.enter(server->options.services, fn, arg);
	else
		fn(arg);
}

size_t
server_connections(const struct server *server)
{
	return server->connections;
}

size_t
server_in_flight(const struct server *server)
{
	return server->in_flight;
}
