/* SPDX-License-Identifier: MIT */
/* Which problems a route may answer, and what the document says of them: see openapi.h. */
#include "config.h"

#include "openapi.h"

#include <stdio.h>
#include <string.h>

_Static_assert(STATUS_COUNT <= 64, "struct problems has a bit for each status");

static void
add(struct problems *problems, enum status st)
{
	problems->bits |= UINT64_C(1) << st;
}

struct problems
problems_of_all(void)
{
	static const enum status list[] = { ST_MALFORMED, ST_BAD_PARAMETER, ST_TIMEOUT, ST_TOO_LARGE, ST_URI_TOO_LONG,
		ST_BAD_EXPECTATION, ST_TOO_MANY, ST_HEAD_TOO_LARGE, ST_FAILED, ST_BAD_RECORD, ST_NOT_IMPLEMENTED, ST_OVERLOADED,
		ST_UNAVAILABLE, ST_BAD_VERSION };
	struct problems problems = { 0 };

	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
		add(&problems, list[i]);
	return problems;
}

/* What reading a value can find. */
static void
add_member(struct problems *problems, const struct member *member)
{
	switch (member->type) {
	case TYPE_INTEGER:
	case TYPE_ARRAY:
	case TYPE_LIST:
		add(problems, ST_OUT_OF_RANGE);
		break;
	case TYPE_BOOLEAN:
	case TYPE_CHOICE:
	case TYPE_OBJECT:
		break;
	case TYPE_DATE:
	case TYPE_TIME:
		add(problems, ST_BAD_DATE);
		add(problems, ST_TEXT_TOO_LONG);
		break;
	case TYPE_AMOUNT:
		add(problems, ST_OUT_OF_RANGE);
		add(problems, ST_TEXT_TOO_LONG);
		break;
	default:
		add(problems, ST_TEXT_TOO_LONG);
	}
}

static void
add_schema(struct problems *problems, enum schema_id id)
{
	const struct schema *schema = &schemas[id];

	for (size_t i = 0; i < schema->count; i++) {
		const struct member *member = &members[schema->members[i].member];

		add_member(problems, member);
		if (schema->members[i].is_required)
			add(problems, ST_MISSING_FIELD);
		if (member->type == TYPE_LIST)
			add_member(problems, &members[member->item]);
		if (member->type == TYPE_OBJECT || member->type == TYPE_ARRAY)
			add_schema(problems, member->schema);
	}
}

static void
add_body(struct problems *problems, const struct endpoint *endpoint)
{
	static const enum status list[] = { ST_BAD_JSON, ST_BAD_UTF8, ST_BAD_MEDIA_TYPE, ST_UNKNOWN_FIELD, ST_WRONG_TYPE,
		ST_BAD_VALUE };

	if (endpoint->body == SCHEMA_none)
		return;
	for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
		add(problems, list[i]);
	add_schema(problems, endpoint->body);
	add_schema(problems, endpoint->other_body);
}

/* What the token is checked for, and whom it may speak for. */
static void
add_permission(struct problems *problems, unsigned permission, enum scope scope)
{
	if (permission == PERMIT_ANYONE)
		return;
	add(problems, ST_NO_TOKEN);
	add(problems, ST_BAD_TOKEN);
	if (scope != SCOPE_none)
		add(problems, ST_NO_SCOPE);
	if (scope != SCOPE_none || permission != PERMIT_ANY_TOKEN)
		add(problems, ST_FORBIDDEN);
	if (permission != PERMIT_USERS)
		return;
	add(problems, ST_MISSING_FIELD);
	add(problems, ST_BAD_VALUE);
}

static void
add_flags(struct problems *problems, unsigned flags)
{
	if (flags & (TAKES_KEY | TAKES_IF_MATCH | NEEDS_IF_MATCH))
		add(problems, ST_BAD_VALUE);
	if (flags & TAKES_KEY)
		add(problems, ST_KEY_REUSED);
	if (flags & (TAKES_IF_MATCH | NEEDS_IF_MATCH))
		add(problems, ST_VERSION_MISMATCH);
	if (flags & NEEDS_IF_MATCH)
		add(problems, ST_NO_VERSION);
}

struct problems
problems_of(const struct route *route)
{
	const struct endpoint *endpoint = endpoint_of(route);
	struct problems problems = problems_of_all();

	add_permission(&problems, route->permission, endpoint->scope);
	add_schema(&problems, endpoint->query);
	add_body(&problems, endpoint);
	add_flags(&problems, endpoint->flags);
	if (strchr(route->pattern, '{') != NULL)
		add(&problems, ST_NOT_FOUND);
	for (size_t i = 0; i < PROBLEMS_ALSO_MAX && endpoint->also[i] != ST_OK; i++)
		add(&problems, endpoint->also[i]);
	return problems;
}

/* --- in the document ---------------------------------------------------------------------- */

/* Those of one HTTP status. */
static struct problems
with_code(struct problems problems, unsigned code)
{
	struct problems some = { 0 };

	for (enum status st = ST_OK; st < STATUS_COUNT; st++)
		if (problems_have(problems, st) && status_http(st) == code)
			add(&some, st);
	return some;
}

/* "Something went wrong inside; A stored record is damaged" */
static void
write_titles(struct json_out *out, struct problems problems)
{
	const char *separator = "";

	json_out_key(out, "description");
	json_out_raw(out, SLICE_LITERAL("\""));
	for (enum status st = ST_OK; st < STATUS_COUNT; st++) {
		if (!problems_have(problems, st))
			continue;
		buf_append_text(out->buf, separator);
		buf_append_text(out->buf, status_title(st));
		separator = "; ";
	}
	buf_append_char(out->buf, '"');
}

static void
write_types(struct json_out *out, struct problems problems)
{
	json_out_key(out, "enum");
	json_out_array_begin(out);
	for (enum status st = ST_OK; st < STATUS_COUNT; st++) {
		if (!problems_have(problems, st))
			continue;
		json_out_raw(out, SLICE_LITERAL("\"/problems/"));
		buf_append_text(out->buf, status_type(st));
		buf_append_char(out->buf, '"');
	}
	json_out_array_end(out);
}

/* The problem schema, with just these types and this status. */
static void
write_problem_schema(struct json_out *out, struct problems problems, unsigned code)
{
	json_out_object_begin(out);
	json_out_key(out, "allOf");
	json_out_array_begin(out);
	openapi_schema_ref(out, SCHEMA_problem);
	json_out_object_begin(out);
	json_out_key(out, "properties");
	json_out_object_begin(out);
	json_out_key(out, "type");
	json_out_object_begin(out);
	write_types(out, problems);
	json_out_object_end(out);
	json_out_key(out, "status");
	json_out_object_begin(out);
	json_out_member_int(out, "const", code);
	json_out_object_end(out);
	json_out_object_end(out);
	json_out_object_end(out);
	json_out_array_end(out);
	json_out_object_end(out);
}

static void
write_answer(struct json_out *out, struct problems problems, unsigned code)
{
	json_out_object_begin(out);
	write_titles(out, problems);
	openapi_answer_headers(out, code, NULL);
	json_out_key(out, "content");
	json_out_object_begin(out);
	json_out_key(out, "application/problem+json");
	json_out_object_begin(out);
	json_out_key(out, "schema");
	write_problem_schema(out, problems, code);
	json_out_object_end(out);
	json_out_object_end(out);
	json_out_object_end(out);
}

void
openapi_problem_answers(struct json_out *out, struct problems problems, struct problems common)
{
	for (unsigned code = 400; code < 600; code++) {
		struct problems some = with_code(problems, code);
		char name[8];

		if (some.bits == 0)
			continue;
		snprintf(name, sizeof name, "%u", code);
		json_out_key(out, name);
		if (some.bits == with_code(common, code).bits)
			openapi_ref(out, "responses", name);
		else
			write_answer(out, some, code);
	}
}
