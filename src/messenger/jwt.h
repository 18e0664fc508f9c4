/* SPDX-License-Identifier: MIT */
/* JSON Web Tokens (RFC 7519) that are signed with RS256 by one of a set of keys (RFC 7517). */
#ifndef JWT_H
#define JWT_H

#include <jansson.h>

#include "slice.h"
#include "status.h"

/* A token whose signature was found good. */
struct jwt {
	json_t       *claims;
	const json_t *key;         /* the one that signed it; in keys */
};

/*
 * The token in its compact form, by keys ({"keys":[...]}).  The algorithm is
 * RS256 whatever the token says, and a token that says another one is refused.
 * ST_OK: token->claims is the caller's to give back.  ST_UNAVAILABLE: no
 * key has the token's id.  Else ST_BAD_SIGNATURE.  Times are the caller's to look at.
 */
enum status jwt_verify(struct slice text, const json_t *keys, struct jwt *token);

#endif
