/* SPDX-License-Identifier: MIT */
/* A request of a messenger's row over the curl loop. */
#ifndef SEND_CALL_H
#define SEND_CALL_H

#include "ai/worker/http_call.h"
#include "messenger/messenger.h"

/* Nothing that platforms answer, their sets of keys included, is longer. */
enum { SEND_ANSWER_MAX = 192 * 1024 };

/* request lies in an arena, so that its texts end with a NUL.  As http_call_start. */
struct http_call *send_call_start(struct curl_loop *loop, const struct options *options, const struct send_request *request,
    int64_t timeout_ms, http_call_fn *fn, void *arg);

#endif
