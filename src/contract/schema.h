/* SPDX-License-Identifier: MIT */
/*
 * What may stand in queries, bodies and answers: members.def and schemas.def
 * as tables.  fields.h reads by them, openapi.c documents by them.
 *
 * A new route that takes a colour and a number of copies:
 *
 *	members.def  CHOICE(colour, "colour", "red|green", "Its colour.")
 *	             MEMBER(copies, "copies", INTEGER, 1, 9, "2", "How many.")
 *	             MEMBER(paint_id, "id", UUID, UUID_TEXT_LEN, UUID_TEXT_LEN, "01999999-...", "The paint's id.")
 *	schemas.def  SCHEMA(new_paint, REQUEST, "A paint to make.", MUST(colour) MAY(copies) MAY(user))
 *	             SCHEMA(paint, ANSWER, "A paint.", MUST(paint_id) MUST(colour) MUST(copies) MUST(version))
 *	routes.def   ROUTE(POST, "/api/v1/paints", post_paint, USERS, write, "Paints", none, BODY(new_paint),
 *	                 JSON(CREATED, paint), ALSO(ST_NO_USER), TAKES_KEY | GIVES_ETAG, "Make a paint")
 *	the handler  enum status
 *	             post_paint(struct request *req)
 *	             {
 *	                     const struct value *copies = body_value(req, MEMBER_copies);
 *	                     int64_t count = copies != NULL ? copies->number : 1;
 *	                     enum colour colour = (enum colour)body_value(req, MEMBER_colour)->number;
 *
 * When the handler is called the query and the body have been read and are
 * sound: nothing unknown is in them, what MUST be there is, and every value
 * keeps its row.  What depends on more than one value, or on what is stored,
 * is the handler's to check.  tests/daemon/rest/test_openapi.py and
 * test_isolation.py fail until the route has a driver and a row there.
 */
#ifndef SCHEMA_H
#define SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "slice.h"

enum { LIST_LIMIT_DEFAULT = 100, LIST_LIMIT_MAX = 500 };

/* The numbers of the rows. */
enum member_id {
#define MEMBER(ident, ...) MEMBER_##ident,
#define CHOICE MEMBER
#define OBJECT MEMBER
#define ARRAY MEMBER
#define LIST MEMBER
#include "members.def"
#undef MEMBER
#undef CHOICE
#undef OBJECT
#undef ARRAY
#undef LIST
	MEMBERS
};

enum schema_id {
	SCHEMA_none,
#define SCHEMA(ident, ...) SCHEMA_##ident,
#include "schemas.def"
#undef SCHEMA
	SCHEMAS
};

/* See members.def. */
enum member_type {
	TYPE_TEXT, TYPE_LINE, TYPE_USER, TYPE_AMOUNT, TYPE_INTEGER, TYPE_BOOLEAN, TYPE_DATE, TYPE_TIME, TYPE_UUID,
	TYPE_CURRENCY, TYPE_LOCALE, TYPE_ZONE, TYPE_URI, TYPE_CHOICE, TYPE_OBJECT, TYPE_ARRAY, TYPE_LIST
};

struct member {
	struct slice     name;
	enum member_type type;
	int64_t          min, max;       /* characters, the number itself, or items: see members.def */
	const char      *choices;        /* "one|another" */
	enum schema_id   schema;         /* of an object, or of an array's items */
	enum member_id   item;           /* of a list */
	const char      *example;        /* as text; of a choice its first word; NULL where it is made from others */
	const char      *help;
};

enum schema_kind { SCHEMA_QUERY, SCHEMA_REQUEST, SCHEMA_ANSWER };

struct schema_member {
	enum member_id member;
	bool           is_required;      /* must be there */
	bool           is_nullable;      /* of an answer: may be null */
};

struct schema {
	const char                 *ident;
	enum schema_kind            kind;
	const char                 *help;
	const struct schema_member *members;
	size_t                      count;
};

extern const struct member members[MEMBERS];
extern const struct schema schemas[SCHEMAS];

#endif
