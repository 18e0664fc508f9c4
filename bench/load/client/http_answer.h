/* SPDX-License-Identifier: MIT */
/* Reading an HTTP/1.1 answer: what the daemon and a proxy before it send, and no more. */
#ifndef HTTP_ANSWER_H
#define HTTP_ANSWER_H

#include <stdbool.h>

#include "buf.h"
#include "slice.h"

enum { HTTP_ANSWER_MAX = 16 << 20 };     /* bytes; more is taken for broken */

enum http_answer_state { HTTP_ANSWER_MORE, HTTP_ANSWER_COMPLETE, HTTP_ANSWER_BROKEN };

struct http_answer {
	unsigned     status;
	struct slice body;          /* in the buffer that was read */
	bool         must_close;    /* the other side will send nothing more on this connection */
};

/*
 * Read the answer that the buffer holds from its start; nothing may follow it,
 * as one request is sent at a time.  A body has a Content-Length or comes in
 * chunks, which are joined in the buffer.  Answers with a 1xx status are passed over.
 */
enum http_answer_state http_answer_read(struct buf *in, struct http_answer *answer);

#endif
