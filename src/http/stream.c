/* SPDX-License-Identifier: MIT */
/*
 * Answers made piece by piece; see reply.h.  While one is being sent its
 * request counts as in work, so the connection takes no other.  conn.c asks for
 * the next piece when the output buffer is empty.  What makes it may wait, as a
 * handler may: the client can be gone by then.
 */
#include "config.h"

#include "conn.h"

#include <assert.h>
#include <stdio.h>

enum { CHUNK_HEAD_MAX = 12 };      /* the size in hexadecimal, CR LF: pieces are below 2^32 bytes */

static bool
is_chunked(const struct exchange *x)
{
	return x->reader.minor > 0;
}

static void
end(struct exchange *x, bool is_whole)
{
	x->answer = ANSWER_ENDED;
	reply_tell_answered(x, x->streamed);
	if (x->stream.on_end != NULL)
		x->stream.on_end(is_whole, x->stream.arg);
}

/* The client sees that the rest is missing: there is no last chunk, and the connection ends. */
static void
break_off(struct exchange *x)
{
	x->conn->must_close = x->conn->is_broken = true;
	end(x, false);
}

/* Put the size before the piece, behind room for it, and CR LF behind the piece. */
static void
frame_chunk(struct buf *out)
{
	size_t size = out->len - CHUNK_HEAD_MAX;
	char head[CHUNK_HEAD_MAX + 1];
	size_t head_size = size > 0 ? (size_t)snprintf(head, sizeof head, "%zx\r\n", size) : 0;

	memmove(out->data + head_size, out->data + CHUNK_HEAD_MAX, size);
	memcpy(out->data, head, head_size);
	out->len = head_size + size;
	if (size > 0)                      /* an empty chunk would be the last one */
		buf_append_literal(out, "\r\n");
}

static enum stream_step
make_piece(struct exchange *x, struct buf *out)
{
	enum stream_step step;

	if (is_chunked(x) && buf_reserve(out, CHUNK_HEAD_MAX))
		buf_grew(out, CHUNK_HEAD_MAX);
	step = out->has_failed ? STREAM_BROKEN : x->stream.produce(out, x->stream.arg);
	if (out->has_failed)
		step = STREAM_BROKEN;
	else if (is_chunked(x))
		frame_chunk(out);
	if (step == STREAM_END && is_chunked(x))
		buf_append_literal(out, "0\r\n\r\n");
	return out->has_failed ? STREAM_BROKEN : step;
}

/* The piece that was made goes to the client. */
static void
hand_over(struct exchange *x, enum stream_step step)
{
	struct buf *out = conn_out(x->conn);

	if (step != STREAM_BROKEN)
		buf_append_slice(out, buf_slice(&x->piece));
	if (out->has_failed)
		step = STREAM_BROKEN;
	else
		x->streamed += x->piece.len;
	out->has_failed = false;
	switch (step) {
	case STREAM_MORE:
		break;
	case STREAM_END:
		end(x, true);
		break;
	case STREAM_BROKEN:
		break_off(x);
		break;
	}
	conn_answered(x->conn);
}

static void
make_next(void *arg)
{
	struct exchange *x = arg;
	enum stream_step step;

	buf_clear(&x->piece);
	step = make_piece(x, &x->piece);
	x->is_making = false;
	if (x->conn != NULL) {
		hand_over(x, step);
	} else {
		end(x, false);
		exchange_answered(x);
	}
}

void
stream_piece(struct exchange *x)
{
	x->is_making = true;
	server_enter(x->server, make_next, x);
}

void
stream_drop(struct exchange *x)
{
	struct conn *c = x->conn;

	server_tell(x->server, HTTP_ANSWER_DROPPED);
	end(x, false);
	x->server->in_flight--;
	c->is_in_work = false;
	c->is_broken = true;
}

static void
begin(struct exchange *x)
{
	struct conn *c = x->conn;
	struct buf *out = conn_out(c), *head;

	c->must_close |= !is_chunked(x);
	head = reply_head(x, NULL);
	buf_append_slice(out, buf_slice(head));
	x->streamed = head->len;
	if (head->has_failed || out->has_failed)
		break_off(x);
	else if (x->is_head)
		end(x, true);
}

void
reply_stream(struct request *req, enum status st, const char *content_type, const struct reply_stream *stream)
{
	struct exchange *x = exchange_of(req);

	assert(x->answer == ANSWER_NONE);
	x->answer = ANSWER_STREAMS;
	x->http_status = status_http(st);
	x->content_type = content_type;
	x->stream = *stream;
	x->streamed = 0;
	if (x->conn != NULL) {
		begin(x);
	} else {
		x->streamed = reply_head(x, NULL)->len;
		end(x, false);                     /* the client went away before there was an answer */
	}
	if (!x->is_serving)
		exchange_answered(x);
}
