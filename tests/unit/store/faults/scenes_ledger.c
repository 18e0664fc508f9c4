/* SPDX-License-Identifier: MIT */
/* What is written to a ledger and to the index besides messages, one scene each; see world.h. */
#include "config.h"

#include "scene.h"

static const char main_user[] = "line:U1", alias_user[] = "slack:T:A", new_user[] = "line:U9";

enum { MINUTE_MS = 60000 };

/* --- expenses ------------------------------------------------------------------------------------- */

static enum status
put_expenses(struct world *w)
{
	struct new_expense new[2] = { suite_new_expense(20800, 5), suite_new_expense(20801, 7) };
	struct expense_batch batch = { .sign_up.user_id = slice_of(main_user), .now_ms = suite_now_ms(), .idempotency_key = SLICE_LITERAL("more"),
		.expense_count = 2, .expenses = new };

	new[1].expense.category_id = w->own;
	CALL(store_put_expenses, &w->main, &batch, world_written);
}

static enum status
put_expenses_of_a_new_user(struct world *w)
{
	struct new_expense new = suite_new_expense(20800, 5);
	struct expense_batch batch = { .sign_up = { .user_id = slice_of(new_user), .locale = SLICE_LITERAL("ja") }, .now_ms = suite_now_ms(),
		.expense_count = 1, .expenses = &new };
	struct ledger ledger = suite_ledger(&w->suite, new_user);

	CALL(store_put_expenses, &ledger, &batch, world_written);
}

static enum status
put_expenses_again(struct world *w)
{
	struct new_expense new = suite_new_expense(20780, 100);
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expense_count = 1, .expenses = &new };

	new.expense.id = w->expenses[2];
	CALL(store_put_expenses, &w->main, &batch, world_written);
}

static enum status
put_expenses_with_a_used_key(struct world *w)
{
	struct new_expense new = suite_new_expense(20780, 100);
	struct expense_batch batch = { .now_ms = suite_now_ms(), .idempotency_key = SLICE_LITERAL("put"), .expense_count = 1, .expenses = &new };

	CALL(store_put_expenses, &w->main, &batch, world_written);
}

static enum status
change(struct world *w, int which, enum expense_action action, int64_t now_ms)
{
	struct expense_change change = { .change_id = fresh_id(), .action = action, .now_ms = now_ms,
		.expense = suite_new_expense(20802, 9).expense, .idempotency_key = SLICE_LITERAL("change") };

	change.expense.id = w->expenses[which];
	change.expense.category_id = w->spare;
	CALL(store_change_expense, &w->main, &change, world_written);
}

static enum status
change_expense(struct world *w)
{
	return change(w, 0, EXPENSE_CHANGED, suite_now_ms());
}

static enum status
delete_expense(struct world *w)
{
	return change(w, 0, EXPENSE_DELETED, suite_now_ms());
}

/* So late that it sweeps the trash. */
static enum status
delete_expense_later(struct world *w)
{
	return change(w, 1, EXPENSE_DELETED, suite_now_ms() + INT64_C(86400000) * (TRASH_DAYS + 2));
}

static enum status
restore_expense(struct world *w)
{
	return change(w, WORLD_EXPENSES - 1, EXPENSE_RESTORED, suite_now_ms());
}

static enum status
restore_what_is_there(struct world *w)
{
	return change(w, 1, EXPENSE_RESTORED, suite_now_ms());
}

/* --- categories and keywords -------------------------------------------------------------------------- */

static enum status
name_category(struct world *w, struct uuid id, bool is_new, const char *text)
{
	struct category_name name = { .id = id, .is_new = is_new, .name = slice_of(text), .now_ms = suite_now_ms(),
		.idempotency_key = SLICE_LITERAL("name") };

	CALL(store_name_category, &w->main, &name, world_written);
}

static enum status
make_category(struct world *w)
{
	return name_category(w, fresh_id(), true, "Garden");
}

static enum status
rename_category(struct world *w)
{
	return name_category(w, w->own, false, "Garden");
}

static enum status
rename_category_to_the_same_name(struct world *w)
{
	return name_category(w, w->own, false, "PETS");
}

static enum status
rename_default_category(struct world *w)
{
	return name_category(w, w->food, false, "Food");
}

static enum status
delete_category(struct world *w, const struct uuid *id, const struct uuid *to)
{
	struct category_deletion deletion = { .id = *id, .deletion_id = fresh_id(), .reassign_to = *to, .now_ms = suite_now_ms() };

	CALL(store_delete_category, &w->main, &deletion, world_written);
}

static enum status
delete_category_with_all(struct world *w)
{
	return delete_category(w, &w->own, &w->spare);
}

/* None of the trash came from it. */
static enum status
delete_empty_category(struct world *w)
{
	static const struct uuid nowhere;

	return delete_category(w, &w->empty, &nowhere);
}

static enum status
delete_empty_category_for_another(struct world *w)
{
	return delete_category(w, &w->empty, &w->spare);
}

static enum status
move_expenses(struct world *w)
{
	CALL(store_move_expenses, &w->main, &w->leaving, suite_now_ms(), world_written);
}

static enum status
set_keyword(struct world *w, enum keyword_action action, struct uuid id, const char *text)
{
	struct keyword_change keyword = { .action = action, .id = id, .category_id = w->own, .text = slice_of(text), .priority = 9,
		.now_ms = suite_now_ms(), .idempotency_key = SLICE_LITERAL("keyword") };

	CALL(store_set_keyword, &w->main, &keyword, world_written);
}

static enum status
add_keyword(struct world *w)
{
	return set_keyword(w, KEYWORD_ADDED, fresh_id(), "saw");
}

static enum status
change_keyword(struct world *w)
{
	return set_keyword(w, KEYWORD_CHANGED, w->keyword, "");
}

static enum status
add_keyword_again(struct world *w)
{
	struct keyword_change keyword = { .action = KEYWORD_ADDED, .id = w->keyword, .category_id = w->own, .text = SLICE_LITERAL("zorbl") };

	CALL(store_set_keyword, &w->main, &keyword, world_written);
}

static enum status
remove_keyword(struct world *w)
{
	return set_keyword(w, KEYWORD_REMOVED, w->keyword, "");
}

/* --- users ------------------------------------------------------------------------------------------------ */

static enum status
sign_up(struct world *w)
{
	struct sign_up_entry entry = { .sign_up = { .user_id = slice_of(new_user), .locale = SLICE_LITERAL("ja") }, .now_ms = suite_now_ms(),
		.idempotency_key = SLICE_LITERAL("sign up") };
	struct ledger ledger = suite_ledger(&w->suite, new_user);

	CALL(store_sign_up, &ledger, &entry, world_written);
}

static enum status
change_user(struct world *w)
{
	struct user_change user = { .user = { .id = slice_of(main_user), .locale = SLICE_LITERAL("ja"), .zone = SLICE_LITERAL("Asia/Tokyo"),
		.home = { "JPY" }, .display_name = SLICE_LITERAL("Rin") }, .now_ms = suite_now_ms() };

	CALL(store_change_user, &w->main, &user, world_written);
}

static enum status
begin_deletion(struct world *w)
{
	struct deletion deletion = { .user_id = slice_of(main_user), .created_ms = suite_now_ms(), .now_ms = suite_now_ms() };

	CALL(store_begin_deletion, &w->main, &deletion, world_done);
}

/* The first step of what begin_deletion began. */
static enum status
delete_step(struct world *w)
{
	CALL(store_delete_step, &w->main, SLICE_EMPTY, suite_now_ms() + 2 * FAREWELL_MS, world_written);
}

/* Those that walk over the ledger's own rows, and over its replies. */
static enum status
delete_step_of_the_ledger(struct world *w)
{
	CALL(store_delete_step, &w->main, SLICE_LITERAL("\3"), suite_now_ms() + 2 * FAREWELL_MS, world_written);
}

static enum status
delete_step_of_the_replies(struct world *w)
{
	CALL(store_delete_step, &w->main, SLICE_LITERAL("\4"), suite_now_ms() + 2 * FAREWELL_MS, world_written);
}

static enum status
add_ai_cost(struct world *w)
{
	struct ai_cost cost = { .call_id = fresh_id(), .now_ms = suite_now_ms() + INT64_C(86400000) * 3, .operation = SLICE_LITERAL("parse"),
		.provider = SLICE_LITERAL("gemini"), .model = SLICE_LITERAL("flash"), .currency = { "USD" }, .usage = { .calls = 1, .cost_micros = 5 }, .result = "ok" };

	CALL(store_add_ai_cost, &w->main, &cost, world_done);
}

/* --- links ---------------------------------------------------------------------------------------------- */

static enum status
put_link_code(struct world *w)
{
	struct link_code code = { .mac = "a newer code", .user_id = slice_of(main_user), .now_ms = suite_now_ms() + 3 * LINK_CODE_MS };

	CALL(store_put_link_code, &code, world_done);
}

static enum status
try_link_code(struct world *w, const char *mac)
{
	struct link_try link_try = { .user_id = slice_of(new_user), .message_id = fresh_id(), .now_ms = suite_now_ms() };

	memcpy(link_try.mac, mac, strlen(mac));
	CALL(store_try_link_code, &link_try, world_written);
}

static enum status
try_right_code(struct world *w)
{
	return try_link_code(w, "z code");
}

static enum status
try_wrong_code(struct world *w)
{
	return try_link_code(w, "no code");
}

static enum status
set_alias(struct world *w)
{
	struct link_change link = { .user_id = slice_of(new_user), .now_ms = suite_now_ms() };

	CALL(store_set_alias, &w->main, &link, world_done);
}

static enum status
end_alias(struct world *w)
{
	struct link_change link = { .user_id = slice_of(alias_user), .is_ended = true, .now_ms = suite_now_ms() };

	CALL(store_set_alias, &w->main, &link, world_done);
}

static enum status
set_link_again(struct world *w)
{
	struct link_change link = { .user_id = slice_of(main_user), .now_ms = suite_now_ms() };

	CALL(store_set_link, &w->alias, &link, world_done);
}

static enum status
end_link(struct world *w)
{
	struct link_change link = { .user_id = slice_of(main_user), .is_ended = true, .message_id = w->of_alias, .now_ms = suite_now_ms() };

	CALL(store_set_link, &w->alias, &link, world_done);
}

static enum status
end_link_of_an_unknown_message(struct world *w)
{
	struct link_change link = { .user_id = slice_of(main_user), .is_ended = true, .message_id = fresh_id(), .now_ms = suite_now_ms() };

	CALL(store_set_link, &w->alias, &link, world_done);
}

/* --- the index ------------------------------------------------------------------------------------------ */

static enum status
put_token(struct world *w)
{
	struct token token = { .key_id = "key 3", .kind = TOKEN_USER, .user_id = slice_of(main_user), .label = SLICE_LITERAL("tablet"), .scopes = 1 };

	CALL(store_put_token, &token, world_done);
}

static enum status
put_token_again(struct world *w)
{
	CALL(store_put_token, &w->token, world_done);
}

static enum status
revoke_token(struct world *w)
{
	CALL(store_revoke_token, w->token.key_id, world_done);
}

static enum status
note_token_used(struct world *w)
{
	CALL(store_note_token_used, w->token.key_id, 20900, world_done);
}

static enum status
remove_tokens(struct world *w)
{
	CALL(store_remove_tokens, slice_of(main_user), SLICE_EMPTY, world_written);
}

static enum status
put_policy(struct world *w)
{
	struct policy policy = { .key = SLICE_LITERAL("terms"), .version = 2, .change_id = fresh_id(), .title = SLICE_LITERAL("Terms"),
		.text = SLICE_LITERAL("Be kinder."), .created_ms = suite_now_ms() };

	CALL(store_put_policy, &policy, world_done);
}

/* --- what is kept no longer ---------------------------------------------------------------------------------- */

static enum status
remove_expired(struct world *w)
{
	return world_remove_expired(w, NULL);
}

static enum status
remove_ai_calls(struct world *w)
{
	CALL(store_remove_ai_calls, w->main.shard, DAY_MAX, world_written);
}

const struct scene ledger_scenes[] = {
	SCENE(put_expenses), SCENE(put_expenses_of_a_new_user), SCENE(put_expenses_again), SCENE(put_expenses_with_a_used_key),
	SCENE(change_expense), SCENE(delete_expense), SCENE(delete_expense_later), SCENE(restore_expense),
	SCENE(restore_what_is_there), SCENE(make_category), SCENE(rename_category), SCENE(rename_category_to_the_same_name),
	SCENE(rename_default_category), SCENE(delete_category_with_all), SCENE(delete_empty_category),
	SCENE(delete_empty_category_for_another), SCENE(move_expenses), SCENE(add_keyword), SCENE(change_keyword),
	SCENE(add_keyword_again), SCENE(remove_keyword), SCENE(sign_up), SCENE(change_user), SCENE(begin_deletion),
	{ "delete_step", delete_step, .prepare = begin_deletion },
	{ "delete_step_of_the_ledger", delete_step_of_the_ledger, .prepare = begin_deletion },
	{ "delete_step_of_the_replies", delete_step_of_the_replies, .prepare = begin_deletion },
	{ "sign_up_again", sign_up, .prepare = sign_up }, SCENE(add_ai_cost), SCENE(put_link_code), SCENE(try_right_code),
	SCENE(try_wrong_code), SCENE(set_alias), SCENE(end_alias), SCENE(set_link_again), SCENE(end_link),
	SCENE(end_link_of_an_unknown_message), { "set_link_anew", set_link_again, .prepare = end_link_of_an_unknown_message },
	SCENE(put_token), SCENE(put_token_again), SCENE(revoke_token), SCENE(note_token_used), SCENE(remove_tokens),
	SCENE(put_policy), SCENE(remove_expired), SCENE(remove_ai_calls),
};
const size_t ledger_scene_count = sizeof ledger_scenes / sizeof ledger_scenes[0];
