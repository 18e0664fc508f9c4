/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "contract/fields.h"
#include "api/handlers.h"
#include "records.h"

/* What was refused last. */
static enum status st;
static char field[256];

static struct request req;

bool
handler_refuse(struct request *r, enum status refused, const char *name, const char *detail)
{
	(void)r;
	(void)detail;
	st = refused;
	snprintf(field, sizeof field, "%s", name != NULL ? name : "");
	return false;
}

bool
request_has_type(const struct request *r, const char *type)
{
	(void)r;
	(void)type;
	return true;
}

static int
reset(void **state)
{
	(void)state;
	arena_fini(&req.arena);
	return 0;
}

static bool
read_body(enum schema_id schema, enum schema_id other, const char *json, struct fields *fields)
{
	req.body = slice_of(json);
	st = ST_OK;
	field[0] = '\0';
	return fields_read_body(&req, &schemas[schema], other != SCHEMA_none ? &schemas[other] : NULL, fields);
}

static bool
read_query(enum schema_id schema, const char *query, struct fields *fields)
{
	st = ST_OK;
	field[0] = '\0';
	assert_int_equal(target_decode_query(&req.arena, slice_of(query), &req.query), ST_OK);
	return fields_read_query(&req, &schemas[schema], fields);
}

#define EXPENSE(amount) "{\"id\":\"01999999-9999-7999-8999-999999999999\",\"user\":\"line:U1\",\"description\":\"x\",\"amount\":" amount \
	",\"currency\":\"TWD\",\"category\":{\"id\":\"01999999-9999-7999-8999-999999999998\",\"name\":\"Food\"},\"account\":\"Cash\"," \
	"\"date\":\"2026-11-23\",\"version\":1,\"created_at\":\"2026-11-23T10:30:00.000Z\",\"updated_at\":\"2026-11-23T10:30:00.000Z\"}"
#define LIST_OF(items) "{\"expenses\":[" items "],\"next_cursor\":\"1\"}"

/* Schemas of answers are read by the same rows as those of requests. */
static void
an_array_of_objects_is_read(void **state)
{
	const struct value *list;
	struct fields fields;

	(void)state;
	assert_true(read_body(SCHEMA_expense_list, SCHEMA_none, LIST_OF(EXPENSE("1.50") "," EXPENSE("\"-2\"")), &fields));
	list = fields_value(&fields, MEMBER_expenses);
	assert_int_equal(list->objects.count, 2);
	assert_true(slice_equal(fields_text(&list->objects.list[0], MEMBER_amount), SLICE_LITERAL("1.50")));
	assert_true(slice_equal(fields_text(&list->objects.list[1], MEMBER_amount), SLICE_LITERAL("-2")));
	assert_int_equal(fields_value(&list->objects.list[1], MEMBER_version)->number, 1);
	assert_true(slice_equal(fields_text(fields_value(&list->objects.list[1], MEMBER_category)->objects.list,
	    MEMBER_category_shown_name), SLICE_LITERAL("Food")));
}

static void
a_fault_in_an_array_is_named_by_its_place(void **state)
{
	struct fields fields;

	(void)state;
	assert_false(read_body(SCHEMA_expense_list, SCHEMA_none, LIST_OF(EXPENSE("1") "," EXPENSE("\"x\"")), &fields));
	assert_int_equal(st, ST_BAD_VALUE);
	assert_string_equal(field, "expenses[1].amount");
	assert_false(read_body(SCHEMA_expense_list, SCHEMA_none, LIST_OF("{\"colour\":1}"), &fields));
	assert_int_equal(st, ST_UNKNOWN_FIELD);
	assert_string_equal(field, "expenses[0].colour");
	assert_false(read_body(SCHEMA_expense_list, SCHEMA_none, LIST_OF("{\"category\":{}}"), &fields));
	assert_int_equal(st, ST_MISSING_FIELD);
	assert_string_equal(field, "expenses[0].category.id");
	assert_false(read_body(SCHEMA_expense_list, SCHEMA_none, LIST_OF(EXPENSE("1") ",5"), &fields));
	assert_int_equal(st, ST_WRONG_TYPE);
	assert_false(read_body(SCHEMA_expense_list, SCHEMA_none, "{\"expenses\":{},\"next_cursor\":\"1\"}", &fields));
	assert_string_equal(field, "expenses");
}

static void
an_array_keeps_its_limits(void **state)
{
	char json[8 * MESSAGE_EXPENSES_MAX] = "{\"expenses\":[";
	struct fields fields;

	(void)state;
	for (int i = 0; i < MESSAGE_EXPENSES_MAX + 1; i++)
		strcat(json, i > 0 ? ",5" : "5");
	strcat(json, "]}");
	assert_false(read_body(SCHEMA_message, SCHEMA_none, json, &fields));
	assert_int_equal(st, ST_OUT_OF_RANGE);
	assert_string_equal(field, "expenses");
}

static void
the_other_schema_is_read_when_its_first_member_is_there(void **state)
{
	struct fields fields;

	(void)state;
	assert_true(read_body(SCHEMA_new_expense, SCHEMA_new_category, "{\"name\":\"x\"}", &fields));
	assert_ptr_equal(fields.schema, &schemas[SCHEMA_new_category]);
	assert_true(read_body(SCHEMA_new_expense, SCHEMA_new_category, "{\"description\":\"x\",\"amount\":1}", &fields));
	assert_ptr_equal(fields.schema, &schemas[SCHEMA_new_expense]);
	assert_false(read_body(SCHEMA_new_expense, SCHEMA_new_category, "{\"name\":\"x\",\"amount\":1}", &fields));
	assert_string_equal(field, "amount");
}

static void
null_is_as_if_it_were_not_there(void **state)
{
	struct fields fields;

	(void)state;
	assert_true(read_body(SCHEMA_new_category, SCHEMA_none, "{\"name\":\"x\",\"user\":null}", &fields));
	assert_null(fields_value(&fields, MEMBER_user));
	assert_int_equal(fields.set_count, 1);
	assert_false(read_body(SCHEMA_new_category, SCHEMA_none, "{\"name\":null}", &fields));
	assert_int_equal(st, ST_MISSING_FIELD);
}

static void
what_looks_like_a_marked_number_is_none(void **state)
{
	struct fields fields;

	(void)state;
	assert_false(read_body(SCHEMA_new_expense, SCHEMA_none, "{\"description\":\"x\",\"amount\":\"\\u00015\"}", &fields));
	assert_int_equal(st, ST_BAD_VALUE);
	assert_false(read_body(SCHEMA_new_expense, SCHEMA_none, "{5:1}", &fields));
	assert_int_equal(st, ST_BAD_JSON);
}

static void
parameters_are_read_by_their_type(void **state)
{
	struct fields fields;

	(void)state;
	assert_true(read_query(SCHEMA_expense_filter, "user=line:U1&from=1970-01-02&limit=500", &fields));
	assert_int_equal(fields_value(&fields, MEMBER_from)->day, 1);
	assert_int_equal(fields_value(&fields, MEMBER_limit)->number, 500);
	assert_null(fields_value(&fields, MEMBER_to));
	assert_false(read_query(SCHEMA_expense_filter, "limit=%2B5", &fields));
	assert_int_equal(st, ST_BAD_PARAMETER);
	assert_false(read_query(SCHEMA_expense_filter, "colour=red", &fields));
	assert_string_equal(field, "colour");
	assert_false(read_query(SCHEMA_none, "limit=5", &fields));
	assert_int_equal(st, ST_BAD_PARAMETER);
}

/* --- single values ------------------------------------------------------------------------ */

static struct value value;

static enum status
outcome(enum member_type type, int64_t min, int64_t max, const char *text)
{
	const struct member member = { .name = SLICE_LITERAL("x"), .type = type, .min = min, .max = max, .choices = "one|another" };
	struct fault fault = { ST_OK, NULL };

	return value_read(&req.arena, &member, slice_of(text), &value, &fault) ? ST_OK : fault.st;
}

static void
a_whole_number_keeps_its_range(void **state)
{
	(void)state;
	assert_int_equal(outcome(TYPE_INTEGER, -5, 5, "-5"), ST_OK);
	assert_int_equal(value.number, -5);
	assert_int_equal(outcome(TYPE_INTEGER, -5, 5, "-6"), ST_OUT_OF_RANGE);
	assert_int_equal(outcome(TYPE_INTEGER, -5, 5, "6"), ST_OUT_OF_RANGE);
	assert_int_equal(outcome(TYPE_INTEGER, 0, INT64_MAX, "9223372036854775807"), ST_OK);
	assert_int_equal(outcome(TYPE_INTEGER, 0, INT64_MAX, "9223372036854775808"), ST_OUT_OF_RANGE);
	assert_int_equal(outcome(TYPE_INTEGER, INT64_MIN, INT64_MAX, "-99999999999999999999"), ST_OUT_OF_RANGE);
	for (const char *const *text = (const char *const[]){ "", "-", "+1", "1.0", "1e1", " 1", "0x1", NULL }; *text != NULL; text++)
		assert_int_equal(outcome(TYPE_INTEGER, -5, 5, *text), ST_BAD_VALUE);
	assert_int_equal(outcome(TYPE_INTEGER, 0, 5, "-1"), ST_BAD_VALUE);
}

static void
a_choice_is_its_place(void **state)
{
	(void)state;
	assert_int_equal(outcome(TYPE_CHOICE, 0, 0, "another"), ST_OK);
	assert_int_equal(value.number, 1);
	assert_int_equal(outcome(TYPE_CHOICE, 0, 0, "one"), ST_OK);
	assert_int_equal(value.number, 0);
	for (const char *const *text = (const char *const[]){ "", "on", "one|another", "One", "anothers", NULL }; *text != NULL; text++)
		assert_int_equal(outcome(TYPE_CHOICE, 0, 0, *text), ST_BAD_VALUE);
}

static void
a_time_is_read_in_any_zone(void **state)
{
	static const struct {
		const char *text;
		int64_t     ms;
	} times[] = {
		{ "1970-01-01T00:00:00Z", 0 }, { "1970-01-01t00:00:01.5z", 1500 }, { "1970-01-01T08:00:00+08:00", 0 },
		{ "1969-12-31T20:30:00.0019-03:30", 1 }, { "2026-11-23T10:30:00.123Z", INT64_C(1795429800123) },
	};

	(void)state;
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		assert_int_equal(outcome(TYPE_TIME, 20, 35, times[i].text), ST_OK);
		assert_int_equal(value.number, times[i].ms);
	}
	for (const char *const *text = (const char *const[]){ "1970-01-01T00:00:00", "1970-01-01 00:00:00Z", "1970-02-30T00:00:00Z",
	    "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z", "1970-01-01T00:00:60Z", "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00+0800",
	    "1970-01-01T00:00:00+24:00", "1970-01-01T00:00:00Zx", NULL }; *text != NULL; text++)
		assert_int_not_equal(outcome(TYPE_TIME, 1, 35, *text), ST_OK);
}

static void
texts_keep_their_length_in_characters(void **state)
{
	(void)state;
	assert_int_equal(outcome(TYPE_LINE, 2, 3, "午餐費"), ST_OK);
	assert_int_equal(outcome(TYPE_LINE, 2, 3, "午餐費用"), ST_TEXT_TOO_LONG);
	assert_int_equal(outcome(TYPE_LINE, 2, 3, "午"), ST_BAD_VALUE);
	assert_int_equal(outcome(TYPE_LINE, 0, 3, "a\nb"), ST_BAD_VALUE);
	assert_int_equal(outcome(TYPE_LINE, 0, 3, "a\x7f"), ST_BAD_VALUE);
	assert_int_equal(outcome(TYPE_TEXT, 0, 3, "a\nb"), ST_OK);
	assert_int_equal(outcome(TYPE_TEXT, 0, 3, "a\x1b"), ST_BAD_VALUE);
}

static void
amounts_tags_and_zones_have_their_letters(void **state)
{
	(void)state;
	for (const char *const *text = (const char *const[]){ "0", "-1", "1.5", "-0.05", NULL }; *text != NULL; text++)
		assert_int_equal(outcome(TYPE_AMOUNT, 1, 40, *text), ST_OK);
	for (const char *const *text = (const char *const[]){ "", "-", ".5", "1.", "1e5", "1,5", "+1", "1.5.5", "--1", NULL }; *text != NULL; text++)
		assert_int_equal(outcome(TYPE_AMOUNT, 1, 40, *text), ST_BAD_VALUE);
	assert_int_equal(outcome(TYPE_LOCALE, 2, 35, "zh-Hant-TW"), ST_OK);
	assert_int_equal(outcome(TYPE_LOCALE, 2, 35, "zh_TW"), ST_BAD_VALUE);
	assert_int_equal(outcome(TYPE_ZONE, 1, 64, "America/Port-au-Prince"), ST_OK);
	assert_int_equal(outcome(TYPE_ZONE, 1, 64, "../etc"), ST_BAD_VALUE);
	assert_int_equal(outcome(TYPE_CURRENCY, 3, 3, "twd"), ST_OK);
	assert_int_equal(outcome(TYPE_CURRENCY, 3, 3, "XQX"), ST_BAD_VALUE);
}

#define CASE(name) cmocka_unit_test_teardown(name, reset)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(an_array_of_objects_is_read),
		CASE(a_fault_in_an_array_is_named_by_its_place),
		CASE(an_array_keeps_its_limits),
		CASE(the_other_schema_is_read_when_its_first_member_is_there),
		CASE(null_is_as_if_it_were_not_there),
		CASE(what_looks_like_a_marked_number_is_none),
		CASE(parameters_are_read_by_their_type),
		CASE(a_whole_number_keeps_its_range),
		CASE(a_choice_is_its_place),
		CASE(a_time_is_read_in_any_zone),
		CASE(texts_keep_their_length_in_characters),
		CASE(amounts_tags_and_zones_have_their_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
