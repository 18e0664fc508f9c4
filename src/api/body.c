/* SPDX-License-Identifier: MIT */
/*
 * See body.h.  Every number of the text is put into quotes, with a mark in
 * front that no string of a client can hold, before the JSON library reads it.
 */
#include "config.h"

#include "body.h"

#include <string.h>

#include <jansson.h>

#include "buf.h"
#include "http/reply.h"
#include "text.h"

/* U+0001, escaped; a string with this character is refused like one with any other control character. */
#define NUMBER_MARK "\\u0001"
#define NUMBER_MARK_READ '\001'

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

static void
quote_numbers(struct slice json, struct buf *out)
{
	size_t at = 0, end;

	while (at < json.len) {
		char c = json.ptr[at];

		if (c == '"') {
			end = string_end(json.ptr, json.len, at);
			buf_append(out, json.ptr + at, end - at);
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

static bool
refuse(struct request *req, enum status st, const char *field, const char *detail)
{
	reply_problem(req, st, field, detail);
	return false;
}

static enum status
status_of_error(const json_error_t *error)
{
	return json_error_code(error) == json_error_invalid_utf8 ? ST_BAD_UTF8 : ST_BAD_JSON;
}

static json_t *
parse(struct request *req)
{
	struct buf quoted = BUF_INIT;
	json_error_t error;
	json_t *root;

	if (!request_has_type(req, "application/json")) {
		reply_problem(req, ST_BAD_MEDIA_TYPE, NULL, NULL);
		return NULL;
	}
	if (!text_is_utf8(req->body)) {
		reply_problem(req, ST_BAD_UTF8, NULL, NULL);
		return NULL;
	}
	quote_numbers(req->body, &quoted);
	if (quoted.has_failed) {
		buf_fini(&quoted);
		reply_problem(req, ST_OVERLOADED, NULL, NULL);
		return NULL;
	}
	root = json_loadb(quoted.len > 0 ? quoted.data : "", quoted.len, JSON_REJECT_DUPLICATES, &error);
	buf_fini(&quoted);
	if (root == NULL) {
		reply_problem(req, status_of_error(&error), NULL, error.text);
		return NULL;
	}
	if (!json_is_object(root)) {
		json_decref(root);
		reply_problem(req, ST_WRONG_TYPE, NULL, "The body must be a JSON object.");
		return NULL;
	}
	return root;
}

static bool
has_control(struct slice s, bool allows_lines)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if ((c < 0x20 || c == 0x7f) && !(allows_lines && (c == '\n' || c == '\r' || c == '\t')))
			return true;
	}
	return false;
}

static bool
take_value(struct request *req, const struct body_field *field, const json_t *json, struct slice *value)
{
	struct slice s = { json_string_value(json), json_string_length(json) };
	bool is_number = s.ptr != NULL && s.len > 0 && s.ptr[0] == NUMBER_MARK_READ;

	if (s.ptr == NULL || (is_number && field->type != BODY_NUMBER))
		return refuse(req, ST_WRONG_TYPE, field->name, field->type == BODY_NUMBER ? "Must be a number or a string." : "Must be a string.");
	if (is_number) {
		s.ptr++;
		s.len--;
	}
	if (has_control(s, field->type == BODY_TEXT))
		return refuse(req, ST_BAD_VALUE, field->name, "Control characters are not allowed.");
	if (text_length(s) > field->length_max)
		return refuse(req, ST_TEXT_TOO_LONG, field->name, NULL);
	*value = arena_copy(&req->arena, s);
	return value->ptr != NULL || refuse(req, ST_OVERLOADED, NULL, NULL);
}

/* A name of the client's for the problem's field member. */
static const char *
own_name(struct request *req, const char *name)
{
	struct slice copy = arena_copy(&req->arena, slice_of(name));

	return copy.ptr != NULL ? copy.ptr : "";
}

static bool
take_member(struct request *req, const struct body_field *fields, size_t count, const char *name, const json_t *json,
    struct slice *values)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(fields[i].name, name) == 0)
			return json_is_null(json) || take_value(req, &fields[i], json, &values[i]);
	return refuse(req, ST_UNKNOWN_FIELD, own_name(req, name), NULL);
}

static bool
take_members(struct request *req, json_t *root, const struct body_field *fields, size_t count, struct slice *values)
{
	const char *name;
	json_t *json;

	json_object_foreach(root, name, json)
		if (!take_member(req, fields, count, name, json, values))
			return false;
	for (size_t i = 0; i < count; i++)
		if (fields[i].is_required && values[i].ptr == NULL)
			return refuse(req, ST_MISSING_FIELD, fields[i].name, NULL);
	return true;
}

bool
body_read(struct request *req, const struct body_field *fields, size_t count, struct slice *values)
{
	json_t *root = parse(req);
	bool is_sound;

	memset(values, 0, count * sizeof *values);
	if (root == NULL)
		return false;
	is_sound = take_members(req, root, fields, count, values);
	json_decref(root);
	return is_sound;
}
