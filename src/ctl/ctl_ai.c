/* SPDX-License-Identifier: MIT */
/* See ctl_ai.h. */
#include "config.h"

#include "ctl_ai.h"

#include <string.h>

#include <event2/event.h>

#include "ai/ai_shared.h"
#include "ai/worker/asker.h"
#include "ai/worker/curl_loop.h"
#include "ai/pool/job.h"
#include "ai/provider/provider.h"
#include "clock.h"
#include "counters.h"
#include "options.h"

enum { MS_PER_DAY = 86400000, DEADLINE_MS = 60000, NEVER_SURE = 101 };

static const struct sentence {
	const char *text, *locale, *home;
	const char *expected;                  /* amount, currency and category of each expense */
} sentences[] = {
	{ "早餐$20午餐$30加油$200", "zh-TW", "TWD", "20.00 TWD food, 30.00 TWD food, 200.00 TWD transport" },
	{ "昨天跟同事唱歌 850", "zh-TW", "TWD", "850.00 TWD entertainment" },
	{ "小笼包12元豆浆3元公交2元", "zh-CN", "CNY", "12.00 CNY food, 3.00 CNY food, 2.00 CNY transport" },
	{ "先週の金曜日 飲み会 4500円", "ja", "JPY", "4500 JPY food" },
	{ "Suicaでバス 230円、傘 1200円", "ja", "JPY", "230 JPY transport, 1200 JPY shopping" },
	{ "lunch 12.50 and coffee 4 yesterday, visa", "en-US", "USD", "12.50 USD food, 4.00 USD food" },
	{ "paid 75 for the phone bill", "en-US", "USD", "75.00 USD other" },
	{ "two cinema tickets, 31 in all, and 9 for popcorn", "en-GB", "GBP", "31.00 GBP entertainment, 9.00 GBP food" },
	{ "Schuhe zurückgegeben -45 €", "de-DE", "EUR", "-45.00 EUR shopping" },
	{ "taxi desde el aeropuerto 32 euros", "es-ES", "EUR", "32.00 EUR transport" },
};
enum { SENTENCES = sizeof sentences / sizeof sentences[0] };

/* A provider being tried. */
struct trial {
	struct event_base     *base;
	struct asker          *asker;
	FILE                  *out;
	const struct sentence *sentence;
	int64_t                started_ms;
	bool                   is_answered;    /* the sentence, by whomever */

	unsigned               right, wrong, silent, priced;
	int64_t                total_ms, longest_ms, input_tokens, output_tokens, cost_micros;
	struct currency        currency;
};

static void
write_expenses(struct buf *out, const struct understanding *result)
{
	for (size_t i = 0; i < result->expense_count; i++) {
		const struct understood_expense *e = &result->expenses[i];
		char amount[MONEY_TEXT_MAX];
		int len = money_format(e->amount_minor, e->currency, amount);

		buf_printf(out, "%s%.*s %s %s", i > 0 ? ", " : "", len, amount, e->currency.code, category_kind_key(e->category));
	}
	buf_append_char(out, '\0');
}

static void
add_calls(struct trial *trial, const struct understanding *result)
{
	for (size_t i = 0; i < result->call_count; i++) {
		const struct understand_call *call = &result->calls[i];

		trial->input_tokens += call->input_tokens;
		trial->output_tokens += call->output_tokens;
		trial->cost_micros += call->cost_micros;
		trial->priced += call->has_cost;
		if (call->has_cost)
			trial->currency = call->currency;
	}
}

static void
on_answer(const struct understanding *result, void *arg)
{
	struct trial *trial = arg;
	int64_t took_ms = clock_mono_ms() - trial->started_ms;
	struct buf said = BUF_INIT;
	const char *verdict;

	trial->is_answered = true;
	if (result == NULL)
		return;
	add_calls(trial, result);
	trial->total_ms += took_ms;
	trial->longest_ms = took_ms > trial->longest_ms ? took_ms : trial->longest_ms;
	write_expenses(&said, result);
	if (result->answered_by.len == 0) {
		trial->silent++;
		verdict = "no answer";
	} else if (!said.has_failed && strcmp(said.data, trial->sentence->expected) == 0) {
		trial->right++;
		verdict = "right";
	} else {
		trial->wrong++;
		verdict = "wrong";
	}
	fprintf(trial->out, "  %-9s %6lld ms  %s\n", verdict, (long long)took_ms, trial->sentence->text);
	if (result->answered_by.len > 0 && strcmp(verdict, "wrong") == 0)
		fprintf(trial->out, "      said     %s\n      expected %s\n", said.data, trial->sentence->expected);
	buf_fini(&said);
}

static void
try_sentence(struct trial *trial, const struct sentence *sentence)
{
	struct understand_input input = { .text = slice_of(sentence->text), .locale = slice_of(sentence->locale),
		.today = (day_t)(clock_wall_ms() / MS_PER_DAY), .may_ask = true };
	struct buf job = BUF_INIT;

	currency_parse(slice_of(sentence->home), &input.home);
	trial->sentence = sentence;
	trial->started_ms = clock_mono_ms();
	trial->is_answered = false;
	job_pack(&job, &input);
	if (asker_ask(trial->asker, buf_slice(&job), NULL, trial->started_ms + DEADLINE_MS, on_answer, trial)) {
		while (!trial->is_answered && event_base_loop(trial->base, EVLOOP_ONCE) == 0)
			continue;
	} else {
		trial->silent++;
		fprintf(trial->out, "  not asked            %s\n", sentence->text);
	}
	buf_fini(&job);
}

static void
report(const struct trial *trial)
{
	char cost[MONEY_WIDE_TEXT_MAX];
	int len = decimal_format(trial->cost_micros, 6, cost);

	fprintf(trial->out, "  %u of %d right, %u wrong, %u without an answer; %lld ms on average, %lld ms at most; "
	    "%lld tokens of input, %lld of output; ", trial->right, SENTENCES, trial->wrong, trial->silent,
	    (long long)(trial->total_ms / SENTENCES), (long long)trial->longest_ms, (long long)trial->input_tokens,
	    (long long)trial->output_tokens);
	if (trial->priced > 0)
		fprintf(trial->out, "cost %s %.*s\n", trial->currency.code, len, cost);
	else
		fputs("price unknown\n", trial->out);
}

/* The configuration with this provider alone, whose answers count whatever the rules know. */
static struct options
only_this(const struct options *options, const char *name)
{
	static char none[] = "", zero[] = "0";
	struct options only = *options;
	char **names[] = { &only.provider1_name, &only.provider2_name, &only.provider3_name };

	for (size_t i = 0; i < PROVIDERS_MAX; i++)
		if (strcmp(*names[i], name) != 0)
			*names[i] = none;
	only.ai_unsure_below = NEVER_SURE;
	only.ai_cache_bytes = 0;
	only.ai_log_days = 0;
	only.ai_budget_calls = only.ai_budget_calls_per_user = 0;
	only.ai_budget_cost = only.ai_budget_cost_per_user = zero;
	return only;
}

static bool
try_provider(const struct provider *provider, const struct options *options, struct event_base *base, FILE *out)
{
	static struct counters counters;
	struct options only = only_this(options, provider->name);
	struct ai_shared *shared = ai_shared_create(&only);
	struct curl_loop *curl = curl_loop_open(base);
	struct trial trial = { .base = base, .out = out };

	if (shared != NULL && curl != NULL)
		trial.asker = asker_open(base, curl, &only, shared, NULL, &counters);
	if (trial.asker != NULL) {
		fprintf(out, "%s: model %s, %s at %s\n", provider->name, provider->model, provider->protocol->name, provider->base_url);
		for (size_t i = 0; i < SENTENCES; i++)
			try_sentence(&trial, &sentences[i]);
		report(&trial);
		asker_close(trial.asker);
	}
	if (curl != NULL)
		curl_loop_close(curl);
	ai_shared_destroy(shared);
	return trial.right + trial.wrong == SENTENCES;
}

bool
ctl_ai_test(const struct options *options, FILE *out)
{
	struct provider providers[PROVIDERS_MAX];
	size_t count = providers_configured(options, providers);
	struct event_base *base = event_base_new();
	bool is_good = base != NULL && count > 0;

	if (count == 0)
		fputs("no provider is configured: the rules answer\n", out);
	for (size_t i = 0; base != NULL && i < count; i++)
		is_good = try_provider(&providers[i], options, base, out) && is_good;
	if (base != NULL)
		event_base_free(base);
	return is_good;
}
