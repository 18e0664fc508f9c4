/* SPDX-License-Identifier: MIT */
/*
 * The records that the daemon keeps, as its modules hand them around.  Slices
 * in a record point to memory that somebody else owns; who, and for how long,
 * says the function that gives the record.
 */
#ifndef RECORDS_H
#define RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "day.h"
#include "incoming.h"
#include "money.h"
#include "slice.h"
#include "status.h"
#include "uuid.h"

enum {
	USER_ID_MAX = 200,             /* bytes of "platform:id" */
	LOCALE_MAX = 35,               /* bytes of a BCP 47 tag */
	ZONE_MAX = 64,                 /* bytes of a time zone's name */
	DISPLAY_NAME_MAX = 400,        /* bytes of what a user is called; 100 characters */
	LABEL_MAX = 200,               /* bytes of a token's label */
	TOKEN_KEY_SIZE = 8,            /* bytes of a token's key id */
	ACCOUNT_MAX = 64,              /* bytes of an account's name */
	DESCRIPTION_MAX = 800,         /* bytes; 200 characters */
	CATEGORY_NAME_MAX = 200,       /* bytes; 50 characters */
	CATEGORIES_MAX = 100,          /* of one ledger */
	KEYWORD_MAX = 200,             /* bytes; 50 characters */
	KEYWORDS_MAX = 200,            /* of one ledger */
	KEYWORD_PRIORITY_MAX = 1000,
	REPLY_MAX = 16384,             /* bytes of a message's reply */
	MESSAGE_EXPENSES_MAX = 20,
	MESSAGE_COSTS_MAX = 12,        /* calls of AI providers about one message */
	BATCH_EXPENSES_MAX = 100,      /* stored together without a message */
	DELIVER_TO_MAX = 1024,         /* bytes of where a reply goes */
	MESSAGE_TEXT_MAX = 65536,      /* bytes of a message that waits */
	MESSAGE_CHARACTERS_MAX = 4000, /* of a message's text */
	IDEMPOTENCY_KEY_MAX = 255,
	CONVERSATION_MAX = 255,        /* bytes of what tells a conversation of a user from another one */
	WHY_MAX = 300,                 /* bytes of why something was given up */
	POLICY_KEY_MAX = 64,           /* bytes of a policy's key */
	POLICY_TITLE_MAX = 800,        /* bytes; 200 characters */
	POLICY_TEXT_MAX = 240000,      /* bytes; 60,000 characters: it goes through one frame */
	AI_PROVIDER_MAX = 32,          /* bytes of a provider's name */
	AI_MODEL_MAX = 100,            /* bytes of a model's name */
	AI_MODEL_ROW_MAX = AI_PROVIDER_MAX + AI_MODEL_MAX + 16,        /* bytes of both in a row of costs, with what is said of them */
	AI_OPERATION_MAX = 32,         /* bytes of the name of what an AI is asked for */
	TRASH_DAYS = 30,               /* that a deleted expense can be restored */
	KEPT_DAYS = 30                 /* that messages, idempotency keys and the marks of deleted users are kept */
};

struct user {
	struct slice    id;            /* "line:U123" */
	struct slice    locale;        /* BCP 47 */
	struct slice    zone;          /* IANA name */
	struct currency home;
	int64_t         created_ms;
	uint32_t        version;       /* of the settings; 1 when new */
	struct slice    display_name;  /* empty: none */
	int64_t         updated_ms;    /* when the settings were changed last; created_ms when never */
	bool            is_language_fixed;   /* answers are in the locale's language, whatever a message is in */
	struct slice    default_account;     /* of expenses that name none; empty: Cash */
	struct slice    linked_to;     /* the user whose ledger this one reads and writes; empty: its own.  See store_link.h */
};

struct category {
	struct uuid  id;
	struct slice key;              /* "food", ... of a default category; empty for the user's own */
	struct slice name;             /* the user's own name; empty for a default that was not renamed */
	uint32_t     expense_count;
	uint32_t     version;          /* of the name; 1 when new */
	struct uuid  moves_to;         /* while it is being deleted: the category that its expenses go to; else nil */
	struct slice folded;           /* the name as names are compared; set by op_get_person, empty without a name */
};

/* A word that says where an expense is filed whose description has it. */
struct keyword {
	struct uuid  id;
	struct uuid  category_id;
	struct slice text;             /* as it was given */
	struct slice folded;           /* as it is looked for */
	uint32_t     priority;         /* 0 to KEYWORD_PRIORITY_MAX; the highest decides, then the longest */
	uint32_t     version;          /* 1 when new */
};

struct expense {
	struct uuid     id;
	day_t           day;           /* the user's own day */
	int64_t         amount_minor;  /* negative for a refund */
	struct currency currency;
	struct uuid     category_id;
	struct slice    description;
	struct slice    account;       /* "cash" when none was named */
	struct slice    zone;          /* the user's zone when it was entered */
	struct uuid     message_id;    /* nil when it came without a message */
	struct uuid     refund_of;     /* nil when it is none */
	int64_t         created_ms, updated_ms;
	uint32_t        version;       /* 1 when new */
};

/* What became of a message; the texts are in message_status_text. */
enum message_status { MESSAGE_RECORDED, MESSAGE_QUESTION, MESSAGE_ANSWER, MESSAGE_NOTHING, MESSAGE_FAILED, MESSAGE_WAITING };

struct message {
	struct uuid         id;
	enum message_status status;
	struct slice        text;      /* kept only while it waits */
	struct slice        reply;
	struct slice        understood_by; /* "rules" or the provider that helped them; empty: nothing had to be understood */
	int64_t             received_ms, finished_ms;
	size_t              expense_count;
	const struct uuid  *expense_ids;
	size_t              button_count;  /* of the reply */
	struct reply_button buttons[REPLY_BUTTONS_MAX];
};

enum token_kind { TOKEN_ADMIN, TOKEN_SERVICE, TOKEN_USER };

struct token {
	uint8_t         key_id[TOKEN_KEY_SIZE];
	uint8_t         secret_hash[32];   /* SHA-256 of the 32 secret bytes */
	enum token_kind kind;
	struct slice    user_id;           /* of a user token; else empty */
	struct slice    label;
	int64_t         created_ms;
	int64_t         expires_ms;        /* 0: never */
	bool            is_revoked;
	uint32_t        scopes;            /* bits of enum scope; 0 in records of old: all that its kind has */
	day_t           last_used;         /* UTC; 0: never */
};

/* One version of a document such as the terms of use. */
struct policy {
	struct slice key;                  /* "terms_of_use" */
	uint32_t     version;
	struct uuid  change_id;            /* of what stored it */
	struct slice title, text;
	int64_t      created_ms;
};

/* What happened to an expense after its making. */
enum expense_action {
	EXPENSE_CHANGED, EXPENSE_DELETED, EXPENSE_RESTORED,
	EXPENSE_ACTIONS,                   /* those that can be asked for */
	EXPENSE_REASSIGNED = EXPENSE_ACTIONS,   /* its category was deleted */
	EXPENSE_EVENTS
};

struct expense_event {
	struct uuid         expense_id;
	uint32_t            version;       /* of the expense from then on */
	struct uuid         change_id;
	enum expense_action action;
	enum token_kind     by;            /* with what kind of token */
	int64_t             at_ms;
	bool                has_before;    /* not when it was restored */
	bool                has_after;     /* not when it was deleted */
	struct expense      before, after;
};

#endif
