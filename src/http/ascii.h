/* SPDX-License-Identifier: MIT */
/* Bytes of HTTP's grammar, whatever the locale. */
#ifndef HTTP_ASCII_H
#define HTTP_ASCII_H

#include <stdbool.h>
#include <stddef.h>
#include <strings.h>

#include "slice.h"

static inline bool
ascii_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
ascii_is_alnum(char c)
{
	return ascii_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* -1 for what is no hexadecimal digit. */
static inline int
ascii_hex_value(char c)
{
	if (ascii_is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static inline bool
ascii_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Without the blanks around it. */
static inline struct slice
ascii_trim(struct slice s)
{
	for (; s.len > 0 && ascii_is_blank(s.ptr[0]); s.len--)
		s.ptr++;
	while (s.len > 0 && ascii_is_blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

static inline bool
ascii_equal(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || strncasecmp(a.ptr, b.ptr, a.len) == 0);
}

#endif
