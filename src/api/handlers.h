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
enum status get_expense(struct request *req);
enum status patch_expense(struct request *req);
enum status delete_expense(struct request *req);
enum status restore_expense(struct request *req);
enum status get_expense_history(struct request *req);
enum status get_summaries(struct request *req);
enum status get_metrics_active(struct request *req);
enum status get_metrics_expenses(struct request *req);
enum status get_metrics_growth(struct request *req);
enum status get_metrics_categories(struct request *req);
enum status get_metrics_ai_costs(struct request *req);
enum status get_metrics_ai_users(struct request *req);
enum status get_categories(struct request *req);
enum status post_category(struct request *req);
enum status patch_category(struct request *req);

/* Answers with the problem; false, for a handler's helper to return. */
bool handler_refuse(struct request *req, enum status st, const char *field, const char *detail);

/* auth_user, with the problem answered when it is false. */
bool handler_user(struct request *req, struct slice named, struct slice *user_id);

/* The Idempotency-Key header if there is one; false after answering that it is not fit. */
bool handler_idempotency_key(struct request *req, struct slice *key);

/* Refuses parameters that are not in the NULL-terminated list, by name; false after answering. */
bool handler_knows_query(struct request *req, const char *const *known);

/* The version as the answer's ETag. */
void handler_etag(struct request *req, uint32_t version);

/* The limit parameter of a list, 100 when there is none. */
bool handler_limit(struct request *req, unsigned *limit);

/*
 * The version that If-Match names: 0 for any (no field, or "*"), and one that
 * nothing has for a tag that is not ours.  is_required: without the field it is refused.
 */
bool handler_if_match(struct request *req, bool is_required, uint32_t *version);

/* A decimal number above 0 without leading zeros. */
bool handler_read_version(struct slice text, uint32_t *version);

#endif
