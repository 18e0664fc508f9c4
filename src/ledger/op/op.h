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
#include "ledger/key.h"
#include "kv/kv.h"
#include "ledger/record/record.h"
#include "store_ai.h"
#include "store_dialogue.h"

struct op {
	struct kv    *kv;
	struct arena *arena;
	struct buf   *scratch;                     /* writes only: the record being packed */
	struct metrics_pending *metrics;           /* writes only: what the batch adds to the metrics; NULL: put at once */
	uint8_t       ledger[LEDGER_KEY_SIZE];
};

/* --- rows, for the operations themselves --------------------------------- */

/* The value at key, copied to the arena; false when there is none or something failed. */
bool op_get(struct op *op, enum table table, const struct key *key, struct slice *value);

/* Put what is in the scratch buffer, and clear it. */
void op_put_scratch(struct op *op, enum table table, const struct key *key);

/* The keys from prefix on that have it, at most max of them; how many there are. */
size_t op_collect_keys(struct op *op, enum table table, const struct key *prefix, struct key *keys, size_t max);

/* --- users and categories: op_user.c ------------------------------------- */

enum { DEFAULT_CATEGORIES = 5 };

/* A user, read or about to be made. */
struct user_plan {
	bool            is_new;
	struct user     user;
	struct category categories[DEFAULT_CATEGORIES];   /* of a new user */
};

enum status op_get_person(struct op *op, struct person *person);

/* The user's row alone. */
enum status user_get(struct op *op, struct user *user);
void user_put(struct op *op, const struct user *user);

/* Read the user, or plan the new one; ST_NO_USER when there is none and the sign-up names none. */
enum status user_plan(struct op *op, const struct sign_up *sign_up, int64_t now_ms, struct user_plan *plan);
void user_apply(struct op *op, const struct user_plan *plan);

/*
 * The category of an expense: by id, or by key when id is nil.  Of one that is
 * deleted, or is about to be, the one that takes its place; of a default one
 * "other".  ST_BAD_VALUE: the user has and had none such.
 */
enum status category_find(struct op *op, const struct user_plan *plan, const struct uuid *id, struct slice key,
    struct category *category);
void category_put(struct op *op, const struct category *category);

/* By id, just this one; ST_BAD_VALUE when there is none. */
enum status category_get(struct op *op, const struct uuid *id, struct category *category);

/* One that is there, not about to be deleted; ST_BAD_VALUE when there is none. */
enum status category_get_present(struct op *op, const struct uuid *id, struct category *category);

enum status op_name_category(struct op *op, const struct category_name *name, struct write_answer *answer);   /* op_category.c */

/* The rows of all its names. */
void category_del_names(struct op *op, const struct category *category);

/* --- deleting categories: op_delete_category.c ---------------------------------- */

/* Expenses that one transaction moves to another category: 1.5 ms of work were measured. */
enum { MOVED_AT_ONCE = 200 };

enum status op_delete_category(struct op *op, const struct category_deletion *deletion, struct write_answer *answer);
enum status op_move_expenses(struct op *op, const struct uuid *category_id, int64_t now_ms, struct write_answer *answer);
enum status op_list_category_moves(struct op *op, unsigned shard, unsigned limit,
    void (*on_move)(const struct category_move *deletion, void *arg), void *arg);

/* Where the expenses of a deleted category went; ST_NOT_FOUND when there was none. */
enum status redirect_get(struct op *op, const struct uuid *category_id, struct redirect *redirect);

/* --- keywords: op_keyword.c ------------------------------------------------------ */

/* All of the ledger in the order in which they are tried, in the arena. */
enum status keywords_get(struct op *op, struct person *person);

/* Give those of one category to another one, or remove them when that one is nil. */
void keywords_move(struct op *op, const struct uuid *from, const struct uuid *to);

enum status op_set_keyword(struct op *op, const struct keyword_change *change, struct write_answer *answer);

enum status op_sign_up(struct op *op, const struct sign_up_entry *entry, struct write_answer *answer);
enum status op_change_user(struct op *op, const struct user_change *change, struct write_answer *answer);

/* --- totals: op_totals.c -------------------------------------------------- */

/* What some expenses add to the kept totals and to the categories' counts, or take from them, each row once. */
struct total_change {
	struct key key;
	struct sum sum;                            /* the new value */
};

struct metric_change;

struct totals_plan {
	size_t                count, category_count, metric_count;
	struct total_change  *changes;
	struct metric_change *metrics;
	struct category      *categories;          /* with their new counts */
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

/* The same, until the callback clears *goes_on or fails; the account is valid until it returns. */
enum status totals_walk(struct op *op, bool by_month, day_t from, day_t to,
    enum status (*on_total)(const struct total *total, bool *goes_on, void *arg), void *arg);

/* --- metrics: op_metrics.c, op_ai_cost.c; the writing is in metrics.h -------- */

/* callbacks->on_end is the caller's. */
enum status op_list_metrics(struct op *op, day_t from, day_t to, const struct metrics_callbacks *callbacks, void *arg);

enum status op_add_ai_cost(struct op *op, const struct ai_cost *cost);
enum status ai_cost_check(const struct ai_cost *cost);
enum status op_list_ai_users(struct op *op, day_t month, struct currency currency, unsigned limit,
    void (*on_user)(const struct ai_user_cost *cost, void *arg), void *arg);

/* query->of is the op's ledger. */
enum status op_list_ai_calls(struct op *op, const struct ai_call_query *query, void (*on_call)(const struct ai_call *call, void *arg), void *arg);

/* Of the op's ledger. */
enum status op_list_own_calls(struct op *op, const struct own_call_query *query, void (*on_call)(const struct ai_call *call, void *arg), void *arg,
    bool *has_more);
enum status op_list_ai_months(struct op *op, void (*on_month)(const struct ai_month_cost *cost, void *arg), void *arg);

enum status op_remove_ai_calls(struct op *op, day_t before, struct write_answer *answer);

/* Remove the call of this row of a ledger, there and from the list. */
void ai_call_remove(struct op *op, struct slice row);

/* Take out the ledger's AI costs, with the user's name; the shard's stay. */
void ai_costs_forget(struct op *op);

/* --- summaries: op_summary.c ---------------------------------------------- */

/* on_group's account and the summary lie in the arena. */
enum status op_summarize(struct op *op, const struct summary_query *query, void (*on_group)(const struct summary_group *group, void *arg),
    void *arg, struct summary *summary);

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
enum status op_put_expenses(struct op *op, const struct expense_batch *batch, struct write_answer *answer);

/* --- lists of expenses: op_list.c ------------------------------------------ */

enum status op_list_expenses(struct op *op, const struct expense_query *query,
    void (*on_expense)(const struct expense *expense, void *arg), void *arg, bool *has_more);

/* --- what happens to expenses later: op_change.c ---------------------------- */

enum status op_change_expense(struct op *op, const struct expense_change *change, struct write_answer *answer);

/* Whether the expense was ever changed or deleted, as far as the trash remembers. */
bool expense_has_history(struct op *op, const struct uuid *id);

/* The row of history, which the expense must agree with. */
void event_put(struct op *op, const struct expense_event *event);

/*
 * Whether an expense in the trash can still be restored to this category.
 * ST_LIMIT_REACHED: there are too many to look at.
 */
enum status trash_has_category(struct op *op, const struct uuid *category_id, int64_t now_ms, bool *is_there);

enum status op_list_history(struct op *op, const struct history_query *query,
    void (*on_event)(const struct expense_event *event, void *arg), void *arg, bool *has_more);

/* --- messages: op_message.c, op_dedupe.c ---------------------------------- */

/* A message that was recorded or that waits in the inbox. */
enum status op_get_message(struct op *op, const struct uuid *id, struct message *message, bool *is_sign_up);

/* *last is set to the last one looked at, if there was one. */
enum status op_list_messages(struct op *op, const struct message_query *query,
    void (*on_message)(const struct message *message, void *arg), void *arg, bool *has_more, struct uuid *last);

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

/* --- conversations: op_dialogue.c ------------------------------------------- */

enum status op_get_dialogue(struct op *op, struct slice conversation, struct dialogue *dialogue);

/* ST_STALE: the conversation is not as it was read. */
enum status dialogue_check(struct op *op, const struct dialogue_entry *entry);
void dialogue_put(struct op *op, const struct dialogue_entry *entry);

/*
 * Make those changes that come before a message is recorded or, is_last, those
 * behind it.  Each one sees what those before it changed; so when one is
 * refused the transaction is of no use any more, if others were made before.
 */
enum status changes_make(struct op *op, const struct message_change *changes, size_t count, bool is_last);

/* The ids lie in the arena. */
enum status op_find_last_entry(struct op *op, struct message *message);

/* op_change.c */
enum status op_list_deleted(struct op *op, int64_t now_ms, unsigned limit,
    void (*on_expense)(const struct expense *expense, void *arg), void *arg);

/* --- several identities, one ledger: op_link.c, op_link_code.c; see store_link.h --- */

enum status op_set_alias(struct op *op, const struct link_change *change);
enum status op_set_link(struct op *op, const struct link_change *change);
enum status op_get_hindrance(struct op *op, struct link_hindrance *hindrance);
enum status op_list_aliases(struct op *op, void (*on_alias)(const struct alias *alias, void *arg), void *arg);
bool alias_is_known(struct op *op, struct slice user_id);

enum status op_put_link_code(struct op *op, const struct link_code *code);
enum status op_try_link_code(struct op *op, const struct link_try *link_try, struct write_answer *answer);

/* Of a user who is deleted. */
enum status link_codes_forget(struct op *op, struct slice user_id);

/* --- policies: op_policy.c; see store.h ------------------------------------ */

enum status op_get_policy(struct op *op, struct slice key, uint32_t version, struct policy *policy);
enum status op_list_policy_versions(struct op *op, struct slice key, uint32_t before, unsigned limit,
    void (*on_policy)(const struct policy *policy, void *arg), void *arg, bool *has_more);
enum status op_put_policy(struct op *op, const struct policy *policy);

/* --- tokens: op_token.c --------------------------------------------------- */

enum status op_get_token(struct op *op, const uint8_t key_id[TOKEN_KEY_SIZE], struct token *token);
enum status op_put_token(struct op *op, const struct token *token);
enum status op_revoke_token(struct op *op, const uint8_t key_id[TOKEN_KEY_SIZE]);
enum status op_note_token_used(struct op *op, const uint8_t key_id[TOKEN_KEY_SIZE], day_t day);

/* *next in the arena, or NULL. */
enum status op_list_tokens(struct op *op, const struct token_query *query,
    void (*on_token)(const struct token *token, void *arg), void *arg, const uint8_t **next);

/* --- deleting users: op_deletion.c ----------------------------------------- */

/*
 * Whether a write may go to this ledger: ST_BEING_DELETED while its user is
 * being deleted; ST_GONE for what has an id of before the end of that.  arrived_ms: the time of its id.
 */
enum status ledger_check(struct op *op, int64_t arrived_ms);

enum status op_begin_deletion(struct op *op, const struct deletion *deletion);
enum status op_delete_step(struct op *op, struct slice from, int64_t now_ms, struct write_answer *answer);
enum status op_list_deletions(struct op *op, unsigned limit, void (*on_deletion)(struct slice user_id, void *arg), void *arg);
enum status op_remove_tokens(struct op *op, struct slice user_id, struct slice from, struct write_answer *answer);

/* --- what is kept no longer: op_retention.c --------------------------------- */

/* *next, in the arena, is where the next part begins; empty at the end. */
enum status op_list_expired(struct op *op, const struct expired_query *query, void (*on_row)(struct slice row, void *arg),
    void *arg, struct slice *next);
enum status op_remove_expired(struct op *op, const struct expired_query *query, const struct slice *rows, size_t count,
    struct write_answer *answer);

/* --- what people confirmed of words: op_confirmed.c -------------------------- */

/* looks: rows that may be looked at, and then how many are left.  *next as above; from is one, or empty. */
typedef void confirmed_row_fn(const struct confirmed *confirmed, void *arg);
enum status op_list_confirmed(struct op *op, struct slice from, unsigned *looks, confirmed_row_fn *on_row, void *arg, struct slice *next);

/* op_change.c: a row of the trash that may be forgotten; removes it with its history, perhaps not all at once. */
bool trash_is_expired(struct slice row, int64_t now_ms);
bool trash_forget(struct op *op, const struct key *row);

#endif
