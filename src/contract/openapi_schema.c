/* SPDX-License-Identifier: MIT */
/* Members and schemas as JSON Schema (draft 2020-12): see openapi.h. */
#include "config.h"

#include "openapi.h"

#include <string.h>

/* What a string of a type looks like; of a request and of an answer where they differ. */
static const struct {
	const char *format, *pattern, *pattern_of_answer;
} types[] = {
	[TYPE_LINE]     = { NULL, "^[^\\\\u0000-\\\\u001f\\\\u007f]*$", NULL },
	[TYPE_USER]     = { NULL, "^[a-z0-9-]+:[^\\\\u0000-\\\\u0020\\\\u007f]+$", NULL },
	[TYPE_AMOUNT]   = { NULL, "^-?[0-9]+(\\\\.[0-9]+)?$", NULL },
	[TYPE_DATE]     = { "date", NULL, NULL },
	[TYPE_TIME]     = { "date-time", NULL, NULL },
	[TYPE_UUID]     = { "uuid", NULL, NULL },
	[TYPE_CURRENCY] = { NULL, "^[A-Za-z]{3}$", "^[A-Z]{3}$" },
	[TYPE_LOCALE]   = { NULL, "^[A-Za-z0-9-]+$", NULL },
	[TYPE_ZONE]     = { NULL, "^[A-Za-z0-9/_+-]+$", NULL },
	[TYPE_URI]      = { "uri-reference", NULL, NULL },
};

enum { NAME_MAX_LEN = 64 };

/* new_expense is called NewExpense. */
static void
make_name(enum schema_id id, char name[static NAME_MAX_LEN])
{
	const char *p = schemas[id].ident;
	bool starts_word = true;
	size_t len = 0;

	for (; *p != '\0' && len < NAME_MAX_LEN - 1; p++) {
		if (*p != '_')
			name[len++] = starts_word && *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
		starts_word = *p == '_';
	}
	name[len] = '\0';
}

void
openapi_schema_ref(struct json_out *out, enum schema_id id)
{
	char name[NAME_MAX_LEN];

	make_name(id, name);
	openapi_ref(out, "schemas", name);
}

static void
write_type(struct json_out *out, const char *type, const char *or_type, bool is_nullable)
{
	json_out_key(out, "type");
	if (or_type == NULL && !is_nullable) {
		json_out_text(out, type);
		return;
	}
	json_out_array_begin(out);
	json_out_text(out, type);
	if (or_type != NULL)
		json_out_text(out, or_type);
	if (is_nullable)
		json_out_text(out, "null");
	json_out_array_end(out);
}

/* A pattern is written as it stands in JSON, so that control characters are escaped once. */
static void
write_string(struct json_out *out, const struct member *member, enum schema_kind kind, bool is_nullable)
{
	const char *pattern = types[member->type].pattern, *format = types[member->type].format;

	if (kind == SCHEMA_ANSWER && types[member->type].pattern_of_answer != NULL)
		pattern = types[member->type].pattern_of_answer;
	write_type(out, "string", member->type == TYPE_AMOUNT && kind == SCHEMA_REQUEST ? "number" : NULL, is_nullable);
	if (member->min != member->max) {
		if (member->min > 0)
			json_out_member_int(out, "minLength", member->min);
		json_out_member_int(out, "maxLength", member->max);
	}
	if (format != NULL)
		json_out_member_text(out, "format", format);
	if (pattern == NULL)
		return;
	json_out_key(out, "pattern");
	json_out_raw(out, SLICE_LITERAL("\""));
	buf_append_text(out->buf, pattern);
	buf_append_char(out->buf, '"');
}

static void
write_choice(struct json_out *out, const struct member *member, bool is_nullable)
{
	write_type(out, "string", NULL, is_nullable);
	json_out_key(out, "enum");
	json_out_array_begin(out);
	for (const char *word = member->choices; word != NULL; ) {
		const char *bar = strchr(word, '|');

		json_out_string(out, (struct slice){ word, bar != NULL ? (size_t)(bar - word) : strlen(word) });
		word = bar != NULL ? bar + 1 : NULL;
	}
	if (is_nullable)
		json_out_null(out);
	json_out_array_end(out);
}

static void
write_items(struct json_out *out, const struct member *member, enum schema_kind kind, bool is_nullable)
{
	write_type(out, "array", NULL, is_nullable);
	if (member->min > 0)
		json_out_member_int(out, "minItems", member->min);
	json_out_member_int(out, "maxItems", member->max);
	json_out_key(out, "items");
	if (member->type == TYPE_ARRAY)
		openapi_schema_ref(out, member->schema);
	else
		openapi_member(out, &members[member->item], kind, false);
}

static void
write_object(struct json_out *out, const struct member *member, bool is_nullable)
{
	json_out_key(out, "anyOf");
	json_out_array_begin(out);
	openapi_schema_ref(out, member->schema);
	if (is_nullable) {
		json_out_object_begin(out);
		json_out_member_text(out, "type", "null");
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

void
openapi_member(struct json_out *out, const struct member *member, enum schema_kind kind, bool is_nullable)
{
	json_out_object_begin(out);
	json_out_member_text(out, "description", member->help);
	switch (member->type) {
	case TYPE_INTEGER:
		write_type(out, "integer", NULL, is_nullable);
		json_out_member_int(out, "minimum", member->min);
		json_out_member_int(out, "maximum", member->max);
		break;
	case TYPE_BOOLEAN:
		write_type(out, "boolean", NULL, is_nullable);
		break;
	case TYPE_CHOICE:
		write_choice(out, member, is_nullable);
		break;
	case TYPE_OBJECT:
		write_object(out, member, is_nullable);
		break;
	case TYPE_ARRAY:
	case TYPE_LIST:
		write_items(out, member, kind, is_nullable);
		break;
	default:
		write_string(out, member, kind, is_nullable);
	}
	json_out_object_end(out);
}

/* --- examples ---------------------------------------------------------------------------- */

static void
write_schema_example(struct json_out *out, enum schema_id id)
{
	const struct schema *schema = &schemas[id];

	json_out_object_begin(out);
	for (size_t i = 0; i < schema->count; i++) {
		const struct member *member = &members[schema->members[i].member];

		json_out_key(out, member->name.ptr);
		openapi_example(out, member);
	}
	json_out_object_end(out);
}

void
openapi_example(struct json_out *out, const struct member *member)
{
	switch (member->type) {
	case TYPE_INTEGER:
	case TYPE_BOOLEAN:
		json_out_raw(out, slice_of(member->example));
		break;
	case TYPE_CHOICE:
		json_out_string(out, (struct slice){ member->choices, strcspn(member->choices, "|") });
		break;
	case TYPE_OBJECT:
		write_schema_example(out, member->schema);
		break;
	case TYPE_ARRAY:
	case TYPE_LIST:
		json_out_array_begin(out);
		if (member->type == TYPE_ARRAY)
			write_schema_example(out, member->schema);
		else
			openapi_example(out, &members[member->item]);
		json_out_array_end(out);
		break;
	default:
		json_out_text(out, member->example);
	}
}

/* --- objects ------------------------------------------------------------------------------ */

static void
write_required(struct json_out *out, const struct schema *schema)
{
	json_out_key(out, "required");
	json_out_array_begin(out);
	for (size_t i = 0; i < schema->count; i++)
		if (schema->members[i].is_required)
			json_out_string(out, members[schema->members[i].member].name);
	json_out_array_end(out);
}

static void
write_schema(struct json_out *out, enum schema_id id)
{
	const struct schema *schema = &schemas[id];

	json_out_object_begin(out);
	json_out_member_text(out, "type", "object");
	json_out_member_text(out, "description", schema->help);
	write_required(out, schema);
	json_out_key(out, "properties");
	json_out_object_begin(out);
	for (size_t i = 0; i < schema->count; i++) {
		const struct schema_member *use = &schema->members[i];
		bool is_nullable = schema->kind == SCHEMA_REQUEST ? !use->is_required : use->is_nullable;

		json_out_key(out, members[use->member].name.ptr);
		openapi_member(out, &members[use->member], schema->kind, is_nullable);
	}
	json_out_object_end(out);
	json_out_member_bool(out, "additionalProperties", false);
	json_out_key(out, "examples");
	json_out_array_begin(out);
	write_schema_example(out, id);
	json_out_array_end(out);
	json_out_object_end(out);
}

void
openapi_schemas(struct json_out *out)
{
	json_out_key(out, "schemas");
	json_out_object_begin(out);
	for (enum schema_id id = SCHEMA_none + 1; id < SCHEMAS; id++) {
		char name[NAME_MAX_LEN];

		if (schemas[id].kind == SCHEMA_QUERY)
			continue;
		make_name(id, name);
		json_out_key(out, name);
		write_schema(out, id);
	}
	json_out_object_end(out);
}
