/* SPDX-License-Identifier: MIT */
/*
 * What waits and nobody is at: messages whose driver died or that nobody
 * understood in time, replies whose delivery failed, jobs whose time has come.  The
 * keeper finds them by walking over the shards, and removes dead letters that are
 * too old.
 */
#ifndef REDRIVE_H
#define REDRIVE_H

#include "message/inbox.h"
#include "message/jobs.h"
#include "store_dead.h"

struct redrive;

/* All outlive it.  crash_mark: as in struct inbox_claim.  NULL when there is no memory. */
struct redrive *redrive_open(const struct message_service *service, struct inbox *inbox, struct delivery *delivery, struct jobs *jobs,
    uint32_t crash_mark);
void redrive_close(struct redrive *redrive);

/* Look at the next part of what waits, and take up what nobody has. */
void redrive_look(struct redrive *redrive);

#endif
