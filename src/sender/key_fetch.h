/* SPDX-License-Identifier: MIT */
/* Fetches the public keys by which what a platform sends is verified. */
#ifndef KEY_FETCH_H
#define KEY_FETCH_H

#include <sys/queue.h>

#include "messenger/messenger.h"

struct curl_loop;

/* Those under way. */
LIST_HEAD(key_fetches, key_fetch);

/* ST_OK with the keys, valid until the return, or ST_UNAVAILABLE. */
typedef void key_fetch_fn(enum status st, struct slice keys, void *arg);

/* fn is called exactly once, perhaps before the return, and before deadline_ms. */
void key_fetch_start(struct key_fetches *under_way, struct curl_loop *curl, const struct options *options,
    const struct messenger *messenger, int64_t deadline_ms, key_fetch_fn *fn, void *arg);

/* Those under way are ST_UNAVAILABLE. */
void key_fetches_end(struct key_fetches *under_way);

#endif
