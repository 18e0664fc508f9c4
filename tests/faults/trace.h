/* SPDX-License-Identifier: MIT */
/* The trace of a file: records in the order in which they happened, each with len bytes behind it, padded to TRACE_ALIGN. */
#ifndef TRACE_H
#define TRACE_H

#include <stdint.h>

enum { TRACE_ALIGN = 8 };

enum trace_kind {
	TRACE_WRITE = 'W',             /* len bytes at offset */
	TRACE_DURABLE = 'D',           /* the same, on disk when it returned */
	TRACE_FLUSH = 'S',             /* all before it is on disk */
	TRACE_SENT = 'B',              /* by the client: offset messages were sent so far */
	TRACE_ACKNOWLEDGED = 'A'       /* by the client: offset messages were acknowledged so far */
};

struct trace_record {
	uint32_t kind, len;
	uint64_t offset;
};

#endif
