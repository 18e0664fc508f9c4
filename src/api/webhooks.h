/* SPDX-License-Identifier: MIT */
/*
 * The webhooks of the messengers that are configured: POST /webhook/NAME, and
 * GET where a platform asks for it.
 *
 *	signature -> events -> each into the inbox, durably -> 200 -> they are worked on
 *
 * They are no part of the REST API: what they take is the platform's business,
 * and the platform's signature is their authorization.
 */
#ifndef WEBHOOKS_H
#define WEBHOOKS_H

#include "http/route.h"
#include "message/inbox.h"
#include "messenger/messenger.h"

struct webhooks;

/* One per http worker.  Both must outlive it.  NULL when there is no memory. */
struct webhooks *webhooks_open(const struct message_service *service, struct inbox *inbox);

/* The pool and the store must be closed before. */
void webhooks_close(struct webhooks *webhooks);

/* The routes of those that are configured, at most WEBHOOK_ROUTES_MAX; how many. */
enum { WEBHOOK_ROUTES_MAX = 12 };
size_t webhooks_routes(const struct options *options, struct route *routes);

#endif
