/* SPDX-License-Identifier: MIT */
/* What is written, one scene each; see world.h. */
#include "config.h"

#include "world.h"

static const char main_user[] = "line:U1", alias_user[] = "slack:T:A", new_user[] = "line:U9";

enum { MINUTE_MS = 60000 };

/* The store and whose ledger, and what every call ends with. */
#define STORE w->suite.store
#define CALL(function, ...) do { enum status st_ = ST_FAILED; function(STORE, __VA_ARGS__, &st_); return st_; } while (0)

static struct uuid
fresh_id(void)
{
	return uuid7_next(suite_now_ms());
}

/* --- messages ------------------------------------------------------------------------------- */

static const struct reply_button button = { SLICE_LITERAL("Undo"), SLICE_LITERAL("u1") };

static enum status
record_everything(struct world *w)
{
	struct new_expense new[2] = { suite_new_expense(20800, 5), suite_new_expense(20801, 7) };
	struct ai_cost cost = { .call_id = fresh_id(), .now_ms = suite_now_ms(), .operation = SLICE_LITERAL("parse"),
		.provider = SLICE_LITERAL("gemini"), .model = SLICE_LITERAL("flash"), .currency = { "USD" }, .usage = { .calls = 1 }, .is_listed = true };
	struct dialogue_entry dialogue = { .conversation = SLICE_LITERAL("room"), .if_version = 1, .state = SLICE_LITERAL("next") };
	struct message_change changes[4] = {
		{ .kind = CHANGE_EXPENSE, .expense = { .change_id = fresh_id(), .action = EXPENSE_DELETED, .now_ms = suite_now_ms(),
		    .expense.id = w->expenses[1] } },
		{ .kind = CHANGE_CATEGORY_NAME, .category_name = { .id = fresh_id(), .is_new = true, .name = SLICE_LITERAL("Tools") } },
		{ .kind = CHANGE_KEYWORD, .keyword = { .action = KEYWORD_ADDED, .id = fresh_id(), .category_id = w->own, .text = SLICE_LITERAL("saw") } },
		{ .kind = CHANGE_CATEGORY_DELETION, .category_deletion = { .id = w->own, .deletion_id = fresh_id(), .reassign_to = w->spare } },
	};
	struct message_entry entry = suite_entry(main_user, new, 2);

	entry.id = w->waiting;
	entry.was_in_inbox = true;
	entry.idempotency_key = SLICE_LITERAL("everything");
	entry.deliver_to = SLICE_LITERAL("chat");
	entry.conversation = SLICE_LITERAL("room");
	entry.ref = SLICE_LITERAL("m7");
	entry.text = SLICE_LITERAL("saw 5");
	entry.dead_why = SLICE_LITERAL("it crashed");
	entry.wants_suggestion = true;
	entry.button_count = 1;
	entry.buttons = &button;
	entry.cost_count = 1;
	entry.costs = &cost;
	entry.change_count = 4;
	entry.changes = changes;
	entry.dialogue = &dialogue;
	CALL(store_record_message, &w->main, &entry, world_written);
}

static enum status
record_of_a_new_user(struct world *w)
{
	struct message_change changes[2] = {
		{ .kind = CHANGE_USER, .user = { .user = { .id = slice_of(new_user), .locale = SLICE_LITERAL("ja") }, .now_ms = suite_now_ms() } },
		{ .kind = CHANGE_ALIAS, .link = { .user_id = slice_of(alias_user), .now_ms = suite_now_ms() } },
	};
	struct new_expense new = suite_new_expense(20800, 5);
	struct message_entry entry = suite_entry(new_user, &new, 1);
	struct ledger ledger = suite_ledger(&w->suite, new_user);

	entry.change_count = 2;
	entry.changes = changes;
	CALL(store_record_message, &ledger, &entry, world_written);
}

static enum status
record_that_links(struct world *w)
{
	struct message_change change = { .kind = CHANGE_LINK, .link = { .user_id = slice_of(main_user), .now_ms = suite_now_ms() } };
	struct message_entry entry = suite_entry(new_user, NULL, 0);
	struct ledger ledger = suite_ledger(&w->suite, new_user);

	entry.change_count = 1;
	entry.changes = &change;
	CALL(store_record_message, &ledger, &entry, world_written);
}

static enum status
record_that_deletes_the_user(struct world *w)
{
	struct message_change change = { .kind = CHANGE_USER_DELETION, .user_deletion = { .user_id = slice_of(main_user),
		.created_ms = suite_now_ms(), .now_ms = suite_now_ms() } };
	struct message_entry entry = suite_entry(main_user, NULL, 0);

	entry.change_count = 1;
	entry.changes = &change;
	CALL(store_record_message, &w->main, &entry, world_written);
}

static enum status
record_again(struct world *w)
{
	struct message_entry entry = suite_entry(main_user, NULL, 0);

	entry.id = w->message;
	CALL(store_record_message, &w->main, &entry, world_written);
}

static enum status
record_with_a_used_key(struct world *w)
{
	struct message_entry entry = suite_entry(main_user, NULL, 0);

	entry.idempotency_key = SLICE_LITERAL("put");
	CALL(store_record_message, &w->main, &entry, world_written);
}

static enum status
record_with_the_key_of_a_message(struct world *w)
{
	struct message_entry entry = suite_entry(main_user, NULL, 0);

	entry.idempotency_key = SLICE_LITERAL("said");
	CALL(store_record_message, &w->main, &entry, world_written);
}

/* Its inbox row is gone. */
static enum status
record_as_dead_what_does_not_wait(struct world *w)
{
	struct message_entry entry = suite_entry(main_user, NULL, 0);

	entry.was_in_inbox = true;
	entry.dead_why = SLICE_LITERAL("crashed");
	CALL(store_record_message, &w->main, &entry, world_written);
}

static enum status
put_inbox(struct world *w)
{
	struct inbox_entry entry = { .message_id = fresh_id(), .user_id = slice_of(main_user), .text = SLICE_LITERAL("tea 5"),
		.idempotency_key = SLICE_LITERAL("inbox"), .received_ms = suite_now_ms(), .not_before_ms = suite_now_ms() + MINUTE_MS };

	CALL(store_put_inbox, &w->main, &entry, world_written);
}

static enum status
put_inbox_of_an_alias(struct world *w)
{
	struct inbox_entry entry = { .message_id = fresh_id(), .user_id = slice_of(alias_user), .text = SLICE_LITERAL("tea 5"),
		.received_ms = suite_now_ms() };

	CALL(store_put_inbox, &w->alias, &entry, world_written);
}

static enum status
put_inbox_handed_on(struct world *w)
{
	struct inbox_entry entry = { .message_id = fresh_id(), .user_id = slice_of(main_user), .sender = slice_of(alias_user),
		.text = SLICE_LITERAL("tea 5"), .received_ms = suite_now_ms() };

	CALL(store_put_inbox, &w->main, &entry, world_written);
}

static enum status
put_inbox_again(struct world *w)
{
	struct inbox_entry entry = { .message_id = w->waiting, .user_id = slice_of(main_user), .text = SLICE_LITERAL("tea 5"),
		.received_ms = suite_now_ms() };

	CALL(store_put_inbox, &w->main, &entry, world_written);
}

static enum status
drop_message(struct world *w)
{
	CALL(store_drop_message, &w->main, &w->waiting, world_done);
}

static enum status
claim_message(struct world *w)
{
	struct inbox_claim claim = { w->waiting, suite_now_ms(), suite_now_ms() + MINUTE_MS, 1 };

	CALL(store_claim_message, &w->main, &claim, world_done);
}

/* --- replies, jobs, dead letters --------------------------------------------------------------- */

static enum status
claim_reply(struct world *w)
{
	struct reply_claim claim = { w->message, suite_now_ms(), suite_now_ms() + MINUTE_MS };

	CALL(store_claim_reply, &w->main, &claim, world_done);
}

static enum status
finish_reply(struct world *w, enum reply_result result)
{
	struct reply_outcome outcome = { .message_id = w->message, .result = result, .now_ms = suite_now_ms(), .ref = SLICE_LITERAL("r1"),
		.why = SLICE_LITERAL("timeout"), .not_before_ms = suite_now_ms() + MINUTE_MS };

	CALL(store_finish_reply, &w->main, &outcome, world_done);
}

static enum status
finish_reply_sent(struct world *w)
{
	return finish_reply(w, REPLY_SENT);
}

static enum status
finish_reply_later(struct world *w)
{
	return finish_reply(w, REPLY_LATER);
}

static enum status
finish_reply_dead(struct world *w)
{
	return finish_reply(w, REPLY_DEAD);
}

static enum status
claim_job(struct world *w)
{
	struct inbox_claim claim = { w->job, suite_now_ms(), suite_now_ms() + MINUTE_MS, 1 };

	CALL(store_claim_job, &w->main, &claim, world_done);
}

static enum status
finish_job(struct world *w, enum queued_result result)
{
	struct ai_cost cost = { .call_id = fresh_id(), .now_ms = suite_now_ms(), .operation = SLICE_LITERAL("suggest"),
		.provider = SLICE_LITERAL("gemini"), .model = SLICE_LITERAL("flash"), .currency = { "USD" }, .usage = { .calls = 1 } };
	struct queued_outcome outcome = { .id = w->job, .result = result, .now_ms = suite_now_ms(), .not_before_ms = suite_now_ms() + MINUTE_MS,
		.why = SLICE_LITERAL("timeout"), .cost_count = 1, .costs = &cost, .has_notice = result == QUEUED_DONE,
		.notice = { .message_id = fresh_id(), .user_id = slice_of(main_user), .deliver_to = SLICE_LITERAL("chat"), .text = SLICE_LITERAL("another"),
		    .conversation = SLICE_LITERAL("room"), .created_ms = suite_now_ms(), .not_before_ms = suite_now_ms() + MINUTE_MS } };

	CALL(store_finish_job, &w->main, &outcome, world_done);
}

static enum status
finish_job_done(struct world *w)
{
	return finish_job(w, QUEUED_DONE);
}

static enum status
finish_job_later(struct world *w)
{
	return finish_job(w, QUEUED_LATER);
}

static enum status
finish_job_dead(struct world *w)
{
	return finish_job(w, QUEUED_DEAD);
}

static enum status
settle(struct world *w, const struct uuid *id, enum letter_kind kind, bool is_dropped)
{
	struct dead_letter_action action = { .message_id = *id, .kind = kind, .is_dropped = is_dropped, .new_id = fresh_id(), .now_ms = suite_now_ms() };

	CALL(store_settle_dead, &w->main, &action, world_done);
}

static enum status
bring_message_back(struct world *w)
{
	return settle(w, &w->dead_message, LETTER_MESSAGE, false);
}

static enum status
bring_reply_back(struct world *w)
{
	return settle(w, &w->dead_reply, LETTER_REPLY, false);
}

static enum status
bring_job_back(struct world *w)
{
	return settle(w, &w->dead_job, LETTER_JOB, false);
}

static enum status
drop_letter(struct world *w)
{
	return settle(w, &w->dead_reply, LETTER_REPLY, true);
}

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
		.provider = SLICE_LITERAL("gemini"), .model = SLICE_LITERAL("flash"), .currency = { "USD" }, .usage = { .calls = 1, .cost_micros = 5 } };

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

struct expired {
	size_t       count;
	struct slice rows[EXPIRED_MAX];
	char         bytes[EXPIRED_MAX][300];
	enum status  st;
};

static void
on_expired(struct slice row, void *arg)
{
	struct expired *expired = arg;

	memcpy(expired->bytes[expired->count], row.ptr, row.len);
	expired->rows[expired->count] = (struct slice){ expired->bytes[expired->count], row.len };
	expired->count++;
}

static void
on_expired_end(enum status st, struct slice next, void *arg)
{
	(void)next;
	((struct expired *)arg)->st = st;
}

static enum status
remove_expired(struct world *w)
{
	static const struct expired_list_callbacks callbacks = { on_expired, on_expired_end };
	static struct expired expired;
	int64_t late_ms = suite_now_ms() + INT64_C(86400000) * 100;
	struct expired_query query = { .now_ms = late_ms, .looks = 5000, .limit = EXPIRED_MAX };

	expired.count = 0;
	store_list_expired(STORE, w->main.shard, &query, &callbacks, &expired);
	if (expired.st != ST_OK)
		return expired.st;
	CALL(store_remove_expired, w->main.shard, &query, expired.rows, expired.count, world_written);
}

static enum status
remove_ai_calls(struct world *w)
{
	CALL(store_remove_ai_calls, w->main.shard, DAY_MAX, world_written);
}

/* --- pictures -------------------------------------------------------------------------------------------------- */

static enum status
put_picture(struct world *w)
{
	struct uuid id = fresh_id();

	return world_put_picture(w, &id);
}

static enum status
put_picture_again(struct world *w)
{
	return world_put_picture(w, &w->pictured);
}

static enum status
record_with_picture(struct world *w)
{
	struct new_expense new = suite_new_expense(20800, 5);
	struct message_entry entry = suite_entry(main_user, &new, 1);

	entry.id = w->picture_open;
	entry.keeps_picture = true;
	CALL(store_record_message, &w->main, &entry, world_written);
}

static enum status
remove_picture(struct world *w)
{
	CALL(store_remove_picture, &w->main, &w->pictured, world_done);
}

#define SCENE(name) { #name, name, .prepare = NULL }

const struct scene write_scenes[] = {
	SCENE(record_everything), SCENE(record_of_a_new_user), SCENE(record_that_links), SCENE(record_that_deletes_the_user),
	SCENE(record_again), SCENE(record_with_a_used_key), SCENE(record_with_the_key_of_a_message),
	SCENE(record_as_dead_what_does_not_wait),
	SCENE(put_inbox), SCENE(put_inbox_of_an_alias), SCENE(put_inbox_handed_on), SCENE(put_inbox_again), SCENE(drop_message), SCENE(claim_message),
	SCENE(claim_reply), SCENE(finish_reply_sent), SCENE(finish_reply_later), SCENE(finish_reply_dead),
	SCENE(claim_job), SCENE(finish_job_done), SCENE(finish_job_later), SCENE(finish_job_dead),
	SCENE(bring_message_back), SCENE(bring_reply_back), SCENE(bring_job_back), SCENE(drop_letter),
	SCENE(put_expenses), SCENE(put_expenses_of_a_new_user), SCENE(put_expenses_again), SCENE(put_expenses_with_a_used_key),
	SCENE(change_expense), SCENE(delete_expense), SCENE(delete_expense_later), SCENE(restore_expense), SCENE(restore_what_is_there),
	SCENE(make_category), SCENE(rename_category), SCENE(rename_category_to_the_same_name), SCENE(rename_default_category),
	SCENE(delete_category_with_all), SCENE(delete_empty_category), SCENE(delete_empty_category_for_another), SCENE(move_expenses),
	SCENE(add_keyword), SCENE(change_keyword), SCENE(add_keyword_again), SCENE(remove_keyword),
	SCENE(sign_up), SCENE(change_user), SCENE(begin_deletion), { "delete_step", delete_step, .prepare = begin_deletion },
	{ "delete_step_of_the_ledger", delete_step_of_the_ledger, .prepare = begin_deletion },
	{ "delete_step_of_the_replies", delete_step_of_the_replies, .prepare = begin_deletion },
	{ "sign_up_again", sign_up, .prepare = sign_up }, SCENE(add_ai_cost),
	SCENE(put_link_code), SCENE(try_right_code), SCENE(try_wrong_code), SCENE(set_alias), SCENE(end_alias), SCENE(set_link_again),
	SCENE(end_link), SCENE(end_link_of_an_unknown_message),
	{ "set_link_anew", set_link_again, .prepare = end_link_of_an_unknown_message },
	SCENE(put_token), SCENE(put_token_again), SCENE(revoke_token), SCENE(note_token_used), SCENE(remove_tokens), SCENE(put_policy),
	SCENE(remove_expired), SCENE(put_picture), SCENE(put_picture_again), SCENE(record_with_picture), SCENE(remove_picture), SCENE(remove_ai_calls),
};
const size_t write_scene_count = sizeof write_scenes / sizeof write_scenes[0];
