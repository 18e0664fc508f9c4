/* SPDX-License-Identifier: MIT */
/*
 * The event loop that every child has: it hears TERM, QUIT, USR2, USR1 and
 * the master's death, stamps the heartbeat and tells the master when the child is ready.
 *
 *	child_loop_init(&loop, in, on_stop, worker)  then the child's own events on loop.base
 *	child_loop_ready(&loop)                      the master counts the child as started
 *	code = child_loop_run(&loop)                 until child_loop_end, then the exit code
 *	child_loop_fini(&loop)                       after the child has freed its own events
 */
#ifndef CHILD_LOOP_H
#define CHILD_LOOP_H

#include <stdbool.h>

#include "child.h"

struct event;
struct event_base;

/* Events of the loop itself have the urgent one; a child may use both. */
enum { PRIORITY_URGENT, PRIORITY_NORMAL, PRIORITIES };

/*
 * The child is to end.  It calls child_loop_end when it has; the loop ends by itself
 * when that takes too long.  May be called twice, graceful first.
 */
typedef void child_stop_fn(enum child_stop how, void *arg);

struct child_loop {
	struct event_base      *base;
	const struct inherited *in;
	child_stop_fn          *on_stop;
	void                   *arg;
	void                  (*on_reopen)(void *arg);   /* the child's own choice: it has log files beside the common one */
	bool                    waits_for_disk;   /* the child's own choice: its turns are not counted as stalls */
	bool                    is_stopping;
	int                     exit_code;
	struct event           *on_term, *on_quit, *on_usr2, *on_usr1, *on_life, *heartbeat, *deadline;
};

/* Without an on_stop the loop ends at once.  false after logging why. */
bool child_loop_init(struct child_loop *loop, const struct inherited *in, child_stop_fn *on_stop, void *arg);
void child_loop_ready(struct child_loop *loop);
int  child_loop_run(struct child_loop *loop);
void child_loop_end(struct child_loop *loop, int exit_code);
void child_loop_fini(struct child_loop *loop);

#endif
