/* SPDX-License-Identifier: MIT */
/* A view of the running daemon that stays on the terminal, or is printed once. */
#ifndef CTL_TOP_H
#define CTL_TOP_H

#define CTL_TOP_INTERVAL_MIN 0.1
#define CTL_TOP_INTERVAL_MAX 3600.0

/* Ask the stats socket at path twice, so many seconds apart, and print what there is to see.  The exit code. */
int ctl_top_once(const char *path, double seconds);

/* The same on the whole terminal, again and again, until q is pressed; a daemon that is away is waited for. */
int ctl_top_run(const char *path, double seconds);

#endif
