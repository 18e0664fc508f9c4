/* SPDX-License-Identifier: MIT */
/*
 * See auth.h.  A token is "aiex_<kind>_<key id: 16 hex>_<secret: 43 base64url>".
 * The key id finds the record, the secret's SHA-256 is compared in constant
 * time; an unknown key id is compared as well, with a hash that nothing has.
 */
#include "config.h"

#include "auth.h"

#include <stdio.h>
#include <sys/random.h>

#include <openssl/crypto.h>

#include "clock.h"
#include "contract/endpoints.h"
#include "hex.h"
#include "http/reply.h"
#include "http/request.h"
#include "http/route.h"
#include "http/server.h"
#include "limits.h"
#include "log.h"
#include "sabotage.h"
#include "contract/scope.h"
#include "api/services.h"
#include "sha256.h"
#include "store.h"

enum { KEY_ID_TEXT = 2 * TOKEN_KEY_SIZE, SECRET_BYTES = 32, SECRET_TEXT = 43, MS_PER_DAY = 86400000 };

static const char *const prefixes[] = {
	[TOKEN_ADMIN] = "aiex_admin_", [TOKEN_SERVICE] = "aiex_svc_", [TOKEN_USER] = "aiex_user_",
};

static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct credentials {
	enum token_kind kind;
	uint8_t         key_id[TOKEN_KEY_SIZE];
	uint8_t         secret_hash[32];
};

static bool
skip_text(struct slice *s, const char *text)
{
	size_t len = strlen(text);

	if (s->len < len || memcmp(s->ptr, text, len) != 0)
		return false;
	s->ptr += len;
	s->len -= len;
	return true;
}

/* "Bearer aiex_..." to its parts; what cannot be one of our tokens is false. */
static bool
read_credentials(struct slice header, struct credentials *out)
{
	static const size_t kinds = sizeof prefixes / sizeof prefixes[0];
	size_t kind;

	if (header.len < 7 || strncasecmp(header.ptr, "Bearer ", 7) != 0)
		return false;
	header.ptr += 7;
	header.len -= 7;
	for (kind = 0; kind < kinds; kind++)
		if (skip_text(&header, prefixes[kind]))
			break;
	if (kind == kinds || header.len != KEY_ID_TEXT + 1 + SECRET_TEXT || header.ptr[KEY_ID_TEXT] != '_')
		return false;
	if (!hex_decode(header.ptr, TOKEN_KEY_SIZE, out->key_id))
		return false;
	out->kind = (enum token_kind)kind;
	sha256(header.ptr + KEY_ID_TEXT + 1, SECRET_TEXT, out->secret_hash);
	return true;
}

/* One authorization, in the request's arena. */
struct check {
	struct principal   principal;
	struct credentials credentials;
	struct visitor     visitor;
	struct request    *req;
	enum status        st;             /* ST_ACCEPTED until the token has been looked up */
	bool               is_awaited;     /* the request waits for it */
};

static const struct services *
services_of(const struct request *req)
{
	return req->services;
}

static bool
is_over(const struct token *token, int64_t now_ms)
{
	return token->expires_ms != 0 && token->expires_ms <= now_ms;
}

const char *
token_kind_text(enum token_kind kind)
{
	static const char *const texts[] = { [TOKEN_ADMIN] = "admin", [TOKEN_SERVICE] = "service", [TOKEN_USER] = "user" };

	return texts[kind];
}

const char *
token_state_text(const struct token *token, int64_t now_ms)
{
	return token->is_revoked ? "revoked" : is_over(token, now_ms) ? "expired" : "valid";
}

static void
on_use_noted(enum status st, void *arg)
{
	(void)st;
	(void)arg;
}

/*
 * The day of the last use goes to the store once a day and process, and nobody
 * waits for it.  Until the store shows it, the token is remembered here.
 */
static void
note_use(struct services *services, const struct token *token, int64_t now_ms)
{
	day_t today = (day_t)(now_ms / MS_PER_DAY);
	struct noted_use *noted = &services->noted_uses[token->key_id[0] % NOTED_USES];

	if (token->last_used >= today || (noted->day == today && memcmp(noted->key_id, token->key_id, TOKEN_KEY_SIZE) == 0))
		return;
	memcpy(noted->key_id, token->key_id, TOKEN_KEY_SIZE);
	noted->day = today;
	store_note_token_used(services->messages.store, token->key_id, today, on_use_noted, NULL);
}

static bool
may_use(const struct principal *principal, const struct route *route)
{
	return route->permission == PERMIT_ANY_TOKEN ||
	    (principal->kind == TOKEN_ADMIN) == (route->permission == PERMIT_ADMIN);
}

/* RFC 6750, 3.1. */
static enum status
refuse_scope(struct request *req, enum scope scope)
{
	char text[80];
	int len = snprintf(text, sizeof text, "Bearer error=\"insufficient_scope\", scope=\"%s\"", scope_name(scope));

	reply_header(req, "WWW-Authenticate", (struct slice){ text, (size_t)len });
	return ST_NO_SCOPE;
}

/* What a valid token may do here. */
static enum status
admit(struct check *check, const struct token *token, int64_t now_ms)
{
	struct request *req = check->req;
	struct principal *principal = &check->principal;
	enum scope scope = endpoint_of(req->route)->scope;
	enum status st;

	*principal = (struct principal){ .kind = token->kind, .user_id = arena_copy(&req->arena, token->user_id),
		.scopes = scopes_of_token(token) };
	memcpy(principal->key_id, token->key_id, sizeof principal->key_id);
	if (principal->user_id.ptr == NULL)
		return ST_OVERLOADED;
	note_use(req->services, token, now_ms);
	st = limits_count_token(&services_of(req)->limits, req, &check->visitor, principal);
	if (st != ST_OK)
		return st;
	if (!may_use(principal, req->route))
		return ST_FORBIDDEN;
	if (scope != SCOPE_none && (principal->scopes & scope_bit(scope)) == 0)
		return refuse_scope(req, scope);
	req->principal = principal;
	return ST_OK;
}

static enum status
judge(struct check *check, enum status st, const struct token *token)
{
	static const uint8_t nobody[32];
	const uint8_t *expected = st == ST_OK ? token->secret_hash : nobody;
	bool is_same = CRYPTO_memcmp(expected, check->credentials.secret_hash, 32) == 0;
	int64_t now_ms = clock_wall_ms();

	if (st != ST_OK && st != ST_NOT_FOUND)
		return st;
	if (st == ST_OK && is_same && token->kind == check->credentials.kind && !token->is_revoked &&
	    !is_over(token, now_ms))
		return admit(check, token, now_ms);
	return limits_count_failure(&services_of(check->req)->limits, check->req, &check->visitor, ST_BAD_TOKEN);
}

static void
on_token(enum status st, const struct token *token, void *arg)
{
	struct check *check = arg;

	check->st = judge(check, st, token);
	if (check->is_awaited)
		request_authorized(check->req, check->st);
}

static enum status
check_token(struct request *req, struct visitor visitor)
{
	const struct services *services = req->services;
	struct check *check = arena_alloc(&req->arena, sizeof *check);

	if (check == NULL)
		return ST_OVERLOADED;
	*check = (struct check){ .req = req, .visitor = visitor, .st = ST_ACCEPTED };
	if (!read_credentials(req->authorization, &check->credentials))
		return limits_count_failure(&services->limits, req, &visitor, ST_BAD_TOKEN);
	store_get_token(services->messages.store, check->credentials.key_id, on_token, check);
	check->is_awaited = check->st == ST_ACCEPTED;
	return check->st;
}

enum status
auth_authorize(struct request *req, const struct route *route)
{
	static const char api[] = "/api/";
	const struct limits *limits = &services_of(req)->limits;
	struct visitor visitor;
	enum status st;

	if (strncmp(route->pattern, api, sizeof api - 1) != 0)
		return ST_OK;                      /* health is never limited */
	st = limits_enter(limits, req, &visitor);
	if (st != ST_OK)
		return st;
	if (route->permission == PERMIT_ANYONE)
		return limits_count_anyone(limits, req, &visitor);
	if (req->authorization.ptr == NULL)
		return limits_count_failure(limits, req, &visitor, ST_NO_TOKEN);
	return check_token(req, visitor);
}

bool
auth_is_user_id(struct slice id)
{
	size_t at = 0;

	if (id.len > USER_ID_MAX)
		return false;
	while (at < id.len && ((id.ptr[at] >= 'a' && id.ptr[at] <= 'z') || (id.ptr[at] >= '0' && id.ptr[at] <= '9') || id.ptr[at] == '-'))
		at++;
	if (at == 0 || at + 1 >= id.len || id.ptr[at] != ':')
		return false;
	for (at++; at < id.len; at++)
		if ((unsigned char)id.ptr[at] <= 0x20 || id.ptr[at] == 0x7f)
			return false;
	return true;
}

enum status
auth_user(const struct request *req, struct slice named, struct slice *user_id)
{
	const struct principal *principal = req->principal;

	if (principal->kind == TOKEN_USER) {
		*user_id = named.len > 0 ? named : principal->user_id;
		return SABOTAGE == SABOTAGE_NO_OWNER_CHECK || slice_equal(*user_id, principal->user_id) ? ST_OK : ST_FORBIDDEN;
	}
	*user_id = named;
	if (named.len == 0)
		return ST_MISSING_FIELD;
	return auth_is_user_id(named) ? ST_OK : ST_BAD_VALUE;
}

void
auth_make_token(struct token *token, struct buf *text)
{
	uint8_t secret[SECRET_BYTES + 1] = { 0 };     /* one more, so that the last character has its six bits */
	char key_id_text[KEY_ID_TEXT], secret_text[SECRET_TEXT];

	if (getrandom(token->key_id, sizeof token->key_id, 0) != (ssize_t)sizeof token->key_id ||
	    getrandom(secret, SECRET_BYTES, 0) != SECRET_BYTES)
		fatal(3, "the kernel gives no randomness");
	for (size_t i = 0; i < SECRET_TEXT; i++) {
		size_t bit = i * 6;
		unsigned pair = (unsigned)secret[bit / 8] << 8 | secret[bit / 8 + 1];

		secret_text[i] = base64url[pair >> (10 - bit % 8) & 63];
	}
	sha256(secret_text, SECRET_TEXT, token->secret_hash);
	buf_append_text(text, prefixes[token->kind]);
	hex_encode(token->key_id, TOKEN_KEY_SIZE, key_id_text);
	buf_append(text, key_id_text, sizeof key_id_text);
	buf_append_char(text, '_');
	buf_append(text, secret_text, SECRET_TEXT);
	OPENSSL_cleanse(secret, sizeof secret);
	OPENSSL_cleanse(secret_text, sizeof secret_text);
}
