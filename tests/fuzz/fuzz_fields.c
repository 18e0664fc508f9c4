/* SPDX-License-Identifier: MIT */
/*
 * The readers of bodies and queries under libFuzzer, with every schema of
 * schemas.def.  The input's first line names one, the rest is what is read by
 * it; a name that is none stands for some schema or other.
 *
 *	make fuzz_fields && ./fuzz_fields -max_total_time=60 ../tests/fuzz/corpus/fields
 *
 * What is taken must keep its rows in every respect; what is refused must have
 * been answered, once, with one of the problems that the document has for it.
 */
#include "config.h"

#include <string.h>

#include <jansson.h>

#include "contract/fields.h"
#include "api/handlers.h"
#include "fuzz.h"
#include "text.h"

static enum status refused;
static unsigned refused_count;

bool
handler_refuse(struct request *req, enum status st, const char *field, const char *detail)
{
	(void)req;
	CHECK(status_http(st) >= 400 && status_http(st) < 500);
	CHECK(field == NULL || text_is_utf8(slice_of(field)));
	CHECK(detail == NULL || detail[0] != '\0');
	refused = st;
	refused_count++;
	return false;
}

bool
request_has_type(const struct request *req, const char *type)
{
	(void)req;
	(void)type;
	return true;
}

/* --- what was taken ---------------------------------------------------------------------- */

static void
check_text(const struct member *member, struct slice s)
{
	CHECK(s.ptr != NULL && text_is_utf8(s));
	CHECK(text_length(s) <= (size_t)member->max);
	CHECK(text_length(s) >= (size_t)member->min || member->type == TYPE_USER);
	for (size_t i = 0; i < s.len; i++)
		CHECK((unsigned char)s.ptr[i] >= ' ' || (member->type == TYPE_TEXT && strchr("\t\r\n", s.ptr[i]) != NULL && s.ptr[i] != '\0'));
}

static int64_t
count_choices(const struct member *member)
{
	int64_t count = 1;

	for (const char *p = member->choices; *p != '\0'; p++)
		count += *p == '|';
	return count;
}

static void
check_amount(struct slice text)
{
	int64_t minor;
	enum status st = money_parse(text, (struct currency){ "TWD" }, &minor);

	CHECK(st == ST_OK || st == ST_OUT_OF_RANGE);
}

static void check_fields(const struct fields *fields);

static void
check_value(const struct member *member, const struct value *value)
{
	char text[UUID_TEXT_LEN];
	day_t day;

	switch (member->type) {
	case TYPE_INTEGER:
		CHECK(value->number >= member->min && value->number <= member->max);
		break;
	case TYPE_CHOICE:
		CHECK(value->number >= 0 && value->number < count_choices(member));
		break;
	case TYPE_BOOLEAN:
		break;
	case TYPE_TIME:
		CHECK(value->number / 86400000 >= DAY_MIN - 1 && value->number / 86400000 <= DAY_MAX + 1);
		break;
	case TYPE_DATE:
		CHECK(value->day >= DAY_MIN && value->day <= DAY_MAX);
		day_format(value->day, text);
		CHECK(day_parse((struct slice){ text, DAY_TEXT_LEN }, &day) && day == value->day);
		break;
	case TYPE_UUID:
		uuid_format(&value->id, text);
		break;
	case TYPE_CURRENCY:
		CHECK(currency_digits(value->currency) >= 0);
		break;
	case TYPE_ARRAY:
	case TYPE_OBJECT:
		CHECK(member->type == TYPE_OBJECT || (int64_t)value->objects.count <= member->max);
		for (size_t i = 0; i < value->objects.count; i++)
			check_fields(&value->objects.list[i]);
		break;
	case TYPE_LIST:
		CHECK((int64_t)value->texts.count <= member->max);
		for (size_t i = 0; i < value->texts.count; i++)
			check_text(&members[member->item], value->texts.list[i]);
		break;
	case TYPE_AMOUNT:
		check_amount(value->text);
		check_text(member, value->text);
		break;
	default:
		check_text(member, value->text);
	}
}

static void
check_fields(const struct fields *fields)
{
	const struct schema *schema = fields->schema;
	size_t set = 0;

	for (size_t i = 0; i < schema->count; i++) {
		const struct value *value = &fields->values[i];

		CHECK(value->is_set || !schema->members[i].is_required);
		CHECK(fields_value(fields, schema->members[i].member) == (value->is_set ? value : NULL));
		set += value->is_set;
		if (value->is_set)
			check_value(&members[schema->members[i].member], value);
	}
	CHECK(set == fields->set_count);
}

/* --- both readers ------------------------------------------------------------------------- */

/* What the JSON library says of the body as it stands. */
static enum json_error_code
judge(struct slice body)
{
	json_error_t error;
	json_t *root = json_loadb(body.len > 0 ? body.ptr : "", body.len, JSON_REJECT_DUPLICATES, &error);

	json_decref(root);
	return root != NULL ? json_error_unknown : json_error_code(&error);
}

static void
read_body(struct request *req, const struct schema *schema, const struct schema *other)
{
	enum json_error_code judged = judge(req->body);
	struct fields fields;

	refused_count = 0;
	if (fields_read_body(req, schema, other, &fields)) {
		/* Numbers that are too large for the library are texts here. */
		CHECK(refused_count == 0 && (judged == json_error_unknown || judged == json_error_numeric_overflow));
		check_fields(&fields);
	} else {
		CHECK(refused_count == 1);
		/* The library overlooks a NUL behind a number.  Names that differ in U+0001 and U+0002 only are one here, and unknown. */
		CHECK(refused != ST_BAD_JSON || judged != json_error_unknown || memchr(req->body.ptr, '\0', req->body.len) != NULL ||
		    memmem(req->body.ptr, req->body.len, "\\u0001", 6) != NULL);
	}
}

static void
read_query(struct request *req, const struct schema *schema, struct slice query)
{
	struct fields fields;

	refused_count = 0;
	for (size_t i = 0; i < query.len; i++)
		if (query.ptr[i] <= ' ' || query.ptr[i] > '~')       /* target_split lets no such target through */
			return;
	if (target_decode_query(&req->arena, query, &req->query) != ST_OK || req->query.repeated.ptr != NULL)
		return;
	if (fields_read_query(req, schema, &fields)) {
		CHECK(refused_count == 0 && fields.set_count == req->query.count);
		check_fields(&fields);
	} else {
		CHECK(refused_count == 1);
	}
}

static enum schema_id
find_schema(struct slice name)
{
	size_t sum = 0;

	for (enum schema_id id = SCHEMA_none + 1; id < SCHEMAS; id++)
		if (slice_equal(name, slice_of(schemas[id].ident)))
			return id;
	for (size_t i = 0; i < name.len; i++)
		sum = sum * 31 + (unsigned char)name.ptr[i];
	return (enum schema_id)(sum % (SCHEMAS - 1) + 1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *line_end = size > 0 ? memchr(data, '\n', size) : NULL;
	struct request req = { .arena = ARENA_INIT };
	enum schema_id id;

	if (line_end == NULL)
		return 0;
	id = find_schema((struct slice){ (const char *)data, (size_t)(line_end - data) });
	req.body = (struct slice){ (const char *)line_end + 1, size - (size_t)(line_end - data) - 1 };
	if (schemas[id].kind == SCHEMA_QUERY) {
		read_query(&req, &schemas[id], req.body);
	} else {
		read_body(&req, &schemas[id], NULL);
		read_body(&req, &schemas[id], &schemas[id % (SCHEMAS - 1) + 1]);
	}
	arena_fini(&req.arena);
	return 0;
}
