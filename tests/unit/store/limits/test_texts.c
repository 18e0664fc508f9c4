/* SPDX-License-Identifier: MIT */
/* Texts as long as they may be are taken, and one byte more is refused by the store itself, whoever asked and whatever was checked before. */
#include "config.h"

#include "limits.h"

#include "log.h"
#include "store_dialogue.h"

struct limit {
	size_t at, max;                    /* where the slice is; how long it may be */
};

#define LIMIT(type, member, max) { offsetof(struct type, member), max }

/* Each of them as long as it may be is taken, one byte more is refused.  The act gives a record new ids before it puts it. */
static void
check_limits(const void *good, size_t size, const struct limit *limits, size_t count, enum status (*act)(void *record), enum status refusal)
{
	static char text[POLICY_TEXT_MAX + 1];
	char *record = malloc(size);

	memset(text, 'x', sizeof text);
	for (size_t i = 0; i < count; i++)
		for (size_t more = 0; more < 2; more++) {
			struct slice slice = { text, limits[i].max + more };

			memcpy(record, good, size);
			memcpy(record + limits[i].at, &slice, sizeof slice);
			assert_int_equal(act(record), more > 0 ? refusal : ST_OK);
			text[0] = text[0] == 'x' ? 'y' : 'x';          /* keys are used once */
		}
	free(record);
}

#define CHECK_LIMITS(good, limits, act, refusal) check_limits(&(good), sizeof (good), limits, sizeof (limits) / sizeof (limits)[0], act, refusal)

static enum status
record(void *entry)
{
	((struct message_entry *)entry)->id = limits_fresh_id();
	return suite_record(limits_suite, entry, NULL);
}

static void
texts_of_a_message(void **state)
{
	static const struct limit texts[] = { LIMIT(message_entry, reply, REPLY_MAX), LIMIT(message_entry, idempotency_key, IDEMPOTENCY_KEY_MAX),
		LIMIT(message_entry, deliver_to, DELIVER_TO_MAX), LIMIT(message_entry, conversation, CONVERSATION_MAX),
		LIMIT(message_entry, ref, REFERENCE_MAX), LIMIT(message_entry, dead_why, WHY_MAX), LIMIT(message_entry, text, MESSAGE_TEXT_MAX) };
	static const struct limit names[] = { LIMIT(message_entry, understood_by, AI_PROVIDER_MAX) };
	struct message_entry entry = suite_entry(limits_user, NULL, 0);

	(void)state;
	CHECK_LIMITS(entry, texts, record, ST_TEXT_TOO_LONG);
	CHECK_LIMITS(entry, names, record, ST_BAD_VALUE);
}

static enum status
record_dialogue(void *dialogue)
{
	struct message_entry entry = suite_entry(limits_user, NULL, 0);

	entry.dialogue = dialogue;
	return suite_record(limits_suite, &entry, NULL);
}

static void
texts_of_a_conversation(void **state)
{
	static const struct limit texts[] = { LIMIT(dialogue_entry, conversation, CONVERSATION_MAX), LIMIT(dialogue_entry, state, DIALOGUE_STATE_MAX) };
	struct dialogue_entry dialogue = { .keep_until_ms = INT64_MAX };

	(void)state;
	CHECK_LIMITS(dialogue, texts, record_dialogue, ST_TEXT_TOO_LONG);
}

static void
texts_of_a_message_that_waits(void **state)
{
	static const struct limit texts[] = { LIMIT(inbox_entry, user_id, USER_ID_MAX), LIMIT(inbox_entry, text, MESSAGE_TEXT_MAX),
		LIMIT(inbox_entry, incoming.locale_hint, LOCALE_MAX), LIMIT(inbox_entry, incoming.conversation, CONVERSATION_MAX),
		LIMIT(inbox_entry, incoming.ref, REFERENCE_MAX), LIMIT(inbox_entry, incoming.reply_to_ref, REFERENCE_MAX),
		LIMIT(inbox_entry, incoming.media, MEDIA_MAX), LIMIT(inbox_entry, idempotency_key, IDEMPOTENCY_KEY_MAX),
		LIMIT(inbox_entry, deliver_to, DELIVER_TO_MAX) };
	static char text[USER_ID_MAX + 1];
	struct inbox_entry entry = { .user_id = slice_of(limits_user), .text = SLICE_LITERAL("tea 5") };

	(void)state;
	CHECK_LIMITS(entry, texts, limits_put_inbox, ST_TEXT_TOO_LONG);
	entry.sender = (struct slice){ text, sizeof text };
	assert_int_equal(limits_put_inbox(&entry), ST_TEXT_TOO_LONG);
}

static enum status
put_batch(void *batch)
{
	struct expense_batch *b = batch;
	struct new_expense new = suite_new_expense(20780, 5);

	b->expense_count = 1;
	b->expenses = &new;
	return suite_put(limits_suite, limits_user, b, NULL);
}

static enum status
delete_expense(void *change)
{
	struct expense_change *c = change;

	c->change_id = limits_fresh_id();
	c->action = EXPENSE_DELETED;
	c->expense.id = limits_stored_expense();
	return suite_change(limits_suite, limits_user, c, NULL);
}

static void
texts_of_expenses(void **state)
{
	static const struct limit texts[] = { LIMIT(expense, description, DESCRIPTION_MAX), LIMIT(expense, account, ACCOUNT_MAX), LIMIT(expense, zone, ZONE_MAX) };
	static const struct limit batch_texts[] = { LIMIT(expense_batch, idempotency_key, IDEMPOTENCY_KEY_MAX) };
	static const struct limit change_texts[] = { LIMIT(expense_change, idempotency_key, IDEMPOTENCY_KEY_MAX) };
	struct expense_batch batch = { .now_ms = suite_now_ms() };
	struct expense expense = suite_new_expense(20780, 5).expense;
	struct expense_change change = { .now_ms = suite_now_ms() };

	(void)state;
	CHECK_LIMITS(expense, texts, limits_put_expense, ST_TEXT_TOO_LONG);
	CHECK_LIMITS(batch, batch_texts, put_batch, ST_TEXT_TOO_LONG);
	CHECK_LIMITS(change, change_texts, delete_expense, ST_TEXT_TOO_LONG);
}

static void
texts_of_categories_and_keywords(void **state)
{
	static const struct limit names[] = { LIMIT(category_name, name, CATEGORY_NAME_MAX) };
	static const struct limit name_keys[] = { LIMIT(category_name, idempotency_key, IDEMPOTENCY_KEY_MAX) };
	static const struct limit words[] = { LIMIT(keyword_change, text, KEYWORD_MAX) };
	static const struct limit word_keys[] = { LIMIT(keyword_change, idempotency_key, IDEMPOTENCY_KEY_MAX) };
	struct category_name name = { .is_new = true, .name = SLICE_LITERAL("Tools") };
	struct keyword_change keyword = { .action = KEYWORD_ADDED, .text = SLICE_LITERAL("saw") };

	(void)state;
	limits_make_category();
	CHECK_LIMITS(name, names, limits_name_category, ST_TEXT_TOO_LONG);
	CHECK_LIMITS(name, name_keys, limits_name_category, ST_TEXT_TOO_LONG);
	CHECK_LIMITS(keyword, words, limits_add_keyword, ST_TEXT_TOO_LONG);
	CHECK_LIMITS(keyword, word_keys, limits_add_keyword, ST_TEXT_TOO_LONG);
}

/* Each time somebody new: the place of a ledger says nothing of its length. */
static enum status
sign_up(void *entry)
{
	static unsigned people;
	struct ledger fresh = { .key = { 9, 9, (uint8_t)(people >> 8), (uint8_t)people } };
	enum status st = ST_FAILED;

	people++;
	store_sign_up(limits_suite->store, &fresh, entry, limits_written, &st);
	return st;
}

static enum status
change_user(void *change)
{
	return suite_change_user(limits_suite, limits_user, change, NULL);
}

static void
texts_of_users(void **state)
{
	static const struct limit texts[] = { LIMIT(sign_up_entry, sign_up.user_id, USER_ID_MAX), LIMIT(sign_up_entry, sign_up.locale, LOCALE_MAX),
		LIMIT(sign_up_entry, sign_up.zone, ZONE_MAX), LIMIT(sign_up_entry, sign_up.display_name, DISPLAY_NAME_MAX),
		LIMIT(sign_up_entry, idempotency_key, IDEMPOTENCY_KEY_MAX) };
	static const struct limit settings[] = { LIMIT(user_change, user.locale, LOCALE_MAX), LIMIT(user_change, user.zone, ZONE_MAX),
		LIMIT(user_change, user.display_name, DISPLAY_NAME_MAX), LIMIT(user_change, user.default_account, ACCOUNT_MAX) };
	struct sign_up_entry entry = { .sign_up = { .user_id = SLICE_LITERAL("line:U2"), .locale = SLICE_LITERAL("ja") } };
	struct user_change change = { .user = { .locale = SLICE_LITERAL("ja") } };

	(void)state;
	CHECK_LIMITS(entry, texts, sign_up, ST_TEXT_TOO_LONG);
	CHECK_LIMITS(change, settings, change_user, ST_TEXT_TOO_LONG);
}

/* The next version of it. */
static enum status
put_next_policy(void *policy)
{
	static uint32_t version;
	struct policy *p = policy;
	enum status st;

	p->version = version + 1;
	p->change_id = limits_fresh_id();
	st = limits_put_policy(p);
	version += st == ST_OK;
	return st;
}

static void
texts_of_tokens_and_policies(void **state)
{
	static const struct limit token_texts[] = { LIMIT(token, user_id, USER_ID_MAX), LIMIT(token, label, LABEL_MAX) };
	static const struct limit policy_texts[] = { LIMIT(policy, title, POLICY_TITLE_MAX), LIMIT(policy, text, POLICY_TEXT_MAX) };
	static const struct limit policy_keys[] = { LIMIT(policy, key, POLICY_KEY_MAX) };
	struct token token = { .kind = TOKEN_USER, .user_id = slice_of(limits_user), .label = SLICE_LITERAL("phone") };
	struct policy policy = { .key = SLICE_LITERAL("terms"), .version = 1, .change_id = limits_fresh_id(), .title = SLICE_LITERAL("Terms"),
		.text = SLICE_LITERAL("Be kind.") };

	(void)state;
	CHECK_LIMITS(token, token_texts, limits_put_token, ST_TEXT_TOO_LONG);
	CHECK_LIMITS(policy, policy_keys, limits_put_policy, ST_TEXT_TOO_LONG);
	CHECK_LIMITS(policy, policy_texts, put_next_policy, ST_TEXT_TOO_LONG);
}

static void
texts_of_costs_and_jobs(void **state)
{
	static const struct limit names[] = { LIMIT(ai_cost, operation, AI_OPERATION_MAX), LIMIT(ai_cost, provider, AI_PROVIDER_MAX),
		LIMIT(ai_cost, model, AI_MODEL_MAX) };
	static const struct limit texts[] = { LIMIT(queued_outcome, why, WHY_MAX), LIMIT(queued_outcome, notice.text, REPLY_MAX),
		LIMIT(queued_outcome, notice.deliver_to, DELIVER_TO_MAX), LIMIT(queued_outcome, notice.conversation, CONVERSATION_MAX) };
	struct ai_cost cost = limits_good_cost();
	struct queued_outcome outcome = { .result = QUEUED_DONE, .now_ms = suite_now_ms() };

	(void)state;
	CHECK_LIMITS(cost, names, limits_add_cost, ST_BAD_VALUE);
	CHECK_LIMITS(outcome, texts, limits_finish_job, ST_TEXT_TOO_LONG);
}

static enum status
change_link(void (*fn)(struct store *, const struct ledger *, const struct link_change *, store_done_fn *, void *), size_t len)
{
	static char id[USER_ID_MAX + 1];
	struct link_change link = { .user_id = { memset(id, 'i', sizeof id), len }, .now_ms = suite_now_ms() };
	enum status st = ST_FAILED;

	fn(limits_suite->store, &limits_ledger, &link, limits_done, &st);
	return st;
}

static enum status
put_code(size_t len)
{
	static char id[USER_ID_MAX + 1];
	struct link_code code = { .mac = "code", .user_id = { memset(id, 'i', sizeof id), len }, .now_ms = suite_now_ms() };
	enum status st = ST_FAILED;

	store_put_link_code(limits_suite->store, &code, limits_done, &st);
	return st;
}

static void
who_is_linked_has_an_id_that_is_not_too_long(void **state)
{
	(void)state;
	assert_int_equal(change_link(store_set_alias, 0), ST_BAD_VALUE);
	assert_int_equal(change_link(store_set_alias, USER_ID_MAX + 1), ST_BAD_VALUE);
	assert_int_equal(change_link(store_set_alias, USER_ID_MAX), ST_OK);
	assert_int_equal(change_link(store_set_link, 0), ST_BAD_VALUE);
	assert_int_equal(change_link(store_set_link, USER_ID_MAX + 1), ST_BAD_VALUE);
	assert_int_equal(put_code(0), ST_BAD_VALUE);
	assert_int_equal(put_code(USER_ID_MAX + 1), ST_BAD_VALUE);
	assert_int_equal(put_code(USER_ID_MAX), ST_OK);
}
#define CASE(name) cmocka_unit_test_setup_teardown(name, limits_setup, limits_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(texts_of_a_message),
		CASE(texts_of_a_conversation),
		CASE(texts_of_a_message_that_waits),
		CASE(texts_of_expenses),
		CASE(texts_of_categories_and_keywords),
		CASE(texts_of_users),
		CASE(texts_of_tokens_and_policies),
		CASE(texts_of_costs_and_jobs),
		CASE(who_is_linked_has_an_id_that_is_not_too_long),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
