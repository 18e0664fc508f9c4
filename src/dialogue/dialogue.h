/* SPDX-License-Identifier: MIT */
/*
 * A turn of a conversation: what a person says, and what is changed and
 * answered.  It decides and reads; whoever drives the message has its texts
 * understood, and records all that it comes to in one transaction.
 *
 *	dialogue_begin(turn);
 *	while (turn->ask.len > 0 || turn->asks_picture)
 *		... have turn->ask understood, then dialogue_understood(turn, st, result);
 *	if (turn->link != LINK_NOTHING)
 *		... link_carry_out
 *	... record
 *
 * What is done with what is in one table, data/turns.def, drawn in
 * doc/DIALOGUE.md.
 */
#ifndef DIALOGUE_H
#define DIALOGUE_H

#include "arena.h"
#include "incoming.h"
#include "dialogue/reading/intent.h"
#include "options.h"
#include "dialogue/reading/question.h"
#include "state.h"
#include "store_dialogue.h"
#include "understand.h"

/* What is wanted of the link between identities; done by whoever drives the message, before it is recorded. */
enum link_wish { LINK_NOTHING, LINK_MAKE, LINK_USE, LINK_END };

struct turn {
	/* set by the caller, outlives the turn */
	struct store         *store;
	const struct ledger  *ledger;
	const struct options *options;
	struct arena         *arena;       /* for all that the turn makes */
	struct slice          text;
	const struct incoming *incoming;   /* NULL: a text said to the daemon alone */
	bool                  is_direct;   /* nobody else reads it */
	const struct person  *person;      /* NULL: the user is not signed up yet */
	struct sign_up       *profile;     /* the user's settings, or what a new one gets: the first message may say the language */
	struct uuid           message_id;
	int64_t               received_ms, now_ms;
	day_t                 today;
	const struct dialogue *dialogue;   /* as it was read */

	/* to be understood before anything else is done; empty: nothing */
	struct slice          ask;
	struct currency       ask_home;
	bool                  asks_picture; /* ask, which may be empty, is what stands beside the picture that is to be read */

	/* what it comes to */
	enum message_status   status;
	enum language         language;
	struct buf           *reply;
	size_t                button_count;
	struct reply_button   buttons[REPLY_BUTTONS_MAX];
	size_t                expense_count;
	struct new_expense   *expenses;
	bool                  is_unsure_where;     /* one of them is filed by a guess of the rules that they are not sure of */
	size_t                change_count;
	struct message_change *changes;
	enum link_wish        link;
	char                  link_code[LINK_CODE_LETTERS];   /* of LINK_USE */
	bool                  has_state;   /* the conversation is about something else from now on: state */

	/* the turn's own */
	struct state         *state;
	enum language         at_home;     /* the user's */
	struct slice          locale;      /* the profile's, as it was */
	enum language         heard;       /* of the message, where its characters tell; it counts when the words are of several */
	bool                  is_language_fixed;
	struct intent         intent;
	struct question       question;
	size_t               found_count;  /* expenses that are to be changed */
	struct expense       *found;
	struct category       made;        /* by this turn */
	const struct category *named;      /* the category whose name is all that is said */
	size_t                choice;      /* the place among the choices that is said */
	const struct understanding *result;    /* during dialogue_understood */
	void (*next)(struct turn *turn);   /* goes on with what was understood */
	unsigned              asks;
};

/* The caller's fields are set, all others zero.  Reads from the store, whose callbacks come at once. */
void dialogue_begin(struct turn *turn);

/* ST_OK with a result, or ST_FAILED: nobody can make anything of it. */
void dialogue_understood(struct turn *turn, enum status st, const struct understanding *result);

/* The state to be recorded, packed in the turn's arena; false: no memory. */
bool dialogue_entry(const struct turn *turn, struct dialogue_entry *entry);

#endif
