/* SPDX-License-Identifier: MIT */
/* Where Redis is, and how a connection to it begins: addresses and TLS. */
#ifndef REDIS_PLACE_H
#define REDIS_PLACE_H

#include <stdbool.h>
#include <sys/socket.h>

struct buf;
struct bufferevent;
struct event_base;
struct options;
struct ssl_ctx_st;

/* Something to connect to; a name is none, since looking it up would hold up the process. */
struct redis_place {
	struct sockaddr_storage address;
	socklen_t               size;
};

enum { PLACE_TEXT_MAX = 128 };

/* "192.0.2.1:6379", "[2001:db8::1]:6379" or "unix:/path". */
bool redis_place_read(const char *text, struct redis_place *place);

/* What cache.tls_* say; *context stays NULL without TLS.  false: lines in errors say why not. */
bool redis_tls_open(const struct options *options, struct ssl_ctx_st **context, struct buf *errors);

/* A connection that is being made.  tls may be NULL; name: the server's, or "" for its address.  NULL with errno. */
struct bufferevent *redis_connect(struct event_base *base, const struct redis_place *place, struct ssl_ctx_st *tls, const char *name);

#endif
