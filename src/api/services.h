/* SPDX-License-Identifier: MIT */
/* What the handlers of an http worker have at hand: request->services. */
#ifndef SERVICES_H
#define SERVICES_H

#include "counters.h"
#include "message/message.h"

struct services {
	struct message_service  messages;      /* with the store, the options and the counters */
	struct counter_segment *segment;
	struct openapi         *openapi;       /* the document that describes the API */
};

#endif
