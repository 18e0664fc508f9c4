/* SPDX-License-Identifier: MIT */
/*
 * See auth.h.  A token is "aiex_<kind>_<key id: 16 hex>_<secret: 43 base64url>".
 * The key id finds the record, the secret's SHA-256 is compared in constant
 * time; an unknown key id is compared as well, with a hash that nothing has.
 */
#include "config.h"

#include "auth.h"

#include <sys/random.h>

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "clock.h"
#include "hex.h"
#include "http/reply.h"
#include "http/request.h"
#include "http/route.h"
#include "log.h"
#include "services.h"
#include "store.h"

enum { KEY_ID_BYTES = 8, KEY_ID_TEXT = 16, SECRET_BYTES = 32, SECRET_TEXT = 43 };

static const char *const prefixes[] = {
	[TOKEN_ADMIN] = "aiex_admin_", [TOKEN_SERVICE] = "aiex_svc_", [TOKEN_USER] = "aiex_user_",
};

static const char base64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct credentials {
	enum token_kind kind;
	uint8_t         key_id[KEY_ID_BYTES];
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
	if (!hex_decode(header.ptr, KEY_ID_BYTES, out->key_id))
		return false;
	out->kind = (enum token_kind)kind;
	SHA256((const uint8_t *)header.ptr + KEY_ID_TEXT + 1, SECRET_TEXT, out->secret_hash);
	return true;
}

struct check {
	const struct credentials *credentials;
	struct request           *req;
	enum status               st;
};

static void
on_token(enum status st, const struct token *token, void *arg)
{
	static const uint8_t nobody[32];
	struct check *check = arg;
	const uint8_t *expected = st == ST_OK ? token->secret_hash : nobody;
	bool is_same = CRYPTO_memcmp(expected, check->credentials->secret_hash, 32) == 0;
	struct principal *principal;

	if (st != ST_OK && st != ST_NOT_FOUND) {
		check->st = st;
		return;
	}
	if (st != ST_OK || !is_same || token->is_revoked || token->kind != check->credentials->kind ||
	    (token->expires_ms != 0 && token->expires_ms <= clock_wall_ms())) {
		check->st = ST_BAD_TOKEN;
		return;
	}
	principal = arena_alloc(&check->req->arena, sizeof *principal);
	if (principal == NULL) {
		check->st = ST_OVERLOADED;
		return;
	}
	principal->kind = token->kind;
	principal->user_id = arena_copy(&check->req->arena, token->user_id);
	check->req->principal = principal;
	check->st = ST_OK;
}

enum status
auth_authorize(struct request *req, const struct route *route)
{
	const struct services *services = req->services;
	const struct principal *principal;
	struct credentials credentials;
	struct check check = { &credentials, req, ST_UNAVAILABLE };

	if (route->permission == PERMIT_ANYONE)
		return ST_OK;
	if (req->authorization.ptr == NULL)
		return ST_NO_TOKEN;
	if (!read_credentials(req->authorization, &credentials))
		return ST_BAD_TOKEN;
	store_get_token(services->messages.store, credentials.key_id, on_token, &check);
	if (check.st != ST_OK)
		return check.st;
	principal = req->principal;
	return (principal->kind == TOKEN_ADMIN) == (route->permission == PERMIT_ADMIN) ? ST_OK : ST_FORBIDDEN;
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
		*user_id = principal->user_id;
		return named.len == 0 || slice_equal(named, principal->user_id) ? ST_OK : ST_FORBIDDEN;
	}
	*user_id = named;
	if (named.len == 0)
		return ST_MISSING_FIELD;
	return auth_is_user_id(named) ? ST_OK : ST_BAD_VALUE;
}

void
auth_make_token(enum token_kind kind, struct slice user_id, struct slice label, int64_t now_ms, struct token *token,
    struct buf *text)
{
	uint8_t secret[SECRET_BYTES + 1] = { 0 };     /* one more, so that the last character has its six bits */
	char key_id_text[KEY_ID_TEXT], secret_text[SECRET_TEXT];

	*token = (struct token){ .kind = kind, .user_id = user_id, .label = label, .created_ms = now_ms };
	if (getrandom(token->key_id, sizeof token->key_id, 0) != (ssize_t)sizeof token->key_id ||
	    getrandom(secret, SECRET_BYTES, 0) != SECRET_BYTES)
		fatal(3, "the kernel gives no randomness");
	for (size_t i = 0; i < SECRET_TEXT; i++) {
		size_t bit = i * 6;
		unsigned pair = (unsigned)secret[bit / 8] << 8 | secret[bit / 8 + 1];

		secret_text[i] = base64url[pair >> (10 - bit % 8) & 63];
	}
	SHA256((const uint8_t *)secret_text, SECRET_TEXT, token->secret_hash);
	buf_append_text(text, prefixes[kind]);
	hex_encode(token->key_id, KEY_ID_BYTES, key_id_text);
	buf_append(text, key_id_text, sizeof key_id_text);
	buf_append_char(text, '_');
	buf_append(text, secret_text, SECRET_TEXT);
	OPENSSL_cleanse(secret, sizeof secret);
	OPENSSL_cleanse(secret_text, sizeof secret_text);
}
