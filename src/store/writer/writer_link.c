/* SPDX-License-Identifier: MIT */
/* See writer_link.h. */
#include "config.h"

#include "writer_link.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/queue.h>

#include "channel.h"
#include "clock.h"
#include "counters.h"
#include "log.h"
#include "sockets.h"

enum {
	RETRY_MS = 20,
	GIVE_UP_MS = 5000,
	SENDS_MAX = 10,                    /* of one command; a writer may be dying of it */
	HEAD_MAX = 64,                     /* what a frame needs beside its body */
	KEEP = 1 << 16                     /* bytes of memory for the next answer */
};

struct pending {
	TAILQ_ENTRY(pending) entry;
	uint64_t     id;
	unsigned     kind, sends;
	struct asker asker;
	size_t       len;
	char         body[];
};
TAILQ_HEAD(pending_list, pending);

struct writer_link {
	struct event_base  *base;
	char               *path;
	unsigned            max, count;
	struct counters    *counters;
	struct channel     *channel;       /* NULL when not connected */
	struct event       *retry;
	int64_t             give_up_ms;    /* clock_mono_ms; while not connected */
	uint64_t            last_id;
	struct pending_list pending;       /* oldest first */
	struct buf          body;
	struct arena        arena;
};

/* false: there is no memory, and it cannot have left whole. */
static bool
send_pending(struct writer_link *link, struct pending *p)
{
	struct frame head = { .kind = p->kind, .id = p->id };
	msgpack_packer pk = channel_begin(link->channel, &head);

	p->sends++;
	pk.callback(pk.data, p->body, p->len);
	return channel_end(link->channel);
}

static void
tell(struct writer_link *link, struct pending *p, enum status st, const struct write_answer *answer)
{
	struct asker asker = p->asker;

	TAILQ_REMOVE(&link->pending, p, entry);
	link->count--;
	free(p);
	asker_tell(&asker, st, answer);
}

/* Those who wait now; not those whom their callbacks add. */
static void
give_up(struct writer_link *link, const char *why)
{
	uint64_t last_id = link->last_id;
	struct pending *p;

	log_error("%s: %s, %u commands are given up", link->path, why, link->count);
	while ((p = TAILQ_FIRST(&link->pending)) != NULL && p->id <= last_id)
		tell(link, p, ST_UNAVAILABLE, NULL);
}

static void
retry_later(struct writer_link *link)
{
	static const struct timeval delay = { .tv_usec = RETRY_MS * 1000 };

	if (event_add(link->retry, &delay) == -1)
		give_up(link, "no memory to wait for a writer");
}

/* A command that so many writers took and did not answer is not given to another one. */
static struct pending *
find_suspect(struct writer_link *link)
{
	struct pending *p;

	TAILQ_FOREACH(p, &link->pending, entry)
		if (p->sends >= SENDS_MAX)
			break;
	return p;
}

/* The timer runs before anybody is told, so that what their callbacks submit waits for it. */
static void
lose(struct writer_link *link)
{
	struct pending *p;

	channel_close(link->channel);
	link->channel = NULL;
	if (link->count == 0)
		return;
	link->give_up_ms = clock_mono_ms() + GIVE_UP_MS;
	retry_later(link);
	while ((p = find_suspect(link)) != NULL) {
		log_error("%s: %d writers ended without answering a command of kind %u, which is given up", link->path, SENDS_MAX,
		    p->kind);
		tell(link, p, ST_UNAVAILABLE, NULL);
	}
}

/* Answers come in the order of the commands. */
static struct pending *
find(struct writer_link *link, uint64_t id)
{
	struct pending *p;

	TAILQ_FOREACH(p, &link->pending, entry)
		if (p->id == id)
			break;
	return p;
}

static void
on_frame(struct channel *channel, const struct frame *frame, void *arg)
{
	struct writer_link *link = arg;
	struct pending *p = find(link, frame->id);
	struct arena arena = link->arena;
	struct write_answer answer;
	enum status st;

	(void)channel;
	if (p == NULL)
		return;
	link->arena = (struct arena)ARENA_INIT;   /* a callback may turn this link again */
	if (answer_unpack(frame->body, &arena, &st, &answer)) {
		tell(link, p, st, &answer);
	} else {
		log_error("%s: an answer that is none", link->path);
		tell(link, p, ST_FAILED, NULL);
	}
	arena_recycle(&arena, KEEP);
	arena_fini(&link->arena);
	link->arena = arena;
}

static void
on_lost(struct channel *channel, void *arg)
{
	(void)channel;
	lose(arg);
}

static bool
connect_now(struct writer_link *link)
{
	static const struct channel_callbacks callbacks = { on_frame, NULL, on_lost };
	struct pending *p;
	int fd = unix_connect(link->path);

	if (fd == -1)
		return false;
	link->channel = channel_open(link->base, fd, &callbacks, link);
	if (link->channel == NULL)
		return false;
	for (p = TAILQ_FIRST(&link->pending); p != NULL && send_pending(link, p); p = TAILQ_NEXT(p, entry))
		;
	if (p != NULL)
		lose(link);
	return true;
}

static void
connect_or_retry(struct writer_link *link)
{
	if (connect_now(link))
		return;
	if (clock_mono_ms() >= link->give_up_ms) {
		give_up(link, "no writer came in time");
		link->give_up_ms = clock_mono_ms() + GIVE_UP_MS;
	}
	if (link->count > 0)
		retry_later(link);
}

static void
on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct writer_link *link = arg;

	(void)fd;
	(void)what;
	if (link->count > 0)           /* the timer runs only while it is not connected */
		connect_or_retry(link);
}

struct writer_link *
writer_link_new(struct event_base *base, const char *path, unsigned max, struct counters *counters)
{
	struct writer_link *link = calloc(1, sizeof *link);

	if (link == NULL)
		return NULL;
	TAILQ_INIT(&link->pending);
	link->base = base;
	link->max = max;
	link->counters = counters;
	link->path = strdup(path);
	link->retry = evtimer_new(base, on_retry, link);
	if (link->path == NULL || link->retry == NULL) {
		writer_link_free(link);
		return NULL;
	}
	return link;
}

void
writer_link_free(struct writer_link *link)
{
	struct pending *p;

	if (link == NULL)
		return;
	while ((p = TAILQ_FIRST(&link->pending)) != NULL)
		tell(link, p, ST_UNAVAILABLE, NULL);
	if (link->channel != NULL)
		channel_close(link->channel);
	if (link->retry != NULL)
		event_free(link->retry);
	buf_fini(&link->body);
	arena_fini(&link->arena);
	free(link->path);
	free(link);
}

static struct pending *
add_pending(struct writer_link *link, const struct command *command, const struct asker *asker)
{
	struct pending *p = malloc(sizeof *p + link->body.len);

	if (p == NULL)
		return NULL;
	p->id = ++link->last_id;
	p->kind = command->kind;
	p->sends = 0;
	p->asker = *asker;
	p->len = link->body.len;
	memcpy(p->body, link->body.data, link->body.len);
	TAILQ_INSERT_TAIL(&link->pending, p, entry);
	link->count++;
	return p;
}

static enum status
pack(struct writer_link *link, const struct command *command)
{
	if (link->count >= link->max) {
		counter_add(&link->counters->store_refused, 1);
		return ST_OVERLOADED;
	}
	buf_clear(&link->body);
	command_pack(&link->body, command);
	if (link->body.has_failed)
		return ST_FAILED;
	return link->body.len > FRAME_MAX - HEAD_MAX ? ST_TOO_LARGE : ST_OK;
}

void
writer_link_submit(struct writer_link *link, const struct command *command, const struct asker *asker)
{
	enum status st = pack(link, command);
	struct pending *p = st == ST_OK ? add_pending(link, command, asker) : NULL;

	if (p == NULL) {
		asker_tell(asker, st != ST_OK ? st : ST_FAILED, NULL);
		return;
	}
	if (link->channel != NULL) {
		if (!send_pending(link, p))
			lose(link);
	} else if (!event_pending(link->retry, EV_TIMEOUT, NULL)) {
		link->give_up_ms = clock_mono_ms() + GIVE_UP_MS;
		connect_or_retry(link);
	}
}
