/* SPDX-License-Identifier: MIT */
/* The interface of the store over an engine; see store.h and engine.h. */
#include "config.h"

#include "store_upkeep.h"

#include "clock.h"
#include "counters.h"
#include "engine.h"
#include "reading.h"

void
store_close(struct store *store)
{
	if (store == NULL)
		return;
	arena_fini(&store->spare);
	store->ops->close(store);
}

struct ledger
store_ledger(const struct store *store, struct slice ledger_id)
{
	return ledger_hash_place(store->hash, ledger_id);
}

unsigned
store_shard_count(const struct store *store)
{
	return store->shard_count;
}

void
store_enter(struct store *store, void (*fn)(void *arg), void *arg)
{
	if (store->ops->enter == NULL || !store->ops->enter(store, fn, arg))
		fn(arg);
}

bool
store_may_wait(const struct store *store)
{
	return store->ops->enter != NULL;
}

unsigned
store_clear_dead_readers(struct store *store)
{
	return store->ops->clear_dead_readers(store);
}

void
store_get_usage(struct store *store, unsigned shard, struct store_usage *usage)
{
	*usage = (struct store_usage){ 0 };
	if (store->ops->get_usage != NULL)
		store->ops->get_usage(store, shard, usage);
}

void
store_read_ahead(struct store *store)
{
	if (store->ops->read_ahead != NULL)
		store->ops->read_ahead(store);
}

/* --- reading -------------------------------------------------------------------- */

void
store_get_person(struct store *store, const struct ledger *ledger, store_person_fn *fn, void *arg)
{
	struct reading r;
	struct person person = { 0 };

	if (reading_begin(&r, store, ledger->shard, ledger))
		r.st = op_get_person(&r.op, &person);
	reading_end(&r, DISTRIBUTION_read_person_ns);
	fn(r.st, r.st == ST_OK ? &person : NULL, arg);
	reading_fini(&r);
}

void
store_list_expenses(struct store *store, const struct ledger *ledger, const struct expense_query *query,
    const struct expense_list_callbacks *callbacks, void *arg)
{
	struct reading r;
	bool has_more = false;

	if (reading_begin(&r, store, ledger->shard, ledger))
		r.st = op_list_expenses(&r.op, query, callbacks->on_expense, arg, &has_more);
	reading_end(&r, DISTRIBUTION_read_expenses_ns);
	callbacks->on_end(r.st, has_more, arg);
	reading_fini(&r);
}

void
store_get_expense(struct store *store, const struct ledger *ledger, const struct uuid *id, store_expense_fn *fn, void *arg)
{
	struct reading r;
	struct expense expense = { 0 };

	if (reading_begin(&r, store, ledger->shard, ledger))
		r.st = op_get_expense(&r.op, id, &expense);
	reading_end(&r, DISTRIBUTION_read_expense_ns);
	fn(r.st, r.st == ST_OK ? &expense : NULL, arg);
	reading_fini(&r);
}

void
store_list_history(struct store *store, const struct ledger *ledger, const struct history_query *query,
    const struct history_callbacks *callbacks, void *arg)
{
	struct reading r;
	bool has_more = false;

	if (reading_begin(&r, store, ledger->shard, ledger))
		r.st = op_list_history(&r.op, query, callbacks->on_event, arg, &has_more);
	reading_end(&r, DISTRIBUTION_read_history_ns);
	callbacks->on_end(r.st, has_more, arg);
	reading_fini(&r);
}

void
store_get_message(struct store *store, const struct ledger *ledger, const struct uuid *id, store_message_fn *fn, void *arg)
{
	struct reading r;
	struct message message = { 0 };
	bool is_sign_up;

	if (reading_begin(&r, store, ledger->shard, ledger))
		r.st = ledger_check(&r.op, INT64_MAX);
	if (r.st == ST_OK)
		r.st = op_get_message(&r.op, id, &message, &is_sign_up);
	else if (r.st == ST_BEING_DELETED)
		r.st = ST_NOT_FOUND;
	reading_end(&r, DISTRIBUTION_read_messages_ns);
	fn(r.st, r.st == ST_OK ? &message : NULL, arg);
	reading_fini(&r);
}

/* Both lists of messages. */
typedef enum status list_messages_op(struct op *op, const struct message_query *query,
    void (*on_message)(const struct message *message, void *arg), void *arg, bool *has_more, struct uuid *last);

static void
list_messages(struct store *store, const struct ledger *ledger, const struct message_query *query, list_messages_op *list,
    const struct message_list_callbacks *callbacks, void *arg)
{
	struct uuid last = query->after_id;
	struct reading r;
	bool has_more = false;

	if (reading_begin(&r, store, ledger->shard, ledger))
		r.st = list(&r.op, query, callbacks->on_message, arg, &has_more, &last);
	reading_end(&r, DISTRIBUTION_read_messages_ns);
	callbacks->on_end(r.st, has_more, &last, arg);
	reading_fini(&r);
}

void
store_list_messages(struct store *store, const struct ledger *ledger, const struct message_query *query,
    const struct message_list_callbacks *callbacks, void *arg)
{
	list_messages(store, ledger, query, op_list_messages, callbacks, arg);
}

void
store_list_waiting(struct store *store, const struct ledger *ledger, const struct message_query *query,
    const struct message_list_callbacks *callbacks, void *arg)
{
	list_messages(store, ledger, query, op_list_waiting, callbacks, arg);
}

void
store_find_replay(struct store *store, const struct ledger *ledger, struct slice key, const uint8_t request_hash[32],
    store_message_fn *fn, void *arg)
{
	struct reading r;
	struct message message = { 0 };

	if (reading_begin(&r, store, ledger->shard, ledger))
		r.st = op_find_replay(&r.op, key, request_hash, &message);
	reading_end(&r, DISTRIBUTION_read_messages_ns);
	fn(r.st, r.st == ST_OK ? &message : NULL, arg);
	reading_fini(&r);
}

void
store_list_totals(struct store *store, const struct ledger *ledger, bool by_month, day_t from, day_t to,
    const struct total_list_callbacks *callbacks, void *arg)
{
	struct reading r;

	if (reading_begin(&r, store, ledger->shard, ledger))
		r.st = op_list_totals(&r.op, by_month, from, to, callbacks->on_total, arg);
	reading_end(&r, DISTRIBUTION_read_summary_ns);
	callbacks->on_end(r.st, arg);
	reading_fini(&r);
}

void
store_summarize(struct store *store, const struct ledger *ledger, const struct summary_query *query,
    const struct summary_callbacks *callbacks, void *arg)
{
	struct reading r;
	struct summary summary = { 0 };

	if (reading_begin(&r, store, ledger->shard, ledger))
		r.st = op_summarize(&r.op, query, callbacks->on_group, arg, &summary);
	reading_end(&r, DISTRIBUTION_read_summary_ns);
	callbacks->on_end(r.st, &summary, arg);
	reading_fini(&r);
}

void
store_list_metrics(struct store *store, day_t from, day_t to, const struct metrics_callbacks *callbacks, void *arg)
{
	enum status st = ST_OK;

	for (unsigned shard = 0; st == ST_OK && shard < store->shard_count; shard++) {
		struct reading r;

		if (reading_begin(&r, store, shard, NULL))
			r.st = op_list_metrics(&r.op, from, to, callbacks, arg);
		reading_end(&r, DISTRIBUTION_read_other_ns);
		st = r.st;
		reading_fini(&r);
	}
	callbacks->on_end(st, arg);
}

void
store_list_ai_users(struct store *store, day_t month, struct currency currency, unsigned limit,
    const struct ai_user_callbacks *callbacks, void *arg)
{
	enum status st = ST_OK;

	for (unsigned shard = 0; st == ST_OK && shard < store->shard_count; shard++) {
		struct reading r;

		if (reading_begin(&r, store, shard, NULL))
			r.st = op_list_ai_users(&r.op, month, currency, limit, callbacks->on_user, arg);
		reading_end(&r, DISTRIBUTION_read_other_ns);
		st = r.st;
		reading_fini(&r);
	}
	callbacks->on_end(st, arg);
}

void
store_list_ai_calls(struct store *store, const struct ai_call_query *query, const struct ai_call_callbacks *callbacks, void *arg)
{
	enum status st = ST_OK;

	for (unsigned shard = 0; st == ST_OK && shard < store->shard_count; shard++) {
		struct reading r;

		if (query->of != NULL && query->of->shard != shard)
			continue;
		if (reading_begin(&r, store, shard, query->of))
			r.st = op_list_ai_calls(&r.op, query, callbacks->on_call, arg);
		reading_end(&r, DISTRIBUTION_read_other_ns);
		st = r.st;
		reading_fini(&r);
	}
	callbacks->on_end(st, arg);
}

void
store_get_token(struct store *store, const uint8_t key_id[TOKEN_KEY_SIZE], store_token_fn *fn, void *arg)
{
	struct reading r;
	struct token token = { 0 };

	if (reading_begin(&r, store, store->shard_count, NULL))
		r.st = op_get_token(&r.op, key_id, &token);
	reading_end(&r, DISTRIBUTION_read_token_ns);
	fn(r.st, r.st == ST_OK ? &token : NULL, arg);
	reading_fini(&r);
}

void
store_list_tokens(struct store *store, const struct token_query *query, const struct token_list_callbacks *callbacks,
    void *arg)
{
	const uint8_t *next = NULL;
	struct reading r;

	if (reading_begin(&r, store, store->shard_count, NULL))
		r.st = op_list_tokens(&r.op, query, callbacks->on_token, arg, &next);
	reading_end(&r, DISTRIBUTION_read_other_ns);
	callbacks->on_end(r.st, next, arg);
	reading_fini(&r);
}

void
store_get_policy(struct store *store, struct slice key, uint32_t version, store_policy_fn *fn, void *arg)
{
	struct reading r;
	struct policy policy = { 0 };

	if (reading_begin(&r, store, store->shard_count, NULL))
		r.st = op_get_policy(&r.op, key, version, &policy);
	reading_end(&r, DISTRIBUTION_read_other_ns);
	fn(r.st, r.st == ST_OK ? &policy : NULL, arg);
	reading_fini(&r);
}

void
store_list_policy_versions(struct store *store, struct slice key, uint32_t before, unsigned limit,
    const struct policy_list_callbacks *callbacks, void *arg)
{
	struct reading r;
	bool has_more = false;

	if (reading_begin(&r, store, store->shard_count, NULL))
		r.st = op_list_policy_versions(&r.op, key, before, limit, callbacks->on_policy, arg, &has_more);
	reading_end(&r, DISTRIBUTION_read_other_ns);
	callbacks->on_end(r.st, has_more, arg);
	reading_fini(&r);
}

void
store_list_deletions(struct store *store, unsigned shard, unsigned limit, const struct deletion_list_callbacks *callbacks,
    void *arg)
{
	struct reading r;

	if (reading_begin(&r, store, shard, NULL))
		r.st = op_list_deletions(&r.op, limit, callbacks->on_deletion, arg);
	reading_end(&r, DISTRIBUTION_read_other_ns);
	callbacks->on_end(r.st, arg);
	reading_fini(&r);
}

void
store_list_expired(struct store *store, unsigned shard, const struct expired_query *query,
    const struct expired_list_callbacks *callbacks, void *arg)
{
	struct slice next = SLICE_EMPTY;
	struct reading r;

	if (reading_begin(&r, store, shard, NULL))
		r.st = op_list_expired(&r.op, query, callbacks->on_row, arg, &next);
	reading_end(&r, DISTRIBUTION_read_other_ns);
	callbacks->on_end(r.st, next, arg);
	reading_fini(&r);
}

void
store_list_confirmed(struct store *store, unsigned shard, struct slice from, unsigned looks, const struct confirmed_callbacks *callbacks,
    void *arg)
{
	struct slice next = SLICE_EMPTY;
	struct reading r;

	if (reading_begin(&r, store, shard, NULL))
		r.st = op_list_confirmed(&r.op, from, &looks, callbacks->on_row, arg, &next);
	reading_end(&r, DISTRIBUTION_read_other_ns);
	callbacks->on_end(r.st, next, looks, arg);
	reading_fini(&r);
}

void
store_mac(const struct store *store, struct slice text, uint8_t mac[32])
{
	ledger_hash_mac(store->hash, text, mac);
}

void
store_list_category_moves(struct store *store, unsigned shard, unsigned limit, const struct category_move_list_callbacks *callbacks,
    void *arg)
{
	struct reading r;

	if (reading_begin(&r, store, shard, NULL))
		r.st = op_list_category_moves(&r.op, shard, limit, callbacks->on_move, arg);
	reading_end(&r, DISTRIBUTION_read_other_ns);
	callbacks->on_end(r.st, arg);
	reading_fini(&r);
}

/* --- writing -------------------------------------------------------------------- */

void
store_submit(struct store *store, const struct ledger *ledger, struct command *command, const struct asker *asker)
{
	memcpy(command->ledger, ledger->key, sizeof command->ledger);
	store->ops->submit(store, ledger->shard, command, asker);
}

void
store_record_message(struct store *store, const struct ledger *ledger, const struct message_entry *entry,
    store_write_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_RECORD_MESSAGE, .message = *entry };

	store_submit(store, ledger, &command, &(struct asker){ .on_write = fn, .arg = arg });
}

void
store_put_expenses(struct store *store, const struct ledger *ledger, const struct expense_batch *batch,
    store_write_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_PUT_EXPENSES, .batch = *batch };

	store_submit(store, ledger, &command, &(struct asker){ .on_write = fn, .arg = arg });
}

void
store_change_expense(struct store *store, const struct ledger *ledger, const struct expense_change *change,
    store_write_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_CHANGE_EXPENSE, .change = *change };

	store_submit(store, ledger, &command, &(struct asker){ .on_write = fn, .arg = arg });
}

void
store_name_category(struct store *store, const struct ledger *ledger, const struct category_name *name,
    store_write_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_NAME_CATEGORY, .category = *name };

	store_submit(store, ledger, &command, &(struct asker){ .on_write = fn, .arg = arg });
}

void
store_delete_category(struct store *store, const struct ledger *ledger, const struct category_deletion *deletion,
    store_write_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_DELETE_CATEGORY, .category_deletion = *deletion };

	store_submit(store, ledger, &command, &(struct asker){ .on_write = fn, .arg = arg });
}

void
store_move_expenses(struct store *store, const struct ledger *ledger, const struct uuid *category_id, int64_t now_ms,
    store_write_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_MOVE_EXPENSES, .move = { *category_id, now_ms } };

	store_submit(store, ledger, &command, &(struct asker){ .on_write = fn, .arg = arg });
}

void
store_set_keyword(struct store *store, const struct ledger *ledger, const struct keyword_change *change,
    store_write_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_SET_KEYWORD, .keyword = *change };

	store_submit(store, ledger, &command, &(struct asker){ .on_write = fn, .arg = arg });
}

void
store_sign_up(struct store *store, const struct ledger *ledger, const struct sign_up_entry *entry,
    store_write_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_SIGN_UP, .sign_up = *entry };

	store_submit(store, ledger, &command, &(struct asker){ .on_write = fn, .arg = arg });
}

void
store_change_user(struct store *store, const struct ledger *ledger, const struct user_change *change,
    store_write_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_CHANGE_USER, .user = *change };

	store_submit(store, ledger, &command, &(struct asker){ .on_write = fn, .arg = arg });
}

void
store_add_ai_cost(struct store *store, const struct ledger *ledger, const struct ai_cost *cost, store_done_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_ADD_AI_COST, .ai_cost = *cost };

	store_submit(store, ledger, &command, &(struct asker){ .on_done = fn, .arg = arg });
}

void
store_put_token(struct store *store, const struct token *token, store_done_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_PUT_TOKEN, .token = *token };

	store->ops->submit(store, store->shard_count, &command, &(struct asker){ .on_done = fn, .arg = arg });
}

void
store_put_policy(struct store *store, const struct policy *policy, store_done_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_PUT_POLICY, .policy = *policy };

	store->ops->submit(store, store->shard_count, &command, &(struct asker){ .on_done = fn, .arg = arg });
}

void
store_revoke_token(struct store *store, const uint8_t key_id[TOKEN_KEY_SIZE], store_done_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_REVOKE_TOKEN };

	memcpy(command.token_use.key_id, key_id, sizeof command.token_use.key_id);
	store->ops->submit(store, store->shard_count, &command, &(struct asker){ .on_done = fn, .arg = arg });
}

void
store_note_token_used(struct store *store, const uint8_t key_id[TOKEN_KEY_SIZE], day_t day, store_done_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_NOTE_TOKEN_USED, .token_use.day = day };

	memcpy(command.token_use.key_id, key_id, sizeof command.token_use.key_id);
	store->ops->submit(store, store->shard_count, &command, &(struct asker){ .on_done = fn, .arg = arg });
}

/* --- removing -------------------------------------------------------------------- */

void
store_begin_deletion(struct store *store, const struct ledger *ledger, const struct deletion *deletion, store_done_fn *fn,
    void *arg)
{
	struct command command = { .kind = COMMAND_BEGIN_DELETION, .deletion = *deletion };

	store_submit(store, ledger, &command, &(struct asker){ .on_done = fn, .arg = arg });
}

void
store_delete_step(struct store *store, const struct ledger *ledger, struct slice from, int64_t now_ms, store_write_fn *fn,
    void *arg)
{
	struct command command = { .kind = COMMAND_DELETE_STEP, .step = { .from = from, .now_ms = now_ms } };

	store_submit(store, ledger, &command, &(struct asker){ .on_write = fn, .arg = arg });
}

void
store_remove_tokens(struct store *store, struct slice user_id, struct slice from, store_write_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_REMOVE_TOKENS, .step = { .user_id = user_id, .from = from } };

	store->ops->submit(store, store->shard_count, &command, &(struct asker){ .on_write = fn, .arg = arg });
}

void
store_remove_expired(struct store *store, unsigned shard, const struct expired_query *query, const struct slice *rows, size_t count,
    store_write_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_REMOVE_EXPIRED,
		.step = { .now_ms = query->now_ms, .picture_days = query->picture_days, .row_count = count, .rows = rows } };

	store->ops->submit(store, shard, &command, &(struct asker){ .on_write = fn, .arg = arg });
}

void
store_remove_ai_calls(struct store *store, unsigned shard, day_t before, store_write_fn *fn, void *arg)
{
	struct command command = { .kind = COMMAND_REMOVE_AI_CALLS, .calls_before = before };

	store->ops->submit(store, shard, &command, &(struct asker){ .on_write = fn, .arg = arg });
}
