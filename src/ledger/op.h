/* SPDX-License-Identifier: MIT */
/*
 * The operations of the store, written once over a kv transaction.
 *
 * A write checks everything before its first put: with any status but ST_OK
 * nothing was put, and the transaction may go on with other commands, unless
 * the transaction itself has an error.  What an operation gives back lies in
 * its arena or in the caller's command.
 */
#ifndef OP_H
#define OP_H

#include "arena.h"
#include "key.h"
#include "kv/kv.h"
#include "record.h"
#include "store.h"

struct op {
	struct kv    *kv;
	struct arena *arena;
	struct buf   *scratch;                     /* writes only: the record being packed */
	uint8_t       ledger[LEDGER_KEY_SIZE];
};

/* --- rows, for the operations themselves --------------------------------- */

/* The value at key, copied to the arena; false when there is none or something failed. */
bool op_get(struct op *op, enum table table, const struct key *key, struct slice *value);

/* Put what is in the scratch buffer, and clear it. */
void op_put_scratch(struct op *op, enum table table, const struct key *key);

/* --- users and categories: op_user.c ------------------------------------- */

enum { DEFAULT_CATEGORIES = 5 };

/* A user, read or about to be made. */
struct user_plan {
	bool            is_new;
	struct user     user;
	struct category categories[DEFAULT_CATEGORIES];   /* of a new user */
};

enum status op_get_person(struct op *op, struct person *person);

/* Read the user, or plan the new one; ST_NO_USER when there is none and the sign-up names none. */
enum status user_plan(struct op *op, const struct sign_up *sign_up, int64_t now_ms, struct user_plan *plan);
void user_apply(struct op *op, const struct user_plan *plan);

/* The category of an expense: by id, or by key when id is nil.  ST_BAD_VALUE: the user has none such. */
enum status category_find(struct op *op, const struct user_plan *plan, const struct uuid *id, struct slice key,
    struct category *category);
void category_put(struct op *op, const struct category *category);

/* By id; ST_BAD_VALUE when there is none. */
enum status category_get(struct op *op, const struct uuid *id, struct category *category);

enum status op_name_category(struct op *op, const struct category_name *name, struct write_answer *answer);   /* op_category.c */

enum status op_sign_up(struct op *op, const struct sign_up *sign_up, int64_t now_ms, struct write_answer *answer);

/* --- totals: op_totals.c -------------------------------------------------- */

/* What some expenses add to the kept totals and to the categories' counts, or take from them, each row once. */
struct total_change {
	struct key key;
	struct sum sum;                            /* the new value */
};

struct totals_plan {
	size_t               count, category_count;
	struct total_change *changes;
	struct category     *categories;           /* with their new counts */
};

/* Room for expense_count expenses; false when there is no memory. */
bool totals_plan_init(struct totals_plan *plan, struct op *op, size_t expense_count);

/* Count one expense in or out.  ST_OUT_OF_RANGE: a total would overflow. */
enum totals_way { TOTALS_OUT = -1, TOTALS_IN = 1 };
enum status totals_plan_count(struct totals_plan *plan, struct op *op, const struct expense *expense,
    const struct category *category, enum totals_way way);
void totals_apply(struct op *op, const struct totals_plan *plan);

enum status op_list_totals(struct op *op, bool by_month, day_t from, day_t to,
    void (*on_total)(const struct total *total, void *arg), void *arg);

/* --- expenses: op_expense.c ----------------------------------------------- */

struct expenses_plan {
	size_t             count;
	struct expense    *expenses;               /* as they will be stored */
	struct totals_plan totals;
};

/* Whether its fields are within their limits. */
enum status expense_check(const struct expense *expense);

/* Its rows; the totals are the caller's. */
void expense_put(struct op *op, const struct expense *expense);
void expense_del(struct op *op, const struct expense *expense);

/* Check new expenses and see what storing them changes.  ST_CONFLICT: an id is there already or twice. */
enum status expenses_plan(struct op *op, const struct user_plan *user, const struct new_expense *new, size_t count,
    const struct uuid *message_id, int64_t now_ms, struct expenses_plan *plan);
void expenses_apply(struct op *op, const struct expenses_plan *plan);

/* Those of the ids that are there, in the arena. */
enum status expenses_load(struct op *op, const struct uuid *ids, size_t count, struct write_answer *answer);

enum status op_get_expense(struct op *op, const struct uuid *id, struct expense *expense);
enum status op_list_expenses(struct op *op, const struct expense_query *query,
    void (*on_expense)(const struct expense *expense, void *arg), void *arg, bool *has_more);
enum status op_put_expenses(struct op *op, const struct expense_batch *batch, struct write_answer *answer);

/* --- what happens to expenses later: op_change.c ---------------------------- */

enum status op_change_expense(struct op *op, const struct expense_change *change, struct write_answer *answer);

/* Whether the expense was ever changed or deleted, as far as the trash remembers. */
bool expense_has_history(struct op *op, const struct uuid *id);

enum status op_list_history(struct op *op, const struct history_query *query,
    void (*on_event)(const struct expense_event *event, void *arg), void *arg, bool *has_more);

/* --- messages: op_message.c, op_dedupe.c ---------------------------------- */

/* A message that was recorded or that waits in the inbox. */
enum status op_get_message(struct op *op, const struct uuid *id, struct message *message, bool *is_sign_up);
enum status op_record_message(struct op *op, const struct message_entry *entry, struct write_answer *answer);

/*
 * What was done before with an idempotency key.  ST_NOT_FOUND: nothing, or the
 * key is empty.  ST_KEY_REUSED: with another request.
 */
enum status dedupe_find(struct op *op, struct slice key, const uint8_t request_hash[32], struct dedupe *dedupe);
void dedupe_put(struct op *op, struct slice key, const struct dedupe *dedupe);

/* Answer as the request did that left this behind.  ST_NOT_FOUND: what it did is gone. */
enum status dedupe_answer(struct op *op, const struct dedupe *dedupe, struct write_answer *answer);

enum status op_find_replay(struct op *op, struct slice key, const uint8_t request_hash[32], struct message *message);

/* --- inbox and tokens: op_inbox.c, op_token.c ----------------------------- */

enum status op_put_inbox(struct op *op, const struct inbox_entry *entry);
enum status op_count_attempt(struct op *op, const struct uuid *message_id);
enum status inbox_get(struct op *op, const struct uuid *message_id, struct inbox_entry *entry);
void inbox_del(struct op *op, const struct uuid *message_id);
enum status op_list_inbox(struct op *op, int64_t received_before_ms, unsigned limit,
    void (*on_entry)(const struct inbox_entry *entry, void *arg), void *arg);

void outbox_put(struct op *op, const struct uuid *message_id, const struct outbox_entry *entry);

enum status op_get_token(struct op *op, const uint8_t key_id[TOKEN_KEY_SIZE], struct token *token);
enum status op_put_token(struct op *op, const struct token *token);
enum status op_revoke_token(struct op *op, const uint8_t key_id[TOKEN_KEY_SIZE]);
enum status op_note_token_used(struct op *op, const uint8_t key_id[TOKEN_KEY_SIZE], day_t day);

/* *next in the arena, or NULL. */
enum status op_list_tokens(struct op *op, const struct token_query *query,
    void (*on_token)(const struct token *token, void *arg), void *arg, const uint8_t **next);

#endif
