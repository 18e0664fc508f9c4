/* SPDX-License-Identifier: MIT */
/*
 * What a platform tells of a message beyond its text, and what an answer can
 * have beyond it.
 */
#ifndef INCOMING_H
#define INCOMING_H

#include "slice.h"

struct arena;

enum incoming_kind {
	INCOMING_TEXT,
	INCOMING_EDITED,             /* the text is what it says now */
	INCOMING_DELETED,
	INCOMING_BUTTON,             /* the text is the button's data */
	INCOMING_IMAGE               /* the text is what was written beside it, or empty */
};

struct incoming {
	enum incoming_kind kind;
	struct slice       conversation;   /* where it was said, unique with the user; empty: the user's own (direct) one */
	struct slice       ref;            /* the platform's id of this message; of EDITED and DELETED of the one changed; of BUTTON of the one it stood under */
	struct slice       reply_to_ref;   /* the platform's id of the message it answers; empty: none */
	struct slice       media;          /* of IMAGE: opaque, made by the messenger, from which an AI worker fetches it */
	struct slice       locale_hint;    /* a BCP 47 tag; empty: none */
};

enum {
	REPLY_BUTTONS_MAX = 4,
	BUTTON_LABEL_MAX = 60,             /* bytes */
	BUTTON_DATA_MAX = 60,              /* bytes; Telegram takes 64 */
	REFERENCE_MAX = 255,               /* bytes of a conversation or a ref */
	MEDIA_MAX = 1024
};

/* Data is printable ASCII; it comes back as the text of an INCOMING_BUTTON. */
struct reply_button {
	struct slice label, data;
};

/* Copy what the slices point to into the arena.  Each of them has a NULL pointer when there is no memory. */
void incoming_copy(struct arena *arena, struct incoming *incoming);

#endif
