/* SPDX-License-Identifier: MIT */
/*
 * One connection to an HTTP/1.1 server on a libevent loop: one request at a
 * time, kept alive, opened again when the other side has closed it.  Two system
 * calls a request, so that the client measures the server and not itself.
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "http_answer.h"
#include "slice.h"

struct event_base;

/* Where requests go: the parsed form of http://HOST[:PORT][/PREFIX] or unix:PATH. */
struct http_target {
	struct sockaddr_storage address;
	socklen_t               address_len;
	char                    host[264];       /* for the Host field */
	char                    prefix[128];     /* of every path; without a slash at its end */
};

/* false with a sentence about why in *error, which is static. */
bool http_target_parse(const char *url, struct http_target *target, const char **error);

/* answer is NULL when there was none: the connection broke or was given up.  Another request may be sent from here. */
typedef void http_client_fn(const struct http_answer *answer, void *arg);

struct http_client;

/* Opens nothing yet.  NULL without memory. */
struct http_client *http_client_new(struct event_base *base, const struct http_target *target, http_client_fn *fn, void *arg);
void http_client_free(struct http_client *client);

/* Send a whole request; its bytes are copied unless the socket takes them at once.  fn is called later, from the loop. */
void http_client_send(struct http_client *client, struct slice request);

/* Wait no longer: the connection is closed and fn is called with NULL. */
void http_client_give_up(struct http_client *client);

#endif
