/* SPDX-License-Identifier: MIT */
/*
 * A view of bytes that somebody else owns.  Text in a slice is UTF-8 without a
 * terminating NUL; an empty slice may have a NULL pointer.
 */
#ifndef SLICE_H
#define SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct slice {
	const char *ptr;
	size_t      len;
};

#define SLICE_EMPTY          ((struct slice){ NULL, 0 })
#define SLICE_LITERAL(text)  ((struct slice){ (text), sizeof(text) - 1 })
/* For printf's "%.*s". */
#define SLICE_ARGS(s)        (int)(s).len, slice_chars(s)

/* Never NULL. */
static inline const char *
slice_chars(struct slice s)
{
	return s.ptr != NULL ? s.ptr : "";
}

static inline struct slice
slice_of(const char *text)
{
	return (struct slice){ text, strlen(text) };
}

static inline bool
slice_equal(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool
slice_ends_with(struct slice s, const char *end)
{
	size_t len = strlen(end);

	return s.len >= len && memcmp(s.ptr + s.len - len, end, len) == 0;
}

#endif
