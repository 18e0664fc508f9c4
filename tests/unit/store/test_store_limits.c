/* SPDX-License-Identifier: MIT */
/* What is too long, too much or no value at all is refused by the store itself, whoever asked and whatever was checked before. */
#include "config.h"

#include "suite/store_suite.h"

#include "arena.h"
#include "log.h"
#include "store_dialogue.h"

static const char user[] = "line:U1";
static struct suite *suite;
static struct ledger ledger;

static int
setup(void **state)
{
	suite = calloc(1, sizeof *suite);
	suite->arena = calloc(1, sizeof *suite->arena);
	suite->store = store_open_memory(1);
	ledger = suite_ledger(suite, user);
	*state = suite;
	return suite_sign_up(suite, user, NULL) == ST_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	store_close(suite->store);
	arena_fini(suite->arena);
	free(suite->arena);
	free(suite);
	return 0;
}

static void
on_done(enum status st, void *arg)
{
	*(enum status *)arg = st;
}

static void
on_write(enum status st, const struct write_answer *answer, void *arg)
{
	(void)answer;
	on_done(st, arg);
}

static struct uuid
fresh_id(void)
{
	return uuid7_next(suite_now_ms());
}

/* --- texts --------------------------------------------------------------------------------------- */

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
	((struct message_entry *)entry)->id = fresh_id();
	return suite_record(suite, entry, NULL);
}

static void
texts_of_a_message(void **state)
{
	static const struct limit texts[] = { LIMIT(message_entry, reply, REPLY_MAX), LIMIT(message_entry, idempotency_key, IDEMPOTENCY_KEY_MAX),
		LIMIT(message_entry, deliver_to, DELIVER_TO_MAX), LIMIT(message_entry, conversation, CONVERSATION_MAX),
		LIMIT(message_entry, ref, REFERENCE_MAX), LIMIT(message_entry, dead_why, WHY_MAX), LIMIT(message_entry, text, MESSAGE_TEXT_MAX) };
	static const struct limit names[] = { LIMIT(message_entry, understood_by, AI_PROVIDER_MAX) };
	struct message_entry entry = suite_entry(user, NULL, 0);

	(void)state;
	CHECK_LIMITS(entry, texts, record, ST_TEXT_TOO_LONG);
	CHECK_LIMITS(entry, names, record, ST_BAD_VALUE);
}

static enum status
record_dialogue(void *dialogue)
{
	struct message_entry entry = suite_entry(user, NULL, 0);

	entry.dialogue = dialogue;
	return suite_record(suite, &entry, NULL);
}

static void
texts_of_a_conversation(void **state)
{
	static const struct limit texts[] = { LIMIT(dialogue_entry, conversation, CONVERSATION_MAX), LIMIT(dialogue_entry, state, DIALOGUE_STATE_MAX) };
	struct dialogue_entry dialogue = { .keep_until_ms = INT64_MAX };

	(void)state;
	CHECK_LIMITS(dialogue, texts, record_dialogue, ST_TEXT_TOO_LONG);
}

static enum status
put_inbox(void *entry)
{
	enum status st = ST_FAILED;

	((struct inbox_entry *)entry)->message_id = fresh_id();
	store_put_inbox(suite->store, &ledger, entry, on_write, &st);
	return st;
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
	struct inbox_entry entry = { .user_id = slice_of(user), .text = SLICE_LITERAL("tea 5") };

	(void)state;
	CHECK_LIMITS(entry, texts, put_inbox, ST_TEXT_TOO_LONG);
	entry.sender = (struct slice){ text, sizeof text };
	assert_int_equal(put_inbox(&entry), ST_TEXT_TOO_LONG);
}

static enum status
put_batch(void *batch)
{
	struct expense_batch *b = batch;
	struct new_expense new = suite_new_expense(20780, 5);

	b->expense_count = 1;
	b->expenses = &new;
	return suite_put(suite, user, b, NULL);
}

static enum status
put_expense(void *expense)
{
	struct new_expense new = { .expense = *(struct expense *)expense, .category_key = SLICE_LITERAL("food") };
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expense_count = 1, .expenses = &new };

	new.expense.id = fresh_id();
	return suite_put(suite, user, &batch, NULL);
}

static struct uuid
stored_expense(void)
{
	struct new_expense new = suite_new_expense(20780, 5);
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expense_count = 1, .expenses = &new };

	assert_int_equal(suite_put(suite, user, &batch, NULL), ST_OK);
	return new.expense.id;
}

static enum status
delete_expense(void *change)
{
	struct expense_change *c = change;

	c->change_id = fresh_id();
	c->action = EXPENSE_DELETED;
	c->expense.id = stored_expense();
	return suite_change(suite, user, c, NULL);
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
	CHECK_LIMITS(expense, texts, put_expense, ST_TEXT_TOO_LONG);
	CHECK_LIMITS(batch, batch_texts, put_batch, ST_TEXT_TOO_LONG);
	CHECK_LIMITS(change, change_texts, delete_expense, ST_TEXT_TOO_LONG);
}

static enum status
name_category(void *name)
{
	((struct category_name *)name)->id = fresh_id();
	return suite_name(suite, user, name, NULL);
}

/* A category and a keyword by their texts; the category comes first. */
static struct uuid own_category;

static enum status
add_keyword(void *keyword)
{
	struct keyword_change *k = keyword;

	k->id = fresh_id();
	k->category_id = own_category;
	return suite_keyword(suite, user, k, NULL);
}

static void
make_own_category(void)
{
	struct category_name name = { .is_new = true, .name = SLICE_LITERAL("Pets") };

	assert_int_equal(name_category(&name), ST_OK);
	own_category = name.id;
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
	make_own_category();
	CHECK_LIMITS(name, names, name_category, ST_TEXT_TOO_LONG);
	CHECK_LIMITS(name, name_keys, name_category, ST_TEXT_TOO_LONG);
	CHECK_LIMITS(keyword, words, add_keyword, ST_TEXT_TOO_LONG);
	CHECK_LIMITS(keyword, word_keys, add_keyword, ST_TEXT_TOO_LONG);
}

/* Each time somebody new: the place of a ledger says nothing of its length. */
static enum status
sign_up(void *entry)
{
	static unsigned people;
	struct ledger fresh = { .key = { 9, 9, (uint8_t)(people >> 8), (uint8_t)people } };
	enum status st = ST_FAILED;

	people++;
	store_sign_up(suite->store, &fresh, entry, on_write, &st);
	return st;
}

static enum status
change_user(void *change)
{
	return suite_change_user(suite, user, change, NULL);
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

static enum status
put_token(void *token)
{
	struct uuid id = fresh_id();

	memcpy(((struct token *)token)->key_id, id.bytes + 8, TOKEN_KEY_SIZE);
	return suite_put_token(suite, token);
}

static enum status
put_policy(void *policy)
{
	enum status st = ST_FAILED;

	store_put_policy(suite->store, policy, on_done, &st);
	return st;
}

/* The next version of it. */
static enum status
put_next_policy(void *policy)
{
	static uint32_t version;
	struct policy *p = policy;
	enum status st;

	p->version = version + 1;
	p->change_id = fresh_id();
	st = put_policy(p);
	version += st == ST_OK;
	return st;
}

static void
texts_of_tokens_and_policies(void **state)
{
	static const struct limit token_texts[] = { LIMIT(token, user_id, USER_ID_MAX), LIMIT(token, label, LABEL_MAX) };
	static const struct limit policy_texts[] = { LIMIT(policy, title, POLICY_TITLE_MAX), LIMIT(policy, text, POLICY_TEXT_MAX) };
	static const struct limit policy_keys[] = { LIMIT(policy, key, POLICY_KEY_MAX) };
	struct token token = { .kind = TOKEN_USER, .user_id = slice_of(user), .label = SLICE_LITERAL("phone") };
	struct policy policy = { .key = SLICE_LITERAL("terms"), .version = 1, .change_id = fresh_id(), .title = SLICE_LITERAL("Terms"),
		.text = SLICE_LITERAL("Be kind.") };

	(void)state;
	CHECK_LIMITS(token, token_texts, put_token, ST_TEXT_TOO_LONG);
	CHECK_LIMITS(policy, policy_keys, put_policy, ST_TEXT_TOO_LONG);
	CHECK_LIMITS(policy, policy_texts, put_next_policy, ST_TEXT_TOO_LONG);
}

static struct ai_cost
good_cost(void)
{
	return (struct ai_cost){ .call_id = fresh_id(), .now_ms = suite_now_ms(), .operation = SLICE_LITERAL("parse"),
		.provider = SLICE_LITERAL("gemini"), .model = SLICE_LITERAL("flash"), .currency = { "USD" }, .usage = { .calls = 1 } };
}

static enum status
add_cost(void *cost)
{
	enum status st = ST_FAILED;

	store_add_ai_cost(suite->store, &ledger, cost, on_done, &st);
	return st;
}

static enum status
finish_job(void *outcome)
{
	enum status st = ST_FAILED;

	((struct queued_outcome *)outcome)->id = fresh_id();           /* done already: nothing changes */
	store_finish_job(suite->store, &ledger, outcome, on_done, &st);
	return st;
}

static void
texts_of_costs_and_jobs(void **state)
{
	static const struct limit names[] = { LIMIT(ai_cost, operation, AI_OPERATION_MAX), LIMIT(ai_cost, provider, AI_PROVIDER_MAX),
		LIMIT(ai_cost, model, AI_MODEL_MAX) };
	static const struct limit texts[] = { LIMIT(queued_outcome, why, WHY_MAX), LIMIT(queued_outcome, notice.text, REPLY_MAX),
		LIMIT(queued_outcome, notice.deliver_to, DELIVER_TO_MAX), LIMIT(queued_outcome, notice.conversation, CONVERSATION_MAX) };
	struct ai_cost cost = good_cost();
	struct queued_outcome outcome = { .result = QUEUED_DONE, .now_ms = suite_now_ms() };

	(void)state;
	CHECK_LIMITS(cost, names, add_cost, ST_BAD_VALUE);
	CHECK_LIMITS(outcome, texts, finish_job, ST_TEXT_TOO_LONG);
}

static enum status
change_link(void (*fn)(struct store *, const struct ledger *, const struct link_change *, store_done_fn *, void *), size_t len)
{
	static char id[USER_ID_MAX + 1];
	struct link_change link = { .user_id = { memset(id, 'i', sizeof id), len }, .now_ms = suite_now_ms() };
	enum status st = ST_FAILED;

	fn(suite->store, &ledger, &link, on_done, &st);
	return st;
}

static enum status
put_code(size_t len)
{
	static char id[USER_ID_MAX + 1];
	struct link_code code = { .mac = "code", .user_id = { memset(id, 'i', sizeof id), len }, .now_ms = suite_now_ms() };
	enum status st = ST_FAILED;

	store_put_link_code(suite->store, &code, on_done, &st);
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

/* --- values ------------------------------------------------------------------------------------------ */

static void
an_expense_has_a_day_an_amount_a_currency_and_an_id(void **state)
{
	struct expense good = suite_new_expense(20780, 5).expense, bad;
	struct new_expense new = suite_new_expense(20780, 5);
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expense_count = 1, .expenses = &new };

	(void)state;
	assert_int_equal(put_expense(&good), ST_OK);
	bad = good;
	bad.day = DAY_MIN - 1;
	assert_int_equal(put_expense(&bad), ST_BAD_DATE);
	bad.day = DAY_MAX + 1;
	assert_int_equal(put_expense(&bad), ST_BAD_DATE);
	bad = good;
	bad.amount_minor = MONEY_MINOR_MAX + 1;
	assert_int_equal(put_expense(&bad), ST_OUT_OF_RANGE);
	bad.amount_minor = -MONEY_MINOR_MAX - 1;
	assert_int_equal(put_expense(&bad), ST_OUT_OF_RANGE);
	bad = good;
	bad.currency = (struct currency){ "US" };
	assert_int_equal(put_expense(&bad), ST_BAD_VALUE);
	new.expense.id = (struct uuid){ { 0 } };
	assert_int_equal(suite_put(suite, user, &batch, NULL), ST_BAD_VALUE);
}

static void
a_batch_has_some_expenses_each_with_its_own_id(void **state)
{
	static struct new_expense many[BATCH_EXPENSES_MAX + 1];
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expenses = many };

	(void)state;
	for (size_t i = 0; i <= BATCH_EXPENSES_MAX; i++)
		many[i] = suite_new_expense(20780, 5);
	assert_int_equal(suite_put(suite, user, &batch, NULL), ST_BAD_VALUE);
	batch.expense_count = BATCH_EXPENSES_MAX + 1;
	assert_int_equal(suite_put(suite, user, &batch, NULL), ST_BAD_VALUE);
	batch.expense_count = 2;
	many[1].expense.id = many[0].expense.id;
	assert_int_equal(suite_put(suite, user, &batch, NULL), ST_CONFLICT);
	many[1] = suite_new_expense(20780, 5);
	assert_int_equal(suite_put(suite, user, &batch, NULL), ST_OK);
}

static void
a_message_has_an_id_and_no_more_of_anything_than_it_may(void **state)
{
	static struct new_expense expenses[MESSAGE_EXPENSES_MAX + 1];
	static struct message_change changes[MESSAGE_CHANGES_MAX + 1];
	struct ai_cost costs[MESSAGE_COSTS_MAX + 1];
	struct reply_button buttons[REPLY_BUTTONS_MAX + 1] = { { .label = SLICE_EMPTY } };
	struct message_entry good = suite_entry(user, NULL, 0), bad = good;

	(void)state;
	bad.id = (struct uuid){ { 0 } };
	assert_int_equal(suite_record(suite, &bad, NULL), ST_BAD_VALUE);
	bad = good;
	bad.status = MESSAGE_WAITING;
	assert_int_equal(suite_record(suite, &bad, NULL), ST_BAD_VALUE);
	bad = good;
	bad.expense_count = MESSAGE_EXPENSES_MAX + 1;
	bad.expenses = expenses;
	assert_int_equal(suite_record(suite, &bad, NULL), ST_BAD_VALUE);
	bad = good;
	bad.change_count = MESSAGE_CHANGES_MAX + 1;
	bad.changes = changes;
	assert_int_equal(suite_record(suite, &bad, NULL), ST_BAD_VALUE);
	for (size_t i = 0; i <= MESSAGE_COSTS_MAX; i++)
		costs[i] = good_cost();
	bad = good;
	bad.costs = costs;
	bad.cost_count = MESSAGE_COSTS_MAX + 1;
	assert_int_equal(suite_record(suite, &bad, NULL), ST_BAD_VALUE);
	bad.cost_count = 1;
	costs[0].operation = SLICE_EMPTY;
	assert_int_equal(suite_record(suite, &bad, NULL), ST_BAD_VALUE);
	bad = good;
	bad.button_count = REPLY_BUTTONS_MAX + 1;
	bad.buttons = buttons;
	assert_int_equal(suite_record(suite, &bad, NULL), ST_BAD_VALUE);
	assert_int_equal(suite_record(suite, &good, NULL), ST_OK);
}

static void
what_an_ai_cost_is_a_number_within_bounds(void **state)
{
	const int64_t beyond = (INT64_C(1) << 50) + 1;
	static const size_t numbers[] = { offsetof(struct ai_cost, usage.calls), offsetof(struct ai_cost, usage.input_tokens),
		offsetof(struct ai_cost, usage.output_tokens), offsetof(struct ai_cost, usage.cost_micros) };
	struct ai_cost cost = good_cost();

	(void)state;
	cost.usage.calls = 0;
	assert_int_equal(add_cost(&cost), ST_OUT_OF_RANGE);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		const int64_t bad[2] = { -1, beyond };

		for (int which = 0; which < 2; which++) {
			cost = good_cost();
			memcpy((char *)&cost + numbers[i], &bad[which], sizeof bad[which]);
			assert_int_equal(add_cost(&cost), ST_OUT_OF_RANGE);
		}
	}
	cost = good_cost();
	cost.call_id = (struct uuid){ { 0 } };
	assert_int_equal(add_cost(&cost), ST_BAD_VALUE);
	cost = good_cost();
	cost.operation = SLICE_EMPTY;
	assert_int_equal(add_cost(&cost), ST_BAD_VALUE);
	cost = good_cost();
	cost.currency = (struct currency){ "ZZZ" };
	assert_int_equal(add_cost(&cost), ST_BAD_VALUE);
	cost = good_cost();
	assert_int_equal(add_cost(&cost), ST_OK);
}

static void
a_job_ends_with_costs_and_a_notice_that_are_whole(void **state)
{
	struct ai_cost costs[MESSAGE_COSTS_MAX + 1];
	struct queued_outcome good = { .result = QUEUED_DONE, .now_ms = suite_now_ms(), .costs = costs }, bad = good;

	(void)state;
	for (size_t i = 0; i <= MESSAGE_COSTS_MAX; i++)
		costs[i] = good_cost();
	bad.cost_count = MESSAGE_COSTS_MAX + 1;
	assert_int_equal(finish_job(&bad), ST_BAD_VALUE);
	bad.cost_count = 1;
	costs[0].call_id = (struct uuid){ { 0 } };
	assert_int_equal(finish_job(&bad), ST_BAD_VALUE);
	bad = good;
	bad.has_notice = true;
	assert_int_equal(finish_job(&bad), ST_BAD_VALUE);
	assert_int_equal(finish_job(&good), ST_OK);
}

static void
what_waits_has_an_id_and_a_user(void **state)
{
	struct inbox_entry entry = { .text = SLICE_LITERAL("tea 5") };
	enum status st = ST_FAILED;

	(void)state;
	assert_int_equal(put_inbox(&entry), ST_BAD_VALUE);
	entry.user_id = slice_of(user);
	entry.message_id = (struct uuid){ { 0 } };
	store_put_inbox(suite->store, &ledger, &entry, on_write, &st);
	assert_int_equal(st, ST_BAD_VALUE);
}

static void
a_change_has_an_id_and_an_expense(void **state)
{
	struct expense_change change = { .change_id = fresh_id(), .action = EXPENSE_DELETED };

	(void)state;
	assert_int_equal(suite_change(suite, user, &change, NULL), ST_BAD_VALUE);
	change.expense.id = stored_expense();
	change.change_id = (struct uuid){ { 0 } };
	assert_int_equal(suite_change(suite, user, &change, NULL), ST_BAD_VALUE);
}

static void
a_category_and_a_keyword_have_an_id_and_a_text(void **state)
{
	static const char grows[] = "ﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺﷺ";
	struct category_name name = { .is_new = true, .name = SLICE_LITERAL("Tools") };
	struct category_deletion deletion = { .deletion_id = fresh_id() };
	struct keyword_change keyword = { .action = KEYWORD_ADDED, .category_id = own_category, .text = SLICE_LITERAL("saw") };

	(void)state;
	make_own_category();
	assert_int_equal(suite_name(suite, user, &name, NULL), ST_BAD_VALUE);
	name.name = SLICE_EMPTY;
	assert_int_equal(name_category(&name), ST_BAD_VALUE);
	assert_int_equal(suite_delete_category(suite, user, &deletion, NULL), ST_BAD_VALUE);
	deletion = (struct category_deletion){ .id = own_category };
	assert_int_equal(suite_delete_category(suite, user, &deletion, NULL), ST_BAD_VALUE);
	assert_int_equal(suite_keyword(suite, user, &keyword, NULL), ST_BAD_VALUE);
	keyword.text = SLICE_EMPTY;
	assert_int_equal(add_keyword(&keyword), ST_BAD_VALUE);
	keyword.text = slice_of(grows);
	assert_int_equal(add_keyword(&keyword), ST_TEXT_TOO_LONG);
}

static void
a_token_of_a_user_names_the_user_and_no_other_does(void **state)
{
	struct token token = { .kind = TOKEN_USER, .label = SLICE_LITERAL("phone") };

	(void)state;
	assert_int_equal(put_token(&token), ST_BAD_VALUE);
	token.kind = TOKEN_SERVICE;
	token.user_id = slice_of(user);
	assert_int_equal(put_token(&token), ST_BAD_VALUE);
	token.kind = TOKEN_USER;
	assert_int_equal(put_token(&token), ST_OK);
}

static void
a_policy_has_a_key_a_title_a_text_an_id_and_a_version(void **state)
{
	const struct policy good = { .key = SLICE_LITERAL("terms"), .version = 1, .change_id = fresh_id(), .title = SLICE_LITERAL("Terms"),
		.text = SLICE_LITERAL("Be kind.") };
	struct policy bad = good;

	(void)state;
	bad.key = SLICE_EMPTY;
	assert_int_equal(put_policy(&bad), ST_BAD_VALUE);
	bad = good;
	bad.title = SLICE_EMPTY;
	assert_int_equal(put_policy(&bad), ST_BAD_VALUE);
	bad = good;
	bad.text = SLICE_EMPTY;
	assert_int_equal(put_policy(&bad), ST_BAD_VALUE);
	bad = good;
	bad.change_id = (struct uuid){ { 0 } };
	assert_int_equal(put_policy(&bad), ST_BAD_VALUE);
	bad = good;
	bad.version = 0;
	assert_int_equal(put_policy(&bad), ST_BAD_VALUE);
	bad.version = (uint32_t)INT32_MAX + 1;
	assert_int_equal(put_policy(&bad), ST_BAD_VALUE);
	bad = good;
	assert_int_equal(put_policy(&bad), ST_OK);
}

static void
on_policy(enum status st, const struct policy *policy, void *arg)
{
	(void)policy;
	*(enum status *)arg = st;
}

static void
no_policy_has_a_key_that_is_empty_or_too_long(void **state)
{
	static char key[POLICY_KEY_MAX + 1];
	enum status st = ST_FAILED;

	(void)state;
	store_get_policy(suite->store, SLICE_EMPTY, 0, on_policy, &st);
	assert_int_equal(st, ST_NOT_FOUND);
	st = ST_FAILED;
	store_get_policy(suite->store, (struct slice){ memset(key, 'k', sizeof key), sizeof key }, 0, on_policy, &st);
	assert_int_equal(st, ST_NOT_FOUND);
}

static void
on_group(const struct summary_group *group, void *arg)
{
	(void)group, (void)arg;
}

static void
on_summary(enum status st, const struct summary *summary, void *arg)
{
	(void)summary;
	*(enum status *)arg = st;
}

static enum status
summarize(const struct summary_query *query)
{
	static const struct summary_callbacks callbacks = { on_group, on_summary };
	enum status st = ST_FAILED;

	store_summarize(suite->store, &ledger, query, &callbacks, &st);
	return st;
}

static void
a_summary_is_by_one_period_of_days_that_exist(void **state)
{
	const struct summary_query good = { .from = DAY_MIN, .to = DAY_MAX, .by = SUMMARY_CATEGORY, .limit = 1 };
	struct summary_query bad = good;

	(void)state;
	assert_int_equal(summarize(&good), ST_OK);
	bad.by = SUMMARY_DAY | SUMMARY_WEEK;
	assert_int_equal(summarize(&bad), ST_BAD_VALUE);
	bad = good;
	bad.limit = 0;
	assert_int_equal(summarize(&bad), ST_BAD_VALUE);
	bad = good;
	bad.from = DAY_MIN - 1;
	assert_int_equal(summarize(&bad), ST_BAD_VALUE);
	bad = good;
	bad.to = DAY_MAX + 1;
	assert_int_equal(summarize(&bad), ST_BAD_VALUE);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

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
		CASE(an_expense_has_a_day_an_amount_a_currency_and_an_id),
		CASE(a_batch_has_some_expenses_each_with_its_own_id),
		CASE(a_message_has_an_id_and_no_more_of_anything_than_it_may),
		CASE(what_an_ai_cost_is_a_number_within_bounds),
		CASE(a_job_ends_with_costs_and_a_notice_that_are_whole),
		CASE(what_waits_has_an_id_and_a_user),
		CASE(a_change_has_an_id_and_an_expense),
		CASE(a_category_and_a_keyword_have_an_id_and_a_text),
		CASE(a_token_of_a_user_names_the_user_and_no_other_does),
		CASE(a_policy_has_a_key_a_title_a_text_an_id_and_a_version),
		CASE(no_policy_has_a_key_that_is_empty_or_too_long),
		CASE(a_summary_is_by_one_period_of_days_that_exist),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
