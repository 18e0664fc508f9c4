/* SPDX-License-Identifier: MIT */
/*
 * Frames over a connected stream socket on a libevent loop.  What one turn of
 * the loop sends leaves in one write; what one wake-up brings is read in one
 * read and handed over frame by frame.
 */
#ifndef CHANNEL_H
#define CHANNEL_H

#include <stdbool.h>

#include "buf.h"
#include "frame.h"

struct channel;
struct event_base;

struct channel_callbacks {
	/* One frame; its body is valid until the return.  May close the channel. */
	void (*on_frame)(struct channel *ch, const struct frame *frame, void *arg);
	/* All frames of one wake-up were handed over.  May be NULL. */
	void (*on_drained)(struct channel *ch, void *arg);
	/* The other side is gone or sent what is no frame.  The callee closes the channel. */
	void (*on_lost)(struct channel *ch, void *arg);
};

/* Takes fd over, also when it fails.  callbacks must outlive the channel.  NULL when there is no memory. */
struct channel *channel_open(struct event_base *base, int fd, const struct channel_callbacks *callbacks, void *arg);

/* Close and free; allowed inside callbacks.  What was not written yet is lost. */
void channel_close(struct channel *ch);

/* Start a frame; pack one value with the packer; end it.  false: it was too large, or there was no memory. */
msgpack_packer channel_begin(struct channel *ch, const struct frame *head);
bool channel_end(struct channel *ch);

/* Send a frame whose body is packed already. */
bool channel_send(struct channel *ch, const struct frame *frame);

/* Bytes accepted and not yet taken by the kernel. */
size_t channel_unsent(const struct channel *ch);

/* Stop and go on reading, so that a flood waits in the kernel. */
void channel_pause(struct channel *ch);
void channel_resume(struct channel *ch);

#endif
