/* SPDX-License-Identifier: MIT */
/* What is said to suggest other categories for expenses of a message, each with a button that files it there. */
#ifndef SUGGESTION_H
#define SUGGESTION_H

#include "arena.h"
#include "buf.h"
#include "day.h"
#include "store_queue.h"
#include "text.h"
#include "understand.h"

struct suggestion {
	/* set by the caller, the rest zero */
	struct arena       *arena;
	struct uuid         message_id;
	enum language       language;
	day_t               today;

	struct buf          text;
	size_t              button_count;
	struct reply_button buttons[REPLY_BUTTONS_MAX];
};

void suggestion_add(struct suggestion *suggestion, const struct expense *expense, const struct category *category);

/* Sets the notice's text and buttons, in the arena; false: there is nothing to say, or no memory. */
bool suggestion_end(struct suggestion *suggestion, struct outbox_entry *notice);

#endif
