/* SPDX-License-Identifier: MIT */
/* The authorizer over a store that answers by callback, as one on another machine does. */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "access/auth.h"
#include "contract/scope.h"
#include "scene.h"
#include "store.h"

/* store_get_token is this; while it waits it keeps what it was asked. */
static struct held {
	bool            is_waiting;
	struct store   *store;
	uint8_t         key_id[TOKEN_KEY_SIZE];
	store_token_fn *fn;
	void           *arg;
} held;

static bool must_wait;

void __real_store_get_token(struct store *store, const uint8_t key_id[TOKEN_KEY_SIZE], store_token_fn *fn, void *arg);
void __wrap_store_get_token(struct store *store, const uint8_t key_id[TOKEN_KEY_SIZE], store_token_fn *fn, void *arg);

void
__wrap_store_get_token(struct store *store, const uint8_t key_id[TOKEN_KEY_SIZE], store_token_fn *fn, void *arg)
{
	if (!must_wait) {
		__real_store_get_token(store, key_id, fn, arg);
		return;
	}
	held = (struct held){ .is_waiting = true, .store = store, .fn = fn, .arg = arg };
	memcpy(held.key_id, key_id, sizeof held.key_id);
}

/* The store answers, and at once from now on. */
static void
let_go(void)
{
	must_wait = held.is_waiting = false;
	__real_store_get_token(held.store, held.key_id, held.fn, held.arg);
}

/* What the authorizer needs of a request's arena, and of the kernel. */
static const struct request *authorizing;
static bool has_no_room, has_no_room_to_copy;
static unsigned randomness_left = ~0U;

void *__real_arena_alloc(struct arena *arena, size_t size);
struct slice __real_arena_copy(struct arena *arena, struct slice s);
ssize_t __real_getrandom(void *buffer, size_t len, unsigned flags);
void *__wrap_arena_alloc(struct arena *arena, size_t size);
struct slice __wrap_arena_copy(struct arena *arena, struct slice s);
ssize_t __wrap_getrandom(void *buffer, size_t len, unsigned flags);

static bool
is_of_request(const struct arena *arena)
{
	return authorizing != NULL && arena == &authorizing->arena;
}

void *
__wrap_arena_alloc(struct arena *arena, size_t size)
{
	return is_of_request(arena) && has_no_room ? NULL : __real_arena_alloc(arena, size);
}

struct slice
__wrap_arena_copy(struct arena *arena, struct slice s)
{
	return is_of_request(arena) && has_no_room_to_copy ? SLICE_EMPTY : __real_arena_copy(arena, s);
}

ssize_t
__wrap_getrandom(void *buffer, size_t len, unsigned flags)
{
	return randomness_left-- == 0 ? -1 : __real_getrandom(buffer, len, flags);
}

static enum status
authorize(struct request *req, const struct route *route)
{
	enum status st;

	authorizing = req;
	st = auth_authorize(req, route);
	authorizing = NULL;
	return st;
}

static int
setup(void **state)
{
	struct scene *f;

	assert_int_equal(scene_setup(state), 0);
	f = *state;
	f->h->options.authorize = authorize;
	harness_start(f->h);
	must_wait = true;
	return 0;
}

static int
teardown(void **state)
{
	must_wait = false;
	return scene_teardown(state);
}

static void
a_request_waits_until_the_store_has_found_its_token(void **state)
{
	struct scene *f = *state;
	struct client c;

	client_open(&c, f->h);
	client_send(&c, f->request);
	WAIT_FOR(f->h, held.is_waiting);
	assert_int_equal(server_in_flight(f->h->server), 1);
	let_go();
	EXPECT(&c, "\"kind\":\"user\",\"user\":\"line:U1\"");
	client_close(&c);
}

static void
a_request_whose_token_was_revoked_meanwhile_is_refused(void **state)
{
	struct scene *f = *state;
	struct client c;

	client_open(&c, f->h);
	client_send(&c, f->request);
	WAIT_FOR(f->h, held.is_waiting);
	store_revoke_token(f->services.messages.store, f->token.key_id, scene_done, NULL);
	let_go();
	EXPECT(&c, "HTTP/1.1 401 ");
	assert_int_equal(client_count(&c, "WWW-Authenticate: Bearer error=\"invalid_token\""), 1);
	client_close(&c);
}

static void
a_client_that_goes_while_its_token_is_looked_up_leaves_nothing_behind(void **state)
{
	struct scene *f = *state;
	struct client c;

	client_open(&c, f->h);
	client_send(&c, f->request);
	WAIT_FOR(f->h, held.is_waiting);
	client_reset(&c);
	WAIT_FOR(f->h, server_connections(f->h->server) == 0);
	let_go();
	assert_int_equal(server_in_flight(f->h->server), 0);
	assert_int_equal(f->h->events[HTTP_ANSWER_DROPPED], 1);
}

static void
a_store_that_answers_at_once_makes_nobody_wait(void **state)
{
	struct scene *f = *state;
	struct client c;

	must_wait = false;
	client_open(&c, f->h);
	client_send(&c, f->request);
	EXPECT(&c, "\"scopes\":[\"read\"]");
	client_close(&c);
}

/* One request with this in its Authorization is answered so. */
static void
expect_of(struct scene *f, const char *authorization, const char *answer)
{
	char request[512];

	snprintf(request, sizeof request, "GET /api/v1/tokens/self HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\n\r\n", authorization);
	scene_expect(f, request, answer);
}

static void
what_is_no_token_is_refused(void **state)
{
	struct scene *f = *state;
	char text[256], changed[128];

	must_wait = false;
	for (int i = 0; i <= 3; i++) {
		static const char *const schemes[] = { "Bearer ", "bearer ", "BEARER ", "Bearer\t" };

		snprintf(text, sizeof text, "%s%s", schemes[i], f->text);
		expect_of(f, text, i < 3 ? "HTTP/1.1 200 " : "HTTP/1.1 401 ");
	}
	expect_of(f, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "HTTP/1.1 401 ");
	expect_of(f, "Bear", "HTTP/1.1 401 ");
	expect_of(f, "Bearer aiex_root_0123456789abcdef_0123456789012345678901234567890123456789012", "HTTP/1.1 401 ");
	for (size_t cut = 1; cut < strlen(f->text); cut++) {
		snprintf(text, sizeof text, "Bearer %.*s", (int)(strlen(f->text) - cut), f->text);
		expect_of(f, text, "HTTP/1.1 401 ");
	}
	snprintf(text, sizeof text, "Bearer %sA", f->text);
	expect_of(f, text, "HTTP/1.1 401 ");
	for (size_t i = 0; i < strlen(f->text); i++) {
		snprintf(changed, sizeof changed, "%s", f->text);
		changed[i] = changed[i] == 'x' ? 'y' : 'x';      /* of the kind, the key id, what divides them, the secret */
		snprintf(text, sizeof text, "Bearer %s", changed);
		expect_of(f, text, "HTTP/1.1 401 ");
	}
}

/* Its kind is written in it for whoever reads it, and decides nothing. */
static void
a_token_is_of_the_kind_that_it_was_made_as(void **state)
{
	struct scene *f = *state;
	char text[256];

	must_wait = false;
	snprintf(text, sizeof text, "Bearer aiex_admin_%s", f->text + strlen("aiex_user_"));
	expect_of(f, text, "HTTP/1.1 401 ");
	snprintf(text, sizeof text, "Bearer aiex_svc_%s", f->text + strlen("aiex_user_"));
	expect_of(f, text, "HTTP/1.1 401 ");
}

static void
without_memory_nobody_is_let_in_and_nobody_is_called_a_stranger(void **state)
{
	struct scene *f = *state;
	char text[256];

	must_wait = false;
	snprintf(text, sizeof text, "Bearer %s", f->text);
	has_no_room = true;
	expect_of(f, text, "HTTP/1.1 503 ");
	has_no_room = false;
	has_no_room_to_copy = true;
	expect_of(f, text, "HTTP/1.1 503 ");
	has_no_room_to_copy = false;
	expect_of(f, text, "HTTP/1.1 200 ");
}

static void
a_user_id_is_a_platform_and_an_id_without_blanks(void **state)
{
	static const struct {
		const char *id;
		bool        is_one;
	} ids[] = {
		{ "line:U1", true }, { "a:b", true }, { "ms-teams2:0:1 ", false }, { "ms-teams2:0:1", true }, { "line:名", true },
		{ "", false }, { "line", false }, { "line:", false }, { ":U1", false }, { "Line:U1", false }, { "li~e:U1", false },
		{ "li/e:U1", false }, { "li;e:U1", false }, { "line U1", false }, { "line:U\t1", false }, { "line:U1\x7f", false },
		{ "li.e:U1", false }, { "li`e:U1", false }, { "li{e:U1", false },
	};
	char longest[USER_ID_MAX + 2];

	(void)state;
	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
		assert_int_equal(auth_is_user_id(slice_of(ids[i].id)), ids[i].is_one);
	memset(longest, 'x', sizeof longest);
	longest[4] = ':';
	assert_true(auth_is_user_id((struct slice){ longest, USER_ID_MAX }));
	assert_false(auth_is_user_id((struct slice){ longest, USER_ID_MAX + 1 }));
}

/* A secret that can be guessed is worse than no daemon. */
static void
without_randomness_no_token_is_made(void **state)
{
	(void)state;
	for (unsigned left = 0; left <= 2; left++) {
		int status;
		pid_t pid = fork();

		if (pid == 0) {
			struct token token = { .kind = TOKEN_USER };
			struct buf text = BUF_INIT;

			randomness_left = left;
			auth_make_token(&token, &text);
			buf_fini(&text);
			exit(0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), left < 2 ? 3 : 0);
	}
}

static void
each_kind_of_token_may_have_its_own_scopes(void **state)
{
	(void)state;
	assert_int_equal(scopes_of_kind(TOKEN_USER), scopes_of_kind(TOKEN_SERVICE));
	assert_int_equal(scopes_of_kind(TOKEN_USER) & scopes_of_kind(TOKEN_ADMIN), 0);
	assert_int_equal(scopes_allowed(TOKEN_SERVICE), scopes_of_kind(TOKEN_SERVICE) | scope_bit(SCOPE_tokens));
	assert_int_equal(scopes_allowed(TOKEN_USER), scopes_of_kind(TOKEN_USER));
	assert_int_equal(scopes_of_token(&(struct token){ .kind = TOKEN_ADMIN }), scopes_of_kind(TOKEN_ADMIN));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_request_waits_until_the_store_has_found_its_token),
		CASE(a_request_whose_token_was_revoked_meanwhile_is_refused),
		CASE(a_client_that_goes_while_its_token_is_looked_up_leaves_nothing_behind),
		CASE(a_store_that_answers_at_once_makes_nobody_wait),
		CASE(what_is_no_token_is_refused),
		CASE(a_token_is_of_the_kind_that_it_was_made_as),
		CASE(without_memory_nobody_is_let_in_and_nobody_is_called_a_stranger),
		cmocka_unit_test(a_user_id_is_a_platform_and_an_id_without_blanks),
		cmocka_unit_test(without_randomness_no_token_is_made),
		cmocka_unit_test(each_kind_of_token_may_have_its_own_scopes),
	};

	return cmocka_run_group_tests_name("auth", tests, NULL, NULL);
}
