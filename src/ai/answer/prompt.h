/* SPDX-License-Identifier: MIT */
/*
 * What a provider is asked about a message, and how its answer is to look.  It
 * gets the text, the day, the currency, and the names of the person's categories
 * and accounts: nothing that says who it is.
 */
#ifndef PROMPT_H
#define PROMPT_H

#include "ai/provider/provider.h"
#include "understand.h"

enum { PROMPT_TEXT_MAX = 2000 };       /* characters; a longer text is for the rules */

struct prompt {
	struct buf               instructions, text, schema;
	struct provider_question question;     /* points into the buffers and the input */
};

/* false: no memory.  Given back by prompt_fini in any case. */
bool prompt_build(const struct understand_input *input, struct prompt *prompt);
void prompt_fini(struct prompt *prompt);

/* What every prompt says: the text, and then day, currency, language, and the names of categories and accounts. */
void prompt_write_instructions(struct buf *buf, const char *text, const struct understand_input *input);

/* The names of the categories, as a JSON array. */
void prompt_write_categories(struct buf *buf, const struct understand_input *input);

/* The text as it is asked about: without the blanks that say nothing. */
void prompt_text(struct buf *out, struct slice text);

/* The name of category number i as the provider knows it, the default ones first; empty behind the last. */
struct slice prompt_category(const struct understand_input *input, size_t i);

/* What prompt_category(i) is: a kind, or 1 + the caller's number of one of the person's own (else 0). */
enum category_kind prompt_category_kind(size_t i);
unsigned prompt_own_category(const struct understand_input *input, size_t i);

#endif
