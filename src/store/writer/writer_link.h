/* SPDX-License-Identifier: MIT */
/*
 * The way from a process to the writer of a shard.  A command is kept until it
 * is answered; when the writer dies, all that were not answered are sent again,
 * in order, to the one that takes its place.  Commands are recorded once
 * however often they come, so a writer's death shows as a delay only.
 */
#ifndef WRITER_LINK_H
#define WRITER_LINK_H

#include "store/command/command.h"

struct counters;
struct event_base;
struct writer_link;

/* Connects to path when there is something to send.  max: commands that may wait.  NULL when there is no memory. */
struct writer_link *writer_link_new(struct event_base *base, const char *path, unsigned max, struct counters *counters);

/* Those who wait are told ST_UNAVAILABLE. */
void writer_link_free(struct writer_link *link);

/*
 * Send a command; the asker is told once.  ST_OVERLOADED: too many wait.
 * ST_TOO_LARGE: it does not fit a frame.  ST_UNAVAILABLE: no writer came for
 * some seconds, or one after the other ended without an answer; it may have
 * been carried out.
 */
void writer_link_submit(struct writer_link *link, const struct command *command, const struct asker *asker);

#endif
