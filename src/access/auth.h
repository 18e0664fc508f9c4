/* SPDX-License-Identifier: MIT */
/*
 * Who asks: bearer tokens, and what a route asks of them.
 */
#ifndef AUTH_H
#define AUTH_H

#include "buf.h"
#include "records.h"

struct request;
struct route;

/* What a route's permission means. */
enum permission {
	PERMIT_ANYONE,           /* no token is looked at */
	PERMIT_ANY_TOKEN,        /* whatever its kind; the scope decides */
	PERMIT_USERS,            /* service tokens, and user tokens for their own ledger */
	PERMIT_ADMIN             /* operations; reads no amounts and no texts */
};

/* Set by the authorizer on routes that ask for a token. */
struct principal {
	enum token_kind kind;
	struct slice    user_id;     /* of a user token; else empty */
	uint32_t        scopes;      /* bits of enum scope */
	uint8_t         key_id[TOKEN_KEY_SIZE];
};

/* "admin", "service", "user". */
const char *token_kind_text(enum token_kind kind);

/* "valid", "revoked", "expired". */
const char *token_state_text(const struct token *token, int64_t now_ms);

/* For struct server_options.  Limits (limits.h) are counted here too. */
enum status auth_authorize(struct request *req, const struct route *route);

/*
 * Whose ledger a request is about: the user token's own user; for a service
 * token the user it names, which must look like "platform:id".
 * named: what the query or the body says, empty when nothing.
 *   ST_MISSING_FIELD  a service token that names nobody
 *   ST_FORBIDDEN      a user token that names somebody else
 *   ST_BAD_VALUE      no possible user id
 */
enum status auth_user(const struct request *req, struct slice named, struct slice *user_id);

/* "platform:id": the platform a-z, 0-9 and -, the id printable and without blanks, at most USER_ID_MAX bytes in all. */
bool auth_is_user_id(struct slice id);

/*
 * Give a new token its key id and its secret, with its text
 * ("aiex_svc_<key id>_<secret>") appended to text.  The store gets the token;
 * the text can never be had again.
 */
void auth_make_token(struct token *token, struct buf *text);

#endif
