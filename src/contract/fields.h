/* SPDX-License-Identifier: MIT */
/*
 * What a request's query and body say, read by a schema: every value in the
 * form that its member's row asks for.
 */
#ifndef FIELDS_H
#define FIELDS_H

#include "day.h"
#include "http/request.h"
#include "money.h"
#include "schema.h"
#include "status.h"
#include "uuid.h"

struct fields;

struct value {
	bool is_set;
	union {
		struct slice    text;      /* TEXT, LINE, USER, LOCALE, ZONE, URI; AMOUNT: a plain decimal for money_parse */
		int64_t         number;    /* INTEGER; CHOICE: the word's place; TIME: milliseconds since 1970 */
		bool            is_true;
		day_t           day;
		struct uuid     id;
		struct currency currency;
		struct {
			const struct fields *list;   /* OBJECT: one; ARRAY */
			size_t               count;
		} objects;
		struct {
			const struct slice *list;    /* LIST */
			size_t              count;
		} texts;
	};
};

struct fields {
	const struct schema *schema;       /* NULL: nothing was read */
	struct value        *values;       /* as many as the schema has members, in its order */
	size_t               set_count;    /* how many are there */
};

/* What the dispatcher has read before it calls a handler: request->input.  Lives in the request's arena. */
struct input {
	struct fields query, body;
};

/*
 * Read the query, or the JSON object in the body, by a schema.  A member that
 * is absent, or null in a body, is not set.  false: the problem, which names
 * the parameter or the field, has been answered.
 */
bool fields_read_query(struct request *req, const struct schema *schema, struct fields *fields);

/* other: NULL, or read by this one when its first member is there. */
bool fields_read_body(struct request *req, const struct schema *schema, const struct schema *other, struct fields *fields);

/* The value, or NULL when it is not set or no member of the schema. */
const struct value *fields_value(const struct fields *fields, enum member_id member);

/* The text of a member of a textual type; a NULL slice when it is not set. */
struct slice fields_text(const struct fields *fields, enum member_id member);

static inline const struct fields *
body_fields(const struct request *req)
{
	return &((const struct input *)req->input)->body;
}

static inline const struct value *
query_value(const struct request *req, enum member_id member)
{
	return fields_value(&((const struct input *)req->input)->query, member);
}

static inline struct slice
query_text(const struct request *req, enum member_id member)
{
	return fields_text(&((const struct input *)req->input)->query, member);
}

static inline const struct value *
body_value(const struct request *req, enum member_id member)
{
	return fields_value(body_fields(req), member);
}

static inline struct slice
body_text(const struct request *req, enum member_id member)
{
	return fields_text(body_fields(req), member);
}

/* --- for the readers ------------------------------------------------------------------- */

/* What was wrong with a value. */
struct fault {
	enum status st;
	const char *detail;        /* or NULL; in the arena or static */
};

/*
 * Read the text of a value: everything but BOOLEAN, OBJECT, ARRAY and LIST
 * comes as text, numbers too.  What is kept points to the text itself.
 */
bool value_read(struct arena *arena, const struct member *member, struct slice text, struct value *value, struct fault *fault);

/* Room for the schema's values, none of them set; false without memory. */
bool fields_begin(struct arena *arena, const struct schema *schema, struct fields *fields);

/* The first member that must be there and is not; NULL when all are. */
const struct member *fields_missing(const struct fields *fields);

#endif
