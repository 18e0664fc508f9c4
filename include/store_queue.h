/* SPDX-License-Identifier: MIT */
/*
 * What the store keeps of work that waits: messages to be worked on (inbox) and
 * replies to be delivered (outbox).  Each lies in the shard of its ledger and is
 * changed by the transactions of what it belongs to.  Jobs are in store_job.h, what
 * was given up in store_dead.h.
 *
 * Messages of one ledger are worked on one after the other, in the order of
 * their ids, and its replies are delivered so: only the first of them is given
 * to anybody.  Who works on one holds a claim, which ends by itself: not_before_ms
 * is when somebody else may take it.
 */
#ifndef STORE_QUEUE_H
#define STORE_QUEUE_H

#include "incoming.h"
#include "store.h"

/* A message that was accepted and waits to be worked on. */
struct inbox_entry {
	struct uuid     message_id;
	struct slice    user_id, text;
	struct incoming incoming;
	struct slice    idempotency_key;
	uint8_t         request_hash[32];
	struct slice    deliver_to;       /* opaque to the store; empty: nobody waits for a delivery */
	int64_t         received_ms;
	int64_t         not_before_ms;    /* of one that is put: the claim of who puts it; 0: none */
	uint32_t        attempts;         /* claims by others than who put it */
	uint32_t        blames;           /* how many of these ended with a crash of the process that had it */
	uint32_t        crash_mark;       /* of the last claim */
	struct slice    forward_to;       /* the user whose ledger it is for, when its sender was an alias as it came; empty: this one */
	struct slice    sender;           /* the alias that it was handed on from; empty: the user */
};

/*
 * Accept a message: after ST_OK it will be worked on, whatever dies.  The
 * answer's message.id says under which id: another one when is_replay, that is
 * when it was accepted before, with the same id or the same idempotency key.
 * must_wait: older ones of the ledger wait, and the claim was not given.
 * ST_KEY_REUSED when the key came with another request_hash; ST_NOT_FOUND when
 * its sender is no alias of the user.
 */
void store_put_inbox(struct store *store, const struct ledger *ledger, const struct inbox_entry *entry,
    store_write_fn *fn, void *arg);

struct inbox_claim {
	struct uuid message_id;
	int64_t     now_ms, until_ms;
	uint32_t    crash_mark;           /* 1 + how many processes of the claimer's role have crashed; 0: of no account */
};

/* ST_CONFLICT: somebody else has it; ST_NOT_FOUND: it is done. */
void store_claim_message(struct store *store, const struct ledger *ledger, const struct inbox_claim *claim, store_done_fn *fn,
    void *arg);

/* The entry's blames once it is claimed. */
static inline uint32_t
inbox_blames(const struct inbox_entry *entry, uint32_t crash_mark)
{
	return entry->blames + (entry->crash_mark > 0 && crash_mark > entry->crash_mark ? 1 : 0);
}

typedef void store_inbox_fn(enum status st, const struct inbox_entry *entry, void *arg);

/* The first of a ledger's messages that wait, whoever has it; ST_NOT_FOUND when there is none. */
void store_first_message(struct store *store, const struct ledger *ledger, store_inbox_fn *fn, void *arg);

/* A reply that waits for its delivery. */
struct outbox_entry {
	struct uuid         message_id;
	struct slice        user_id, deliver_to, text, conversation;
	size_t              button_count;
	struct reply_button buttons[REPLY_BUTTONS_MAX];
	int64_t             created_ms;
	int64_t             not_before_ms;
	uint32_t            attempts;
	uint32_t            step;         /* which of its parts is next: struct outgoing */
	struct slice        why;          /* the last attempt failed; empty: none did, or nobody has told yet */
	bool                is_notice;    /* nobody waits for it: it lets replies pass, and others of its conversation join it until it is due */
};

struct reply_claim {
	struct uuid message_id;
	int64_t     now_ms, until_ms;
};

/* ST_CONFLICT: somebody else has it, or it is not time; ST_NOT_FOUND: it is done. */
void store_claim_reply(struct store *store, const struct ledger *ledger, const struct reply_claim *claim, store_done_fn *fn,
    void *arg);

enum reply_result { REPLY_SENT, REPLY_LATER, REPLY_DEAD, REPLY_RESULTS };

struct reply_outcome {
	struct uuid       message_id;
	enum reply_result result;
	int64_t           now_ms;
	struct slice      ref;            /* of SENT: the platform's id of it; empty: not told */
	int64_t           not_before_ms;  /* of LATER */
	uint32_t          step;           /* of LATER */
	struct slice      why;            /* of LATER and DEAD, at most WHY_MAX bytes */
};

/* What came of a delivery.  Of one that is done already nothing changes. */
void store_finish_reply(struct store *store, const struct ledger *ledger, const struct reply_outcome *outcome, store_done_fn *fn,
    void *arg);

typedef void store_outbox_fn(enum status st, const struct outbox_entry *entry, void *arg);

/*
 * The first of a ledger's replies, whoever has it, but for such as failed
 * REPLY_PATIENCE times and wait: these let others pass.  ST_NOT_FOUND: none.
 */
enum { REPLY_PATIENCE = 3 };
void store_first_reply(struct store *store, const struct ledger *ledger, int64_t now_ms, store_outbox_fn *fn, void *arg);

/* A part of a walk over what waits in a shard, ledger by ledger. */
struct due_query {
	int64_t      now_ms;
	int64_t      far_ms;              /* what may not be claimed before this is given as well; 0: it is not */
	struct slice from;                /* where the part before ended; empty: from the first ledger */
	unsigned     looks;               /* ledgers looked at, at most */
};

/* Of each ledger the first one, if it may be claimed.  next: where the next part begins; empty at the end of the shard. */
struct due_message_callbacks {
	void (*on_message)(const struct inbox_entry *entry, void *arg);
	void (*on_end)(enum status st, struct slice next, void *arg);
};

struct due_reply_callbacks {
	void (*on_reply)(const struct outbox_entry *entry, void *arg);
	void (*on_end)(enum status st, struct slice next, void *arg);
};

void store_list_due_messages(struct store *store, unsigned shard, const struct due_query *query,
    const struct due_message_callbacks *callbacks, void *arg);
void store_list_due_replies(struct store *store, unsigned shard, const struct due_query *query,
    const struct due_reply_callbacks *callbacks, void *arg);

/* --- a clock that was set back ------------------------------------------------------------- */

enum queue_kind { QUEUE_MESSAGES, QUEUE_REPLIES, QUEUE_JOBS, QUEUES };

/* To be done earlier than it says.  Whoever has it keeps it for the whole of a claim from now on if to_ms allows for that. */
struct bringing_forward {
	enum queue_kind queue;
	struct uuid     id;
	int64_t         from_ms;          /* not_before_ms as it was found; if it is another one by now, nothing changes */
	int64_t         to_ms;
};

void store_bring_forward(struct store *store, const struct ledger *ledger, const struct bringing_forward *change, store_done_fn *fn,
    void *arg);

/* --- references --------------------------------------------------------------------------- */

/*
 * The message that a platform's id stands for, of what the user wrote or of what
 * answered it; ST_NOT_FOUND.  Kept for KEPT_DAYS.
 */
void store_find_reference(struct store *store, const struct ledger *ledger, struct slice conversation, struct slice ref,
    store_message_fn *fn, void *arg);

#endif
