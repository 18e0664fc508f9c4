/* SPDX-License-Identifier: MIT */
/* Workers that a test plays itself, so that they can fail in every way, and a pool that asks them. */
#ifndef POOL_SCENE_H
#define POOL_SCENE_H

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <event2/event.h>

#include "ai/pool/ai_pool.h"
#include "ai/pool/job.h"
#include "channel.h"
#include "clock.h"
#include "counters.h"
#include "master/child.h"
#include "sockets.h"

enum { WORKERS = 2, JOBS_MAX = 200 };

struct fake_worker {
	struct scene   *scene;
	int             listener;
	struct event   *on_accept;
	struct channel *channel;
	bool            says_hello, answers, closes;
	bool            waits;                   /* says that it asks a provider, and does not answer */
	bool            crashes;                 /* when it closes, the master blames it */
	const char     *poison;                  /* it closes at this text alone, without an answer to what it had before */
	bool            talks_nonsense;          /* its answers are none */
	unsigned        count;
	uint64_t        ids[JOBS_MAX];
	char            texts[JOBS_MAX][32];
	struct buf      picture;                 /* all parts that came */
	uint64_t        picture_of;              /* the job that they were of */
};

struct scene {
	char               directory[64];
	struct options     options;
	struct counters    counters;
	struct counter_segment *segment;
	int                segment_fd;
	struct event_base *base;
	struct ai_pool    *pool;
	struct fake_worker workers[WORKERS];
	unsigned           answered, ok, unavailable, failed;
};

/* What a worker does with a job: the test's own. */
static void on_fake_frame(struct channel *ch, const struct frame *frame, void *arg);

static void
on_fake_lost(struct channel *ch, void *arg)
{
	((struct fake_worker *)arg)->channel = NULL;
	channel_close(ch);
}

static const struct channel_callbacks fake_callbacks = { on_fake_frame, NULL, on_fake_lost };

static void
on_fake_accept(evutil_socket_t listener, short what, void *arg)
{
	struct fake_worker *worker = arg;
	struct frame hello = { JOB_HELLO, 0, PRIORITY_HIGH, 0, SLICE_EMPTY };
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	msgpack_packer pk;

	(void)what;
	if (fd == -1)
		return;
	if (worker->channel != NULL)
		channel_close(worker->channel);
	worker->channel = channel_open(worker->scene->base, fd, &fake_callbacks, worker);
	if (!worker->says_hello)
		return;
	pk = channel_begin(worker->channel, &hello);
	msgpack_pack_nil(&pk);
	channel_end(worker->channel);
}

static unsigned
ai_role(void)
{
	unsigned role = 0;

	while (strcmp(roles[role].name, "ai") != 0)
		role++;
	return role;
}

static int
open_scene(void **state)
{
	struct scene *scene = calloc(1, sizeof *scene);
	char path[INTERNAL_PATH_MAX];

	snprintf(scene->directory, sizeof scene->directory, "%s/aiexpense-pool-XXXXXX", "/tmp");
	assert_non_null(mkdtemp(scene->directory));
	assert_true(options_init(&scene->options));
	free(scene->options.run_directory);
	scene->options.run_directory = strdup(scene->directory);
	scene->options.ai_workers = WORKERS;
	scene->options.ai_attempt_timeout_ms = 60;
	snprintf(path, sizeof path, "%s/internal", scene->directory);
	assert_int_equal(mkdir(path, 0700), 0);
	scene->segment = counters_create(2, &scene->segment_fd);
	assert_non_null(scene->segment);
	atomic_store(&counters_take_slot(scene->segment)->role, ai_role());
	scene->base = event_base_new();
	for (unsigned i = 0; i < WORKERS; i++) {
		struct fake_worker *worker = &scene->workers[i];

		ai_socket_path(&scene->options, i, path);
		worker->scene = scene;
		worker->says_hello = worker->answers = true;
		worker->listener = unix_listen(path, 0600, 16);
		assert_int_not_equal(worker->listener, -1);
		worker->on_accept = event_new(scene->base, worker->listener, EV_READ | EV_PERSIST, on_fake_accept, worker);
		event_add(worker->on_accept, NULL);
	}
	scene->pool = ai_pool_open(scene->base, &scene->options, &scene->counters, scene->segment);
	assert_non_null(scene->pool);
	*state = scene;
	return 0;
}

static int
close_scene(void **state)
{
	struct scene *scene = *state;
	char path[INTERNAL_PATH_MAX];

	ai_pool_close(scene->pool);
	for (unsigned i = 0; i < WORKERS; i++) {
		ai_socket_path(&scene->options, i, path);
		unlink(path);
		event_free(scene->workers[i].on_accept);
		fd_close(&scene->workers[i].listener);
		buf_fini(&scene->workers[i].picture);
		if (scene->workers[i].channel != NULL)
			channel_close(scene->workers[i].channel);
	}
	snprintf(path, sizeof path, "%s/internal", scene->directory);
	rmdir(path);
	rmdir(scene->directory);
	event_base_free(scene->base);
	counters_destroy(scene->segment, scene->segment_fd);
	options_fini(&scene->options);
	free(scene);
	return 0;
}

#endif
