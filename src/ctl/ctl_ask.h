/* SPDX-License-Identifier: MIT */
/* A command to the daemon, and its answer. */
#ifndef CTL_ASK_H
#define CTL_ASK_H

#include <stdio.h>

#include "buf.h"

enum { EXIT_REFUSED = 1, EXIT_NO_DAEMON = 3 };

/*
 * Send the line, which has its end, to the socket at path.  0 with the answer,
 * ended by a NUL; else an exit code, after saying why to errors unless that is NULL.
 */
int ctl_ask(const char *path, const struct buf *line, struct buf *answer, FILE *errors);

/* The same for a command whose answer takes so much longer. */
int ctl_ask_patiently(const char *path, const struct buf *line, struct buf *answer, FILE *errors, unsigned more_s);

#endif
