/* SPDX-License-Identifier: MIT */
/* "token ..." as an operator types it, over a store in memory that fails when told to. */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access/auth.h"
#include "contract/scope.h"
#include "keeper/keeper.h"
#include "no_memory.h"
#include "ops/commands.h"
#include "store.h"

/* In place of a connection to the control socket. */
struct ctl_reply {
	struct keeper keeper;
	struct buf    out;
	unsigned      ends;
	bool          is_error;
};

static enum status store_st;

struct buf *__wrap_ctl_reply_out(struct ctl_reply *reply);
struct keeper *__wrap_ctl_reply_keeper(struct ctl_reply *reply);
void __wrap_ctl_reply_done(struct ctl_reply *reply);
void __wrap_ctl_reply_error(struct ctl_reply *reply, const char *format, ...) __attribute__((format(printf, 2, 3)));
void __real_store_put_token(struct store *store, const struct token *token, store_done_fn *fn, void *arg);
void __wrap_store_put_token(struct store *store, const struct token *token, store_done_fn *fn, void *arg);
void __real_store_list_tokens(struct store *store, const struct token_query *query, const struct token_list_callbacks *callbacks, void *arg);
void __wrap_store_list_tokens(struct store *store, const struct token_query *query, const struct token_list_callbacks *callbacks, void *arg);
void __real_store_revoke_token(struct store *store, const uint8_t key_id[TOKEN_KEY_SIZE], store_done_fn *fn, void *arg);
void __wrap_store_revoke_token(struct store *store, const uint8_t key_id[TOKEN_KEY_SIZE], store_done_fn *fn, void *arg);

struct buf *
__wrap_ctl_reply_out(struct ctl_reply *reply)
{
	return &reply->out;
}

struct keeper *
__wrap_ctl_reply_keeper(struct ctl_reply *reply)
{
	return &reply->keeper;
}

void
__wrap_ctl_reply_done(struct ctl_reply *reply)
{
	reply->ends++;
}

void
__wrap_ctl_reply_error(struct ctl_reply *reply, const char *format, ...)
{
	va_list args;
	char text[512];

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	buf_clear(&reply->out);
	buf_append_text(&reply->out, text);
	reply->is_error = true;
	reply->ends++;
}

void
__wrap_store_put_token(struct store *store, const struct token *token, store_done_fn *fn, void *arg)
{
	if (store_st == ST_OK)
		__real_store_put_token(store, token, fn, arg);
	else
		fn(store_st, arg);
}

void
__wrap_store_list_tokens(struct store *store, const struct token_query *query, const struct token_list_callbacks *callbacks, void *arg)
{
	if (store_st == ST_OK)
		__real_store_list_tokens(store, query, callbacks, arg);
	else
		callbacks->on_end(store_st, NULL, arg);
}

void
__wrap_store_revoke_token(struct store *store, const uint8_t key_id[TOKEN_KEY_SIZE], store_done_fn *fn, void *arg)
{
	if (store_st == ST_OK)
		__real_store_revoke_token(store, key_id, fn, arg);
	else
		fn(store_st, arg);
}

static struct store *store;

static int
setup(void **state)
{
	(void)state;
	store = store_open_memory(1);
	store_st = ST_OK;
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	store_close(store);
	return 0;
}

/* What a command answers; overwritten by the next.  An error has "error: " before it. */
static const char *
run(const char *name, const char *args)
{
	static char text[100000];
	struct ctl_reply *reply = calloc(1, sizeof *reply);
	const struct ctl_command *command = token_commands;

	assert_non_null(reply);
	reply->keeper.messages.store = store;
	while (strcmp(command->name, name) != 0)
		command++;
	command->run(reply, args);
	assert_int_equal(reply->ends, 1);
	snprintf(text, sizeof text, "%s%.*s", reply->is_error ? "error: " : "", SLICE_ARGS(buf_slice(&reply->out)));
	buf_fini(&reply->out);
	free(reply);
	return text;
}

static void
assert_begins(const char *text, const char *start)
{
	if (strncmp(text, start, strlen(start)) != 0)
		fail_msg("\"%s\" does not begin with \"%s\"", text, start);
}

static void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" does not have \"%s\"", text, part);
}

static void
a_token_is_made_as_its_words_say(void **state)
{
	(void)state;
	assert_string_equal(run("token list", ""), "");
	assert_begins(run("token add", "admin"), "aiex_admin_");
	assert_begins(run("token add", "service  --label the gateway --user of it"), "aiex_svc_");      /* two blanks; a label is the rest of the line */
	assert_begins(run("token add", "user --user line:U1 --scopes read,write --expires 9999"), "aiex_user_");
	assert_begins(run("token add", "user --user line:U2 --expires 2999-12-31"), "aiex_user_");
	assert_has(run("token list", ""), "  the gateway --user of it\n");
	assert_has(run("token list", ""), "  read,write  line:U1\n");
	assert_has(run("token list", ""), "ends 2999-12-31  ");
	assert_has(run("token list", ""), "admin    valid  ");
}

static void
what_cannot_be_understood_makes_no_token(void **state)
{
	static const struct {
		const char *args, *error;
	} cases[] = {
		{ "", "error: the kind of token" },
		{ "root", "error: the kind of token" },
		{ "user --user", "error: known are" },
		{ "user --scopes", "error: known are" },
		{ "user --expires", "error: known are" },
		{ "user --label", "error: known are" },
		{ "user line:U1", "error: known are" },
		{ "user --scopes read,everything", "error: --scopes takes" },
		{ "user --scopes ", "error: --scopes takes" },
		{ "user --expires 0", "error: --expires takes" },
		{ "user --expires 10000", "error: --expires takes" },
		{ "user --expires 90d", "error: --expires takes" },
		{ "user --expires soon", "error: --expires takes" },
		{ "user --expires 2001-01-01", "error: --expires takes" },
		{ "user --expires 2999-02-30", "error: --expires takes" },
		{ "user", "error: a user token needs" },
		{ "user --user U1", "error: a user token needs" },
		{ "admin --user line:U1", "error: only a user token" },
		{ "user --user line:U1 --scopes metrics", "error: a token of this kind" },
	};
	char longest[400] = "admin --label ";

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_begins(run("token add", cases[i].args), cases[i].error);
	memset(longest + strlen(longest), 'x', LABEL_MAX + 1);
	assert_begins(run("token add", longest), "error: the label is too long");
	assert_string_equal(run("token list", ""), "");
}

static void
without_memory_no_token_is_made(void **state)
{
	(void)state;
	for (int n = 1; n <= 2; n++) {
		struct ctl_reply reply = { .keeper.messages.store = store };

		no_memory_at(n);
		token_commands[0].run(&reply, "admin");
		assert_false(no_memory_end());
		assert_true(reply.is_error);
		buf_fini(&reply.out);
	}
	assert_string_equal(run("token list", ""), "");
}

static void
what_the_store_did_not_do_is_not_said_to_be_done(void **state)
{
	(void)state;
	store_st = ST_STORE_FULL;
	assert_begins(run("token add", "admin"), "error: the token was not stored: ");
	assert_begins(run("token list", ""), "error: ");
	assert_begins(run("token revoke", "0123456789abcdef"), "error: the token was not revoked: ");
}

static void
a_revoked_token_is_shown_as_that(void **state)
{
	char key_id[17];

	(void)state;
	snprintf(key_id, sizeof key_id, "%.16s", run("token add", "admin") + strlen("aiex_admin_"));
	assert_string_equal(run("token revoke", key_id), "revoked\n");
	assert_has(run("token list", ""), "revoked");
	assert_begins(run("token revoke", "0123456789abcdef"), "error: there is no such token");
	assert_begins(run("token revoke", "0123456789abcde"), "error: a key id is wanted");
	assert_begins(run("token revoke", "0123456789abcdeg"), "error: a key id is wanted");
}

static void
more_tokens_than_are_read_at_once_are_listed_all(void **state)
{
	unsigned lines = 0;

	(void)state;
	for (int i = 0; i < 501; i++)
		run("token add", "admin");
	for (const char *at = run("token list", ""); (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	assert_int_equal(lines, 501);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_token_is_made_as_its_words_say),
		CASE(what_cannot_be_understood_makes_no_token),
		CASE(without_memory_no_token_is_made),
		CASE(what_the_store_did_not_do_is_not_said_to_be_done),
		CASE(a_revoked_token_is_shown_as_that),
		CASE(more_tokens_than_are_read_at_once_are_listed_all),
	};

	return cmocka_run_group_tests_name("token_commands", tests, NULL, NULL);
}
