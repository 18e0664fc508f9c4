/* SPDX-License-Identifier: MIT */
/*
 * curl's multi interface on a libevent loop: any number of transfers, none of
 * which blocks.
 */
#ifndef CURL_LOOP_H
#define CURL_LOOP_H

#include <stdbool.h>

#include <curl/curl.h>

struct curl_loop;
struct event_base;

/* NULL after logging why. */
struct curl_loop *curl_loop_open(struct event_base *base);

/* Transfers that are under way are dropped without a call; their handles are cleaned up. */
void curl_loop_close(struct curl_loop *loop);

/* The transfer has ended.  The callee owns the handle again. */
typedef void curl_done_fn(CURL *easy, CURLcode result, void *arg);

/*
 * Start the transfer that easy describes.  The loop has the handle, and its
 * CURLOPT_PRIVATE, until fn is called, once, from the event loop.  false: no
 * memory, the handle stays the caller's.
 */
bool curl_loop_start(struct curl_loop *loop, CURL *easy, curl_done_fn *fn, void *arg);

/* Take a transfer that is under way back without a call of its fn. */
void curl_loop_drop(struct curl_loop *loop, CURL *easy);

#endif
