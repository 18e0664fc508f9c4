/* SPDX-License-Identifier: MIT */
/* See world.h. */
#include "config.h"

#include "world.h"

#include <stdio.h>

#include "arena.h"
#include "faulty.h"
#include "store/engine.h"

static const char main_user[] = "line:U1", alias_user[] = "slack:T:A";

void
world_done(enum status st, void *arg)
{
	*(enum status *)arg = st;
}

void
world_written(enum status st, const struct write_answer *answer, void *arg)
{
	(void)answer;
	world_done(st, arg);
}

enum status
world_put_picture(struct world *w, const struct uuid *message_id)
{
	struct picture_part part = { .message_id = *message_id, .type = SLICE_LITERAL("image/png"), .size_bytes = 6, .now_ms = suite_now_ms(),
		.bytes = SLICE_LITERAL("a part") };
	enum status st = ST_FAILED;

	store_put_picture_part(w->suite.store, &w->main, &part, world_done, &st);
	return st;
}

struct uuid
world_id(unsigned n)
{
	return (struct uuid){ { 0xcc, (uint8_t)(n >> 8), (uint8_t)n, 1 } };
}

enum status
world_delete_expense(struct world *w, const struct uuid *id, int64_t now_ms)
{
	static unsigned changes;
	struct expense_change change = { .change_id = world_id(5000 + changes++), .action = EXPENSE_DELETED, .now_ms = now_ms, .expense.id = *id };

	return suite_change(&w->suite, main_user, &change, NULL);
}

enum status
world_restore(struct world *w, const struct uuid *id)
{
	struct expense_change change = { .change_id = { { 0xee, 1 } }, .action = EXPENSE_RESTORED, .now_ms = suite_now_ms(), .expense.id = *id };

	return suite_change(&w->suite, main_user, &change, NULL);
}

struct expired {
	size_t       count;
	struct slice rows[EXPIRED_MAX];
	char         bytes[EXPIRED_MAX][300];
	enum status  st;
	uint32_t     removed[REMOVED_KINDS];
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

static void
on_expired_removed(enum status st, const struct write_answer *answer, void *arg)
{
	struct expired *expired = arg;

	expired->st = st;
	if (st == ST_OK)
		memcpy(expired->removed, answer->removed, sizeof expired->removed);
}

enum status
world_remove_expired(struct world *w, uint32_t removed[REMOVED_KINDS])
{
	static const struct expired_list_callbacks callbacks = { on_expired, on_expired_end };
	static struct expired expired;
	struct expired_query query = { .now_ms = suite_now_ms() + INT64_C(86400000) * 100, .looks = 5000, .limit = EXPIRED_MAX };

	expired = (struct expired){ .st = ST_FAILED };
	store_list_expired(w->suite.store, w->main.shard, &query, &callbacks, &expired);
	if (expired.st != ST_OK)
		return expired.st;
	expired.st = ST_FAILED;
	store_remove_expired(w->suite.store, w->main.shard, &query, expired.rows, expired.count, on_expired_removed, &expired);
	if (removed != NULL)
		memcpy(removed, expired.removed, sizeof expired.removed);
	return expired.st;
}

static void
must(enum status st)
{
	assert_int_equal(st, ST_OK);
}

/* --- expenses and what they are filed under ------------------------------------------------- */

static void
make_category(struct world *w, const char *name, struct uuid *id)
{
	struct category_name category = { .id = uuid7_next(suite_now_ms()), .is_new = true, .name = slice_of(name), .now_ms = suite_now_ms() };

	must(suite_name(&w->suite, main_user, &category, NULL));
	*id = category.id;
}

static void
make_expenses(struct world *w)
{
	struct new_expense new[WORLD_EXPENSES];
	struct expense_batch batch = { .sign_up.user_id = slice_of(main_user), .now_ms = suite_now_ms(), .idempotency_key = SLICE_LITERAL("put"),
		.expense_count = WORLD_EXPENSES, .expenses = new };

	for (int i = 0; i < WORLD_EXPENSES; i++) {
		new[i] = suite_new_expense(20780 + 20 * i, 100 * (i + 1));
		w->expenses[i] = new[i].expense.id;
	}
	must(suite_put(&w->suite, main_user, &batch, NULL));
}

static void
find_food(struct world *w)
{
	struct expense expense;

	must(suite_expense(&w->suite, main_user, &w->expenses[0], &expense));
	w->food = expense.category_id;
}

static void
change_expense(struct world *w, int which, enum expense_action action, const struct uuid *category_id)
{
	struct expense_change change = { .change_id = uuid7_next(suite_now_ms()), .action = action, .now_ms = suite_now_ms(),
		.expense = suite_new_expense(20781, 5).expense };

	change.expense.id = w->expenses[which];
	change.expense.category_id = *category_id;
	must(suite_change(&w->suite, main_user, &change, NULL));
}

static void
make_keyword(struct world *w)
{
	struct keyword_change first = { .action = KEYWORD_ADDED, .id = uuid7_next(suite_now_ms()), .category_id = w->own,
		.text = SLICE_LITERAL("zorbl"), .priority = 3, .now_ms = suite_now_ms() }, second = first;

	must(suite_keyword(&w->suite, main_user, &first, NULL));
	w->keyword = first.id;
	second.id = uuid7_next(suite_now_ms());
	second.text = SLICE_LITERAL("blorz");
	must(suite_keyword(&w->suite, main_user, &second, NULL));
}

/* More than one transaction moves. */
static void
begin_to_delete_category(struct world *w)
{
	struct category_deletion deletion = { .id = w->leaving, .deletion_id = uuid7_next(suite_now_ms()), .reassign_to = w->spare,
		.now_ms = suite_now_ms() };
	struct new_expense new[BATCH_EXPENSES_MAX];
	struct expense_batch batch = { .now_ms = suite_now_ms(), .expense_count = BATCH_EXPENSES_MAX, .expenses = new };
	struct write_answer answer;

	for (int batches = 0; batches < 3; batches++) {
		for (int i = 0; i < BATCH_EXPENSES_MAX; i++) {
			new[i] = suite_new_expense(20900, 100);
			new[i].expense.category_id = w->leaving;
		}
		must(suite_put(&w->suite, main_user, &batch, NULL));
	}
	must(suite_delete_category(&w->suite, main_user, &deletion, &answer));
	assert_true(answer.expenses_left > 0);
}

/* --- messages ----------------------------------------------------------------------------------- */

static struct inbox_entry
waiting_entry(const char *user, int64_t received_ms)
{
	return (struct inbox_entry){ .message_id = uuid7_next(received_ms), .user_id = slice_of(user), .text = SLICE_LITERAL("tea 5"),
		.deliver_to = SLICE_LITERAL("chat"), .received_ms = received_ms,
		.incoming = { .conversation = SLICE_LITERAL("room"), .ref = SLICE_LITERAL("in") } };
}

static void
make_waiting(struct world *w, const char *user, struct uuid *id)
{
	struct inbox_entry entry = waiting_entry(user, suite_now_ms());

	must(suite_put_inbox(&w->suite, &entry, NULL));
	*id = entry.message_id;
}

static struct uuid
record(struct world *w, bool has_reply, const char *dead_why, bool wants_job)
{
	static const struct reply_button button = { SLICE_LITERAL("Undo"), SLICE_LITERAL("u1") };
	struct new_expense new = suite_new_expense(20790, 70);
	struct message_entry entry = suite_entry(main_user, &new, 1);

	entry.conversation = SLICE_LITERAL("room");
	entry.ref = SLICE_LITERAL("m1");
	entry.deliver_to = has_reply ? SLICE_LITERAL("chat") : SLICE_EMPTY;
	entry.button_count = 1;
	entry.buttons = &button;
	entry.dead_why = slice_of(dead_why);
	entry.text = SLICE_LITERAL("zorbl 70");
	entry.wants_suggestion = wants_job;
	must(suite_record(&w->suite, &entry, NULL));
	return entry.id;
}

static void
kill_reply(struct world *w)
{
	struct reply_outcome outcome = { .result = REPLY_DEAD, .now_ms = suite_now_ms(), .why = SLICE_LITERAL("blocked") };
	enum status st = ST_FAILED;

	w->dead_reply = outcome.message_id = record(w, true, "", false);
	store_finish_reply(w->suite.store, &w->main, &outcome, world_done, &st);
	must(st);
}

static void
finish_job(struct world *w, const struct uuid *id, const struct queued_outcome *outcome)
{
	struct queued_outcome copy = *outcome;
	enum status st = ST_FAILED;

	copy.id = *id;
	copy.now_ms = suite_now_ms();
	store_finish_job(w->suite.store, &w->main, &copy, world_done, &st);
	must(st);
}

static void
make_jobs(struct world *w)
{
	struct uuid done = record(w, false, "", true);
	struct queued_outcome notice = { .result = QUEUED_DONE, .has_notice = true, .notice = { .message_id = uuid7_next(suite_now_ms()),
		.user_id = slice_of(main_user), .deliver_to = SLICE_LITERAL("chat"), .text = SLICE_LITERAL("one thing"),
		.conversation = SLICE_LITERAL("room"), .created_ms = suite_now_ms(), .not_before_ms = suite_now_ms() + 60000, .is_notice = true } };

	finish_job(w, &done, &notice);
	w->joined = notice.notice.message_id;
	w->dead_job = record(w, false, "", true);
	finish_job(w, &w->dead_job, &(struct queued_outcome){ .result = QUEUED_DEAD, .why = SLICE_LITERAL("crashed") });
	w->job = record(w, false, "", true);
}

static void
make_conversation(struct world *w)
{
	static const struct dialogue_entry dialogue = { .conversation = SLICE_LITERAL("room"), .keep_until_ms = INT64_MAX, .state = SLICE_LITERAL("what") };
	static const struct dialogue_entry forgotten = { .keep_until_ms = 1, .state = SLICE_LITERAL("that") };
	struct message_entry entry = suite_entry(main_user, NULL, 0);

	entry.dialogue = &dialogue;
	entry.idempotency_key = SLICE_LITERAL("said");
	must(suite_record(&w->suite, &entry, NULL));
	entry = suite_entry(main_user, NULL, 0);
	entry.dialogue = &forgotten;
	must(suite_record(&w->suite, &entry, NULL));
}

/* --- who may what -------------------------------------------------------------------------------- */

static void
make_alias(struct world *w)
{
	struct link_change to_alias = { .user_id = slice_of(alias_user), .now_ms = suite_now_ms() };
	struct link_change to_main = { .user_id = slice_of(main_user), .now_ms = suite_now_ms() };
	enum status st = ST_FAILED;

	must(suite_sign_up(&w->suite, alias_user, NULL));
	make_waiting(w, alias_user, &w->of_alias);
	store_set_alias(w->suite.store, &w->main, &to_alias, world_done, &st);
	must(st);
	store_set_link(w->suite.store, &w->alias, &to_main, world_done, &st);
	must(st);
}

static void
make_index(struct world *w)
{
	struct policy policy = { .key = SLICE_LITERAL("terms"), .version = 1, .change_id = uuid7_next(suite_now_ms()),
		.title = SLICE_LITERAL("Terms"), .text = SLICE_LITERAL("Be kind."), .created_ms = suite_now_ms() };
	struct link_code code = { .mac = "z code", .user_id = slice_of(main_user), .now_ms = suite_now_ms() };
	enum status st = ST_FAILED;

	w->token = (struct token){ .key_id = "key 1", .kind = TOKEN_USER, .user_id = slice_of(main_user), .label = SLICE_LITERAL("phone"),
		.created_ms = suite_now_ms(), .scopes = 1 };
	must(suite_put_token(&w->suite, &w->token));
	must(suite_put_token(&w->suite, &(struct token){ .key_id = "key 2", .kind = TOKEN_SERVICE, .label = SLICE_LITERAL("bot"), .scopes = 1 }));
	store_put_policy(w->suite.store, &policy, world_done, &st);
	must(st);
	policy.key = SLICE_LITERAL("about");
	store_put_policy(w->suite.store, &policy, world_done, &st);
	must(st);
	store_put_link_code(w->suite.store, &code, world_done, &st);
	must(st);
}

static void
make_cost(struct world *w)
{
	struct ai_cost cost = { .call_id = uuid7_next(suite_now_ms()), .now_ms = suite_now_ms(), .operation = SLICE_LITERAL("parse"),
		.provider = SLICE_LITERAL("gemini"), .model = SLICE_LITERAL("flash"), .currency = { "USD" },
		.usage = { .calls = 1, .input_tokens = 5, .output_tokens = 6, .cost_micros = 7 }, .is_listed = true, .result = "ok" };
	enum status st = ST_FAILED;

	store_add_ai_cost(w->suite.store, &w->main, &cost, world_done, &st);
	must(st);
}

static void
make_picture(struct world *w)
{
	struct new_expense new = suite_new_expense(20790, 70);
	struct message_entry entry = suite_entry(main_user, &new, 1);

	w->pictured = entry.id;
	w->picture_open = uuid7_next(suite_now_ms());
	must(world_put_picture(w, &w->pictured));
	must(world_put_picture(w, &w->picture_open));
	entry.keeps_picture = true;
	must(suite_record(&w->suite, &entry, NULL));
}

/* --- the whole ------------------------------------------------------------------------------------- */

void
world_make(struct world *w)
{
	*w = (struct world){ .suite.store = store_open_memory(1) };
	w->suite.arena = calloc(1, sizeof *w->suite.arena);
	assert_non_null(w->suite.store);
	faulty_watch(w->suite.store);
	w->main = suite_ledger(&w->suite, main_user);
	w->alias = suite_ledger(&w->suite, alias_user);
	must(suite_sign_up(&w->suite, main_user, NULL));
	make_category(w, "Pets", &w->own);
	make_category(w, "Spare", &w->spare);
	make_category(w, "Leaving", &w->leaving);
	make_category(w, "Empty", &w->empty);
	make_expenses(w);
	find_food(w);
	make_keyword(w);
	change_expense(w, 0, EXPENSE_CHANGED, &w->own);
	change_expense(w, WORLD_EXPENSES - 2, EXPENSE_DELETED, &w->own);
	change_expense(w, WORLD_EXPENSES - 1, EXPENSE_DELETED, &w->own);
	w->message = record(w, true, "", false);
	w->dead_message = record(w, false, "crashed", false);
	kill_reply(w);
	make_jobs(w);
	make_conversation(w);
	make_waiting(w, main_user, &w->waiting);
	make_waiting(w, main_user, &w->next);
	make_alias(w);
	make_index(w);
	make_cost(w);
	begin_to_delete_category(w);
	make_picture(w);
	w->silent = record(w, false, "", false);
}

void
world_free(struct world *w)
{
	store_close(w->suite.store);
	arena_fini(w->suite.arena);
	free(w->suite.arena);
}

static uint64_t
hash_bytes(uint64_t hash, struct slice s)
{
	for (size_t i = 0; i < s.len; i++)
		hash = (hash ^ (unsigned char)s.ptr[i]) * UINT64_C(1099511628211);
	return (hash ^ s.len) * UINT64_C(1099511628211);
}

uint64_t
world_hash(struct world *w)
{
	struct store *store = w->suite.store;
	uint64_t hash = UINT64_C(14695981039346656037);
	enum status st;

	for (unsigned shard = 0; shard <= store->shard_count; shard++) {
		struct kv *kv = store->ops->read_begin(store, shard, &st);

		for (int table = 0; table < TABLES; table++) {
			struct kv_cursor cursor;
			bool is_there;

			kv_cursor_begin(&cursor, kv, (enum table)table);
			for (is_there = kv_cursor_seek(&cursor, SLICE_LITERAL("")); is_there; is_there = kv_cursor_next(&cursor))
				hash = hash_bytes(hash_bytes(hash ^ (uint64_t)table, cursor.key), cursor.value);
			kv_cursor_end(&cursor);
		}
		store->ops->read_end(store, shard);
	}
	return hash;
}
