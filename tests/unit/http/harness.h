/* SPDX-License-Identifier: MIT */
/* A server on loopback and clients of it in one process: the loop turns while a client waits. */
#ifndef HTTP_HARNESS_H
#define HTTP_HARNESS_H

#include <event2/event.h>

#include "clock.h"
#include "buf.h"
#include "http/reply.h"
#include "http/request.h"
#include "http/server.h"

enum { STREAM_PIECE = 16384, LATER_MAX = 8, EVENTS = HTTP_ACCEPT_FAILED + 1 };

struct harness {
	struct event_base    *base;
	struct route_table   *routes;
	struct server        *server;
	struct server_options options;     /* may be changed before harness_start */
	int                   listener, port;
	unsigned              events[EVENTS], answered, last_status;
	struct request       *later[LATER_MAX];   /* requests to /later/{n} that wait for harness_answer */
	size_t                later_count;
	unsigned              drained;
	unsigned              produced, streams_ended, streams_whole;   /* of requests to /stream/{n} */
	size_t                produced_bytes;
	struct fiber         *waiting;     /* in which the next piece of /stream/{n}W is being made */
};

struct client {
	struct harness *harness;
	int             fd;
	struct buf      got;               /* all that came, NUL behind it */
	bool            is_closed;         /* by the server ... */
	bool            is_reset;          /* ... with a reset */
};

int harness_setup(void **state);
int harness_teardown(void **state);
void harness_start(struct harness *h);

/* For options.enter: handlers and pieces may wait. */
void harness_enter(void *services, void (*fn)(void *arg), void *arg);
void harness_go_on(struct harness *h);    /* with the piece that waits */

/* Turn the loop until the condition holds; fails the test when it never does. */
#define WAIT_FOR(h, condition) \
	do { \
		int64_t wait_end_ms = clock_mono_ms() + 20000; \
		while (!(condition)) { \
			harness_turn(h); \
			if (clock_mono_ms() > wait_end_ms) \
				fail_msg("never: %s", #condition); \
		} \
	} while (0)

/* An authorizer that lets nobody in; the request has no authorization. */
enum status harness_refuse(struct request *req, const struct route *route);

void harness_turn(struct harness *h);
void harness_answer(struct harness *h, size_t i);
void harness_stream(struct harness *h, size_t i);   /* as many pieces as its parameter says */

void client_open(struct client *c, struct harness *h);
void client_close(struct client *c);
void client_reset(struct client *c);   /* close with a reset */
void client_send(struct client *c, const char *text);
void client_receive(struct client *c); /* what is there now */
unsigned client_count(struct client *c, const char *text);

#define EXPECT(c, text) WAIT_FOR((c)->harness, (client_receive(c), client_count(c, text) > 0))
#define EXPECT_CLOSED(c) WAIT_FOR((c)->harness, (client_receive(c), (c)->is_closed))

#endif
