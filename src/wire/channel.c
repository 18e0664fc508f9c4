/* SPDX-License-Identifier: MIT */
/* See channel.h. */
#include "config.h"

#include "channel.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/event.h>

#include "sockets.h"

enum { READ_SIZE = 64 * 1024, KEEP_SIZE = 16 * 1024 };

struct channel {
	int                             fd;
	struct event                   *on_read, *on_write;
	const struct channel_callbacks *callbacks;
	void                           *arg;
	struct buf                      in, out;
	size_t                          out_start;     /* of the frame being packed */
	size_t                          out_sent;      /* bytes at the start of out that the kernel has */
	bool                            is_flush_due;  /* on_write is active or waits for the kernel */
	bool                            is_in_callback, is_closed;
};

static void
free_channel(struct channel *ch)
{
	if (ch->on_read != NULL)
		event_free(ch->on_read);
	if (ch->on_write != NULL)
		event_free(ch->on_write);
	fd_close(&ch->fd);
	buf_fini(&ch->in);
	buf_fini(&ch->out);
	free(ch);
}

void
channel_close(struct channel *ch)
{
	if (!ch->is_in_callback) {
		free_channel(ch);
		return;
	}
	ch->is_closed = true;
	event_del(ch->on_read);
	event_del(ch->on_write);
}

/* Hand over every whole frame; false when the bytes are no frames or the channel was closed meanwhile. */
static bool
deliver(struct channel *ch)
{
	size_t done = 0, size;
	struct frame frame;
	enum frame_result result;

	for (;;) {
		result = frame_read((struct slice){ ch->in.data + done, ch->in.len - done }, &frame, &size);
		if (result != FRAME_OK)
			break;
		ch->callbacks->on_frame(ch, &frame, ch->arg);
		if (ch->is_closed)
			return false;
		done += size;
	}
	buf_consume(&ch->in, done);
	buf_trim(&ch->in, READ_SIZE);
	if (done > 0 && ch->callbacks->on_drained != NULL)
		ch->callbacks->on_drained(ch, ch->arg);
	return result == FRAME_MORE && !ch->is_closed;
}

static bool
receive(struct channel *ch)
{
	char *space = buf_space(&ch->in, READ_SIZE);
	ssize_t size;

	if (space == NULL)
		return false;
	size = read(ch->fd, space, READ_SIZE);
	if (size > 0) {
		buf_grew(&ch->in, (size_t)size);
		return deliver(ch);
	}
	return size == -1 && (errno == EAGAIN || errno == EINTR);
}

/* Run a step that may call back; afterwards the channel may be gone. */
static void
guarded(struct channel *ch, bool (*step)(struct channel *))
{
	ch->is_in_callback = true;
	if (!step(ch) && !ch->is_closed)
		ch->callbacks->on_lost(ch, ch->arg);
	ch->is_in_callback = false;
	if (ch->is_closed)
		free_channel(ch);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	guarded(arg, receive);
}

/* Write what is there; wait for the kernel with the rest. */
static bool
flush(struct channel *ch)
{
	ssize_t size;

	ch->is_flush_due = false;
	while (ch->out_sent < ch->out.len) {
		size = send(ch->fd, ch->out.data + ch->out_sent, ch->out.len - ch->out_sent, MSG_NOSIGNAL);
		if (size == -1 && errno == EINTR)
			continue;
		if (size == -1 && errno == EAGAIN) {
			ch->is_flush_due = true;
			return event_add(ch->on_write, NULL) == 0;
		}
		if (size == -1)
			return false;
		ch->out_sent += (size_t)size;
	}
	buf_clear(&ch->out);
	ch->out_sent = 0;
	buf_trim(&ch->out, KEEP_SIZE);
	return true;
}

static void
on_writable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	guarded(arg, flush);
}

struct channel *
channel_open(struct event_base *base, int fd, const struct channel_callbacks *callbacks, void *arg)
{
	struct channel *ch = calloc(1, sizeof *ch);

	if (ch == NULL) {
		fd_close(&fd);
		return NULL;
	}
	ch->fd = fd;
	ch->callbacks = callbacks;
	ch->arg = arg;
	ch->on_read = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, ch);
	ch->on_write = event_new(base, fd, EV_WRITE, on_writable, ch);
	if (ch->on_read == NULL || ch->on_write == NULL || event_add(ch->on_read, NULL) == -1) {
		free_channel(ch);
		return NULL;
	}
	return ch;
}

msgpack_packer
channel_begin(struct channel *ch, const struct frame *head)
{
	if (ch->out_sent > 0 && ch->out_sent == ch->out.len) {
		buf_clear(&ch->out);
		ch->out_sent = 0;
	}
	ch->out_start = frame_begin(&ch->out, head);
	return mp_packer(&ch->out);
}

bool
channel_end(struct channel *ch)
{
	bool is_whole = frame_end(&ch->out, ch->out_start);

	ch->out.has_failed = false;
	if (is_whole && !ch->is_flush_due && !ch->is_closed) {
		ch->is_flush_due = true;
		event_active(ch->on_write, EV_WRITE, 0);
	}
	return is_whole;
}

bool
channel_send(struct channel *ch, const struct frame *frame)
{
	channel_begin(ch, frame);
	buf_append_slice(&ch->out, frame->body);
	return channel_end(ch);
}

size_t
channel_unsent(const struct channel *ch)
{
	return ch->out.len - ch->out_sent;
}

void
channel_pause(struct channel *ch)
{
	event_del(ch->on_read);
}

void
channel_resume(struct channel *ch)
{
	event_add(ch->on_read, NULL);
}
