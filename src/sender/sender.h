/* SPDX-License-Identifier: MIT */
/*
 * Sends replies from an AI worker: builds the requests, keeps to what each
 * platform and chat takes, gets credentials, and goes on with the next part
 * when a reply has several.
 */
#ifndef SENDER_H
#define SENDER_H

#include "key_fetch.h"
#include "media_fetch.h"
#include "messenger/messenger.h"

struct counters;
struct event_base;
struct rate_table;
struct sender;
struct shared;

/* rates: of all workers, NULL: none are kept; shared: with other instances, may be NULL.  NULL after logging why. */
struct sender *sender_open(struct event_base *base, struct curl_loop *curl, const struct options *options,
    struct rate_table *rates, struct shared *shared, struct counters *counters);

/* Sendings under way end as SEND_RETRY, fetching keys as ST_UNAVAILABLE. */
void sender_close(struct sender *sender);

struct sender_callbacks {
	/* What was before step is sent. */
	void (*on_progress)(unsigned step, void *arg);
	/* SEND_DONE, SEND_RETRY (store outcome->step for the next attempt) or SEND_REJECTED; valid until the return. */
	void (*on_done)(const struct send_outcome *outcome, void *arg);
};

/*
 * Send what outgoing says, of which deliver_to (a messenger's), text, buttons,
 * message_id and step are looked at, and copied.  on_done is called exactly
 * once, perhaps before the return, and before deadline_ms (clock_mono_ms).
 */
void sender_send(struct sender *sender, const struct outgoing *outgoing, int64_t deadline_ms,
    const struct sender_callbacks *callbacks, void *arg);

/* See media_fetch.h.  What no messenger made cannot be had. */
void sender_fetch_media(struct sender *sender, struct slice media, int64_t deadline_ms, media_fetch_fn *fn, void *arg);

/* See key_fetch.h. */
void sender_fetch_keys(struct sender *sender, const struct messenger *messenger, int64_t deadline_ms, key_fetch_fn *fn, void *arg);

#endif
