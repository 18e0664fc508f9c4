/* SPDX-License-Identifier: MIT */
/*
 * /api/v1/user/deletion and DELETE /api/v1/user: a user goes in two steps, so
 * that no single slip takes everything away.  The confirmation that the first
 * step gives is not stored: it is a code over the user and the time, made with
 * the store's secret, so that any worker knows it, also after a restart, and
 * nothing has to be cleaned up.  It counts for this user as signed up this
 * time, and as long as it says; using it twice does no more than using it once.
 */
#include "config.h"

#include "api/handlers.h"

#include <openssl/crypto.h>

#include "access/caller.h"
#include "clock.h"
#include "api/expense/expense_json.h"
#include "contract/fields.h"
#include "hex.h"
#include "http/reply.h"
#include "store_upkeep.h"

enum { VALID_MS = 15 * 60 * 1000, TIMES_SIZE = 16, CODE_SIZE = 16, CONFIRMATION_SIZE = TIMES_SIZE + CODE_SIZE };

struct confirmation {
	int64_t expires_ms;
	int64_t created_ms;            /* of the user */
};

struct work {
	struct caller caller;
};

static void
put_number(uint8_t *out, int64_t n)
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)((uint64_t)n >> (56 - 8 * i));
}

static int64_t
read_number(const uint8_t *p)
{
	uint64_t n = 0;

	for (int i = 0; i < 8; i++)
		n = n << 8 | p[i];
	return (int64_t)n;
}

/* Times and code, in bytes; false without memory. */
static bool
make_confirmation(const struct caller *caller, const struct confirmation *confirmation, uint8_t bytes[CONFIRMATION_SIZE])
{
	static const char purpose[] = "user deletion";
	size_t size = sizeof purpose + TIMES_SIZE + caller->user_id.len;
	char *text = arena_alloc(&caller->req->arena, size);
	uint8_t mac[32];

	if (text == NULL)
		return false;
	put_number(bytes, confirmation->expires_ms);
	put_number(bytes + 8, confirmation->created_ms);
	memcpy(text, purpose, sizeof purpose);
	memcpy(text + sizeof purpose, bytes, TIMES_SIZE);
	memcpy(text + sizeof purpose + TIMES_SIZE, caller->user_id.ptr, caller->user_id.len);
	store_mac(caller->service->store, (struct slice){ text, size }, mac);
	memcpy(bytes + TIMES_SIZE, mac, CODE_SIZE);
	return true;
}

/* false after answering. */
static bool
read_confirmation(const struct caller *caller, struct slice text, struct confirmation *confirmation)
{
	uint8_t given[CONFIRMATION_SIZE], right[CONFIRMATION_SIZE];

	if (text.len != 2 * sizeof given || !hex_decode(text.ptr, sizeof given, given))
		return handler_refuse(caller->req, ST_BAD_PARAMETER, "confirmation", "Is not one that was given out.");
	*confirmation = (struct confirmation){ read_number(given), read_number(given + 8) };
	if (!make_confirmation(caller, confirmation, right))
		return handler_refuse(caller->req, ST_OVERLOADED, NULL, NULL);
	if (CRYPTO_memcmp(given, right, sizeof given) != 0)
		return handler_refuse(caller->req, ST_BAD_PARAMETER, "confirmation", "Is not one that was given out for this user.");
	if (confirmation->expires_ms <= clock_wall_ms())
		return handler_refuse(caller->req, ST_BAD_PARAMETER, "confirmation", "Has expired.");
	return true;
}

/* --- the first step ------------------------------------------------------------------ */

enum status
post_user_deletion(struct request *req)
{
	struct confirmation confirmation = { .expires_ms = clock_wall_ms() + VALID_MS };
	uint8_t bytes[CONFIRMATION_SIZE];
	char text[2 * CONFIRMATION_SIZE];
	struct caller caller;
	struct json_out out;

	if (!caller_begin(req, &caller))
		return ST_OK;
	confirmation.created_ms = caller.person.user.created_ms;
	if (!make_confirmation(&caller, &confirmation, bytes))
		return ST_OVERLOADED;
	hex_encode(bytes, sizeof bytes, text);
	out = reply_json_begin(req, ST_ACCEPTED);
	json_out_object_begin(&out);
	json_out_member_plain(&out, "confirmation", (struct slice){ text, sizeof text });
	json_member_time(&out, "expires_at", confirmation.expires_ms);
	json_out_object_end(&out);
	reply_end(req);
	return ST_OK;
}

/* --- the second step ------------------------------------------------------------------ */

static void
on_begun(enum status st, void *arg)
{
	struct work *work = arg;
	struct request *req = work->caller.req;
	struct json_out out;

	if (st != ST_OK) {
		reply_problem(req, st, st == ST_NO_USER ? "user" : NULL, NULL);
		return;
	}
	out = reply_json_begin(req, ST_ACCEPTED);
	json_out_object_begin(&out);
	json_out_member_text(&out, "status", "deleting");
	json_out_object_end(&out);
	reply_end(req);
}

enum status
delete_user(struct request *req)
{
	struct work *work = arena_alloc(&req->arena, sizeof *work);
	struct confirmation confirmation;
	struct deletion deletion;

	if (work == NULL)
		return ST_OVERLOADED;
	if (!caller_find(req, &work->caller) ||
	    !read_confirmation(&work->caller, query_text(req, MEMBER_confirmation), &confirmation))
		return ST_OK;
	deletion = (struct deletion){ .user_id = work->caller.user_id, .created_ms = confirmation.created_ms,
		.now_ms = clock_wall_ms() };
	store_begin_deletion(work->caller.service->store, &work->caller.ledger, &deletion, on_begun, work);
	return ST_OK;
}
