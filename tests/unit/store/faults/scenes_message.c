/* SPDX-License-Identifier: MIT */
/* What is written of messages, of their pictures, replies and jobs, one scene each; see world.h. */
#include "config.h"

#include "scene.h"

static const char main_user[] = "line:U1", alias_user[] = "slack:T:A", new_user[] = "line:U9";

enum { MINUTE_MS = 60000 };

/* --- messages ------------------------------------------------------------------------------- */

static const struct reply_button button = { SLICE_LITERAL("Undo"), SLICE_LITERAL("u1") };

static enum status
record_everything(struct world *w)
{
	struct new_expense new[2] = { suite_new_expense(20800, 5), suite_new_expense(20801, 7) };
	struct ai_cost cost = { .call_id = fresh_id(), .now_ms = suite_now_ms(), .operation = SLICE_LITERAL("parse"),
		.provider = SLICE_LITERAL("gemini"), .model = SLICE_LITERAL("flash"), .currency = { "USD" }, .usage = { .calls = 1 }, .is_listed = true, .result = "ok" };
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
		.provider = SLICE_LITERAL("gemini"), .model = SLICE_LITERAL("flash"), .currency = { "USD" }, .usage = { .calls = 1 }, .result = "ok" };
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

const struct scene message_scenes[] = {
	SCENE(record_everything), SCENE(record_of_a_new_user), SCENE(record_that_links), SCENE(record_that_deletes_the_user),
	SCENE(record_again), SCENE(record_with_a_used_key), SCENE(record_with_the_key_of_a_message),
	SCENE(record_as_dead_what_does_not_wait), SCENE(put_inbox), SCENE(put_inbox_of_an_alias), SCENE(put_inbox_handed_on),
	SCENE(put_inbox_again), SCENE(drop_message), SCENE(claim_message), SCENE(claim_reply), SCENE(finish_reply_sent),
	SCENE(finish_reply_later), SCENE(finish_reply_dead), SCENE(claim_job), SCENE(finish_job_done), SCENE(finish_job_later),
	SCENE(finish_job_dead), SCENE(bring_message_back), SCENE(bring_reply_back), SCENE(bring_job_back), SCENE(drop_letter),
	SCENE(put_picture), SCENE(put_picture_again), SCENE(record_with_picture), SCENE(remove_picture),
};
const size_t message_scene_count = sizeof message_scenes / sizeof message_scenes[0];
