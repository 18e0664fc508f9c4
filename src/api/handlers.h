/* SPDX-License-Identifier: MIT */
/* The handlers of the REST API, one file for each resource, and what they share. */
#ifndef HANDLERS_H
#define HANDLERS_H

#include "http/request.h"
#include "http/route.h"

extern const struct route routes[];
extern const size_t route_count;

enum status get_health(struct request *req);
enum status get_ready(struct request *req);
enum status post_message(struct request *req);
enum status get_message(struct request *req);
enum status post_parse(struct request *req);
enum status get_expenses(struct request *req);
enum status post_expense(struct request *req);

/* auth_user, with the problem answered when it is false. */
bool handler_user(struct request *req, struct slice named, struct slice *user_id);

/* The Idempotency-Key header if there is one; false after answering that it is not fit. */
bool handler_idempotency_key(struct request *req, struct slice *key);

/* Refuses parameters that are not in the NULL-terminated list, by name; false after answering. */
bool handler_knows_query(struct request *req, const char *const *known);

#endif
