/* SPDX-License-Identifier: MIT */
/*
 * What the store keeps of conversations, and the changes that a message can
 * bring beside new expenses: all of them in the transaction that records it.
 */
#ifndef STORE_DIALOGUE_H
#define STORE_DIALOGUE_H

#include "store_link.h"
#include "store_upkeep.h"

enum {
	DIALOGUE_STATE_MAX = 16384,    /* bytes of what a conversation is about */
	MESSAGE_CHANGES_MAX = 32       /* of one message */
};

/* What a conversation of a ledger is about.  The state means nothing to the store. */
struct dialogue {
	uint32_t     version;          /* 1 when new; 0: there is none */
	int64_t      keep_until_ms;    /* then it may be forgotten */
	struct slice state;
};

/* The part of a message that belongs to its conversation. */
struct dialogue_entry {
	struct slice conversation;     /* unique with the ledger; empty: the user's own */
	uint32_t     if_version;       /* of the conversation as it was read, else ST_STALE; 0: there was none */
	int64_t      keep_until_ms;
	struct slice state;            /* what it is about from now on */
};

enum change_kind {
	CHANGE_EXPENSE, CHANGE_CATEGORY_NAME, CHANGE_CATEGORY_DELETION, CHANGE_KEYWORD, CHANGE_USER, CHANGE_USER_DELETION, CHANGE_ALIAS, CHANGE_LINK,
	CHANGE_KINDS
};

/* Something that a message changes beside its own expenses. */
struct message_change {
	enum change_kind kind;
	union {
		struct expense_change    expense;
		struct category_name     category_name;
		struct category_deletion category_deletion;
		struct keyword_change    keyword;
		struct user_change       user;
		struct deletion          user_deletion;    /* done last, whatever its place */
		struct link_change       link;             /* of CHANGE_ALIAS as for store_set_alias, of CHANGE_LINK as for store_set_link */
	};
};

typedef void store_dialogue_fn(enum status st, const struct dialogue *dialogue, void *arg);

/* What a conversation is about; ST_NOT_FOUND when that is nothing. */
void store_get_dialogue(struct store *store, const struct ledger *ledger, struct slice conversation, store_dialogue_fn *fn,
    void *arg);

/*
 * The newest message that recorded expenses of which some are still there, with
 * the ids of these; ST_NOT_FOUND when there is none among the last ones.
 */
void store_find_last_entry(struct store *store, const struct ledger *ledger, store_message_fn *fn, void *arg);

struct deleted_list_callbacks {
	void (*on_expense)(const struct expense *expense, void *arg);   /* as it was */
	void (*on_end)(enum status st, void *arg);
};

/* Deleted expenses that can be restored, by the day of their deletion, the last one first; at most limit. */
void store_list_deleted(struct store *store, const struct ledger *ledger, int64_t now_ms, unsigned limit,
    const struct deleted_list_callbacks *callbacks, void *arg);

#endif
