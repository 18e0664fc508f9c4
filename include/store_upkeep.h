/* SPDX-License-Identifier: MIT */
/* What is removed from the store in steps, what it keeps for a time only, and how it fares; see store.h. */
#ifndef STORE_UPKEEP_H
#define STORE_UPKEEP_H

#include "store.h"

/* --- deleting a user ------------------------------------------------------ */

struct deletion {
	struct slice user_id;
	int64_t      created_ms;       /* of the user that is meant, who may be deleted and another one already */
	int64_t      now_ms;
};

/*
 * Begin to delete a user with all that belongs to the user: from then on there
 * is no such user, and writes are refused with ST_BEING_DELETED until
 * store_delete_step has come to its end.  Beginning again does nothing.  ST_NO_USER:
 * there is none.
 *
 * Afterwards the user can sign up anew, with an empty ledger.  Messages that
 * arrived before the end, by the time of their ids, are refused with ST_GONE, idempotency keys
 * that were used with ST_KEY_REUSED, both for KEPT_DAYS.
 */
void store_begin_deletion(struct store *store, const struct ledger *ledger, const struct deletion *deletion, store_done_fn *fn,
    void *arg);

/*
 * Remove the next rows, a bounded number; from is the answer's next of the step before, empty at first or after a crash.
 * ST_CONFLICT: what is left are replies made since the beginning, which may be sent for FAREWELL_MS; begin again a moment later.
 */
enum { FAREWELL_MS = 60000 };
void store_delete_step(struct store *store, const struct ledger *ledger, struct slice from, int64_t now_ms, store_write_fn *fn,
    void *arg);

/* Remove user tokens of a user, in steps as well. */
void store_remove_tokens(struct store *store, struct slice user_id, struct slice from, store_write_fn *fn, void *arg);

struct deletion_list_callbacks {
	void (*on_deletion)(struct slice user_id, void *arg);
	void (*on_end)(enum status st, void *arg);
};

/* Users of one shard whose deletion has begun and not ended, at most limit. */
void store_list_deletions(struct store *store, unsigned shard, unsigned limit, const struct deletion_list_callbacks *callbacks,
    void *arg);

/* --- deleting a category ------------------------------------------------- */

/* A category whose expenses are still being moved. */
struct category_move {
	struct ledger ledger;
	struct uuid   category_id;
	int64_t       started_ms;
};

struct category_move_list_callbacks {
	void (*on_move)(const struct category_move *deletion, void *arg);
	void (*on_end)(enum status st, void *arg);
};

/* Those of one shard, at most limit. */
void store_list_category_moves(struct store *store, unsigned shard, unsigned limit, const struct category_move_list_callbacks *callbacks,
    void *arg);

/*
 * Move some more of the expenses of a category that is being deleted; with the
 * last of them it is gone.  Anybody may do so at any time.  is_given_up: a
 * total would overflow; it is not deleted and keeps what it still has.
 */
void store_move_expenses(struct store *store, const struct ledger *ledger, const struct uuid *category_id, int64_t now_ms,
    store_write_fn *fn, void *arg);

/* --- what is kept for a time ---------------------------------------------- */

/* A part of a walk over all rows of a shard, looking for what is kept no longer. */
struct expired_query {
	int64_t      now_ms;
	uint32_t     picture_days;     /* that pictures are kept; 0: none are */
	struct slice from;             /* where the part before ended; empty: from the first row */
	unsigned     looks;            /* rows looked at, at most */
	unsigned     limit;            /* rows found, 1 to EXPIRED_MAX */
};

enum { EXPIRED_MAX = 128 };

struct expired_list_callbacks {
	void (*on_row)(struct slice row, void *arg);   /* for store_remove_expired; its bytes mean nothing to others */
	/* next: where the next part begins; empty at the end of the shard. */
	void (*on_end)(enum status st, struct slice next, void *arg);
};

void store_list_expired(struct store *store, unsigned shard, const struct expired_query *query,
    const struct expired_list_callbacks *callbacks, void *arg);

/* Remove rows that store_list_expired gave for the query, unless they are not expired any more by its times. */
void store_remove_expired(struct store *store, unsigned shard, const struct expired_query *query, const struct slice *rows, size_t count,
    store_write_fn *fn, void *arg);

/* Remove calls of AI providers from days before this one, at most AI_CALLS_AT_ONCE; the answer says how many. */
enum { AI_CALLS_AT_ONCE = 256 };
void store_remove_ai_calls(struct store *store, unsigned shard, day_t before, store_write_fn *fn, void *arg);

/* --- what people confirmed of words ---------------------------------------- */

/* That somebody has a keyword, or has filed an expense elsewhere.  Nothing of a user who is being deleted is told. */
struct confirmed {
	uint64_t     voter;            /* tells users apart; what one of them confirmed comes in one run, the latest last */
	struct slice word;             /* the keyword, or the description of the expense; valid until the return */
	struct slice category_key;     /* "food", ...; empty: a category of their own, or one that they renamed */
};

struct confirmed_callbacks {
	void (*on_row)(const struct confirmed *confirmed, void *arg);
	/* next: where the next part begins; empty at the end of the shard.  looks: rows that might still have been looked at. */
	void (*on_end)(enum status st, struct slice next, unsigned looks, void *arg);
};

/* A part of a walk over a shard: from where the part before ended, or empty, and so many rows. */
void store_list_confirmed(struct store *store, unsigned shard, struct slice from, unsigned looks, const struct confirmed_callbacks *callbacks,
    void *arg);

/* --- upkeep ------------------------------------------------------------- */

/* Free the reader slots of dead processes in all shards; how many there were. */
unsigned store_clear_dead_readers(struct store *store);

/* How full one shard is, or the index, whose number is the shards' count; all 0 where the engine has no such thing. */
struct store_usage {
	uint64_t readers, reader_slots;
	uint64_t pages, pages_free, pages_max;  /* ever used; of these free again; that there may be */
	uint64_t page_bytes;
	uint64_t messages, replies, jobs, dead_letters;   /* that wait, or were given up */
};

void store_get_usage(struct store *store, unsigned shard, struct store_usage *usage);

/*
 * Bring the store into memory while the event loop goes on, in pieces that may each stall it for as long as the disk
 * takes; nothing where it takes more than half of the memory.  For one process after a start.
 */
void store_read_ahead(struct store *store);

#endif
