/* SPDX-License-Identifier: MIT */
/*
 * See redis.h.  A connection begins with a greeting: who we are, and whether
 * this is the one to ask.  Only when all of that was answered it can be used, so
 * that nothing is sent to a server that hangs.  With Sentinels each attempt asks
 * the next one of them where the master is.
 */
#include "config.h"

#include "redis.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/util.h>
#include <hiredis/hiredis.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "buf.h"
#include "clock.h"
#include "counters.h"
#include "log.h"
#include "options.h"
#include "redis_place.h"

enum {
	GREETING_MS = 1000,        /* from the first packet to the last answer, whatever a command may take */
	PAUSE_FIRST_MS = 100,
	PAUSE_MAX_MS = 5000,
	PENDING_MAX = 4096,        /* commands that wait for their answers */
	WORDS_MAX = 8,
	ANSWER_MAX = 1 << 20       /* bytes; a server that sends more at once is none */
};

/* What an answer is to. */
enum purpose { ASKED, GREETING_ACCEPTED, GREETING_PLACE, GREETING_ROLE, GREETING_LAST };

struct pending {
	STAILQ_ENTRY(pending) entry;
	enum purpose     purpose;
	int64_t          deadline_ms;
	redis_reply_fn  *fn;
	void            *arg;
};
STAILQ_HEAD(pendings, pending);

enum state { AWAY, GREETING, READY };

struct redis {
	struct event_base    *base;
	const struct options *options;
	struct counters      *counters;
	SSL_CTX              *tls;
	char                 *channel;         /* NULL: it asks; else it only hears */
	void                (*on_news)(void *arg);
	void                 *arg;
	enum state            state;
	struct bufferevent   *bev;             /* NULL when AWAY, as is the next */
	redisReader          *reader;
	char                  where[PLACE_TEXT_MAX];   /* what it is, or was last, connected to */
	size_t                next_sentinel;
	struct pendings       pendings;
	unsigned              pending_count;
	struct event         *timer;           /* AWAY: the next attempt; else the deadline of the first that waits */
	unsigned              failures;        /* since it was last READY */
	bool                  was_told;        /* that it is away, or that it refused a command */
};

static void attempt(struct redis *redis);
static void connect_to(struct redis *redis, const char *where, bool is_sentinel);

/* --- the end of a connection ----------------------------------------------------------------- */

static void
set_timer(struct redis *redis, int64_t ms)
{
	struct timeval delay = { ms / 1000, ms % 1000 * 1000 };

	event_add(redis->timer, &delay);
}

static void
take_off(struct redis *redis, struct pending *pending)
{
	STAILQ_REMOVE_HEAD(&redis->pendings, entry);
	redis->pending_count--;
	free(pending);
}

/* Nobody gets an answer any more.  Whoever is told may ask again, in vain. */
static void
disconnect(struct redis *redis)
{
	struct pending *pending;

	if (redis->state == READY)
		counter_sub(&redis->counters->cache_connections, 1);
	redis->state = AWAY;
	event_del(redis->timer);
	if (redis->bev != NULL)
		bufferevent_free(redis->bev);
	if (redis->reader != NULL)
		redisReaderFree(redis->reader);
	redis->bev = NULL;
	redis->reader = NULL;
	while ((pending = STAILQ_FIRST(&redis->pendings)) != NULL) {
		redis_reply_fn *fn = pending->fn;
		void *arg = pending->arg;

		if (pending->purpose == ASKED)
			counter_add(&redis->counters->cache_errors, 1);
		take_off(redis, pending);
		if (fn != NULL)
			fn(NULL, arg);
	}
}

/* Twice as long after each failure, and less or more by a half, so that not all come back at once. */
static int64_t
pause_ms(const struct redis *redis)
{
	int64_t pause = PAUSE_FIRST_MS << (redis->failures < 6 ? redis->failures : 6);
	uint16_t random;

	evutil_secure_rng_get_bytes(&random, sizeof random);
	pause = pause / 2 + pause * random / UINT16_MAX;
	return pause < PAUSE_MAX_MS ? pause : PAUSE_MAX_MS;
}

static void
lose(struct redis *redis, const char *why)
{
	if (!redis->was_told)
		log_warn("Redis at %s is away: %s; this instance goes by what it knows itself", redis->where, why);
	redis->was_told = true;
	disconnect(redis);
	set_timer(redis, pause_ms(redis));
	redis->failures++;
}

/* --- greeting -------------------------------------------------------------------------------- */

static bool
send_words(struct redis *redis, const struct slice *words, size_t count, const struct pending *like)
{
	const char *texts[WORDS_MAX];
	size_t sizes[WORDS_MAX];
	struct pending *pending = malloc(sizeof *pending);
	char *command;
	int size;

	for (size_t i = 0; i < count; i++) {
		texts[i] = words[i].ptr;
		sizes[i] = words[i].len;
	}
	size = redisFormatCommandArgv(&command, (int)count, texts, sizes);
	if (pending == NULL || size < 0) {
		free(pending);
		return false;
	}
	bufferevent_write(redis->bev, command, (size_t)size);
	redisFreeCommand(command);
	*pending = *like;
	if (STAILQ_EMPTY(&redis->pendings))
		set_timer(redis, like->deadline_ms - clock_mono_ms());
	STAILQ_INSERT_TAIL(&redis->pendings, pending, entry);
	redis->pending_count++;
	return true;
}

static void
greet(struct redis *redis, enum purpose purpose, const char *const *words)
{
	struct pending like = { .purpose = purpose, .deadline_ms = clock_mono_ms() + GREETING_MS };
	struct slice slices[WORDS_MAX];
	size_t count = 0;

	for (; words[count] != NULL; count++)
		slices[count] = slice_of(words[count]);
	if (!send_words(redis, slices, count, &like))
		log_error("no memory to greet Redis");        /* the greeting runs out of time */
}

#define GREET(redis, purpose, ...) greet(redis, purpose, (const char *const[]){ __VA_ARGS__, NULL })

static void
greet_sentinel(struct redis *redis)
{
	const struct options *options = redis->options;

	if (options->cache_sentinel_password.value != NULL)
		GREET(redis, GREETING_ACCEPTED, "AUTH", options->cache_sentinel_password.value);
	GREET(redis, GREETING_PLACE, "SENTINEL", "get-master-addr-by-name", options->cache_sentinel_name);
}

static void
greet_server(struct redis *redis)
{
	const struct options *options = redis->options;
	const char *password = options->cache_password.value;
	char database[16];

	if (password != NULL && options->cache_username[0] != '\0')
		GREET(redis, GREETING_ACCEPTED, "AUTH", options->cache_username, password);
	else if (password != NULL)
		GREET(redis, GREETING_ACCEPTED, "AUTH", password);
	if (options->cache_sentinels.count > 0)
		GREET(redis, GREETING_ROLE, "ROLE");
	if (options->cache_database > 0) {
		snprintf(database, sizeof database, "%u", options->cache_database);
		GREET(redis, GREETING_ACCEPTED, "SELECT", database);
	}
	if (redis->channel != NULL)
		GREET(redis, GREETING_LAST, "SUBSCRIBE", redis->channel);
	else
		GREET(redis, GREETING_LAST, "PING");
}

static void
be_ready(struct redis *redis)
{
	redis->state = READY;
	counter_add(&redis->counters->cache_connections, 1);
	if (redis->was_told)
		log_info("Redis at %s is there", redis->where);
	redis->was_told = false;
	redis->failures = 0;
	if (redis->on_news != NULL)
		redis->on_news(redis->arg);
}

static bool
is_text(const redisReply *reply, size_t at, const char *text)
{
	return reply->type == REDIS_REPLY_ARRAY && reply->elements > at && reply->element[at]->type == REDIS_REPLY_STRING &&
	    strcmp(reply->element[at]->str, text) == 0;
}

/* A Sentinel said where the master is: on to it. */
static void
go_to_master(struct redis *redis, const redisReply *reply)
{
	char where[PLACE_TEXT_MAX];
	const char *host, *port;

	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2 || reply->element[0]->type != REDIS_REPLY_STRING ||
	    reply->element[1]->type != REDIS_REPLY_STRING) {
		lose(redis, "this Sentinel knows no master of that name");
		return;
	}
	host = reply->element[0]->str;
	port = reply->element[1]->str;
	snprintf(where, sizeof where, strchr(host, ':') != NULL ? "[%s]:%s" : "%s:%s", host, port);
	disconnect(redis);
	connect_to(redis, where, false);
}

/* false: the connection is no more. */
static bool
take_greeting(struct redis *redis, enum purpose purpose, const redisReply *reply)
{
	if (reply->type == REDIS_REPLY_ERROR)
		lose(redis, reply->str);
	else if (purpose == GREETING_PLACE)
		go_to_master(redis, reply);
	else if (purpose == GREETING_ROLE && !is_text(reply, 0, "master"))
		lose(redis, "it is no master");
	else if (purpose == GREETING_LAST)
		be_ready(redis);
	else
		return true;
	return purpose == GREETING_LAST && redis->state == READY;
}

/* --- answers --------------------------------------------------------------------------------- */

/* An error that every further command would meet. */
static bool
is_out_of_order(const char *error)
{
	static const char *const beginnings[] = { "READONLY", "LOADING", "MASTERDOWN", "NOAUTH", NULL };

	for (const char *const *beginning = beginnings; *beginning != NULL; beginning++)
		if (strncmp(error, *beginning, strlen(*beginning)) == 0)
			return true;
	return false;
}

static void
answer(struct redis *redis, const struct pending *pending, const redisReply *reply)
{
	struct redis_reply out = { .kind = REDIS_NOTHING };
	bool is_error = reply->type == REDIS_REPLY_ERROR;

	if (reply->type == REDIS_REPLY_INTEGER)
		out = (struct redis_reply){ .kind = REDIS_NUMBER, .number = reply->integer };
	else if (reply->type == REDIS_REPLY_STRING || reply->type == REDIS_REPLY_STATUS)
		out = (struct redis_reply){ .kind = REDIS_TEXT, .text = { reply->str, (size_t)reply->len } };
	counter_add(is_error ? &redis->counters->cache_errors : &redis->counters->cache_commands, 1);
	if (is_error && !redis->was_told) {
		redis->was_told = true;
		log_warn("Redis at %s refuses a command: %s", redis->where, reply->str);
	}
	if (pending->fn != NULL)
		pending->fn(is_error ? NULL : &out, pending->arg);
}

/* false: the connection is no more. */
static bool
take_reply(struct redis *redis, const redisReply *reply)
{
	struct pending *first = STAILQ_FIRST(&redis->pendings), pending;

	if (first == NULL) {
		if (redis->channel != NULL && is_text(reply, 0, "message"))
			redis->on_news(redis->arg);
		return true;
	}
	pending = *first;
	take_off(redis, first);
	if (pending.purpose != ASKED)
		return take_greeting(redis, pending.purpose, reply);
	answer(redis, &pending, reply);
	if (reply->type != REDIS_REPLY_ERROR || !is_out_of_order(reply->str))
		return true;
	lose(redis, reply->str);
	return false;
}

static bool
feed(struct redis *redis, struct evbuffer *input)
{
	size_t size;

	while ((size = evbuffer_get_contiguous_space(input)) > 0) {
		if (redisReaderFeed(redis->reader, (const char *)evbuffer_pullup(input, (ev_ssize_t)size), size) != REDIS_OK)
			return false;
		evbuffer_drain(input, size);
	}
	return redis->reader->len - redis->reader->pos <= ANSWER_MAX;
}

static void
on_readable(struct bufferevent *bev, void *arg)
{
	struct redis *redis = arg;
	void *reply;

	if (!feed(redis, bufferevent_get_input(bev))) {
		lose(redis, "it says too much");
		return;
	}
	for (;;) {
		bool is_there;

		if (redisReaderGetReply(redis->reader, &reply) != REDIS_OK) {
			lose(redis, redis->reader->errstr);
			return;
		}
		if (reply == NULL)
			return;
		is_there = take_reply(redis, reply);
		freeReplyObject(reply);
		if (!is_there)
			return;
	}
}

/* --- connecting ------------------------------------------------------------------------------ */

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	struct redis *redis = arg;
	unsigned long tls = redis->tls != NULL ? bufferevent_get_openssl_error(bev) : 0;
	const char *why = tls != 0 ? ERR_reason_error_string(tls) : NULL;

	if (what & BEV_EVENT_CONNECTED)
		return;
	if (why == NULL)
		why = what & BEV_EVENT_ERROR && EVUTIL_SOCKET_ERROR() != 0 ? strerror(EVUTIL_SOCKET_ERROR()) : "it closed the connection";
	lose(redis, why);
}

/* The greeting is written at once and leaves when there is a connection. */
static void
connect_to(struct redis *redis, const char *where, bool is_sentinel)
{
	struct redis_place place;

	snprintf(redis->where, sizeof redis->where, "%s", where);
	if (!redis_place_read(where, &place)) {
		lose(redis, "that is no address");
		return;
	}
	redis->bev = redis_connect(redis->base, &place, redis->tls, redis->options->cache_tls_name);
	redis->reader = redisReaderCreate();
	if (redis->bev == NULL || redis->reader == NULL) {
		lose(redis, strerror(errno));
		return;
	}
	redis->state = GREETING;
	bufferevent_setcb(redis->bev, on_readable, NULL, on_event, redis);
	bufferevent_enable(redis->bev, EV_READ | EV_WRITE);
	if (is_sentinel)
		greet_sentinel(redis);
	else
		greet_server(redis);
}

static void
attempt(struct redis *redis)
{
	const struct option_list *sentinels = &redis->options->cache_sentinels;

	if (sentinels->count > 0)
		connect_to(redis, sentinels->items[redis->next_sentinel++ % sentinels->count], true);
	else
		connect_to(redis, redis->options->cache_address, false);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct redis *redis = arg;
	const struct pending *first = STAILQ_FIRST(&redis->pendings);
	int64_t left_ms;

	(void)fd, (void)what;
	if (redis->state == AWAY) {
		attempt(redis);
		return;
	}
	if (first == NULL)
		return;
	left_ms = first->deadline_ms - clock_mono_ms();
	if (left_ms > 0)
		set_timer(redis, left_ms);
	else
		lose(redis, "it does not answer in time");
}

/* --- the interface --------------------------------------------------------------------------- */

bool
redis_send(struct redis *redis, const struct slice *words, size_t count, redis_reply_fn *fn, void *arg)
{
	struct pending like = { .purpose = ASKED, .fn = fn, .arg = arg };

	if (redis->state == READY && redis->pending_count < PENDING_MAX) {
		like.deadline_ms = clock_mono_ms() + redis->options->cache_timeout_ms;
		if (send_words(redis, words, count, &like))
			return true;
	}
	counter_add(&redis->counters->cache_skipped, 1);
	return false;
}

static struct redis *
make(struct event_base *base, const struct options *options, struct counters *counters)
{
	struct redis *redis = calloc(1, sizeof *redis);
	struct buf errors = BUF_INIT;

	if (redis == NULL)
		return NULL;
	*redis = (struct redis){ .base = base, .options = options, .counters = counters };
	STAILQ_INIT(&redis->pendings);
	redis->timer = evtimer_new(base, on_timer, redis);
	if (!redis_tls_open(options, &redis->tls, &errors))
		log_error("%.*s", SLICE_ARGS(buf_slice(&errors)));
	else if (redis->timer != NULL)
		return redis;
	buf_fini(&errors);
	redis_close(redis);
	return NULL;
}

struct redis *
redis_open(struct event_base *base, const struct options *options, struct counters *counters)
{
	struct redis *redis = make(base, options, counters);

	if (redis != NULL)
		attempt(redis);
	return redis;
}

struct redis *
redis_listen(struct event_base *base, const struct options *options, struct counters *counters, const char *channel,
    void (*on_news)(void *arg), void *arg)
{
	struct redis *redis = make(base, options, counters);

	if (redis == NULL)
		return NULL;
	redis->on_news = on_news;
	redis->arg = arg;
	redis->channel = strdup(channel);
	if (redis->channel != NULL) {
		attempt(redis);
		return redis;
	}
	redis_close(redis);
	return NULL;
}

void
redis_close(struct redis *redis)
{
	if (redis == NULL)
		return;
	if (redis->timer != NULL) {
		disconnect(redis);
		event_free(redis->timer);
	}
	SSL_CTX_free(redis->tls);
	free(redis->channel);
	free(redis);
}
