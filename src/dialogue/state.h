/* SPDX-License-Identifier: MIT */
/*
 * What a conversation is about: the question that is open, and what was changed
 * last, so that it can be undone.  Bounded; kept by the store as bytes.
 */
#ifndef STATE_H
#define STATE_H

#include "arena.h"
#include "buf.h"
#include "records.h"
#include "text.h"

/* What the bot has asked and waits to be told. */
enum asked {
	ASKED_NOTHING,
	ASKED_THING,           /* what an amount was for; text: the message with the amount */
	ASKED_AMOUNT,          /* what a thing cost; text: the message, name: the thing */
	ASKED_WHICH,           /* which of choices is meant, for doing */
	ASKED_RULE,            /* whether name is always filed under category */
	ASKED_CATEGORY,        /* where choices[0] belongs, which was filed under Other for want of better */
	ASKED_NEW_CATEGORY,    /* whether to make a category called name, and file choices[0] there */
	ASKED_WHERE_TO,        /* where the expenses of category go, which is to be deleted */
	ASKED_DELETE_ME,       /* whether all data shall really be deleted */
	ASKED_GO_TOO,          /* whether the expenses of choices[0], a message that was deleted, go as well */
	ASKED_KINDS
};

/* What is done with an expense that was chosen. */
enum doing { DOING_DELETE, DOING_RESTORE, DOING_AMOUNT, DOING_DAY, DOING_CATEGORY, DOING_ACCOUNT, DOING_TEXT, DOINGS };

/* What an expense becomes; which fields count is the doing's business. */
struct edit {
	enum doing      doing;
	int64_t         amount_minor;
	struct currency currency;      /* that amount_minor is in */
	bool            has_currency;  /* it was named: else the amount is read in the expense's own */
	day_t           day;
	struct uuid     category_id;
	struct slice    text;          /* an account or a description */
};

enum {
	CHOICES_MAX = 9,
	STEPS_MAX = 10,
	NEVER_MAX = 20,
	STATE_TEXT_MAX = 1000          /* bytes of each text that is kept */
};

/* A change that can be undone. */
struct step {
	bool        is_deletion;       /* else it changed them */
	int64_t     at_ms;
	struct uuid by;                /* the message that made it */
	size_t      count;
	struct uuid ids[MESSAGE_EXPENSES_MAX];
};

struct state {
	enum asked    asked;
	int64_t       asked_until_ms;
	struct uuid   asked_by;            /* the message that asked last */
	enum language language;        /* of the question */
	struct slice  text, name;
	struct uuid   category;
	size_t        choice_count;
	struct uuid   choices[CHOICES_MAX];
	struct edit   edit;
	size_t        step_count;
	struct step   steps[STEPS_MAX];    /* the newest last */
	size_t        never_count;
	struct slice  never[NEVER_MAX];    /* folded words for which no rule is proposed */
};

void state_pack(struct buf *out, const struct state *state);

/* Texts lie in the arena.  What cannot be read is no state: nothing is asked. */
void state_unpack(struct slice packed, struct arena *arena, struct state *state);

/* Note a change; the oldest one is forgotten when there are many. */
struct step *state_add_step(struct state *state, bool is_deletion, int64_t at_ms, const struct uuid *by);

#endif
