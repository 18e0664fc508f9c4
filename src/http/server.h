/* SPDX-License-Identifier: MIT */
/*
 * The HTTP/1.1 server of one worker process, on the worker's event loop: takes
 * listening descriptors, reads requests, hands each to its route, sends the
 * answers in order.  A connection has one request in work at a time; what a
 * client sends ahead waits.  Every wait for a client has a deadline.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <stddef.h>
#include <stdint.h>

#include "reader.h"
#include "route.h"
#include "status.h"

struct access_log;
struct event_base;
struct request;
struct server;

/* What happens to connections, for the counters. */
enum http_event {
	HTTP_CONNECTION_OPENED,
	HTTP_CONNECTION_CLOSED,
	HTTP_CONNECTION_REFUSED,     /* above connections_max: told 503; neither opened nor closed is reported */
	HTTP_REQUEST_BEGUN,          /* it has been read, or is answered before its body; on_answered follows, exactly once */
	HTTP_REQUEST_TIMED_OUT,      /* did not arrive in time; answered 408 */
	HTTP_SEND_TIMED_OUT,         /* the client did not take its answer */
	HTTP_ANSWER_DROPPED,         /* the client was gone */
	HTTP_ACCEPT_FAILED           /* no descriptors or memory left; accepting rests for a moment */
};

/* Called on the loop; either may be NULL. */
struct http_observer {
	void (*on_event)(void *arg, enum http_event event);
	/*
	 * Every answer but a 503 for too many connections.  Of a request that
	 * could not be read, method is HTTP_OTHER and path empty.  bytes is the size of
	 * the answer, head and body.
	 */
	void (*on_answered)(void *arg, const struct request *req, unsigned http_status, int64_t duration_ns,
	    size_t bytes);
	void *arg;
};

struct server_options {
	const int                *listeners;          /* non-blocking and listening, TCP or AF_UNIX; they stay the caller's */
	size_t                    listener_count;
	const struct route_table *routes;
	/*
	 * Called when a route is found, before its handler; anything but ST_OK is answered as that problem, and
	 * ST_ACCEPTED means that request_authorized will be called, from the loop.  Of a request with a body beyond
	 * limits.body_bytes it is called before that body is read, and not again.  May be NULL.
	 */
	enum status             (*authorize)(struct request *req, const struct route *route);
	void                     *services;           /* becomes request->services */
	/*
	 * How a request that is complete is carried out: calls fn(arg) once, and may go on with it after it has returned.
	 * NULL: called directly.
	 */
	void                    (*enter)(void *services, void (*fn)(void *arg), void *arg);
	char *const              *cors_origins;       /* origins whose pages may use the server; see cors.h */
	size_t                    cors_origin_count;
	struct http_limits        limits;
	unsigned                  connections_max;
	unsigned                  request_timeout_ms; /* from a request's first byte to its last */
	unsigned                  idle_timeout_ms;    /* between requests, and before the first */
	unsigned                  send_timeout_ms;    /* for the client to take an answer */
	size_t                    unsent_max_bytes;   /* an answer that leaves more waiting costs the connection */
	struct access_log        *access_log;         /* may be NULL; must outlive the server */
	struct http_observer      observer;
};

#define SERVER_OPTIONS_DEFAULT { \
	.limits = HTTP_LIMITS_DEFAULT, .connections_max = 1024, .request_timeout_ms = 10000, \
	.idle_timeout_ms = 60000, .send_timeout_ms = 30000, .unsent_max_bytes = 8 << 20 }

/* What authorize came to that had answered ST_ACCEPTED; once for each such request, also when its client is gone. */
void request_authorized(struct request *req, enum status st);

/* The options are copied, what they point to is not.  NULL (and a log line) when it cannot start. */
struct server *server_new(struct event_base *base, const struct server_options *options);

/*
 * Accept no more (the listeners stay open, others may share them), close what
 * is idle for idle_ms, answer what is in work with Connection: close, then call
 * on_drained once, from the loop.  Clients that finish a request meanwhile are
 * served.  May be called again with a shorter time.  Not from within a handler.
 */
void server_drain(struct server *server, unsigned idle_ms, void (*on_drained)(void *arg), void *arg);

/*
 * Close every connection now and give everything back.  Requests in work stay
 * valid and must still be answered; the answers go nowhere and the observer is
 * not told.  Not from within a handler or the observer.
 */
void server_stop(struct server *server);

size_t server_connections(const struct server *server);
size_t server_in_flight(const struct server *server);

#endif
