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
 * Engines: LMDB (writes go to the shard's writer process), PostgreSQL, and
 * memory, for tests and benchmarks.  No engine's type shows here.
 */
#ifndef STORE_H
#define STORE_H

#include "records.h"

struct store;
struct message_change;
struct dialogue_entry;
struct reply_button;
struct event_base;
struct options;
struct counters;

/* In the order of the words of store.engine. */
enum store_engine { STORE_LMDB, STORE_POSTGRESQL };

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
 * A secret that all instances of the store have in common, for what they must
 * hash alike; another one for each purpose.  After store_prepare.
 */
void store_shared_secret(const char *purpose, uint8_t secret[32]);

/*
 * Make the tables of a store in a server, or bring them up to date; say is told of each step.  -1 after logging why not,
 * also for an engine without such tables.
 */
int store_migrate(const struct options *options, void (*say)(const char *line, void *arg), void *arg);

/*
 * Open for one process, after store_prepare and the fork.  slot_counters: this
 * process's.  NULL after logging.
 */
struct store *store_open(const struct options *options, struct event_base *base, struct counters *slot_counters);

/* An empty store in memory; shards as given. */
struct store *store_open_memory(unsigned shards);

void store_close(struct store *store);

/*
 * Call fn, in which reading may take its time without stopping the event loop:
 * with an engine that asks a server, fn may return only after store_enter has.
 * Everywhere else such a reading blocks the process until it is answered.
 */
void store_enter(struct store *store, void (*fn)(void *arg), void *arg);

/* Whether store_enter makes a difference. */
bool store_may_wait(const struct store *store);

/* The place of a ledger. */
struct ledger store_ledger(const struct store *store, struct slice ledger_id);

unsigned store_shard_count(const struct store *store);

/* --- reading ------------------------------------------------------------ */

struct person {
	struct user            user;
	size_t                 category_count;
	const struct category *categories;   /* in the order of their making */
	size_t                 leaving_count;   /* behind them: those that are being deleted, for what is still filed there */
	size_t                 keyword_count;
	const struct keyword  *keywords;     /* in the order in which they are tried */
};

typedef void store_person_fn(enum status st, const struct person *person, void *arg);

/* A user with the categories and keywords of the user's own ledger.  ST_NO_USER when there is none. */
void store_get_person(struct store *store, const struct ledger *ledger, store_person_fn *fn, void *arg);

/* Where an expense stands in a list, by day or by amount. */
struct expense_place {
	day_t       day;
	struct uuid id;
	int64_t     amount_minor;
	int         digits;            /* of its currency */
};

struct expense_query {
	day_t    from, to;             /* both included */
	unsigned limit;                /* 1 to 500 */
	bool     by_amount;            /* as numbers, whatever the currency; equal ones by day and id */
	bool     is_newest_first;      /* by_amount: the largest first */
	bool     has_after;            /* go on behind this one, which need not exist any more */
	day_t    after_day;
	struct uuid after_id;
	int64_t  after_minor;          /* by_amount; its amount ... */
	int      after_digits;         /* ... and the digits of its currency */

	struct uuid         category_id;     /* nil: of any; not those on their way to it */
	struct slice        account;         /* exactly; a NULL slice: any */
	struct currency     currency;        /* "": any */
	bool                has_least, has_most;
	int64_t             least, most;     /* both included, as numbers, in ten-thousandths */
	size_t              word_count;
	const struct slice *words;           /* folded; each occurs somewhere in the folded description */

	struct expense_place *stopped_at;    /* NULL, or set when there is more: it goes on behind this one */
};

struct expense_list_callbacks {
	void (*on_expense)(const struct expense *expense, void *arg);
	/* has_more: there are expenses behind the last one given. */
	void (*on_end)(enum status st, bool has_more, void *arg);
};

/*
 * Expenses of a ledger.  A list by day may end before the limit is reached,
 * with has_more, when many were looked at that do not match: then go on at
 * *stopped_at.  One by amount looks at all that match, and is refused with
 * ST_OUT_OF_RANGE when they are too many.
 */
void store_list_expenses(struct store *store, const struct ledger *ledger, const struct expense_query *query,
    const struct expense_list_callbacks *callbacks, void *arg);

typedef void store_expense_fn(enum status st, const struct expense *expense, void *arg);

void store_get_expense(struct store *store, const struct ledger *ledger, const struct uuid *id, store_expense_fn *fn, void *arg);

struct history_query {
	struct uuid expense_id;        /* nil: of all expenses, by their ids */
	unsigned    limit;             /* 1 to 500 */
	uint32_t    after_version;     /* go on behind this one; 0: from the first */
	struct uuid after_id;          /* of all expenses: go on behind this expense's after_version; nil: from the first */
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

struct message_query {
	struct uuid after_id;          /* go on behind this one; nil: from the first */
	unsigned    limit;             /* 1 to 500 */
};

struct message_list_callbacks {
	void (*on_message)(const struct message *message, void *arg);
	/* has_more: there may be messages behind last. */
	void (*on_end)(enum status st, bool has_more, const struct uuid *last, void *arg);
};

/* The messages that were recorded, by their ids, which is by the time of their arrival. */
void store_list_messages(struct store *store, const struct ledger *ledger, const struct message_query *query,
    const struct message_list_callbacks *callbacks, void *arg);

/* Those that wait in the inbox.  limit is of what is looked at, so that there may be few or none, and more behind last. */
void store_list_waiting(struct store *store, const struct ledger *ledger, const struct message_query *query,
    const struct message_list_callbacks *callbacks, void *arg);

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

/* What the sums of a summary are told apart by, beside the currency; at most one of the first three. */
enum summary_by { SUMMARY_DAY = 1, SUMMARY_WEEK = 2, SUMMARY_MONTH = 4, SUMMARY_CATEGORY = 8, SUMMARY_ACCOUNT = 16 };

enum { SUMMARY_ROWS_MAX = 50000 };

/* A sum and what it is of; what the query does not tell apart is 0, nil or empty. */
struct summary_group {
	day_t           period;        /* the first day of the day, the week (a Monday) or the month, which may lie before from */
	struct uuid     category_id;
	struct currency currency;
	struct slice    account;
	int64_t         sum_minor, count;
};

struct summary_query {
	day_t           from, to;      /* both included */
	unsigned        by;            /* of enum summary_by */
	struct uuid     category_id;   /* nil: all */
	struct currency currency;      /* "": all */
	struct slice    account;       /* a NULL pointer: all */
	unsigned        limit;         /* of groups, at least 1 */
	unsigned        rows_max;      /* kept totals that a pass over the range may read; 0: SUMMARY_ROWS_MAX */
	bool            has_after;     /* go on behind this group, or struct summary's next */
	struct summary_group after;
};

struct summary {
	size_t                      total_count;
	const struct summary_group *totals;    /* of the whole range, by currency */
	bool                        has_more;
	struct summary_group        next;      /* the query's after for what is missing */
	unsigned                    rows_read; /* kept totals */
};

struct summary_callbacks {
	void (*on_group)(const struct summary_group *group, void *arg);
	void (*on_end)(enum status st, const struct summary *summary, void *arg);
};

/*
 * The sums of a range from the kept totals, by period, category id, currency
 * and account.  A page may have fewer groups than the limit, even none, and go
 * on all the same.  ST_OUT_OF_RANGE: a sum does not fit; ST_TOO_BROAD: more
 * than rows_max totals in a period, or in the range.
 */
void store_summarize(struct store *store, const struct ledger *ledger, const struct summary_query *query,
    const struct summary_callbacks *callbacks, void *arg);

/*
 * What the operator is told, over all users.  Days are UTC days here.  Each
 * callback gets the rows of its kind by day, once for each shard: the caller
 * adds them up.  One that is NULL is not asked for.
 */
struct day_metrics {
	day_t   day;
	int64_t active_users;          /* for whom a message was recorded or something changed */
	int64_t new_users, deleted_users;
	int64_t messages;              /* recorded */
};

/* Expenses that are there, by the day of their recording. */
struct expense_metrics {
	day_t           day;
	struct currency currency;
	struct slice    category_key;  /* of a default category, or "own" */
	money_wide_t    sum_minor;
	int64_t         count;
};

struct ai_usage {
	int64_t calls, input_tokens, output_tokens;
	int64_t cost_micros;           /* millionths of the currency's unit */
	int64_t unpriced;              /* of the calls those whose price was not known; no cost of theirs is in it */
};

struct ai_metrics {
	day_t           day;
	struct currency currency;
	struct slice    name;          /* of the operation, or "PROVIDER/MODEL" */
	struct ai_usage usage;
};

struct metrics_callbacks {
	void (*on_day)(const struct day_metrics *row, void *arg);
	void (*on_expenses)(const struct expense_metrics *row, void *arg);
	void (*on_ai_cost)(const struct ai_metrics *row, void *arg);       /* by operation */
	void (*on_ai_model)(const struct ai_metrics *row, void *arg);
	void (*on_end)(enum status st, void *arg);
};

void store_list_metrics(struct store *store, day_t from, day_t to, const struct metrics_callbacks *callbacks, void *arg);

struct ai_user_cost {
	struct slice    user_id;
	struct ai_usage usage;
};

struct ai_user_callbacks {
	void (*on_user)(const struct ai_user_cost *cost, void *arg);
	void (*on_end)(enum status st, void *arg);
};

/* The most expensive users of a day's month in one currency: of each shard at most limit, by cost. */
void store_list_ai_users(struct store *store, day_t month, struct currency currency, unsigned limit,
    const struct ai_user_callbacks *callbacks, void *arg);

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

typedef void store_policy_fn(enum status st, const struct policy *policy, void *arg);

/* A version of a policy, or with version 0 the newest one; ST_NOT_FOUND when there is none. */
void store_get_policy(struct store *store, struct slice key, uint32_t version, store_policy_fn *fn, void *arg);

struct policy_list_callbacks {
	void (*on_policy)(const struct policy *policy, void *arg);
	/* has_more: there are versions older than the last one given. */
	void (*on_end)(enum status st, bool has_more, void *arg);
};

/* Its versions, the newest first, at most limit; before: 0, or only those below this one. */
void store_list_policy_versions(struct store *store, struct slice key, uint32_t before, unsigned limit,
    const struct policy_list_callbacks *callbacks, void *arg);

/*
 * A code that only the processes of this store can make and that is the same in
 * all of them, also after a restart (HMAC-SHA256 with the store's secret).
 */
void store_mac(const struct store *store, struct slice text, uint8_t mac[32]);

/* --- writing ------------------------------------------------------------ */

/* What a new user gets; the default categories come with it. */
struct sign_up {
	struct slice    user_id;
	struct slice    locale, zone;
	struct currency home;
	struct slice    display_name;  /* may be empty */
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
	struct slice              understood_by;    /* as in struct message, at most AI_PROVIDER_MAX bytes */
	int64_t                   received_ms, now_ms;
	struct slice              idempotency_key;  /* may be empty */
	uint8_t                   request_hash[32];
	bool                      was_in_inbox;     /* its inbox entry is taken out */
	struct slice              deliver_to;       /* with a value the reply goes to the outbox as well */
	struct slice              conversation, ref;   /* where the message was said, and the platform's id of it; may be empty */
	size_t                    button_count;     /* of the reply in the outbox, at most REPLY_BUTTONS_MAX */
	const struct reply_button *buttons;
	bool                      keeps_picture;    /* the parts of its picture were put: from now on it is there; store_picture.h */
	struct slice              dead_why;         /* not empty: a copy of it goes to the dead letters */
	struct slice              text;             /* of the message, for those two: */
	bool                      wants_suggestion; /* a job that suggests categories follows it; store_job.h */
	size_t                    expense_count;
	const struct new_expense *expenses;
	size_t                    cost_count;       /* at most MESSAGE_COSTS_MAX */
	const struct ai_cost     *costs;            /* of the providers that were asked about it, see store_add_ai_cost */
	size_t                    change_count;     /* made before the expenses are stored; store_dialogue.h */
	const struct message_change *changes;
	const struct dialogue_entry *dialogue;      /* NULL: the conversation is neither looked at nor changed */
};

enum removed_kind { REMOVED_KEY, REMOVED_REFERENCE, REMOVED_MESSAGE, REMOVED_PICTURE, REMOVED_DIALOGUE, REMOVED_TRASH, REMOVED_TOMBSTONE, REMOVED_AI_CALL,
	REMOVED_KINDS };

struct write_answer {
	bool                       is_new_user;
	bool                       is_replay;        /* it was recorded before; what follows is what was recorded then */
	struct message             message;          /* of store_record_message; id, status, reply, ids */
	size_t                     expense_count;
	const struct expense      *expenses;         /* as stored */
	struct uuid                category_id;      /* of store_name_category; of store_set_keyword the keyword's */
	struct slice               next;             /* of work in steps: where the next one begins; empty at the end */
	uint32_t                   removed[REMOVED_KINDS];   /* of store_remove_expired */
	uint32_t                   expenses_left;    /* of store_delete_category: still to be moved; 0: it is gone */
	bool                       must_wait;        /* of store_put_inbox: older ones come first */
	bool                       is_given_up;      /* of store_move_expenses: they stay where they are */
	struct slice               linked_to;        /* of store_put_inbox: the ledger it is for; of store_try_link_code */
	unsigned                   link_found;       /* of store_try_link_code: enum link_found */
};

typedef void store_write_fn(enum status st, const struct write_answer *answer, void *arg);

/*
 * Record a message with everything it changes.  ST_KEY_REUSED, ST_BAD_VALUE (no
 * such category), ST_OUT_OF_RANGE (a total would overflow), ST_STALE (the
 * conversation has moved on) or what one of the changes is refused with:
 * nothing changed.
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

/* Deleting a category, and where its expenses go. */
struct category_deletion {
	struct uuid     id;
	struct uuid     deletion_id;          /* the same one is made once */
	struct uuid     reassign_to;          /* another category; nil: none, there must be nothing to move */
	uint32_t        if_version;           /* of the category, else ST_VERSION_MISMATCH; 0: any */
	enum token_kind by;
	int64_t         now_ms;
};

/*
 * Delete a category.  Its expenses and keywords go to the other one, and so
 * does from then on whatever names it.  When it has more expenses than one
 * transaction moves it is only marked: answer->expenses_left says how many are
 * left for store_move_expenses.  ST_NOT_FOUND; ST_BAD_VALUE: no such other
 * category; ST_CONFLICT: it is "other", which stays, or nothing is said of
 * where its expenses go, or those in the trash.
 */
void store_delete_category(struct store *store, const struct ledger *ledger, const struct category_deletion *deletion,
    store_write_fn *fn, void *arg);

/* Something that is done to a keyword. */
enum keyword_action { KEYWORD_ADDED, KEYWORD_CHANGED, KEYWORD_REMOVED, KEYWORD_ACTIONS };

struct keyword_change {
	enum keyword_action action;
	struct uuid         id;               /* of the keyword */
	struct uuid         category_id;
	struct slice        text;             /* of one that is added: 1 to KEYWORD_MAX bytes of UTF-8 */
	uint32_t            priority;         /* of one that is added or changed */
	uint32_t            if_version;       /* of one that is there, else ST_VERSION_MISMATCH; 0: any */
	int64_t             now_ms;
	struct slice        idempotency_key;
	uint8_t             request_hash[32];
};

/*
 * Add a keyword, change its priority, or remove it.  ST_CONFLICT: some category
 * has it, but for case, width and the like; ST_LIMIT_REACHED: there are
 * KEYWORDS_MAX; ST_NOT_FOUND: there is no such category, or no such keyword to
 * change.  Removing what is not there does nothing.
 */
void store_set_keyword(struct store *store, const struct ledger *ledger, const struct keyword_change *change,
    store_write_fn *fn, void *arg);

/* A sign-up without a message. */
struct sign_up_entry {
	struct sign_up sign_up;
	int64_t        now_ms;
	struct slice   idempotency_key;       /* may be empty */
	uint8_t        request_hash[32];
};

/*
 * A user with the default categories, if new.  The answer says whether the user
 * is new; a repeat with the same idempotency key is told what the first was.
 */
void store_sign_up(struct store *store, const struct ledger *ledger, const struct sign_up_entry *entry,
    store_write_fn *fn, void *arg);

/* Settings of a user who is there. */
struct user_change {
	struct user user;                     /* as it will be: locale, zone, home, display_name */
	uint32_t    if_version;               /* else ST_VERSION_MISMATCH, unless all is so already; 0: any */
	int64_t     now_ms;
};

/* Change them.  Expenses that are stored keep their currency and zone.  ST_NO_USER: there is none. */
void store_change_user(struct store *store, const struct ledger *ledger, const struct user_change *change,
    store_write_fn *fn, void *arg);

typedef void store_done_fn(enum status st, void *arg);

/* What the operations of calls end with whose price is not known, so that nobody takes them for free; and the models. */
#define AI_OPERATION_UNPRICED ", price unknown"
#define AI_MODEL_UNPRICED ", unpriced"

/* What a call of an AI provider cost. */
struct ai_cost {
	struct uuid     call_id;       /* the same one is counted once, when it comes again within a day */
	int64_t         now_ms;
	struct slice    operation;     /* 1 to AI_OPERATION_MAX bytes: "parse", ... */
	struct slice    provider, model;       /* at most AI_PROVIDER_MAX and AI_MODEL_MAX bytes */
	bool            is_unpriced;   /* the cost is not known, and 0 here; the names of operation and model say so */
	struct currency currency;
	struct ai_usage usage;         /* calls at least 1, nothing negative or above 2^50; unpriced goes by is_unpriced */
	const char     *result;        /* how the call ended: a result of tables/provider_counts.def, valid for good */
	bool            is_failed;     /* nothing is known that it used: it is listed, and in no sum; usage.calls is 1 and all else 0 */
	bool            is_listed;     /* the call is kept as a row of its own: struct ai_call */
};

/* A call of an AI provider, by itself. */
struct ai_call {
	struct uuid     id;
	struct slice    user_id;       /* empty: of nobody who was signed up then */
	struct ai_cost  cost;
};

/* Calls of a UTC day, the newest first, of each shard at most limit.  ST_TOO_BROAD: the day has too many to find those of one user or model. */
struct ai_call_query {
	day_t        day;
	const struct ledger *of;       /* NULL: of all users */
	struct slice model;            /* as in cost; empty: of all */
	struct uuid  before;           /* only calls before this one, by their ids; nil: all */
	unsigned     limit;
};

struct ai_call_callbacks {
	void (*on_call)(const struct ai_call *call, void *arg);
	void (*on_end)(enum status st, void *arg);
};

void store_list_ai_calls(struct store *store, const struct ai_call_query *query, const struct ai_call_callbacks *callbacks, void *arg);

/* Count it for the ledger's user and for the day, unless it failed, and list it.  Of a user who is not there the day's part only. */
void store_add_ai_cost(struct store *store, const struct ledger *ledger, const struct ai_cost *cost, store_done_fn *fn, void *arg);

/* Keep a new token; keeping it again does nothing.  ST_CONFLICT: the key id is another one's. */
void store_put_token(struct store *store, const struct token *token, store_done_fn *fn, void *arg);

/* Make a token invalid for good.  ST_NOT_FOUND: there is none. */
void store_revoke_token(struct store *store, const uint8_t key_id[TOKEN_KEY_SIZE], store_done_fn *fn, void *arg);

/* Note that a token was used on a day; nothing is written when that is known. */
void store_note_token_used(struct store *store, const uint8_t key_id[TOKEN_KEY_SIZE], day_t day, store_done_fn *fn, void *arg);

/*
 * Store the next version of a policy, which must be one more than the newest;
 * the first one is 1, or 2 where the first is not in the store.  The same
 * change again does nothing.  ST_VERSION_MISMATCH: another one came first.
 */
void store_put_policy(struct store *store, const struct policy *policy, store_done_fn *fn, void *arg);

#endif
