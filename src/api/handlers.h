/* SPDX-License-Identifier: MIT */
/* The handlers of the REST API, one file for each resource, and what they share. */
#ifndef HANDLERS_H
#define HANDLERS_H

#include "http/request.h"
#include "http/route.h"

/* Each answers the request, now or later; its query and its body have been read: see fields.h. */
#define ROUTE(method, path, handler, ...) enum status handler(struct request *req);
#include "contract/routes.def"
#undef ROUTE

/* Answers with the problem; false, for a handler's helper to return. */
bool handler_refuse(struct request *req, enum status st, const char *field, const char *detail);

/* Whom the request is about, by its token and what the query or the body says; false after answering. */
bool handler_user(struct request *req, struct slice *user_id);

/* The Idempotency-Key header if there is one; false after answering that it is not fit. */
bool handler_idempotency_key(struct request *req, struct slice *key);

/* The version as the answer's ETag. */
void handler_etag(struct request *req, uint32_t version);

/* The limit parameter of a list, or the default. */
unsigned handler_limit(const struct request *req);

/*
 * The version that If-Match names: 0 for any (no field, or "*"), and one that
 * nothing has for a tag that is not ours.  Refused without the field where the route needs it.
 */
bool handler_if_match(struct request *req, uint32_t *version);

/* A decimal number above 0 without leading zeros. */
bool handler_read_version(struct slice text, uint32_t *version);

#endif
