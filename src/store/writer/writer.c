/* SPDX-License-Identifier: MIT */
/*
 * The writer of a shard: the one process that changes it.  It takes commands
 * from any number of channels and commits all that wait in one transaction;
 * the answers leave when the commit has returned.
 *
 * Nothing is delayed to collect more: the commit has a lower priority than
 * reading, so it runs when all that has arrived was read, and while it runs the
 * next commands gather in the sockets.  So what waits in memory is bounded by
 * batch_max and one read of a channel.
 */
#include "config.h"

#include <event2/event.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/statvfs.h>

#include "batch.h"
#include "channel.h"
#include "master/child_loop.h"
#include "clock.h"
#include "kv/map_warmer.h"
#include "store/layout.h"
#include "log.h"
#include "options.h"
#include "sabotage.h"
#include "sockets.h"

enum { COMMIT_PRIORITY = PRIORITIES, WRITER_PRIORITIES };

/* One process that asks. */
struct peer {
	struct peer    *next;
	struct writer  *writer;
	struct channel *channel;       /* NULL when it is lost */
	size_t          waiting;       /* its commands in the batch */
};

struct writer {
	struct child_loop      loop;
	const struct inherited *in;
	struct lmdb_env        *env;
	struct map_warmer      *warmer;
	struct event           *on_connect, *commit;
	struct peer            *peers;
	struct batch            batch;
	bool                    ends_when_alone;   /* asked to end, and serving those who still ask */
	bool                    is_ending;
#if SABOTAGE == SABOTAGE_EARLY_ACK
	bool                    is_executed;
#endif
};

/* --- peers --------------------------------------------------------------------------- */

/* What has not been read yet will be sent again, to the next writer. */
static void
begin_ending(struct writer *w)
{
	w->is_ending = true;
	event_del(w->on_connect);
	for (struct peer *peer = w->peers; peer != NULL; peer = peer->next)
		if (peer->channel != NULL)
			channel_pause(peer->channel);
	event_active(w->commit, 0, 0);
}

static void
peer_free(struct peer *peer)
{
	struct writer *w = peer->writer;
	struct peer **link = &w->peers;

	while (*link != peer)
		link = &(*link)->next;
	*link = peer->next;
	free(peer);
	if (w->ends_when_alone && w->peers == NULL && !w->is_ending)
		begin_ending(w);
}

/* What it asked for is carried out all the same; nobody is told. */
static void
peer_lose(struct peer *peer)
{
	channel_close(peer->channel);
	peer->channel = NULL;
	if (peer->waiting == 0)
		peer_free(peer);
}

static void
send_answer(struct peer *peer, const struct batch_entry *entry, struct slice body)
{
	struct frame head = { .kind = entry->kind, .id = entry->id };
	msgpack_packer pk;

	peer->waiting--;
	if (peer->channel == NULL) {
		if (peer->waiting == 0)
			peer_free(peer);
		return;
	}
	pk = channel_begin(peer->channel, &head);
	pk.callback(pk.data, body.ptr, body.len);
	if (channel_end(peer->channel))
		return;
	log_error("an answer of %zu bytes cannot be sent: a process that asks is cut off, and will ask again", body.len);
	peer_lose(peer);
}

static void
send_answers(struct writer *w, size_t first, size_t count)
{
	for (size_t i = first; i < first + count; i++)
		send_answer(w->batch.entries[i].asker, &w->batch.entries[i], batch_answer(&w->batch, &w->batch.entries[i]));
}

/* --- committing -------------------------------------------------------------------------- */

#if SABOTAGE == SABOTAGE_EARLY_ACK
/* Answers first and commits a turn of the loop later: the test of crashes has to notice. */
static void
commit_all(struct writer *w)
{
	if (w->is_executed) {
		batch_commit(w->env, w->in->slot);
		w->is_executed = false;
		if (w->batch.count > 0)
			event_active(w->commit, 0, 0);
		return;
	}
	if (w->batch.count == 0 || batch_execute(&w->batch, 0, w->batch.count, w->env, w->in->slot) != ST_OK)
		return;
	send_answers(w, 0, w->batch.count);
	batch_clear(&w->batch);
	w->is_executed = true;
	event_active(w->commit, 0, 0);
}
#else
static bool
is_disk_low(const struct options *options)
{
	struct statvfs fs;

	return options->store_reserve_bytes > 0 && statvfs(options->store_path, &fs) == 0 &&
	    (uint64_t)fs.f_bavail * fs.f_frsize < (uint64_t)options->store_reserve_bytes;
}

static void
commit_all(struct writer *w)
{
	size_t done = 0;

	w->batch.is_low = w->batch.count > 0 && is_disk_low(w->in->options);
	while (done < w->batch.count) {
		size_t count = batch_run(&w->batch, done, w->in->options->store_batch_max, w->env, w->in->slot);

		send_answers(w, done, count);
		done += count;
	}
	batch_clear(&w->batch);
}
#endif

/*
 * Reading and sending come before this.  So when it runs a second time with
 * nothing to commit, all answers were written.
 */
static void
on_commit(evutil_socket_t fd, short what, void *arg)
{
	struct writer *w = arg;
	bool is_idle = w->batch.count == 0;

	(void)fd;
	(void)what;
	commit_all(w);
	if (!w->is_ending && !lmdb_is_disk_bad(w->env))
		return;
	if (is_idle)
		child_loop_end(&w->loop, lmdb_is_disk_bad(w->env) ? CHILD_EXIT_IO : CHILD_EXIT_OK);
	else
		event_active(w->commit, 0, 0);
}

static void
on_frame(struct channel *channel, const struct frame *frame, void *arg)
{
	struct peer *peer = arg;
	struct batch *batch = &peer->writer->batch;

	(void)channel;
	if (batch_add(batch, peer, frame)) {
		peer->waiting++;
		return;
	}
	log_error("out of memory: a process that asks is cut off, and will ask again");
	peer_lose(peer);
}

static void
on_drained(struct channel *channel, void *arg)
{
	struct peer *peer = arg;
	struct writer *w = peer->writer;

	(void)channel;
	if (w->batch.count >= w->in->options->store_batch_max)
		commit_all(w);
	if (w->batch.count > 0 || lmdb_is_disk_bad(w->env))
		event_active(w->commit, 0, 0);
}

static void
on_lost(struct channel *channel, void *arg)
{
	(void)channel;
	peer_lose(arg);
}

static void
accept_peer(struct writer *w, int fd)
{
	static const struct channel_callbacks callbacks = { on_frame, on_drained, on_lost };
	struct peer *peer = calloc(1, sizeof *peer);

	if (peer == NULL) {
		fd_close(&fd);
		return;
	}
	peer->writer = w;
	peer->next = w->peers;
	w->peers = peer;
	peer->channel = channel_open(w->loop.base, fd, &callbacks, peer);
	if (peer->channel == NULL)
		peer_free(peer);
}

static void
on_connect(evutil_socket_t listener, short what, void *arg)
{
	int fd;

	(void)what;
	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) != -1)
		accept_peer(arg, fd);
}

/* --- the process -------------------------------------------------------------------------- */

/*
 * When the master has died all its children are told at once, and those with
 * requests in work still need their writers: a graceful end waits for them.
 */
static void
on_stop(enum child_stop how, void *arg)
{
	struct writer *w = arg;

	if (how != STOP_FAST && w->peers != NULL)
		w->ends_when_alone = true;
	else if (!w->is_ending)
		begin_ending(w);
}

static bool
make_events(struct writer *w)
{
	if (event_base_priority_init(w->loop.base, WRITER_PRIORITIES) == -1)
		return false;
	w->commit = event_new(w->loop.base, -1, 0, on_commit, w);
	w->on_connect = event_new(w->loop.base, w->in->internal_listener, EV_READ | EV_PERSIST, on_connect, w);
	return w->commit != NULL && w->on_connect != NULL && event_priority_set(w->commit, COMMIT_PRIORITY) == 0
	    && event_add(w->on_connect, NULL) == 0;
}

static void
close_writer(struct writer *w)
{
	while (w->peers != NULL) {
		struct peer *peer = w->peers;

		peer->waiting = 0;
		if (peer->channel != NULL)
			peer_lose(peer);
		else
			peer_free(peer);
	}
	if (w->commit != NULL)
		event_free(w->commit);
	if (w->on_connect != NULL)
		event_free(w->on_connect);
	batch_fini(&w->batch);
	map_warmer_free(w->warmer);
	lmdb_env_close(w->env);
	child_loop_fini(&w->loop);
}

int
writer_run(const struct inherited *in, unsigned index)
{
	struct writer w = { .in = in };
	struct meta meta;
	int code = CHILD_EXIT_FATAL;

	if (!child_loop_init(&w.loop, in, on_stop, &w))
		return CHILD_EXIT_FATAL;
	w.loop.waits_for_disk = true;
	w.env = layout_open(in->options, index, LMDB_WRITE, NULL, &meta);
	if (w.env != NULL && make_events(&w)) {
		lmdb_clear_dead_readers(w.env);
		w.warmer = map_warmer_new(w.loop.base, lmdb_env_map(w.env), WARM_CACHED);
		child_loop_ready(&w.loop);
		code = child_loop_run(&w.loop);
	}
	close_writer(&w);
	return code;
}
