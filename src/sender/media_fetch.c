/* SPDX-License-Identifier: MIT */
/* See media_fetch.h. */
#include "config.h"

#include "media_fetch.h"

#include <stdlib.h>

#include "ai/worker/http_call.h"
#include "clock.h"
#include "log.h"
#include "options.h"

enum { STEPS_MAX = 2, ANSWER_MAX = 65536 };

struct media_fetch {
	LIST_ENTRY(media_fetch) entry;
	struct media_source     source;
	struct buf              media, answer;     /* what is fetched; the answer to the last step */
	unsigned                step;
	bool                    is_file;           /* the step under way gives the file */
	int64_t                 deadline_ms;
	struct http_call       *call;              /* under way, or NULL */
	struct credential_wait  wait;
	bool                    is_waiting;        /* for the credential */
	media_fetch_fn         *fn;
	void                   *arg;
};

static void
finish(struct media_fetch *fetch, const struct slice *file)
{
	if (fetch->call != NULL)
		http_call_drop(fetch->call);
	if (fetch->is_waiting)
		credential_leave(fetch->source.credential, &fetch->wait);
	LIST_REMOVE(fetch, entry);
	fetch->fn(file, fetch->arg);
	buf_fini(&fetch->media);
	buf_fini(&fetch->answer);
	free(fetch);
}

static void
fail(struct media_fetch *fetch, const char *why)
{
	log_warn("%s: a picture cannot be fetched: %s", fetch->source.messenger->name, why);
	finish(fetch, NULL);
}

static void go(struct media_fetch *fetch);

static void
on_answered(const struct http_response *response, void *arg)
{
	struct media_fetch *fetch = arg;

	fetch->call = NULL;
	if (response->status != 200 || response->body.len == 0) {
		fail(fetch, response->why != NULL ? response->why : "refused");
	} else if (fetch->is_file) {
		finish(fetch, &response->body);
	} else {
		buf_clear(&fetch->answer);
		buf_append_slice(&fetch->answer, response->body);
		fetch->step++;
		go(fetch);
	}
}

static bool
start_call(struct media_fetch *fetch, const struct send_request *request, int64_t left_ms)
{
	const char *headers[SEND_HEADERS_MAX];
	struct http_request http = { .method = request->method, .accept = fetch->is_file ? "image/*" : NULL, .url = request->url.ptr,
		.headers = headers, .header_count = request->header_count, .ca_file = fetch->source.options->delivery_ca_file, .timeout_ms = left_ms,
		.response_max = fetch->is_file ? fetch->source.options->ai_image_bytes : ANSWER_MAX };

	for (size_t i = 0; i < request->header_count; i++)
		headers[i] = request->headers[i].ptr;
	fetch->call = http_call_start(fetch->source.curl, &http, on_answered, fetch);
	return fetch->call != NULL;
}

static void
go(struct media_fetch *fetch)
{
	const struct media_source *source = &fetch->source;
	struct media_step step = { buf_slice(&fetch->media), fetch->step, buf_slice(&fetch->answer), SLICE_EMPTY };
	struct send_request request = { .method = NULL };
	struct arena arena = ARENA_INIT;
	int64_t left_ms = fetch->deadline_ms - clock_mono_ms();
	bool is_under_way;

	if (source->messenger->get_credential != NULL)
		step.credential = buf_slice(&source->credential->value);
	is_under_way = left_ms > 0 && fetch->step < STEPS_MAX &&
	    source->messenger->get_media(source->options, &step, &arena, &request, &fetch->is_file) && start_call(fetch, &request, left_ms);
	arena_fini(&arena);
	if (!is_under_way)
		fail(fetch, left_ms > 0 ? "it is at no place of the platform" : "no time is left");
}

static void
on_credential(const struct send_outcome *outcome, void *arg)
{
	struct media_fetch *fetch = arg;

	fetch->is_waiting = false;
	if (outcome == NULL)
		go(fetch);
	else
		fail(fetch, "there is no credential");
}

static void
begin(struct media_fetch *fetch)
{
	const struct media_source *source = &fetch->source;

	if (source->messenger->get_credential == NULL || credential_is_there(source->credential, clock_mono_ms())) {
		go(fetch);
		return;
	}
	fetch->is_waiting = true;
	fetch->wait = (struct credential_wait){ .fn = on_credential, .arg = fetch };
	credential_wait(source->credential, &fetch->wait);
}

void
media_fetch_start(struct media_fetches *under_way, const struct media_source *source, struct slice media, int64_t deadline_ms,
    media_fetch_fn *fn, void *arg)
{
	struct media_fetch *fetch = calloc(1, sizeof *fetch);

	if (fetch == NULL) {
		fn(NULL, arg);
		return;
	}
	fetch->source = *source;
	fetch->deadline_ms = deadline_ms;
	fetch->fn = fn;
	fetch->arg = arg;
	buf_append_slice(&fetch->media, media);
	LIST_INSERT_HEAD(under_way, fetch, entry);
	if (fetch->media.has_failed)
		fail(fetch, "there is no memory");
	else
		begin(fetch);
}

void
media_fetches_end(struct media_fetches *under_way)
{
	while (!LIST_EMPTY(under_way))
		finish(LIST_FIRST(under_way), NULL);
}
