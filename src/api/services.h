/* SPDX-License-Identifier: MIT */
/* What the handlers of an http worker have at hand: request->services. */
#ifndef SERVICES_H
#define SERVICES_H

#include "counters.h"
#include "access/limits.h"
#include "message/message.h"

/* Tokens whose use today is on its way to the store, by the first byte of the key id. */
enum { NOTED_USES = 256 };

struct noted_use {
	uint8_t key_id[TOKEN_KEY_SIZE];
	day_t   day;
};

/* Pictures that are being read for clients of this process. */
enum { PICTURES_MAX = 64, PICTURES_OF_ONE_MAX = 2 };

struct services {
	struct message_service  messages;      /* with the store, the options and the counters */
	struct counter_segment *segment;
	struct limits           limits;
	struct noted_use        noted_uses[NOTED_USES];
	uint64_t                pictures[PICTURES_MAX];   /* whose they are, as in struct understand_input; 0: none */
	struct webhooks        *webhooks;
	struct openapi         *openapi;       /* the document that describes the API */
};

#endif
