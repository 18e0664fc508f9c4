/* SPDX-License-Identifier: MIT */
/*
 * The way of one message, step by step, whoever took it in: an http worker
 * for a waiting client, or the keeper for one that was left behind.
 *
 *	1  who writes, and was it handled before     store, reading
 *	2  what does it say                          AI pool
 *	3  record all that follows from it           store, one transaction
 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "ai/pool/ai_pool.h"
#include "arena.h"
#include "incoming.h"
#include "store.h"

struct counters;
struct keyword_map;

/* What driving messages needs; one per process, outlives its messages. */
struct message_service {
	struct store         *store;
	struct ai_pool       *pool;
	const struct options *options;
	struct counters      *counters;
	struct shared        *shared;      /* with other instances; may be NULL */
	const struct keyword_map *keywords;    /* of words that many users share; NULL: none */
};

/* Open the pool of a service whose store is open; those who are told an answer may read the store.  false without memory. */
bool message_open_pool(struct message_service *service, struct event_base *base, const struct counter_segment *segment);

struct message_input {
	struct slice user_id;              /* "platform:id" */
	struct slice sender;               /* the alias that it was handed on from; empty: the user */
	struct slice text;                 /* valid UTF-8, at most UNDERSTAND_TEXT_MAX bytes */
	struct slice idempotency_key;      /* empty: none */
	uint8_t      request_hash[32];     /* of what must be the same in a repeat; with a key only */
	struct uuid  id;                   /* nil: a new one is made */
	int64_t      received_ms;          /* wall clock */
	bool         was_in_inbox;
	struct incoming incoming;          /* all zero: a text said to the daemon alone */
	struct slice picture;              /* of IMAGE without media: the file itself, which the caller keeps until fn is called; empty: none */
	struct slice deliver_to;           /* empty: the caller delivers the reply itself */
	enum priority priority;
};

struct message_result {
	struct uuid           id;
	enum message_status   status;         /* MESSAGE_WAITING: accepted, the keeper will see to it */
	bool                  is_replay;
	struct slice          reply;
	struct slice          understood_by;  /* "rules" or the provider that helped them; empty: nothing had to be understood */
	const struct person  *person;         /* the user with categories; NULL when there is no user (yet) */
	size_t                expense_count;
	const struct expense *expenses;
	size_t                button_count;
	const struct reply_button *buttons;
};

/*
 * ST_OK with a result, valid until the return; otherwise nothing was stored, or
 * it is not known whether it was (ST_UNAVAILABLE), and the same message with
 * the same key can be sent again.  A picture that the caller holds is never left
 * for later.
 */
typedef void message_done_fn(enum status st, const struct message_result *result, void *arg);

/* Drive a message.  The input is copied; fn is called exactly once, perhaps before the return. */
void message_drive(const struct message_service *service, const struct message_input *input, message_done_fn *fn, void *arg);

/* "recorded", "question", ... */
const char *message_status_text(enum message_status status);

/* --- parts of the way, for others that go a part of it: message_parts.c --------- */

/* An expense that names no account was paid from here. */
extern const struct slice message_default_account;

/* The user's own settings or, when person is NULL, what a new user gets; points into person and options. */
struct sign_up message_profile(const struct options *options, struct slice user_id, const struct person *person);

/*
 * Where an expense is filed: in the category with the keyword that is first in
 * the person's order and occurs in the description; else in one of the user's
 * own whose name occurs there, the longest first, or whose name tells what is
 * put there (own_topics.h); else in the one that it was
 * understood as (own_category, 0 for none); else as message_category says.
 * NULL when there is none.
 */
const struct category *message_file(const struct person *person, struct slice description, unsigned own_category,
    enum category_kind kind);

/* What a person reads as a category's name: the one it was given, else the default's in the language. */
struct slice message_category_name(const struct category *category, enum language language);

/* The user's category of a kind: the default one if it is still there, else Other, else the first; NULL when there is none. */
const struct category *message_category(const struct person *person, enum category_kind kind);

/* The day that it is for somebody in this time zone; in UTC when there is no such zone. */
day_t message_day(const char *zone, int64_t wall_ms);

/* That understanding one may take. */
int64_t message_timeout_ms(const struct options *options, bool has_picture);

/*
 * What ai_pool_ask does, with the deadline of a message; a provider may be asked
 * too.  own_category of its answer is 1 + the place among the person's.
 */
enum status message_ask(const struct message_service *service, const struct ledger *ledger, const struct understand_input *job,
    enum priority priority, ai_answer_fn *fn, void *arg);

/*
 * Put the words of the person's categories and the names of the accounts used
 * of late into a job; they lie in the arena and the person.
 */
void message_own_words(const struct message_service *service, const struct ledger *ledger, const struct person *person,
    struct arena *arena, struct understand_input *job);

/* "rules", or the provider that helped them; result may be NULL. */
struct slice message_understood_by(const struct understanding *result);

/*
 * What the calls of the providers cost, each under a new id; returns how many.
 * Their operation is "message", "parse", "suggestion" or "picture"; what has no known price goes
 * under "message, price unknown", so that it is not taken for free.
 */
enum cost_operation { COST_MESSAGE, COST_PARSE, COST_SUGGESTION, COST_PICTURE };
size_t message_costs(const struct options *options, const struct understanding *result, enum cost_operation operation,
    int64_t now_ms, struct ai_cost costs[static MESSAGE_COSTS_MAX]);

/* What a message comes to that was understood like this. */
enum message_status message_status_of(enum verdict verdict);

/*
 * What became of a message of the store, with those of its expenses that are
 * still there, in the arena.  person: as in the result.  false: no memory.
 */
bool message_load(const struct message_service *service, const struct ledger *ledger, const struct message *message,
    const struct person *person, struct arena *arena, struct message_result *result);

#endif
