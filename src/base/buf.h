/* SPDX-License-Identifier: MIT */
/*
 * A byte buffer that grows.  When memory runs out it keeps what it has, drops
 * the rest and says so in has_failed, so that a caller checks once, at the end.
 */
#ifndef BUF_H
#define BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "slice.h"

struct buf {
	char  *data;
	size_t len, cap;
	bool   has_failed;
};

#define BUF_INIT { NULL, 0, 0, false }

void buf_fini(struct buf *b);

/* Forget the content and a failure, keep the memory. */
static inline void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->has_failed = false;
}

/* Make room for size more bytes; false when there is no memory. */
bool buf_reserve(struct buf *b, size_t size);

/* Make room and return where the next size bytes go, or NULL; buf_grew tells how many were written. */
char *buf_space(struct buf *b, size_t size);

static inline void
buf_grew(struct buf *b, size_t size)
{
	b->len += size;
}

static inline void
buf_append(struct buf *b, const void *data, size_t size)
{
	if (size == 0 || (b->cap - b->len < size && !buf_reserve(b, size)))
		return;
	memcpy(b->data + b->len, data, size);
	b->len += size;
}

static inline void
buf_append_slice(struct buf *b, struct slice s)
{
	if (s.len > 0)
		buf_append(b, s.ptr, s.len);
}

static inline void
buf_append_char(struct buf *b, char c)
{
	buf_append(b, &c, 1);
}

#define buf_append_literal(b, text) buf_append(b, text, sizeof(text) - 1)

void buf_append_text(struct buf *b, const char *text);

/* Decimal, without going through printf. */
void buf_append_uint(struct buf *b, uint64_t n);
void buf_append_int(struct buf *b, int64_t n);

void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Remove the first size bytes. */
void buf_consume(struct buf *b, size_t size);

/* Give memory above keep bytes back, when the buffer is empty. */
void buf_trim(struct buf *b, size_t keep);

static inline struct slice
buf_slice(const struct buf *b)
{
	return (struct slice){ b->data, b->len };
}

#endif
