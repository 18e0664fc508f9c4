/* SPDX-License-Identifier: MIT */
/* What the handlers share. */
#include "config.h"

#include "handlers.h"

#include <stdio.h>

#include "access/auth.h"
#include "contract/endpoints.h"
#include "contract/fields.h"
#include "http/ascii.h"
#include "http/reply.h"
#include "records.h"

bool
handler_refuse(struct request *req, enum status st, const char *field, const char *detail)
{
	reply_problem(req, st, field, detail);
	return false;
}

/* By the query or by the body; false after answering that they do not agree. */
static bool
find_named(struct request *req, struct slice *named)
{
	struct slice in_query = query_text(req, MEMBER_user), in_body = body_text(req, MEMBER_user);

	*named = in_body.ptr != NULL ? in_body : in_query;
	return in_body.ptr == NULL || in_query.ptr == NULL || slice_equal(in_body, in_query) ||
	    handler_refuse(req, ST_BAD_VALUE, "user", "The query names another user.");
}

bool
handler_user(struct request *req, struct slice *user_id)
{
	struct slice named;
	enum status st;

	if (!find_named(req, &named))
		return false;
	st = auth_user(req, named, user_id);
	return st == ST_OK ||
	    handler_refuse(req, st, "user", st == ST_BAD_VALUE ? "Must be platform:id, for example line:U123." : NULL);
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

void
handler_etag(struct request *req, uint32_t version)
{
	char tag[16];
	int len = snprintf(tag, sizeof tag, "\"%u\"", (unsigned)version);

	reply_header(req, "ETag", (struct slice){ tag, (size_t)len });
}

unsigned
handler_limit(const struct request *req)
{
	const struct value *limit = query_value(req, MEMBER_limit);

	return limit != NULL ? (unsigned)limit->number : LIST_LIMIT_DEFAULT;
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
handler_if_match(struct request *req, uint32_t *version)
{
	static const char detail[] = "Must be the ETag that came with what is changed, or *.";
	struct slice tag = req->if_match;
	bool is_weak;

	*version = 0;
	if (tag.ptr == NULL)
		return !(endpoint_of(req->route)->flags & NEEDS_IF_MATCH) || handler_refuse(req, ST_NO_VERSION, "If-Match", detail);
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
