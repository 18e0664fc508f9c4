/* SPDX-License-Identifier: MIT */
/* What holds for every engine of the store about jobs, and about the notices that they leave. */
#include "config.h"

#include "store_suite.h"

#include <stdio.h>

#include "arena.h"

enum { MINUTE_MS = 60000 };

/* A message whose job waits from then on. */
static struct uuid
record_with_job(struct suite *s, const char *user)
{
	struct message_entry record = suite_entry(user, NULL, 0);

	record.text = SLICE_LITERAL("zorbl 50");
	record.deliver_to = SLICE_LITERAL("chat 1");
	record.conversation = SLICE_LITERAL("room");
	record.wants_suggestion = true;
	assert_int_equal(suite_record(s, &record, NULL), ST_OK);
	return record.id;
}

static enum status
claim(struct suite *s, const char *user, const struct uuid *id, int64_t now_ms, uint32_t crash_mark)
{
	struct inbox_claim claim = { *id, now_ms, now_ms + MINUTE_MS, crash_mark };
	struct ledger ledger = suite_ledger(s, user);
	struct suite_outcome wait = { 0 };

	store_claim_job(s->store, &ledger, &claim, suite_done, &wait);
	suite_wait(s, &wait.is_done);
	return wait.st;
}

static enum status
finish(struct suite *s, const char *user, const struct queued_outcome *outcome)
{
	struct ledger ledger = suite_ledger(s, user);
	struct suite_outcome wait = { 0 };

	store_finish_job(s->store, &ledger, outcome, suite_done, &wait);
	suite_wait(s, &wait.is_done);
	return wait.st;
}

/* --- the lists ------------------------------------------------------------------------------- */

struct found {
	struct arena       *arena;
	size_t              count;
	struct queued_job   jobs[8];
	struct outbox_entry notices[8];
	struct dead_letter  letters[8];
};

static void
on_job(const struct queued_job *job, void *arg)
{
	struct found *found = arg;
	struct queued_job *kept = &found->jobs[found->count++];

	*kept = *job;
	kept->text = arena_copy(found->arena, job->text);
	kept->user_id = arena_copy(found->arena, job->user_id);
	kept->why = arena_copy(found->arena, job->why);
}

static void
on_reply(const struct outbox_entry *entry, void *arg)
{
	struct found *found = arg;
	struct outbox_entry *kept = &found->notices[found->count];

	if (!entry->is_notice)
		return;
	*kept = *entry;
	kept->text = arena_copy(found->arena, entry->text);
	kept->deliver_to = arena_copy(found->arena, entry->deliver_to);
	found->count++;
}

static void
on_letter(const struct dead_letter *letter, void *arg)
{
	struct found *found = arg;
	struct dead_letter *kept = &found->letters[found->count++];

	*kept = *letter;
	kept->why = arena_copy(found->arena, letter->why);
}

static void
on_end(enum status st, struct slice next, void *arg)
{
	(void)arg;
	assert_int_equal(st, ST_OK);
	assert_int_equal(next.len, 0);
}

static void
on_listed(enum status st, void *arg)
{
	(void)arg;
	assert_int_equal(st, ST_OK);
}

static struct found
jobs_of(struct suite *s, const char *user)
{
	static const struct job_list_callbacks callbacks = { on_job, on_listed };
	struct ledger ledger = suite_ledger(s, user);
	struct found found = { .arena = s->arena };

	store_list_jobs(s->store, &ledger, &callbacks, &found);
	return found;
}

static struct found
due_jobs(struct suite *s, const char *user, int64_t now_ms)
{
	static const struct due_job_callbacks callbacks = { on_job, on_end };
	struct due_query query = { .now_ms = now_ms, .looks = 100 };
	struct found found = { .arena = s->arena };

	store_list_due_jobs(s->store, suite_ledger(s, user).shard, &query, &callbacks, &found);
	return found;
}

/* The one that is due first; replies are due at once, and they hide no notice once they are sent. */
static struct found
due_notices(struct suite *s, const char *user, int64_t now_ms)
{
	static const struct due_reply_callbacks callbacks = { on_reply, on_end };
	struct due_query query = { .now_ms = now_ms, .looks = 100 };
	struct found found = { .arena = s->arena };

	store_list_due_replies(s->store, suite_ledger(s, user).shard, &query, &callbacks, &found);
	return found;
}

static struct found
dead_letters(struct suite *s, const char *user)
{
	static const struct dead_letter_callbacks callbacks = { on_letter, on_end };
	struct due_query query = { .looks = 100 };
	struct found found = { .arena = s->arena };

	store_list_dead(s->store, suite_ledger(s, user).shard, &query, &callbacks, &found);
	return found;
}

/* --- jobs --------------------------------------------------------------------------------------- */

static void
a_job_waits_until_it_is_done(void **state)
{
	struct suite *s = *state;
	int64_t now_ms = suite_now_ms();
	struct uuid id = record_with_job(s, "line:U1");
	struct found found = due_jobs(s, "line:U1", now_ms);

	assert_int_equal(found.count, 1);
	assert_true(uuid_equal(&found.jobs[0].id, &id) && slice_equal(found.jobs[0].text, slice_of("zorbl 50")));
	assert_true(slice_equal(found.jobs[0].user_id, slice_of("line:U1")));
	assert_int_equal(claim(s, "line:U1", &id, now_ms, 0), ST_OK);
	assert_int_equal(claim(s, "line:U1", &id, now_ms + 1, 0), ST_CONFLICT);
	assert_int_equal(due_jobs(s, "line:U1", now_ms + 1).count, 0);
	assert_int_equal(due_jobs(s, "line:U1", now_ms + MINUTE_MS).count, 1);
	assert_int_equal(finish(s, "line:U1", &(struct queued_outcome){ .id = id, .now_ms = now_ms }), ST_OK);
	assert_int_equal(due_jobs(s, "line:U1", INT64_MAX).count, 0);
	assert_int_equal(claim(s, "line:U1", &id, now_ms, 0), ST_NOT_FOUND);
	assert_int_equal(finish(s, "line:U1", &(struct queued_outcome){ .id = id, .now_ms = now_ms }), ST_OK);
}

static enum status
bring_forward(struct suite *s, const char *user, const struct uuid *id, int64_t from_ms, int64_t to_ms)
{
	struct bringing_forward change = { QUEUE_JOBS, *id, from_ms, to_ms };
	struct ledger ledger = suite_ledger(s, user);
	struct suite_outcome wait = { 0 };

	store_bring_forward(s->store, &ledger, &change, suite_done, &wait);
	suite_wait(s, &wait.is_done);
	return wait.st;
}

static void
a_job_is_brought_forward_only_from_where_it_was_found(void **state)
{
	struct suite *s = *state;
	int64_t now_ms = suite_now_ms();
	struct uuid id = record_with_job(s, "line:U1");

	assert_int_equal(claim(s, "line:U1", &id, now_ms, 0), ST_OK);
	assert_int_equal(bring_forward(s, "line:U1", &id, now_ms, now_ms), ST_OK);
	assert_int_equal(due_jobs(s, "line:U1", now_ms).count, 0);
	assert_int_equal(bring_forward(s, "line:U1", &id, now_ms + MINUTE_MS, now_ms), ST_OK);
	assert_int_equal(due_jobs(s, "line:U1", now_ms).count, 1);
	assert_int_equal(bring_forward(s, "line:U2", &id, now_ms, now_ms), ST_NOT_FOUND);
}

static void
a_job_that_is_put_off_keeps_no_other_one_waiting(void **state)
{
	struct suite *s = *state;
	int64_t now_ms = suite_now_ms();
	struct uuid first = record_with_job(s, "line:U1"), second = record_with_job(s, "line:U1");
	struct queued_outcome later = { .id = first, .result = QUEUED_LATER, .now_ms = now_ms, .not_before_ms = now_ms + MINUTE_MS,
		.why = SLICE_LITERAL("no provider answered") };
	struct found found;

	assert_int_equal(claim(s, "line:U1", &first, now_ms, 0), ST_OK);
	assert_int_equal(finish(s, "line:U1", &later), ST_OK);
	found = due_jobs(s, "line:U1", now_ms + 1);
	assert_int_equal(found.count, 1);
	assert_true(uuid_equal(&found.jobs[0].id, &second));
	found = due_jobs(s, "line:U1", now_ms + MINUTE_MS);
	assert_true(uuid_equal(&found.jobs[0].id, &first) && slice_equal(found.jobs[0].why, slice_of("no provider answered")));
	assert_int_equal(found.jobs[0].attempts, 1);
}

static void
a_job_is_blamed_for_crashes_during_its_claims_only(void **state)
{
	struct suite *s = *state;
	int64_t now_ms = suite_now_ms();
	struct uuid id = record_with_job(s, "line:U1");
	struct queued_outcome later = { .id = id, .result = QUEUED_LATER, .now_ms = now_ms };

	assert_int_equal(claim(s, "line:U1", &id, now_ms, 1), ST_OK);
	assert_int_equal(claim(s, "line:U1", &id, now_ms + MINUTE_MS, 2), ST_OK);
	assert_int_equal(due_jobs(s, "line:U1", INT64_MAX).jobs[0].blames, 1);
	assert_int_equal(finish(s, "line:U1", &later), ST_OK);
	assert_int_equal(claim(s, "line:U1", &id, now_ms, 9), ST_OK);
	assert_int_equal(due_jobs(s, "line:U1", INT64_MAX).jobs[0].blames, 1);
}

static void
no_more_jobs_of_a_ledger_wait_than_may(void **state)
{
	struct suite *s = *state;
	struct uuid first = record_with_job(s, "line:U1");
	unsigned count = 0;

	for (int i = 0; i < JOBS_PER_LEDGER_MAX + 4; i++)
		record_with_job(s, "line:U1");
	for (struct found found; (found = due_jobs(s, "line:U1", INT64_MAX)).count > 0; count++)
		finish(s, "line:U1", &(struct queued_outcome){ .id = found.jobs[0].id });
	assert_int_equal(count, JOBS_PER_LEDGER_MAX);
	assert_int_equal(claim(s, "line:U1", &first, suite_now_ms(), 0), ST_NOT_FOUND);
}

static void
a_job_that_was_given_up_can_be_tried_again_or_dropped(void **state)
{
	struct suite *s = *state;
	struct uuid id = record_with_job(s, "line:U1");
	struct queued_outcome dead = { .id = id, .result = QUEUED_DEAD, .now_ms = suite_now_ms(), .why = SLICE_LITERAL("crashed") };
	struct dead_letter_action action = { .message_id = id, .kind = LETTER_JOB, .now_ms = suite_now_ms() };
	struct ledger ledger = suite_ledger(s, "line:U1");
	struct found found;
	struct suite_outcome wait = { 0 };

	assert_int_equal(finish(s, "line:U1", &dead), ST_OK);
	assert_int_equal(due_jobs(s, "line:U1", INT64_MAX).count, 0);
	found = dead_letters(s, "line:U1");
	assert_int_equal(found.count, 1);
	assert_int_equal(found.letters[0].kind, LETTER_JOB);
	assert_true(uuid_equal(&found.letters[0].job.id, &id) && slice_equal(found.letters[0].why, slice_of("crashed")));
	store_settle_dead(s->store, &ledger, &action, suite_done, &wait);
	suite_wait(s, &wait.is_done);
	assert_int_equal(due_jobs(s, "line:U1", suite_now_ms()).count, 1);
	assert_int_equal(dead_letters(s, "line:U1").count, 0);
}

/* --- notices ------------------------------------------------------------------------------------- */

/* The job's end, with a notice that is due a minute later. */
static void
finish_with_notice(struct suite *s, const char *user, const struct uuid *id, const char *text, const char *conversation, int64_t now_ms)
{
	struct queued_outcome outcome = { .id = *id, .now_ms = now_ms, .has_notice = true, .notice = { .message_id = uuid7_next(now_ms),
		.user_id = slice_of(user), .deliver_to = slice_of(text), .text = slice_of(text), .conversation = slice_of(conversation),
		.button_count = 2, .buttons = { { SLICE_LITERAL("a"), slice_of(text) }, { SLICE_LITERAL("b"), slice_of(text) } },
		.created_ms = now_ms, .not_before_ms = now_ms + MINUTE_MS } };

	assert_int_equal(finish(s, user, &outcome), ST_OK);
}

static void
send_replies(struct suite *s, const char *user, const struct uuid *ids, size_t count)
{
	struct ledger ledger = suite_ledger(s, user);

	for (size_t i = 0; i < count; i++) {
		struct reply_outcome sent = { .message_id = ids[i], .result = REPLY_SENT };
		struct suite_outcome wait = { 0 };

		store_finish_reply(s->store, &ledger, &sent, suite_done, &wait);
		suite_wait(s, &wait.is_done);
	}
}

static void
notices_to_one_conversation_leave_as_one_until_the_first_is_due(void **state)
{
	struct suite *s = *state;
	int64_t now_ms = suite_now_ms();
	struct uuid jobs[4];
	struct found found;

	for (size_t i = 0; i < 4; i++)
		jobs[i] = record_with_job(s, "line:U1");
	send_replies(s, "line:U1", jobs, 4);
	finish_with_notice(s, "line:U1", &jobs[0], "one", "room", now_ms);
	finish_with_notice(s, "line:U1", &jobs[1], "two", "room", now_ms + MINUTE_MS - 1);
	assert_int_equal(due_notices(s, "line:U1", now_ms + MINUTE_MS - 1).count, 0);
	found = due_notices(s, "line:U1", now_ms + MINUTE_MS);
	assert_int_equal(found.count, 1);
	assert_true(slice_equal(found.notices[0].text, slice_of("one\ntwo")) && slice_equal(found.notices[0].deliver_to, slice_of("two")));
	assert_int_equal(found.notices[0].button_count, 4);
	assert_true(slice_equal(found.notices[0].buttons[3].data, slice_of("two")));

	finish_with_notice(s, "line:U1", &jobs[2], "three", "other room", now_ms + 1);
	finish_with_notice(s, "line:U1", &jobs[3], "four", "room", now_ms + 2);        /* no room for its buttons */
	send_replies(s, "line:U1", &found.notices[0].message_id, 1);
	found = due_notices(s, "line:U1", now_ms + 2 * MINUTE_MS);
	assert_true(slice_equal(found.notices[0].text, slice_of("three")));
	send_replies(s, "line:U1", &found.notices[0].message_id, 1);
	found = due_notices(s, "line:U1", now_ms + 2 * MINUTE_MS);
	assert_true(slice_equal(found.notices[0].text, slice_of("four")));
}

static void
claim_reply(struct suite *s, const char *user, const struct uuid *id, int64_t now_ms, int64_t until_ms)
{
	struct reply_claim claim = { *id, now_ms, until_ms };
	struct ledger ledger = suite_ledger(s, user);
	struct suite_outcome wait = { 0 };

	store_claim_reply(s->store, &ledger, &claim, suite_done, &wait);
	suite_wait(s, &wait.is_done);
	assert_int_equal(wait.st, ST_OK);
}

static void
a_notice_joins_no_reply(void **state)
{
	struct suite *s = *state;
	int64_t now_ms = suite_now_ms();
	struct uuid job = record_with_job(s, "line:U1");
	struct reply_outcome later = { .message_id = job, .result = REPLY_LATER, .now_ms = now_ms, .not_before_ms = now_ms + MINUTE_MS };
	struct ledger ledger = suite_ledger(s, "line:U1");
	struct suite_outcome wait = { 0 };
	struct found found;

	store_finish_reply(s->store, &ledger, &later, suite_done, &wait);
	suite_wait(s, &wait.is_done);
	finish_with_notice(s, "line:U1", &job, "one", "room", now_ms);
	send_replies(s, "line:U1", &job, 1);
	found = due_notices(s, "line:U1", now_ms + MINUTE_MS);
	assert_int_equal(found.count, 1);
	assert_true(slice_equal(found.notices[0].text, slice_of("one")));
}

/* Its sender has the text that it sends already. */
static void
a_notice_joins_none_that_somebody_has_taken(void **state)
{
	struct suite *s = *state;
	int64_t now_ms = suite_now_ms();
	struct uuid jobs[2] = { record_with_job(s, "line:U1"), record_with_job(s, "line:U1") };
	struct found found;

	send_replies(s, "line:U1", jobs, 2);
	finish_with_notice(s, "line:U1", &jobs[0], "one", "room", now_ms);
	found = due_notices(s, "line:U1", now_ms + MINUTE_MS);
	claim_reply(s, "line:U1", &found.notices[0].message_id, now_ms + MINUTE_MS, now_ms + 3 * MINUTE_MS);
	finish_with_notice(s, "line:U1", &jobs[1], "two", "room", now_ms + MINUTE_MS);
	found = due_notices(s, "line:U1", now_ms + 2 * MINUTE_MS);
	assert_int_equal(found.count, 1);
	assert_true(slice_equal(found.notices[0].text, slice_of("two")));
}

/* Somebody may be about to take it. */
static void
a_notice_joins_none_that_is_due(void **state)
{
	struct suite *s = *state;
	int64_t now_ms = suite_now_ms();
	struct uuid jobs[2] = { record_with_job(s, "line:U1"), record_with_job(s, "line:U1") };
	struct found found;

	send_replies(s, "line:U1", jobs, 2);
	finish_with_notice(s, "line:U1", &jobs[0], "one", "room", now_ms);
	finish_with_notice(s, "line:U1", &jobs[1], "two", "room", now_ms + MINUTE_MS);
	found = due_notices(s, "line:U1", now_ms + MINUTE_MS);
	assert_int_equal(found.count, 1);
	assert_true(slice_equal(found.notices[0].text, slice_of("one")));
}

/* It would wait for as long as the clock was ahead. */
static void
a_notice_joins_none_of_a_time_that_has_not_come(void **state)
{
	struct suite *s = *state;
	int64_t now_ms = suite_now_ms();
	struct uuid jobs[2] = { record_with_job(s, "line:U1"), record_with_job(s, "line:U1") };
	struct found found;

	send_replies(s, "line:U1", jobs, 2);
	finish_with_notice(s, "line:U1", &jobs[0], "one", "room", now_ms + 9 * MINUTE_MS);
	finish_with_notice(s, "line:U1", &jobs[1], "two", "room", now_ms);          /* the clock was set back meanwhile */
	found = due_notices(s, "line:U1", now_ms + MINUTE_MS);
	assert_int_equal(found.count, 1);
	assert_true(slice_equal(found.notices[0].text, slice_of("two")));
}

static void
notices_that_are_too_long_for_one_message_leave_as_two(void **state)
{
	static char text[REPLY_MAX + 1];
	struct suite *s = *state;
	int64_t now_ms = suite_now_ms();
	struct uuid jobs[2] = { record_with_job(s, "line:U1"), record_with_job(s, "line:U1") };
	struct found found;

	send_replies(s, "line:U1", jobs, 2);
	memset(text, 'x', REPLY_MAX - 3);
	for (size_t i = 0; i < 2; i++) {
		struct queued_outcome outcome = { .id = jobs[i], .now_ms = now_ms, .has_notice = true, .notice = { .message_id = uuid7_next(now_ms),
			.user_id = SLICE_LITERAL("line:U1"), .text = i == 0 ? slice_of(text) : slice_of("two"), .conversation = SLICE_LITERAL("room"),
			.created_ms = now_ms, .not_before_ms = now_ms + MINUTE_MS } };

		assert_int_equal(finish(s, "line:U1", &outcome), ST_OK);
	}
	found = due_notices(s, "line:U1", now_ms + MINUTE_MS);
	assert_true(slice_equal(found.notices[0].text, slice_of(text)));
	send_replies(s, "line:U1", &found.notices[0].message_id, 1);
	found = due_notices(s, "line:U1", now_ms + MINUTE_MS);
	assert_true(slice_equal(found.notices[0].text, slice_of("two")));
}

static void
a_notice_that_waits_keeps_no_reply_back(void **state)
{
	struct suite *s = *state;
	int64_t now_ms = suite_now_ms();
	struct uuid job = record_with_job(s, "line:U1"), reply;

	send_replies(s, "line:U1", &job, 1);
	finish_with_notice(s, "line:U1", &job, "one", "room", now_ms);
	reply = record_with_job(s, "line:U1");
	assert_int_equal(due_notices(s, "line:U1", now_ms).count, 0);
	claim_reply(s, "line:U1", &reply, now_ms, now_ms + 1);
}

static void
the_jobs_of_a_ledger_are_listed_with_their_texts(void **state)
{
	struct suite *s = *state;
	struct uuid one = record_with_job(s, "line:U1"), two = record_with_job(s, "line:U1");
	struct queued_outcome done = { .id = one, .result = QUEUED_DONE, .now_ms = suite_now_ms() };
	struct found found;

	record_with_job(s, "line:U2");
	assert_int_equal(jobs_of(s, "line:nobody").count, 0);
	assert_int_equal(claim(s, "line:U1", &one, suite_now_ms(), 1), ST_OK);
	found = jobs_of(s, "line:U1");                /* one of them is being done */
	assert_int_equal(found.count, 2);
	for (size_t i = 0; i < 2; i++)
		assert_true(slice_equal(found.jobs[i].text, slice_of("zorbl 50")));
	assert_int_equal(finish(s, "line:U1", &done), ST_OK);
	found = jobs_of(s, "line:U1");
	assert_int_equal(found.count, 1);
	assert_true(uuid_equal(&found.jobs[0].id, &two));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, suite_setup, suite_teardown)

const struct CMUnitTest suite_job_tests[] = {
	CASE(a_job_waits_until_it_is_done),
	CASE(a_job_is_brought_forward_only_from_where_it_was_found),
	CASE(a_job_that_is_put_off_keeps_no_other_one_waiting),
	CASE(a_job_is_blamed_for_crashes_during_its_claims_only),
	CASE(no_more_jobs_of_a_ledger_wait_than_may),
	CASE(a_job_that_was_given_up_can_be_tried_again_or_dropped),
	CASE(notices_to_one_conversation_leave_as_one_until_the_first_is_due),
	CASE(a_notice_joins_no_reply),
	CASE(a_notice_joins_none_that_somebody_has_taken),
	CASE(a_notice_joins_none_that_is_due),
	CASE(a_notice_joins_none_of_a_time_that_has_not_come),
	CASE(notices_that_are_too_long_for_one_message_leave_as_two),
	CASE(a_notice_that_waits_keeps_no_reply_back),
	CASE(the_jobs_of_a_ledger_are_listed_with_their_texts),
};
const size_t suite_job_test_count = sizeof suite_job_tests / sizeof suite_job_tests[0];
