/* SPDX-License-Identifier: MIT */
/*
 * The master: makes what crosses the fork, forks the children, watches and
 * replaces them, and takes the operator's signals.  It serves nothing and has
 * no event library; it waits in poll(2) and does what is due.
 *
 * master_run is for main; the rest is shared by the files of this folder.
 */
#ifndef MASTER_H
#define MASTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "child.h"

/* A place for a child, and the process that has it now. */
struct child {
	unsigned             role, index;
	struct process_slot *slot;
	int                  internal_listener;  /* open for as long as the master lives: clients wait in its queue */

	pid_t                pid;                /* 0 while no process runs */
	int                  status_fd;          /* read end; -1 when none runs or it has closed its end */
	bool                 is_ready;
	int64_t              started_ms;
	int64_t              stopped_ms;         /* when SIGSTOP was seen; 0 while it runs */
	int64_t              aborted_ms;         /* when the watchdog sent SIGABRT; 0 when it did not */

	unsigned             crashes;            /* in a row, for the back-off */
	int64_t              respawn_at_ms;      /* 0 when it is not to be started */
	bool                 is_given_up;        /* it said that it cannot work */
	bool                 is_leaving;         /* its place goes with it */
};

enum generation_state { GENERATION_STARTING, GENERATION_SERVING, GENERATION_STOPPING };

/* The processes of one configuration.  During a reload there are two such sets. */
struct generation {
	struct options       *options;
	struct child         *children;
	size_t                child_count;
	enum generation_state state;
	int64_t               started_ms;

	/* GENERATION_STOPPING */
	enum child_stop       how;
	unsigned              stop_stage;
	int64_t               stage_until_ms;  /* the next stage is told by then, whoever still lives */
	int64_t               stop_until_ms;   /* then KILL, or for a graceful stop TERM */
};

/* Where the configuration is read from, and how another master is started: the arguments of the program. */
struct config_source {
	const char        *program;            /* its path, which another binary may have by now */
	char *const       *argv;
	const char        *file;
	const char *const *overrides;
	size_t             override_count;
};

enum phase { PHASE_STARTING, PHASE_READY, PHASE_STOPPING };

struct master {
	const struct config_source *source;
	struct options         *options;         /* of the start: what only a restart changes holds for all generations */
	struct counter_segment *segment;
	int                     segment_fd;
	struct rate_table      *rates;
	struct ai_shared       *ai;
	struct profile         *profile;         /* NULL unless processes may be looked into */
	struct process_slot    *slot;            /* the master's own */
	size_t                  process_max;     /* slots of the segment */
	struct generation      *serving;
	struct generation      *other;           /* of a reload: the one that starts, or that ends; NULL outside of one */
	bool                    is_reload_wanted;/* when the present one is over */

	int                    *http_fds;
	size_t                  http_fd_count;
	int                     stats_fd, control_fd, metrics_fd, lock_fd, signal_fd;
	int                     latest_id_fd;    /* -1: it cannot be written */
	int                     life_read, life_write;
	int                     detached_fd;     /* where -D waits for a byte; -1 without it */
	bool                    has_pid_file;    /* ours, to be removed */

	enum phase              phase;
	int                     exit_code;
	int64_t                 started_ms, last_turn_ms;
	int64_t                 watch_from_ms;   /* the watchdog sleeps until then */
	int64_t                 told_alive_ms;   /* the service manager, last */

	pid_t                   upgrade_pid;     /* of the master that takes over; 0 when there is none */
	int                     upgrade_fd;      /* a byte comes when it is ready; -1 afterwards */
	pid_t                   elder_pid;       /* of the master that this one takes over from, alive or not; 0: none */
	bool                    has_lock;        /* the record lock, which an elder keeps as long as it lives */
};

/*
 * Until a signal ends it; the exit code.  options: what was read from source.
 * A byte goes to detached_fd once all children are ready.
 */
int master_run(const struct config_source *source, struct options *options, int detached_fd);

/* place.c: directories and lock, sockets and pid file, privileges.  All log why before returning false. */
bool place_take(struct master *m);
bool place_listen(struct master *m);
bool place_drop_privileges(struct master *m);
bool place_write_pid(struct master *m);                      /* the pid file, and the lock's file */
bool place_own_lock(struct master *m);                       /* once nobody else has the record lock */
void place_step_aside(struct master *m);                     /* the pid file's name is for another master */
void place_step_back(struct master *m);
void place_leave(struct master *m);

/* generation.c */
size_t generation_size(const struct options *options);
unsigned generation_after(unsigned number, unsigned step);
/* With places, slots and sockets.  NULL after logging why.  The options are its own in any case, but for those of the start. */
struct generation *generation_new(struct master *m, struct options *options);
void generation_free(const struct master *m, struct generation *g);
struct generation *generation_next(const struct master *m, const struct generation *g);   /* from m->serving on; NULL: there is no more */
/* One process more or fewer for requests, until the next reload; a log line tells what came of it. */
void generation_add_worker(struct master *m, struct generation *g);
void generation_remove_worker(struct generation *g);
void generation_drop(struct generation *g, struct child *child);   /* its process is gone, and its place goes as well */
void generation_each_socket(const struct generation *g, void (*fn)(const char *path, const void *arg), const void *arg);

/* spawn.c */
bool spawn_prepare(struct master *m);                        /* what all processes share, and the first generation */
void spawn_due(struct master *m, int64_t now_ms);            /* start whoever is to be started by now */
int64_t spawn_due_ms(const struct master *m, const struct generation *g, const struct child *child);   /* 0: not to be started */
void spawn_reap(struct master *m, int64_t now_ms);           /* take notice of every child that changed state */
void spawn_read_status(struct child *child);
const char *child_text(const struct child *child, char text[48]);   /* "http 0 (pid 12)" */

/* watch.c: end the children that no longer work. */
void watch_children(struct master *m, int64_t now_ms);
bool watch_is_healthy(const struct master *m);               /* every kind of process that serves has one that works */

/* stop.c */
void stop_begin(struct master *m, enum child_stop how, int exit_code);   /* everything */
void stop_generation(struct generation *g, enum child_stop how);
void stop_kill(const struct generation *g);
void stop_step(struct generation *g, int64_t now_ms);
bool stop_is_done(const struct generation *g);

/* upgrade.c */
void upgrade_begin(struct master *m);
void upgrade_read(struct master *m);                         /* upgrade_fd is readable */
void upgrade_note_ended(struct master *m, int status);       /* upgrade_pid is no more */
void upgrade_rest(struct master *m);                         /* leave the serving to the other one */
bool upgrade_is_one(void);                                   /* this process was started by upgrade_begin */
bool upgrade_take(struct master *m);                         /* what was handed over, if so; false after logging why */
bool upgrade_has_elder(const struct master *m);              /* the other master is still there */

/* reload.c */
void reload_begin(struct master *m);                         /* or note that one is wanted, while another is under way */
void reload_step(struct master *m, int64_t now_ms);

/* logs.c */
bool logs_open(const struct options *options);               /* and how lines look; false after logging why, to where lines went before */
void logs_reopen(const struct master *m);                    /* the master's, then the children's */

/* notify.c: one line to the service manager, when there is one. */
void notify_manager(const char *line);
void notify_reloading(void);
void notify_alive(struct master *m, int64_t now_ms);         /* as often as its watchdog wants, if all is well */

#endif
