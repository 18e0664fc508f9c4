/* SPDX-License-Identifier: MIT */
/* A store of one shard, writer processes for it in which a call may fail, and somebody who asks them. */
#ifndef WRITER_SCENE_H
#define WRITER_SCENE_H

#include "unit.h"

#include <sys/types.h>

#include "master/child.h"
#include "store/writer/writer_link.h"
#include "writers.h"

struct event_base;
struct lmdb_env;

enum { WRITER_SCENE_MAP = 16 << 20, WRITER_SCENE_CALLS_MAX = 1000, NOTHING_FAILED = 99 };

/* What a case has as its state; the listener is there before any writer is. */
struct writer_scene {
	struct options          options;
	char                    dir[64], path[INTERNAL_PATH_MAX];
	struct counter_segment *segment;
	int                     segment_fd, listener;
	struct event_base      *base;
};

int writer_scene_setup(void **state);
int writer_scene_teardown(void **state);

/* Open for the one who asks. */
struct writer_link *writer_scene_link(struct writer_scene *f);

/* Its shard's environment, for this process to write. */
struct lmdb_env *writer_scene_shard(struct writer_scene *f);

struct asked {
	unsigned    answers;
	enum status st;                    /* the worst */
};

/* A callback; arg is an asked. */
void asked_written(enum status st, const struct write_answer *answer, void *arg);

/* Somebody signs up. */
void ask(struct writer_link *link, uint8_t who, struct asked *asked);
bool is_stored(struct writer_scene *f, uint8_t who);

struct writer_process {
	pid_t pid;
	int   life;                        /* the master's end: closed, the master is gone */
};

/* begin, or NULL, is called in the new process before the writer runs there. */
struct writer_process writer_start(struct writer_scene *f, void (*begin)(void));

/* The at-th call fails with this error, whichever it is. */
struct writer_process writer_start_failing(struct writer_scene *f, unsigned at, int error);

/* Its exit code, if it has ended; options as for waitpid. */
bool writer_has_ended(struct writer_process *w, int *code, int options);

/* Until so many were answered, or the writer has ended before: false. */
bool writer_turn(struct writer_scene *f, struct writer_process *w, const struct asked *asked, unsigned answers, int *code);

#endif
