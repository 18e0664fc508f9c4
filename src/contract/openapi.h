/* SPDX-License-Identifier: MIT */
/*
 * The OpenAPI 3.1 document, made from members.def, schemas.def, routes.def,
 * scopes.def and status.def: nothing of it is written by hand.
 */
#ifndef OPENAPI_H
#define OPENAPI_H

#include <stdint.h>

#include "buf.h"
#include "endpoints.h"
#include "json_out.h"

/* The document and its ETag. */
struct openapi {
	struct buf text;
	char       etag[20];        /* with its quotes */
};

/* NULL (and a log line) without memory. */
struct openapi *openapi_new(void);
void openapi_free(struct openapi *openapi);

/* --- its parts ------------------------------------------------------------------------- */

/* A set of outcomes. */
struct problems {
	uint64_t bits;
};

static inline bool
problems_have(struct problems problems, enum status st)
{
	return problems.bits >> st & 1;
}

/* What every route may answer, whatever it is: faults in HTTP itself, and what goes wrong inside. */
struct problems problems_of_all(void);

/* What a route may answer besides its own answers. */
struct problems problems_of(const struct route *route);

/* "components": the objects, what all operations share, and the security schemes. */
void openapi_components(struct json_out *out);

/* {"$ref":"#/components/<folder>/<name>"} */
void openapi_ref(struct json_out *out, const char *folder, const char *name);

/* The same for an object: "#/components/schemas/NewExpense". */
void openapi_schema_ref(struct json_out *out, enum schema_id id);

/* "schemas": every object that bodies and answers have. */
void openapi_schemas(struct json_out *out);

/* The schema of one member's value where it is used like that. */
void openapi_member(struct json_out *out, const struct member *member, enum schema_kind kind, bool is_nullable);

/* An example of a member's value. */
void openapi_example(struct json_out *out, const struct member *member);

/* "responses" by code: all problems in the set. common: those that stand in the components. */
void openapi_problem_answers(struct json_out *out, struct problems problems, struct problems common);

/* "headers" that a status has, from those in the components; etag: its component, or NULL. */
void openapi_answer_headers(struct json_out *out, unsigned code, const char *etag);

#endif
