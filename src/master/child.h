/* SPDX-License-Identifier: MIT */
/*
 * What crosses the fork, and which kinds of children there are.
 */
#ifndef CHILD_H
#define CHILD_H

#include <stdbool.h>
#include <stddef.h>

#include "counters.h"
#include "options.h"

/* Exit codes of a child; a death by a signal is a crash as well. */
enum child_exit {
	CHILD_EXIT_OK = 0,         /* it was asked to end */
	CHILD_EXIT_FATAL = 2,      /* cannot work with this configuration: not started again */
	CHILD_EXIT_ASSERT = 3,     /* cannot happen, and did */
	CHILD_EXIT_IO = 4,         /* the store's disk failed */
};

/*
 * All that a child has from the master.  Descriptors that are not its own are
 * -1 (or absent, for the lists) in the child: they are closed before its run
 * function is called.
 */
struct inherited {
	const struct options   *options;
	struct counter_segment *segment;
	struct rate_table      *rates;            /* of the limits that all http workers count together */
	struct ai_shared       *ai;               /* what AI workers share; http workers and the keeper have the map of keywords in it */
	struct profile         *profile;          /* NULL unless processes may be looked into */
	struct process_slot    *slot;             /* this process' own; &slot->counters is where it counts */
	const int              *http_listeners;   /* role http: listening, non-blocking, one for each item of http.listen */
	size_t                  http_listener_count;
	int                     internal_listener;/* roles writer and ai: their socket below run.directory/internal/ */
	int                     stats_listener;   /* role keeper */
	int                     control_listener; /* role keeper */
	int                     metrics_listener; /* role keeper, when there is one */
	int                     latest_id_fd;     /* role keeper; latest_id.h */
	int                     status_fd;        /* write end: tells the master "ready" */
	int                     life_fd;          /* read end: EOF means that the master died */
	int                     lock_fd;          /* of daemon.lock: held, never used */
};

enum { STOP_STAGES = 2, SOCKET_NAME_MAX = 11, INTERNAL_PATH_MAX = 108 };

/*
 * How a child is asked to end: TERM, at once but for what cannot be left half
 * done; QUIT, after the requests in work; USR2, the same with other processes
 * there for the connections that it closes.
 */
enum child_stop { STOP_FAST, STOP_GRACEFUL, STOP_REPLACED };

/*
 * One kind of child.  run makes its own event base (child_loop.h) and returns
 * the exit code; index counts from 0 within the role.
 */
struct role {
	const char *name;
	int (*run)(const struct inherited *in, unsigned index);
	unsigned (*count)(const struct options *options);
	bool        takes_requests;               /* gets the listeners of http.listen */
	bool        takes_commands;               /* gets the stats and control sockets */
	/* The name of its internal socket without ".sock"; NULL when the role has none. */
	void (*socket_name)(const struct options *options, unsigned index, char name[SOCKET_NAME_MAX]);
	unsigned    stop_stage;                   /* those of stage 0 end before those of stage 1 are told to */
	int         oom_score;
};

extern const struct role roles[];
extern const unsigned role_count;

/* The row of process_slot.role for the master itself. */
#define ROLE_MASTER role_count

/* "http", "master". */
const char *role_name(unsigned role);

/* The roles' functions, each in its module.  The writer with index store.shards owns the index environment. */
int http_worker_run(const struct inherited *in, unsigned index);
int writer_run(const struct inherited *in, unsigned index);
int ai_worker_run(const struct inherited *in, unsigned index);
int keeper_run(const struct inherited *in, unsigned index);

/* The path of the socket of a writer (index == store.shards: the index writer) or an AI worker, for those that ask it. */
void writer_socket_path(const struct options *options, unsigned index, char path[INTERNAL_PATH_MAX]);
void ai_socket_path(const struct options *options, unsigned index, char path[INTERNAL_PATH_MAX]);

void internal_socket_path(const struct options *options, const char *name, char path[INTERNAL_PATH_MAX]);

/* How soon the kernel, short of memory, ends this process.  Best effort: only root may lower it. */
void process_set_oom_score(int score);

/* What a forked child does first and last: closes, names itself, resets signals, runs its role, exits. */
void child_main(const struct inherited *in, unsigned role, unsigned index) __attribute__((noreturn));

#endif
