/* SPDX-License-Identifier: MIT */
/* A conversation in the terminal. */
#ifndef CTL_CHAT_H
#define CTL_CHAT_H

#include <stdbool.h>

#include "buf.h"

/* Sends a command to the daemon; true with the answer, ended by a NUL, else why not was said. */
typedef bool ctl_chat_ask_fn(const struct buf *line, struct buf *answer, void *arg);

/*
 * Read lines until their end, say each to the daemon as the user terminal:NAME
 * and print the answers with their buttons, of which "/1" presses the first.
 * In a terminal lines can be edited and come back with the arrow keys; they are
 * kept nowhere else.  The exit code, which is 1 when something was not taken, but
 * for somebody who has read why.
 */
int ctl_chat_run(const char *name, ctl_chat_ask_fn *ask, void *arg);

#endif
