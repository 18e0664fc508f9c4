/* SPDX-License-Identifier: MIT */
/*
 * JSON bodies by a schema: see fields.h.  Numbers keep their text, so that an
 * amount never passes through floating point: every number is put into quotes,
 * with a mark in front that no string of a client can hold, before the JSON
 * library reads it.
 */
#include "config.h"

#include "fields.h"

#include <stdio.h>

#include <jansson.h>

#include "buf.h"
#include "api/handlers.h"
#include "http/reply.h"
#include "json_memory.h"
#include "text.h"

/*
 * U+0001, escaped.  A client's string that begins with it gets another control
 * character instead, for which it is refused just as well.
 */
#define NUMBER_MARK "\\u0001"
#define NUMBER_MARK_READ '\001'
#define NO_NUMBER_MARK "\\u0002"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t
skip_digits(const char *p, size_t len, size_t at)
{
	while (at < len && is_digit(p[at]))
		at++;
	return at;
}

/* Where the JSON number that begins at at ends; at itself when there is none (RFC 8259, section 6). */
static size_t
number_end(const char *p, size_t len, size_t at)
{
	size_t start = at, digits;

	if (p[at] == '-')
		at++;
	digits = at;
	at = skip_digits(p, len, at);
	if (at == digits || (p[digits] == '0' && at > digits + 1))
		return start;
	if (at < len && p[at] == '.') {
		digits = ++at;
		at = skip_digits(p, len, at);
		if (at == digits)
			return start;
	}
	if (at < len && (p[at] == 'e' || p[at] == 'E')) {
		at++;
		if (at < len && (p[at] == '+' || p[at] == '-'))
			at++;
		digits = at;
		at = skip_digits(p, len, at);
		if (at == digits)
			return start;
	}
	return at;
}

/* Where the string that begins at at ends, its closing quote included. */
static size_t
string_end(const char *p, size_t len, size_t at)
{
	for (at++; at < len && p[at] != '"'; at++)
		if (p[at] == '\\')
			at++;
	return at < len ? at + 1 : len;
}

/* A string with its quotes. */
static void
append_string(struct buf *out, struct slice s)
{
	static const char start[] = "\"" NUMBER_MARK;
	size_t len = sizeof start - 1;

	if (s.len < len || memcmp(s.ptr, start, len) != 0) {
		buf_append_slice(out, s);
		return;
	}
	buf_append_literal(out, "\"" NO_NUMBER_MARK);
	buf_append(out, s.ptr + len, s.len - len);
}

static void
quote_numbers(struct slice json, struct buf *out)
{
	size_t at = 0, end;

	while (at < json.len) {
		char c = json.ptr[at];

		if (c == '"') {
			end = string_end(json.ptr, json.len, at);
			append_string(out, (struct slice){ json.ptr + at, end - at });
		} else if ((c == '-' || is_digit(c)) && (end = number_end(json.ptr, json.len, at)) > at) {
			buf_append_literal(out, "\"" NUMBER_MARK);
			buf_append(out, json.ptr + at, end - at);
			buf_append_char(out, '"');
		} else {
			buf_append_char(out, c);
			end = at + 1;
		}
		at = end;
	}
}

/* The body as an object, to be given back; NULL after answering. */
static json_t *
parse(struct request *req)
{
	struct buf quoted = BUF_INIT;
	json_error_t error;
	json_t *root = NULL;

	if (!request_has_type(req, "application/json")) {
		handler_refuse(req, ST_BAD_MEDIA_TYPE, NULL, "Must be application/json.");
		return NULL;
	}
	if (!text_is_utf8(req->body)) {
		handler_refuse(req, ST_BAD_UTF8, NULL, NULL);
		return NULL;
	}
	quote_numbers(req->body, &quoted);
	json_memory_watch();
	if (!quoted.has_failed)
		root = json_memory_load(buf_slice(&quoted), JSON_REJECT_DUPLICATES, &error);
	if (quoted.has_failed || (root == NULL && json_memory_ran_out()))
		handler_refuse(req, ST_OVERLOADED, NULL, NULL);
	else if (root == NULL)
		handler_refuse(req, json_error_code(&error) == json_error_invalid_utf8 ? ST_BAD_UTF8 : ST_BAD_JSON, NULL, error.text);
	buf_fini(&quoted);
	if (root == NULL || json_is_object(root))
		return root;
	json_decref(root);
	handler_refuse(req, ST_WRONG_TYPE, NULL, "The body must be a JSON object.");
	return NULL;
}

/* --- values ----------------------------------------------------------------------------- */

enum { PLACE_MAX = 160 };

struct reading {
	struct request *req;
	char            place[PLACE_MAX];     /* where the object being read lies: "expenses[2]." */
	size_t          place_len;
};

static bool read_object(struct reading *reading, json_t *object, struct fields *fields);

/* field: the member's name, maybe the client's. */
static bool
refuse(const struct reading *reading, const char *field, enum status st, const char *detail)
{
	struct arena *arena = &reading->req->arena;
	size_t len = strlen(field);
	char *name = arena_alloc(arena, reading->place_len + len + 1);

	if (name == NULL)
		return handler_refuse(reading->req, ST_OVERLOADED, NULL, NULL);
	memcpy(name, reading->place, reading->place_len);
	memcpy(name + reading->place_len, field, len);
	return handler_refuse(reading->req, st, name, detail);
}

static bool
refuse_type(const struct reading *reading, const struct member *member)
{
	static const char *const details[] = {
		[TYPE_AMOUNT] = "Must be a number or a string.", [TYPE_INTEGER] = "Must be a number.",
		[TYPE_BOOLEAN] = "Must be true or false.", [TYPE_OBJECT] = "Must be an object.",
		[TYPE_ARRAY] = "Must be an array.", [TYPE_LIST] = "Must be an array.",
	};
	size_t type = member->type;
	const char *detail = type < sizeof details / sizeof details[0] ? details[type] : NULL;

	return refuse(reading, member->name.ptr, ST_WRONG_TYPE, detail != NULL ? detail : "Must be a string.");
}

/* A string or a number to a text in the arena. */
static bool
read_text(struct reading *reading, const struct member *member, const json_t *json, struct value *value)
{
	struct slice s = { json_string_value(json), json_string_length(json) };
	bool is_number = s.ptr != NULL && s.len > 0 && s.ptr[0] == NUMBER_MARK_READ;
	struct fault fault;

	if (s.ptr == NULL || (is_number && member->type != TYPE_AMOUNT && member->type != TYPE_INTEGER) ||
	    (!is_number && member->type == TYPE_INTEGER))
		return refuse_type(reading, member);
	s = arena_copy(&reading->req->arena, (struct slice){ s.ptr + is_number, s.len - is_number });
	if (s.ptr == NULL)
		return handler_refuse(reading->req, ST_OVERLOADED, NULL, NULL);
	return value_read(&reading->req->arena, member, s, value, &fault) ||
	    refuse(reading, member->name.ptr, fault.st, fault.detail);
}

static bool
check_count(const struct reading *reading, const struct member *member, size_t count)
{
	char detail[80];

	if (count >= (size_t)member->min && count <= (size_t)member->max)
		return true;
	snprintf(detail, sizeof detail, "Must have %d to %d items.", (int)member->min, (int)member->max);
	return refuse(reading, member->name.ptr, ST_OUT_OF_RANGE, detail);
}

/* Go on inside a member, or one of its items; gives back what leave() needs. */
static size_t
enter(struct reading *reading, const struct member *member, const size_t *item)
{
	size_t outer = reading->place_len, room = sizeof reading->place - outer;
	int len = item != NULL ? snprintf(reading->place + outer, room, "%s[%zu].", member->name.ptr, *item)
	                       : snprintf(reading->place + outer, room, "%s.", member->name.ptr);

	reading->place_len += (size_t)len < room ? (size_t)len : room - 1;
	return outer;
}

static void
leave(struct reading *reading, size_t outer)
{
	reading->place_len = outer;
}

/* An object, or one of an array's items. */
static bool
read_inner(struct reading *reading, const struct member *member, json_t *json, const size_t *item, struct fields *fields)
{
	size_t outer;
	bool is_sound;

	if (!json_is_object(json))
		return refuse_type(reading, member);
	if (!fields_begin(&reading->req->arena, &schemas[member->schema], fields))
		return handler_refuse(reading->req, ST_OVERLOADED, NULL, NULL);
	outer = enter(reading, member, item);
	is_sound = read_object(reading, json, fields);
	leave(reading, outer);
	return is_sound;
}

static bool
read_objects(struct reading *reading, const struct member *member, json_t *json, struct value *value)
{
	bool is_array = member->type == TYPE_ARRAY;
	size_t count = is_array ? json_array_size(json) : 1;
	struct fields *list;

	if (is_array && !json_is_array(json))
		return refuse_type(reading, member);
	if (is_array && !check_count(reading, member, count))
		return false;
	list = arena_alloc(&reading->req->arena, (count + 1) * sizeof list[0]);
	if (list == NULL)
		return handler_refuse(reading->req, ST_OVERLOADED, NULL, NULL);
	value->objects.list = list;
	value->objects.count = count;
	if (!is_array)
		return read_inner(reading, member, json, NULL, list);
	for (size_t i = 0; i < count; i++)
		if (!read_inner(reading, member, json_array_get(json, i), &i, &list[i]))
			return false;
	return true;
}

/* The word at a place in "one|another". */
static struct slice
choice_word(const char *choices, int64_t place)
{
	while (place-- > 0)
		choices += strcspn(choices, "|") + 1;
	return (struct slice){ choices, strcspn(choices, "|") };
}

static bool
read_list(struct reading *reading, const struct member *member, json_t *json, struct value *value)
{
	struct member item = members[member->item];
	size_t count = json_array_size(json);
	struct slice *list;

	if (!json_is_array(json))
		return refuse_type(reading, member);
	if (!check_count(reading, member, count))
		return false;
	list = arena_alloc(&reading->req->arena, (count + 1) * sizeof list[0]);
	if (list == NULL)
		return handler_refuse(reading->req, ST_OVERLOADED, NULL, NULL);
	item.name = member->name;
	for (size_t i = 0; i < count; i++) {
		struct value one;

		if (!read_text(reading, &item, json_array_get(json, i), &one))
			return false;
		list[i] = item.type == TYPE_CHOICE ? choice_word(item.choices, one.number) : one.text;
	}
	value->texts.list = list;
	value->texts.count = count;
	return true;
}

static bool
read_value(struct reading *reading, const struct member *member, json_t *json, struct value *value)
{
	switch (member->type) {
	case TYPE_BOOLEAN:
		value->is_true = json_is_true(json);
		return json_is_boolean(json) || refuse_type(reading, member);
	case TYPE_OBJECT:
	case TYPE_ARRAY:
		return read_objects(reading, member, json, value);
	case TYPE_LIST:
		return read_list(reading, member, json, value);
	default:
		return read_text(reading, member, json, value);
	}
}

static bool
read_member(struct reading *reading, struct fields *fields, const char *name, json_t *json)
{
	const struct schema *schema = fields->schema;

	for (size_t i = 0; i < schema->count; i++) {
		const struct member *member = &members[schema->members[i].member];

		if (strcmp(member->name.ptr, name) != 0)
			continue;
		if (json_is_null(json))
			return true;
		fields->values[i].is_set = true;
		fields->set_count++;
		return read_value(reading, member, json, &fields->values[i]);
	}
	if (name[0] == NUMBER_MARK_READ)
		return handler_refuse(reading->req, ST_BAD_JSON, NULL, "A name must be a string.");
	return refuse(reading, name, ST_UNKNOWN_FIELD, NULL);
}

static bool
read_object(struct reading *reading, json_t *object, struct fields *fields)
{
	const struct member *missing;
	const char *name;
	json_t *json;

	json_object_foreach(object, name, json)
		if (!read_member(reading, fields, name, json))
			return false;
	missing = fields_missing(fields);
	return missing == NULL || refuse(reading, missing->name.ptr, ST_MISSING_FIELD, NULL);
}

bool
fields_read_body(struct request *req, const struct schema *schema, const struct schema *other, struct fields *fields)
{
	struct reading reading = { .req = req };
	json_t *root = parse(req);
	bool is_sound;

	if (root == NULL)
		return false;
	if (other != NULL && json_object_get(root, members[other->members[0].member].name.ptr) != NULL)
		schema = other;
	is_sound = fields_begin(&req->arena, schema, fields) ? read_object(&reading, root, fields)
	                                                     : handler_refuse(req, ST_OVERLOADED, NULL, NULL);
	json_decref(root);
	return is_sound;
}
