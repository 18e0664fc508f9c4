/* SPDX-License-Identifier: MIT */
/*
 * A socket on which commands are taken: one line of at most 4 KiB per
 * connection, to be sent and its answer to be read within 2 s each, at most 8
 * connections at a time; more of them wait in the kernel's queue.
 */
#ifndef CTL_SERVER_H
#define CTL_SERVER_H

#include <stdbool.h>

struct keeper;
struct ctl_server;

/*
 * Commands for the operator are taken when is_operator, and then only from
 * processes of our own user or root.  The descriptor stays the caller's.
 */
struct ctl_server *ctl_server_new(struct keeper *keeper, int listener, bool is_operator);

/* Take no more connections.  on_drained: those that were there are over; perhaps before the return. */
void ctl_server_drain(struct ctl_server *server, void (*on_drained)(void *arg), void *arg);

/* No reply may be used any more. */
void ctl_server_free(struct ctl_server *server);

#endif
