/* SPDX-License-Identifier: MIT */
/*
 * The frames on every internal socket: a 4 byte big-endian length, then a
 * msgpack array [version, kind, id, priority, deadline_ms, body].  The length
 * counts what follows it and is at most FRAME_MAX.
 */
#ifndef FRAME_H
#define FRAME_H

#include <stdint.h>

#include "buf.h"
#include "mp.h"
#include "slice.h"

enum {
	FRAME_VERSION = 1,
	FRAME_MAX = 256 * 1024,
	FRAME_LENGTH_BYTES = 4
};

enum priority { PRIORITY_HIGH, PRIORITY_MEDIUM, PRIORITY_LOW, PRIORITY_LEVELS };

struct frame {
	unsigned      kind;          /* what the body is; each pair of processes has its own numbers */
	uint64_t      id;            /* the asker's; an answer carries it back */
	enum priority priority;
	int64_t       deadline_ms;   /* of the monotonic clock, which all processes of a machine share; 0: none */
	struct slice  body;          /* one msgpack value, still packed */
};

/* Append the start of a frame; then the caller packs the body, one value; returns what frame_end needs. */
size_t frame_begin(struct buf *out, const struct frame *head);

/* Fill in the length.  A frame over FRAME_MAX or one that met no memory is taken back: false. */
bool frame_end(struct buf *out, size_t start);

enum frame_result { FRAME_OK, FRAME_MORE, FRAME_BAD };

/*
 * Read the frame at the start of in.  FRAME_OK: *frame is set, its body points
 * into in, *size is how many bytes it took.  FRAME_MORE: it is not all there.
 * FRAME_BAD: it is no frame; the connection is of no use any more.
 */
enum frame_result frame_read(struct slice in, struct frame *frame, size_t *size);

#endif
