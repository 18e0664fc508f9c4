/* SPDX-License-Identifier: MIT */
/* See asker.h. */
#include "config.h"

#include "asker.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/queue.h>

#include <event2/event.h>

#include "ai/provider/price_table.h"
#include "ai/provider/provider.h"
#include "ai/ai_shared.h"
#include "ai/interaction_log.h"
#include "ai/answer/answer_cache.h"
#include "ai/answer/picture.h"
#include "breaker.h"
#include "ai/budget.h"
#include "clock.h"
#include "counters.h"
#include "http_call.h"
#include "ai/pool/job.h"
#include "log.h"
#include "options.h"
#include "redis/shared.h"
#include "ai/answer/prompt.h"
#include "ai/answer/reconcile.h"
#include "ai/answer/stated.h"

enum {
	RESERVE_MS = 500,          /* of the deadline, for the way back */
	CALL_MIN_MS = 50,          /* a call that has less time is not begun */
	RETRY_AFTER_MS = 200,      /* when the provider does not say */
	MS_PER_DAY = 86400000,
	RETRY_CALL_MS = 1000       /* that a second try should have at least */
};

struct ask {
	LIST_ENTRY(ask)         entry;
	struct asker           *asker;
	struct buf              job;
	struct buf              picture;       /* what is asked about, if it is one */
	const char             *picture_type;  /* NULL: it is a text */
	struct understand_input input;         /* points into job and words */
	struct job_words        words;
	int64_t                 deadline_ms;
	size_t                  provider;      /* which is asked */
	bool                    is_retry;
	int64_t                 started_ms;    /* the call */
	struct http_call       *call;          /* under way, or NULL */
	struct buf              asked;         /* its body, when calls are logged */
	size_t                  looked_up;     /* providers whose answer other instances were asked for */
	bool                    is_known;      /* one of them had it: it is not kept again */
	struct answer_key       key;           /* of what it asks */
	struct event           *retry;
	size_t                  call_count;
	struct understand_call  calls[UNDERSTAND_CALLS_MAX];
	asker_done_fn          *fn;
	void                   *arg;
};

struct asker {
	struct event_base   *base;
	struct curl_loop    *curl;
	const struct options *options;
	const struct ai_shared *shared;
	struct shared       *instances;
	struct budget_limits limits;
	struct price_table  *prices;
	struct counters     *counters;
	size_t               provider_count;
	struct provider      providers[PROVIDERS_MAX];
	unsigned             ask_count;
	uint32_t             jitter;
	LIST_HEAD(, ask)     asks;
	struct understanding result;
	json_t              *known;        /* the answer that the last known result points into */
};

static bool ask_next(struct ask *ask);

/* It has its own second try. */
static void
next_provider(struct ask *ask)
{
	ask->provider++;
	ask->is_retry = false;
}

static void
release(struct ask *ask)
{
	LIST_REMOVE(ask, entry);
	ask->asker->ask_count--;
	counter_sub(&ask->asker->counters->ai_calls_in_flight, 1);
	if (ask->call != NULL)
		http_call_drop(ask->call);
	if (ask->retry != NULL)
		event_free(ask->retry);
	buf_fini(&ask->job);
	buf_fini(&ask->picture);
	buf_fini(&ask->asked);
	free(ask);
}

/* What the provider says is made part of what the rules made of the input. */
static enum reconciled
take_answer(struct asker *asker, const struct understand_input *input, const json_t *answer, size_t provider,
    struct understanding *result)
{
	enum reconciled verdict;

	result->has_answer = true;
	verdict = reconcile(input, answer, result->confidence >= asker->options->ai_unsure_below, result);

	if (verdict == RECONCILED_DISBELIEVED)
		counter_add(&asker->counters->ai_answers_disbelieved, 1);
	if (verdict == RECONCILED)
		result->answered_by = slice_of(asker->providers[provider].name);
	return verdict;
}

static void
keep_answer(struct ask *ask, const json_t *answer)
{
	struct asker *asker = ask->asker;
	char *text = asker->shared->answers != NULL && !ask->is_known ? json_dumps(answer, JSON_COMPACT) : NULL;

	if (text == NULL)
		return;
	answer_cache_put(asker->shared->answers, &ask->key, slice_of(text), clock_mono_ms() + asker->options->ai_cache_ttl_ms);
	shared_put_answer(asker->instances, &ask->key, slice_of(text), asker->options->ai_cache_ttl_ms);
	free(text);
}

static void
take_picture(struct ask *ask, const json_t *answer, struct understanding *result)
{
	struct asker *asker = ask->asker;

	result->has_answer = answer != NULL;
	result->picture = answer == NULL ? PICTURE_NOT_READ : picture_take(&ask->input, answer, result) ? PICTURE_READ : PICTURE_UNCLEAR;
	if (result->picture == PICTURE_READ)
		result->answered_by = slice_of(asker->providers[ask->provider].name);
	else if (answer != NULL)
		counter_add(&asker->counters->ai_answers_disbelieved, 1);
}

/* answer: what the last provider said; NULL: none has said anything. */
static void
finish(struct ask *ask, const json_t *answer)
{
	struct understanding *result = &ask->asker->result;
	enum reconciled verdict = RECONCILED_UNSOUND;

	ask->input.keywords = ask->asker->options->keywords_share ? ask->asker->shared->keywords : NULL;
	understand(&ask->input, result);
	if (ask->picture_type != NULL)
		result->file = buf_slice(&ask->picture);
	if (ask->picture_type != NULL)
		take_picture(ask, answer, result);
	else if (answer != NULL)
		verdict = take_answer(ask->asker, &ask->input, answer, ask->provider, result);
	if (verdict == RECONCILED || verdict == RECONCILED_SAME)
		keep_answer(ask, answer);
	result->call_count = ask->call_count;
	memcpy(result->calls, ask->calls, ask->call_count * sizeof ask->calls[0]);
	ask->fn(result, ask->arg);
	release(ask);
}

/* --- one call ----------------------------------------------------------------------------------- */

/* Prices and budgets are by UTC day. */
static day_t
today(void)
{
	return (day_t)(clock_wall_ms() / MS_PER_DAY);
}

static void
count(const struct ask *ask, enum provider_count row, uint64_t n)
{
	counter_add(&ask->asker->counters->providers[ask->asker->providers[ask->provider].section][row], n);
}

/* The cost of a call whose price is known is counted in the currency of the budgets. */
static void
count_cost(const struct ask *ask, const struct understand_call *call)
{
	bool is_counted = call->has_cost && strcmp(call->currency.code, ask->asker->limits.currency.code) == 0;

	count(ask, PROVIDER_COUNT_input_tokens, (uint64_t)call->input_tokens);
	count(ask, PROVIDER_COUNT_output_tokens, (uint64_t)call->output_tokens);
	if (is_counted)
		count(ask, PROVIDER_COUNT_cost_micros, (uint64_t)call->cost_micros);
	else
		count(ask, PROVIDER_COUNT_unpriced, 1);
}

static void
price_call(struct ask *ask, struct understand_call *call)
{
	const struct provider *provider = &ask->asker->providers[ask->provider];
	struct price price;

	if (call->input_tokens + call->output_tokens == 0 || !price_table_on(ask->asker->prices, provider, today(), &price))
		return;
	call->has_cost = true;
	call->currency = price.currency;
	call->cost_micros = price_of(&price, call->input_tokens, call->output_tokens);
	budget_spend(ask->asker->shared->budget, &ask->asker->limits, ask->input.whose, today(), call->currency, call->cost_micros);
	shared_count_budget(ask->asker->instances, ask->asker->shared->budget, ask->input.whose, today(), BUDGET_COST);
}

static enum provider_count
result_of(const struct http_response *http, enum provider_result result)
{
	if (result == PROVIDER_ANSWERED)
		return PROVIDER_COUNT_ok;
	if (http->failure == HTTP_LATE)
		return PROVIDER_COUNT_timeout;
	if (http->failure == HTTP_NO_CONNECTION)
		return PROVIDER_COUNT_no_connection;
	if (http->status == 429)
		return PROVIDER_COUNT_rate_limited;
	if (http->status >= 500)
		return PROVIDER_COUNT_server_error;
	if (result == PROVIDER_REFUSED)
		return PROVIDER_COUNT_declined;
	return http->status == 200 || http->failure == HTTP_TOO_LONG ? PROVIDER_COUNT_bad_answer : PROVIDER_COUNT_rejected;
}

static_assert((int)UNDERSTAND_CALLS_MAX >= 2 * PROVIDERS_MAX, "each provider is asked once, and once more");

/* One that did not bring an answer, and so no word of what it used, costs nothing that is known. */
static void
note_call(struct ask *ask, const struct http_response *http, const struct provider_answer *answer)
{
	const struct provider *provider = &ask->asker->providers[ask->provider];
	struct understand_call *call;

	if (ask->call_count == UNDERSTAND_CALLS_MAX)
		return;
	call = &ask->calls[ask->call_count++];
	*call = (struct understand_call){ .provider = slice_of(provider->name), .model = slice_of(provider->model),
		.result = provider_count_rows[result_of(http, answer->result)].name, .is_failed = http->status != 200 };
	if (call->is_failed)
		return;
	call->input_tokens = answer->input_tokens;
	call->output_tokens = answer->output_tokens;
	price_call(ask, call);
	count_cost(ask, call);
}

static bool
is_of_our_form(const struct ask *ask, const json_t *answer)
{
	return ask->picture_type != NULL ? picture_has_form(answer) : json_is_array(json_object_get(answer, "expenses"));
}

static void
note_failure(struct ask *ask, const char *why)
{
	struct asker *asker = ask->asker;
	const char *name = asker->providers[ask->provider].name;

	counter_add(&asker->counters->ai_call_failures, 1);
	asker->jitter = asker->jitter * 1664525 + 1013904223;
	if (!breaker_failed(&asker->shared->breakers[ask->provider], clock_mono_ms(), asker->jitter >> 8))
		return;
	counter_add(&asker->counters->ai_breaker_opened, 1);
	log_warn("provider %s: %s; it is left alone after %d failures until it answers one call", name, why, BREAKER_FAILURES);
}

static void
on_retry(evutil_socket_t fd, short what, void *arg)
{
	struct ask *ask = arg;

	(void)fd;
	(void)what;
	counter_add(&ask->asker->counters->ai_call_retries, 1);
	if (!ask_next(ask))
		finish(ask, NULL);
}

/* Once more with the same provider, if its wish to be left alone leaves time for that and it is asked at all by then. */
static bool
retry_later(struct ask *ask, int64_t after_ms)
{
	struct asker *asker = ask->asker;
	int64_t wait_ms = after_ms >= 0 ? after_ms : RETRY_AFTER_MS + (asker->jitter >> 8) % RETRY_AFTER_MS;
	int64_t at_ms = clock_mono_ms() + wait_ms;
	struct timeval wait = { wait_ms / 1000, wait_ms % 1000 * 1000 };

	if (ask->is_retry || at_ms + RETRY_CALL_MS > ask->deadline_ms || !breaker_is_closed_at(&asker->shared->breakers[ask->provider], at_ms))
		return false;
	if (ask->retry == NULL)
		ask->retry = evtimer_new(asker->base, on_retry, ask);
	ask->is_retry = true;
	return ask->retry != NULL && event_add(ask->retry, &wait) == 0;
}

static void
log_call(const struct ask *ask, const struct http_response *http, const struct provider_answer *answer)
{
	const struct provider *provider = &ask->asker->providers[ask->provider];
	const char *why = answer->result != PROVIDER_ANSWERED ? answer->why : NULL;

	interaction_log_add(ask->asker->options, &(struct interaction){ .whose = ask->input.whose, .provider = provider->name,
	    .model = provider->model, .key = provider->key, .request = buf_slice(&ask->asked), .http_status = http->status,
	    .answer = http->body, .why = http->why != NULL ? http->why : why, .took_ms = clock_mono_ms() - ask->started_ms,
	    .now_ms = clock_wall_ms() });
}

static void
on_response(const struct http_response *http, void *arg)
{
	struct ask *ask = arg;
	struct asker *asker = ask->asker;
	struct provider_response response = { http->status, http->retry_after_ms, http->body };
	struct provider_answer answer;

	ask->call = NULL;
	counter_add(&asker->counters->ai_call_us_total, (uint64_t)(clock_mono_ms() - ask->started_ms) * 1000);
	provider_read(asker->providers[ask->provider].protocol, &response, &answer);
	if (answer.result == PROVIDER_ANSWERED && !is_of_our_form(ask, answer.json)) {
		answer.result = PROVIDER_BROKEN;
		answer.why = "its answer has not the form that was asked for";
	}
	count(ask, result_of(http, answer.result), 1);
	log_call(ask, http, &answer);
	note_call(ask, http, &answer);
	if (answer.result == PROVIDER_ANSWERED || answer.result == PROVIDER_REFUSED)
		breaker_succeeded(&asker->shared->breakers[ask->provider]);
	else
		note_failure(ask, http->why != NULL ? http->why : answer.why);
	if (answer.result == PROVIDER_ANSWERED) {
		finish(ask, answer.json);
	} else if (answer.result != PROVIDER_BUSY || http->status == 0 || !retry_later(ask, answer.retry_after_ms)) {
		next_provider(ask);
		if (!ask_next(ask))
			finish(ask, NULL);
	}
	json_decref(answer.json);
}

/* Given back by provider_request_fini in any case. */
static bool
build_request(const struct provider *provider, const struct understand_input *input, struct provider_request *request)
{
	struct prompt prompt;
	bool is_built;

	*request = (struct provider_request){ 0 };
	is_built = prompt_build(input, &prompt) && provider_build(provider, &prompt.question, request);
	prompt_fini(&prompt);
	return is_built;
}

/* Address and body of a request hold all that decides the answer: text, day, words of the person, prompt, model and settings. */
static struct answer_key
key_of(const struct asker *asker, const struct provider_request *request)
{
	struct buf question = BUF_INIT;
	struct answer_key key;

	buf_append_slice(&question, buf_slice(&request->url));
	buf_append_slice(&question, buf_slice(&request->body));
	key = answer_cache_key(asker->shared->answers, buf_slice(&question));
	buf_fini(&question);
	return key;
}

/* Given back by provider_request_fini in any case. */
static bool
build_picture_request(const struct ask *ask, const struct provider *provider, struct provider_request *request)
{
	struct prompt prompt;
	bool is_built;

	*request = (struct provider_request){ 0 };
	is_built = picture_prompt_build(&ask->input, buf_slice(&ask->picture), ask->picture_type, &prompt) &&
	    provider_build(provider, &prompt.question, request);
	prompt_fini(&prompt);
	return is_built;
}

static bool
start_call(struct ask *ask, int64_t timeout_ms)
{
	const struct provider *provider = &ask->asker->providers[ask->provider];
	const char *headers[PROVIDER_HEADERS_MAX];
	struct provider_request request;

	if (ask->picture_type != NULL ? build_picture_request(ask, provider, &request) : build_request(provider, &ask->input, &request)) {
		if (ask->asker->shared->answers != NULL && ask->picture_type == NULL)
			ask->key = key_of(ask->asker, &request);
		buf_clear(&ask->asked);
		if (ask->asker->options->ai_log_days > 0 && ask->picture_type == NULL)
			buf_append_slice(&ask->asked, buf_slice(&request.body));
		for (size_t i = 0; i < request.header_count; i++)
			headers[i] = request.headers[i].data;
		ask->call = http_call_start(ask->asker->curl, &(struct http_request){ .url = request.url.data, .headers = headers,
		    .header_count = request.header_count, .body = buf_slice(&request.body), .ca_file = provider->ca_file,
		    .timeout_ms = timeout_ms, .response_max = PROVIDER_RESPONSE_MAX }, on_response, ask);
	}
	provider_request_fini(&request);
	return ask->call != NULL;
}

/* Begin a call of the provider whose turn it is, or of the first one behind it that can be asked. */
static bool
ask_next(struct ask *ask)
{
	struct asker *asker = ask->asker;

	for (; ask->provider < asker->provider_count; next_provider(ask)) {
		int64_t now_ms = clock_mono_ms(), left_ms = ask->deadline_ms - now_ms;
		int64_t timeout_ms = asker->providers[ask->provider].timeout_ms;

		if (ask->picture_type != NULL && !asker->providers[ask->provider].reads_images)
			continue;
		if (timeout_ms > left_ms || ask->picture_type != NULL)
			timeout_ms = left_ms;              /* reading a picture takes longer than a text: only the deadline counts */
		if (left_ms < CALL_MIN_MS)
			return false;
		if (!breaker_may_ask(&asker->shared->breakers[ask->provider], now_ms, timeout_ms)) {
			count(ask, PROVIDER_COUNT_breaker_open, 1);
			continue;
		}
		if (!budget_take(asker->shared->budget, &asker->limits, ask->input.whose, today())) {
			breaker_not_asked(&asker->shared->breakers[ask->provider], now_ms, timeout_ms);
			counter_add(&asker->counters->ai_over_budget, 1);
			return false;
		}
		shared_count_budget(asker->instances, asker->shared->budget, ask->input.whose, today(), BUDGET_CALLS);
		if (!start_call(ask, timeout_ms)) {
			breaker_not_asked(&asker->shared->breakers[ask->provider], now_ms, timeout_ms);
			continue;
		}
		ask->started_ms = now_ms;
		counter_add(&asker->counters->ai_calls, 1);
		return true;
	}
	return false;
}

/* --- asking --------------------------------------------------------------------------------------- */

/* What a provider says must stand in the message, so that without a number there is nothing to ask about. */
static bool
has_number(const struct understand_input *input, const struct understanding *rules)
{
	struct stated stated;

	if (rules->amount_count > 0)
		return true;
	stated_read(input->text, &stated);
	return stated.count > 0;
}

bool
asker_wants(const struct asker *asker, const struct understand_input *input, const struct understanding *rules)
{
	const struct options *options = asker->options;
	bool is_unsure = rules->confidence < options->ai_unsure_below || rules->verdict == VERDICT_NO_THING ||
	    rules->verdict == VERDICT_TOO_MANY;

	if (!input->may_ask || asker->provider_count == 0 || options->ai_when == AI_NEVER)
		return false;
	if (options->ai_when == AI_UNSURE && !is_unsure && !input->must_ask)
		return false;
	return text_length(input->text) <= PROMPT_TEXT_MAX && has_number(input, rules);
}

/* What this provider answered to the same question; NULL: that is not known. */
static json_t *
recall(const struct asker *asker, const struct provider *provider, const struct understand_input *input)
{
	struct provider_request request;
	struct buf answer = BUF_INIT;
	json_t *json = NULL;

	if (build_request(provider, input, &request)) {
		struct answer_key key = key_of(asker, &request);

		if (answer_cache_get(asker->shared->answers, &key, clock_mono_ms(), &answer))
			json = json_loadb(answer.data, answer.len, 0, NULL);
	}
	provider_request_fini(&request);
	buf_fini(&answer);
	return json;
}

bool
asker_knows(struct asker *asker, const struct understand_input *input, struct understanding *result)
{
	json_t *answer = NULL;
	size_t provider = 0;

	if (asker->shared->answers == NULL)
		return false;
	while (provider < asker->provider_count && (answer = recall(asker, &asker->providers[provider], input)) == NULL)
		provider++;
	counter_add(answer != NULL ? &asker->counters->ai_cache_hits : &asker->counters->ai_cache_misses, 1);
	json_decref(asker->known);
	asker->known = answer;
	if (answer != NULL)
		take_answer(asker, input, answer, provider, result);
	return answer != NULL;
}

static void look_up(struct ask *ask);

static void
on_known(struct slice text, void *arg)
{
	struct ask *ask = arg;
	json_t *answer = text.ptr != NULL ? json_loadb(text.ptr, text.len, 0, NULL) : NULL;

	ask->provider = ask->looked_up++;
	if (answer == NULL) {
		look_up(ask);
		return;
	}
	ask->is_known = true;
	finish(ask, answer);
	json_decref(answer);
}

/* Whether other instances are being asked for an answer of the next provider. */
static bool
ask_instances(struct ask *ask)
{
	struct asker *asker = ask->asker;
	struct provider_request request;
	struct answer_key key;
	bool is_built;

	if (asker->instances == NULL || asker->shared->answers == NULL || ask->picture_type != NULL || ask->looked_up == asker->provider_count)
		return false;
	is_built = build_request(&asker->providers[ask->looked_up], &ask->input, &request);
	if (is_built)
		key = key_of(asker, &request);
	provider_request_fini(&request);
	return is_built && shared_get_answer(asker->instances, &key, on_known, ask);
}

/* An answer that another instance knows, or else a call. */
static void
look_up(struct ask *ask)
{
	if (ask_instances(ask))
		return;
	ask->provider = 0;
	if (!ask_next(ask))
		finish(ask, NULL);
}

bool
asker_ask(struct asker *asker, struct slice job, const struct asker_picture *picture, int64_t deadline_ms, asker_done_fn *fn, void *arg)
{
	struct ask *ask = asker->ask_count < asker->options->ai_calls_max ? calloc(1, sizeof *ask) : NULL;

	if (ask == NULL)
		return false;
	ask->asker = asker;
	ask->deadline_ms = deadline_ms - RESERVE_MS;
	ask->fn = fn;
	ask->arg = arg;
	buf_append_slice(&ask->job, job);
	if (picture != NULL) {
		ask->picture_type = picture->type;
		buf_append_slice(&ask->picture, picture->file);
	}
	LIST_INSERT_HEAD(&asker->asks, ask, entry);
	asker->ask_count++;
	counter_add(&asker->counters->ai_calls_in_flight, 1);
	if (!ask->job.has_failed && !ask->picture.has_failed && job_unpack(buf_slice(&ask->job), &ask->input, &ask->words) &&
	    (ask_instances(ask) || ask_next(ask)))
		return true;
	release(ask);
	return false;
}

struct asker *
asker_open(struct event_base *base, struct curl_loop *curl, const struct options *options, const struct ai_shared *shared,
    struct shared *instances, struct counters *counters)
{
	struct asker *asker = calloc(1, sizeof *asker);
	struct buf errors = BUF_INIT;

	if (asker != NULL)
		asker->prices = price_table_open(options);
	if (asker == NULL || asker->prices == NULL) {
		log_error("no memory to ask providers");
		free(asker);
		return NULL;
	}
	budget_limits_read(options, &asker->limits, &errors);        /* they were checked with the configuration */
	buf_fini(&errors);
	asker->base = base;
	asker->curl = curl;
	asker->options = options;
	asker->shared = shared;
	asker->instances = instances;
	asker->counters = counters;
	asker->jitter = (uint32_t)clock_mono_ns();
	asker->provider_count = providers_configured(options, asker->providers);
	LIST_INIT(&asker->asks);
	return asker;
}

void
asker_close(struct asker *asker)
{
	struct ask *ask;

	while ((ask = LIST_FIRST(&asker->asks)) != NULL) {
		ask->fn(NULL, ask->arg);
		release(ask);
	}
	json_decref(asker->known);
	price_table_close(asker->prices);
	free(asker);
}
