/* SPDX-License-Identifier: MIT */
/* The table of routes, and what the handlers share. */
#include "config.h"

#include "handlers.h"

#include "auth.h"
#include "http/reply.h"
#include "records.h"

const struct route routes[] = {
	{ HTTP_GET,  "/healthz",              PERMIT_ANYONE, get_health },
	{ HTTP_GET,  "/readyz",               PERMIT_ANYONE, get_ready },
	{ HTTP_POST, "/api/v1/messages",      PERMIT_USERS,  post_message },
	{ HTTP_GET,  "/api/v1/messages/{id}", PERMIT_USERS,  get_message },
	{ HTTP_POST, "/api/v1/parse",         PERMIT_USERS,  post_parse },
	{ HTTP_GET,  "/api/v1/expenses",      PERMIT_USERS,  get_expenses },
	{ HTTP_POST, "/api/v1/expenses",      PERMIT_USERS,  post_expense },
};

const size_t route_count = sizeof routes / sizeof routes[0];

bool
handler_user(struct request *req, struct slice named, struct slice *user_id)
{
	enum status st = auth_user(req, named, user_id);

	if (st == ST_OK)
		return true;
	reply_problem(req, st, "user", st == ST_BAD_VALUE ? "Must be platform:id, for example line:U123." : NULL);
	return false;
}

bool
handler_idempotency_key(struct request *req, struct slice *key)
{
	*key = req->idempotency_key;
	if (key->ptr == NULL)
		return true;
	if (key->len > 0 && key->len <= IDEMPOTENCY_KEY_MAX)
		return true;
	reply_problem(req, ST_BAD_VALUE, "Idempotency-Key", "Must have 1 to 255 characters.");
	return false;
}

bool
handler_knows_query(struct request *req, const char *const *known)
{
	struct slice unknown = http_query_unknown(&req->query, known);

	if (unknown.ptr == NULL)
		return true;
	reply_problem(req, ST_BAD_PARAMETER, arena_copy(&req->arena, unknown).ptr, "There is no such parameter.");
	return false;
}
