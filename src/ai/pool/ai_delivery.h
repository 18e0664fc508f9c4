/* SPDX-License-Identifier: MIT */
/* What the pool of AI workers does for the messengers: sending replies, and fetching the keys that webhooks are verified by. */
#ifndef AI_DELIVERY_H
#define AI_DELIVERY_H

#include "ai_pool.h"
#include "messenger/messenger.h"

/*
 * ST_OK: the outcome is SEND_DONE, SEND_RETRY or SEND_REJECTED.
 * ST_UNAVAILABLE: the worker went away or nobody took it in time, and the
 * outcome is SEND_RETRY: nobody knows whether the part at outcome->step
 * arrived.  Valid until the return.
 */
typedef void deliver_fn(enum status st, const struct send_outcome *outcome, void *arg);

/*
 * Have a reply sent, from outgoing->step on.  deliver_to, text, buttons,
 * message_id, step and is_notice are looked at, and copied.  A notice waits behind all
 * else (PRIORITY_LOW).  A reply is given to one
 * worker and never by itself to another: with RETRY it is the caller's to send
 * it again, not before outcome->after_ms, from outcome->step.  With ST_OK fn
 * is called exactly once, from the loop, at the latest at deadline_ms
 * (clock_mono_ms).  ST_OVERLOADED: too many jobs wait, fn is not called.
 */
enum status ai_pool_deliver(struct ai_pool *pool, const struct outgoing *outgoing, int64_t deadline_ms, deliver_fn *fn, void *arg);

/* ST_OK with what webhook.keys takes, valid until the return; ST_UNAVAILABLE: nobody got them. */
typedef void keys_fn(enum status st, struct slice keys, void *arg);

/* The public keys of a messenger that has get_keys.  As ai_pool_deliver, but another worker may be asked again. */
enum status ai_pool_fetch_keys(struct ai_pool *pool, const struct messenger *messenger, int64_t deadline_ms, keys_fn *fn, void *arg);

#endif
