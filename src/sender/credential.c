/* SPDX-License-Identifier: MIT */
/* See credential.h. */
#include "config.h"

#include "credential.h"

#include "clock.h"
#include "log.h"
#include "options.h"
#include "send_call.h"

/* Time of its life in which a new one is fetched already; at most half of it. */
enum { MARGIN_S = 300 };

void
credential_init(struct credential *credential, const struct messenger *messenger, struct curl_loop *curl, const struct options *options)
{
	*credential = (struct credential){ .messenger = messenger, .curl = curl, .options = options };
	TAILQ_INIT(&credential->waits);
}

void
credential_fini(struct credential *credential)
{
	if (credential->call != NULL)
		http_call_drop(credential->call);
	buf_fini(&credential->value);
}

bool
credential_is_there(const struct credential *credential, int64_t now_ms)
{
	return credential->value.len > 0 && now_ms < credential->ends_ms;
}

static void
tell_all(struct credential *credential, const struct send_outcome *outcome)
{
	struct credential_waits waits = TAILQ_HEAD_INITIALIZER(waits);
	struct credential_wait *wait;

	TAILQ_CONCAT(&waits, &credential->waits, entry);     /* who is told may wait again */
	while ((wait = TAILQ_FIRST(&waits)) != NULL) {
		TAILQ_REMOVE(&waits, wait, entry);
		wait->fn(outcome, wait->arg);
	}
}

static bool
keep(struct credential *credential, struct slice body)
{
	struct arena arena = ARENA_INIT;
	struct slice value;
	int64_t lives_s, margin_s;
	bool is_one = credential->messenger->read_credential(body, &arena, &value, &lives_s);

	if (is_one) {
		margin_s = lives_s / 2 < MARGIN_S ? lives_s / 2 : MARGIN_S;
		buf_clear(&credential->value);
		buf_append_slice(&credential->value, value);
		credential->generation++;
		credential->ends_ms = clock_mono_ms() + (lives_s - margin_s) * 1000;
	}
	arena_fini(&arena);
	return is_one && !credential->value.has_failed;
}

static void
fail(struct credential *credential, const char *why, int64_t after_ms)
{
	struct send_outcome outcome = { .result = SEND_RETRY, .why = "no token to send with", .after_ms = after_ms };

	log_warn("%s: no token to send with: %s", credential->messenger->name, why);
	tell_all(credential, &outcome);
}

static void
on_fetched(const struct http_response *response, void *arg)
{
	struct credential *credential = arg;
	int64_t after_ms = response->retry_after_ms > 0 ? response->retry_after_ms : 0;

	credential->call = NULL;
	if (response->status == 0)
		fail(credential, response->why, 0);
	else if (response->status != 200)
		fail(credential, response->status == 429 || response->status >= 500 ? "the service is in trouble" : "the application's secret is refused",
		    after_ms);
	else if (!keep(credential, response->body))
		fail(credential, "an answer that cannot be read", 0);
	else
		tell_all(credential, NULL);
}

static bool
fetch(struct credential *credential, const char **why)
{
	struct send_request request = { .method = NULL };
	struct arena arena = ARENA_INIT;

	*why = send_no_memory;
	if (credential->messenger->get_credential(credential->options, &arena, &request, why))
		credential->call = send_call_start(credential->curl, credential->options, &request,
		    credential->options->delivery_request_timeout_ms, on_fetched, credential);
	arena_fini(&arena);
	return credential->call != NULL;
}

void
credential_wait(struct credential *credential, struct credential_wait *wait)
{
	const char *why;

	TAILQ_INSERT_TAIL(&credential->waits, wait, entry);
	if (credential->call == NULL && !fetch(credential, &why))
		fail(credential, why, 0);
}

void
credential_leave(struct credential *credential, struct credential_wait *wait)
{
	TAILQ_REMOVE(&credential->waits, wait, entry);
}

void
credential_is_bad(struct credential *credential, unsigned generation)
{
	if (credential->generation == generation)
		buf_clear(&credential->value);
}
