/* SPDX-License-Identifier: MIT */
/* The scopes of tokens, from tables/scopes.def. */
#ifndef SCOPES_H
#define SCOPES_H

enum scope {
	SCOPE_none,              /* of a route that asks for no token */
#define SCOPE(name, permission, help) SCOPE_##name,
#include "tables/scopes.def"
#undef SCOPE
	SCOPES
};

#endif
