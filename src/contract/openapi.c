/* SPDX-License-Identifier: MIT */
/* The document's paths and what they share: see openapi.h. */
#include "config.h"

#include "openapi.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>


#include "ai/answer/picture.h"
#include "log.h"
#include "records.h"
#include "sha256.h"

void
openapi_ref(struct json_out *out, const char *folder, const char *name)
{
	json_out_object_begin(out);
	json_out_key(out, "$ref");
	json_out_raw(out, SLICE_LITERAL("\""));
	buf_printf(out->buf, "#/components/%s/%s\"", folder, name);
	json_out_object_end(out);
}

/* --- header fields -------------------------------------------------------------------------- */

/* Those of requests; flags: the routes that have it; 0: all of them. */
static const struct header {
	const char *component, *name, *help;
	unsigned    flags;
	bool        is_required;
	int         length_max;
	const char *example;
} request_headers[] = {
	{ "RequestId", "X-Request-Id", "An id of the client's for the request: letters, digits, '.', '_' and '-'.", 0, false, 64, "req-1" },
	{ "IdempotencyKey", "Idempotency-Key", "The same request with the same key is done once, and answered the same.",
		TAKES_KEY, false, IDEMPOTENCY_KEY_MAX, "7d0c1e0a" },
	{ "IfMatch", "If-Match", "The ETag of what is changed, or * for any.", TAKES_IF_MATCH, false, 100, "\"1\"" },
	{ "IfMatchNeeded", "If-Match", "The ETag of what is changed, or * for any.", NEEDS_IF_MATCH, true, 100, "\"1\"" },
};

/* Those of answers; codes: the statuses that have it; none: every one. */
static const struct {
	const char *component, *name, *help;
	unsigned    codes[2];
	bool        is_required;
} answer_headers[] = {
	{ "RequestId", "X-Request-Id", "The request's id, as in the log.", { 0 }, true },
	{ "Challenge", "WWW-Authenticate", "Bearer, and what was wrong with the token.", { 401 }, true },
	{ "ScopeNeeded", "WWW-Authenticate", "Bearer, and the scope that the token lacks, if it was for that.", { 403 }, false },
	{ "RetryAfter", "Retry-After", "Seconds after which it may be tried again.", { 503, 429 }, true },
	{ "RateLimitLimit", "RateLimit-Limit", "Of the limit with least left, when there is one: how many requests it allows at once.",
		{ 0 }, false },
	{ "RateLimitRemaining", "RateLimit-Remaining", "How many of them are left.", { 0 }, false },
	{ "RateLimitReset", "RateLimit-Reset", "Seconds until all of them are there again.", { 0 }, false },
};

static void
write_string_schema(struct json_out *out, int length_max)
{
	json_out_key(out, "schema");
	json_out_object_begin(out);
	json_out_member_text(out, "type", "string");
	if (length_max > 0)
		json_out_member_int(out, "maxLength", length_max);
	json_out_object_end(out);
}

static void
write_parameter_components(struct json_out *out)
{
	json_out_key(out, "parameters");
	json_out_object_begin(out);
	for (size_t i = 0; i < sizeof request_headers / sizeof request_headers[0]; i++) {
		const struct header *header = &request_headers[i];

		json_out_key(out, header->component);
		json_out_object_begin(out);
		json_out_member_text(out, "name", header->name);
		json_out_member_text(out, "in", "header");
		json_out_member_bool(out, "required", header->is_required);
		json_out_member_text(out, "description", header->help);
		write_string_schema(out, header->length_max);
		json_out_member_text(out, "example", header->example);
		json_out_object_end(out);
	}
	json_out_object_end(out);
}

static void
write_header(struct json_out *out, const char *component, const char *help, bool is_required)
{
	json_out_key(out, component);
	json_out_object_begin(out);
	json_out_member_text(out, "description", help);
	json_out_member_bool(out, "required", is_required);
	write_string_schema(out, 0);
	json_out_object_end(out);
}

static void
write_header_components(struct json_out *out)
{
	json_out_key(out, "headers");
	json_out_object_begin(out);
	write_header(out, "ETag", "The version of what is answered, for If-Match and If-None-Match.", true);
	write_header(out, "ETagOfOne", "The version of what is answered, when it is one thing.", false);
	for (size_t i = 0; i < sizeof answer_headers / sizeof answer_headers[0]; i++)
		write_header(out, answer_headers[i].component, answer_headers[i].help, answer_headers[i].is_required);
	json_out_object_end(out);
}

void
openapi_answer_headers(struct json_out *out, unsigned code, const char *etag)
{
	json_out_key(out, "headers");
	json_out_object_begin(out);
	if (etag != NULL) {
		json_out_key(out, "ETag");
		openapi_ref(out, "headers", etag);
	}
	for (size_t i = 0; i < sizeof answer_headers / sizeof answer_headers[0]; i++) {
		const unsigned *codes = answer_headers[i].codes;

		if (codes[0] != 0 && codes[0] != code && codes[1] != code)
			continue;
		json_out_key(out, answer_headers[i].name);
		openapi_ref(out, "headers", answer_headers[i].component);
	}
	json_out_object_end(out);
}

/* --- components ------------------------------------------------------------------------------ */

enum { ANYONE = PERMIT_ANYONE, USERS = PERMIT_USERS, ADMIN = PERMIT_ADMIN };

static const struct {
	const char *name;
	unsigned    permission;
	const char *help;
} scopes[] = {
#define SCOPE(name, permission, help) { #name, permission, help },
#include "tables/scopes.def"
#undef SCOPE
};

static const struct {
	unsigned    permission;
	const char *name, *help;
} schemes[] = {
	{ USERS, "token", "A service token (aiex_svc_...), which names the user it speaks for, or a user token (aiex_user_...)." },
	{ ADMIN, "adminToken", "An admin token (aiex_admin_...), which reads no amounts and no texts." },
};

static void
write_security_schemes(struct json_out *out)
{
	json_out_key(out, "securitySchemes");
	json_out_object_begin(out);
	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
		json_out_key(out, schemes[i].name);
		json_out_object_begin(out);
		json_out_member_text(out, "type", "http");
		json_out_member_text(out, "scheme", "bearer");
		json_out_member_text(out, "description", schemes[i].help);
		json_out_key(out, "x-scopes");
		json_out_object_begin(out);
		for (size_t k = 0; k < sizeof scopes / sizeof scopes[0]; k++)
			if (scopes[k].permission == schemes[i].permission)
				json_out_member_text(out, scopes[k].name, scopes[k].help);
		json_out_object_end(out);
		json_out_object_end(out);
	}
	json_out_object_end(out);
}

void
openapi_components(struct json_out *out)
{
	json_out_key(out, "components");
	json_out_object_begin(out);
	openapi_schemas(out);
	json_out_key(out, "responses");
	json_out_object_begin(out);
	openapi_problem_answers(out, problems_of_all(), (struct problems){ 0 });
	json_out_object_end(out);
	write_parameter_components(out);
	write_header_components(out);
	write_security_schemes(out);
	json_out_object_end(out);
}

/* --- operations ------------------------------------------------------------------------------- */

static void
write_security(struct json_out *out, const struct route *route)
{
	json_out_key(out, "security");
	json_out_array_begin(out);
	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
		if (schemes[i].permission != route->permission && route->permission != PERMIT_ANY_TOKEN)
			continue;
		json_out_object_begin(out);
		json_out_key(out, schemes[i].name);
		json_out_array_begin(out);
		if (endpoint_of(route)->scope != SCOPE_none)
			json_out_text(out, scopes[endpoint_of(route)->scope - 1].name);
		json_out_array_end(out);
		json_out_object_end(out);
	}
	json_out_array_end(out);
}

/* Each "{name}" of the path. */
static void
write_path_parameters(struct json_out *out, const char *pattern)
{
	for (const char *p = strchr(pattern, '{'); p != NULL; p = strchr(p, '{')) {
		size_t len = strcspn(++p, "}");

		json_out_object_begin(out);
		json_out_member_string(out, "name", (struct slice){ p, len });
		json_out_member_text(out, "in", "path");
		json_out_member_bool(out, "required", true);
		json_out_key(out, "schema");
		json_out_object_begin(out);
		json_out_member_text(out, "type", "string");
		json_out_member_int(out, "minLength", 1);
		json_out_object_end(out);
		json_out_object_end(out);
	}
}

static void
write_query_parameters(struct json_out *out, const struct schema *schema)
{
	for (size_t i = 0; i < schema->count; i++) {
		const struct member *member = &members[schema->members[i].member];

		json_out_object_begin(out);
		json_out_member_string(out, "name", member->name);
		json_out_member_text(out, "in", "query");
		json_out_member_bool(out, "required", schema->members[i].is_required);
		json_out_member_text(out, "description", member->help);
		json_out_key(out, "schema");
		openapi_member(out, member, SCHEMA_QUERY, false);
		json_out_key(out, "example");
		openapi_example(out, member);
		json_out_object_end(out);
	}
}

static void
write_parameters(struct json_out *out, const struct route *route)
{
	const struct endpoint *endpoint = endpoint_of(route);

	json_out_key(out, "parameters");
	json_out_array_begin(out);
	write_path_parameters(out, route->pattern);
	write_query_parameters(out, &schemas[endpoint->query]);
	for (size_t i = 0; i < sizeof request_headers / sizeof request_headers[0]; i++)
		if (request_headers[i].flags == 0 || endpoint->flags & request_headers[i].flags)
			openapi_ref(out, "parameters", request_headers[i].component);
	json_out_array_end(out);
}

static void
write_body_schema(struct json_out *out, const struct endpoint *endpoint)
{
	if (endpoint->other_body == SCHEMA_none) {
		openapi_schema_ref(out, endpoint->body);
		return;
	}
	json_out_object_begin(out);
	json_out_key(out, "oneOf");
	json_out_array_begin(out);
	openapi_schema_ref(out, endpoint->body);
	openapi_schema_ref(out, endpoint->other_body);
	json_out_array_end(out);
	json_out_object_end(out);
}

static void
write_body(struct json_out *out, const struct endpoint *endpoint)
{
	if (endpoint->body == SCHEMA_none)
		return;
	json_out_key(out, "requestBody");
	json_out_object_begin(out);
	json_out_member_bool(out, "required", !(endpoint->flags & MAY_LACK_BODY));
	json_out_key(out, "content");
	json_out_object_begin(out);
	json_out_key(out, "application/json");
	json_out_object_begin(out);
	json_out_key(out, "schema");
	write_body_schema(out, endpoint);
	json_out_object_end(out);
	for (size_t i = 0; i < PICTURE_TYPES && endpoint->flags & TAKES_PICTURE; i++) {
		json_out_key(out, picture_types[i]);
		json_out_object_begin(out);
		json_out_object_end(out);
	}
	json_out_object_end(out);
	json_out_object_end(out);
}

/* Another answer with the same status follows. */
static bool
is_either(const struct endpoint_answer *answer)
{
	return answer[1].st == answer->st && answer[1].schema != SCHEMA_none;
}

static void
write_answer_schema(struct json_out *out, const struct endpoint_answer *answer)
{
	if (!is_either(answer)) {
		openapi_schema_ref(out, answer->schema);
		return;
	}
	json_out_object_begin(out);
	json_out_key(out, "oneOf");
	json_out_array_begin(out);
	openapi_schema_ref(out, answer->schema);
	openapi_schema_ref(out, answer[1].schema);
	json_out_array_end(out);
	json_out_object_end(out);
}

/* An answer of a media type without a schema is bytes for whoever asked. */
static void
write_media(struct json_out *out, const struct endpoint_answer *answer)
{
	json_out_key(out, answer->media);
	json_out_object_begin(out);
	if (answer->schema != SCHEMA_none) {
		json_out_key(out, "schema");
		write_answer_schema(out, answer);
	}
	json_out_object_end(out);
}

/* One with the media types of all answers of the same status, which follow each other. */
static void
write_answer(struct json_out *out, const struct endpoint *endpoint, const struct endpoint_answer *answer)
{
	const struct endpoint_answer *end = endpoint->answers + ANSWERS_MAX;
	const struct endpoint_answer *first = answer;
	const char *etag = !(endpoint->flags & GIVES_ETAG) ? NULL : is_either(answer) ? "ETagOfOne" : "ETag";
	enum status st = answer->st;
	char code[8];

	snprintf(code, sizeof code, "%u", status_http(answer->st));
	json_out_key(out, code);
	json_out_object_begin(out);
	json_out_member_text(out, "description", status_title(answer->st));
	openapi_answer_headers(out, status_http(answer->st), etag);
	if (answer->media != NULL) {
		json_out_key(out, "content");
		json_out_object_begin(out);
		for (; answer < end && answer->st == st && answer->media != NULL; answer++)
			if (answer == first || strcmp(answer->media, answer[-1].media) != 0)
				write_media(out, answer);
		json_out_object_end(out);
	}
	json_out_object_end(out);
}

static void
write_answers(struct json_out *out, const struct route *route)
{
	const struct endpoint *endpoint = endpoint_of(route);

	json_out_key(out, "responses");
	json_out_object_begin(out);
	for (size_t i = 0; i < ANSWERS_MAX && (endpoint->answers[i].st != ST_OK || endpoint->answers[i].media != NULL); i++)
		if (i == 0 || endpoint->answers[i].st != endpoint->answers[i - 1].st)
			write_answer(out, endpoint, &endpoint->answers[i]);
	openapi_problem_answers(out, problems_of(route), problems_of_all());
	json_out_object_end(out);
}

static void
write_operation(struct json_out *out, const struct route *route)
{
	const struct endpoint *endpoint = endpoint_of(route);
	char method[8] = "";

	for (size_t i = 0; i < sizeof method - 1 && http_method_name(route->method)[i] != '\0'; i++)
		method[i] = (char)(http_method_name(route->method)[i] | 0x20);
	json_out_key(out, method);
	json_out_object_begin(out);
	json_out_member_text(out, "operationId", endpoint->name);
	json_out_member_text(out, "summary", endpoint->summary);
	json_out_key(out, "tags");
	json_out_array_begin(out);
	json_out_text(out, endpoint->tag);
	json_out_array_end(out);
	write_security(out, route);
	write_parameters(out, route);
	write_body(out, endpoint);
	write_answers(out, route);
	json_out_object_end(out);
}

static bool
is_first_of_its_path(size_t route)
{
	for (size_t i = 0; i < route; i++)
		if (strcmp(routes[i].pattern, routes[route].pattern) == 0)
			return false;
	return true;
}

static void
write_paths(struct json_out *out)
{
	json_out_key(out, "paths");
	json_out_object_begin(out);
	for (size_t i = 0; i < ROUTES; i++) {
		if (!is_first_of_its_path(i))
			continue;
		json_out_key(out, routes[i].pattern);
		json_out_object_begin(out);
		for (size_t k = i; k < ROUTES; k++)
			if (strcmp(routes[k].pattern, routes[i].pattern) == 0)
				write_operation(out, &routes[k]);
		json_out_object_end(out);
	}
	json_out_object_end(out);
}

static void
write_info(struct json_out *out)
{
	json_out_key(out, "info");
	json_out_object_begin(out);
	json_out_member_text(out, "title", "AIExpense");
	json_out_member_text(out, "version", PACKAGE_VERSION);
	json_out_member_text(out, "description", "A conversational expense tracker. Amounts are exact decimals, days are those of "
	    "the user's own time zone. What is not known in a query or a body is refused by its name.");
	json_out_key(out, "license");
	json_out_object_begin(out);
	json_out_member_text(out, "name", "MIT");
	json_out_member_text(out, "identifier", "MIT");
	json_out_object_end(out);
	json_out_object_end(out);
}

static void
write_document(struct buf *text)
{
	struct json_out out = json_out_to(text);

	json_out_object_begin(&out);
	json_out_member_text(&out, "openapi", "3.1.0");
	write_info(&out);
	write_paths(&out);
	openapi_components(&out);
	json_out_object_end(&out);
}

struct openapi *
openapi_new(void)
{
	struct openapi *openapi = calloc(1, sizeof *openapi);
	uint8_t hash[32];
	uint64_t tag;

	if (openapi != NULL)
		write_document(&openapi->text);
	if (openapi == NULL || openapi->text.has_failed) {
		log_error("openapi: no memory");
		openapi_free(openapi);
		return NULL;
	}
	sha256(openapi->text.data, openapi->text.len, hash);
	memcpy(&tag, hash, sizeof tag);
	snprintf(openapi->etag, sizeof openapi->etag, "\"%016" PRIx64 "\"", tag);
	return openapi;
}

void
openapi_free(struct openapi *openapi)
{
	if (openapi == NULL)
		return;
	buf_fini(&openapi->text);
	free(openapi);
}
