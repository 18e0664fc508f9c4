/* SPDX-License-Identifier: MIT */
/* The table of routes, and what the handlers share. */
#include "config.h"

#include "handlers.h"

#include <stdio.h>

#include "auth.h"
#include "http/ascii.h"
#include "http/reply.h"
#include "records.h"

const struct route routes[] = {
	{ HTTP_GET,    "/healthz",                      PERMIT_ANYONE, get_health },
	{ HTTP_GET,    "/readyz",                       PERMIT_ANYONE, get_ready },
	{ HTTP_POST,   "/api/v1/messages",              PERMIT_USERS,  post_message },
	{ HTTP_GET,    "/api/v1/messages/{id}",         PERMIT_USERS,  get_message },
	{ HTTP_POST,   "/api/v1/parse",                 PERMIT_USERS,  post_parse },
	{ HTTP_GET,    "/api/v1/expenses",              PERMIT_USERS,  get_expenses },
	{ HTTP_POST,   "/api/v1/expenses",              PERMIT_USERS,  post_expense },
	{ HTTP_GET,    "/api/v1/expenses/{id}",         PERMIT_USERS,  get_expense },
	{ HTTP_PATCH,  "/api/v1/expenses/{id}",         PERMIT_USERS,  patch_expense },
	{ HTTP_DELETE, "/api/v1/expenses/{id}",         PERMIT_USERS,  delete_expense },
	{ HTTP_POST,   "/api/v1/expenses/{id}/restore", PERMIT_USERS,  restore_expense },
	{ HTTP_GET,    "/api/v1/expenses/{id}/history", PERMIT_USERS,  get_expense_history },
	{ HTTP_GET,    "/api/v1/summaries",             PERMIT_USERS,  get_summaries },
	{ HTTP_GET,    "/api/v1/categories",            PERMIT_USERS,  get_categories },
	{ HTTP_POST,   "/api/v1/categories",            PERMIT_USERS,  post_category },
	{ HTTP_PATCH,  "/api/v1/categories/{id}",       PERMIT_USERS,  patch_category },
	{ HTTP_GET,    "/api/v1/metrics/daily-active-users", PERMIT_ADMIN, get_metrics_active },
	{ HTTP_GET,    "/api/v1/metrics/expenses",      PERMIT_ADMIN,  get_metrics_expenses },
	{ HTTP_GET,    "/api/v1/metrics/growth",        PERMIT_ADMIN,  get_metrics_growth },
	{ HTTP_GET,    "/api/v1/metrics/category-trends", PERMIT_ADMIN, get_metrics_categories },
	{ HTTP_GET,    "/api/v1/metrics/ai-costs",      PERMIT_ADMIN,  get_metrics_ai_costs },
	{ HTTP_GET,    "/api/v1/metrics/ai-costs/top-users", PERMIT_ADMIN, get_metrics_ai_users },
};

const size_t route_count = sizeof routes / sizeof routes[0];

bool
handler_refuse(struct request *req, enum status st, const char *field, const char *detail)
{
	reply_problem(req, st, field, detail);
	return false;
}

bool
handler_user(struct request *req, struct slice named, struct slice *user_id)
{
	enum status st = auth_user(req, named, user_id);

	if (st == ST_OK)
		return true;
	return handler_refuse(req, st, "user", st == ST_BAD_VALUE ? "Must be platform:id, for example line:U123." : NULL);
}

bool
handler_idempotency_key(struct request *req, struct slice *key)
{
	*key = req->idempotency_key;
	if (key->ptr == NULL)
		return true;
	if (key->len > 0 && key->len <= IDEMPOTENCY_KEY_MAX)
		return true;
	return handler_refuse(req, ST_BAD_VALUE, "Idempotency-Key", "Must have 1 to 255 characters.");
}

bool
handler_knows_query(struct request *req, const char *const *known)
{
	struct slice unknown = http_query_unknown(&req->query, known);

	if (unknown.ptr == NULL)
		return true;
	return handler_refuse(req, ST_BAD_PARAMETER, arena_copy(&req->arena, unknown).ptr, "There is no such parameter.");
}

void
handler_etag(struct request *req, uint32_t version)
{
	char tag[16];
	int len = snprintf(tag, sizeof tag, "\"%u\"", (unsigned)version);

	reply_header(req, "ETag", (struct slice){ tag, (size_t)len });
}

bool
handler_limit(struct request *req, unsigned *limit)
{
	enum { LIST_DEFAULT = 100, LIST_MAX = 500 };
	struct slice text;
	unsigned n = 0;

	*limit = LIST_DEFAULT;
	if (!http_query_find(&req->query, "limit", &text))
		return true;
	for (size_t i = 0; i < text.len && n <= LIST_MAX; i++) {
		if (!ascii_is_digit(text.ptr[i]))
			return handler_refuse(req, ST_BAD_PARAMETER, "limit", "Must be a number.");
		n = n * 10 + (unsigned)(text.ptr[i] - '0');
	}
	if (n < 1 || n > LIST_MAX)
		return handler_refuse(req, ST_OUT_OF_RANGE, "limit", "Must be 1 to 500.");
	*limit = n;
	return true;
}

bool
handler_read_version(struct slice text, uint32_t *version)
{
	uint64_t n = 0;

	if (text.len < 1 || text.len > 10 || text.ptr[0] == '0')
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (!ascii_is_digit(text.ptr[i]))
			return false;
		n = n * 10 + (uint64_t)(text.ptr[i] - '0');
	}
	*version = (uint32_t)n;
	return n <= UINT32_MAX;
}

bool
handler_if_match(struct request *req, bool is_required, uint32_t *version)
{
	static const char detail[] = "Must be the ETag that came with what is changed, or *.";
	struct slice tag = req->if_match;
	bool is_weak;

	*version = 0;
	if (tag.ptr == NULL)
		return !is_required || handler_refuse(req, ST_NO_VERSION, "If-Match", detail);
	if (slice_equal(tag, SLICE_LITERAL("*")))
		return true;
	is_weak = tag.len > 2 && memcmp(tag.ptr, "W/", 2) == 0;
	if (is_weak)
		tag = (struct slice){ tag.ptr + 2, tag.len - 2 };
	if (tag.len < 2 || tag.ptr[0] != '"' || memchr(tag.ptr + 1, '"', tag.len - 1) != tag.ptr + tag.len - 1)
		return handler_refuse(req, ST_BAD_VALUE, "If-Match", detail);
	if (is_weak || !handler_read_version((struct slice){ tag.ptr + 1, tag.len - 2 }, version))
		*version = UINT32_MAX;
	return true;
}
