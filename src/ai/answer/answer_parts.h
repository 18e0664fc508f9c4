/* SPDX-License-Identifier: MIT */
/* What is read of any answer of a provider, and believed of none. */
#ifndef ANSWER_PARTS_H
#define ANSWER_PARTS_H

#include <jansson.h>

#include "understand.h"

enum { ANSWER_DAYS_BACK_MAX = 5 * 366, ANSWER_DAYS_AHEAD_MAX = 366 };

/* The text at a key; empty when there is none. */
struct slice answer_text_at(const json_t *item, const char *key);

struct slice answer_trimmed(struct slice text);

/* Neither controls nor what turns the direction of writing or cannot be seen. */
bool answer_is_plain(struct slice text);

/* Plain, and nothing that a messenger would make a link of. */
bool answer_is_harmless(struct slice text);

/* File the expense there, if it is one of the categories that were asked about. */
void answer_take_category(const struct understand_input *input, struct slice name, struct understood_expense *out);

#endif
