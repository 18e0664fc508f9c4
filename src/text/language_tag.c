/* SPDX-License-Identifier: MIT */
/* See language_tag.h: subtags are taken one by one, in the order of the grammar. */
#include "config.h"

#include "language_tag.h"

#include <stddef.h>

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_all(struct slice s, bool letters, bool digits)
{
	for (size_t i = 0; i < s.len; i++)
		if (!(letters && is_alpha(s.ptr[i])) && !(digits && is_digit(s.ptr[i])))
			return false;
	return true;
}

static bool
is_letters(struct slice s, size_t min, size_t max)
{
	return s.len >= min && s.len <= max && is_all(s, true, false);
}

static bool
is_alnum(struct slice s, size_t min, size_t max)
{
	return s.len >= min && s.len <= max && is_all(s, true, true);
}

/* The subtag at the front of rest, which may be empty. */
static struct slice
front(struct slice rest)
{
	const char *end = rest.len > 0 ? memchr(rest.ptr, '-', rest.len) : NULL;

	return (struct slice){ rest.ptr, end != NULL ? (size_t)(end - rest.ptr) : rest.len };
}

/* Without its front; a hyphen at the very end leaves a subtag that nothing takes. */
static struct slice
behind(struct slice rest)
{
	size_t len = front(rest).len;

	if (len == rest.len)
		return SLICE_EMPTY;
	if (len + 1 == rest.len)
		return SLICE_LITERAL("-");
	return (struct slice){ rest.ptr + len + 1, rest.len - len - 1 };
}

static struct slice
skip_variants(struct slice rest)
{
	for (;;) {
		struct slice s = front(rest);

		if (!is_alnum(s, 5, 8) && !(s.len == 4 && is_digit(s.ptr[0]) && is_alnum(s, 4, 4)))
			return rest;
		rest = behind(rest);
	}
}

/* A singleton with at least one subtag behind it; false when there is none behind it. */
static bool
skip_extension(struct slice *rest, size_t subtag_min)
{
	struct slice behind_it = behind(*rest);

	if (!is_alnum(front(behind_it), subtag_min, 8))
		return false;
	while (is_alnum(front(behind_it), subtag_min, 8))
		behind_it = behind(behind_it);
	*rest = behind_it;
	return true;
}

static bool
is_private(struct slice s)
{
	return s.len == 1 && (s.ptr[0] | 0x20) == 'x';
}

bool
language_tag_is_well_formed(struct slice tag)
{
	struct slice rest = tag;

	if (!is_private(front(rest))) {
		bool may_extend = is_letters(front(rest), 2, 3);

		if (!is_letters(front(rest), 2, 8))
			return false;
		rest = behind(rest);
		for (int i = 0; may_extend && i < 3 && is_letters(front(rest), 3, 3); i++)
			rest = behind(rest);
		if (is_letters(front(rest), 4, 4))
			rest = behind(rest);
		if (is_letters(front(rest), 2, 2) || (front(rest).len == 3 && is_all(front(rest), false, true)))
			rest = behind(rest);
		rest = skip_variants(rest);
		while (is_alnum(front(rest), 1, 1) && !is_private(front(rest)))
			if (!skip_extension(&rest, 2))
				return false;
	}
	if (is_private(front(rest)) && !skip_extension(&rest, 1))
		return false;
	return rest.len == 0;
}
