/* SPDX-License-Identifier: MIT */
/*
 * What is asked of the bot, recognised by the patterns of data/intents.def.
 * A pattern takes the whole message; matching takes time in proportion to its
 * length, for each pattern that begins as the message does.
 */
#ifndef INTENT_H
#define INTENT_H

#include <stdbool.h>
#include <stdint.h>

#include "slice.h"
#include "text.h"

enum intent_kind {
	INTENT_NONE,
#define INTENT(name, en, zh_hant, zh_hans, ja) INTENT_##name,
#include "dialogue/data/intents.def"
#undef INTENT
	INTENTS
};

enum { INTENT_VALUES_MAX = 3, INTENT_TEXT_MAX = 600 /* bytes; nothing longer is asked of the bot */ };

struct intent {
	enum intent_kind kind;
	enum language    language;        /* that it was said in */
	size_t           begin;           /* behind what is only polite, in characters */
	size_t           value_count;
	struct slice     values[INTENT_VALUES_MAX];   /* into the text, without blanks around them */
};

/*
 * Recognise; kind is INTENT_NONE when nothing is asked.  at_home: the language
 * that counts when the same words are of several.  A command ("/undo") is in
 * that language.
 */
void intent_read(struct intent *intent, struct slice text, enum language at_home);

/* The next thing that it may be, when the one that was read is not meant. */
void intent_read_on(struct intent *intent, struct slice text, enum language at_home);

/* Without blanks and without punctuation at its ends. */
struct slice intent_trim(struct slice text);

/* Whether it goes on behind a comma: no name does. */
bool intent_has_pause(struct slice text);

/* Whether a text is one of a list, whose words stand between bars. */
bool intent_is_listed(struct slice text, const char *list);

#endif
