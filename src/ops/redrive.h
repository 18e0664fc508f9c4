/* SPDX-License-Identifier: MIT */
/*
 * Messages that were accepted and left behind: the process that drove them
 * died, or nobody understood them in time.  They lie in the inbox, and the
 * keeper drives them from there.
 */
#ifndef REDRIVE_H
#define REDRIVE_H

#include "message/message.h"

struct redrive;

/* service must outlive it.  NULL when there is no memory. */
struct redrive *redrive_open(const struct message_service *service);
void redrive_close(struct redrive *redrive);

/* Look for messages left behind and drive them; does nothing while those of the last look are under way. */
void redrive_look(struct redrive *redrive);

#endif
