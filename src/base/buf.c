/* SPDX-License-Identifier: MIT */
/* See buf.h. */
#include "config.h"

#include "buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FIRST_SIZE = 256 };

void
buf_fini(struct buf *b)
{
	free(b->data);
	*b = (struct buf)BUF_INIT;
}

bool
buf_reserve(struct buf *b, size_t size)
{
	size_t cap = b->cap > 0 ? b->cap : FIRST_SIZE;
	char *data;

	if (b->has_failed)
		return false;
	if (b->cap - b->len >= size)
		return true;
	while (cap - b->len < size) {
		if (cap > SIZE_MAX / 2)
			goto fail;
		cap *= 2;
	}
	data = realloc(b->data, cap);
	if (data == NULL)
		goto fail;
	b->data = data;
	b->cap = cap;
	return true;
fail:
	b->has_failed = true;
	return false;
}

char *
buf_space(struct buf *b, size_t size)
{
	return buf_reserve(b, size) ? b->data + b->len : NULL;
}

void
buf_append_text(struct buf *b, const char *text)
{
	buf_append(b, text, strlen(text));
}

void
buf_append_uint(struct buf *b, uint64_t n)
{
	char digits[20];
	size_t at = sizeof digits;

	do
		digits[--at] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	buf_append(b, digits + at, sizeof digits - at);
}

void
buf_append_int(struct buf *b, int64_t n)
{
	if (n < 0)
		buf_append_char(b, '-');
	buf_append_uint(b, n < 0 ? -(uint64_t)n : (uint64_t)n);
}

void
buf_printf(struct buf *b, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0 || !buf_reserve(b, (size_t)len + 1))
		return;
	va_start(args, format);
	vsnprintf(b->data + b->len, (size_t)len + 1, format, args);
	va_end(args);
	b->len += (size_t)len;
}

void
buf_consume(struct buf *b, size_t size)
{
	if (size > 0 && size < b->len)
		memmove(b->data, b->data + size, b->len - size);
	b->len -= size;
}

void
buf_trim(struct buf *b, size_t keep)
{
	if (b->len == 0 && b->cap > keep) {
		free(b->data);
		b->data = NULL;
		b->cap = 0;
	}
}
