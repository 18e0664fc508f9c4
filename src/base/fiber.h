/* SPDX-License-Identifier: MIT */
/*
 * Functions that can stop in their middle and go on later, each on a stack of
 * its own, all in one thread.  What asks a server over the network is written
 * as if it waited, and the event loop goes on meanwhile.
 *
 * A fiber runs until it returns or suspends; nothing else runs in between.
 */
#ifndef FIBER_H
#define FIBER_H

#include <stdbool.h>

struct fiber;

/*
 * Run fn on a stack of its own; returns when it has returned or been suspended
 * for the first time.  false: there is no memory or there are FIBERS_MAX, and
 * fn was not called.
 */
bool fiber_run(void (*fn)(void *arg), void *arg);

enum { FIBERS_MAX = 4096, FIBER_STACK_BYTES = 1 << 20 };

/* The one that runs now; NULL outside of any. */
struct fiber *fiber_self(void);

/* Only in a fiber: let whoever ran or resumed it go on; returns when somebody resumes it. */
void fiber_suspend(void);

/* Go on with one that is suspended, from anywhere but from itself. */
void fiber_resume(struct fiber *fiber);

/* Those that have begun and not returned. */
unsigned fiber_count(void);

/* Give back the stacks that are kept for the next ones. */
void fiber_free_spare(void);

#endif
