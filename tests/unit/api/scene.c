/* SPDX-License-Identifier: MIT */
/* See scene.h. */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "access/auth.h"
#include "contract/endpoints.h"
#include "contract/scope.h"
#include "scene.h"

void
scene_done(enum status st, void *arg)
{
	(void)arg;
	assert_int_equal(st, ST_OK);
}

void
scene_make_token(struct scene *f, struct token *token, char text[128])
{
	struct buf made = BUF_INIT;

	auth_make_token(token, &made);
	snprintf(text, 128, "%.*s", SLICE_ARGS(buf_slice(&made)));
	buf_fini(&made);
	store_put_token(f->services.messages.store, token, scene_done, NULL);
}

int
scene_setup(void **state)
{
	struct scene *f = calloc(1, sizeof *f);

	assert_non_null(f);
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
	f->token = (struct token){ .kind = TOKEN_USER, .user_id = SLICE_LITERAL("line:U1"), .label = SLICE_LITERAL("phone"),
		.created_ms = 1, .scopes = scope_bit(SCOPE_read) };
	scene_make_token(f, &f->token, f->text);
	snprintf(f->request, sizeof f->request, "GET /api/v1/tokens/self HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", f->text);
	*state = f;
	return 0;
}

int
scene_teardown(void **state)
{
	struct scene *f = *state;

	harness_teardown((void **)&f->h);
	route_table_free(f->table);
	limits_fini(&f->services.limits);
	store_close(f->services.messages.store);
	rate_table_destroy(f->rates);
	options_fini(&f->options);
	free(f);
	return 0;
}

void
scene_expect(struct scene *f, const char *request, const char *answer)
{
	struct client c;

	client_open(&c, f->h);
	client_send(&c, request);
	EXPECT(&c, answer);
	client_close(&c);
}
