/* SPDX-License-Identifier: MIT */
/*
 * A connection to Redis, or what speaks its protocol, on a libevent loop: hiredis
 * reads and writes the protocol, libevent the connection, so that TLS is there
 * with a hiredis that has none.
 *
 * What is asked is answered within cache.timeout_ms or not at all: then the
 * connection is given up, and made anew after a pause that grows.  While there
 * is none, nothing waits for one.  So whoever asks has to know what to do without
 * an answer.
 */
#ifndef REDIS_H
#define REDIS_H

#include <stdbool.h>
#include <stdint.h>

#include "slice.h"

struct buf;
struct counters;
struct event_base;
struct options;
struct redis;

enum redis_kind { REDIS_NOTHING, REDIS_NUMBER, REDIS_TEXT };

struct redis_reply {
	enum redis_kind kind;
	int64_t         number;
	struct slice    text;
};

/* reply is valid until the return; NULL: there is none, and the command may have been carried out or not. */
typedef void redis_reply_fn(const struct redis_reply *reply, void *arg);

/* Whether the cache section can be used; false: lines in errors say why not. */
bool redis_check(const struct options *options, struct buf *errors);

/* Begins to connect.  NULL after logging why. */
struct redis *redis_open(struct event_base *base, const struct options *options, struct counters *counters);

/* Those who wait are told that there is no answer. */
void redis_close(struct redis *redis);

/* Send a command, its name and arguments.  true: fn, if any, is called once, later.  false: Redis is away. */
bool redis_send(struct redis *redis, const struct slice *words, size_t count, redis_reply_fn *fn, void *arg);

/*
 * A connection that hears what is published on a channel.  on_news is called for
 * each, and when listening has begun, since something may have been missed before.
 */
struct redis *redis_listen(struct event_base *base, const struct options *options, struct counters *counters, const char *channel,
    void (*on_news)(void *arg), void *arg);

#endif
