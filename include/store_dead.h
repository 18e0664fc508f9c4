/* SPDX-License-Identifier: MIT */
/* Dead letters: what was given up, and is kept where the operator sees it. */
#ifndef STORE_DEAD_H
#define STORE_DEAD_H

#include "store_job.h"

enum letter_kind { LETTER_MESSAGE, LETTER_REPLY, LETTER_JOB, LETTER_KINDS };

/* A message or a job that no process survived, or a reply that could not be delivered; kept for KEPT_DAYS. */
struct dead_letter {
	enum letter_kind    kind;
	int64_t             dead_ms;
	struct slice        why;
	struct inbox_entry  message;      /* by its kind one of these */
	struct outbox_entry reply;
	struct queued_job   job;
};

static inline const struct uuid *
dead_letter_id(const struct dead_letter *letter)
{
	return letter->kind == LETTER_MESSAGE ? &letter->message.message_id :
	    letter->kind == LETTER_REPLY ? &letter->reply.message_id : &letter->job.id;
}

static inline struct slice
dead_letter_user(const struct dead_letter *letter)
{
	return letter->kind == LETTER_MESSAGE ? letter->message.user_id :
	    letter->kind == LETTER_REPLY ? letter->reply.user_id : letter->job.user_id;
}

struct dead_letter_callbacks {
	void (*on_letter)(const struct dead_letter *letter, void *arg);
	void (*on_end)(enum status st, struct slice next, void *arg);
};

/* Those of one shard, at most query->looks. */
void store_list_dead(struct store *store, unsigned shard, const struct due_query *query,
    const struct dead_letter_callbacks *callbacks, void *arg);

/* What an operator does with one. */
struct dead_letter_action {
	struct uuid message_id;
	enum letter_kind kind;
	bool        is_dropped;           /* else it goes back to where it was, as if it were new */
	struct uuid new_id;               /* of a message that goes back: what was recorded as failed keeps its id */
	int64_t     now_ms;
};

void store_settle_dead(struct store *store, const struct ledger *ledger, const struct dead_letter_action *action,
    store_done_fn *fn, void *arg);

#endif
