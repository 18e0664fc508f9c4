/* SPDX-License-Identifier: MIT */
/* Keeping the picture that a message came with, when the configuration says so. */
#ifndef KEEP_PICTURE_H
#define KEEP_PICTURE_H

#include "message.h"
#include "store_picture.h"

/* A picture on its way into the store; set service, ledger, message_id, file, fn and arg. */
struct keep_picture {
	const struct message_service *service;
	const struct ledger          *ledger;
	struct uuid                   message_id;
	struct slice                  file;            /* the caller's, until fn is called */
	void                        (*fn)(bool is_kept, void *arg);
	void                         *arg;
	/* for keep_picture_run */
	struct picture_part           part;            /* the next one */
	bool                          is_waiting, is_running, has_failed;
};

/* Whether pictures are kept, and this file is one. */
bool keep_picture_wants(const struct options *options, struct slice file);

/*
 * Put all of its parts.  fn is called once, perhaps before the return; is_kept: recording the message with keeps_picture
 * makes it be there.  That it could not be is logged and counted, and no harm to the message.
 */
void keep_picture_run(struct keep_picture *keeping);

#endif
