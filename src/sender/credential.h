/* SPDX-License-Identifier: MIT */
/*
 * What a messenger is sent with beside the secrets of the configuration: a
 * token that the platform gives for a while.  It is fetched once for all who
 * need it at the same time, and again before it ends.
 */
#ifndef CREDENTIAL_H
#define CREDENTIAL_H

#include <sys/queue.h>

#include "buf.h"
#include "messenger/messenger.h"

struct curl_loop;
struct http_call;

/* Somebody who waits; in his own memory. */
struct credential_wait {
	TAILQ_ENTRY(credential_wait) entry;
	/* outcome: NULL when there is one now, else SEND_RETRY. */
	void (*fn)(const struct send_outcome *outcome, void *arg);
	void  *arg;
};

struct credential {
	const struct messenger *messenger;
	struct curl_loop       *curl;
	const struct options   *options;
	struct buf              value;             /* empty: there is none */
	unsigned                generation;        /* which one it is */
	int64_t                 ends_ms;           /* when it is no longer given out */
	struct http_call       *call;              /* under way, or NULL */
	TAILQ_HEAD(credential_waits, credential_wait) waits;
};

void credential_init(struct credential *credential, const struct messenger *messenger, struct curl_loop *curl,
    const struct options *options);

/* All who wait must have been taken out. */
void credential_fini(struct credential *credential);

/* Whether there is one that is good for some time yet. */
bool credential_is_there(const struct credential *credential, int64_t now_ms);

/* Fetch it, if that is not under way; wait->fn is called once, later or before the return, unless it is taken out. */
void credential_wait(struct credential *credential, struct credential_wait *wait);
void credential_leave(struct credential *credential, struct credential_wait *wait);

/* The platform refused that one. */
void credential_is_bad(struct credential *credential, unsigned generation);

#endif
