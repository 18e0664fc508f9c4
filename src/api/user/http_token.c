/* SPDX-License-Identifier: MIT */
/*
 * /api/v1/tokens: issuing, listing and revoking bearer tokens, for those that
 * have the scope for it.  Nobody gives away more than may be given:
 *
 *	an admin token    tokens of every kind, an admin token with its own scopes at most
 *	a service token   user tokens with its own scopes at most; it sees and revokes user tokens only
 *
 * /api/v1/tokens/self is the token that asks, for every token.
 */
#include "config.h"

#include "api/handlers.h"

#include "access/auth.h"
#include "clock.h"
#include "api/expense/expense_json.h"
#include "contract/fields.h"
#include "hex.h"
#include "http/reply.h"
#include "contract/scope.h"
#include "api/services.h"

enum { KEY_ID_TEXT = 2 * TOKEN_KEY_SIZE };

static const int64_t ms_per_day = 86400000;

static struct store *
store_of(const struct request *req)
{
	return ((const struct services *)req->services)->messages.store;
}

static const struct principal *
principal_of(const struct request *req)
{
	return req->principal;
}

/* --- as JSON ------------------------------------------------------------------------ */

static void
write_scopes(struct json_out *out, uint32_t set)
{
	json_out_key(out, "scopes");
	json_out_array_begin(out);
	for (int i = SCOPE_none + 1; i < SCOPES; i++)
		if ((set & scope_bit((enum scope)i)) != 0)
			json_out_text(out, scope_name((enum scope)i));
	json_out_array_end(out);
}

/* The members of a token that are no secret. */
static void
write_members(struct json_out *out, const struct token *token)
{
	char key_id[KEY_ID_TEXT];

	hex_encode(token->key_id, sizeof token->key_id, key_id);
	json_out_member_string(out, "id", (struct slice){ key_id, sizeof key_id });
	json_out_member_text(out, "kind", token_kind_text(token->kind));
	if (token->kind == TOKEN_USER)
		json_out_member_string(out, "user", token->user_id);
	json_out_member_text(out, "state", token_state_text(token, clock_wall_ms()));
	json_out_member_string(out, "label", token->label);
	write_scopes(out, scopes_of_token(token));
	json_member_time(out, "created_at", token->created_ms);
	if (token->expires_ms != 0)
		json_member_time(out, "expires_at", token->expires_ms);
	else
		json_out_member_null(out, "expires_at");
	if (token->last_used != 0)
		json_member_day(out, "last_used_on", token->last_used);
	else
		json_out_member_null(out, "last_used_on");
}

static void
reply_token(struct request *req, const struct token *token)
{
	struct json_out out = reply_json_begin(req, ST_OK);

	json_out_object_begin(&out);
	write_members(&out, token);
	json_out_object_end(&out);
	reply_end(req);
}

/* --- a new one ------------------------------------------------------------------------ */

/* A token on its way to the store, with the text that its holder is told. */
struct issue {
	struct request *req;
	struct token    token;
	struct buf      text;
};

static void
on_issued(enum status st, void *arg)
{
	struct issue *issue = arg;
	struct json_out out;

	if (st == ST_OK) {
		out = reply_json_begin(issue->req, ST_CREATED);
		json_out_object_begin(&out);
		json_out_member_string(&out, "token", buf_slice(&issue->text));
		write_members(&out, &issue->token);
		json_out_object_end(&out);
	}
	buf_fini(&issue->text);
	if (st == ST_OK)
		reply_end(issue->req);
	else
		reply_problem(issue->req, st, NULL, NULL);
}

static bool
take_kind(struct request *req, struct token *token)
{
	token->kind = (enum token_kind)body_value(req, MEMBER_token_kind)->number;
	if (principal_of(req)->kind != TOKEN_ADMIN && token->kind != TOKEN_USER)
		return handler_refuse(req, ST_FORBIDDEN, "kind", "A service token issues tokens of users only.");
	token->user_id = body_text(req, MEMBER_user);
	if (token->kind == TOKEN_USER && token->user_id.len == 0)
		return handler_refuse(req, ST_MISSING_FIELD, "user", "A user token is the token of a user.");
	if (token->kind == TOKEN_USER && !auth_is_user_id(token->user_id))
		return handler_refuse(req, ST_BAD_VALUE, "user", "Must be platform:id, for example line:U123.");
	if (token->kind != TOKEN_USER && token->user_id.len > 0)
		return handler_refuse(req, ST_BAD_VALUE, "user", "Only a user token is the token of a user.");
	return true;
}

/* The scopes that the one who asks may give to a token of this kind. */
static uint32_t
scopes_to_give(const struct principal *principal, enum token_kind kind)
{
	uint32_t set = scopes_allowed(kind);

	return principal->kind != TOKEN_ADMIN || kind == TOKEN_ADMIN ? set & principal->scopes : set;
}

static bool
take_scopes(struct request *req, struct token *token)
{
	const struct value *wanted = body_value(req, MEMBER_scopes);
	uint32_t most = scopes_to_give(principal_of(req), token->kind);
	enum scope scope;

	if (wanted == NULL)
		token->scopes = scopes_of_kind(token->kind) & most;
	for (size_t i = 0; wanted != NULL && i < wanted->texts.count; i++) {
		if (!scope_find(wanted->texts.list[i], &scope) || (scope_bit(scope) & scopes_allowed(token->kind)) == 0)
			return handler_refuse(req, ST_BAD_VALUE, "scopes", "A token of this kind cannot have all of them.");
		token->scopes |= scope_bit(scope);
	}
	if (token->scopes == 0 || (token->scopes & ~most) != 0)
		return handler_refuse(req, ST_FORBIDDEN, "scopes", "More than the token that asks has itself.");
	return true;
}

static bool
take_expiry(struct request *req, struct token *token)
{
	const struct value *at = body_value(req, MEMBER_new_expires_at), *days = body_value(req, MEMBER_expires_in_days);

	if (at != NULL && days != NULL)
		return handler_refuse(req, ST_BAD_VALUE, "expires_in_days", "Goes without expires_at.");
	if (days != NULL)
		token->expires_ms = token->created_ms + days->number * ms_per_day;
	if (at == NULL)
		return true;
	token->expires_ms = at->number;
	return at->number > token->created_ms || handler_refuse(req, ST_OUT_OF_RANGE, "expires_at", "Is past.");
}

enum status
post_token(struct request *req)
{
	struct issue *issue = arena_alloc(&req->arena, sizeof *issue);

	if (issue == NULL)
		return ST_OVERLOADED;
	*issue = (struct issue){ .req = req, .text = BUF_INIT };
	issue->token.created_ms = clock_wall_ms();
	issue->token.label = body_text(req, MEMBER_label);
	if (!take_kind(req, &issue->token) || !take_scopes(req, &issue->token) || !take_expiry(req, &issue->token))
		return ST_OK;
	auth_make_token(&issue->token, &issue->text);
	store_put_token(store_of(req), &issue->token, on_issued, issue);
	return ST_OK;
}

/* --- the list -------------------------------------------------------------------------- */

struct listing {
	struct request    *req;
	struct token_query query;
	struct buf         rows;
	struct json_out    out;
};

static bool
is_visible(const struct request *req, const struct token *token)
{
	return principal_of(req)->kind == TOKEN_ADMIN || token->kind == TOKEN_USER;
}

static void
on_token(const struct token *token, void *arg)
{
	struct listing *listing = arg;

	json_out_object_begin(&listing->out);
	write_members(&listing->out, token);
	json_out_object_end(&listing->out);
}

static void
on_end(enum status st, const uint8_t *next, void *arg)
{
	struct listing *listing = arg;
	char cursor[KEY_ID_TEXT];
	struct json_out out;

	json_out_array_end(&listing->out);
	if (st == ST_OK && listing->rows.has_failed)
		st = ST_OVERLOADED;
	if (st == ST_OK) {
		out = reply_json_begin(listing->req, ST_OK);
		json_out_object_begin(&out);
		json_out_key(&out, "tokens");
		json_out_raw(&out, buf_slice(&listing->rows));
		if (next != NULL) {
			hex_encode(next, TOKEN_KEY_SIZE, cursor);
			json_out_member_string(&out, "next_cursor", (struct slice){ cursor, sizeof cursor });
		} else {
			json_out_member_null(&out, "next_cursor");
		}
		json_out_object_end(&out);
	}
	buf_fini(&listing->rows);
	if (st == ST_OK)
		reply_end(listing->req);
	else
		reply_problem(listing->req, st, NULL, NULL);
}

static bool
read_query(struct request *req, struct token_query *query)
{
	struct slice cursor = query_text(req, MEMBER_cursor);

	query->limit = handler_limit(req);
	query->user_id = query_text(req, MEMBER_user);
	query->has_after = cursor.ptr != NULL;
	if (principal_of(req)->kind != TOKEN_ADMIN && query->user_id.len == 0)
		return handler_refuse(req, ST_MISSING_FIELD, "user", "A service token names the user.");
	if (query->has_after && (cursor.len != KEY_ID_TEXT || !hex_decode(cursor.ptr, TOKEN_KEY_SIZE, query->after)))
		return handler_refuse(req, ST_BAD_PARAMETER, "cursor", "Is not one that was given out.");
	return true;
}

enum status
get_tokens(struct request *req)
{
	static const struct token_list_callbacks callbacks = { on_token, on_end };
	struct listing *listing = arena_alloc(&req->arena, sizeof *listing);

	if (listing == NULL)
		return ST_OVERLOADED;
	*listing = (struct listing){ .req = req, .rows = BUF_INIT };
	if (!read_query(req, &listing->query))
		return ST_OK;
	listing->out = json_out_to(&listing->rows);
	json_out_array_begin(&listing->out);
	store_list_tokens(store_of(req), &listing->query, &callbacks, listing);
	return ST_OK;
}

/* --- one -------------------------------------------------------------------------------- */

static void
on_found(enum status st, const struct token *token, void *arg)
{
	struct request *req = arg;

	if (st == ST_OK && !is_visible(req, token))
		st = ST_NOT_FOUND;
	if (st == ST_OK)
		reply_token(req, token);
	else
		reply_problem(req, st, NULL, NULL);
}

static void
on_own(enum status st, const struct token *token, void *arg)
{
	if (st == ST_OK)
		reply_token(arg, token);
	else
		reply_problem(arg, st, NULL, NULL);
}

static bool
read_key_id(const struct request *req, uint8_t key_id[TOKEN_KEY_SIZE])
{
	return req->params[0].len == KEY_ID_TEXT && hex_decode(req->params[0].ptr, TOKEN_KEY_SIZE, key_id);
}

enum status
get_token(struct request *req)
{
	uint8_t key_id[TOKEN_KEY_SIZE];

	if (!read_key_id(req, key_id))
		return ST_NOT_FOUND;
	store_get_token(store_of(req), key_id, on_found, req);
	return ST_OK;
}

enum status
get_own_token(struct request *req)
{
	store_get_token(store_of(req), principal_of(req)->key_id, on_own, req);
	return ST_OK;
}

/* --- revoking ----------------------------------------------------------------------------- */

static void
on_revoked(enum status st, void *arg)
{
	struct request *req = arg;

	if (st == ST_OK) {
		reply_begin(req, ST_NO_CONTENT, "");
		reply_end(req);
	} else {
		reply_problem(req, st, NULL, NULL);
	}
}

static void
on_found_to_revoke(enum status st, const struct token *token, void *arg)
{
	struct request *req = arg;

	if (st == ST_OK && is_visible(req, token))
		store_revoke_token(store_of(req), token->key_id, on_revoked, req);
	else
		reply_problem(req, st == ST_OK ? ST_NOT_FOUND : st, NULL, NULL);
}

enum status
delete_token(struct request *req)
{
	uint8_t key_id[TOKEN_KEY_SIZE];

	if (!read_key_id(req, key_id))
		return ST_NOT_FOUND;
	store_get_token(store_of(req), key_id, on_found_to_revoke, req);
	return ST_OK;
}

enum status
delete_own_token(struct request *req)
{
	store_revoke_token(store_of(req), principal_of(req)->key_id, on_revoked, req);
	return ST_OK;
}
