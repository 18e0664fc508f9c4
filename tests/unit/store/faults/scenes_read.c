/* SPDX-License-Identifier: MIT */
/* What is read, one scene each; see world.h. */
#include "config.h"

#include "scene.h"

#include "store_ai.h"

static const char main_user[] = "line:U1";

/* Callbacks of lists: rows are of no account here, the end is. */
#define ROW(name, type) static void name(const struct type *row, void *arg) { (void)row; (void)arg; }
ROW(on_expense, expense)
ROW(on_event, expense_event)
ROW(on_message, message)
ROW(on_total, total)
ROW(on_group, summary_group)
ROW(on_day, day_metrics)
ROW(on_expenses, expense_metrics)
ROW(on_ai_cost, ai_metrics)
ROW(on_ai_user, ai_user_cost)
ROW(on_ai_call, ai_call)
ROW(on_month_cost, ai_month_cost)
ROW(on_token, token)
ROW(on_policy, policy)
ROW(on_inbox, inbox_entry)
ROW(on_reply, outbox_entry)
ROW(on_letter, dead_letter)
ROW(on_job, queued_job)
ROW(on_alias, alias)
ROW(on_move, category_move)
ROW(on_confirmed, confirmed)

/* Callbacks of one: what is found is there, and nothing else is. */
#define ONE(name, type) static void name(enum status st, const struct type *one, void *arg) \
	{ assert_true((one != NULL) == (st == ST_OK)); world_done(st, arg); }
ONE(got_person, person)
ONE(got_expense, expense)
ONE(got_message, message)
ONE(got_token, token)
ONE(got_policy, policy)
ONE(got_dialogue, dialogue)
ONE(got_inbox, inbox_entry)
ONE(got_outbox, outbox_entry)
ONE(got_picture, kept_picture)

static void
got_hindrance(enum status st, const struct link_hindrance *hindrance, void *arg)
{
	(void)hindrance;
	world_done(st, arg);
}

static void
on_end_more(enum status st, bool has_more, void *arg)
{
	(void)has_more;
	world_done(st, arg);
}

static void
on_end_last(enum status st, bool has_more, const struct uuid *last, void *arg)
{
	(void)last;
	on_end_more(st, has_more, arg);
}

static void
on_end_next(enum status st, struct slice next, void *arg)
{
	(void)next;
	world_done(st, arg);
}

static void
on_end_looks(enum status st, struct slice next, unsigned looks, void *arg)
{
	(void)looks;
	on_end_next(st, next, arg);
}

static void
on_end_summary(enum status st, const struct summary *summary, void *arg)
{
	(void)summary;
	world_done(st, arg);
}

static void
on_end_token(enum status st, const uint8_t *next, void *arg)
{
	(void)next;
	world_done(st, arg);
}

static void
on_slice(struct slice row, void *arg)
{
	(void)row, (void)arg;
}

/* --- a ledger ------------------------------------------------------------------------------- */

static enum status
get_person(struct world *w)
{
	CALL(store_get_person, &w->main, got_person);
}

static enum status
list(struct world *w, struct expense_query query)
{
	static const struct expense_list_callbacks callbacks = { on_expense, on_end_more };
	struct expense_place stopped_at;

	query.from = 20700;
	query.to = 21000;
	query.stopped_at = &stopped_at;
	CALL(store_list_expenses, &w->main, &query, &callbacks);
}

static enum status
list_expenses(struct world *w)
{
	return list(w, (struct expense_query){ .limit = 100 });
}

static enum status
list_expenses_by_amount(struct world *w)
{
	return list(w, (struct expense_query){ .limit = 2, .by_amount = true, .is_newest_first = true });
}

/* Of some days, without saying where it stopped. */
static enum status
list_some_expenses_by_amount(struct world *w)
{
	static const struct expense_list_callbacks callbacks = { on_expense, on_end_more };
	struct expense_query query = { .from = 20700, .to = 20785, .limit = 9, .by_amount = true };

	CALL(store_list_expenses, &w->main, &query, &callbacks);
}

static enum status
list_expenses_of_a_category(struct world *w)
{
	return list(w, (struct expense_query){ .limit = 1, .category_id = w->own, .is_newest_first = true });
}

static enum status
list_expenses_with_a_word(struct world *w)
{
	static const struct slice word = SLICE_LITERAL("早");

	return list(w, (struct expense_query){ .limit = 3, .word_count = 1, .words = &word, .account = SLICE_LITERAL("cash") });
}

static enum status
get_expense(struct world *w)
{
	CALL(store_get_expense, &w->main, &w->expenses[0], got_expense);
}

static enum status
history(struct world *w, struct uuid id)
{
	static const struct history_callbacks callbacks = { on_event, on_end_more };
	struct history_query query = { .expense_id = id, .limit = 10 };

	CALL(store_list_history, &w->main, &query, &callbacks);
}

static enum status
list_history(struct world *w)
{
	return history(w, w->expenses[0]);
}

static enum status
list_history_of_all(struct world *w)
{
	return history(w, (struct uuid){ { 0 } });
}

/* It was never changed. */
static enum status
list_history_of_one_without(struct world *w)
{
	return history(w, w->expenses[2]);
}

static enum status
list_deleted(struct world *w)
{
	static const struct deleted_list_callbacks callbacks = { on_expense, world_done };

	CALL(store_list_deleted, &w->main, suite_now_ms(), 9, &callbacks);
}

static enum status
list_totals(struct world *w)
{
	static const struct total_list_callbacks callbacks = { on_total, world_done };

	CALL(store_list_totals, &w->main, true, 20500, 21500, &callbacks);
}

static enum status
summarize(struct world *w, unsigned by, unsigned limit)
{
	static const struct summary_callbacks callbacks = { on_group, on_end_summary };
	struct summary_query query = { .from = 20701, .to = 20999, .by = by, .limit = limit };

	CALL(store_summarize, &w->main, &query, &callbacks);
}

static enum status
summarize_months(struct world *w)
{
	return summarize(w, SUMMARY_MONTH | SUMMARY_CATEGORY | SUMMARY_ACCOUNT, 100);
}

static enum status
summarize_days(struct world *w)
{
	return summarize(w, SUMMARY_DAY | SUMMARY_CATEGORY, 1);
}

/* --- messages ------------------------------------------------------------------------------------ */

static enum status
get_message(struct world *w)
{
	CALL(store_get_message, &w->main, &w->message, got_message);
}

static enum status
get_waiting_message(struct world *w)
{
	CALL(store_get_message, &w->main, &w->waiting, got_message);
}

static enum status
list_messages(struct world *w)
{
	static const struct message_list_callbacks callbacks = { on_message, on_end_last };
	struct message_query query = { .limit = 2 };

	CALL(store_list_messages, &w->main, &query, &callbacks);
}

static enum status
list_waiting(struct world *w)
{
	static const struct message_list_callbacks callbacks = { on_message, on_end_last };
	struct message_query query = { .limit = 1 };

	CALL(store_list_waiting, &w->main, &query, &callbacks);
}

static enum status
find_replay(struct world *w)
{
	static const uint8_t hash[32];

	CALL(store_find_replay, &w->main, SLICE_LITERAL("put"), hash, got_message);
}

static enum status
find_reference(struct world *w)
{
	CALL(store_find_reference, &w->main, SLICE_LITERAL("room"), SLICE_LITERAL("m1"), got_message);
}

static enum status
get_dialogue(struct world *w)
{
	CALL(store_get_dialogue, &w->main, SLICE_LITERAL("room"), got_dialogue);
}

static enum status
find_last_entry(struct world *w)
{
	CALL(store_find_last_entry, &w->main, got_message);
}

static enum status
first_message(struct world *w)
{
	CALL(store_first_message, &w->main, got_inbox);
}

static enum status
first_reply(struct world *w)
{
	CALL(store_first_reply, &w->main, suite_now_ms(), got_outbox);
}

static struct due_query
some_ledgers(void)
{
	return (struct due_query){ .now_ms = suite_now_ms(), .looks = 1 };
}

static enum status
list_due_messages(struct world *w)
{
	static const struct due_message_callbacks callbacks = { on_inbox, on_end_next };
	struct due_query query = some_ledgers();

	CALL(store_list_due_messages, w->main.shard, &query, &callbacks);
}

static enum status
list_due_replies(struct world *w)
{
	static const struct due_reply_callbacks callbacks = { on_reply, on_end_next };
	struct due_query query = some_ledgers();

	CALL(store_list_due_replies, w->main.shard, &query, &callbacks);
}

static enum status
list_due_jobs(struct world *w)
{
	static const struct due_job_callbacks callbacks = { on_job, on_end_next };
	struct due_query query = some_ledgers();

	CALL(store_list_due_jobs, w->main.shard, &query, &callbacks);
}

static enum status
list_jobs(struct world *w)
{
	static const struct job_list_callbacks callbacks = { on_job, world_done };

	CALL(store_list_jobs, &w->main, &callbacks);
}

static enum status
list_dead(struct world *w)
{
	static const struct dead_letter_callbacks callbacks = { on_letter, on_end_next };
	struct due_query query = some_ledgers();

	CALL(store_list_dead, w->main.shard, &query, &callbacks);
}

/* --- over all ------------------------------------------------------------------------------------- */

static enum status
list_metrics(struct world *w)
{
	static const struct metrics_callbacks callbacks = { on_day, on_expenses, on_ai_cost, on_ai_cost, world_done };

	CALL(store_list_metrics, 20000, 21000, &callbacks);
}

static enum status
list_ai_users(struct world *w)
{
	static const struct ai_user_callbacks callbacks = { on_ai_user, world_done };

	CALL(store_list_ai_users, (day_t)(suite_now_ms() / 86400000), (struct currency){ "USD" }, 5, &callbacks);
}

static enum status
get_token(struct world *w)
{
	CALL(store_get_token, w->token.key_id, got_token);
}

static enum status
list_tokens(struct world *w)
{
	static const struct token_list_callbacks callbacks = { on_token, on_end_token };
	struct token_query query = { .limit = 1 };

	CALL(store_list_tokens, &query, &callbacks);
}

static enum status
list_tokens_behind_one(struct world *w)
{
	static const struct token_list_callbacks callbacks = { on_token, on_end_token };
	struct token_query query = { .limit = 5, .has_after = true, .after = "key 1", .user_id = slice_of(main_user) };

	CALL(store_list_tokens, &query, &callbacks);
}

static enum status
get_policy(struct world *w)
{
	CALL(store_get_policy, SLICE_LITERAL("terms"), 0, got_policy);
}

static enum status
list_policy_versions(struct world *w)
{
	static const struct policy_list_callbacks callbacks = { on_policy, on_end_more };

	CALL(store_list_policy_versions, SLICE_LITERAL("terms"), 0, 5, &callbacks);
}

static enum status
get_hindrance(struct world *w)
{
	CALL(store_get_hindrance, &w->main, got_hindrance);
}

static enum status
list_aliases(struct world *w)
{
	static const struct alias_list_callbacks callbacks = { on_alias, world_done };

	CALL(store_list_aliases, &w->main, &callbacks);
}

static enum status
list_deletions(struct world *w)
{
	static const struct deletion_list_callbacks callbacks = { on_slice, world_done };

	CALL(store_list_deletions, w->main.shard, 5, &callbacks);
}

static enum status
list_category_moves(struct world *w)
{
	static const struct category_move_list_callbacks callbacks = { on_move, world_done };

	CALL(store_list_category_moves, w->main.shard, 5, &callbacks);
}

static enum status
list_expired(struct world *w)
{
	static const struct expired_list_callbacks callbacks = { on_slice, on_end_next };
	struct expired_query query = { .now_ms = suite_now_ms(), .looks = 60, .limit = EXPIRED_MAX };

	CALL(store_list_expired, w->main.shard, &query, &callbacks);
}

static enum status
list_confirmed(struct world *w)
{
	static const struct confirmed_callbacks callbacks = { on_confirmed, on_end_looks };

	CALL(store_list_confirmed, w->main.shard, SLICE_EMPTY, 50, &callbacks);
}

static enum status
list_a_few_expired(struct world *w)
{
	static const struct expired_list_callbacks callbacks = { on_slice, on_end_next };
	struct expired_query query = { .now_ms = suite_now_ms(), .looks = 3, .limit = EXPIRED_MAX };

	CALL(store_list_expired, w->main.shard, &query, &callbacks);
}

/* A part of it. */
static enum status
list_some_confirmed(struct world *w)
{
	static const struct confirmed_callbacks callbacks = { on_confirmed, on_end_looks };

	CALL(store_list_confirmed, w->main.shard, SLICE_EMPTY, 2, &callbacks);
}

static enum status
list_ai_calls(struct world *w)
{
	static const struct ai_call_callbacks callbacks = { on_ai_call, world_done };
	struct ai_call_query query = { .day = (day_t)(suite_now_ms() / 86400000), .limit = 10 };

	CALL(store_list_ai_calls, &query, &callbacks);
}

static enum status
list_own_calls(struct world *w)
{
	static const struct own_call_callbacks callbacks = { on_ai_call, on_end_more };
	struct own_call_query query = { .limit = 10 };

	CALL(store_list_own_calls, &w->main, &query, &callbacks);
}

static enum status
list_ai_months(struct world *w)
{
	static const struct ai_month_callbacks callbacks = { on_month_cost, world_done };

	CALL(store_list_ai_months, &w->main, &callbacks);
}

/* --- pictures --------------------------------------------------------------------------------- */

static enum status
get_picture(struct world *w)
{
	CALL(store_get_picture, &w->main, &w->pictured, got_picture);
}

static enum status
next_picture(struct world *w)
{
	CALL(store_next_picture, &w->main, &(struct uuid){ { 0 } }, got_picture);
}

static void
got_part(enum status st, struct slice bytes, void *arg)
{
	assert_true((bytes.len == 6) == (st == ST_OK));
	world_done(st, arg);
}

static enum status
get_picture_part(struct world *w)
{
	CALL(store_get_picture_part, &w->main, &w->pictured, 0, got_part);
}

const struct scene read_scenes[] = {
	SCENE(get_person), SCENE(list_expenses), SCENE(list_expenses_by_amount), SCENE(list_some_expenses_by_amount),
	 SCENE(list_expenses_of_a_category), SCENE(list_expenses_with_a_word),
	SCENE(get_expense), SCENE(list_history), SCENE(list_history_of_all), SCENE(list_history_of_one_without), SCENE(list_deleted), SCENE(list_totals),
	SCENE(summarize_months), SCENE(summarize_days),
	SCENE(get_message), SCENE(get_waiting_message), SCENE(list_messages), SCENE(list_waiting), SCENE(find_replay), SCENE(find_reference),
	SCENE(get_dialogue), SCENE(find_last_entry), SCENE(first_message), { "first_reply", first_reply, .passes_over = true },
	SCENE(list_due_messages), SCENE(list_due_replies), SCENE(list_due_jobs), SCENE(list_jobs), SCENE(list_dead),
	SCENE(list_metrics), SCENE(list_ai_users), SCENE(get_token), SCENE(list_tokens), SCENE(list_tokens_behind_one),
	SCENE(get_policy), SCENE(list_policy_versions), SCENE(get_hindrance), SCENE(list_aliases), SCENE(list_deletions), SCENE(list_category_moves),
	SCENE(list_expired), SCENE(list_a_few_expired), SCENE(list_confirmed), SCENE(list_some_confirmed), SCENE(get_picture), SCENE(next_picture),
	SCENE(get_picture_part), SCENE(list_ai_calls), SCENE(list_own_calls), SCENE(list_ai_months),
};
const size_t read_scene_count = sizeof read_scenes / sizeof read_scenes[0];
