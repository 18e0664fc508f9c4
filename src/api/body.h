/* SPDX-License-Identifier: MIT */
/*
 * JSON bodies: an object with known fields.  A table says what a body may
 * hold; whatever else is in it is refused by name.  Numbers keep their text, so
 * that an amount never passes through floating point.
 */
#ifndef BODY_H
#define BODY_H

#include "http/request.h"
#include "status.h"

enum body_type {
	BODY_TEXT,           /* a string; control characters other than tab and line ends are refused */
	BODY_LINE,           /* a string without any control character */
	BODY_NUMBER          /* a number, or a string that holds one: its text */
};

struct body_field {
	const char    *name;
	enum body_type type;
	bool           is_required;
	size_t         length_max;       /* in characters */
};

enum { BODY_FIELDS_MAX = 16 };

/*
 * Read the body into values, one for each of the count fields, in their order;
 * a field that is absent or null has a NULL pointer.  Values live in the
 * request's arena.  Otherwise the problem has been answered and it is false.
 */
bool body_read(struct request *req, const struct body_field *fields, size_t count, struct slice *values);

#endif
