/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "unit.h"

#include <string.h>

#include <jansson.h>

#include "contract/openapi.h"
#include "counters.h"
#include "records.h"

static struct openapi *openapi;
static json_t *document;

static int
read_document(void **state)
{
	(void)state;
	openapi = openapi_new();
	document = openapi != NULL ? json_loadb(openapi->text.data, openapi->text.len, JSON_REJECT_DUPLICATES, NULL) : NULL;
	return document == NULL;
}

static int
free_document(void **state)
{
	(void)state;
	json_decref(document);
	openapi_free(openapi);
	return 0;
}

static const json_t *
operation(const struct route *route)
{
	char method[8] = "";

	for (size_t i = 0; i < sizeof method - 1 && http_method_name(route->method)[i] != '\0'; i++)
		method[i] = (char)(http_method_name(route->method)[i] | 0x20);
	return json_object_get(json_object_get(json_object_get(document, "paths"), route->pattern), method);
}

static void
every_route_is_in_the_document(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROUTES; i++) {
		const json_t *found = operation(&routes[i]);

		assert_non_null(found);
		assert_string_equal(json_string_value(json_object_get(found, "operationId")), endpoints[i].name);
	}
}

static void
the_document_has_no_other_operation(void **state)
{
	const char *path;
	json_t *methods;
	size_t count = 0;

	(void)state;
	json_object_foreach(json_object_get(document, "paths"), path, methods)
		count += json_object_size(methods);
	assert_int_equal(count, ROUTES);
}

static void
the_routes_make_a_table(void **state)
{
	struct route_table *table = route_table_new(routes, ROUTES);

	(void)state;
	assert_non_null(table);
	route_table_free(table);
}

static void
a_route_for_some_kinds_of_tokens_asks_for_a_scope(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROUTES; i++)
		if (routes[i].permission != PERMIT_ANY_TOKEN)
			assert_int_equal(routes[i].permission == PERMIT_ANYONE, endpoints[i].scope == SCOPE_none);
}

/* A query, a body and an answer are each of a schema of their own kind. */
static void
schemas_are_used_for_what_they_are(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROUTES; i++) {
		const struct endpoint *e = &endpoints[i];

		assert_true(e->query == SCHEMA_none || schemas[e->query].kind == SCHEMA_QUERY);
		assert_true(e->body == SCHEMA_none || schemas[e->body].kind == SCHEMA_REQUEST);
		assert_true(e->other_body == SCHEMA_none || schemas[e->other_body].kind == SCHEMA_REQUEST);
		for (size_t k = 0; k < ANSWERS_MAX; k++)
			assert_true(e->answers[k].schema == SCHEMA_none || schemas[e->answers[k].schema].kind == SCHEMA_ANSWER);
	}
	for (size_t i = 1; i < SCHEMAS; i++)
		for (size_t k = 0; k < schemas[i].count; k++) {
			enum schema_id inner = members[schemas[i].members[k].member].schema;

			assert_true(inner == SCHEMA_none || schemas[inner].kind == schemas[i].kind);
		}
}

static void
no_schema_has_two_members_of_one_name(void **state)
{
	(void)state;
	for (size_t i = 1; i < SCHEMAS; i++)
		for (size_t k = 0; k < schemas[i].count; k++)
			for (size_t n = 0; n < k; n++)
				assert_false(slice_equal(members[schemas[i].members[k].member].name,
				    members[schemas[i].members[n].member].name));
}

/* What never left has a counter, and is no call. */
static void
a_call_ends_as_the_counters_have_it(void **state)
{
	struct buf results = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < PROVIDER_COUNTS; i++)
		if (provider_count_rows[i].kind == PROVIDER_RESULT && i != PROVIDER_COUNT_breaker_open)
			buf_printf(&results, "%s%s", results.len > 0 ? "|" : "", provider_count_rows[i].name);
	buf_append_char(&results, '\0');
	assert_string_equal(members[MEMBER_call_result].choices, results.data);
	buf_fini(&results);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_route_is_in_the_document),
		cmocka_unit_test(the_document_has_no_other_operation),
		cmocka_unit_test(the_routes_make_a_table),
		cmocka_unit_test(a_route_for_some_kinds_of_tokens_asks_for_a_scope),
		cmocka_unit_test(schemas_are_used_for_what_they_are),
		cmocka_unit_test(no_schema_has_two_members_of_one_name),
		cmocka_unit_test(a_call_ends_as_the_counters_have_it),
	};

	return cmocka_run_group_tests(tests, read_document, free_document);
}
