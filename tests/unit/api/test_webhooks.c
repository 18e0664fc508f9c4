/* SPDX-License-Identifier: MIT */
/*
 * Webhooks over HTTP, of a platform whose keys are fetched: a token that names a
 * key is signed by it.  The keys, the inbox and the clock are the test's.
 */
#include "config.h"

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access/auth.h"
#include "ai/pool/ai_delivery.h"
#include "api/webhooks.h"
#include "crypto_memory.h"
#include "json_memory.h"
#include "messenger/jwt.h"
#include "no_memory.h"
#include "scene.h"
#include "store_queue.h"

enum { MINUTE_MS = 60000, DAY_MS = 86400000 };

static struct {
	int64_t             now_ms;
	enum status         ask_st;            /* what asking for the keys comes to at once */
	keys_fn            *fn;                /* who waits for them */
	void               *arg;
	unsigned            asked;
	enum status         put_st;            /* of each event */
	struct write_answer put;
	unsigned            going;             /* messages that are worked on */
	bool                has_no_json_memory, has_no_crypto_memory, has_no_hook;
	int                 arena_left;        /* allocations of arenas until one fails; -1: none does */
} world;

int64_t __wrap_clock_wall_ms(void);
enum status __wrap_ai_pool_fetch_keys(struct ai_pool *pool, const struct messenger *messenger, int64_t deadline_ms, keys_fn *fn, void *arg);
void __wrap_store_put_inbox(struct store *store, const struct ledger *ledger, const struct inbox_entry *entry, store_write_fn *fn, void *arg);
int64_t __wrap_inbox_claim_until(const struct inbox *inbox, const struct incoming *incoming, int64_t now_ms);
void __wrap_inbox_go(struct inbox *inbox, const struct inbox_entry *entry);
enum status __wrap_jwt_verify(struct slice text, const json_t *keys, struct jwt *token);
bool __real_json_memory_ran_out(void);
bool __wrap_json_memory_ran_out(void);
bool __real_crypto_memory_ran_out(void);
bool __wrap_crypto_memory_ran_out(void);
void *__real_arena_alloc(struct arena *arena, size_t size);
void *__wrap_arena_alloc(struct arena *arena, size_t size);
struct slice __real_arena_copy(struct arena *arena, struct slice s);
struct slice __wrap_arena_copy(struct arena *arena, struct slice s);

int64_t
__wrap_clock_wall_ms(void)
{
	return world.now_ms;
}

enum status
__wrap_ai_pool_fetch_keys(struct ai_pool *pool, const struct messenger *messenger, int64_t deadline_ms, keys_fn *fn, void *arg)
{
	(void)pool, (void)messenger, (void)deadline_ms;
	world.asked++;
	if (world.ask_st != ST_OK)
		return world.ask_st;
	assert_null(world.fn);
	world.fn = fn;
	world.arg = arg;
	return ST_OK;
}

void
__wrap_store_put_inbox(struct store *store, const struct ledger *ledger, const struct inbox_entry *entry, store_write_fn *fn, void *arg)
{
	(void)store, (void)ledger, (void)entry;
	fn(world.put_st, &world.put, arg);
}

int64_t
__wrap_inbox_claim_until(const struct inbox *inbox, const struct incoming *incoming, int64_t now_ms)
{
	(void)inbox, (void)incoming;
	return now_ms;
}

void
__wrap_inbox_go(struct inbox *inbox, const struct inbox_entry *entry)
{
	(void)inbox;
	assert_true(slice_equal(entry->forward_to, world.put.linked_to));
	world.going++;
}

/* The token is the name of the key that signed it. */
enum status
__wrap_jwt_verify(struct slice text, const json_t *keys, struct jwt *token)
{
	const json_t *names = json_object_get(keys, "keys");

	*token = (struct jwt){ NULL, keys };
	if (slice_equal(text, SLICE_LITERAL("forged")))
		return ST_BAD_SIGNATURE;
	for (size_t i = 0; i < json_array_size(names); i++)
		if (slice_equal(slice_of(json_string_value(json_array_get(names, i))), text)) {
			token->claims = json_pack("{s:s,s:s,s:I,s:s}", "iss", "https://api.botframework.com", "aud", "me",
			    "exp", (json_int_t)(world.now_ms / 1000), "serviceurl", "https://x/");
			return ST_OK;
		}
	return ST_UNAVAILABLE;
}

bool
__wrap_json_memory_ran_out(void)
{
	return world.has_no_json_memory || __real_json_memory_ran_out();
}

bool
__wrap_crypto_memory_ran_out(void)
{
	return world.has_no_crypto_memory || __real_crypto_memory_ran_out();
}

static bool
fails(struct arena *arena)
{
	if (world.arena_left-- != 0)
		return false;
	arena->has_failed = true;
	return true;
}

void *
__wrap_arena_alloc(struct arena *arena, size_t size)
{
	return fails(arena) ? NULL : __real_arena_alloc(arena, size);
}

struct slice
__wrap_arena_copy(struct arena *arena, struct slice s)
{
	return fails(arena) ? SLICE_EMPTY : __real_arena_copy(arena, s);
}

/* The first that a webhook's handler allocates is its own record. */
static enum status
authorize(struct request *req, const struct route *route)
{
	enum status st = auth_authorize(req, route);

	if (world.has_no_hook)
		no_memory_at(1);
	return st;
}

static int
setup(void **state)
{
	static struct route hooks[WEBHOOK_ROUTES_MAX];
	struct buf errors = BUF_INIT;
	struct scene *f;

	assert_int_equal(scene_setup(state), 0);
	f = *state;
	world = (__typeof__(world)){ .now_ms = 1800000000000, .arena_left = -1 };
	assert_true(options_override(&f->options, "teams.app_id=me", &errors));
	f->options.teams_app_secret.value = strdup("secret");
	f->options.whatsapp_app_secret.value = strdup("secret");
	f->options.whatsapp_verify_token.value = strdup("token");
	f->options.whatsapp_access_token.value = strdup("token");
	route_table_free(f->table);
	f->table = route_table_new(hooks, webhooks_routes(&f->options, hooks));
	f->h->options.routes = f->table;
	f->h->options.authorize = authorize;
	f->services.webhooks = webhooks_open(&f->services.messages, NULL);
	assert_non_null(f->services.webhooks);
	harness_start(f->h);
	return 0;
}

static int
teardown(void **state)
{
	struct scene *f = *state;

	world.arena_left = -1;
	webhooks_close(f->services.webhooks);
	return scene_teardown(state);
}

#define MESSAGE "{\"type\":\"message\",\"id\":\"1\",\"serviceUrl\":\"https://x/\",\"text\":\"lunch 12\"," \
	"\"conversation\":{\"id\":\"c\",\"conversationType\":\"personal\"},\"from\":{\"id\":\"u\"},\"recipient\":{\"id\":\"b\"}}"

static const char *
post_of(const char *key, const char *body)
{
	static char text[1024];

	snprintf(text, sizeof text, "POST /webhook/teams HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"
	    "Content-Length: %zu\r\n\r\n%s", key, strlen(body), body);
	return text;
}

static void
keys_arrive(enum status st, const char *keys)
{
	keys_fn *fn = world.fn;

	world.fn = NULL;
	fn(st, slice_of(keys), world.arg);
}

/* A message for which keys are asked, and what is answered when they come. */
static void
expect_with_keys(struct scene *f, const char *post, enum status st, const char *keys, const char *answer)
{
	struct client c;

	client_open(&c, f->h);
	client_send(&c, post);
	WAIT_FOR(f->h, world.fn != NULL);
	keys_arrive(st, keys);
	EXPECT(&c, answer);
	client_close(&c);
}

/* The platform has one key, "first", and we have it. */
static void
have_first_key(struct scene *f)
{
	expect_with_keys(f, post_of("first", MESSAGE), ST_OK, "{\"keys\":[\"first\"]}", "HTTP/1.1 200 ");
	assert_int_equal(world.asked, 1);
}

static void
requests_wait_for_the_keys_that_one_of_them_asks_for(void **state)
{
	struct scene *f = *state;
	struct client clients[3];

	for (int i = 0; i < 3; i++) {
		client_open(&clients[i], f->h);
		client_send(&clients[i], post_of(i < 2 ? "first" : "second", MESSAGE));
		WAIT_FOR(f->h, server_in_flight(f->h->server) == (unsigned)i + 1);
	}
	assert_int_equal(world.asked, 1);
	keys_arrive(ST_OK, "{\"keys\":[\"first\"]}");
	EXPECT(&clients[0], "HTTP/1.1 200 ");
	EXPECT(&clients[1], "HTTP/1.1 200 ");
	EXPECT(&clients[2], "HTTP/1.1 401 ");
	for (int i = 0; i < 3; i++)
		client_close(&clients[i]);
	assert_int_equal(f->counters.webhook_refused, 1);
	assert_int_equal(world.going, 2);
}

static void
a_key_that_nobody_has_is_asked_for_once_a_minute(void **state)
{
	struct scene *f = *state;

	have_first_key(f);
	scene_expect(f, post_of("second", MESSAGE), "HTTP/1.1 401 ");
	assert_int_equal(world.asked, 1);
	world.now_ms += MINUTE_MS;
	expect_with_keys(f, post_of("second", MESSAGE), ST_OK, "{\"keys\":[\"second\"]}", "HTTP/1.1 200 ");
	scene_expect(f, post_of("first", MESSAGE), "HTTP/1.1 401 ");       /* that one was withdrawn */
	world.now_ms -= DAY_MS;                                            /* a clock that was set back tells nothing */
	expect_with_keys(f, post_of("third", MESSAGE), ST_UNAVAILABLE, "", "HTTP/1.1 401 ");
}

/* The platform sends it again. */
static void
without_keys_nothing_is_called_forged(void **state)
{
	struct scene *f = *state;

	world.ask_st = ST_OVERLOADED;
	scene_expect(f, post_of("first", MESSAGE), "HTTP/1.1 503 ");
	scene_expect(f, post_of("first", MESSAGE), "HTTP/1.1 503 ");
	assert_int_equal(world.asked, 1);
	world.ask_st = ST_OK;
	world.now_ms += MINUTE_MS;
	expect_with_keys(f, post_of("first", MESSAGE), ST_UNAVAILABLE, "", "HTTP/1.1 503 ");
	assert_int_equal(f->counters.webhook_refused, 0);
}

static void
keys_of_yesterday_are_asked_for_anew(void **state)
{
	struct scene *f = *state;
	struct client c;

	have_first_key(f);
	world.now_ms += DAY_MS - 1;
	scene_expect(f, post_of("first", MESSAGE), "HTTP/1.1 200 ");
	scene_expect(f, post_of("forged", MESSAGE), "HTTP/1.1 401 ");
	assert_int_equal(world.asked, 1);
	world.now_ms += 1;
	client_open(&c, f->h);
	client_send(&c, post_of("first", MESSAGE));
	WAIT_FOR(f->h, world.fn != NULL);
	keys_arrive(ST_UNAVAILABLE, "");
	EXPECT(&c, "HTTP/1.1 200 ");                                       /* who cannot be asked withdraws nothing */
	client_close(&c);
	scene_expect(f, post_of("first", MESSAGE), "HTTP/1.1 200 ");       /* and is not asked again at once */
	assert_int_equal(world.asked, 2);
}

static void
an_event_counts_when_it_is_on_disk_and_once(void **state)
{
	struct scene *f = *state;

	have_first_key(f);
	assert_int_equal(f->counters.webhook_events, 1);
	assert_int_equal(world.going, 1);
	world.put.is_replay = true;
	scene_expect(f, post_of("first", MESSAGE), "HTTP/1.1 200 ");
	world.put_st = ST_KEY_REUSED;
	scene_expect(f, post_of("first", MESSAGE), "HTTP/1.1 200 ");
	assert_int_equal(f->counters.webhook_repeats, 2);
	world.put_st = ST_UNAVAILABLE;
	scene_expect(f, post_of("first", MESSAGE), "HTTP/1.1 503 ");
	world.put_st = ST_OK;
	world.put = (struct write_answer){ .must_wait = true };
	scene_expect(f, post_of("first", MESSAGE), "HTTP/1.1 200 ");       /* an older one of this person leads to it */
	assert_int_equal(f->counters.webhook_events, 2);
	assert_int_equal(world.going, 1);
	world.put = (struct write_answer){ .linked_to = SLICE_LITERAL("line:U1") };
	scene_expect(f, post_of("first", MESSAGE), "HTTP/1.1 200 ");
	assert_int_equal(world.going, 2);
}

static void
what_a_platform_does_not_send_is_no_message(void **state)
{
	struct scene *f = *state;

	have_first_key(f);
	scene_expect(f, post_of("first", "{\"serviceUrl\":\"https://x/\"}"), "HTTP/1.1 400 ");
	scene_expect(f, post_of("first", "{\"serviceUrl\":\"https://x/\",\"type\":\"typing\"}"), "HTTP/1.1 200 ");
	assert_int_equal(f->counters.webhook_ignored, 1);
}

/* The platform sends it again, so it must not be told that it is forged, or that it has arrived. */
static void
without_memory_it_is_to_be_sent_again(void **state)
{
	struct scene *f = *state;
	unsigned going;

	world.has_no_json_memory = true;
	scene_expect(f, post_of("first", MESSAGE), "HTTP/1.1 503 ");
	assert_int_equal(world.asked, 0);
	world.has_no_json_memory = false;
	have_first_key(f);
	world.has_no_crypto_memory = true;
	scene_expect(f, post_of("forged", MESSAGE), "HTTP/1.1 503 ");
	world.has_no_crypto_memory = false;
	world.has_no_hook = true;
	scene_expect(f, post_of("first", MESSAGE), "HTTP/1.1 503 ");
	assert_false(no_memory_end());
	world.has_no_hook = false;
	assert_int_equal(f->counters.webhook_refused, 0);
	going = world.going;
	for (int n = 0; world.going == going; n++) {
		struct client c;

		assert_in_range(n, 0, 100);
		world.arena_left = n;
		client_open(&c, f->h);
		client_send(&c, post_of("first", MESSAGE));
		EXPECT(&c, "HTTP/1.1 ");
		assert_int_equal(client_count(&c, "HTTP/1.1 503 ") + client_count(&c, "HTTP/1.1 200 "), 1);
		assert_int_equal(client_count(&c, "HTTP/1.1 200 "), world.going - going);
		client_close(&c);
	}
	assert_int_equal(f->counters.webhook_refused, 0);
}

/* It is on disk, and the keeper leads to it. */
static void
a_message_whose_ledger_cannot_be_noted_is_left_to_the_keeper(void **state)
{
	struct scene *f = *state;
	unsigned seen = 0;

	have_first_key(f);
	world.put = (struct write_answer){ .linked_to = SLICE_LITERAL("line:U1") };
	for (int n = 0; world.going == 1; n++) {
		struct client c;

		assert_in_range(n, 0, 100);
		world.arena_left = n;
		client_open(&c, f->h);
		client_send(&c, post_of("first", MESSAGE));
		EXPECT(&c, "HTTP/1.1 ");
		seen += client_count(&c, "HTTP/1.1 200 ") == 1 && world.going == 1;
		client_close(&c);
	}
	assert_int_equal(seen, 1);
}

static void
whatsapp_is_greeted_when_it_knows_the_token(void **state)
{
	struct scene *f = *state;

	scene_expect(f, "GET /webhook/whatsapp?hub.mode=subscribe&hub.challenge=1158&hub.verify_token=token HTTP/1.1\r\nHost: x\r\n\r\n", "\r\n\r\n1158");
	scene_expect(f, "GET /webhook/whatsapp?hub.mode=subscribe&hub.challenge=1158&hub.verify_token=other HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 403 ");
	scene_expect(f, "GET /webhook/whatsapp HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 403 ");
}

static void
without_memory_there_are_no_webhooks_to_begin_with(void **state)
{
	struct scene *f = *state;

	no_memory_at(1);
	assert_null(webhooks_open(&f->services.messages, NULL));
	assert_false(no_memory_end());
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(requests_wait_for_the_keys_that_one_of_them_asks_for),
		CASE(a_key_that_nobody_has_is_asked_for_once_a_minute),
		CASE(without_keys_nothing_is_called_forged),
		CASE(keys_of_yesterday_are_asked_for_anew),
		CASE(an_event_counts_when_it_is_on_disk_and_once),
		CASE(what_a_platform_does_not_send_is_no_message),
		CASE(without_memory_it_is_to_be_sent_again),
		CASE(a_message_whose_ledger_cannot_be_noted_is_left_to_the_keeper),
		CASE(whatsapp_is_greeted_when_it_knows_the_token),
		CASE(without_memory_there_are_no_webhooks_to_begin_with),
	};

	return cmocka_run_group_tests_name("webhooks", tests, NULL, NULL);
}
