/* SPDX-License-Identifier: MIT */
/* See kinds.h. */
#include "config.h"

#include "kinds.h"

#include <stdarg.h>
#include <stdio.h>

/* The day of every expense: a fixed one, as the API has it. */
#define EXPENSE_DATE "2026-01-15"

const struct kind_row kind_rows[KINDS] = {
	[KIND_SIGN_UP] = { "sign-up", 10,  { [OPERATION_total] = 1, [OPERATION_auto_signup] = 1 } },
	[KIND_PARSE]   = { "parse",   100, { [OPERATION_total] = 1, [OPERATION_parse_message] = 1 } },
	[KIND_CREATE]  = { "create",  50,  { [OPERATION_total] = 1, [OPERATION_create_expense] = 1 } },
	[KIND_LIST]    = { "list",    20,  { [OPERATION_total] = 1, [OPERATION_get_expenses] = 1 } },
	[KIND_LOOKUP]  = { "look-up", 5,   { [OPERATION_total] = 1, [OPERATION_category_lookup] = 1 } },
};

static void
append_fields(const struct api *api, struct buf *out)
{
	buf_append_text(out, " HTTP/1.1\r\nHost: ");
	buf_append_text(out, api->target->host);
	buf_append_text(out, "\r\nAuthorization: Bearer ");
	buf_append_text(out, api->token);
	buf_append_text(out, "\r\n");
}

static void __attribute__((format(printf, 3, 4)))
append_get(const struct api *api, struct buf *out, const char *format, ...)
{
	char path[512];
	va_list args;

	va_start(args, format);
	vsnprintf(path, sizeof path, format, args);
	va_end(args);
	buf_append_text(out, "GET ");
	buf_append_text(out, api->target->prefix);
	buf_append_text(out, path);
	append_fields(api, out);
	buf_append_text(out, "\r\n");
}

static void __attribute__((format(printf, 4, 5)))
append_post(const struct api *api, const char *path, struct buf *out, const char *format, ...)
{
	char body[512];
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(body, sizeof body, format, args);
	va_end(args);
	buf_append_text(out, "POST ");
	buf_append_text(out, api->target->prefix);
	buf_append_text(out, path);
	append_fields(api, out);
	buf_printf(out, "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len, body);
}

void
request_sign_up(const struct api *api, const char *user, struct buf *out)
{
	append_post(api, "/api/v1/users", out, "{\"user\":\"%s\"}", user);
}

void
request_parse(const struct api *api, const char *user, struct buf *out)
{
	append_post(api, "/api/v1/parse", out, "{\"user\":\"%s\",\"text\":\"早餐$20午餐$30\"}", user);
}

void
request_lookup(const struct api *api, const char *user, const char *name, struct buf *out)
{
	append_get(api, out, "/api/v1/categories?user=%s&name=%s", user, name);
}

void
request_categories(const struct api *api, const char *user, struct buf *out)
{
	append_get(api, out, "/api/v1/categories?user=%s", user);
}

void
request_list(const struct api *api, const char *user, const char *cursor, struct buf *out)
{
	append_get(api, out, "/api/v1/expenses?user=%s&limit=500%s%s", user, cursor[0] != '\0' ? "&cursor=" : "", cursor);
}

void
request_create(const struct api *api, const char *user, const char *category_id, const struct expense_text *expense,
    struct buf *out)
{
	append_post(api, "/api/v1/expenses", out, "{\"user\":\"%s\",\"description\":\"%s\",\"amount\":\"%s\",\"currency\":\"TWD\","
	    "\"category_id\":\"%s\",\"date\":\"" EXPENSE_DATE "\"}", user, expense->description, expense->amount, category_id);
}

static bool
has(struct slice body, const char *text)
{
	return memmem(body.ptr, body.len, text, strlen(text)) != NULL;
}

const char *
answer_fault(enum kind kind, struct slice body)
{
	switch (kind) {
	case KIND_PARSE:
		return has(body, "\"amount\":\"20.00\"") && has(body, "\"amount\":\"30.00\"") ? NULL :
		    "a parse did not find the two expenses of its text";
	case KIND_LOOKUP:
		return has(body, "\"key\":\"food\"") ? NULL : "a look-up did not find the category";
	case KIND_LIST:
		return has(body, "{\"expenses\":[") && has(body, "\"next_cursor\":") ? NULL : "a list is none";
	case KIND_CREATE:
	case KIND_SIGN_UP:
	case KINDS:
		break;
	}
	return body.len > 0 ? NULL : "an answer is empty";
}
