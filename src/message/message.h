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

#include "ai/ai_pool.h"
#include "store.h"

struct counters;

/* What driving messages needs; one per process, outlives its messages. */
struct message_service {
	struct store         *store;
	struct ai_pool       *pool;
	const struct options *options;
	struct counters      *counters;
};

struct message_input {
	struct slice user_id;              /* "platform:id" */
	struct slice text;                 /* valid UTF-8, at most UNDERSTAND_TEXT_MAX bytes */
	struct slice idempotency_key;      /* empty: none */
	uint8_t      request_hash[32];     /* of what must be the same in a repeat; with a key only */
	struct uuid  id;                   /* nil: a new one is made */
	int64_t      received_ms;          /* wall clock */
	bool         was_in_inbox;
	struct slice deliver_to;           /* empty: the caller delivers the reply itself */
	enum priority priority;
};

struct message_result {
	struct uuid           id;
	enum message_status   status;         /* MESSAGE_WAITING: accepted, the keeper will see to it */
	bool                  is_replay;
	struct slice          reply;
	const struct person  *person;         /* the user with categories; NULL when there is no user (yet) */
	size_t                expense_count;
	const struct expense *expenses;
};

/*
 * ST_OK with a result, valid until the return; otherwise nothing was stored, or
 * it is not known whether it was (ST_UNAVAILABLE), and the same message with
 * the same key can be sent again.
 */
typedef void message_done_fn(enum status st, const struct message_result *result, void *arg);

/* Drive a message.  The input is copied; fn is called exactly once, perhaps before the return. */
void message_drive(const struct message_service *service, const struct message_input *input, message_done_fn *fn, void *arg);

/* "recorded", "question", ... */
const char *message_status_text(enum message_status status);

#endif
