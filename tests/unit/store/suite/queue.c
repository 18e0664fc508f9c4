/* SPDX-License-Identifier: MIT */
/* What holds for every engine of the store about what waits: messages, replies, dead letters, references. */
#include "config.h"

#include "store_suite.h"

#include <stdio.h>

#include "arena.h"
#include "store_queue.h"

enum { MINUTE_MS = 60000 };

struct wait {
	struct suite       *s;
	bool                is_done;
	enum status         st;
	struct uuid         id;
	struct outbox_entry reply;
};

static void
on_done(enum status st, void *arg)
{
	struct wait *wait = arg;

	assert_false(wait->is_done);
	wait->is_done = true;
	wait->st = st;
}

static enum status
answered(struct wait *wait)
{
	suite_wait(wait->s, &wait->is_done);
	return wait->st;
}

static struct inbox_entry
entry_of(const char *user, int64_t received_ms)
{
	return (struct inbox_entry){ .message_id = uuid7_next(received_ms), .user_id = slice_of(user),
		.text = SLICE_LITERAL("早餐$20"), .deliver_to = SLICE_LITERAL("chat 1"), .received_ms = received_ms,
		.incoming = { .kind = INCOMING_TEXT, .conversation = SLICE_LITERAL("room"), .ref = SLICE_LITERAL("m1"),
		    .reply_to_ref = SLICE_LITERAL("m0"), .media = SLICE_LITERAL("photo"), .locale_hint = SLICE_LITERAL("ja") } };
}

static enum status
put(struct suite *s, const struct inbox_entry *entry)
{
	return suite_put_inbox(s, entry, NULL);
}

static enum status
claim(struct suite *s, const struct inbox_entry *entry, int64_t now_ms, uint32_t crash_mark)
{
	struct inbox_claim claim = { entry->message_id, now_ms, now_ms + MINUTE_MS, crash_mark };
	struct ledger ledger = store_ledger(s->store, entry->user_id);
	struct wait wait = { .s = s };

	store_claim_message(s->store, &ledger, &claim, on_done, &wait);
	return answered(&wait);
}

/* Records it as coming from the inbox, with the reply "ok" to be delivered. */
static struct message_entry
record_of(const struct inbox_entry *entry)
{
	struct message_entry record = suite_entry((const char *)entry->user_id.ptr, NULL, 0);

	record.id = entry->message_id;
	record.was_in_inbox = true;
	record.reply = SLICE_LITERAL("ok");
	record.deliver_to = entry->deliver_to;
	record.conversation = entry->incoming.conversation;
	record.ref = entry->incoming.ref;
	record.idempotency_key = entry->idempotency_key;
	return record;
}

/* --- the lists ------------------------------------------------------------------------------- */

struct found {
	size_t             count;
	struct inbox_entry entries[16];    /* without their texts */
	struct uuid        replies[16];
	struct dead_letter letters[16];
	struct slice       next;
	struct arena      *arena;
};

static void
on_message(const struct inbox_entry *entry, void *arg)
{
	struct found *found = arg;

	assert_true(slice_equal(entry->text, slice_of("早餐$20")));
	found->entries[found->count++] = *entry;
}

static void
on_reply(const struct outbox_entry *entry, void *arg)
{
	struct found *found = arg;

	found->replies[found->count++] = entry->message_id;
}

static void
on_letter(const struct dead_letter *letter, void *arg)
{
	struct found *found = arg;
	struct dead_letter *kept = &found->letters[found->count++];

	*kept = *letter;
	kept->why = arena_copy(found->arena, letter->why);
	if (letter->kind == LETTER_REPLY)
		kept->reply.text = arena_copy(found->arena, letter->reply.text);
	else
		kept->message.text = arena_copy(found->arena, letter->message.text);
}

static void
on_end(enum status st, struct slice next, void *arg)
{
	struct found *found = arg;

	assert_int_equal(st, ST_OK);
	found->next = next.len > 0 ? arena_copy(found->arena, next) : SLICE_EMPTY;
}

static struct found
due_messages(struct suite *s, const char *user, int64_t now_ms)
{
	static const struct due_message_callbacks callbacks = { on_message, on_end };
	struct found found = { .arena = s->arena };
	struct due_query query = { .now_ms = now_ms, .looks = 100 };

	store_list_due_messages(s->store, suite_ledger(s, user).shard, &query, &callbacks, &found);
	return found;
}

static struct found
due_replies(struct suite *s, const char *user, int64_t now_ms)
{
	static const struct due_reply_callbacks callbacks = { on_reply, on_end };
	struct found found = { .arena = s->arena };
	struct due_query query = { .now_ms = now_ms, .looks = 100 };

	store_list_due_replies(s->store, suite_ledger(s, user).shard, &query, &callbacks, &found);
	return found;
}

static struct found
dead_letters(struct suite *s, const char *user)
{
	static const struct dead_letter_callbacks callbacks = { on_letter, on_end };
	struct found found = { .arena = s->arena };
	struct due_query query = { .looks = 100 };

	store_list_dead(s->store, suite_ledger(s, user).shard, &query, &callbacks, &found);
	return found;
}

/* --- messages -------------------------------------------------------------------------------- */

static void
an_accepted_message_waits_until_it_is_recorded(void **state)
{
	struct suite *s = *state;
	struct inbox_entry entry = entry_of("line:U1", suite_now_ms());
	struct message_entry record = record_of(&entry);
	struct message message;

	assert_int_equal(put(s, &entry), ST_OK);
	assert_int_equal(put(s, &entry), ST_OK);
	assert_int_equal(due_messages(s, "line:U1", suite_now_ms()).count, 1);
	assert_int_equal(suite_message(s, "line:U1", &entry.message_id, &message), ST_OK);
	assert_int_equal(message.status, MESSAGE_WAITING);
	assert_true(slice_equal(message.text, entry.text));
	assert_int_equal(suite_message(s, "line:U2", &entry.message_id, &message), ST_NOT_FOUND);
	assert_int_equal(suite_record(s, &record, NULL), ST_OK);
	assert_int_equal(due_messages(s, "line:U1", suite_now_ms()).count, 0);
	assert_int_equal(claim(s, &entry, suite_now_ms(), 0), ST_NOT_FOUND);
	assert_int_equal(put(s, &entry), ST_OK);
	assert_int_equal(due_messages(s, "line:U1", suite_now_ms()).count, 0);
	assert_int_equal(suite_message(s, "line:U1", &entry.message_id, &message), ST_OK);
	assert_int_equal(message.status, MESSAGE_RECORDED);
}

static void
a_message_accepted_with_a_key_is_recorded_under_it_once(void **state)
{
	struct suite *s = *state;
	struct inbox_entry entry = entry_of("line:U1", suite_now_ms()), again = entry_of("line:U1", suite_now_ms() + 1);
	struct message_entry record;
	struct write_answer answer;
	struct message message;

	entry.idempotency_key = again.idempotency_key = slice_of("event 9");
	record = record_of(&entry);
	assert_int_equal(suite_put_inbox(s, &entry, &answer), ST_OK);
	assert_false(answer.is_replay);
	assert_int_equal(suite_put_inbox(s, &again, &answer), ST_OK);
	assert_true(answer.is_replay);
	assert_true(uuid_equal(&answer.message.id, &entry.message_id));
	assert_int_equal(suite_replay(s, "line:U1", "event 9", entry.request_hash, &message), ST_OK);
	assert_int_equal(message.status, MESSAGE_WAITING);
	assert_int_equal(suite_record(s, &record, &answer), ST_OK);
	assert_false(answer.is_replay);
	assert_int_equal(put(s, &again), ST_OK);
	assert_int_equal(due_messages(s, "line:U1", INT64_MAX).count, 0);
	again.request_hash[3] = 1;
	assert_int_equal(put(s, &again), ST_KEY_REUSED);
}

static void
nobody_else_gets_a_message_before_its_claim_has_ended(void **state)
{
	struct suite *s = *state;
	struct inbox_entry entry = entry_of("line:U1", suite_now_ms());

	entry.not_before_ms = suite_now_ms() + 10;
	assert_int_equal(put(s, &entry), ST_OK);
	assert_int_equal(due_messages(s, "line:U1", suite_now_ms() + 9).count, 0);
	assert_int_equal(claim(s, &entry, suite_now_ms() + 9, 1), ST_CONFLICT);
	assert_int_equal(claim(s, &entry, suite_now_ms() + 10, 1), ST_OK);
	assert_int_equal(claim(s, &entry, suite_now_ms() + 11, 1), ST_CONFLICT);
	assert_int_equal(due_messages(s, "line:U1", suite_now_ms() + 10 + MINUTE_MS).entries[0].attempts, 1);
}

static enum status
bring_forward(struct suite *s, const char *user, enum queue_kind queue, const struct uuid *id, int64_t from_ms, int64_t to_ms)
{
	struct bringing_forward change = { queue, *id, from_ms, to_ms };
	struct ledger ledger = suite_ledger(s, user);
	struct wait wait = { .s = s };

	store_bring_forward(s->store, &ledger, &change, on_done, &wait);
	return answered(&wait);
}

static void
a_message_is_brought_forward_only_from_where_it_was_found(void **state)
{
	struct suite *s = *state;
	int64_t now_ms = suite_now_ms();
	struct inbox_entry entry = entry_of("line:U1", now_ms);

	entry.not_before_ms = now_ms + MINUTE_MS;
	assert_int_equal(put(s, &entry), ST_OK);
	assert_int_equal(bring_forward(s, "line:U1", QUEUE_MESSAGES, &entry.message_id, now_ms + MINUTE_MS - 1, now_ms), ST_OK);
	assert_int_equal(due_messages(s, "line:U1", now_ms).count, 0);
	assert_int_equal(bring_forward(s, "line:U1", QUEUE_MESSAGES, &entry.message_id, now_ms + MINUTE_MS, now_ms + 5), ST_OK);
	assert_int_equal(claim(s, &entry, now_ms + 4, 1), ST_CONFLICT);
	assert_int_equal(claim(s, &entry, now_ms + 5, 1), ST_OK);
	assert_int_equal(bring_forward(s, "line:U2", QUEUE_MESSAGES, &entry.message_id, now_ms, now_ms), ST_NOT_FOUND);
}

static void
a_message_is_blamed_for_crashes_and_not_for_other_deaths(void **state)
{
	static const struct { uint32_t crash_mark, blames; } claims[] = { { 1, 0 }, { 1, 0 }, { 3, 1 }, { 0, 1 }, { 9, 1 }, { 10, 2 }, { 1, 2 } };
	struct suite *s = *state;
	struct inbox_entry entry = entry_of("line:U1", suite_now_ms());

	assert_int_equal(put(s, &entry), ST_OK);
	for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
		int64_t now_ms = suite_now_ms() + (int64_t)i * MINUTE_MS;

		assert_int_equal(claim(s, &entry, now_ms, claims[i].crash_mark), ST_OK);
		assert_int_equal(due_messages(s, "line:U1", now_ms + MINUTE_MS).entries[0].blames, claims[i].blames);
	}
}

static void
only_the_first_message_of_a_person_is_given_to_anybody(void **state)
{
	struct suite *s = *state;
	struct inbox_entry first = entry_of("line:U1", suite_now_ms()), second = entry_of("line:U1", suite_now_ms() + 1);
	struct message_entry record = record_of(&first);
	struct write_answer answer;

	first.not_before_ms = second.not_before_ms = suite_now_ms() + MINUTE_MS;
	assert_int_equal(suite_put_inbox(s, &first, &answer), ST_OK);
	assert_false(answer.must_wait);
	assert_int_equal(suite_put_inbox(s, &second, &answer), ST_OK);
	assert_true(answer.must_wait);
	assert_int_equal(due_messages(s, "line:U1", suite_now_ms()).count, 0);
	assert_int_equal(suite_record(s, &record, NULL), ST_OK);
	assert_int_equal(due_messages(s, "line:U1", suite_now_ms()).count, 1);
	assert_int_equal(claim(s, &second, suite_now_ms(), 0), ST_OK);
}

static void
a_walk_goes_on_where_its_part_before_ended(void **state)
{
	static const struct due_message_callbacks callbacks = { on_message, on_end };
	struct suite *s = *state;
	struct found found = { .arena = s->arena };
	char user[32];

	for (int i = 0; i < 12; i++) {
		struct inbox_entry entry;

		snprintf(user, sizeof user, "line:U%d", i);
		for (int twice = 0; twice < 2; twice++) {
			entry = entry_of(user, suite_now_ms() + i);
			assert_int_equal(put(s, &entry), ST_OK);
		}
	}
	for (unsigned shard = 0; shard < store_shard_count(s->store); shard++)
		do {
			struct due_query query = { .now_ms = suite_now_ms(), .from = found.next, .looks = 2 };

			store_list_due_messages(s->store, shard, &query, &callbacks, &found);
		} while (found.next.len > 0);
	assert_int_equal(found.count, 12);
}

static void
what_came_with_a_message_is_kept_with_it(void **state)
{
	struct suite *s = *state;
	static char large[MEDIA_MAX + 1];
	struct inbox_entry entry = entry_of("line:U1", suite_now_ms()), *kept;
	struct found found;

	entry.incoming.kind = INCOMING_IMAGE;
	assert_int_equal(put(s, &entry), ST_OK);
	found = due_messages(s, "line:U1", suite_now_ms());
	kept = &found.entries[0];
	assert_int_equal(kept->incoming.kind, INCOMING_IMAGE);
	assert_int_equal(kept->incoming.media.len, entry.incoming.media.len);
	assert_int_equal(kept->incoming.locale_hint.len, 2);
	assert_int_equal(kept->deliver_to.len, entry.deliver_to.len);
	entry.message_id = uuid7_next(suite_now_ms());
	entry.incoming.media = (struct slice){ large, sizeof large };
	assert_int_equal(put(s, &entry), ST_TEXT_TOO_LONG);
}

static void
a_person_lies_in_the_shard_of_the_hash_of_the_user_id(void **state)
{
	struct suite *s = *state;
	unsigned shards = store_shard_count(s->store);
	char user[32];

	for (int i = 0; i < 12; i++) {
		struct inbox_entry entry;
		struct ledger ledger;
		uint64_t n;

		snprintf(user, sizeof user, "line:U%d", i);
		ledger = suite_ledger(s, user);
		memcpy(&n, ledger.key, sizeof n);
		assert_int_equal(ledger.shard, le64toh(n) % shards);
		entry = entry_of(user, suite_now_ms() + i);
		assert_int_equal(put(s, &entry), ST_OK);
		assert_true(due_messages(s, user, suite_now_ms()).count >= 1);
	}
}

/* --- replies --------------------------------------------------------------------------------- */

static enum status
claim_reply(struct suite *s, const char *user, const struct uuid *id, int64_t now_ms)
{
	struct reply_claim claim = { *id, now_ms, now_ms + MINUTE_MS };
	struct ledger ledger = suite_ledger(s, user);
	struct wait wait = { .s = s };

	store_claim_reply(s->store, &ledger, &claim, on_done, &wait);
	return answered(&wait);
}

static void
finish_reply(struct suite *s, const char *user, const struct reply_outcome *outcome)
{
	struct ledger ledger = suite_ledger(s, user);
	struct wait wait = { .s = s };

	store_finish_reply(s->store, &ledger, outcome, on_done, &wait);
	assert_int_equal(answered(&wait), ST_OK);
}

static void
on_first_reply(enum status st, const struct outbox_entry *entry, void *arg)
{
	struct wait *wait = arg;

	on_done(st, wait);
	if (st != ST_OK)
		return;
	wait->reply = *entry;
	wait->reply.text = arena_copy(wait->s->arena, entry->text);
	wait->reply.why = arena_copy(wait->s->arena, entry->why);
	for (size_t i = 0; i < entry->button_count; i++)
		wait->reply.buttons[i].data = arena_copy(wait->s->arena, entry->buttons[i].data);
}

static enum status
first_reply(struct suite *s, const char *user, int64_t now_ms, struct outbox_entry *reply)
{
	struct ledger ledger = suite_ledger(s, user);
	struct wait wait = { .s = s };

	store_first_reply(s->store, &ledger, now_ms, on_first_reply, &wait);
	*reply = wait.reply;
	return answered(&wait);
}

/* A message recorded with its reply in the outbox. */
static struct uuid
record_with_reply(struct suite *s, const char *user)
{
	static const struct reply_button buttons[] = { { SLICE_LITERAL("Undo"), SLICE_LITERAL("undo 1") } };
	struct message_entry record = suite_entry(user, NULL, 0);

	record.reply = SLICE_LITERAL("ok");
	record.deliver_to = SLICE_LITERAL("chat 1");
	record.conversation = SLICE_LITERAL("room");
	record.ref = SLICE_LITERAL("asked");
	record.buttons = buttons;
	record.button_count = 1;
	assert_int_equal(suite_record(s, &record, NULL), ST_OK);
	return record.id;
}

static void
a_reply_is_brought_forward_only_from_where_it_was_found(void **state)
{
	struct suite *s = *state;
	int64_t now_ms = suite_now_ms();
	struct uuid id = record_with_reply(s, "line:U1");

	assert_int_equal(claim_reply(s, "line:U1", &id, now_ms), ST_OK);
	assert_int_equal(bring_forward(s, "line:U1", QUEUE_REPLIES, &id, now_ms, now_ms), ST_OK);
	assert_int_equal(due_replies(s, "line:U1", now_ms + 9).count, 0);
	assert_int_equal(bring_forward(s, "line:U1", QUEUE_REPLIES, &id, now_ms + MINUTE_MS, now_ms + 9), ST_OK);
	assert_int_equal(due_replies(s, "line:U1", now_ms + 9).count, 1);
	assert_int_equal(claim_reply(s, "line:U1", &id, now_ms + 8), ST_CONFLICT);
	assert_int_equal(claim_reply(s, "line:U1", &id, now_ms + 9), ST_OK);
	assert_int_equal(bring_forward(s, "line:U2", QUEUE_REPLIES, &id, now_ms, now_ms), ST_NOT_FOUND);
}

static void
a_reply_waits_until_it_was_sent_and_then_its_reference_leads_to_its_message(void **state)
{
	struct suite *s = *state;
	int64_t now_ms = suite_now_ms();
	struct uuid id = record_with_reply(s, "line:U1");
	struct reply_outcome sent = { .message_id = id, .result = REPLY_SENT, .now_ms = now_ms, .ref = SLICE_LITERAL("answered") };
	struct outbox_entry reply;
	struct message message;

	assert_int_equal(claim_reply(s, "line:U1", &id, now_ms), ST_OK);
	assert_int_equal(due_replies(s, "line:U1", now_ms + 9).count, 0);
	assert_int_equal(first_reply(s, "line:U1", now_ms, &reply), ST_OK);
	assert_true(uuid_equal(&reply.message_id, &id) && slice_equal(reply.text, slice_of("ok")));
	assert_int_equal(reply.button_count, 1);
	assert_true(slice_equal(reply.buttons[0].data, slice_of("undo 1")));
	assert_int_equal(claim_reply(s, "line:U1", &id, now_ms + 9), ST_CONFLICT);
	assert_int_equal(suite_reference(s, "line:U1", "room", "answered", &message), ST_NOT_FOUND);
	finish_reply(s, "line:U1", &sent);
	finish_reply(s, "line:U1", &sent);
	assert_int_equal(first_reply(s, "line:U1", now_ms, &reply), ST_NOT_FOUND);
	assert_int_equal(claim_reply(s, "line:U1", &id, now_ms + 10), ST_NOT_FOUND);
	assert_int_equal(suite_reference(s, "line:U1", "room", "answered", &message), ST_OK);
	assert_true(uuid_equal(&message.id, &id));
	assert_int_equal(suite_reference(s, "line:U1", "room", "asked", &message), ST_OK);
	assert_true(uuid_equal(&message.id, &id));
	assert_int_equal(suite_reference(s, "line:U1", "other room", "asked", &message), ST_NOT_FOUND);
	assert_int_equal(suite_reference(s, "line:U2", "room", "asked", &message), ST_NOT_FOUND);
}

static void
a_reply_that_failed_goes_on_with_its_next_part_after_its_pause(void **state)
{
	struct suite *s = *state;
	int64_t now_ms = suite_now_ms();
	struct uuid id = record_with_reply(s, "line:U1");
	struct reply_outcome later = { .message_id = id, .result = REPLY_LATER, .now_ms = now_ms, .not_before_ms = now_ms + 500, .step = 2,
		.why = SLICE_LITERAL("429") };
	struct outbox_entry reply;

	assert_int_equal(claim_reply(s, "line:U1", &id, now_ms), ST_OK);
	finish_reply(s, "line:U1", &later);
	assert_int_equal(due_replies(s, "line:U1", now_ms + 499).count, 0);
	assert_int_equal(due_replies(s, "line:U1", now_ms + 500).count, 1);
	assert_int_equal(first_reply(s, "line:U1", now_ms, &reply), ST_OK);
	assert_int_equal(reply.step, 2);
	assert_int_equal(reply.attempts, 1);
	assert_true(slice_equal(reply.why, slice_of("429")));
}

static void
replies_keep_their_order_until_one_has_failed_often(void **state)
{
	struct suite *s = *state;
	int64_t now_ms = suite_now_ms();
	struct uuid first = record_with_reply(s, "line:U1"), second = record_with_reply(s, "line:U1");
	struct reply_outcome later = { .message_id = first, .result = REPLY_LATER, .now_ms = now_ms };
	struct outbox_entry reply;

	for (int attempt = 0; attempt < REPLY_PATIENCE; attempt++) {
		assert_int_equal(claim_reply(s, "line:U1", &first, now_ms), ST_OK);
		assert_int_equal(first_reply(s, "line:U1", now_ms + MINUTE_MS, &reply), ST_OK);
		assert_true(uuid_equal(&reply.message_id, &first));
		later.not_before_ms = attempt + 1 < REPLY_PATIENCE ? now_ms : now_ms + MINUTE_MS;
		finish_reply(s, "line:U1", &later);
	}
	assert_int_equal(first_reply(s, "line:U1", now_ms, &reply), ST_OK);
	assert_true(uuid_equal(&reply.message_id, &second));
	assert_int_equal(reply.not_before_ms, 0);
	assert_true(uuid_equal(&due_replies(s, "line:U1", now_ms).replies[0], &second));
}

/* --- dead letters ---------------------------------------------------------------------------- */

static enum status
settle(struct suite *s, const char *user, const struct dead_letter_action *action)
{
	struct ledger ledger = suite_ledger(s, user);
	struct wait wait = { .s = s };

	store_settle_dead(s->store, &ledger, action, on_done, &wait);
	return answered(&wait);
}

static void
a_reply_that_was_given_up_can_be_tried_again_or_dropped(void **state)
{
	struct suite *s = *state;
	int64_t now_ms = suite_now_ms();
	struct uuid id = record_with_reply(s, "line:U1");
	struct reply_outcome dead = { .message_id = id, .result = REPLY_DEAD, .now_ms = now_ms, .why = SLICE_LITERAL("blocked") };
	struct dead_letter_action action = { .message_id = id, .kind = LETTER_REPLY, .now_ms = now_ms };
	struct found found;

	finish_reply(s, "line:U1", &dead);
	assert_int_equal(due_replies(s, "line:U1", INT64_MAX).count, 0);
	found = dead_letters(s, "line:U1");
	assert_int_equal(found.count, 1);
	assert_true(found.letters[0].kind == LETTER_REPLY && slice_equal(found.letters[0].why, slice_of("blocked")));
	assert_true(uuid_equal(&found.letters[0].reply.message_id, &id));
	assert_int_equal(settle(s, "line:U1", &action), ST_OK);
	assert_int_equal(dead_letters(s, "line:U1").count, 0);
	assert_int_equal(due_replies(s, "line:U1", now_ms).count, 1);
	finish_reply(s, "line:U1", &dead);
	action.is_dropped = true;
	assert_int_equal(settle(s, "line:U1", &action), ST_OK);
	assert_int_equal(settle(s, "line:U1", &action), ST_NOT_FOUND);
	assert_int_equal(due_replies(s, "line:U1", INT64_MAX).count, 0);
}

static void
a_message_that_was_given_up_comes_back_under_a_new_id(void **state)
{
	struct suite *s = *state;
	struct inbox_entry entry = entry_of("line:U1", suite_now_ms());
	struct message_entry record;
	struct dead_letter_action action = { .message_id = entry.message_id, .now_ms = suite_now_ms() };
	struct found found;

	entry.idempotency_key = slice_of("event 1");
	record = record_of(&entry);
	record.status = MESSAGE_FAILED;
	record.dead_why = SLICE_LITERAL("crashed");
	assert_int_equal(put(s, &entry), ST_OK);
	assert_int_equal(suite_record(s, &record, NULL), ST_OK);
	found = dead_letters(s, "line:U1");
	assert_int_equal(found.count, 1);
	assert_true(slice_equal(found.letters[0].message.text, entry.text));
	assert_int_equal(settle(s, "line:U1", &action), ST_BAD_VALUE);
	action.new_id = uuid7_next(suite_now_ms() + 5);
	assert_int_equal(settle(s, "line:U1", &action), ST_OK);
	found = due_messages(s, "line:U1", suite_now_ms() + 5);
	assert_int_equal(found.count, 1);
	assert_true(uuid_equal(&found.entries[0].message_id, &action.new_id));
	assert_int_equal(dead_letters(s, "line:U1").count, 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, suite_setup, suite_teardown)

const struct CMUnitTest suite_queue_tests[] = {
	CASE(an_accepted_message_waits_until_it_is_recorded),
	CASE(a_message_accepted_with_a_key_is_recorded_under_it_once),
	CASE(nobody_else_gets_a_message_before_its_claim_has_ended),
	CASE(a_message_is_brought_forward_only_from_where_it_was_found),
	CASE(a_message_is_blamed_for_crashes_and_not_for_other_deaths),
	CASE(only_the_first_message_of_a_person_is_given_to_anybody),
	CASE(a_walk_goes_on_where_its_part_before_ended),
	CASE(what_came_with_a_message_is_kept_with_it),
	CASE(a_person_lies_in_the_shard_of_the_hash_of_the_user_id),
	CASE(a_reply_is_brought_forward_only_from_where_it_was_found),
	CASE(a_reply_waits_until_it_was_sent_and_then_its_reference_leads_to_its_message),
	CASE(a_reply_that_failed_goes_on_with_its_next_part_after_its_pause),
	CASE(replies_keep_their_order_until_one_has_failed_often),
	CASE(a_reply_that_was_given_up_can_be_tried_again_or_dropped),
	CASE(a_message_that_was_given_up_comes_back_under_a_new_id),
};
const size_t suite_queue_test_count = sizeof suite_queue_tests / sizeof suite_queue_tests[0];
