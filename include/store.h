/* SPDX-License-Identifier: MIT */
/*
 * The store: everything that must survive.  One struct store is one process's
 * way to it.  Operations answer by callback, exactly once, perhaps before the
 * call returns; what a callback is given is valid until it returns.
 *
 * A write's callback is called with ST_OK only when the data is on disk.  With
 * ST_UNAVAILABLE or ST_STORE_FULL the write may have happened all the same: the
 * same write again, with the same ids, is recorded once.
 *
 * Engines: LMDB (writes go to the shard's writer process), and memory, for
 * tests and benchmarks.  No engine's type shows here.
 */
#ifndef STORE_H
#define STORE_H

#include "records.h"

struct store;
struct event_base;
struct options;
struct counters;

/* Whose data: a ledger's place in the store.  A person's own ledger has the person's user id. */
struct ledger {
	uint8_t  key[16];          /* SipHash-2-4-128 of the ledger id, with the store's secret */
	unsigned shard;
};

/*
 * The number of shards of a store that is there holds: set options->store_shards
 * to it, with a line in the log when it was another.  Called before anything
 * goes by that option.
 */
void store_adopt(struct options *options);

/*
 * Make the store in options->store_path if there is none, else check that it
 * can be served.  Called by the master before it forks: nothing stays open.
 * -1 after logging why not.
 */
int store_prepare(const struct options *options);

/*
 * Open for one process, after the fork.  slot_counters: this process's.
 * NULL after logging.
 */
struct store *store_open(const struct options *options, struct event_base *base, struct counters *slot_counters);

/* An empty store in memory; shards as given. */
struct store *store_open_memory(unsigned shards);

void store_close(struct store *store);

/* The place of a ledger. */
struct ledger store_ledger(const struct store *store, struct slice ledger_id);

unsigned store_shard_count(const struct store *store);

/* --- reading ------------------------------------------------------------ */

struct person {
	struct user            user;
	size_t                 category_count;
	const struct category *categories;   /* in the order of their making */
};

typedef void store_person_fn(enum status st, const struct person *person, void *arg);

/* A user with the categories of the user's own ledger.  ST_NO_USER when there is none. */
void store_get_person(struct store *store, const struct ledger *ledger, store_person_fn *fn, void *arg);

struct expense_query {
	day_t    from, to;             /* both included */
	unsigned limit;                /* 1 to 500 */
	bool     is_newest_first;
	bool     has_after;            /* go on behind this one, which need not exist any more */
	day_t    after_day;
	struct uuid after_id;
};

struct expense_list_callbacks {
	void (*on_expense)(const struct expense *expense, void *arg);
	/* has_more: there are expenses behind the last one given. */
	void (*on_end)(enum status st, bool has_more, void *arg);
};

/* Expenses of a ledger by day and id. */
void store_list_expenses(struct store *store, const struct ledger *ledger, const struct expense_query *query,
    const struct expense_list_callbacks *callbacks, void *arg);

typedef void store_expense_fn(enum status st, const struct expense *expense, void *arg);

void store_get_expense(struct store *store, const struct ledger *ledger, const struct uuid *id, store_expense_fn *fn, void *arg);

struct history_query {
	struct uuid expense_id;
	unsigned    limit;             /* 1 to 500 */
	uint32_t    after_version;     /* go on behind this one; 0: from the first */
};

struct history_callbacks {
	void (*on_event)(const struct expense_event *event, void *arg);
	/* has_more: there are events behind the last one given. */
	void (*on_end)(enum status st, bool has_more, void *arg);
};

/* What happened to an expense, the oldest first, also to one in the trash.  ST_NOT_FOUND: there is and was none. */
void store_list_history(struct store *store, const struct ledger *ledger, const struct history_query *query,
    const struct history_callbacks *callbacks, void *arg);

typedef void store_message_fn(enum status st, const struct message *message, void *arg);

/* A message that was recorded, or one that waits in the inbox (MESSAGE_WAITING), or ST_NOT_FOUND. */
void store_get_message(struct store *store, const struct ledger *ledger, const struct uuid *id, store_message_fn *fn, void *arg);

/*
 * What a request with this idempotency key did before.  request_hash is of
 * what must be the same in a repeat.  ST_NOT_FOUND: nothing yet;
 * ST_KEY_REUSED: it was another request; ST_OK: this message.  Of expenses
 * that were stored without a message: one with a nil id and their ids.
 */
void store_find_replay(struct store *store, const struct ledger *ledger, struct slice key, const uint8_t request_hash[32],
    store_message_fn *fn, void *arg);

struct total {
	day_t           day;           /* of a month's total: its first day */
	struct uuid     category_id;
	struct currency currency;
	struct slice    account;
	int64_t         sum_minor;
	int64_t         count;
};

struct total_list_callbacks {
	void (*on_total)(const struct total *total, void *arg);
	void (*on_end)(enum status st, void *arg);
};

/* The kept totals of the days (or of the months) from and to, both included. */
void store_list_totals(struct store *store, const struct ledger *ledger, bool by_month, day_t from, day_t to,
    const struct total_list_callbacks *callbacks, void *arg);

typedef void store_token_fn(enum status st, const struct token *token, void *arg);

void store_get_token(struct store *store, const uint8_t key_id[TOKEN_KEY_SIZE], store_token_fn *fn, void *arg);

struct token_query {
	unsigned     limit;            /* 1 to 500 */
	bool         has_after;        /* go on behind this one, which need not exist */
	uint8_t      after[TOKEN_KEY_SIZE];
	struct slice user_id;          /* only those of this user; empty: all */
};

struct token_list_callbacks {
	void (*on_token)(const struct token *token, void *arg);
	/* next: the one to go on behind; NULL when there are no more. */
	void (*on_end)(enum status st, const uint8_t *next, void *arg);
};

/* Tokens by key id, valid or not.  Some thousand are looked at, so fewer than limit may be given and more follow all the same. */
void store_list_tokens(struct store *store, const struct token_query *query, const struct token_list_callbacks *callbacks,
    void *arg);

/* A message that was accepted and waits to be worked on. */
struct inbox_entry {
	struct uuid  message_id;
	struct slice user_id, text, locale_hint;
	struct slice idempotency_key;
	uint8_t      request_hash[32];
	struct slice deliver_to;       /* opaque to the store; empty: nobody waits for a delivery */
	int64_t      received_ms;
	uint32_t     attempts;
};

struct inbox_list_callbacks {
	void (*on_entry)(const struct inbox_entry *entry, void *arg);
	void (*on_end)(enum status st, void *arg);
};

/* Entries of one shard received before a time, oldest first, at most limit. */
void store_list_inbox(struct store *store, unsigned shard, int64_t received_before_ms, unsigned limit,
    const struct inbox_list_callbacks *callbacks, void *arg);

/* --- writing ------------------------------------------------------------ */

/* What a new user gets; the default categories come with it. */
struct sign_up {
	struct slice    user_id;
	struct slice    locale, zone;
	struct currency home;
};

/* An expense to store: its category by id, or, with a nil id, by the key of a default category. */
struct new_expense {
	struct expense expense;        /* id set by the caller; version and updated_ms are not looked at */
	struct slice   category_key;
};

/* All that one message changes, in one transaction. */
struct message_entry {
	struct sign_up            sign_up;          /* used when the user is new */
	struct uuid               id;               /* of the message: the same one is recorded once */
	enum message_status       status;
	struct slice              reply;
	int64_t                   received_ms, now_ms;
	struct slice              idempotency_key;  /* may be empty */
	uint8_t                   request_hash[32];
	bool                      was_in_inbox;     /* its inbox entry is taken out */
	struct slice              deliver_to;       /* with a value the reply goes to the outbox as well */
	size_t                    expense_count;
	const struct new_expense *expenses;
};

struct write_answer {
	bool                       is_new_user;
	bool                       is_replay;        /* it was recorded before; what follows is what was recorded then */
	struct message             message;          /* of store_record_message; id, status, reply, ids */
	size_t                     expense_count;
	const struct expense      *expenses;         /* as stored */
	struct uuid                category_id;      /* of store_name_category */
};

typedef void store_write_fn(enum status st, const struct write_answer *answer, void *arg);

/*
 * Record a message with everything it changes.  ST_KEY_REUSED, ST_BAD_VALUE (no
 * such category), ST_OUT_OF_RANGE (a total would overflow): nothing changed.
 */
void store_record_message(struct store *store, const struct ledger *ledger, const struct message_entry *entry,
    store_write_fn *fn, void *arg);

/*
 * Store expenses that came without a message, all or none.  Their ids make a
 * repeat harmless: ids that are there already are answered as replay.
 * ST_NO_USER when the user is not there (sign_up.user_id empty) or else signs up.
 */
struct expense_batch {
	struct sign_up            sign_up;
	int64_t                   now_ms;
	struct slice              idempotency_key;
	uint8_t                   request_hash[32];
	size_t                    expense_count;     /* 1 to BATCH_EXPENSES_MAX */
	const struct new_expense *expenses;
};

void store_put_expenses(struct store *store, const struct ledger *ledger, const struct expense_batch *batch,
    store_write_fn *fn, void *arg);

/* Something that is done to one expense. */
struct expense_change {
	struct uuid         change_id;        /* the same one is made once */
	enum expense_action action;
	enum token_kind     by;
	int64_t             now_ms;
	uint32_t            if_version;       /* of the expense, else ST_VERSION_MISMATCH; 0: any */
	struct expense      expense;          /* its id; of EXPENSE_CHANGED all that it will be but what the store sets */
	struct slice        idempotency_key;
	uint8_t             request_hash[32];
};

/*
 * Change, delete or restore an expense.  The answer has the expense as it is
 * now, of a deleted one as it was.  What is deleted can be restored for
 * TRASH_DAYS; restoring what is not deleted does nothing.  ST_NOT_FOUND: there
 * is none; ST_BAD_VALUE: no such category.
 */
void store_change_expense(struct store *store, const struct ledger *ledger, const struct expense_change *change,
    store_write_fn *fn, void *arg);

/* A name for a new category, or another one for one that is there. */
struct category_name {
	struct uuid  id;
	bool         is_new;
	struct slice name;                    /* 1 to CATEGORY_NAME_MAX bytes of UTF-8 */
	uint32_t     if_version;              /* of a rename, else ST_VERSION_MISMATCH; 0: any */
	int64_t      now_ms;
	struct slice idempotency_key;
	uint8_t      request_hash[32];
};

/*
 * Make a category or rename one.  ST_CONFLICT: another one has the name, but
 * for case, width and the like; ST_LIMIT_REACHED: there are CATEGORIES_MAX;
 * ST_NOT_FOUND: there is none to rename.
 */
void store_name_category(struct store *store, const struct ledger *ledger, const struct category_name *name,
    store_write_fn *fn, void *arg);

/* A user with the default categories, if new. */
void store_sign_up(struct store *store, const struct ledger *ledger, const struct sign_up *sign_up, int64_t now_ms,
    store_write_fn *fn, void *arg);

typedef void store_done_fn(enum status st, void *arg);

/*
 * Accept a message: after ST_OK it will be worked on, whatever dies.  Accepting
 * it again, with the same id or the same idempotency key, does nothing;
 * ST_KEY_REUSED when the key came with another request_hash.
 */
void store_put_inbox(struct store *store, const struct ledger *ledger, const struct inbox_entry *entry,
    store_done_fn *fn, void *arg);

/* Count an attempt before it is made (twice, if the writer dies meanwhile).  ST_NOT_FOUND: the entry is done. */
void store_count_attempt(struct store *store, const struct ledger *ledger, const struct uuid *message_id, store_done_fn *fn, void *arg);

/* Keep a new token; keeping it again does nothing.  ST_CONFLICT: the key id is another one's. */
void store_put_token(struct store *store, const struct token *token, store_done_fn *fn, void *arg);

/* Make a token invalid for good.  ST_NOT_FOUND: there is none. */
void store_revoke_token(struct store *store, const uint8_t key_id[TOKEN_KEY_SIZE], store_done_fn *fn, void *arg);

/* Note that a token was used on a day; nothing is written when that is known. */
void store_note_token_used(struct store *store, const uint8_t key_id[TOKEN_KEY_SIZE], day_t day, store_done_fn *fn, void *arg);

/* --- upkeep ------------------------------------------------------------- */

/* Free the reader slots of dead processes in all shards; how many there were. */
unsigned store_clear_dead_readers(struct store *store);

#endif
