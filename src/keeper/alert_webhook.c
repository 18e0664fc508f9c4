/* SPDX-License-Identifier: MIT */
/* See alert_webhook.h. */
#include "config.h"

#include "alert_webhook.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "ai/worker/http_call.h"
#include "clock.h"
#include "json_out.h"
#include "log.h"

enum { TIMEOUT_MS = 10000, AGAIN_MS = 10000, ANSWER_MAX = 65536, HOST_MAX = 256 };

struct alert_webhook {
	const struct options *options;
	struct counters      *counters;
	struct curl_loop     *curl;
	struct http_call     *call;            /* NULL: none is under way */
	const char           *name;            /* of its alert */
	bool                  is_raised;
	_Atomic bool         *is_told;
	int64_t               not_before_ms;
};

struct alert_webhook *
alert_webhook_open(struct event_base *base, const struct options *options, struct counters *counters)
{
	struct alert_webhook *webhook = calloc(1, sizeof *webhook);

	if (webhook == NULL)
		return NULL;
	*webhook = (struct alert_webhook){ .options = options, .counters = counters, .curl = curl_loop_open(base) };
	if (webhook->curl != NULL)
		return webhook;
	free(webhook);
	return NULL;
}

void
alert_webhook_close(struct alert_webhook *webhook)
{
	if (webhook->call != NULL)
		http_call_drop(webhook->call);
	curl_loop_close(webhook->curl);
	free(webhook);
}

bool
alert_webhook_is_free(const struct alert_webhook *webhook, int64_t now_ms)
{
	return webhook->call == NULL && now_ms >= webhook->not_before_ms;
}

static void
put_off(struct alert_webhook *webhook)
{
	webhook->not_before_ms = clock_mono_ms() + AGAIN_MS;
	counter_add(&webhook->counters->alerts_not_told, 1);
}

static void
on_answer(const struct http_response *response, void *arg)
{
	struct alert_webhook *webhook = arg;

	webhook->call = NULL;
	if (response->status >= 200 && response->status < 300) {
		*webhook->is_told = webhook->is_raised;
		return;
	}
	if (response->status == 0)
		log_warn("alert %s: the webhook could not be told: %s", webhook->name, response->why);
	else
		log_warn("alert %s: the webhook answered %u", webhook->name, response->status);
	put_off(webhook);
}

static void
add_number(struct json_out *out, const char *name, double number)
{
	char text[32];
	int len = snprintf(text, sizeof text, "%.15g", number);

	json_out_key(out, name);
	json_out_raw(out, (struct slice){ text, (size_t)len });
}

static void
write_body(struct buf *body, const char *name, bool is_raised, double value, double limit)
{
	struct json_out out = json_out_to(body);
	char host[HOST_MAX] = "";

	gethostname(host, sizeof host - 1);
	json_out_object_begin(&out);
	json_out_member_text(&out, "alert", name);
	json_out_member_text(&out, "state", is_raised ? "raised" : "cleared");
	add_number(&out, "value", value);
	add_number(&out, "limit", limit);
	json_out_member_text(&out, "host", host);
	json_out_object_end(&out);
}

void
alert_webhook_tell(struct alert_webhook *webhook, const char *name, bool is_raised, double value, double limit, _Atomic bool *is_told)
{
	struct buf body = BUF_INIT;
	struct http_request request = { .url = webhook->options->alert_webhook, .ca_file = webhook->options->alert_webhook_ca_file,
		.timeout_ms = TIMEOUT_MS, .response_max = ANSWER_MAX };

	webhook->name = name;
	webhook->is_raised = is_raised;
	webhook->is_told = is_told;
	write_body(&body, name, is_raised, value, limit);
	request.body = buf_slice(&body);
	if (!body.has_failed)
		webhook->call = http_call_start(webhook->curl, &request, on_answer, webhook);
	if (webhook->call == NULL)
		put_off(webhook);
	buf_fini(&body);
}
