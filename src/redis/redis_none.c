/* SPDX-License-Identifier: MIT */
/* redis.h for a daemon that was built without hiredis: the configuration is refused, so that nothing here is reached after it. */
#include "config.h"

#include "redis.h"

#include <stddef.h>

#include "buf.h"

bool
redis_check(const struct options *options, struct buf *errors)
{
	(void)options;
	buf_append_text(errors, "cache.engine = redis: this daemon was built without it\n");
	return false;
}

struct redis *
redis_open(struct event_base *base, const struct options *options, struct counters *counters)
{
	(void)base, (void)options, (void)counters;
	return NULL;
}

struct redis *
redis_listen(struct event_base *base, const struct options *options, struct counters *counters, const char *channel,
    void (*on_news)(void *arg), void *arg)
{
	(void)base, (void)options, (void)counters, (void)channel, (void)on_news, (void)arg;
	return NULL;
}

void
redis_close(struct redis *redis)
{
	(void)redis;
}

bool
redis_send(struct redis *redis, const struct slice *words, size_t count, redis_reply_fn *fn, void *arg)
{
	(void)redis, (void)words, (void)count, (void)fn, (void)arg;
	return false;
}
