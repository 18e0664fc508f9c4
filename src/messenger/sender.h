/* SPDX-License-Identifier: MIT */
/*
 * Sends replies from an AI worker: builds the requests, keeps to what each
 * platform and chat takes, gets credentials, and goes on with the next part
 * when a reply has several.
 */
#ifndef SENDER_H
#define SENDER_H

#include "messenger.h"

struct counters;
struct curl_loop;
struct event_base;
struct rate_table;
struct sender;

/* rates: shared by all workers; NULL: no rates are kept.  NULL after logging why. */
struct sender *sender_open(struct event_base *base, struct curl_loop *curl, const struct options *options,
    struct rate_table *rates, struct counters *counters);

/* Sendings under way end without a call. */
void sender_close(struct sender *sender);

/* The outcome is SEND_DONE, SEND_RETRY (store outcome->step for the next attempt) or SEND_REJECTED; valid until the return. */
typedef void sender_done_fn(const struct send_outcome *outcome, void *arg);

/*
 * Send what outgoing says, of which deliver_to, text, buttons, message_id and
 * step are looked at, and copied.  fn is called exactly once, perhaps before
 * the return, and within the platform's time limit.
 */
void sender_send(struct sender *sender, const struct outgoing *outgoing, sender_done_fn *fn, void *arg);

#endif
