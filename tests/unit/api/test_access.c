/* SPDX-License-Identifier: MIT */
/* Limits of addresses and tokens, and whose ledger a request is about, where something else happens meanwhile or goes wrong. */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <string.h>

#include "access/caller.h"
#include "contract/scope.h"
#include "http/request.h"
#include "no_memory.h"
#include "scene.h"
#include "store/person.h"

/* store_get_token waits while it must; store_get_person fails when so many have been asked for. */
static struct {
	struct store   *store;
	uint8_t         key_id[TOKEN_KEY_SIZE];
	store_token_fn *fn;
	void           *arg;
} held;
static bool must_wait, has_no_room, is_arena_full;
static int persons_left = -1;
static enum status person_st;

void __real_store_get_token(struct store *store, const uint8_t key_id[TOKEN_KEY_SIZE], store_token_fn *fn, void *arg);
void __wrap_store_get_token(struct store *store, const uint8_t key_id[TOKEN_KEY_SIZE], store_token_fn *fn, void *arg);
void __real_store_get_person(struct store *store, const struct ledger *ledger, store_person_fn *fn, void *arg);
void __wrap_store_get_person(struct store *store, const struct ledger *ledger, store_person_fn *fn, void *arg);
bool __real_person_copy(struct arena *arena, const struct person *person, struct person *copy);
bool __wrap_person_copy(struct arena *arena, const struct person *person, struct person *copy);

void
__wrap_store_get_token(struct store *store, const uint8_t key_id[TOKEN_KEY_SIZE], store_token_fn *fn, void *arg)
{
	if (!must_wait) {
		__real_store_get_token(store, key_id, fn, arg);
		return;
	}
	held.store = store;
	held.fn = fn;
	held.arg = arg;
	memcpy(held.key_id, key_id, sizeof held.key_id);
}

void
__wrap_store_get_person(struct store *store, const struct ledger *ledger, store_person_fn *fn, void *arg)
{
	if (persons_left == 0)
		fn(person_st, NULL, arg);
	else
		__real_store_get_person(store, ledger, fn, arg);
	persons_left -= persons_left > 0;
}

void *__real_arena_alloc(struct arena *arena, size_t size);
void *__wrap_arena_alloc(struct arena *arena, size_t size);

/* Of what a request keeps while it waits, which is more than all else that is asked for. */
void *
__wrap_arena_alloc(struct arena *arena, size_t size)
{
	return is_arena_full && size >= sizeof (struct caller) ? NULL : __real_arena_alloc(arena, size);
}

bool
__wrap_person_copy(struct arena *arena, const struct person *person, struct person *copy)
{
	return !has_no_room && __real_person_copy(arena, person, copy);
}

static int
setup(void **state)
{
	struct scene *f;

	assert_int_equal(scene_setup(state), 0);
	f = *state;
	harness_start(f->h);
	memset(&held, 0, sizeof held);
	must_wait = has_no_room = is_arena_full = false;
	persons_left = -1;
	return 0;
}

static void
set_option(struct scene *f, const char *assignment)
{
	struct buf errors = BUF_INIT;

	assert_true(options_override(&f->options, assignment, &errors));
	buf_fini(&errors);
}

/* --- limits ---------------------------------------------------------------------------------- */

/* A GET of the token's own record with this in Authorization, that a proxy speaks for. */
static const char *
request_of(const char *authorization)
{
	static char text[512];

	snprintf(text, sizeof text, "GET /api/v1/tokens/self HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.1\r\nAuthorization: %s\r\n\r\n",
	    authorization);
	return text;
}

/* While one request waits for its token, others of its address use up what the address may have. */
static void
use_up_while_it_waits(struct scene *f, const char *authorization)
{
	struct client c;

	set_option(f, "limit.per_address=1/h");
	must_wait = true;
	client_open(&c, f->h);
	client_send(&c, request_of(authorization));
	WAIT_FOR(f->h, held.fn != NULL);
	scene_expect(f, request_of("Basic x"), "HTTP/1.1 401 ");
	must_wait = false;
	__real_store_get_token(held.store, held.key_id, held.fn, held.arg);
	EXPECT(&c, "HTTP/1.1 429 ");
	assert_int_equal(client_count(&c, "RateLimit-Limit: 1\r\n"), 1);
	client_close(&c);
	assert_int_equal(f->counters.limited_by_address, 1);
}

static void
a_token_that_was_looked_up_too_late_for_its_address_is_told_to_wait(void **state)
{
	struct scene *f = *state;
	char text[160];

	snprintf(text, sizeof text, "Bearer %s", f->text);
	use_up_while_it_waits(f, text);
}

static void
a_guess_that_was_looked_up_too_late_for_its_address_is_told_to_wait(void **state)
{
	use_up_while_it_waits(*state, "Bearer aiex_user_0123456789abcdef_0123456789012345678901234567890123456789012");
}

/* Two may be taken for one by chance, so each may have more than one. */
static void
a_full_table_gives_up_the_oldest_and_counts_it(void **state)
{
	struct scene *f = *state;
	struct request req = { .started_ns = 1000000000 };

	set_option(f, "limit.per_user_messages=1000/h");
	for (int i = 0; i < 16384; i++) {
		char id[32];

		snprintf(id, sizeof id, "line:%d", i);
		req.started_ns++;
		assert_int_equal(limits_count_message(&f->services.limits, &req, slice_of(id)), ST_OK);
	}
	assert_in_range(f->counters.limit_evictions, 1, 16383);
	assert_int_equal(f->counters.limited_by_user, 0);
}

static void
without_memory_there_are_no_limits_to_begin_with(void **state)
{
	struct scene *f = *state;
	struct limits limits;

	no_memory_at(1);
	assert_false(limits_init(&limits, &f->options, f->rates, &f->counters));
	assert_false(no_memory_end());
}

/* --- whose ledger ------------------------------------------------------------------------------ */

static const char *
get_user(struct scene *f)
{
	static char text[512];

	snprintf(text, sizeof text, "GET /api/v1/user HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", f->text);
	return text;
}

/* A gateway signs line:U1 up. */
static void
sign_up(struct scene *f, const char *answer)
{
	struct token gateway = { .kind = TOKEN_SERVICE, .label = SLICE_LITERAL(""), .created_ms = 1, .scopes = scope_bit(SCOPE_account) };
	static const char body[] = "{\"user\":\"line:U1\"}";
	char token[128], request[512];

	scene_make_token(f, &gateway, token);
	snprintf(request, sizeof request, "POST /api/v1/users HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
	    "Content-Length: %zu\r\nAuthorization: Bearer %s\r\n\r\n%s", sizeof body - 1, token, body);
	scene_expect(f, request, answer);
}

static void
a_user_who_cannot_be_looked_up_is_not_called_unknown(void **state)
{
	struct scene *f = *state;

	scene_expect(f, get_user(f), "HTTP/1.1 404 ");
	sign_up(f, "HTTP/1.1 201 ");
	scene_expect(f, get_user(f), "HTTP/1.1 200 ");
	person_st = ST_UNAVAILABLE;
	persons_left = 0;
	scene_expect(f, get_user(f), "HTTP/1.1 503 ");
}

static void
a_user_for_whom_there_is_no_room_is_not_called_unknown(void **state)
{
	struct scene *f = *state;

	sign_up(f, "HTTP/1.1 201 ");
	has_no_room = true;
	scene_expect(f, get_user(f), "HTTP/1.1 503 ");
	has_no_room = false;
	scene_expect(f, get_user(f), "HTTP/1.1 200 ");
}

static void
a_request_that_cannot_be_kept_while_it_waits_is_refused_before_its_user_is_looked_up(void **state)
{
	struct scene *f = *state;

	sign_up(f, "HTTP/1.1 201 ");
	is_arena_full = true;
	persons_left = 1;
	scene_expect(f, get_user(f), "HTTP/1.1 503 ");
	assert_int_equal(persons_left, 1);
	is_arena_full = false;
	persons_left = -1;
	scene_expect(f, get_user(f), "HTTP/1.1 200 ");
}

/* What was written stays, and asking again shows it. */
static void
a_user_who_cannot_be_read_after_a_change_is_told_so(void **state)
{
	struct scene *f = *state;

	person_st = ST_UNAVAILABLE;
	persons_left = 1;
	sign_up(f, "HTTP/1.1 503 ");
	persons_left = -1;
	scene_expect(f, get_user(f), "HTTP/1.1 200 ");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, scene_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_token_that_was_looked_up_too_late_for_its_address_is_told_to_wait),
		CASE(a_guess_that_was_looked_up_too_late_for_its_address_is_told_to_wait),
		CASE(a_full_table_gives_up_the_oldest_and_counts_it),
		CASE(without_memory_there_are_no_limits_to_begin_with),
		CASE(a_user_who_cannot_be_looked_up_is_not_called_unknown),
		CASE(a_user_for_whom_there_is_no_room_is_not_called_unknown),
		CASE(a_request_that_cannot_be_kept_while_it_waits_is_refused_before_its_user_is_looked_up),
		CASE(a_user_who_cannot_be_read_after_a_change_is_told_so),
	};

	return cmocka_run_group_tests_name("access", tests, NULL, NULL);
}
