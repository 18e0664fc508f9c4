/* SPDX-License-Identifier: MIT */
/*
 * The tests of the store that hold for every engine.  A program for one engine
 * sets suite_engine and runs them; each test has an empty store of its own.
 */
#ifndef STORE_SUITE_H
#define STORE_SUITE_H

#include "unit.h"

#include <stdlib.h>
#include <string.h>

#include "store.h"
#include "store_dead.h"
#include "store_upkeep.h"

struct event_base;

struct suite_engine {
	/* An empty store and the base that it answers on, which may be NULL. */
	struct store *(*open)(struct event_base **base);
	void (*close)(struct store *store);
};

extern const struct suite_engine *suite_engine;

/* What a test has as its state. */
struct suite {
	struct store      *store;
	struct event_base *base;
	struct arena      *arena;          /* of what the helpers below give */
};

int suite_setup(void **state);
int suite_teardown(void **state);

/* Turn the base until done is true; a test fails after some seconds. */
void suite_wait(struct suite *s, const bool *done);

/* How an operation ended that a file calls by itself, which happens once; it begins as zeros. */
struct suite_outcome {
	bool                is_done;
	enum status         st;
	struct write_answer answer;
	char                next[300];     /* of the answer, of which it is valid */
	size_t              next_len;
};

/* Callbacks: arg is a suite_outcome. */
void suite_done(enum status st, void *arg);
void suite_written(enum status st, const struct write_answer *answer, void *arg);

/* The operations, waiting for their answer.  What they give lies in the suite's arena. */
enum status suite_record(struct suite *s, const struct message_entry *entry, struct write_answer *answer);
enum status suite_put(struct suite *s, const char *user, const struct expense_batch *batch, struct write_answer *answer);
enum status suite_sign_up(struct suite *s, const char *user, struct write_answer *answer);
enum status suite_sign_up_with(struct suite *s, const struct sign_up_entry *entry, struct write_answer *answer);
enum status suite_change_user(struct suite *s, const char *user, const struct user_change *change, struct write_answer *answer);
enum status suite_person(struct suite *s, const char *user, struct person *person);
enum status suite_message(struct suite *s, const char *user, const struct uuid *id, struct message *message);
enum status suite_replay(struct suite *s, const char *user, const char *key, const uint8_t hash[32], struct message *message);
enum status suite_expense(struct suite *s, const char *user, const struct uuid *id, struct expense *expense);
enum status suite_change(struct suite *s, const char *user, const struct expense_change *change, struct write_answer *answer);
enum status suite_name(struct suite *s, const char *user, const struct category_name *name, struct write_answer *answer);
enum status suite_delete_category(struct suite *s, const char *user, const struct category_deletion *deletion,
    struct write_answer *answer);
enum status suite_move(struct suite *s, const char *user, const struct uuid *category_id, struct write_answer *answer);
enum status suite_keyword(struct suite *s, const char *user, const struct keyword_change *change, struct write_answer *answer);
enum status suite_put_inbox(struct suite *s, const struct inbox_entry *entry, struct write_answer *answer);
enum status suite_reference(struct suite *s, const char *user, const char *conversation, const char *ref, struct message *message);
enum status suite_put_token(struct suite *s, const struct token *token);
enum status suite_revoke_token(struct suite *s, const uint8_t key_id[TOKEN_KEY_SIZE]);
enum status suite_note_token_used(struct suite *s, const uint8_t key_id[TOKEN_KEY_SIZE], day_t day);

struct history {
	enum status          st;
	size_t               count;
	struct expense_event events[16];   /* without their texts */
	bool                 has_more;
};

enum status suite_history(struct suite *s, const char *user, const struct uuid *id, uint32_t after_version, unsigned limit,
    struct history *history);

struct expense_page {
	enum status    st;
	size_t         count;
	struct expense expenses[512];      /* without their texts */
	bool           has_more;
};

void suite_list(struct suite *s, const char *user, const struct expense_query *query, struct expense_page *page);

struct ledger suite_ledger(const struct suite *s, const char *user);

int64_t suite_now_ms(void);

/* An expense of food on a day, and a message with these expenses. */
struct new_expense suite_new_expense(day_t day, int64_t amount_minor);
struct message_entry suite_entry(const char *user, const struct new_expense *expenses, size_t count);

/* Files of them, run as one group. */
extern const struct CMUnitTest suite_tests[], suite_change_tests[], suite_category_tests[], suite_category_deletion_tests[],
    suite_list_tests[], suite_user_tests[], suite_removal_tests[],
    suite_summary_tests[], suite_metrics_tests[], suite_policy_tests[], suite_queue_tests[], suite_job_tests[], suite_link_tests[],
    suite_confirmed_tests[], suite_picture_tests[], suite_ai_call_tests[];
extern const size_t suite_test_count, suite_change_test_count, suite_category_test_count, suite_category_deletion_test_count,
    suite_list_test_count, suite_user_test_count, suite_removal_test_count,
    suite_summary_test_count, suite_metrics_test_count, suite_policy_test_count, suite_queue_test_count, suite_job_test_count, suite_link_test_count,
    suite_confirmed_test_count, suite_picture_test_count, suite_ai_call_test_count;

int suite_run(const char *name);

#endif
