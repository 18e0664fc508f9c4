/* SPDX-License-Identifier: MIT */
/* The authorizer over a store that answers by callback, as one on another machine does. */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access/auth.h"
#include "contract/endpoints.h"
#include "contract/scope.h"
#include "api/services.h"
#include "clock.h"
#include "harness.h"
#include "options.h"
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

struct fixture {
	struct harness     *h;
	struct options      options;
	struct counters     counters;
	struct rate_table  *rates;
	struct route_table *table;
	struct services     services;
	char                request[512];      /* GET of the token that asks */
	struct token        token;
};

static void
on_done(enum status st, void *arg)
{
	(void)arg;
	assert_int_equal(st, ST_OK);
}

static void
make_token(struct fixture *f)
{
	struct buf text = BUF_INIT;

	f->token = (struct token){ .kind = TOKEN_USER, .user_id = SLICE_LITERAL("line:U1"), .label = SLICE_LITERAL("phone"),
		.created_ms = 1, .scopes = scope_bit(SCOPE_read) };
	auth_make_token(&f->token, &text);
	store_put_token(f->services.messages.store, &f->token, on_done, NULL);
	snprintf(f->request, sizeof f->request, "GET /api/v1/tokens/self HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %.*s\r\n\r\n",
	    SLICE_ARGS(buf_slice(&text)));
	buf_fini(&text);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	assert_int_equal(harness_setup((void **)&f->h), 0);
	assert_true(options_init(&f->options));
	f->rates = rate_table_create(65536);
	f->services.messages = (struct message_service){ .options = &f->options, .counters = &f->counters,
		.store = store_open_memory(1) };
	assert_true(limits_init(&f->services.limits, &f->options, f->rates, &f->counters));
	f->table = route_table_new(routes, ROUTES);
	f->h->options.routes = f->table;
	f->h->options.services = &f->services;
	f->h->options.authorize = auth_authorize;
	make_token(f);
	harness_start(f->h);
	must_wait = true;
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	must_wait = false;
	harness_teardown((void **)&f->h);
	route_table_free(f->table);
	limits_fini(&f->services.limits);
	store_close(f->services.messages.store);
	rate_table_destroy(f->rates);
	options_fini(&f->options);
	free(f);
	return 0;
}

static void
a_request_waits_until_the_store_has_found_its_token(void **state)
{
	struct fixture *f = *state;
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
	struct fixture *f = *state;
	struct client c;

	client_open(&c, f->h);
	client_send(&c, f->request);
	WAIT_FOR(f->h, held.is_waiting);
	store_revoke_token(f->services.messages.store, f->token.key_id, on_done, NULL);
	let_go();
	EXPECT(&c, "HTTP/1.1 401 ");
	assert_int_equal(client_count(&c, "WWW-Authenticate: Bearer error=\"invalid_token\""), 1);
	client_close(&c);
}

static void
a_client_that_goes_while_its_token_is_looked_up_leaves_nothing_behind(void **state)
{
	struct fixture *f = *state;
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
	struct fixture *f = *state;
	struct client c;

	must_wait = false;
	client_open(&c, f->h);
	client_send(&c, f->request);
	EXPECT(&c, "\"scopes\":[\"read\"]");
	client_close(&c);
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
		cmocka_unit_test(each_kind_of_token_may_have_its_own_scopes),
	};

	return cmocka_run_group_tests_name("auth", tests, NULL, NULL);
}
