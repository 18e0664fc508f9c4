/* SPDX-License-Identifier: MIT */
/*
 * See sender.h.  A sending is at one thing at a time: it waits for a
 * credential, for its turn by the rates, or for the answer to a request.  Each
 * ends in advance(), which looks what is next.
 */
#include "config.h"

#include "sender.h"

#include <stdio.h>
#include <stdlib.h>

#include <event2/event.h>

#include "clock.h"
#include "counters.h"
#include "credential.h"
#include "log.h"
#include "options.h"
#include "redis/shared.h"
#include "send_call.h"

enum {
	RESERVE_MS = 200,          /* of the deadline, for the way back */
	CALL_MIN_MS = 50,          /* a request that has less time is not begun */
	TURN_WAIT_MAX_MS = 2000,   /* for a turn further off the caller waits, not the worker */

	/* Kinds of keys in the table of rates, beside those of access/limits.c. */
	RATE_PLATFORM = 32,
	RATE_CHAT,
	RATE_HELD              /* a chat, or a platform that tells no chats apart, which asked for patience */
};

struct sender;

struct sending {
	LIST_ENTRY(sending)            entry;
	struct sender                 *sender;
	const struct messenger        *messenger;
	struct credential             *credential;
	struct outgoing                outgoing;          /* its texts in kept */
	struct arena                   kept, scratch;
	int64_t                        deadline_ms;
	struct event                  *timer;             /* of what it waits for */
	struct http_call              *call;              /* under way, or NULL */
	struct credential_wait         wait;
	bool                           is_waiting;        /* for the credential */
	bool                           has_renewed;       /* a refused credential was replaced once */
	unsigned                       generation;        /* of the credential that was sent */
	const struct sender_callbacks *callbacks;
	void                          *arg;
};

struct sender {
	struct event_base    *base;
	struct curl_loop     *curl;
	const struct options *options;
	struct rate_table    *rates;
	struct shared        *shared;
	struct counters      *counters;
	LIST_HEAD(, sending)  sendings;
	struct key_fetches    key_fetches;
	struct media_fetches  media_fetches;
	struct credential     credentials[];              /* of each messenger, in the table's order */
};

static void advance(struct sending *sending);

/* --- the end --------------------------------------------------------------------------------- */

static void
count(struct sender *sender, const struct messenger *messenger, enum send_result result)
{
	static const char *const what[] = { [SEND_DONE] = "sent", [SEND_RETRY] = "put_off", [SEND_REJECTED] = "rejected" };
	const struct counter_row *row;
	char name[32];

	snprintf(name, sizeof name, "%s_%s", messenger->name, what[result]);
	row = counter_find(name);
	counter_add((_Atomic uint64_t *)((char *)sender->counters + row->offset), 1);
}

static void
stop_waiting(struct sending *sending)
{
	if (sending->call != NULL)
		http_call_drop(sending->call);
	sending->call = NULL;
	if (sending->is_waiting)
		credential_leave(sending->credential, &sending->wait);
	sending->is_waiting = false;
	event_del(sending->timer);
}

static void
release(struct sending *sending)
{
	if (sending->timer != NULL)
		event_free(sending->timer);
	arena_fini(&sending->kept);
	arena_fini(&sending->scratch);
	free(sending);
}

static void
finish(struct sending *sending, const struct send_outcome *outcome)
{
	stop_waiting(sending);
	LIST_REMOVE(sending, entry);
	count(sending->sender, sending->messenger, outcome->result);
	sending->callbacks->on_done(outcome, sending->arg);
	release(sending);
}

static void
put_off(struct sending *sending, const char *why, int64_t after_ms)
{
	finish(sending, &(struct send_outcome){ .result = SEND_RETRY, .step = sending->outgoing.step, .after_ms = after_ms, .why = why });
}

/* --- waiting --------------------------------------------------------------------------------- */

static void
set_timer(struct sending *sending, int64_t wait_ms)
{
	event_add(sending->timer, &(struct timeval){ wait_ms / 1000, wait_ms % 1000 * 1000 });
}

static int64_t
left_ms(const struct sending *sending)
{
	return sending->deadline_ms - RESERVE_MS - clock_mono_ms();
}

/* Its turn may have come, or it waited in vain for a credential. */
static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct sending *sending = arg;

	(void)fd;
	(void)what;
	if (sending->is_waiting)
		put_off(sending, "no token to send with in time", 0);
	else
		advance(sending);
}

static void
on_credential(const struct send_outcome *outcome, void *arg)
{
	struct sending *sending = arg;

	sending->is_waiting = false;
	event_del(sending->timer);
	if (outcome == NULL)
		advance(sending);
	else
		put_off(sending, outcome->why, outcome->after_ms);
}

static bool
has_credential(struct sending *sending)
{
	if (sending->messenger->get_credential == NULL)
		return true;
	if (!credential_is_there(sending->credential, clock_mono_ms()))
		return false;
	sending->outgoing.credential = buf_slice(&sending->credential->value);
	sending->generation = sending->credential->generation;
	return true;
}

static void
wait_for_credential(struct sending *sending)
{
	sending->is_waiting = true;
	sending->wait = (struct credential_wait){ .fn = on_credential, .arg = sending };
	set_timer(sending, left_ms(sending));
	credential_wait(sending->credential, &sending->wait);
}

/* A bucket that is not counted: how long it takes to be full again is how long whoever asked for patience is left alone by all workers. */
static const struct rate patience = { 1, RATE_PERIOD_MAX_MS };

/* The key of the chat, or of the platform when it counts all chats together. */
static uint64_t
chat_key(const struct sending *sending, unsigned kind)
{
	const struct messenger *messenger = sending->messenger;
	struct slice chat = messenger->each_chat.count > 0 ? messenger_chat(sending->outgoing.deliver_to) : SLICE_EMPTY;
	struct buf name = BUF_INIT;
	uint64_t key;

	buf_printf(&name, "%s:%.*s", messenger->name, SLICE_ARGS(chat));
	key = rate_key(sending->sender->rates, kind, name.data, name.len);
	buf_fini(&name);
	return key;
}

/* What Retry-After says of one message holds for the next ones as well. */
static void
hold(const struct sending *sending, int64_t after_ms)
{
	if (sending->sender->rates != NULL && after_ms > 0)
		rate_raise(sending->sender->rates, &patience, chat_key(sending, RATE_HELD), (uint64_t)clock_mono_ms() * 1000,
		    (uint64_t)after_ms * 1000);
}

/* How long until a place is free; 0: it was taken. */
static uint32_t
take_turn(struct sending *sending)
{
	const struct messenger *messenger = sending->messenger;
	struct rate_table *rates = sending->sender->rates;
	struct shared *shared = sending->sender->shared;
	uint64_t now_us = (uint64_t)clock_mono_ms() * 1000, platform, key;
	struct rate_state state = { .is_allowed = true };
	uint32_t held_ms;

	if (rates == NULL)
		return 0;
	held_ms = rate_look(rates, &patience, chat_key(sending, RATE_HELD), now_us).full_ms;
	if (held_ms > 0)
		return held_ms;
	platform = rate_key(rates, RATE_PLATFORM, messenger->name, strlen(messenger->name));
	key = chat_key(sending, RATE_CHAT);
	if (messenger->each_chat.count > 0)
		state = rate_look(rates, &messenger->each_chat, key, now_us);     /* so that a busy chat takes no place from others */
	if (state.is_allowed && messenger->overall.count > 0)
		state = shared_take_rate(shared, rates, &messenger->overall, platform, now_us);
	if (state.is_allowed && messenger->each_chat.count > 0)
		state = shared_take_rate(shared, rates, &messenger->each_chat, key, now_us);
	return state.is_allowed ? 0 : state.retry_ms > 0 ? state.retry_ms : 1;
}

/* --- a request ------------------------------------------------------------------------------- */

static void
go_on(struct sending *sending, const struct send_outcome *outcome)
{
	bool is_stale = outcome->is_credential_bad && !sending->has_renewed;

	if (outcome->is_credential_bad)
		credential_is_bad(sending->credential, sending->generation);
	if (outcome->result == SEND_NEXT) {
		sending->outgoing.step = outcome->step;
		sending->callbacks->on_progress(outcome->step, sending->arg);
		advance(sending);
	} else if (outcome->result == SEND_RETRY && is_stale) {
		sending->has_renewed = true;
		advance(sending);
	} else {
		finish(sending, outcome);
	}
}

static void
on_answered(const struct http_response *http, void *arg)
{
	struct sending *sending = arg;
	struct send_response response = { .http_status = http->status, .body = http->body,
		.retry_after_s = http->retry_after_ms >= 0 ? (http->retry_after_ms + 999) / 1000 : -1 };
	struct send_outcome outcome = { .result = SEND_RETRY };

	sending->call = NULL;
	sending->outgoing.now_s = clock_wall_ms() / 1000;
	sending->messenger->judge(&sending->outgoing, &response, &sending->scratch, &outcome);
	if (http->status == 0 && outcome.result == SEND_RETRY)
		outcome.why = http->why;
	if (http->status >= 400 && http->status < 500 && outcome.result == SEND_RETRY)
		hold(sending, outcome.after_ms);
	go_on(sending, &outcome);
}

static void
start_call(struct sending *sending, int64_t timeout_ms)
{
	struct send_request request = { .method = NULL };
	struct sender *sender = sending->sender;
	const char *why = send_no_memory;

	arena_reset(&sending->scratch);
	sending->outgoing.now_s = clock_wall_ms() / 1000;
	if (sending->messenger->build(&sending->outgoing, &sending->scratch, &request, &why)) {
		sending->call = send_call_start(sender->curl, sender->options, &request, timeout_ms, on_answered, sending);
		why = send_no_memory;
	}
	if (sending->call == NULL)
		finish(sending, &(struct send_outcome){ .result = why == send_no_memory ? SEND_RETRY : SEND_REJECTED,
			.step = sending->outgoing.step, .why = why });
}

/* Whatever its next request needs. */
static void
advance(struct sending *sending)
{
	int64_t left = left_ms(sending), limit = sending->sender->options->delivery_request_timeout_ms;
	uint32_t wait_ms;

	if (left < CALL_MIN_MS) {
		put_off(sending, "no time was left", 0);
		return;
	}
	if (!has_credential(sending)) {
		wait_for_credential(sending);
		return;
	}
	wait_ms = take_turn(sending);
	if (wait_ms > TURN_WAIT_MAX_MS || wait_ms + CALL_MIN_MS > left)
		put_off(sending, "as many as the platform takes", wait_ms);
	else if (wait_ms > 0)
		set_timer(sending, wait_ms);
	else
		start_call(sending, left < limit ? left : limit);
}

/* --- a reply --------------------------------------------------------------------------------- */

static bool
copy_outgoing(struct sending *sending, const struct outgoing *outgoing)
{
	struct reply_button *buttons = arena_alloc(&sending->kept, (outgoing->button_count + 1) * sizeof *buttons);

	sending->outgoing = (struct outgoing){
		.deliver_to = arena_copy(&sending->kept, outgoing->deliver_to),
		.text = arena_copy(&sending->kept, outgoing->text),
		.buttons = buttons,
		.button_count = outgoing->button_count,
		.message_id = outgoing->message_id,
		.step = outgoing->step,
		.is_notice = outgoing->is_notice,
		.options = sending->sender->options,
	};
	for (size_t i = 0; buttons != NULL && i < outgoing->button_count; i++)
		buttons[i] = (struct reply_button){ .label = arena_copy(&sending->kept, outgoing->buttons[i].label),
			.data = arena_copy(&sending->kept, outgoing->buttons[i].data) };
	return buttons != NULL && sending->outgoing.deliver_to.ptr != NULL && sending->outgoing.text.ptr != NULL;
}

static struct credential *
credential_of(struct sender *sender, const struct messenger *messenger)
{
	size_t i = 0;

	while (messengers[i] != messenger)
		i++;
	return &sender->credentials[i];
}

static struct sending *
sending_new(struct sender *sender, const struct outgoing *outgoing)
{
	struct sending *sending = calloc(1, sizeof *sending);

	if (sending == NULL)
		return NULL;
	sending->sender = sender;
	sending->messenger = messenger_of(outgoing->deliver_to);
	sending->credential = credential_of(sender, sending->messenger);
	sending->timer = evtimer_new(sender->base, on_timer, sending);
	if (sending->timer != NULL && copy_outgoing(sending, outgoing))
		return sending;
	release(sending);
	return NULL;
}

void
sender_send(struct sender *sender, const struct outgoing *outgoing, int64_t deadline_ms, const struct sender_callbacks *callbacks,
    void *arg)
{
	struct sending *sending = sending_new(sender, outgoing);

	if (sending == NULL) {
		callbacks->on_done(&(struct send_outcome){ .result = SEND_RETRY, .step = outgoing->step, .why = send_no_memory }, arg);
		return;
	}
	sending->deadline_ms = deadline_ms;
	sending->callbacks = callbacks;
	sending->arg = arg;
	LIST_INSERT_HEAD(&sender->sendings, sending, entry);
	if (messenger_is_configured(sending->messenger, sender->options))
		advance(sending);
	else
		put_off(sending, "the messenger is not configured any more", 0);
}

void
sender_fetch_keys(struct sender *sender, const struct messenger *messenger, int64_t deadline_ms, key_fetch_fn *fn, void *arg)
{
	key_fetch_start(&sender->key_fetches, sender->curl, sender->options, messenger, deadline_ms, fn, arg);
}

void
sender_fetch_media(struct sender *sender, struct slice media, int64_t deadline_ms, media_fetch_fn *fn, void *arg)
{
	struct media_source source = { .curl = sender->curl, .options = sender->options, .messenger = messenger_of(media) };
	size_t i = 0;

	if (source.messenger == NULL || source.messenger->get_media == NULL || !messenger_is_configured(source.messenger, sender->options)) {
		fn(NULL, arg);
		return;
	}
	while (messengers[i] != source.messenger)
		i++;
	source.credential = &sender->credentials[i];
	media_fetch_start(&sender->media_fetches, &source, media, deadline_ms, fn, arg);
}

/* --- all of them ----------------------------------------------------------------------------- */

struct sender *
sender_open(struct event_base *base, struct curl_loop *curl, const struct options *options, struct rate_table *rates,
    struct shared *shared, struct counters *counters)
{
	struct sender *sender = calloc(1, sizeof *sender + messenger_count * sizeof sender->credentials[0]);

	if (sender == NULL) {
		log_error("out of memory");
		return NULL;
	}
	sender->base = base;
	sender->curl = curl;
	sender->options = options;
	sender->rates = rates;
	sender->shared = shared;
	sender->counters = counters;
	LIST_INIT(&sender->sendings);
	LIST_INIT(&sender->key_fetches);
	LIST_INIT(&sender->media_fetches);
	for (size_t i = 0; i < messenger_count; i++)
		credential_init(&sender->credentials[i], messengers[i], curl, options);
	return sender;
}

void
sender_close(struct sender *sender)
{
	struct sending *sending;

	key_fetches_end(&sender->key_fetches);
	media_fetches_end(&sender->media_fetches);
	while ((sending = LIST_FIRST(&sender->sendings)) != NULL)
		put_off(sending, "the worker ends", 0);
	for (size_t i = 0; i < messenger_count; i++)
		credential_fini(&sender->credentials[i]);
	free(sender);
}
