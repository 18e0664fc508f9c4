/* SPDX-License-Identifier: MIT */
/* See key_fetch.h. */
#include "config.h"

#include "key_fetch.h"

#include <stdlib.h>

#include "clock.h"
#include "log.h"
#include "send_call.h"

enum { RESERVE_MS = 200, LAST_STEP = 1 };

struct key_fetch {
	LIST_ENTRY(key_fetch)   entry;
	struct curl_loop       *curl;
	const struct options   *options;
	const struct messenger *messenger;
	unsigned                step;
	int64_t                 deadline_ms;
	struct http_call       *call;              /* under way, or NULL */
	key_fetch_fn           *fn;
	void                   *arg;
};

static void
finish(struct key_fetch *fetch, enum status st, struct slice keys)
{
	if (fetch->call != NULL)
		http_call_drop(fetch->call);
	LIST_REMOVE(fetch, entry);
	fetch->fn(st, keys, fetch->arg);
	free(fetch);
}

static void
fail(struct key_fetch *fetch, const char *why)
{
	log_warn("%s: its keys cannot be fetched: %s", fetch->messenger->name, why);
	finish(fetch, ST_UNAVAILABLE, SLICE_EMPTY);
}

static void ask(struct key_fetch *fetch, struct slice answer);

static void
on_answered(const struct http_response *response, void *arg)
{
	struct key_fetch *fetch = arg;

	fetch->call = NULL;
	if (response->status != 200 || response->body.len == 0) {
		fail(fetch, response->why != NULL ? response->why : "refused");
	} else if (fetch->step == LAST_STEP) {
		finish(fetch, ST_OK, response->body);
	} else {
		fetch->step++;
		ask(fetch, response->body);
	}
}

static void
ask(struct key_fetch *fetch, struct slice answer)
{
	struct send_request request = { .method = NULL };
	struct arena arena = ARENA_INIT;
	int64_t left_ms = fetch->deadline_ms - clock_mono_ms() - RESERVE_MS;

	if (left_ms > 0 && fetch->messenger->get_keys(fetch->options, fetch->step, answer, &arena, &request))
		fetch->call = send_call_start(fetch->curl, fetch->options, &request, left_ms, on_answered, fetch);
	arena_fini(&arena);
	if (fetch->call == NULL)
		fail(fetch, left_ms > 0 ? "where they are is not told" : "no time is left");
}

void
key_fetch_start(struct key_fetches *under_way, struct curl_loop *curl, const struct options *options,
    const struct messenger *messenger, int64_t deadline_ms, key_fetch_fn *fn, void *arg)
{
	struct key_fetch *fetch = malloc(sizeof *fetch);

	if (fetch == NULL) {
		fn(ST_UNAVAILABLE, SLICE_EMPTY, arg);
		return;
	}
	*fetch = (struct key_fetch){ .curl = curl, .options = options, .messenger = messenger, .deadline_ms = deadline_ms, .fn = fn,
		.arg = arg };
	LIST_INSERT_HEAD(under_way, fetch, entry);
	ask(fetch, SLICE_EMPTY);
}

void
key_fetches_end(struct key_fetches *under_way)
{
	struct key_fetch *fetch;

	while ((fetch = LIST_FIRST(under_way)) != NULL)
		finish(fetch, ST_UNAVAILABLE, SLICE_EMPTY);
}
