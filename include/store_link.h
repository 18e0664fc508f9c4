/* SPDX-License-Identifier: MIT */
/*
 * Several identities of one person with one ledger.  An *alias* has no ledger
 * that counts: its user row says whose ledger it reads and writes, and the ledger
 * of that one, the *main* identity, has a row for each of its aliases.  A main
 * identity is no alias itself, so that nobody has to follow more than one step.
 *
 * The alias' user row is the truth.  The other row comes before it and goes
 * after it: it says whom the ledger takes messages from.  The two may lie in
 * different shards; each is changed by a transaction of its own, and making or
 * ending a link again does nothing.
 */
#ifndef STORE_LINK_H
#define STORE_LINK_H

#include "store.h"

enum {
	ALIASES_MAX = 8,                   /* of one ledger */
	LINK_CODE_LETTERS = 8,             /* of 32: 40 bits */
	LINK_CODE_MAC = 16,                /* bytes of what is kept of a code */
	LINK_CODE_MS = 600000,             /* that a code is good for, and that wrong ones are remembered */
	LINK_TRIES = 5,                    /* wrong codes of one identity in that time ... */
	LINK_TRIES_OF_ALL = 1000           /* ... and of all: with a thousand codes about, one in a million is guessed */
};

/* --- codes, in the index ---------------------------------------------------------------- */

struct link_code {
	uint8_t      mac[LINK_CODE_MAC];
	struct slice user_id;              /* whose ledger it opens */
	int64_t      now_ms;
};

/* What is kept of a code: nobody can try codes on a copy of the store without its secret. */
void store_link_code_mac(const struct store *store, const char letters[LINK_CODE_LETTERS], uint8_t mac[LINK_CODE_MAC]);

/* Keep a code, in place of the last one of the same user. */
void store_put_link_code(struct store *store, const struct link_code *code, store_done_fn *fn, void *arg);

enum link_found {
	LINK_CODE_OK,                      /* from now on it is used up, but for the same message */
	LINK_CODE_WRONG,                   /* or older than LINK_CODE_MS, or used: nobody is told which */
	LINK_CODE_OWN,                     /* and can still be used */
	LINK_CODE_TOO_MANY,                /* wrong ones: it was not looked at */
	LINK_CODES
};

struct link_try {
	uint8_t      mac[LINK_CODE_MAC];
	struct slice user_id;              /* who sent it */
	struct uuid  message_id;
	int64_t      now_ms;
};

/* Use a code up.  The answer's link_found, and linked_to: whose it is. */
void store_try_link_code(struct store *store, const struct link_try *link_try, store_write_fn *fn, void *arg);

/* --- the two rows ------------------------------------------------------------------------ */

struct link_change {
	struct slice user_id;              /* the other one of the two */
	bool         is_ended;
	struct uuid  message_id;           /* of store_set_link that ends: one that waits and goes to nobody else any more; may be nil */
	int64_t      now_ms;
};

/*
 * Of the main identity's ledger: the row of an alias.  ST_NO_USER: there is no
 * such ledger; ST_CONFLICT: it is an alias itself; ST_LIMIT_REACHED: it has ALIASES_MAX.
 */
void store_set_alias(struct store *store, const struct ledger *ledger, const struct link_change *change, store_done_fn *fn,
    void *arg);

/*
 * Of the alias' own ledger: whose it is now.  What waits in its inbox goes there
 * as well.  ST_NO_USER; ST_CONFLICT: it has expenses, or aliases, or is another
 * one's alias.  An end changes only a link to just that one.
 */
void store_set_link(struct store *store, const struct ledger *ledger, const struct link_change *change, store_done_fn *fn,
    void *arg);

/* Whether a ledger has what a link would put out of sight. */
struct link_hindrance {
	bool has_expenses, has_aliases;
};

typedef void store_hindrance_fn(enum status st, const struct link_hindrance *hindrance, void *arg);

void store_get_hindrance(struct store *store, const struct ledger *ledger, store_hindrance_fn *fn, void *arg);

struct alias {
	struct slice user_id;
	int64_t      since_ms;
};

struct alias_list_callbacks {
	void (*on_alias)(const struct alias *alias, void *arg);
	void (*on_end)(enum status st, void *arg);
};

void store_list_aliases(struct store *store, const struct ledger *ledger, const struct alias_list_callbacks *callbacks, void *arg);

/* Take a message out of the inbox that was handed to another ledger.  Again it does nothing. */
void store_drop_message(struct store *store, const struct ledger *ledger, const struct uuid *message_id, store_done_fn *fn, void *arg);

#endif
