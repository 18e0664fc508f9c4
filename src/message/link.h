/* SPDX-License-Identifier: MIT */
/*
 * Links the identities that a person has on several platforms to one ledger:
 * what a turn wants done about that, and cannot do itself.  See store_link.h for
 * what is kept; a crash between two steps leaves a message that is driven again,
 * and each step does nothing the second time.
 *
 *	"link"       one code into the index
 *	"link CODE"  1 the code is used up: index
 *	             2 the ledger takes messages of this identity: the ledger's shard
 *	             3 the identity's own row names the ledger, with the message that records it: its shard
 *	"unlink"     1 the identity's own row names none: its shard
 *	             2 the ledger takes no more of it, with the message that records it: the ledger's shard
 */
#ifndef LINK_H
#define LINK_H

#include "message.h"
#include "store_link.h"

struct turn;

/* One for a message, all zero at first; it stays when the turn is taken once more. */
struct linking {
	const struct message_service *service;
	const struct ledger *ledger;
	struct turn         *turn;
	struct slice         user_id;      /* whose ledger it is */
	struct slice         sender;       /* who writes, when that is an alias; else empty */
	void               (*fn)(enum status st, void *arg);
	void                *arg;

	struct slice         main;         /* whose ledger has a row for this identity that is not confirmed yet */
	size_t               alias_count;
	struct slice         aliases[ALIASES_MAX];
	size_t               ended_count;
	char                 letters[LINK_CODE_LETTERS];
};

/*
 * Do what turn->link says; fn is called once, perhaps before the return.  ST_OK:
 * the turn has its answer, and the changes that are to be recorded with it.
 */
void link_carry_out(struct linking *linking);

/* A code in a text, whatever its case, width, hyphens and blanks; false: it is none. */
bool link_code_read(struct slice text, struct arena *arena, char letters[LINK_CODE_LETTERS]);

/* Whether a text that is no code was meant as one, and as nothing that was bought: Latin letters without a price. */
bool link_code_is_meant(struct slice text, struct arena *arena);

/* A conversation of an alias, as the ledger calls it: no other identity has such a one. */
struct slice link_conversation(struct arena *arena, struct slice sender, struct slice conversation);

/* Whether nobody else reads it. */
bool link_is_direct(struct slice sender, struct slice conversation);

#endif
