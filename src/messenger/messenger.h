/* SPDX-License-Identifier: MIT */
/*
 * The messengers: one row for each platform that people write from.  A row is
 * pure functions between the platform's bytes and what the daemon knows: they
 * do no input or output, keep no state, and are given the time.
 *
 *	in    headers + raw body -> verify -> decode -> events
 *	out   a reply -> build -> one HTTP request -> judge its answer -> what to do next
 *
 * What comes in is handled by webhook.h in the http worker, what goes out by
 * sender.h in the AI worker.
 */
#ifndef MESSENGER_H
#define MESSENGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "buf.h"
#include "incoming.h"
#include "rate_limit.h"
#include "slice.h"
#include "status.h"
#include "uuid.h"

struct options;

/* --- in ------------------------------------------------------------------------------------ */

enum { MESSENGER_HEADERS_MAX = 2 };

/* What arrived at a webhook. */
struct webhook {
	struct slice          body;                              /* as it was sent */
	struct slice          headers[MESSENGER_HEADERS_MAX];    /* those that the row names; NULL slice: not sent, or twice */
	struct slice          content_type;                      /* NULL slice: not sent */
	int64_t               now_s;
	const struct options *options;
	struct slice          keys;                              /* the platform's public keys, where it has such: see get_keys */
};

/* Something that somebody said or did. */
struct event {
	struct slice    user_id;             /* "platform:account:id" */
	struct slice    text;                /* UTF-8; may be empty unless it is INCOMING_TEXT or INCOMING_BUTTON */
	struct incoming incoming;
	struct slice    deliver_to;          /* for build */
	struct slice    key;                 /* the same whenever the platform sends it again */
};

/* What a webhook's body says.  Everything lives in the arena. */
struct decoded {
	struct arena *arena;
	struct event *events;
	size_t        count, capacity;
	size_t        ignored;               /* events that are none of ours, or not sound */
	struct slice  answer;                /* the body of the 200 */
	const char   *answer_type;           /* its media type; NULL: no body */
};

/* --- out ----------------------------------------------------------------------------------- */

/* A reply on its way to a person. */
struct outgoing {
	struct slice                deliver_to;     /* as decode made it */
	struct slice                text;
	const struct reply_button  *buttons;
	size_t                      button_count;
	bool                        is_notice;      /* it answers nothing: no promise, token or callback of a message is used up */
	struct uuid                 message_id;     /* what the platform gets to know a repeat by, where it looks at such */
	unsigned                    step;           /* as judge left it; 0 at first.  Kept with the reply: what was sent is not sent again */
	int64_t                     now_s;
	const struct options       *options;
	struct slice                credential;     /* where the row has one: see get_credential */
};

enum { SEND_HEADERS_MAX = 3 };

struct send_request {
	const char  *method;
	struct slice url;                           /* may hold secrets: not for a log */
	struct slice headers[SEND_HEADERS_MAX];     /* "Name: value", beside Content-Type */
	size_t       header_count;
	const char  *content_type;
	struct slice body;
};

/* Why there is no request when another time there may be one; all other reasons stay. */
extern const char send_no_memory[];

struct send_response {
	unsigned     http_status;                   /* 0: there was none (no connection, a timeout, a broken answer) */
	struct slice body;
	int64_t      retry_after_s;                 /* of the header Retry-After; -1: none */
};

enum send_result {
	SEND_DONE,                                  /* all of it is there */
	SEND_NEXT,                                  /* go on with step */
	SEND_RETRY,                                 /* the same step later */
	SEND_REJECTED                               /* it never will be */
};

struct send_outcome {
	enum send_result result;
	unsigned         step;                      /* of NEXT and RETRY: for outgoing.step */
	struct slice     ref;                       /* of DONE and NEXT: the platform's id of what was sent; empty: not told */
	int64_t          after_ms;                  /* of RETRY: not before; 0: not told */
	bool             is_credential_bad;         /* of RETRY: get another one first */
	const char      *why;                       /* of RETRY and REJECTED, for the log */
};

/* --- the table ----------------------------------------------------------------------------- */

/* A step on the way to a file. */
struct media_step {
	struct slice media;          /* struct incoming: as decode made it */
	unsigned     number;         /* from 0 on */
	struct slice answer;         /* to the step before */
	struct slice credential;     /* where the row has one */
};

enum { MESSENGER_NEEDS_MAX = 4, MESSENGER_GREETING = 3 };

struct messenger {
	const char *name;                                        /* in user ids, paths and options */
	const char *title;                                       /* as people know it */
	const char *headers[MESSENGER_HEADERS_MAX];              /* those that verify looks at */

	const char *needs[MESSENGER_NEEDS_MAX];                  /* options of the section "name"; without all of them there is no such messenger */

	/* A platform that asks by GET first: the query parameters looked at, and whether that may be answered, and with what. */
	const char *greeting[MESSENGER_GREETING];
	bool (*greet)(const struct options *options, const struct slice values[MESSENGER_GREETING], struct slice *answer);

	/*
	 * Whether the platform sent this.  ST_OK, ST_BAD_SIGNATURE, or
	 * ST_UNAVAILABLE: the platform's public keys are needed, or newer ones.
	 */
	enum status (*verify)(const struct webhook *hook);

	/* The events of a body that was verified.  false: it is not what this platform sends. */
	bool (*decode)(const struct webhook *hook, struct decoded *out);

	/*
	 * The request of outgoing->step, in the arena.  false: there cannot be one
	 * (*why): nothing to send with, or what deliver_to says is not allowed.
	 */
	bool (*build)(const struct outgoing *outgoing, struct arena *arena, struct send_request *request, const char **why);

	/* What the answer to it means; outcome->ref in the arena. */
	void (*judge)(const struct outgoing *outgoing, const struct send_response *response, struct arena *arena,
	    struct send_outcome *outcome);

	/* The request for what build needs as its credential, and what its answer gives; NULL where build needs none. */
	bool (*get_credential)(const struct options *options, struct arena *arena, struct send_request *request, const char **why);
	bool (*read_credential)(struct slice body, struct arena *arena, struct slice *credential, int64_t *lives_s);

	/*
	 * The request for the platform's public keys, where verify needs such: step 0,
	 * then step 1 with the answer to step 0, whose answer is what webhook.keys takes.
	 */
	bool (*get_keys)(const struct options *options, unsigned step, struct slice answer, struct arena *arena,
	    struct send_request *request);

	/*
	 * The request of a step; *is_file: its answer is the file, else the next step
	 * is asked for with it.  false: there is none, or it is at no place of the platform.
	 */
	bool (*get_media)(const struct options *options, const struct media_step *step, struct arena *arena, struct send_request *request,
	    bool *is_file);

	/* How often the platform takes something, in all and in one chat; count 0: no limit of ours. */
	struct rate overall, each_chat;
};

extern const struct messenger *const messengers[];
extern const size_t messenger_count;

/* Whether all that it needs is set. */
bool messenger_is_configured(const struct messenger *messenger, const struct options *options);

/* Whether each messenger has all that it needs or nothing; else lines that say what is missing. */
bool messenger_check(const struct options *options, struct buf *errors);

/* By name; NULL: there is none. */
const struct messenger *messenger_find(struct slice name);

/* Whose deliver_to this is; NULL: nobody's. */
const struct messenger *messenger_of(struct slice deliver_to);

/* The chat that deliver_to goes to, for the rate: unique with the messenger. */
struct slice messenger_chat(struct slice deliver_to);

/*
 * Who had it, whose destination is somebody's, said no more: as if the platform
 * had not answered the part that was under way.  outcome is SEND_RETRY, from the
 * step that finds out whether it arrived, where the platform tells that.
 */
void messenger_judge_silence(const struct outgoing *outgoing, struct arena *arena, struct send_outcome *outcome);

#endif
