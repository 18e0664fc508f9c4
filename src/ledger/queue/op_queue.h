/* SPDX-License-Identifier: MIT */
/*
 * The operations on what waits: inbox, outbox, jobs, dead letters, references; see
 * store_queue.h, store_job.h, store_dead.h and op.h.  Their rows have the key ledger, message id; of dead
 * letters a byte more, which says what it is.
 */
#ifndef OP_QUEUE_H
#define OP_QUEUE_H

#include "ledger/op/op.h"
#include "store_dead.h"

/* --- op_inbox.c ---------------------------------------------------------------------------- */

enum status op_put_inbox(struct op *op, const struct inbox_entry *entry, struct write_answer *answer);
enum status op_claim_message(struct op *op, const struct inbox_claim *claim);

/* ST_NOT_FOUND: there is none of this ledger. */
enum status inbox_get(struct op *op, const struct uuid *message_id, struct inbox_entry *entry);
void inbox_put(struct op *op, const struct inbox_entry *entry);
void inbox_del(struct op *op, const struct uuid *message_id);

/* Say whose ledger a message is for that comes to this one. */
enum status inbox_direct(struct op *op, struct inbox_entry *entry);

enum status op_first_message(struct op *op, struct inbox_entry *entry);
enum status op_list_due_messages(struct op *op, const struct due_query *query,
    void (*on_message)(const struct inbox_entry *entry, void *arg), void *arg, struct slice *next);

/* Of the ledger, as messages. */
enum status op_list_waiting(struct op *op, const struct message_query *query,
    void (*on_message)(const struct message *message, void *arg), void *arg, bool *has_more, struct uuid *last);

/* --- op_outbox.c --------------------------------------------------------------------------- */

void outbox_put(struct op *op, const struct outbox_entry *entry);

/* Joins a notice to the same conversation that is not due yet, so that the two leave as one message. */
void notice_put(struct op *op, const struct outbox_entry *notice);
enum status op_claim_reply(struct op *op, const struct reply_claim *claim);
enum status op_finish_reply(struct op *op, const struct reply_outcome *outcome);
enum status op_first_reply(struct op *op, int64_t now_ms, struct outbox_entry *entry);
enum status op_list_due_replies(struct op *op, const struct due_query *query,
    void (*on_reply)(const struct outbox_entry *entry, void *arg), void *arg, struct slice *next);

/* --- op_dead.c ----------------------------------------------------------------------------- */

void dead_letter_put(struct op *op, const struct dead_letter *letter);
enum status op_list_dead(struct op *op, const struct due_query *query,
    void (*on_letter)(const struct dead_letter *letter, void *arg), void *arg, struct slice *next);
enum status op_settle_dead(struct op *op, const struct dead_letter_action *action);

/* --- op_job.c ------------------------------------------------------------------------------ */

void job_put(struct op *op, const struct queued_job *job);

/* Unless too many of the ledger wait. */
void job_put_new(struct op *op, const struct queued_job *job);
enum status op_claim_job(struct op *op, const struct inbox_claim *claim);
enum status op_finish_job(struct op *op, const struct queued_outcome *outcome);
enum status op_list_due_jobs(struct op *op, const struct due_query *query,
    void (*on_job)(const struct queued_job *job, void *arg), void *arg, struct slice *next);
enum status op_list_jobs(struct op *op, void (*on_job)(const struct queued_job *job, void *arg), void *arg);

/* --- a clock that was set back, in op_inbox.c, op_outbox.c and op_job.c ------------------------ */

/* ST_NOT_FOUND: it is done. */
enum status inbox_bring_forward(struct op *op, const struct bringing_forward *change);
enum status outbox_bring_forward(struct op *op, const struct bringing_forward *change);
enum status job_bring_forward(struct op *op, const struct bringing_forward *change);

/* Any of the three. */
enum status op_bring_forward(struct op *op, const struct bringing_forward *change);

/* Whether a listing that asks for them gives what lies so far ahead. */
static inline bool
queue_is_far(int64_t not_before_ms, int64_t far_ms)
{
	return far_ms != 0 && not_before_ms > far_ms;
}

/* --- op_reference.c ------------------------------------------------------------------------ */

/* An empty ref is no reference. */
void reference_put(struct op *op, struct slice conversation, struct slice ref, const struct uuid *message_id, int64_t now_ms);
enum status op_find_reference(struct op *op, struct slice conversation, struct slice ref, struct message *message);

/* --- op_queue.c: the walk ------------------------------------------------------------------ */

/* The key of a waiting row, or without an id the start of all of the ledger. */
struct key queue_key(const uint8_t ledger[LEDGER_KEY_SIZE], const struct uuid *id);

/* The id in such a key; false when it is none. */
bool queue_read_key(struct slice key, struct uuid *id);

/* Whether older ones of the ledger wait. */
bool queue_has_older(struct op *op, enum table table, const struct uuid *id);

/* A row of a walk; false: it is damaged.  *wants_next, false at first: the next row of this ledger is to be looked at as well. */
typedef bool queue_row_fn(const struct kv_cursor *cursor, bool *wants_next, void *arg);

/*
 * Look at rows of a table from query->from on, ledger by ledger.  Those that are
 * damaged are passed over; ST_BAD_RECORD says behind the walk that there were such.
 */
enum status queue_walk(struct op *op, enum table table, const struct due_query *query,
    queue_row_fn *on_row, void *arg, struct slice *next);

/* The same in the op's ledger alone, and nothing says that there were such.  What fails is the transaction's. */
void queue_walk_ledger(struct op *op, enum table table, queue_row_fn *on_row, void *arg);

#endif
