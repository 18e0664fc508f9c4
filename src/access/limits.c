/* SPDX-License-Identifier: MIT */
/* See limits.h. */
#include "config.h"

#include "limits.h"

#include <stdlib.h>

#include "auth.h"
#include "counters.h"
#include "http/ascii.h"
#include "http/reply.h"
#include "http/request.h"
#include "options.h"
#include "redis/shared.h"

/* Of keys in the table. */
enum limited { LIMITED_ADDRESS, LIMITED_FAILURES, LIMITED_TOKEN, LIMITED_USER };

bool
limits_init(struct limits *limits, const struct options *options, struct rate_table *table, struct counters *counters)
{
	const struct option_list *list = &options->http_trusted_proxies;

	*limits = (struct limits){ .table = table, .options = options, .counters = counters };
	limits->proxies = calloc(list->count + 1, sizeof *limits->proxies);
	if (limits->proxies == NULL)
		return false;
	for (size_t i = 0; i < list->count; i++)
		limits->proxy_count += address_range_parse(list->items[i], &limits->proxies[limits->proxy_count]);
	return true;
}

void
limits_fini(struct limits *limits)
{
	free(limits->proxies);
	*limits = (struct limits){ 0 };
}

/* --- who it is ------------------------------------------------------------------- */

static bool
is_trusted(const struct limits *limits, const struct address *address)
{
	for (size_t i = 0; i < limits->proxy_count; i++)
		if (address_is_in(address, &limits->proxies[i]))
			return true;
	return false;
}

/* Cut the last item off a list; false when there is none. */
static bool
last_item(struct slice *list, struct slice *item)
{
	const char *comma;

	if (list->len == 0)
		return false;
	comma = memrchr(list->ptr, ',', list->len);
	if (comma == NULL) {
		*item = ascii_trim(*list);
		list->len = 0;
	} else {
		*item = ascii_trim((struct slice){ comma + 1, list->len - (size_t)(comma + 1 - list->ptr) });
		list->len = (size_t)(comma - list->ptr);
	}
	return true;
}

/*
 * Each proxy adds to the end whom it speaks for, so what stands before the
 * last one that we do not trust may be invented.
 */
struct address
limits_client(const struct limits *limits, const struct address *peer, struct slice forwarded_for, struct slice real_ip)
{
	struct slice list = forwarded_for.ptr != NULL ? forwarded_for : real_ip, item;
	struct address client;

	if (!is_trusted(limits, peer))
		return *peer;
	while (last_item(&list, &item)) {
		if (!address_parse(item, &client))
			return *peer;
		if (!is_trusted(limits, &client))
			return client;
	}
	return (struct address){ .kind = ADDRESS_NONE };
}

static void
find_visitor(const struct limits *limits, const struct request *req, struct visitor *visitor)
{
	const struct options *options = limits->options;
	struct slice forwarded_for = SLICE_EMPTY, real_ip = SLICE_EMPTY;
	struct address client;

	*visitor = (struct visitor){ .is_limited = false };
	if (options->limit_per_address.count == 0 && options->limit_failures_per_address.count == 0)
		return;
	if (is_trusted(limits, &req->peer)) {
		forwarded_for = request_last_header(req, "X-Forwarded-For");
		real_ip = request_last_header(req, "X-Real-IP");
	}
	client = limits_client(limits, &req->peer, forwarded_for, real_ip);
	visitor->is_limited = client.kind != ADDRESS_NONE;
	address_network(&client, visitor->network);
}

/* --- counting ---------------------------------------------------------------------- */

static uint64_t
now_us(const struct request *req)
{
	return (uint64_t)req->started_ns / 1000;
}

static uint32_t
up_to_s(uint32_t ms)
{
	return ms / 1000 + (ms % 1000 > 0);
}

static enum status
tell(struct request *req, const struct rate_state *state, _Atomic uint64_t *refusals)
{
	reply_rate(req, state->limit, state->remaining, up_to_s(state->full_ms));
	if (state->is_allowed)
		return ST_OK;
	counter_add(refusals, 1);
	reply_retry_after(req, up_to_s(state->retry_ms));
	return ST_TOO_MANY;
}

static enum status
count(const struct limits *limits, struct request *req, const struct rate *rate, enum limited kind, const void *whom,
    size_t size, _Atomic uint64_t *refusals)
{
	struct rate_state state;

	if (rate->count == 0)
		return ST_OK;
	state = shared_take_rate(limits->shared, limits->table, rate, rate_key(limits->table, kind, whom, size), now_us(req));
	if (state.has_evicted)
		counter_add(&limits->counters->limit_evictions, 1);
	return tell(req, &state, refusals);
}

static enum status
count_address(const struct limits *limits, struct request *req, const struct visitor *visitor)
{
	if (!visitor->is_limited)
		return ST_OK;
	return count(limits, req, &limits->options->limit_per_address, LIMITED_ADDRESS, visitor->network,
	    sizeof visitor->network, &limits->counters->limited_by_address);
}

enum status
limits_enter(const struct limits *limits, struct request *req, struct visitor *visitor)
{
	const struct rate *rate = &limits->options->limit_per_address;
	struct rate_state state;
	uint64_t key;

	find_visitor(limits, req, visitor);
	if (!visitor->is_limited || rate->count == 0)
		return ST_OK;
	key = rate_key(limits->table, LIMITED_ADDRESS, visitor->network, sizeof visitor->network);
	state = rate_look(limits->table, rate, key, now_us(req));
	return state.is_allowed ? ST_OK : tell(req, &state, &limits->counters->limited_by_address);
}

enum status
limits_count_anyone(const struct limits *limits, struct request *req, const struct visitor *visitor)
{
	return count_address(limits, req, visitor);
}

/* A valid token still works when others behind the same address have used up the failures. */
enum status
limits_count_failure(const struct limits *limits, struct request *req, const struct visitor *visitor, enum status st)
{
	enum status limited = count_address(limits, req, visitor);

	if (limited == ST_OK && visitor->is_limited)
		limited = count(limits, req, &limits->options->limit_failures_per_address, LIMITED_FAILURES, visitor->network,
		    sizeof visitor->network, &limits->counters->limited_failures);
	return limited == ST_OK ? st : limited;
}

/* A gateway speaks for many users from one address. */
enum status
limits_count_token(const struct limits *limits, struct request *req, const struct visitor *visitor,
    const struct principal *principal)
{
	const struct options *options = limits->options;
	bool is_service = principal->kind == TOKEN_SERVICE;
	enum status st = is_service ? ST_OK : count_address(limits, req, visitor);

	if (st != ST_OK)
		return st;
	return count(limits, req, is_service ? &options->limit_per_service_token : &options->limit_per_token, LIMITED_TOKEN,
	    principal->key_id, sizeof principal->key_id, &limits->counters->limited_by_token);
}

enum status
limits_count_message(const struct limits *limits, struct request *req, struct slice user_id)
{
	return count(limits, req, &limits->options->limit_per_user_messages, LIMITED_USER, user_id.ptr, user_id.len,
	    &limits->counters->limited_by_user);
}
