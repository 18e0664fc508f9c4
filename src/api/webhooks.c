/* SPDX-License-Identifier: MIT */
/* See webhooks.h. */
#include "config.h"

#include "webhooks.h"

#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "access/auth.h"
#include "ai/pool/ai_delivery.h"
#include "clock.h"
#include "counters.h"
#include "crypto_memory.h"
#include "http/reply.h"
#include "json_memory.h"
#include "services.h"

enum {
	KEYS_MS = 5000,              /* that fetching a platform's keys may take: platforms wait some ten seconds */
	KEYS_AGAIN_MS = 60000,       /* between two fetchings, whoever signs with what */
	KEYS_AGE_MS = 86400000,      /* older ones are fetched anew: a key that was withdrawn is not believed for longer */
	MESSENGERS_MAX = 8
};

static const char prefix[] = "/webhook/";

/* The public keys of one platform, and the requests that wait for them. */
struct key_ring {
	struct webhooks        *webhooks;
	const struct messenger *messenger;
	struct buf              keys;
	int64_t                 asked_ms;        /* clock_wall_ms, when they were asked for last; 0: never */
	int64_t                 came_ms;         /* when these came */
	bool                    is_fetching;
	TAILQ_HEAD(, hook_request) waiting;
};

struct webhooks {
	const struct message_service *service;
	struct inbox                 *inbox;
	struct key_ring               rings[MESSENGERS_MAX];
};

/* An event on its way to the inbox. */
struct arrival {
	struct hook_request *request;
	struct inbox_entry       entry;
	bool                     is_ours;        /* accepted now, and the first of its person */
};

/* A request to a webhook.  It outlives its answer: the messages are worked on behind it. */
struct hook_request {
	TAILQ_ENTRY(hook_request) link;
	struct webhooks        *webhooks;
	const struct messenger *messenger;
	struct request         *req;
	struct arena            arena;
	struct decoded          decoded;
	struct arrival         *arrivals;
	size_t                  pending;
	enum status             st;              /* the worst of the events */
};

static void
end_request(struct hook_request *request)
{
	arena_fini(&request->arena);
	free(request);
}

static void
refuse(struct hook_request *request, enum status st, const char *detail)
{
	struct counters *counters = request->webhooks->service->counters;

	if (st == ST_BAD_SIGNATURE)
		counter_add(&counters->webhook_refused, 1);
	operation_record(counters, OPERATION_accept_webhook, (uint64_t)(clock_mono_ns() - request->req->started_ns), st == ST_BAD_SIGNATURE);
	reply_problem(request->req, st, NULL, detail);
	end_request(request);
}

/* --- accepted --------------------------------------------------------------------------------- */

static void
answer(struct hook_request *request)
{
	const struct decoded *decoded = &request->decoded;
	struct buf *body = reply_begin(request->req, ST_OK, decoded->answer_type != NULL ? decoded->answer_type : "text/plain");

	buf_append_slice(body, decoded->answer);
	operation_record(request->webhooks->service->counters, OPERATION_accept_webhook,
	    (uint64_t)(clock_mono_ns() - request->req->started_ns), true);
	reply_end(request->req);
}

/* All events are on disk, or known not to be. */
static void
settle(struct hook_request *request)
{
	struct inbox *inbox = request->webhooks->inbox;

	if (request->st == ST_OK)
		answer(request);
	else
		reply_problem(request->req, request->st, NULL, NULL);
	for (size_t i = 0; i < request->decoded.count; i++)
		if (request->arrivals[i].is_ours)
			inbox_go(inbox, &request->arrivals[i].entry);
	end_request(request);
}

static void
on_put(enum status st, const struct write_answer *put, void *arg)
{
	struct arrival *arrival = arg;
	struct hook_request *request = arrival->request;
	struct counters *counters = request->webhooks->service->counters;
	bool is_repeat = st == ST_KEY_REUSED || (st == ST_OK && put->is_replay);

	if (is_repeat)
		counter_add(&counters->webhook_repeats, 1);
	else if (st == ST_OK)
		counter_add(&counters->webhook_events, 1);
	else
		request->st = st;
	arrival->is_ours = st == ST_OK && !is_repeat && !put->must_wait;
	if (arrival->is_ours && put->linked_to.len > 0) {
		arrival->entry.forward_to = arena_copy(&request->arena, put->linked_to);
		arrival->is_ours = arrival->entry.forward_to.ptr != NULL;
	}
	if (--request->pending == 0)
		settle(request);
}

static struct inbox_entry
entry_of(const struct hook_request *request, const struct event *event, int64_t now_ms)
{
	return (struct inbox_entry){ .message_id = uuid7_next(now_ms), .user_id = event->user_id, .text = event->text,
		.incoming = event->incoming, .idempotency_key = event->key, .deliver_to = event->deliver_to, .received_ms = now_ms,
		.not_before_ms = inbox_claim_until(request->webhooks->inbox, &event->incoming, now_ms) };
}

static void
put_events(struct hook_request *request)
{
	struct store *store = request->webhooks->service->store;
	const struct decoded *decoded = &request->decoded;
	int64_t now_ms = clock_wall_ms();

	request->arrivals = arena_alloc(&request->arena, (decoded->count + 1) * sizeof *request->arrivals);
	if (request->arrivals == NULL) {
		refuse(request, ST_OVERLOADED, NULL);
		return;
	}
	counter_add(&request->webhooks->service->counters->webhook_ignored, decoded->ignored);
	request->pending = decoded->count + 1;       /* one more, so that nothing is settled before all are on their way */
	for (size_t i = 0; i < decoded->count; i++) {
		struct arrival *arrival = &request->arrivals[i];
		struct ledger ledger;

		*arrival = (struct arrival){ .request = request, .entry = entry_of(request, &decoded->events[i], now_ms) };
		ledger = store_ledger(store, arrival->entry.user_id);
		store_put_inbox(store, &ledger, &arrival->entry, on_put, arrival);
	}
	if (--request->pending == 0)
		settle(request);
}

/* --- verifying -------------------------------------------------------------------------------- */

static struct key_ring *
ring_of(const struct hook_request *request)
{
	size_t i = 0;

	while (messengers[i] != request->messenger)
		i++;
	return &request->webhooks->rings[i];
}

static struct webhook
hook_of(const struct hook_request *request)
{
	const struct request *req = request->req;
	struct webhook hook = { .body = req->body, .content_type = req->content_type, .now_s = clock_wall_ms() / 1000,
		.options = request->webhooks->service->options, .keys = buf_slice(&ring_of(request)->keys) };

	for (size_t i = 0; i < MESSENGER_HEADERS_MAX && request->messenger->headers[i] != NULL; i++)
		hook.headers[i] = request_header(req, request->messenger->headers[i]);
	return hook;
}

static void take(struct hook_request *request, bool may_fetch);

static void
on_keys(enum status st, struct slice keys, void *arg)
{
	struct key_ring *ring = arg;
	struct hook_request *request;

	ring->is_fetching = false;
	ring->asked_ms = clock_wall_ms();
	if (st == ST_OK) {
		ring->came_ms = ring->asked_ms;
		buf_clear(&ring->keys);
		buf_append_slice(&ring->keys, keys);
	}
	while ((request = TAILQ_FIRST(&ring->waiting)) != NULL) {
		TAILQ_REMOVE(&ring->waiting, request, link);
		take(request, false);
	}
}

/* Whether less than this has passed; a clock that was set back tells nothing. */
static bool
is_within(int64_t since_ms, int64_t age_ms)
{
	int64_t now_ms = clock_wall_ms();

	return since_ms != 0 && now_ms >= since_ms && now_ms < since_ms + age_ms;
}

static bool
are_old(const struct key_ring *ring)
{
	return ring->keys.len > 0 && !is_within(ring->came_ms, KEYS_AGE_MS) && !is_within(ring->asked_ms, KEYS_AGAIN_MS);
}

/* Newer keys may know who signed; nobody can make us ask for them without end. */
static void
wait_for_keys(struct hook_request *request)
{
	struct key_ring *ring = ring_of(request);

	if (!ring->is_fetching && is_within(ring->asked_ms, KEYS_AGAIN_MS)) {
		refuse(request, ring->keys.len > 0 ? ST_BAD_SIGNATURE : ST_UNAVAILABLE, NULL);
		return;
	}
	TAILQ_INSERT_TAIL(&ring->waiting, request, link);
	if (ring->is_fetching)
		return;
	ring->is_fetching = true;
	if (ai_pool_fetch_keys(request->webhooks->service->pool, ring->messenger, clock_mono_ms() + KEYS_MS, on_keys, ring) != ST_OK)
		on_keys(ST_UNAVAILABLE, SLICE_EMPTY, ring);
}

/* The platform sends again what was not understood for that. */
static bool
has_run_out_of_memory(const struct hook_request *request)
{
	return json_memory_ran_out() || crypto_memory_ran_out() || request->arena.has_failed;
}

static void
take(struct hook_request *request, bool may_fetch)
{
	struct webhook hook = hook_of(request);
	bool is_sent_by_it = false;
	enum status st;

	json_memory_watch();
	crypto_memory_watch();
	request->decoded.arena = &request->arena;
	st = request->messenger->verify(&hook);
	if (!has_run_out_of_memory(request) && may_fetch && (st == ST_UNAVAILABLE || (st == ST_OK && are_old(ring_of(request))))) {
		wait_for_keys(request);
		return;
	}
	if (st == ST_UNAVAILABLE && hook.keys.len > 0)
		st = ST_BAD_SIGNATURE;
	if (st == ST_OK)
		is_sent_by_it = request->messenger->decode(&hook, &request->decoded);
	if (has_run_out_of_memory(request))
		refuse(request, ST_OVERLOADED, NULL);
	else if (st == ST_OK && !is_sent_by_it)
		refuse(request, ST_BAD_JSON, "This is not what the platform sends.");
	else if (st == ST_OK)
		put_events(request);
	else
		refuse(request, st, NULL);
}

/* --- the routes ------------------------------------------------------------------------------- */

static const struct messenger *
messenger_of_path(struct slice path)
{
	size_t skip = sizeof prefix - 1;

	return messenger_find((struct slice){ path.ptr + skip, path.len - skip });
}

static enum status
post_webhook(struct request *req)
{
	const struct services *services = req->services;
	struct hook_request *request = calloc(1, sizeof *request);

	if (request == NULL)
		return ST_OVERLOADED;
	request->webhooks = services->webhooks;
	request->messenger = messenger_of_path(req->path);
	request->req = req;
	take(request, true);
	return ST_OK;
}

static enum status
get_webhook(struct request *req)
{
	const struct services *services = req->services;
	const struct messenger *messenger = messenger_of_path(req->path);
	struct slice values[MESSENGER_GREETING] = { SLICE_EMPTY }, greeting;

	for (size_t i = 0; i < MESSENGER_GREETING; i++)
		http_query_find(&req->query, messenger->greeting[i], &values[i]);
	if (!messenger->greet(services->messages.options, values, &greeting))
		return ST_FORBIDDEN;
	buf_append_slice(reply_begin(req, ST_OK, "text/plain"), greeting);
	reply_end(req);
	return ST_OK;
}

size_t
webhooks_routes(const struct options *options, struct route *routes)
{
	static char patterns[MESSENGERS_MAX][32];
	size_t count = 0;

	for (size_t i = 0; i < messenger_count; i++) {
		if (!messenger_is_configured(messengers[i], options))
			continue;
		snprintf(patterns[i], sizeof patterns[i], "%s%s", prefix, messengers[i]->name);
		routes[count++] = (struct route){ HTTP_POST, patterns[i], PERMIT_ANYONE, post_webhook, false };
		if (messengers[i]->greet != NULL)
			routes[count++] = (struct route){ HTTP_GET, patterns[i], PERMIT_ANYONE, get_webhook, false };
	}
	return count;
}

struct webhooks *
webhooks_open(const struct message_service *service, struct inbox *inbox)
{
	struct webhooks *webhooks = calloc(1, sizeof *webhooks);

	if (webhooks == NULL)
		return NULL;
	webhooks->service = service;
	webhooks->inbox = inbox;
	for (size_t i = 0; i < messenger_count; i++) {
		webhooks->rings[i].webhooks = webhooks;
		webhooks->rings[i].messenger = messengers[i];
		TAILQ_INIT(&webhooks->rings[i].waiting);
	}
	return webhooks;
}

void
webhooks_close(struct webhooks *webhooks)
{
	for (size_t i = 0; i < messenger_count; i++)
		buf_fini(&webhooks->rings[i].keys);
	free(webhooks);
}
