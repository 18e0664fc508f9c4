/* SPDX-License-Identifier: MIT */
/* See fields.h: what both readers share, and the one of queries. */
#include "config.h"

#include "fields.h"

#include "api/handlers.h"

bool
fields_begin(struct arena *arena, const struct schema *schema, struct fields *fields)
{
	*fields = (struct fields){ .schema = schema };
	fields->values = arena_alloc(arena, (schema->count > 0 ? schema->count : 1) * sizeof fields->values[0]);
	return fields->values != NULL;
}

const struct member *
fields_missing(const struct fields *fields)
{
	const struct schema *schema = fields->schema;

	for (size_t i = 0; i < schema->count; i++)
		if (schema->members[i].is_required && !fields->values[i].is_set)
			return &members[schema->members[i].member];
	return NULL;
}

const struct value *
fields_value(const struct fields *fields, enum member_id member)
{
	const struct schema *schema = fields->schema;

	for (size_t i = 0; schema != NULL && i < schema->count; i++)
		if (schema->members[i].member == member)
			return fields->values[i].is_set ? &fields->values[i] : NULL;
	return NULL;
}

struct slice
fields_text(const struct fields *fields, enum member_id member)
{
	const struct value *value = fields_value(fields, member);

	return value != NULL ? value->text : SLICE_EMPTY;
}

/* --- queries --------------------------------------------------------------------------- */

static bool
refuse_parameter(struct request *req, const struct member *member, const struct fault *fault)
{
	enum status st = fault->st == ST_BAD_VALUE || fault->st == ST_WRONG_TYPE ? ST_BAD_PARAMETER : fault->st;

	return handler_refuse(req, st, member->name.ptr, fault->detail);
}

static bool
read_parameter(struct request *req, const struct member *member, struct slice text, struct value *value)
{
	struct fault fault;

	value->is_set = true;
	if (member->type != TYPE_BOOLEAN)
		return value_read(&req->arena, member, text, value, &fault) || refuse_parameter(req, member, &fault);
	value->is_true = slice_equal(text, SLICE_LITERAL("true"));
	return value->is_true || slice_equal(text, SLICE_LITERAL("false")) ||
	    handler_refuse(req, ST_BAD_PARAMETER, member->name.ptr, "Must be true or false.");
}

static bool
take_parameter(struct request *req, struct fields *fields, const struct http_parameter *parameter)
{
	const struct schema *schema = fields->schema;

	for (size_t i = 0; i < schema->count; i++) {
		const struct member *member = &members[schema->members[i].member];

		if (!slice_equal(member->name, parameter->name))
			continue;
		fields->set_count++;
		return read_parameter(req, member, parameter->value, &fields->values[i]);
	}
	return handler_refuse(req, ST_BAD_PARAMETER, arena_copy(&req->arena, parameter->name).ptr, "There is no such parameter.");
}

bool
fields_read_query(struct request *req, const struct schema *schema, struct fields *fields)
{
	const struct member *missing;

	if (!fields_begin(&req->arena, schema, fields))
		return handler_refuse(req, ST_OVERLOADED, NULL, NULL);
	for (size_t i = 0; i < req->query.count; i++)
		if (!take_parameter(req, fields, &req->query.list[i]))
			return false;
	missing = fields_missing(fields);
	return missing == NULL || handler_refuse(req, ST_MISSING_FIELD, missing->name.ptr, NULL);
}
